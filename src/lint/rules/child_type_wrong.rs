//! A child that is declared as a worker and is a supervisor, or the other way round: the release handler looks for processes by
//! what the specification says.

use crate::diag::{Diagnostic, Findings, code};
use crate::lint::lives::Half;
use crate::lint::{Check, Pair, Route, Rule};
use crate::node::ModuleEvent;
use crate::term::Atom;

code! {
    CHILD_TYPE_WRONG "RL0624" "child-type-wrong" Error => Concerns(Processes)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CHILD_TYPE_WRONG, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        // It walks over the tree for whatever it suspends, stops or converts.
        let walks = route.timeline.modules().iter().find_map(|module| first_walk(route, module));
        let Some(at) = walks else { continue };
        let from = pair.lives.half(route.direction, false);
        for (supervisor, known) in &from.supervisors {
            for child in known.children.iter().flatten() {
                let (Some(module), Some(kind)) = (&child.runs, &child.kind) else { continue };
                let is_supervisor = from.supervisors.contains_key(module);
                // A callback module of an application may run a process of its own besides.
                let is_both = is_supervisor && from.processes.contains_key(module);
                if kind.as_str() == "supervisor" && from.processes.contains_key(module) && !is_supervisor {
                    found.push(
                        Diagnostic::new(&CHILD_TYPE_WRONG, format!("`{supervisor}` declares child `{}` as a supervisor, but `{module}` is not one", child.id))
                            .label(route.span(at), "the release handler asks it for its children, and it crashes")
                            .help("write `type => worker` in the specification, in a release before this one")
                            .about(supervisor.as_str())
                            .on_path(&route.name),
                    );
                }
                if kind.as_str() == "worker" && is_supervisor && !is_both {
                    let mut below = Vec::new();
                    all_below(from, module, &mut below);
                    let lost: Vec<&Atom> = below.into_iter().filter(|module| first_walk(route, module).is_some()).collect();
                    let Some(step) = lost.first().and_then(|module| first_walk(route, module)) else { continue };
                    let names = lost.iter().map(|module| format!("`{module}`")).collect::<Vec<_>>().join(", ");
                    found.push(
                        Diagnostic::new(
                            &CHILD_TYPE_WRONG,
                            format!(
                                "`{supervisor}` declares child `{}` as a worker, but `{module}` is a supervisor: the processes of {names} are not found",
                                child.id
                            ),
                        )
                        .label(route.span(step), "neither suspended nor changed")
                        .help("write `type => supervisor` in the specification and update the supervisor first; or restart the application")
                        .about(supervisor.as_str())
                        .on_path(&route.name),
                    );
                }
            }
        }
    }
}

/// The first step for which the processes of a module are looked for.
fn first_walk(route: &Route<'_>, module: &Atom) -> Option<usize> {
    let events = [ModuleEvent::Suspended, ModuleEvent::Stopped, ModuleEvent::Converted];
    events.into_iter().filter_map(|event| route.timeline.first(module, event)).min()
}

/// The modules whose processes run below a supervisor.
fn all_below<'h>(half: &'h Half, supervisor: &Atom, all: &mut Vec<&'h Atom>) {
    for child in half.supervisors.get(supervisor).into_iter().flat_map(|known| known.children.iter().flatten()) {
        if let Some(module) = child.runs.as_ref().filter(|module| !all.contains(module)) {
            all.push(module);
            all_below(half, module, all);
        }
    }
}
