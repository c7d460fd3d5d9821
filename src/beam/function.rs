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
