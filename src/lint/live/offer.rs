//! What exported functions do, with arguments of which nothing is known.

use super::code::{Code, Replies};
use crate::interpret::{Run, Value};
use crate::lint::Pair;
use crate::lint::lives::{Half, Offered, Stored};
use crate::parallel;
use crate::term::Atom;
use std::collections::BTreeMap;

/// Modules whose functions are looked at for what they put under a name name one of these.
pub(super) const STORES: &[&str] = &["ets", "persistent_term", "Elixir.Agent", "Elixir.Registry", "mnesia", "dets"];

/// How many ways of beginning the processes of a module are looked at.
pub(super) const MAX_BEGUN: usize = 4;

/// How many modules are worth a thread.
pub(super) const WORTH_A_THREAD: usize = 2;

/// Runs what modules offer: their exported functions, but for the callbacks of processes, with arguments of which nothing is known.
pub(super) fn offer(
    known: &Half,
    pair: &Pair<'_>,
    code: &Code<'_, '_>,
    modules: &[&Atom],
    (stored, replies): (Option<&Stored>, Replies<'_>),
) -> BTreeMap<Atom, Offered> {
    let offered = parallel::map(modules, WORTH_A_THREAD, |module| {
        let program = code.program(module)?;
        let interface = pair.look(code.release, module)?.interface()?;
        let is_callback =
            |name: &str| known.processes.contains_key(*module) && (name.starts_with("handle_") || matches!(name, "init" | "code_change" | "terminate"));
        let offered = code.run(stored, replies, |world| {
            let mut run = Run::new(world);
            for (name, arity) in interface.exports.iter().filter(|(name, _)| !is_callback(name.as_str())) {
                if program.function(name, *arity).is_some() {
                    run.call(&program.module, name, vec![Value::Any; *arity as usize]);
                }
            }
            Offered { done: run.done, faults: run.faults, entered: run.entered }
        });
        Some(((*module).clone(), offered))
    });
    offered.into_iter().flatten().collect()
}
