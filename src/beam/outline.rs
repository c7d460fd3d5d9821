//! What the functions of a module call, cause and take, as its debug information shows it: what lives on across an upgrade is
//! caused by code that is replaced, and met by the code that replaces it.
//!
//! Calls have their arguments as far as they are written out. Nothing is evaluated; a value that is computed is unknown.

use super::container::Beam;
use super::debug::{Debug, Language};
use super::expr::Expr;
use super::function::Called;
use super::{elixir, erlang};
use crate::term::Atom;
use std::collections::{BTreeMap, BTreeSet};

/// A function by name and arity.
pub type Function = (Atom, u32);

/// How many calls are kept of one module; more than any real one has.
const MAX_KEPT: usize = 20_000;

/// What a module's functions do.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// The calls of each function, in order.
    pub calls: BTreeMap<Function, Vec<Called>>,
    /// The tuples that each function makes and whose first element is an atom, or a tuple.
    pub tuples: BTreeMap<Function, Vec<(Expr, u32)>>,
    /// What each clause of a callback takes, and whether a guard narrows it.
    pub heads: BTreeMap<Function, Vec<(Vec<Expr>, bool)>>,
}

/// The callbacks whose heads are kept; of arity 3 all functions, as each may be a state of a machine.
fn is_callback(name: &str, arity: u32) -> bool {
    arity == 3 || matches!((name, arity), ("handle_info" | "handle_cast" | "handle_continue", 2) | ("handle_event", 2 | 4))
}

impl Outline {
    /// Of a module; `None` without debug information.
    pub(super) fn of_beam(beam: &Beam<'_>) -> Option<Outline> {
        Debug::open(beam).map(|debug| Outline::of(&debug))
    }

    fn of(debug: &Debug<'_>) -> Outline {
        let mut outline = Outline::default();
        let mut kept = 0;
        debug.each_function(|name, arity, part| {
            let own = (Atom::new(name), arity);
            let (mut calls, mut tuples) = (Vec::new(), Vec::new());
            part.each(|node| {
                if kept >= MAX_KEPT {
                    return;
                }
                let (call, tuple) = match debug.language {
                    Language::Erlang => (erlang::call_of(node), erlang::tuple_of(node)),
                    Language::Elixir => (elixir::call_of(node), elixir::tuple_of(node)),
                };
                kept += usize::from(call.is_some()) + usize::from(tuple.is_some());
                calls.extend(call);
                tuples.extend(tuple);
            });
            if is_callback(name, arity)
                && let Some(function) = debug.function(name, arity)
            {
                outline.heads.insert(own.clone(), function.clauses.into_iter().map(|clause| (clause.patterns, clause.guarded)).collect());
            }
            outline.tuples.insert(own.clone(), tuples);
            outline.calls.insert(own, calls);
        });
        outline
    }

    /// The functions that are reached from some, themselves included, by calls inside the module.
    pub fn reached<'f>(&'f self, from: &[(&str, u32)]) -> BTreeSet<&'f Function> {
        let mut open: Vec<&Function> = self.calls.keys().filter(|(name, arity)| from.contains(&(name.as_str(), *arity))).collect();
        let mut seen = BTreeSet::new();
        while let Some(function) = open.pop() {
            if !seen.insert(function) {
                continue;
            }
            for call in self.calls.get(function).into_iter().flatten().filter(|call| call.module.is_none()) {
                let arity = u32::try_from(call.arguments.len()).unwrap_or(u32::MAX);
                open.extend(self.calls.get_key_value(&(call.function.clone(), arity)).map(|(function, _)| function));
            }
        }
        seen
    }

    /// The calls of some functions.
    pub fn calls_in<'f>(&'f self, functions: &'f BTreeSet<&Function>) -> impl Iterator<Item = &'f Called> {
        functions.iter().filter_map(|function| self.calls.get(*function)).flatten()
    }
}

/// Whether a pattern takes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// That depends on what is not known.
    Maybe,
}

impl Takes {
    fn and(self, other: Takes) -> Takes {
        match (self, other) {
            (Takes::No, _) | (_, Takes::No) => Takes::No,
            (Takes::Yes, Takes::Yes) => Takes::Yes,
            (Takes::Maybe, _) | (_, Takes::Maybe) => Takes::Maybe,
        }
    }
}

/// Whether a pattern takes a value, as far as both are written out.
pub fn takes(pattern: &Expr, value: &Expr) -> Takes {
    match (pattern, value) {
        (Expr::Var(_), _) => Takes::Yes,
        (Expr::Bind(left, right), _) => takes(left, value).and(takes(right, value)),
        (_, Expr::Bind(_, value)) => takes(pattern, value),
        (Expr::Atom(a), Expr::Atom(b)) => {
            if a == b {
                Takes::Yes
            } else {
                Takes::No
            }
        }
        (Expr::Number(a), Expr::Number(b)) => {
            if a == b {
                Takes::Yes
            } else {
                Takes::Maybe
            }
        }
        (Expr::Text(a), Expr::Text(b)) => {
            if a == b {
                Takes::Yes
            } else {
                Takes::Maybe
            }
        }
        (Expr::Tuple(patterns), Expr::Tuple(values)) if patterns.len() == values.len() => {
            patterns.iter().zip(values).fold(Takes::Yes, |all, (pattern, value)| all.and(takes(pattern, value)))
        }
        (Expr::Record(name, _), Expr::Tuple(values)) => match values.first() {
            Some(Expr::Atom(tag)) if tag != name => Takes::No,
            _ => Takes::Maybe,
        },
        (Expr::Tuple(patterns), Expr::Record(name, _)) => match patterns.first() {
            Some(Expr::Atom(tag)) if tag != name => Takes::No,
            _ => Takes::Maybe,
        },
        (Expr::Record(a, _), Expr::Record(b, _)) => {
            if a == b {
                Takes::Maybe
            } else {
                Takes::No
            }
        }
        (a, b) if kind(a).zip(kind(b)).is_some_and(|(a, b)| a != b) => Takes::No,
        (Expr::Tuple(_), Expr::Tuple(_)) => Takes::No,
        _ => Takes::Maybe,
    }
}

/// What kind of term an expression makes; `None` where that is not known.
fn kind(expr: &Expr) -> Option<u8> {
    match expr {
        Expr::Atom(_) => Some(0),
        Expr::Number(_) => Some(1),
        Expr::Tuple(_) | Expr::Record(..) => Some(2),
        Expr::List(..) => Some(3),
        Expr::Map(_) | Expr::Struct(..) => Some(4),
        Expr::Fun => Some(5),
        Expr::Text(_) | Expr::Var(_) | Expr::Call(..) | Expr::Bind(..) | Expr::Block(_) | Expr::Branches(_) | Expr::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn atom(text: &str) -> Expr {
        Expr::Atom(Atom::new(text))
    }

    #[test]
    fn patterns_take_what_they_say() {
        let var = Expr::Var("X".to_owned());
        let tuple = |items: &[Expr]| Expr::Tuple(items.to_vec());
        assert_eq!(takes(&var, &Expr::Unknown), Takes::Yes);
        assert_eq!(takes(&atom("a"), &atom("b")), Takes::No);
        assert_eq!(takes(&atom("a"), &Expr::Unknown), Takes::Maybe);
        assert_eq!(takes(&tuple(&[atom("a"), var.clone()]), &tuple(&[atom("a"), Expr::Unknown])), Takes::Yes);
        assert_eq!(takes(&tuple(&[atom("a"), var.clone()]), &tuple(&[atom("a")])), Takes::No);
        assert_eq!(takes(&tuple(&[atom("a"), atom("c")]), &tuple(&[atom("a"), Expr::Unknown])), Takes::Maybe);
        assert_eq!(takes(&tuple(&[var.clone(), atom("c")]), &tuple(&[Expr::Unknown, atom("d")])), Takes::No);
        assert_eq!(takes(&atom("a"), &tuple(&[])), Takes::No);
        assert_eq!(takes(&Expr::Record(Atom::new("r"), Vec::new()), &tuple(&[atom("s"), var])), Takes::No);
    }
}
