//! A message or a timeout that the running code has caused, and that no clause of the new code takes.

use crate::appup::Direction;
use crate::beam::{Facts, Takes};
use crate::compare::Depth;
use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::lint::caused::{Caused, Machine, caused, is_taken, takers};
use crate::lint::{Check, Pair, Rule};
use crate::node::ModuleEvent;
use crate::term::Atom;

code! {
    MESSAGE_NOT_TAKEN "RL0616" "message-not-taken" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &MESSAGE_NOT_TAKEN, check: Check::Pair(check) };

/// How the processes of a module are called; `None` where it has none that are known.
pub(super) fn machine(facts: &Facts) -> Option<Machine> {
    facts.behaviours.iter().find_map(|behaviour| match behaviour.as_str() {
        "gen_server" | "Elixir.GenServer" => Some(Machine::Server),
        "gen_statem" => Some(Machine::Statem),
        _ => None,
    })
}

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        let (from, to) = (pair.side(route.direction, false), pair.side(route.direction, true));
        for (_, change) in pair.modules().filter(|(_, change)| change.depth == Depth::Code) {
            let name = Atom::new(&change.name);
            let Some(at) = route.timeline.first(&name, ModuleEvent::Loaded).filter(|_| !pair.starts_again(route, &name)) else { continue };
            let kinds = (pair.facts(from, &name).and_then(|facts| machine(&facts)), pair.facts(to, &name).and_then(|facts| machine(&facts)));
            let Some(machine) = kinds.0.filter(|_| kinds.0 == kinds.1) else { continue };
            let (Some(old), Some(new)) = (pair.outline(from, &name), pair.outline(to, &name)) else { continue };
            // A conversion that cancels timers knows about them.
            let conversion = new.reached(&[("code_change", 3), ("code_change", 4)]);
            if route.converts(&name) && new.calls_in(&conversion).any(|call| call.function.as_str().starts_with("cancel")) {
                continue;
            }
            let (before, after) = (takers(&old, machine), takers(&new, machine));
            // Without a callback for messages a server ignores them.
            if after.is_empty() {
                continue;
            }
            let lost: Vec<Caused> = caused(&name, &old, machine)
                .into_iter()
                .filter(|one| is_taken(&before, &one.arrives) != Takes::No && is_taken(&after, &one.arrives) == Takes::No)
                .collect();
            let Some(first) = lost.first() else { continue };
            let arrive: Vec<String> = lost.iter().map(|one| format!("`{}`", one.arrives)).collect();
            let (arrive, it) = (arrive.join(" and "), if lost.len() == 1 { "it" } else { "them" });
            let (what, line) = (first.what, first.line);
            found.push(
                Diagnostic::new(
                    &MESSAGE_NOT_TAKEN,
                    format!("{arrive} may still arrive at a process of `{name}`, and no clause of the code being loaded takes {it}"),
                )
                .label(route.span(at), format!("the code that runs before it causes {it}: {what} in line {line} of its source"))
                .help(format!("keep a clause for {it}, or stop what causes {it} in `code_change`; without one the process crashes"))
                // The older code cannot be changed, and often a conversion cannot stop what is under way either.
                .severity(if route.direction == Direction::Down { Severity::Advice } else { Severity::Warning })
                .on_path(&route.name),
            );
        }
    }
}
