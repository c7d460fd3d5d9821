//! The functions of a module as they were written, each read when it is first asked for.

use super::container::Beam;
use super::debug::Debug;
use super::expr::Expr;
use super::function::{Function, RawRecord};
use crate::term::Atom;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// A function by its name and arity.
pub(super) type Name = (Atom, u32);

/// Functions by name and arity; none where a module has none of that name.
type Functions = HashMap<Name, Option<Arc<Function>>>;

/// What a module's debug information shows of its code.
#[derive(Debug)]
pub struct Program {
    /// The module's name.
    pub module: Atom,
    /// The source file that it names.
    pub file: Option<String>,
    debug: Debug<'static>,
    records: Vec<RawRecord>,
    functions: Mutex<Functions>,
}

impl Program {
    /// Of a module; `None` without debug information.
    pub fn of(beam: &Beam<'_>) -> Option<Program> {
        let debug = Debug::open(beam)?.into_owned();
        let module = Atom::new(beam.atoms().ok()?.get(1).ok()?);
        Some(Program { module, file: debug.file(), records: debug.records(), debug, functions: Mutex::default() })
    }

    /// How many bytes it keeps.
    pub fn size(&self) -> usize {
        self.debug.size()
    }

    /// A function.
    pub fn function(&self, name: &Atom, arity: u32) -> Option<Arc<Function>> {
        // A panic leaves the table whole.
        let mut functions = self.functions.lock().unwrap_or_else(PoisonError::into_inner);
        let read = || self.debug.function(name.as_str(), arity).map(Arc::new);
        functions.entry((name.clone(), arity)).or_insert_with(read).clone()
    }

    /// The names and arities of its functions, sorted.
    pub fn names(&self) -> Vec<(Atom, u32)> {
        self.debug.names()
    }

    /// The functions that some functions get to by calls within it, these included.
    pub fn reached(&self, from: impl IntoIterator<Item = (Atom, u32)>) -> BTreeSet<(Atom, u32)> {
        let from: Vec<(Atom, u32)> = from.into_iter().collect();
        let next = |(name, arity): &(Atom, u32)| {
            let mut called = Vec::new();
            if let Some(function) = self.function(name, *arity) {
                function.visit(&mut |expr| {
                    let is_own = |module: &Option<Atom>| module.as_ref().is_none_or(|module| *module == self.module);
                    if let Expr::Call(module, name, arguments, _) = expr {
                        called.extend(is_own(module).then(|| (name.clone(), u32::try_from(arguments.len()).unwrap_or(u32::MAX))));
                    } else if let Expr::Named(module, name, arity) = expr {
                        called.extend(is_own(module).then(|| (name.clone(), *arity)));
                    }
                });
            }
            called
        };
        let mut reached = reached(from.iter().cloned(), next);
        reached.extend(from);
        reached
    }

    /// A record that it defines.
    pub fn record(&self, name: &Atom) -> Option<&RawRecord> {
        self.records.iter().find(|record| record.name == *name)
    }
}

/// All that one gets to from some functions.
pub(super) fn reached(from: impl IntoIterator<Item = Name>, next: impl Fn(&Name) -> Vec<Name>) -> BTreeSet<Name> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<Name> = from.into_iter().collect();
    while let Some(name) = open.pop() {
        for next in next(&name) {
            if seen.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    seen
}
