//! A process that no supervisor started: the release handler does not find it, so it is neither suspended nor converted.

use crate::diag::{Diagnostic, Findings, code};
use crate::interpret::Done;
use crate::lint::lives::Half;
use crate::lint::{Check, Pair, Rule};
use crate::node::ModuleEvent;
use crate::term::Atom;

code! {
    PROCESS_OUTSIDE_TREE "RL0625" "process-outside-tree" Warning => Refutes(Processes)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &PROCESS_OUTSIDE_TREE, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        let from = pair.lives.half(route.direction, false);
        for module in from.processes.keys() {
            let events = [ModuleEvent::Suspended, ModuleEvent::Converted];
            let Some(at) = events.into_iter().filter_map(|event| route.timeline.first(module, event)).min() else { continue };
            if is_in_tree(from, module) {
                continue;
            }
            let Some(start) = from.starts.values().flatten().chain(begun(from)).find(|done| starts(done, module)) else { continue };
            found.push(
                Diagnostic::new(&PROCESS_OUTSIDE_TREE, format!("the process of `{module}` is not started by a supervisor, and the upgrade does not find it"))
                    .label(route.span(at), format!("neither suspended nor converted; started in `{}` (line {})", start.by, start.line.0))
                    .help("start it as a child of a supervisor, in a release before this one; or restart the application")
                    .about(module.as_str())
                    .on_path(&route.name),
            );
        }
    }
}

fn begun(half: &Half) -> impl Iterator<Item = &Done> {
    half.processes.values().flat_map(|(_, living)| &living.begun)
}

/// Whether a call starts a process of a module.
fn starts(done: &Done, module: &Atom) -> bool {
    let is_start = done.is("gen_server", &["start_link", "start"])
        || done.is("gen_statem", &["start_link", "start"])
        || done.is("Elixir.GenServer", &["start_link", "start"]);
    is_start && done.arguments.iter().take(2).any(|argument| argument.as_atom() == Some(module))
}

/// Whether a supervisor runs processes of a module, as far as that can be seen.
fn is_in_tree(half: &Half, module: &Atom) -> bool {
    let is_started = half.all_done().any(|done| done.function.as_str() == "start_child");
    is_started
        || half
            .supervisors
            .values()
            .any(|known| known.children.as_ref().is_none_or(|children| children.iter().any(|child| child.runs.as_ref() == Some(module))))
}
