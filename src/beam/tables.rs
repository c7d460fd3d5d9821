//! The tables of a module: atoms, imports, exports, literals, attributes, compile information.

use super::MAX_ITEMS;
use super::container::{Beam, Unreadable, be32, inflate};
use super::etf::{Kind, Value};
use crate::term::{Atom, Term};
use std::borrow::Cow;

/// A function of a module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mfa {
    /// The module.
    pub module: Atom,
    /// The function.
    pub function: Atom,
    /// Its arity.
    pub arity: u32,
}

impl std::fmt::Display for Mfa {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}:{}/{}", self.module, self.function, self.arity)
    }
}

/// The atoms of a module; tables name them by their place, from 1.
pub struct Atoms<'b> {
    list: Vec<Cow<'b, str>>,
}

impl Atoms<'_> {
    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(AsRef::as_ref)
    }

    /// The text of an atom.
    pub fn get(&self, index: u32) -> Result<&str, Unreadable> {
        let text = (index as usize).checked_sub(1).and_then(|at| self.list.get(at));
        text.map(AsRef::as_ref).ok_or_else(|| Unreadable::new(format!("it uses atom {index} of {}", self.list.len())))
    }
}

impl Beam<'_> {
    /// Its atoms (`AtU8` in both its forms, `Atom` before OTP 20).
    pub fn atoms(&self) -> Result<Atoms<'_>, Unreadable> {
        let cut = || Unreadable::new("its table of atoms is cut off");
        let (table, utf8) = match self.chunk(b"AtU8") {
            Some(table) => (table, true),
            None => (self.mandatory(b"Atom")?, false),
        };
        let count = be32(table, 0).ok_or_else(cut)?.cast_signed();
        let mut rest = table.get(4..).unwrap_or_default();
        let expected = count.unsigned_abs() as usize;
        // Each atom takes a byte at least.
        if expected > rest.len() {
            return Err(cut());
        }
        let mut list = Vec::with_capacity(expected);
        for _ in 0..expected {
            let (length, after) =
                if count < 0 { long_length(rest) } else { rest.split_first().map(|(length, after)| (usize::from(*length), after)) }.ok_or_else(cut)?;
            let (text, after) = after.split_at_checked(length).ok_or_else(cut)?;
            rest = after;
            list.push(if utf8 {
                Cow::Borrowed(std::str::from_utf8(text).map_err(|_| Unreadable::new("one of its atoms is not valid UTF-8"))?)
            } else {
                Cow::Owned(text.iter().map(|byte| char::from(*byte)).collect())
            });
        }
        Ok(Atoms { list })
    }

    /// The module's own name: its first atom.
    pub fn module(&self) -> Result<Atom, Unreadable> {
        self.atoms()?.get(1).map(Atom::new)
    }

    /// The functions of other modules that it calls by name, in the order of the table.
    pub fn imports(&self, atoms: &Atoms<'_>) -> Result<Vec<Mfa>, Unreadable> {
        let own = |(module, function, arity): (&str, &str, u32)| Mfa { module: Atom::new(module), function: Atom::new(function), arity };
        Ok(self.import_names(atoms)?.into_iter().map(own).collect())
    }

    /// The same without copies: module, function, arity.
    pub fn import_names<'t>(&self, atoms: &'t Atoms<'_>) -> Result<Vec<(&'t str, &'t str, u32)>, Unreadable> {
        let row = |[module, function, arity]: [u32; 3]| Ok((atoms.get(module)?, atoms.get(function)?, arity));
        rows(self.mandatory(b"ImpT")?)?.into_iter().map(row).collect()
    }

    /// Its exported functions, in the order of the table.
    pub fn exports(&self, atoms: &Atoms<'_>) -> Result<Vec<(Atom, u32)>, Unreadable> {
        let row = |[function, arity, _]: [u32; 3]| Ok((Atom::new(atoms.get(function)?), arity));
        rows(self.mandatory(b"ExpT")?)?.into_iter().map(row).collect()
    }

    /// Its local functions, in the order of the table; none when the table was stripped.
    pub fn locals(&self, atoms: &Atoms<'_>) -> Result<Vec<(Atom, u32)>, Unreadable> {
        let row = |[function, arity, _]: [u32; 3]| Ok((Atom::new(atoms.get(function)?), arity));
        rows(self.chunk(b"LocT").unwrap_or(&[0; 4]))?.into_iter().map(row).collect()
    }

    /// The highest instruction that it uses.
    pub fn highest_opcode(&self) -> Option<u32> {
        be32(self.chunk(b"Code")?, 8)
    }

    /// Its attributes, in order: the name and the values given under it, as one list.
    pub fn attributes(&self) -> Result<Vec<(Atom, Attribute)>, Unreadable> {
        let Some(chunk) = self.chunk(b"Attr") else { return Ok(Vec::new()) };
        let list = Value::read(chunk).ok_or_else(|| Unreadable::new("its attributes cannot be decoded"))?;
        let pair = |value: Value<'_>| {
            let [name, values] = value.tuple()?;
            let attribute = values.to_term().map_or_else(|| Attribute::Unbuilt(values.bytes().to_vec()), Attribute::Term);
            Some((Atom::new(&name.atom()?), attribute))
        };
        Ok(list.list().take(MAX_ITEMS).filter_map(pair).collect())
    }

    /// A value of the compile information.
    pub fn compile_info(&self, key: &str) -> Option<Value<'_>> {
        let list = Value::read(self.chunk(b"CInf")?)?;
        list.list().filter_map(Value::tuple).find(|[name, _]| name.is_atom(key)).map(|[_, value]| value)
    }

    /// The bytes of its literals, unpacked: plain since OTP 28, packed before; none when it has none.
    pub fn literals(&self) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
        let Some(chunk) = self.chunk(b"LitT") else { return Ok(None) };
        let rest = chunk.get(4..).ok_or_else(|| Unreadable::new("its literals are cut off"))?;
        match be32(chunk, 0) {
            Some(0) => Ok(Some(Cow::Borrowed(rest))),
            Some(size) => {
                let bytes = inflate(rest).map_err(|_| Unreadable::new("its literals are damaged: the emulator refuses to load it"))?;
                // The loader makes room for as much as is announced, and needs all of it to be enough.
                if bytes.len() > size as usize { Err(Unreadable::new("its literals are larger than they say")) } else { Ok(Some(Cow::Owned(bytes))) }
            }
            None => Err(Unreadable::new("its literals are cut off")),
        }
    }

    /// Walks through its literals as the loader does; one that it cannot read keeps a module from being loaded
    /// (`corrupt literal table`, OTP 25).
    pub fn check_literals(&self) -> Result<(), Unreadable> {
        let Some(table) = self.literals()? else { return Ok(()) };
        let count = be32(&table, 0).unwrap_or(0) as usize;
        if each_literal(&table).count() < count {
            return Err(Unreadable::new("its literals are damaged: the emulator refuses to load it"));
        }
        Ok(())
    }
}

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// A term.
    Term(Term),
    /// What no file of terms can hold: its bytes.
    Unbuilt(Vec<u8>),
}

/// Each literal of an unpacked table.
pub(super) fn each_literal(table: &[u8]) -> impl Iterator<Item = Value<'_>> {
    let count = be32(table, 0).unwrap_or(0) as usize;
    let mut rest = table.get(4..).unwrap_or_default();
    (0..count).map_while(move |_| {
        let size = be32(rest, 0)? as usize;
        let (literal, after) = rest.get(4..)?.split_at_checked(size)?;
        rest = after;
        Value::read(literal)
    })
}

/// Whether a value is a map.
pub(super) fn is_map(value: Value<'_>) -> bool {
    matches!(value.kind(), Some(Kind::Map(_)))
}

/// A table of three numbers a row.
fn rows(table: &[u8]) -> Result<Vec<[u32; 3]>, Unreadable> {
    let cut = || Unreadable::new("one of its tables is cut off");
    let count = be32(table, 0).ok_or_else(cut)? as usize;
    let bytes = table.get(4..).and_then(|rest| rest.get(..count.checked_mul(12)?)).ok_or_else(cut)?;
    let row = |row: &[u8]| Some([be32(row, 0)?, be32(row, 4)?, be32(row, 8)?]);
    bytes.chunks_exact(12).map(row).collect::<Option<_>>().ok_or_else(cut)
}

/// The length of an atom as OTP 28 writes it: a compact term of the tag `u`.
fn long_length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (value, after) = super::code::compact(bytes)?;
    Some((usize::try_from(value).ok()?, after))
}
