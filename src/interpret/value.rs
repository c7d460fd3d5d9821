//! What an expression may come to, as far as the code says it.

use super::bytes::Bytes;
use super::opaque::{Made, Opaque};
use super::sort::{Holder, Sort};
use crate::beam::SourceClause;
use crate::term::{Atom, Term, TermKind};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// What a value may be. Whatever is not known is [`Value::Any`], which every pattern may take.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Anything.
    Any,
    /// An atom.
    Atom(Atom),
    /// A number; its text, where it is written out.
    Number(Option<String>),
    /// A string or a binary; its text, where it is written out.
    Text(Option<String>),
    /// A bitstring that is not one text, and how it begins.
    Binary(Bytes),
    /// A tuple, and with it a record.
    Tuple(Vec<Value>, Made),
    /// A list: its first elements, and what all further ones are like; none ends it there.
    List(Vec<Value>, Option<Box<Value>>),
    /// A map, and with it a struct.
    Map(Map),
    /// Some elements, perhaps none, in what holds them, and what they are like.
    Bag(Holder, Box<Value>),
    /// A fun.
    Fun(Fun),
    /// Something that only the runtime makes: a process, a reference.
    Opaque(Opaque),
    /// One of these; of none where the code does not get so far.
    Union(Vec<Value>),
}

/// A map, as far as its keys are known.
#[derive(Clone, Debug, Default)]
pub struct Map {
    /// Keys that are known, each with its value and whether it is always there.
    pub keys: Vec<(Value, Value, bool)>,
    /// What further keys and their values are like; none where there are no others.
    pub rest: Option<Box<(Value, Value)>>,
    /// Where it was made.
    pub made: Made,
}

impl PartialEq for Map {
    /// Whatever the order of the keys, where they are few.
    fn eq(&self, other: &Map) -> bool {
        let has = |key: &(Value, Value, bool)| other.keys.iter().any(|known| known == key);
        let is_same = self.keys == other.keys || (self.keys.len() <= MAX_ITEMS && self.keys.iter().all(has));
        self.keys.len() == other.keys.len() && self.rest == other.rest && is_same
    }
}

/// A fun.
#[derive(Clone, Debug)]
pub enum Fun {
    /// `fun module:name/arity`: whatever code of the module is current.
    Named(Atom, Atom, u32),
    /// `fun name/arity`: the code that made it.
    Local(Atom, Atom, u32),
    /// Clauses of a module, with what its variables are bound to.
    Clauses(Atom, Arc<Vec<SourceClause>>, Arc<BTreeMap<String, Value>>),
}

impl Fun {
    /// How many arguments it takes.
    pub fn arity(&self) -> Option<usize> {
        match self {
            Fun::Named(_, _, arity) | Fun::Local(_, _, arity) => Some(*arity as usize),
            Fun::Clauses(_, clauses, _) => clauses.first().map(|clause| clause.patterns.len()),
        }
    }
}

impl PartialEq for Fun {
    fn eq(&self, other: &Fun) -> bool {
        match (self, other) {
            (Fun::Named(module, name, arity), Fun::Named(m, n, a)) | (Fun::Local(module, name, arity), Fun::Local(m, n, a)) => {
                (module, name, arity) == (m, n, a)
            }
            (Fun::Clauses(module, clauses, _), Fun::Clauses(m, c, _)) => module == m && clauses == c,
            (Fun::Named(..) | Fun::Local(..) | Fun::Clauses(..), _) => false,
        }
    }
}

/// How many alternatives are kept; of more only what they have in common is kept.
const MAX_UNION: usize = 12;
/// How deep values are kept, and how many parts of them.
const MAX_DEPTH: usize = 9;
const MAX_PARTS: usize = 300;
/// How many elements of a list are kept one by one.
const MAX_ITEMS: usize = 64;

impl Value {
    /// Nothing: the code does not get so far.
    pub const NEVER: Value = Value::Union(Vec::new());

    /// An atom.
    pub fn atom(text: &str) -> Value {
        Value::Atom(Atom::new(text))
    }

    /// The value of a term that is written out.
    pub fn of_term(term: &Term) -> Value {
        let all = |items: &[Term]| items.iter().map(Value::of_term).collect::<Vec<Value>>();
        match &term.kind {
            TermKind::Atom(atom) => Value::Atom(atom.clone()),
            TermKind::Int(_) | TermKind::Big(_) | TermKind::Float(_) => Value::Number(Some(crate::term::print::inline(term, crate::otp::Otp::NEWEST))),
            TermKind::Str(text) => Value::Text(Some(text.to_string())),
            TermKind::List(items) => Value::List(all(items), None),
            TermKind::Tuple(items) => Value::tuple(all(items)),
            TermKind::Map(pairs) => {
                Value::Map(Map::of(pairs.iter().map(|(key, value)| (Value::of_term(key), Value::of_term(value))).collect(), Made::default()))
            }
            TermKind::Bits(bits) => Value::Text(String::from_utf8(bits.bytes.clone()).ok().filter(|_| bits.trailing == 0)),
            TermKind::Improper(_) | TermKind::Fun(_) | TermKind::Invalid => Value::Any,
        }
    }

    /// The version that a `-vsn` gives to `code_change`: out of its list, unless that reads as text (`release_handler_1:get_vsn/1`).
    pub fn of_vsn(vsn: &Term) -> Value {
        match &vsn.kind {
            TermKind::List(items) => match items.as_slice() {
                [one] if !matches!(one.kind, TermKind::Int(32..=255)) => Value::of_term(one),
                _ => Value::Text(None),
            },
            TermKind::Str(text) => match text.chars().collect::<Vec<char>>().as_slice() {
                // A number alone is no text to OTP, if it stands for no printed character.
                [one] if !matches!(u32::from(*one), 32..=255) => Value::Number(Some(u32::from(*one).to_string())),
                _ => Value::of_term(vsn),
            },
            _ => Value::of_term(vsn),
        }
    }

    /// A tuple, made nowhere in particular.
    pub fn tuple(items: Vec<Value>) -> Value {
        Value::Tuple(items, Made::default())
    }

    /// A list of any number of elements like this.
    pub fn list_of(element: Value) -> Value {
        if element.is_never() { Value::List(Vec::new(), None) } else { Value::List(Vec::new(), Some(Box::new(element))) }
    }

    /// Whether it is an argument of which nothing is known.
    pub fn is_given(&self) -> bool {
        matches!(self, Value::Opaque(Opaque::Given(_)))
    }

    /// Whether the code does not get so far.
    pub fn is_never(&self) -> bool {
        matches!(self, Value::Union(members) if members.is_empty())
    }

    /// The atom that it is.
    pub fn as_atom(&self) -> Option<&Atom> {
        if let Value::Atom(atom) = self { Some(atom) } else { None }
    }

    /// Whether it is this atom.
    pub fn is_atom(&self, text: &str) -> bool {
        self.as_atom().is_some_and(|atom| atom.as_str() == text)
    }

    /// The elements of a tuple.
    pub fn as_tuple(&self) -> Option<&[Value]> {
        if let Value::Tuple(items, _) = self { Some(items) } else { None }
    }

    /// The elements of a tuple that begins with an atom, without it.
    pub fn tagged(&self, tag: &str) -> Option<&[Value]> {
        self.as_tuple()?.split_first().filter(|(first, _)| first.is_atom(tag)).map(|(_, rest)| rest)
    }

    /// What names a message: an atom, or the first element of a tuple.
    pub fn tag(&self) -> Option<&Atom> {
        self.as_atom().or_else(|| self.as_tuple().and_then(<[Value]>::first).and_then(Value::as_atom))
    }

    /// The elements of a list whose end is known.
    pub fn as_list(&self) -> Option<&[Value]> {
        if let Value::List(items, None) = self { Some(items) } else { None }
    }

    /// Whether it is a fun, whichever of its alternatives it is.
    pub fn is_fun(&self) -> bool {
        !self.is_never() && self.members().iter().all(|member| matches!(member, Value::Fun(_)))
    }

    /// The module that it names: an atom, a tuple that begins with one, a fun of one.
    pub fn as_module(&self) -> Option<&Atom> {
        match self {
            Value::Atom(module) | Value::Fun(Fun::Named(module, ..) | Fun::Clauses(module, ..)) => Some(module),
            Value::Tuple(items, _) => items.first().and_then(Value::as_atom),
            _ => None,
        }
    }

    /// What it may be, one by one.
    pub fn members(&self) -> &[Value] {
        if let Value::Union(members) = self { members } else { std::slice::from_ref(self) }
    }

    /// Whether it is written out in full.
    pub fn is_literal(&self) -> bool {
        match self {
            Value::Atom(_) | Value::Number(Some(_)) | Value::Text(Some(_)) | Value::Fun(Fun::Named(..) | Fun::Local(..)) => true,
            Value::Tuple(items, _) | Value::List(items, None) => items.iter().all(Value::is_literal),
            Value::Map(map) => map.rest.is_none() && map.keys.iter().all(|(key, value, always)| *always && key.is_literal() && value.is_literal()),
            Value::Any | Value::Number(None) | Value::Text(None) | Value::Binary(_) | Value::List(_, Some(_)) | Value::Bag(..) => false,
            Value::Fun(Fun::Clauses(..)) | Value::Opaque(_) | Value::Union(_) => false,
        }
    }

    /// The term that it is, where that is written out. Of a text it is not known whether it is a string or a binary.
    pub fn to_term(&self) -> Option<Term> {
        let all = |items: &[Value]| items.iter().map(Value::to_term).collect::<Option<Vec<Term>>>();
        match self {
            Value::Atom(atom) => Some(atom.clone().into()),
            Value::Number(Some(text)) => text.parse().ok().map(|number| Term::new(TermKind::Int(number))),
            Value::Tuple(items, _) => all(items).map(Term::tuple),
            Value::List(items, None) => all(items).map(Term::list),
            Value::Map(map) if self.is_literal() => {
                let pairs = map.keys.iter().map(|(key, value, _)| Some((key.to_term()?, value.to_term()?)));
                let mut pairs = pairs.collect::<Option<Vec<(Term, Term)>>>()?;
                pairs.sort();
                Some(Term::new(TermKind::Map(pairs)))
            }
            _ => None,
        }
    }

    /// Whether the form of all its parts is known, though not each number and text.
    pub fn has_form(&self) -> bool {
        match self {
            Value::Any | Value::Opaque(Opaque::Given(_)) => false,
            Value::Atom(_) | Value::Number(_) | Value::Text(_) | Value::Binary(_) | Value::Opaque(_) | Value::Fun(_) => true,
            Value::Tuple(items, _) => items.iter().all(Value::has_form),
            Value::List(items, rest) => items.iter().chain(rest.as_deref()).all(Value::has_form),
            Value::Map(map) => map.rest.is_none() && map.keys.iter().all(|(key, value, _)| key.is_literal() && value.has_form()),
            Value::Bag(_, element) => element.has_form(),
            Value::Union(members) => members.iter().all(Value::has_form),
        }
    }

    /// The same, made elsewhere.
    pub fn with_made(self, made: Made) -> Value {
        match self {
            Value::Tuple(items, _) => Value::Tuple(items, made),
            Value::Map(map) => Value::Map(Map { made, ..map }),
            other => other,
        }
    }

    /// Where it was made.
    pub fn made(&self) -> Option<&(Atom, u32)> {
        match self {
            Value::Tuple(_, made) | Value::Map(Map { made, .. }) => made.0.as_ref(),
            _ => None,
        }
    }

    /// One or the other.
    pub fn or(self, other: Value) -> Value {
        if self.is_never() || self == other {
            return other;
        }
        if other.is_never() {
            return self;
        }
        let mut members = match self {
            Value::Union(members) => members,
            one => vec![one],
        };
        for member in other.into_members() {
            if !members.contains(&member) {
                members.push(member);
            }
        }
        if members.len() > MAX_UNION {
            members = blended(members);
        }
        match members.len() {
            1 => members.pop().unwrap_or(Value::Any),
            2..=MAX_UNION => Value::Union(members),
            _ => Value::Any,
        }
    }

    fn into_members(self) -> Vec<Value> {
        match self {
            Value::Union(members) => members,
            one => vec![one],
        }
    }

    /// What the elements of a list, the values of a container are like.
    pub fn elements(&self) -> Value {
        match self {
            Value::List(items, rest) => {
                let first = items.iter().cloned().fold(Value::NEVER, Value::or);
                rest.as_ref().map_or(first.clone(), |rest| first.or(rest.as_ref().clone()))
            }
            Value::Bag(_, element) => element.as_ref().clone(),
            Value::Union(members) => members.iter().map(Value::elements).fold(Value::NEVER, Value::or),
            _ => Value::Any,
        }
    }

    /// What two values of one form have in common: tuples of one tag and size, maps with one set of keys, lists.
    pub fn blend(self, other: Value) -> Value {
        if self == other {
            return self;
        }
        match (self, other) {
            (Value::Tuple(one, made), Value::Tuple(two, _)) if same_tag(&one, &two) => {
                Value::Tuple(one.into_iter().zip(two).map(|(one, two)| one.or_blend(two)).collect(), made)
            }
            (Value::Map(one), Value::Map(two)) if same_keys(&one, &two) => {
                let mut two = two;
                let keys = one.keys.into_iter().map(|(key, value, always)| {
                    let at = two.keys.iter().position(|(known, ..)| *known == key);
                    let (_, other, kept) = at.map_or((Value::Any, Value::Any, true), |at| two.keys.swap_remove(at));
                    (key, value.or_blend(other), always && kept)
                });
                let keys = keys.collect();
                let rest = match (one.rest, two.rest) {
                    (Some(one), Some(two)) => Some(Box::new((one.0.or_blend(two.0), one.1.or_blend(two.1)))),
                    (one, two) => one.or(two),
                };
                Value::Map(Map { keys, rest, made: one.made })
            }
            (one @ Value::List(..), two @ Value::List(..)) => Value::list_of(one.elements().or_blend(two.elements())),
            (Value::Bag(holder, one), Value::Bag(other, two)) if holder == other => Value::Bag(holder, Box::new(one.or_blend(*two))),
            (one, two) => one.or(two),
        }
    }

    /// One or the other, members of one form taken together.
    pub fn or_blend(self, other: Value) -> Value {
        let mut members = self.into_members();
        for member in other.into_members() {
            add(&mut members, member);
        }
        match members.len() {
            1 => members.pop().unwrap_or(Value::Any),
            0 | 2..=MAX_UNION => Value::Union(members),
            _ => Value::Any,
        }
    }

    /// The value down to a depth, and to a number of parts; the rest is not known.
    pub fn cut(self) -> Value {
        if self.is_small(&mut 32) {
            return self;
        }
        self.cut_to(MAX_DEPTH, &mut MAX_PARTS.clone())
    }

    /// Whether it has fewer parts than this.
    fn is_small(&self, left: &mut usize) -> bool {
        let Some(rest) = left.checked_sub(1) else { return false };
        *left = rest;
        match self {
            Value::Tuple(items, _) | Value::Union(items) => items.iter().all(|item| item.is_small(left)),
            Value::List(items, rest) => items.iter().all(|item| item.is_small(left)) && rest.as_ref().is_none_or(|rest| rest.is_small(left)),
            Value::Bag(_, element) => element.is_small(left),
            Value::Map(map) => {
                map.keys.iter().all(|(_, value, _)| value.is_small(left)) && map.rest.as_ref().is_none_or(|rest| rest.0.is_small(left) && rest.1.is_small(left))
            }
            Value::Any | Value::Atom(_) | Value::Number(_) | Value::Text(_) | Value::Binary(_) | Value::Fun(_) | Value::Opaque(_) => true,
        }
    }

    fn cut_to(self, depth: usize, left: &mut usize) -> Value {
        let (Some(depth), Some(rest)) = (depth.checked_sub(1), left.checked_sub(1)) else { return Value::Any };
        *left = rest;
        let mut all = |items: Vec<Value>| items.into_iter().map(|item| item.cut_to(depth, left)).collect::<Vec<Value>>();
        match self {
            Value::Tuple(items, _) if items.len() > MAX_PARTS => Value::Any,
            Value::Tuple(items, made) => Value::Tuple(all(items), made),
            Value::List(items, rest) if items.len() > MAX_ITEMS => {
                let each = Value::List(items, rest).elements().cut_to(depth, left);
                Value::list_of(each)
            }
            Value::List(items, rest) => {
                let items = all(items);
                Value::List(items, rest.map(|rest| Box::new(rest.cut_to(depth, left))))
            }
            Value::Union(members) => Value::Union(members.into_iter().map(|member| member.cut_to(depth + 1, left)).collect()),
            Value::Bag(holder, element) => Value::Bag(holder, Box::new(element.cut_to(depth, left))),
            Value::Map(Map { keys, rest, made }) => Value::Map(Map {
                keys: keys.into_iter().map(|(key, value, always)| (key, value.cut_to(depth, left), always)).collect(),
                rest: rest.map(|rest| Box::new((rest.0.cut_to(depth, left), rest.1.cut_to(depth, left)))),
                made,
            }),
            Value::Any | Value::Atom(_) | Value::Number(_) | Value::Text(_) | Value::Binary(_) | Value::Fun(_) | Value::Opaque(_) => self,
        }
    }
}

/// Adds a value to alternatives, each of a form of its own.
pub fn add(members: &mut Vec<Value>, value: Value) {
    if members.contains(&value) {
        return;
    }
    match members.iter_mut().find(|known| same_form(known, &value)) {
        Some(known) => *known = std::mem::replace(known, Value::Any).blend(value),
        None => members.push(value),
    }
}

/// Whether a number is written as a whole one.
fn is_whole(text: &str) -> bool {
    text.parse::<i64>().is_ok()
}

fn blended(members: Vec<Value>) -> Vec<Value> {
    let mut all = Vec::new();
    for member in members {
        add(&mut all, member);
    }
    all
}

/// Whether two values are of one form.
fn same_form(one: &Value, two: &Value) -> bool {
    match (one, two) {
        (Value::Tuple(one, _), Value::Tuple(two, _)) => same_tag(one, two),
        (Value::Map(one), Value::Map(two)) => same_keys(one, two),
        // An empty list is one of those that hold something.
        (Value::List(..), Value::List(..)) => true,
        (Value::Bag(one, _), Value::Bag(two, _)) => one == two,
        _ => false,
    }
}

fn same_tag(one: &[Value], two: &[Value]) -> bool {
    let tag = |items: &[Value]| items.first().and_then(Value::as_atom).cloned();
    // Of calls that are kept each is one of its own.
    let call = |items: &[Value]| match items {
        [Value::Atom(_), Value::Atom(function), Value::List(arguments, _)] => Some((function.clone(), arguments.len())),
        _ => None,
    };
    one.len() == two.len() && tag(one) == tag(two) && call(one) == call(two)
}

fn same_keys(one: &Map, two: &Map) -> bool {
    let has = |map: &Map, key: &Value| map.keys.iter().any(|(known, ..)| known == key);
    let tag = |map: &Map| map.keys.iter().find(|(key, ..)| key.is_atom("__struct__")).map(|(_, name, _)| name.clone());
    one.keys.len() == two.keys.len() && one.keys.iter().all(|(key, ..)| has(two, key)) && tag(one) == tag(two)
}

impl Map {
    /// A map with all of its keys, all known.
    pub fn of(keys: Vec<(Value, Value)>, made: Made) -> Map {
        let mut map = Map { made, ..Map::default() };
        for (key, value) in keys {
            map.put(key, value);
        }
        map
    }

    /// The name of the struct that it is.
    pub fn struct_name(&self) -> Option<&Atom> {
        self.keys.iter().find(|(key, ..)| key.is_atom("__struct__")).and_then(|(_, name, _)| name.as_atom())
    }

    /// A map of which nothing is known.
    pub fn any() -> Map {
        Map { rest: Some(Box::new((Value::Any, Value::Any))), ..Map::default() }
    }

    /// What a key has, and whether it is always there; `None` where it is never.
    pub fn get(&self, key: &Value) -> Option<(Value, bool)> {
        if let Some((_, value, always)) = self.keys.iter().find(|(known, ..)| known == key) {
            return Some((value.clone(), *always));
        }
        if !key.is_literal() {
            let may_be = self.keys.iter().filter(|(known, ..)| !known.is_other_than(key));
            let all = may_be.map(|(_, value, _)| value.clone()).fold(Value::NEVER, Value::or);
            let rest = self.rest.as_ref().filter(|rest| !rest.0.is_other_than(key)).map_or(Value::NEVER, |rest| rest.1.clone());
            return Some((all.or(rest), false)).filter(|(value, _)| !value.is_never());
        }
        let rest = self.rest.as_ref()?;
        (!rest.0.is_other_than(key)).then(|| (rest.1.clone(), false))
    }

    /// Puts a key in.
    pub fn put(&mut self, key: Value, value: Value) {
        if !key.is_literal() || (self.keys.len() >= MAX_PARTS && self.get(&key).is_none_or(|(_, always)| !always)) {
            let (known, other) = self.rest.take().map_or((Value::NEVER, Value::NEVER), |rest| *rest);
            // It may be one of the keys that are known.
            for (_, known, _) in self.keys.iter_mut().filter(|(known, ..)| !known.is_other_than(&key)) {
                *known = std::mem::replace(known, Value::Any).or(value.clone());
            }
            self.rest = Some(Box::new((known.or_blend(key), other.or_blend(value))));
            return;
        }
        match self.keys.iter_mut().find(|(known, ..)| *known == key) {
            Some(entry) => *entry = (key, value, true),
            None => self.keys.push((key, value, true)),
        }
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: &Value) {
        if key.is_literal() {
            self.keys.retain(|(known, ..)| known != key);
        } else {
            self.keys.iter_mut().for_each(|(_, _, always)| *always = false);
        }
    }

    /// What its values are like.
    pub fn values(&self) -> Value {
        let known = self.keys.iter().map(|(_, value, _)| value.clone()).fold(Value::NEVER, Value::or_blend);
        self.rest.as_ref().map_or(known.clone(), |rest| known.or_blend(rest.1.clone()))
    }

    /// What its keys are like.
    pub fn all_keys(&self) -> Value {
        let known = self.keys.iter().map(|(key, ..)| key.clone()).fold(Value::NEVER, Value::or);
        self.rest.as_ref().map_or(known.clone(), |rest| known.or(rest.0.clone()))
    }
}

impl Value {
    /// Whether two values are certainly not equal.
    pub fn is_other_than(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Union(members), _) => members.iter().all(|member| member.is_other_than(other)),
            (_, Value::Union(members)) => members.iter().all(|member| self.is_other_than(member)),
            (Value::Tuple(one, _), Value::Tuple(two, _)) => one.len() != two.len() || one.iter().zip(two).any(|(one, two)| one.is_other_than(two)),
            (Value::Map(one), Value::Map(two)) => {
                let lacks = |map: &Map, other: &Map| map.keys.iter().any(|(key, _, always)| *always && other.get(key).is_none());
                lacks(one, two) || lacks(two, one)
            }
            (Value::Number(Some(one)), Value::Number(Some(other))) if is_whole(one) && is_whole(other) => one != other,
            // Text may be a list or a binary, and numbers of two sorts may be equal.
            (Value::Text(Some(one)), Value::Text(Some(other))) => one != other,
            (Value::Binary(_), other) | (other, Value::Binary(_)) if other.kind().is_some() => true,
            (Value::Binary(one), other) | (other, Value::Binary(one)) => other.bytes().is_some_and(|other| one.is_other_than(&other)),
            (Value::Text(_), Value::Text(_) | Value::List(..)) | (Value::List(..), Value::Text(_) | Value::List(..)) => false,
            (Value::Text(_), other) | (other, Value::Text(_)) if other.kind().is_some_and(|kind| kind != Sort::List) => true,
            _ if self.is_literal() && other.is_literal() => self != other && (self.kind() != Some(Sort::Number) || other.kind() != Some(Sort::Number)),
            _ => self.kind().zip(other.kind()).is_some_and(|(one, two)| one != two),
        }
    }

    /// The funs in it that run the code which made them, each with its module.
    pub fn own_funs<'v>(&'v self, found: &mut Vec<(&'v Atom, &'v Fun)>) {
        self.visit(&mut |part| {
            if let Value::Fun(fun @ (Fun::Local(module, ..) | Fun::Clauses(module, ..))) = part {
                found.push((module, fun));
            }
        });
    }

    /// Looks at it and at every value in it, keys of maps left out.
    pub fn visit<'v>(&'v self, look: &mut impl FnMut(&'v Value)) {
        look(self);
        match self {
            Value::Tuple(items, _) | Value::Union(items) => items.iter().for_each(|item| item.visit(look)),
            Value::List(items, rest) => items.iter().chain(rest.as_deref()).for_each(|item| item.visit(look)),
            Value::Map(map) => {
                map.keys.iter().for_each(|(_, value, _)| value.visit(look));
                map.rest.iter().for_each(|rest| rest.1.visit(look));
            }
            Value::Bag(_, element) => element.visit(look),
            Value::Fun(_) | Value::Any | Value::Atom(_) | Value::Number(_) | Value::Text(_) | Value::Binary(_) | Value::Opaque(_) => {}
        }
    }

    /// A bitstring of which this is known.
    pub fn of_bytes(bytes: Bytes) -> Value {
        if bytes.is_unknown() { Value::Text(None) } else { Value::Binary(bytes) }
    }

    /// How it begins, where it may be a binary of which something is known.
    pub fn bytes(&self) -> Option<Bytes> {
        match self {
            Value::Text(Some(text)) => Some(Bytes::of_text(text)),
            Value::Binary(bytes) => Some(bytes.clone()),
            _ => None,
        }
    }

    /// What sort of term it is, where that is known.
    pub fn kind(&self) -> Option<Sort> {
        match self {
            Value::Atom(_) => Some(Sort::Atom),
            Value::Number(_) => Some(Sort::Number),
            Value::Tuple(..) => Some(Sort::Tuple),
            Value::List(..) => Some(Sort::List),
            Value::Map(_) => Some(Sort::Map),
            Value::Fun(_) => Some(Sort::Fun),
            Value::Opaque(Opaque::Own | Opaque::Pid | Opaque::Elsewhere | Opaque::Registered(_)) => Some(Sort::Pid),
            Value::Opaque(Opaque::Boolean) => Some(Sort::Atom),
            Value::Opaque(Opaque::Reference | Opaque::Counters(false, _)) => Some(Sort::Reference),
            Value::Opaque(Opaque::Clock(..)) => Some(Sort::Number),
            Value::Opaque(Opaque::Timer | Opaque::Counters(true, _)) => Some(Sort::Tuple),
            Value::Bag(holder, _) => holder.sort(),
            // Text may be a list or a binary.
            Value::Any | Value::Text(_) | Value::Binary(_) | Value::Union(_) | Value::Opaque(Opaque::Given(_)) => None,
        }
    }
}

/// As Erlang writes it, `..` for what is not known; long ones are cut short.
impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each = |out: &mut fmt::Formatter<'_>, items: &[Value]| {
            for (at, item) in items.iter().take(8).enumerate() {
                write!(out, "{}{item}", if at > 0 { "," } else { "" })?;
            }
            if items.len() > 8 { out.write_str(",..") } else { Ok(()) }
        };
        match self {
            Value::Atom(atom) => write!(out, "{atom}"),
            Value::Number(Some(text)) => out.write_str(text),
            Value::Text(Some(text)) => out.write_str(&crate::term::print::quoted(text, '"')),
            Value::Tuple(items, _) => {
                out.write_str("{")?;
                each(out, items)?;
                out.write_str("}")
            }
            Value::List(items, rest) => {
                out.write_str("[")?;
                each(out, items)?;
                if rest.is_some() {
                    out.write_str(if items.is_empty() { ".." } else { "|.." })?;
                }
                out.write_str("]")
            }
            Value::Map(map) => {
                match map.struct_name() {
                    Some(name) => write!(out, "%{}{{", name.as_str().trim_start_matches("Elixir."))?,
                    None => out.write_str("#{")?,
                }
                let shown: Vec<&(Value, Value, bool)> = map.keys.iter().filter(|(key, ..)| !key.is_atom("__struct__")).collect();
                for (at, (key, value, _)) in shown.iter().take(6).enumerate() {
                    write!(out, "{}{key} => {value}", if at > 0 { "," } else { "" })?;
                }
                out.write_str(if shown.len() > 6 || map.rest.is_some() { ",..}" } else { "}" })
            }
            Value::Fun(Fun::Named(module, name, arity)) => write!(out, "fun {module}:{name}/{arity}"),
            Value::Fun(Fun::Local(_, name, arity)) => write!(out, "fun {name}/{arity}"),
            Value::Fun(Fun::Clauses(..)) => out.write_str("fun .."),
            Value::Opaque(Opaque::Clock(clock, unit)) => write!(out, "{clock}({unit})"),
            Value::Text(None) => out.write_str("\"..\""),
            Value::Binary(bytes) => write!(out, "{bytes}"),
            Value::Any | Value::Number(None) | Value::Bag(..) | Value::Opaque(_) | Value::Union(_) => out.write_str(".."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternatives_have_a_bound() {
        let many = (0..100).map(|at| Value::tuple(vec![Value::atom(&format!("t{at}"))])).fold(Value::NEVER, Value::or);
        assert!(many.members().contains(&Value::Any) && many.members().len() <= MAX_UNION);
        let alike = (0..100).map(|at| Value::tuple(vec![Value::atom("t"), Value::Number(Some(at.to_string()))])).fold(Value::NEVER, Value::or_blend);
        assert!(matches!(alike, Value::Tuple(..)));
    }

    #[test]
    fn calls_that_are_kept_are_not_taken_together() {
        let call = |function: &str| Value::tuple(vec![Value::atom("m"), Value::atom(function), Value::List(Vec::new(), None)]);
        assert_eq!(call("f").or_blend(call("g")).members().len(), 2);
    }

    #[test]
    fn values_have_a_bound() {
        let deep = (0..10_000).fold(Value::atom("end"), |value, _| Value::tuple(vec![value]).cut());
        assert!(deep.to_string().len() < 100);
        let wide = Value::tuple(vec![Value::tuple(vec![Value::atom("a"); 50]); 50]).cut();
        assert!(wide.to_string().contains(".."));
    }

    #[test]
    fn a_version_is_what_the_release_handler_passes() {
        let list = |items: Vec<Term>| Term::new(TermKind::List(items));
        assert_eq!(Value::of_vsn(&list(vec![Term::string("1.0")])), Value::Text(Some("1.0".to_owned())));
        assert_eq!(Value::of_vsn(&list(vec![Term::new(TermKind::Int(1000))])), Value::Number(Some("1000".to_owned())));
        assert_eq!(Value::of_vsn(&list(vec![Term::new(TermKind::Int(65))])), Value::Text(None));
    }
}
