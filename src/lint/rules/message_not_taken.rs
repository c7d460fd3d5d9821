//! A message or a timeout that the running code has caused, and that no clause of the new code takes.

use crate::appup::Direction;
use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::interpret::{Done, Takes, Value};
use crate::lint::live::{Caused, caused, takes};
use crate::lint::{Check, Pair, Rule};
use crate::node::ModuleEvent;

code! {
    MESSAGE_NOT_TAKEN "RL0616" "message-not-taken" Warning => Concerns(State)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &MESSAGE_NOT_TAKEN, check: Check::Kept(check) };

/// Whether a call stops something that would arrive.
fn stops(done: &Done) -> bool {
    done.function.as_str().starts_with("cancel") || done.is("erlang", &["demonitor"]) || done.is("Elixir.Process", &["demonitor"])
}

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        let (from, to) = (pair.lives.half(route.direction, false), pair.lives.half(route.direction, true));
        for (name, (machine, old)) in &from.processes {
            let Some(at) = route.timeline.first(name, ModuleEvent::Loaded).filter(|_| !pair.starts_again(route, name)) else { continue };
            if to.processes.get(name).is_none_or(|(other, _)| other != machine) {
                continue;
            }
            // A conversion that cancels timers knows about them.
            let passed = pair.lives.passed(route.direction);
            let conversion = passed.and_then(|passed| passed.converted.get(name));
            if conversion.is_some_and(|conversion| conversion.done.iter().any(stops)) {
                continue;
            }
            let is_lost = |one: &Caused| {
                takes(pair, route.direction, false, name, *machine, &one.arrives) != Takes::No
                    && takes(pair, route.direction, true, name, *machine, &one.arrives) == Takes::No
            };
            let mut lost: Vec<Caused> = Vec::new();
            for one in caused(name, *machine, old) {
                if lost.iter().all(|known| known.arrives != one.arrives) && is_lost(&one) {
                    lost.push(one);
                }
            }
            let Some(first) = lost.first() else { continue };
            let shown = |arrives: &[Value]| if let [one] = arrives { one.to_string() } else { Value::tuple(arrives.to_vec()).to_string() };
            let arrive: Vec<String> = lost.iter().map(|one| format!("`{}`", shown(&one.arrives))).collect();
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
                .about(name.as_str())
                .on_path(&route.name),
            );
        }
    }
}
