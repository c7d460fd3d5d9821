//! Expressions of Erlang and of Elixir in one form.

use crate::term::Atom;
use std::fmt;

/// A clause of a function, a fun, a `case` or a `receive`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// Its line.
    pub line: Line,
    /// What it takes.
    pub patterns: Vec<Expr>,
    /// Its guards: one of these, each of which asks for all of its tests.
    pub guards: Vec<Vec<Expr>>,
    /// Its expressions; none where only the head is looked at.
    pub body: Vec<Expr>,
}

impl Clause {
    /// Whether a guard narrows what it takes.
    pub fn is_guarded(&self) -> bool {
        !self.guards.is_empty()
    }

    /// Whether a variable is in its patterns twice, so that two parts of what it takes must be equal.
    pub fn repeats_a_variable(&self) -> bool {
        let mut seen = Vec::new();
        self.patterns.iter().any(|pattern| repeats(pattern, &mut seen))
    }
}

/// Whether a variable takes anything and keeps nothing; Elixir's have a version after their name.
pub fn is_wildcard(variable: &str) -> bool {
    variable == "_" || variable.starts_with("_@")
}

fn repeats<'e>(pattern: &'e Expr, seen: &mut Vec<&'e str>) -> bool {
    match pattern {
        Expr::Var(name) if is_wildcard(name) => false,
        Expr::Var(name) if seen.contains(&name.as_str()) => true,
        Expr::Var(name) => {
            seen.push(name);
            false
        }
        Expr::Tuple(items) | Expr::Binary(items) => items.iter().any(|item| repeats(item, seen)),
        Expr::List(items, tail) => items.iter().chain(tail.as_deref()).any(|item| repeats(item, seen)),
        Expr::Map(pairs) | Expr::Struct(_, pairs) => pairs.iter().any(|(_, item)| repeats(item, seen)),
        Expr::Record(_, fields) => fields.iter().any(|(_, item)| repeats(item, seen)),
        Expr::Bind(left, right) => repeats(left, seen) || repeats(right, seen),
        Expr::Atom(_) | Expr::Number(_) | Expr::Text(_) | Expr::Call(..) | Expr::Apply(..) | Expr::Block(_) | Expr::Case(..) => false,
        Expr::Receive(..) | Expr::Try(..) | Expr::Comprehension(..) | Expr::With(..) | Expr::Fun(_) | Expr::Named(..) | Expr::Op(..) => false,
        Expr::Change(..) | Expr::RecordChange(..) | Expr::RecordField(..) | Expr::Field(..) | Expr::Unknown => false,
    }
}

/// A line of a source, counted from 1; 0 where it is not known. Two expressions on different lines may be equal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Line(pub u32);

impl PartialEq for Line {
    fn eq(&self, _: &Line) -> bool {
        true
    }
}

impl Eq for Line {}

/// A part of a comprehension, or of Elixir's `with`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Qualifier {
    /// Each element of a list that a pattern takes, with its guards.
    Each(Box<Clause>, Expr),
    /// A pattern that takes a value.
    Takes(Box<Clause>, Expr),
    /// A test, or another expression.
    Test(Expr),
}

/// An expression or a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    /// An atom.
    Atom(Atom),
    /// A number, as it is printed.
    Number(String),
    /// A string or a binary.
    Text(String),
    /// A binary that is put together of parts; of one with a size or a type of its own nothing is known.
    Binary(Vec<Expr>),
    /// A tuple.
    Tuple(Vec<Expr>),
    /// A list, and its tail when that is written apart.
    List(Vec<Expr>, Option<Box<Expr>>),
    /// A map.
    Map(Vec<(Expr, Expr)>),
    /// A record, made or changed: the fields that are named.
    Record(Atom, Vec<(Atom, Expr)>),
    /// An Elixir struct: the fields that are named.
    Struct(Atom, Vec<(Expr, Expr)>),
    /// A variable.
    Var(String),
    /// A call, of another module when one is named.
    Call(Option<Atom>, Atom, Vec<Expr>, Line),
    /// A call of a function that is computed: the module where it is apart, the function, the arguments.
    Apply(Option<Box<Expr>>, Box<Expr>, Vec<Expr>, Line),
    /// A match: a pattern and what it is matched with.
    Bind(Box<Expr>, Box<Expr>),
    /// One expression after the other.
    Block(Vec<Expr>),
    /// The first of several that takes a value; none is given where only tests are made.
    Case(Option<Box<Expr>>, Vec<Clause>),
    /// The first of several that takes a message; how long it is waited for, and what is done when none comes.
    Receive(Vec<Clause>, Option<Box<Expr>>, Vec<Expr>),
    /// Expressions, the clauses that go on with their value (or none), those that catch, and what is done at last.
    Try(Vec<Expr>, Vec<Clause>, Vec<Clause>, Vec<Expr>),
    /// A comprehension: its parts and what it makes of each.
    Comprehension(Vec<Qualifier>, Box<Expr>),
    /// Elixir's `with`: its parts, what follows, and the clauses for what was not taken.
    With(Vec<Qualifier>, Box<Expr>, Vec<Clause>),
    /// A fun of the module's own code.
    Fun(Vec<Clause>),
    /// `fun name/arity` and `fun module:name/arity`.
    Named(Option<Atom>, Atom, u32),
    /// An operator and its operands.
    Op(String, Vec<Expr>),
    /// A map that is changed: keys and values, each with whether the key must be there.
    Change(Box<Expr>, Vec<(Expr, Expr, bool)>),
    /// A record that is changed.
    RecordChange(Box<Expr>, Atom, Vec<(Atom, Expr)>),
    /// A field of a record.
    RecordField(Box<Expr>, Atom, Atom),
    /// A field of a map or of a struct.
    Field(Box<Expr>, Atom, Line),
    /// Anything else.
    Unknown,
}

impl Expr {
    /// The elements of a tuple whose first one is this atom, without it.
    pub fn tagged(&self, tag: &str) -> Option<&[Expr]> {
        let Expr::Tuple(items) = self else { return None };
        let (first, rest) = items.split_first()?;
        first.as_atom().filter(|first| first.as_str() == tag).map(|_| rest)
    }

    /// A binary of these parts: text where they are one string, or none.
    pub(super) fn binary(mut parts: Vec<Expr>) -> Expr {
        match parts.as_mut_slice() {
            [] => Expr::Text(String::new()),
            [text @ Expr::Text(_)] => std::mem::replace(text, Expr::Unknown),
            _ => Expr::Binary(parts),
        }
    }

    /// A part of a binary in UTF-8: a number is a character.
    pub(super) fn encoded(self) -> Expr {
        let Expr::Number(number) = &self else { return self };
        number.parse().ok().and_then(char::from_u32).map_or(Expr::Unknown, |character| Expr::Text(character.to_string()))
    }

    /// A whole number of so many bits as the bytes of a binary; `None` where it is no number that is written out, or no whole bytes.
    pub(super) fn in_bytes(&self, bits: u32) -> Option<Vec<Expr>> {
        let Expr::Number(text) = self else { return None };
        let (number, count) = (text.parse::<u64>().ok()?, bits / 8);
        let is_whole = bits.is_multiple_of(8) && (1..=8).contains(&count);
        let byte = |at: u32| Expr::Number((number >> (8 * at) & 0xff).to_string());
        is_whole.then(|| (0..count).rev().map(byte).collect())
    }

    /// Looks at it and at every expression in it, patterns left out.
    pub fn visit(&self, look: &mut impl FnMut(&Expr)) {
        look(self);
        let mut all = |items: &[Expr]| items.iter().for_each(|item| item.visit(look));
        match self {
            Expr::Tuple(items) | Expr::Binary(items) | Expr::Block(items) | Expr::Call(_, _, items, _) | Expr::Op(_, items) => all(items),
            Expr::List(items, tail) => {
                all(items);
                tail.iter().for_each(|tail| tail.visit(look));
            }
            Expr::Map(pairs) | Expr::Struct(_, pairs) => pairs.iter().for_each(|(_, value)| value.visit(look)),
            Expr::Record(_, fields) => fields.iter().for_each(|(_, value)| value.visit(look)),
            Expr::RecordChange(changed, _, fields) => {
                changed.visit(look);
                fields.iter().for_each(|(_, value)| value.visit(look));
            }
            Expr::Change(changed, pairs) => {
                changed.visit(look);
                pairs.iter().for_each(|(_, value, _)| value.visit(look));
            }
            Expr::RecordField(inner, ..) | Expr::Field(inner, ..) | Expr::Bind(_, inner) => inner.visit(look),
            Expr::Apply(module, function, arguments, _) => {
                module.iter().for_each(|module| module.visit(look));
                function.visit(look);
                arguments.iter().for_each(|argument| argument.visit(look));
            }
            Expr::Case(subject, clauses) => {
                subject.iter().for_each(|subject| subject.visit(look));
                bodies(clauses, look);
            }
            Expr::Receive(clauses, timeout, after) => {
                bodies(clauses, look);
                timeout.iter().for_each(|timeout| timeout.visit(look));
                after.iter().for_each(|expr| expr.visit(look));
            }
            Expr::Try(body, of, catches, after) => {
                body.iter().chain(after).for_each(|expr| expr.visit(look));
                bodies(of, look);
                bodies(catches, look);
            }
            Expr::Comprehension(parts, body) => {
                qualifiers(parts, look);
                body.visit(look);
            }
            Expr::With(parts, body, otherwise) => {
                qualifiers(parts, look);
                body.visit(look);
                bodies(otherwise, look);
            }
            Expr::Fun(clauses) => bodies(clauses, look),
            Expr::Atom(_) | Expr::Number(_) | Expr::Text(_) | Expr::Var(_) | Expr::Named(..) | Expr::Unknown => {}
        }
    }

    /// The atom that it is.
    pub fn as_atom(&self) -> Option<&Atom> {
        if let Expr::Atom(atom) = self { Some(atom) } else { None }
    }

    /// Whether part of it is not looked at: two such expressions may differ and look the same.
    pub fn has_unknown(&self) -> bool {
        match self {
            Expr::Unknown | Expr::Case(..) | Expr::Fun(_) => true,
            Expr::Tuple(items) | Expr::Binary(items) | Expr::Block(items) | Expr::Call(_, _, items, _) => items.iter().any(Expr::has_unknown),
            Expr::List(items, tail) => items.iter().any(Expr::has_unknown) || tail.as_ref().is_some_and(|tail| tail.has_unknown()),
            Expr::Map(pairs) | Expr::Struct(_, pairs) => pairs.iter().any(|(key, value)| key.has_unknown() || value.has_unknown()),
            Expr::Record(_, fields) => fields.iter().any(|(_, value)| value.has_unknown()),
            Expr::Bind(pattern, value) => pattern.has_unknown() || value.has_unknown(),
            Expr::Apply(..) | Expr::Receive(..) | Expr::Try(..) | Expr::Comprehension(..) | Expr::With(..) | Expr::Op(..) => true,
            Expr::Change(..) | Expr::RecordChange(..) | Expr::RecordField(..) | Expr::Field(..) => true,
            Expr::Atom(_) | Expr::Number(_) | Expr::Text(_) | Expr::Var(_) | Expr::Named(..) => false,
        }
    }

    /// Whether a value made by it holds a fun of the module's own code, as far as it is written out.
    pub fn holds_fun(&self) -> bool {
        match self {
            // `fun module:name/arity` is looked up when it is called.
            Expr::Fun(_) | Expr::Named(None, ..) => true,
            Expr::Tuple(items) => items.iter().any(Expr::holds_fun),
            Expr::List(items, tail) => items.iter().any(Expr::holds_fun) || tail.as_ref().is_some_and(|tail| tail.holds_fun()),
            Expr::Map(pairs) | Expr::Struct(_, pairs) => pairs.iter().any(|(_, value)| value.holds_fun()),
            Expr::Record(_, fields) => fields.iter().any(|(_, value)| value.holds_fun()),
            Expr::Bind(_, value) => value.holds_fun(),
            Expr::Block(items) => items.last().is_some_and(Expr::holds_fun),
            Expr::Apply(..) | Expr::Receive(..) | Expr::Try(..) | Expr::Comprehension(..) | Expr::With(..) | Expr::Op(..) => false,
            Expr::Change(..) | Expr::RecordChange(..) | Expr::RecordField(..) | Expr::Field(..) | Expr::Named(Some(_), ..) => false,
            Expr::Atom(_) | Expr::Number(_) | Expr::Text(_) | Expr::Binary(_) | Expr::Var(_) | Expr::Call(..) | Expr::Case(..) | Expr::Unknown => false,
        }
    }

    /// Whether every part of it is known.
    pub fn is_literal(&self) -> bool {
        match self {
            Expr::Atom(_) | Expr::Number(_) | Expr::Text(_) => true,
            Expr::Tuple(items) => items.iter().all(Expr::is_literal),
            Expr::List(items, tail) => items.iter().all(Expr::is_literal) && tail.as_ref().is_none_or(|tail| tail.is_literal()),
            Expr::Map(pairs) | Expr::Struct(_, pairs) => pairs.iter().all(|(key, value)| key.is_literal() && value.is_literal()),
            Expr::Record(_, fields) => fields.iter().all(|(_, value)| value.is_literal()),
            Expr::Apply(..) | Expr::Receive(..) | Expr::Try(..) | Expr::Comprehension(..) | Expr::With(..) | Expr::Op(..) => false,
            Expr::Change(..) | Expr::RecordChange(..) | Expr::RecordField(..) | Expr::Field(..) | Expr::Named(..) => false,
            Expr::Binary(_) | Expr::Var(_) | Expr::Call(..) | Expr::Bind(..) | Expr::Block(_) | Expr::Case(..) | Expr::Fun(_) | Expr::Unknown => false,
        }
    }
}

fn bodies(clauses: &[Clause], look: &mut impl FnMut(&Expr)) {
    clauses.iter().flat_map(|clause| &clause.body).for_each(|expr| expr.visit(look));
}

fn qualifiers(parts: &[Qualifier], look: &mut impl FnMut(&Expr)) {
    for part in parts {
        match part {
            Qualifier::Each(_, value) | Qualifier::Takes(_, value) | Qualifier::Test(value) => value.visit(look),
        }
    }
}

/// As Erlang writes it; `..` for what is not known.
impl fmt::Display for Expr {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expr::Atom(atom) => write!(out, "{atom}"),
            Expr::Number(text) => out.write_str(text),
            Expr::Text(text) => out.write_str(&crate::term::print::quoted(text, '"')),
            Expr::Binary(parts) => write!(out, "<<{}>>", Joined(parts)),
            Expr::Tuple(items) => write!(out, "{{{}}}", Joined(items)),
            Expr::List(items, None) => write!(out, "[{}]", Joined(items)),
            Expr::List(items, Some(tail)) => write!(out, "[{}|{tail}]", Joined(items)),
            Expr::Map(pairs) => write!(out, "#{{{}}}", Pairs(pairs)),
            Expr::Struct(name, pairs) => write!(out, "%{}{{{}}}", name.as_str().trim_start_matches("Elixir."), Pairs(pairs)),
            Expr::Record(name, fields) => {
                write!(out, "#{name}{{")?;
                for (at, (field, value)) in fields.iter().enumerate() {
                    write!(out, "{}{field}={value}", if at > 0 { "," } else { "" })?;
                }
                out.write_str("}")
            }
            Expr::Var(name) => out.write_str(name.split('@').next().unwrap_or_default()),
            Expr::Call(Some(module), function, arguments, _) => write!(out, "{module}:{function}({})", Joined(arguments)),
            Expr::Call(None, function, arguments, _) => write!(out, "{function}({})", Joined(arguments)),
            Expr::Bind(_, value) => write!(out, "{value}"),
            Expr::Block(items) => items.last().map_or(Ok(()), |last| write!(out, "{last}")),
            Expr::Fun(_) => out.write_str("fun .."),
            Expr::Named(None, name, arity) => write!(out, "fun {name}/{arity}"),
            Expr::Named(Some(module), name, arity) => write!(out, "fun {module}:{name}/{arity}"),
            Expr::Apply(..) | Expr::Receive(..) | Expr::Try(..) | Expr::Comprehension(..) | Expr::With(..) | Expr::Op(..) => out.write_str(".."),
            Expr::Change(..) | Expr::RecordChange(..) | Expr::RecordField(..) | Expr::Field(..) => out.write_str(".."),
            Expr::Case(..) | Expr::Unknown => out.write_str(".."),
        }
    }
}

struct Joined<'a>(&'a [Expr]);

impl fmt::Display for Joined<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, item) in self.0.iter().enumerate() {
            write!(out, "{}{item}", if at > 0 { "," } else { "" })?;
        }
        Ok(())
    }
}

struct Pairs<'a>(&'a [(Expr, Expr)]);

impl fmt::Display for Pairs<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (key, value)) in self.0.iter().enumerate() {
            write!(out, "{}{key} => {value}", if at > 0 { "," } else { "" })?;
        }
        Ok(())
    }
}
