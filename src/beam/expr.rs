//! Expressions of Erlang and of Elixir in one form: as much of them as decides what a state looks like.

use crate::term::Atom;
use std::fmt;

/// An expression or a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    /// An atom.
    Atom(Atom),
    /// A number, as it is printed.
    Number(String),
    /// A string or a binary.
    Text(String),
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
    Call(Option<Atom>, Atom, Vec<Expr>),
    /// A match: a pattern and what it is matched with.
    Bind(Box<Expr>, Box<Expr>),
    /// One expression after the other.
    Block(Vec<Expr>),
    /// One of several.
    Branches(Vec<Expr>),
    /// A fun of the module's own code; its body is not looked at.
    Fun,
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

    /// The atom that it is.
    pub fn as_atom(&self) -> Option<&Atom> {
        if let Expr::Atom(atom) = self { Some(atom) } else { None }
    }

    /// Whether part of it is not looked at: two such expressions may differ and look the same.
    pub fn has_unknown(&self) -> bool {
        match self {
            Expr::Unknown | Expr::Branches(_) | Expr::Fun => true,
            Expr::Tuple(items) | Expr::Block(items) | Expr::Call(_, _, items) => items.iter().any(Expr::has_unknown),
            Expr::List(items, tail) => items.iter().any(Expr::has_unknown) || tail.as_ref().is_some_and(|tail| tail.has_unknown()),
            Expr::Map(pairs) | Expr::Struct(_, pairs) => pairs.iter().any(|(key, value)| key.has_unknown() || value.has_unknown()),
            Expr::Record(_, fields) => fields.iter().any(|(_, value)| value.has_unknown()),
            Expr::Bind(pattern, value) => pattern.has_unknown() || value.has_unknown(),
            Expr::Atom(_) | Expr::Number(_) | Expr::Text(_) | Expr::Var(_) => false,
        }
    }

    /// Whether a value made by it holds a fun of the module's own code, as far as it is written out.
    pub fn holds_fun(&self) -> bool {
        match self {
            Expr::Fun => true,
            // Elixir's `fn` and `&name/arity`; `&Module.name/arity` is bound to no version.
            Expr::Call(None, name, parts) if name.as_str() == "&" => {
                !matches!(parts.as_slice(), [Expr::Call(None, slash, sides)] if slash.as_str() == "/" && matches!(sides.first(), Some(Expr::Call(Some(_), ..))))
            }
            Expr::Call(None, name, _) => name.as_str() == "fn",
            Expr::Tuple(items) => items.iter().any(Expr::holds_fun),
            Expr::List(items, tail) => items.iter().any(Expr::holds_fun) || tail.as_ref().is_some_and(|tail| tail.holds_fun()),
            Expr::Map(pairs) | Expr::Struct(_, pairs) => pairs.iter().any(|(_, value)| value.holds_fun()),
            Expr::Record(_, fields) => fields.iter().any(|(_, value)| value.holds_fun()),
            Expr::Bind(_, value) => value.holds_fun(),
            Expr::Block(items) => items.last().is_some_and(Expr::holds_fun),
            Expr::Atom(_) | Expr::Number(_) | Expr::Text(_) | Expr::Var(_) | Expr::Call(Some(_), ..) | Expr::Branches(_) | Expr::Unknown => false,
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
            Expr::Var(_) | Expr::Call(..) | Expr::Bind(..) | Expr::Block(_) | Expr::Branches(_) | Expr::Fun | Expr::Unknown => false,
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
            Expr::Call(Some(module), function, arguments) => write!(out, "{module}:{function}({})", Joined(arguments)),
            Expr::Call(None, function, arguments) => write!(out, "{function}({})", Joined(arguments)),
            Expr::Bind(_, value) => write!(out, "{value}"),
            Expr::Block(items) => items.last().map_or(Ok(()), |last| write!(out, "{last}")),
            Expr::Fun => out.write_str("fun .."),
            Expr::Branches(_) | Expr::Unknown => out.write_str(".."),
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
