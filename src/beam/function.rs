//! Functions and records as they were written, in either language.

use super::expr::{Clause, Expr};
use crate::term::Atom;

/// A function as it was written.
#[derive(Debug)]
pub struct Function {
    /// Its clauses, in order.
    pub clauses: Vec<Clause>,
    /// The module whose macro put it there, when none wrote it.
    pub injected_by: Option<Atom>,
}

/// A record as it is defined.
#[derive(Clone, Debug)]
pub struct RawRecord {
    /// Its name.
    pub name: Atom,
    /// The line of its definition.
    pub line: u32,
    /// Its fields with their defaults.
    pub fields: Vec<(Atom, Option<Expr>)>,
    /// Whether it is a native record (`-record #name{...}`, OTP 29), whose fields are matched by name.
    pub is_native: bool,
}
