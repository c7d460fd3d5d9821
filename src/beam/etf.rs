//! The external term format (`erts/doc/ext_dist`), looked at in place: a [`Value`] is a place in the bytes, and nothing
//! is built or copied until somebody asks. Finding where a value ends takes no stack and no memory, whatever it nests.

use super::container::be32;
use crate::term::{Atom, Bits, ExternalFun, Term, TermKind};
use num_bigint::{BigInt, Sign};
use std::borrow::Cow;
use std::hash::{Hash, Hasher};

/// A term in external format: the bytes from its tag on.
#[derive(Clone, Copy, Debug)]
pub struct Value<'a> {
    bytes: &'a [u8],
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Kind<'a> {
    /// An atom.
    Atom(Cow<'a, str>),
    /// An integer that fits 64 bits.
    Int(i64),
    /// A larger integer.
    Big(BigInt),
    /// A float.
    Float(f64),
    /// A binary.
    Binary(&'a [u8]),
    /// A bit string: its bytes, and how many bits of the last one count.
    Bits(&'a [u8], u8),
    /// A tuple.
    Tuple(Items<'a>),
    /// A list of small integers.
    Bytes(&'a [u8]),
    /// A list: its elements and, after them, its tail.
    List(Items<'a>),
    /// A map: keys and values in turn.
    Map(Items<'a>),
    /// `fun Module:Name/Arity`: the three parts.
    Export(Items<'a>),
    /// A process, a port, a reference, a fun with an environment, a number too long to look at.
    Opaque,
}

/// A value as a walk over it meets it: a leaf, or what kind of container it is and how much it holds.
#[derive(PartialEq, Eq, Hash)]
enum Step<'a> {
    Atom(Cow<'a, str>),
    Int(i64),
    Bytes(u8, &'a [u8]),
    Holds(u8, usize),
}

/// Values, one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Items<'a> {
    bytes: &'a [u8],
    left: usize,
    /// Whether the bytes begin with a value that was handed out already: it is measured only when the next one is wanted.
    taken: bool,
}

impl<'a> Items<'a> {
    /// How many are left.
    pub fn len(&self) -> usize {
        self.left
    }

    /// Whether none is left.
    pub fn is_empty(&self) -> bool {
        self.left == 0
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        self.left = self.left.checked_sub(1)?;
        if self.taken {
            self.bytes = self.bytes.get(end(self.bytes)?..)?;
        }
        self.taken = true;
        Some(Value { bytes: self.bytes })
    }
}

impl<'a> Value<'a> {
    /// A term with the version byte before it, and nothing but it; `None` when the bytes are something else. Packed terms
    /// are to be unpacked before.
    pub fn read(bytes: &'a [u8]) -> Option<Value<'a>> {
        let (131, rest) = bytes.split_first().map(|(version, rest)| (*version, rest))? else { return None };
        end(rest).map(|_| Value { bytes: rest })
    }

    /// The value that begins these bytes, which were walked before.
    pub(super) fn at(bytes: &'a [u8]) -> Value<'a> {
        Value { bytes }
    }

    /// The bytes from its tag on to the end of what it is in.
    pub(super) fn rest(self) -> &'a [u8] {
        self.bytes
    }

    /// What it is; `None` when the bytes are damaged.
    pub fn kind(self) -> Option<Kind<'a>> {
        let (tag, rest) = self.bytes.split_first()?;
        let sized = |length: usize, from: usize| rest.get(from..from.checked_add(length)?);
        let items = |left: usize, from: usize| Some(Items { bytes: rest.get(from..)?, left, taken: false });
        Some(match *tag {
            70 => Kind::Float(f64::from_be_bytes(rest.get(..8)?.try_into().ok()?)),
            77 => {
                let bytes = sized(be32(rest, 0)? as usize, 5)?;
                match *rest.get(4)? {
                    bits @ 1..=7 => Kind::Bits(bytes, bits),
                    _ => Kind::Binary(bytes),
                }
            }
            97 => Kind::Int(i64::from(*rest.first()?)),
            98 => Kind::Int(i64::from(i32::from_be_bytes(rest.get(..4)?.try_into().ok()?))),
            99 => Kind::Float(std::str::from_utf8(rest.get(..31)?).ok()?.trim_end_matches('\0').trim().parse().ok()?),
            100 => Kind::Atom(latin1(sized(be16(rest)?, 2)?)),
            115 => Kind::Atom(latin1(sized(usize::from(*rest.first()?), 1)?)),
            118 => Kind::Atom(Cow::Borrowed(std::str::from_utf8(sized(be16(rest)?, 2)?).ok()?)),
            119 => Kind::Atom(Cow::Borrowed(std::str::from_utf8(sized(usize::from(*rest.first()?), 1)?).ok()?)),
            104 => Kind::Tuple(items(usize::from(*rest.first()?), 1)?),
            105 => Kind::Tuple(items(be32(rest, 0)? as usize, 4)?),
            106 => Kind::Bytes(&[]),
            107 => Kind::Bytes(sized(be16(rest)?, 2)?),
            108 => Kind::List(items((be32(rest, 0)? as usize).checked_add(1)?, 4)?),
            109 => Kind::Binary(sized(be32(rest, 0)? as usize, 4)?),
            110 => integer(*rest.get(1)?, sized(usize::from(*rest.first()?), 2)?),
            111 => integer(*rest.get(4)?, sized(be32(rest, 0)? as usize, 5)?),
            113 => Kind::Export(items(3, 0)?),
            116 => Kind::Map(items((be32(rest, 0)? as usize).checked_mul(2)?, 4)?),
            // A native record of OTP 29, processes, ports, references, funs.
            67 | 88..=90 | 101..=103 | 112 | 114 | 117 | 120 => Kind::Opaque,
            _ => return None,
        })
    }

    /// Its own bytes, without what follows it.
    pub fn bytes(self) -> &'a [u8] {
        end(self.bytes).and_then(|end| self.bytes.get(..end)).unwrap_or_default()
    }

    /// The text of an atom.
    pub fn atom(self) -> Option<Cow<'a, str>> {
        if let Some(Kind::Atom(text)) = self.kind() { Some(text) } else { None }
    }

    /// Whether it is this atom.
    pub fn is_atom(self, text: &str) -> bool {
        self.atom().is_some_and(|atom| atom == text)
    }

    /// The elements of a tuple of this size.
    pub fn tuple<const N: usize>(self) -> Option<[Value<'a>; N]> {
        let Some(Kind::Tuple(items)) = self.kind() else { return None };
        if items.len() != N {
            return None;
        }
        let mut list = [self; N];
        let mut items = items;
        for slot in &mut list {
            *slot = items.next()?;
        }
        Some(list)
    }

    /// One element of a tuple of this size, the ones after it not looked at.
    pub(super) fn part(self, size: usize, at: usize) -> Option<Value<'a>> {
        let Some(Kind::Tuple(mut items)) = self.kind() else { return None };
        if items.len() == size { items.nth(at) } else { None }
    }

    /// The elements of a proper list; none for anything else. A list of small integers has no elements to look at.
    pub fn list(self) -> impl Iterator<Item = Value<'a>> {
        let items = if let Some(Kind::List(items)) = self.kind() { items } else { Items { bytes: &[], left: 1, taken: false } };
        let elements = items.len().saturating_sub(1);
        items.take(elements)
    }

    /// The value of a key of a map, the key an atom.
    pub fn get(self, key: &str) -> Option<Value<'a>> {
        let Some(Kind::Map(mut items)) = self.kind() else { return None };
        loop {
            let (known, value) = (items.next()?, items.next()?);
            if known.is_atom(key) {
                return Some(value);
            }
        }
    }

    /// The integer that it is.
    pub fn int(self) -> Option<i64> {
        if let Some(Kind::Int(value)) = self.kind() { Some(value) } else { None }
    }

    /// The text of a list of characters.
    pub fn text(self) -> Option<String> {
        match self.kind()? {
            Kind::Bytes(bytes) => Some(latin1(bytes).into_owned()),
            Kind::List(_) => self.list().map(|item| item.int().and_then(|c| u32::try_from(c).ok()).and_then(char::from_u32)).collect(),
            Kind::Binary(bytes) => std::str::from_utf8(bytes).ok().map(str::to_owned),
            Kind::Atom(_) | Kind::Int(_) | Kind::Big(_) | Kind::Float(_) | Kind::Bits(..) | Kind::Tuple(_) | Kind::Map(_) | Kind::Export(_) | Kind::Opaque => {
                None
            }
        }
    }

    /// Whether two values are the same term, however atoms and sizes are written; the order of a map's keys counts. It
    /// walks both side by side, without descending.
    pub(super) fn is_same(self, other: Value<'_>) -> bool {
        let (mut own, mut other) = (self, other);
        let mut pending = 1usize;
        while pending > 0 {
            pending -= 1;
            let (Some((a, inner, own_rest)), Some((b, _, other_rest))) = (own.step(), other.step()) else { return false };
            if a != b {
                return false;
            }
            pending += inner;
            (own, other) = (Value { bytes: own_rest }, Value { bytes: other_rest });
        }
        true
    }

    /// Looks at it and at every value in it, in the order of the bytes.
    pub(super) fn each(self, mut look: impl FnMut(Value<'a>)) {
        let mut rest = self;
        let mut pending = 1usize;
        while pending > 0 {
            pending -= 1;
            look(rest);
            let Some((_, inner, next)) = rest.step() else { return };
            pending += inner;
            rest = Value { bytes: next };
        }
    }

    /// How many elements a list has; none for anything else.
    pub(super) fn length(self) -> Option<usize> {
        match self.kind()? {
            Kind::List(items) => items.len().checked_sub(1),
            Kind::Bytes(bytes) => Some(bytes.len()),
            Kind::Atom(_)
            | Kind::Int(_)
            | Kind::Big(_)
            | Kind::Float(_)
            | Kind::Binary(_)
            | Kind::Bits(..)
            | Kind::Tuple(_)
            | Kind::Map(_)
            | Kind::Export(_)
            | Kind::Opaque => None,
        }
    }

    /// Feeds what it says into a hash, without the values that `skip` takes out: it is given which element of a tuple of which
    /// size it looks at. A walk that keeps its own stack.
    pub(super) fn hash_without(self, hasher: &mut impl Hasher, skip: impl Fn(usize, usize, Value<'a>) -> bool) -> Option<()> {
        // For each container that is open: the size when it is a tuple, and how many values are still to come.
        let mut open: Vec<(Option<usize>, usize)> = Vec::new();
        let mut rest = self;
        loop {
            let skipped = match open.last() {
                Some((Some(size), left)) => skip(*size, size - left, rest),
                Some((None, _)) | None => false,
            };
            if let Some((_, left)) = open.last_mut() {
                *left -= 1;
            }
            if skipped {
                rest = Value { bytes: rest.bytes.get(end(rest.bytes)?..)? };
            } else {
                let (step, inner, next) = rest.step()?;
                step.hash(hasher);
                let is_tuple = matches!(step, Step::Holds(0, _));
                if inner > 0 {
                    open.push((is_tuple.then_some(inner), inner));
                }
                rest = Value { bytes: next };
            }
            while open.last().is_some_and(|(_, left)| *left == 0) {
                open.pop();
            }
            if open.is_empty() {
                return Some(());
            }
        }
    }

    /// What it is without what it holds, how many values it holds, and what follows: those, or what follows it.
    fn step(self) -> Option<(Step<'a>, usize, &'a [u8])> {
        let kind = self.kind()?;
        let after = |step: Step<'a>| Some((step, 0, self.bytes.get(end(self.bytes)?..)?));
        let holds = |tag: u8, items: Items<'a>| Some((Step::Holds(tag, items.left), items.left, items.bytes));
        match kind {
            Kind::Atom(text) => after(Step::Atom(text)),
            Kind::Int(value) => after(Step::Int(value)),
            Kind::Binary(bytes) => after(Step::Bytes(0, bytes)),
            Kind::Bytes(bytes) => after(Step::Bytes(1, bytes)),
            Kind::Tuple(items) => holds(0, items),
            Kind::List(items) => holds(1, items),
            Kind::Map(items) => holds(2, items),
            Kind::Export(items) => holds(3, items),
            Kind::Big(_) | Kind::Float(_) | Kind::Bits(..) | Kind::Opaque => after(Step::Bytes(2, self.bytes())),
        }
    }

    /// The external funs in it, wherever they are: module, name and arity.
    pub(super) fn external_funs(self) -> Vec<(Cow<'a, str>, Cow<'a, str>, i64)> {
        let mut funs = Vec::new();
        self.each(|value| {
            if let Some(Kind::Export(mut items)) = value.kind()
                && let (Some(module), Some(name), Some(arity)) =
                    (items.next().and_then(Value::atom), items.next().and_then(Value::atom), items.next().and_then(Value::int))
            {
                funs.push((module, name, arity));
            }
        });
        funs
    }

    /// The term; `None` for what no file of terms can hold, and for what is nested or spread too far to be looked at.
    pub fn to_term(self) -> Option<Term> {
        let mut budget = MAX_NODES;
        build(self, MAX_DEPTH, &mut budget)
    }
}

/// How many nodes a term that is built may have.
const MAX_NODES: usize = 1 << 16;
/// How deep it may be nested; each level is measured again.
const MAX_DEPTH: usize = 64;

fn build(value: Value<'_>, depth: usize, budget: &mut usize) -> Option<Term> {
    *budget = budget.checked_sub(1)?;
    let depth = depth.checked_sub(1)?;
    let mut all = |items: Items<'_>| -> Option<Vec<Term>> {
        let expected = items.len();
        let terms = items.map(|item| build(item, depth, budget)).collect::<Option<Vec<Term>>>()?;
        (terms.len() == expected).then_some(terms)
    };
    let kind = match value.kind()? {
        Kind::Atom(text) => TermKind::Atom(Atom::new(&text)),
        Kind::Int(value) => TermKind::Int(value),
        Kind::Big(value) => TermKind::Big(Box::new(value)),
        Kind::Float(value) => TermKind::Float(value),
        Kind::Binary(bytes) => TermKind::Bits(Box::new(Bits { bytes: bytes.to_vec(), trailing: 0 })),
        Kind::Bits(bytes, bits) => TermKind::Bits(Box::new(Bits { bytes: bytes.to_vec(), trailing: bits })),
        Kind::Tuple(items) => TermKind::Tuple(all(items)?),
        Kind::Bytes(bytes) => Term::string(&latin1(bytes)).kind,
        Kind::List(items) => {
            let mut terms = all(items)?;
            let tail = terms.pop()?;
            if let TermKind::List(mut more) = tail.kind {
                terms.append(&mut more);
                TermKind::List(terms)
            } else if terms.is_empty() {
                tail.kind
            } else {
                TermKind::Improper(Box::new((terms, tail)))
            }
        }
        Kind::Map(items) => {
            let mut terms = all(items)?.into_iter();
            let mut pairs = Vec::new();
            while let (Some(key), Some(value)) = (terms.next(), terms.next()) {
                pairs.push((key, value));
            }
            pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
            TermKind::Map(pairs)
        }
        Kind::Export(mut items) => {
            let (module, name, arity) = (items.next()?.atom()?, items.next()?.atom()?, items.next()?.int()?);
            let fun = ExternalFun { module: Atom::new(&module), name: Atom::new(&name), arity: u8::try_from(arity).ok()? };
            TermKind::Fun(Box::new(fun))
        }
        Kind::Opaque => return None,
    };
    Some(Term::new(kind))
}

fn be16(bytes: &[u8]) -> Option<usize> {
    bytes.get(..2).and_then(|two| two.try_into().ok()).map(|two| usize::from(u16::from_be_bytes(two)))
}

fn latin1(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => Cow::Borrowed(text),
        Ok(_) | Err(_) => Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()),
    }
}

/// The longest integer that is looked at, in bytes: writing one as decimal digits takes the square of its length.
const MAX_INTEGER: usize = 1024;

/// Digits in little-endian order.
fn integer<'a>(sign: u8, digits: &[u8]) -> Kind<'a> {
    if digits.len() > MAX_INTEGER {
        return Kind::Opaque;
    }
    let value = BigInt::from_bytes_le(if sign == 0 { Sign::Plus } else { Sign::Minus }, digits);
    i64::try_from(&value).map_or(Kind::Big(value), Kind::Int)
}

/// Where the first value in the bytes ends: a walk that counts what is still to come instead of descending.
fn end(bytes: &[u8]) -> Option<usize> {
    let mut at = 0usize;
    let mut pending = 1usize;
    while pending > 0 {
        pending -= 1;
        let tag = *bytes.get(at)?;
        let rest = bytes.get(at + 1..)?;
        let long = || Some(be32(rest, 0)? as usize);
        // How long it is after its tag, and how many values follow that belong to it. Before the numbers of a process,
        // a port or a reference comes the name of its node.
        let (length, inner) = match tag {
            // How many fields, whether it is exported; module, name, the fields' names, their values.
            67 => (5, long()?.checked_mul(2)?.checked_add(2)?),
            70 => (8, 0),
            77 => (long()?.checked_add(5)?, 0),
            88 => (atom_end(rest)? + 12, 0),
            89 => (atom_end(rest)? + 8, 0),
            90 => (2 + atom_end(rest.get(2..)?)? + 4 + 4 * be16(rest)?, 0),
            97 => (1, 0),
            98 => (4, 0),
            99 => (31, 0),
            100 | 107 | 118 => (be16(rest)? + 2, 0),
            101 | 102 => (atom_end(rest)? + 5, 0),
            103 => (atom_end(rest)? + 9, 0),
            104 => (1, usize::from(*rest.first()?)),
            105 => (4, long()?),
            106 => (0, 0),
            108 => (4, long()?.checked_add(1)?),
            109 => (long()?.checked_add(4)?, 0),
            110 => (usize::from(*rest.first()?) + 2, 0),
            111 => (long()?.checked_add(5)?, 0),
            112 => (long()?, 0),
            113 => (0, 3),
            114 => (2 + atom_end(rest.get(2..)?)? + 1 + 4 * be16(rest)?, 0),
            115 | 119 => (usize::from(*rest.first()?) + 1, 0),
            116 => (4, long()?.checked_mul(2)?),
            117 => (4, long()?.checked_add(4)?),
            120 => (atom_end(rest)? + 12, 0),
            _ => return None,
        };
        at = at.checked_add(1)?.checked_add(length)?;
        pending = pending.checked_add(inner)?;
        // Each value takes a byte at least.
        if at > bytes.len() || pending > bytes.len() - at {
            return None;
        }
    }
    Some(at)
}

fn atom_end(bytes: &[u8]) -> Option<usize> {
    let (tag, rest) = bytes.split_first()?;
    match tag {
        100 | 118 => Some(3 + be16(rest)?),
        115 | 119 => Some(2 + usize::from(*rest.first()?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Value};
    use crate::term::print;

    /// `term_to_binary(#st{})` of OTP 29, where `-record #st{a = 1, b = 2}.` is a native record.
    #[test]
    fn a_native_record_is_walked_over() {
        let bytes = b"\x83\x68\x02\x43\x00\x00\x00\x02\x00\x77\x02nr\x77\x02st\x77\x01a\x77\x01b\x61\x01\x61\x02\x77\x02ok";
        let [record, after] = Value::read(bytes).and_then(Value::tuple).unwrap();
        assert!(matches!(record.kind(), Some(Kind::Opaque)) && after.is_atom("ok"));
        assert!(Value::read(&bytes[..bytes.len() - 5]).is_none());
    }

    fn shown(bytes: &[u8]) -> Option<String> {
        Value::read(bytes)?.to_term().map(|term| print::inline(&term, crate::otp::Otp::NEWEST))
    }

    #[test]
    fn terms_are_read_as_erlang_writes_them() {
        // What `term_to_binary/1` of OTP 25 gives.
        assert_eq!(shown(&[131, 104, 2, 119, 1, 97, 107, 0, 2, 1, 2]).as_deref(), Some("{a,[1,2]}"));
        assert_eq!(shown(&[131, 108, 0, 0, 0, 1, 97, 1, 97, 2]).as_deref(), Some("[1|2]"));
        assert_eq!(shown(&[131, 116, 0, 0, 0, 1, 119, 1, 107, 109, 0, 0, 0, 1, 120]).as_deref(), Some("#{k => <<\"x\">>}"));
        assert_eq!(shown(&[131, 113, 119, 1, 109, 119, 1, 102, 97, 2]).as_deref(), Some("fun m:f/2"));
        assert_eq!(shown(&[131, 110, 8, 1, 0, 0, 0, 0, 0, 0, 0, 128]).as_deref(), Some("-9223372036854775808"));
        assert_eq!(shown(&[131, 70, 63, 248, 0, 0, 0, 0, 0, 0]).as_deref(), Some("1.5"));
        assert_eq!(shown(&[131, 77, 0, 0, 0, 1, 3, 0xa0]).as_deref(), Some("<<5:3>>"));
    }

    #[test]
    fn processes_and_references_are_passed_over() {
        let pid = [88, 119, 1, b'n', 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
        let reference = [90, 0, 2, 119, 1, b'n', 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 2];
        let bytes: Vec<u8> = [131, 104, 3].into_iter().chain(pid).chain(reference).chain([119, 1, b'z']).collect();
        let parts = Value::read(&bytes).and_then(|value| value.tuple::<3>());
        assert!(matches!(parts.map(|[pid, ..]| pid.kind()), Some(Some(Kind::Opaque))));
        assert!(parts.is_some_and(|[.., last]| last.is_atom("z")));
        assert_eq!(shown(&bytes), None, "a process is not a term of a file");
    }

    #[test]
    fn terms_are_the_same_however_they_are_written() {
        // `{a,"x"}` with an atom in Latin-1 and in UTF-8, a small tuple and a large one.
        let old: &[u8] = &[131, 104, 2, 100, 0, 1, 97, 107, 0, 1, 120];
        let new: &[u8] = &[131, 105, 0, 0, 0, 2, 119, 1, 97, 107, 0, 1, 120];
        let other: &[u8] = &[131, 104, 2, 119, 1, 98, 107, 0, 1, 120];
        let same = |a: &[u8], b: &[u8]| Value::read(a).zip(Value::read(b)).is_some_and(|(a, b)| a.is_same(b));
        assert!(same(old, new));
        assert!(!same(old, other));
    }

    #[test]
    fn lengths_that_lie_are_refused() {
        assert!(Value::read(&[131, 105, 255, 255, 255, 255, 106]).is_none());
        assert!(Value::read(&[131, 108, 255, 255, 255, 255, 106]).is_none());
        assert!(Value::read(&[131, 116, 255, 255, 255, 255, 106]).is_none());
        assert!(Value::read(&[131, 109, 255, 255, 255, 255, 1]).is_none());
        assert!(Value::read(&[131, 104, 2, 106]).is_none());
        assert!(Value::read(&[130, 106]).is_none());
    }

    #[test]
    fn a_term_nested_a_million_deep_needs_no_stack() {
        let mut bytes = vec![131];
        for _ in 0..1_000_000 {
            bytes.extend([104, 1]);
        }
        bytes.push(106);
        let value = Value::read(&bytes);
        assert!(value.is_some_and(|value| value.to_term().is_none()));
    }
}
