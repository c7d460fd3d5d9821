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

impl Function {
    /// Looks at each expression in it.
    pub fn visit(&self, look: &mut impl FnMut(&Expr)) {
        self.clauses.iter().flat_map(|clause| &clause.body).for_each(|expr| expr.visit(look));
    }

    /// Whether it waits for messages.
    pub fn waits(&self) -> bool {
        let mut waits = false;
        self.visit(&mut |expr| waits |= matches!(expr, Expr::Receive(..)));
        waits
    }
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
