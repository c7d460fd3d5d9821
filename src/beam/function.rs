//! Functions and records as they were written, in either language.

use super::expr::Expr;
use crate::term::Atom;

/// A function as it was written.
#[derive(Debug)]
pub(super) struct Function {
    pub clauses: Vec<Clause>,
    /// The module whose macro put it there, when none wrote it.
    pub injected_by: Option<Atom>,
}

/// A clause of a function.
#[derive(Debug)]
pub(super) struct Clause {
    pub line: u32,
    pub patterns: Vec<Expr>,
    pub guarded: bool,
    pub body: Vec<Expr>,
}

/// A record: its name, its line, its fields with their defaults.
pub(super) type RawRecord = (Atom, u32, Vec<(Atom, Option<Expr>)>);
