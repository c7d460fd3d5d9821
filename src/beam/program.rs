//! The functions of a module as they were written, each read when it is first asked for.

use super::container::Beam;
use super::debug::Debug;
use super::function::{Function, RawRecord};
use crate::term::Atom;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Functions by name and arity; none where a module has none of that name.
type Functions = HashMap<(Atom, u32), Option<Arc<Function>>>;

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
    pub(super) fn of(beam: &Beam<'_>) -> Option<Program> {
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

    /// A record that it defines.
    pub fn record(&self, name: &Atom) -> Option<&RawRecord> {
        self.records.iter().find(|record| record.name == *name)
    }
}
