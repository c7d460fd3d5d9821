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

/// A record as it is defined.
#[derive(Debug)]
pub(super) struct RawRecord {
    pub name: Atom,
    pub line: u32,
    /// Its fields with their defaults.
    pub fields: Vec<(Atom, Option<Expr>)>,
    /// Whether it is a native record (`-record #name{...}`, OTP 29), whose fields are matched by name.
    pub is_native: bool,
}

/// A call in a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// The module; none for a function of its own.
    pub module: Option<Atom>,
    /// The function.
    pub function: Atom,
    /// Its arguments.
    pub arguments: Vec<Expr>,
    /// The line.
    pub line: u32,
}

impl Called {
    /// Whether it is this function of another module.
    pub fn is(&self, module: &str, functions: &[&str]) -> bool {
        self.module.as_ref().is_some_and(|known| known.as_str() == module) && functions.contains(&self.function.as_str())
    }
}
