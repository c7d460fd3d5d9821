//! The values: Erlang terms, each with the place it was written at.

use crate::span::Span;
use ecow::EcoString;
use num_bigint::BigInt;
use std::borrow::Borrow;

/// An atom's text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Atom(EcoString);

impl Atom {
    /// The atom with this text.
    pub fn new(text: &str) -> Atom {
        Atom(EcoString::from(text))
    }

    /// Its text, without quotes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Atom {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Atom {
    fn from(text: &str) -> Atom {
        Atom::new(text)
    }
}

/// A bit string.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bits {
    /// The bytes; the unused low bits of the last one are zero.
    pub bytes: Vec<u8>,
    /// How many bits of the last byte count, 1 to 7; 0 when all do.
    pub trailing: u8,
}

/// `fun Module:Name/Arity`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExternalFun {
    /// The module.
    pub module: Atom,
    /// The function.
    pub name: Atom,
    /// The arity.
    pub arity: u8,
}

/// A term and where it was written.
#[derive(Clone, Debug)]
pub struct Term {
    /// What it is.
    pub kind: TermKind,
    /// Where it is; [`Span::GENERATED`] when a pass made it.
    pub span: Span,
}

/// What a term is.
///
/// A written string and a list of the same code points are one term to Erlang: use [`Term::items`] and
/// [`Term::text`], which see through the difference, as `==` does.
#[derive(Clone, Debug)]
pub enum TermKind {
    /// An atom.
    Atom(Atom),
    /// An integer that fits 64 bits.
    Int(i64),
    /// A larger integer.
    Big(Box<BigInt>),
    /// A finite float.
    Float(f64),
    /// A written string: never empty.
    Str(Box<str>),
    /// A proper list.
    List(Vec<Term>),
    /// An improper list: its elements (at least one) and its tail, which is not a list.
    Improper(Box<(Vec<Term>, Term)>),
    /// A tuple.
    Tuple(Vec<Term>),
    /// A map, its pairs in the order of their keys.
    Map(Vec<(Term, Term)>),
    /// A bit string.
    Bits(Box<Bits>),
    /// An external fun.
    Fun(Box<ExternalFun>),
    /// What could not be read; already reported.
    Invalid,
}

impl Term {
    /// A term that no file holds.
    pub fn new(kind: TermKind) -> Term {
        Term { kind, span: Span::GENERATED }
    }

    /// An atom.
    pub fn atom(text: &str) -> Term {
        Term::new(TermKind::Atom(Atom::new(text)))
    }

    /// A string; the empty one is the empty list.
    pub fn string(text: &str) -> Term {
        Term::new(if text.is_empty() { TermKind::List(Vec::new()) } else { TermKind::Str(text.into()) })
    }

    /// A list.
    pub fn list(items: Vec<Term>) -> Term {
        Term::new(TermKind::List(items))
    }

    /// A list of atoms.
    pub fn atoms<'a>(atoms: impl IntoIterator<Item = &'a Atom>) -> Term {
        Term::list(atoms.into_iter().map(|atom| Term::from(atom.clone())).collect())
    }

    /// A tuple.
    pub fn tuple(items: Vec<Term>) -> Term {
        Term::new(TermKind::Tuple(items))
    }

    /// The atom's text, when it is one.
    pub fn as_atom(&self) -> Option<&Atom> {
        if let TermKind::Atom(atom) = &self.kind { Some(atom) } else { None }
    }

    /// Whether it is this atom.
    pub fn is_atom(&self, text: &str) -> bool {
        self.as_atom().is_some_and(|atom| atom.as_str() == text)
    }

    /// The elements, when it is a tuple.
    pub fn as_tuple(&self) -> Option<&[Term]> {
        if let TermKind::Tuple(items) = &self.kind { Some(items) } else { None }
    }

    /// The terms that are directly in it, in the order in which they are written; of a map its keys and values.
    pub fn children(&self) -> Vec<&Term> {
        match &self.kind {
            TermKind::List(items) | TermKind::Tuple(items) => items.iter().collect(),
            TermKind::Improper(parts) => parts.0.iter().chain([&parts.1]).collect(),
            TermKind::Map(pairs) => {
                let mut all: Vec<&Term> = pairs.iter().flat_map(|(key, value)| [key, value]).collect();
                all.sort_by_key(|child| child.span.start);
                all
            }
            TermKind::Atom(_)
            | TermKind::Int(_)
            | TermKind::Big(_)
            | TermKind::Float(_)
            | TermKind::Str(_)
            | TermKind::Bits(_)
            | TermKind::Fun(_)
            | TermKind::Invalid => Vec::new(),
        }
    }

    /// The same term with one place for all that is in it.
    pub fn at(&self, span: Span) -> Term {
        let all = |terms: &[Term]| terms.iter().map(|term| term.at(span)).collect::<Vec<Term>>();
        let kind = match &self.kind {
            TermKind::List(items) => TermKind::List(all(items)),
            TermKind::Tuple(items) => TermKind::Tuple(all(items)),
            TermKind::Improper(parts) => TermKind::Improper(Box::new((all(&parts.0), parts.1.at(span)))),
            TermKind::Map(pairs) => TermKind::Map(pairs.iter().map(|(key, value)| (key.at(span), value.at(span))).collect()),
            TermKind::Atom(_)
            | TermKind::Int(_)
            | TermKind::Big(_)
            | TermKind::Float(_)
            | TermKind::Str(_)
            | TermKind::Bits(_)
            | TermKind::Fun(_)
            | TermKind::Invalid => self.kind.clone(),
        };
        Term { kind, span }
    }

    /// The elements, when it is a proper list that was not written as a string.
    pub fn as_list(&self) -> Option<&[Term]> {
        if let TermKind::List(items) = &self.kind { Some(items) } else { None }
    }

    /// Whether it is a list, proper or not (`is_list/1`).
    pub fn is_list(&self) -> bool {
        matches!(self.kind, TermKind::List(_) | TermKind::Str(_) | TermKind::Improper(_))
    }

    /// Whether it is the empty list.
    pub fn is_nil(&self) -> bool {
        matches!(&self.kind, TermKind::List(items) if items.is_empty())
    }

    /// The elements of a proper list; those of a written string are made up, with the string's span.
    pub fn items(&self) -> Option<std::borrow::Cow<'_, [Term]>> {
        use std::borrow::Cow;
        if let TermKind::Str(text) = &self.kind {
            let item = |c: char| Term { kind: TermKind::Int(i64::from(u32::from(c))), span: self.span };
            return Some(Cow::Owned(text.chars().map(item).collect()));
        }
        self.as_list().map(Cow::Borrowed)
    }

    /// The text of a proper list of code points, the empty list included.
    pub fn text(&self) -> Option<std::borrow::Cow<'_, str>> {
        use std::borrow::Cow;
        if let TermKind::Str(text) = &self.kind {
            return Some(Cow::Borrowed(text));
        }
        let code_points = self.as_list()?.iter().map(Term::as_char);
        code_points.collect::<Option<String>>().map(Cow::Owned)
    }

    /// The integer as a code point.
    pub fn as_char(&self) -> Option<char> {
        if let TermKind::Int(value) = self.kind { u32::try_from(value).ok().and_then(char::from_u32) } else { None }
    }

    /// Whether it is an integer above zero.
    pub fn is_positive_integer(&self) -> bool {
        if let TermKind::Big(value) = &self.kind {
            return value.sign() == num_bigint::Sign::Plus;
        }
        matches!(self.kind, TermKind::Int(value) if value > 0)
    }

    /// Whether part of it could not be read; what is reported about it further would be noise.
    pub fn is_invalid(&self) -> bool {
        match &self.kind {
            TermKind::Invalid => true,
            TermKind::List(items) | TermKind::Tuple(items) => items.iter().any(Term::is_invalid),
            TermKind::Improper(parts) => parts.0.iter().any(Term::is_invalid) || parts.1.is_invalid(),
            TermKind::Map(pairs) => pairs.iter().any(|(key, value)| key.is_invalid() || value.is_invalid()),
            TermKind::Atom(_) | TermKind::Int(_) | TermKind::Big(_) | TermKind::Float(_) | TermKind::Str(_) | TermKind::Bits(_) | TermKind::Fun(_) => false,
        }
    }
}

impl From<Atom> for Term {
    fn from(atom: Atom) -> Term {
        Term::new(TermKind::Atom(atom))
    }
}
