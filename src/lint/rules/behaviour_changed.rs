//! Processes that are of another kind afterwards, on a path that keeps them.

use crate::compare::{Change, Verdict};
use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::interpret::machine_of;
use crate::lint::{Check, Pair, Route, Rule};
use crate::term::Atom;
use std::collections::HashSet;

code! {
    BEHAVIOUR_CHANGED "RL0612" "behaviour-changed" Error => Concerns(State)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &BEHAVIOUR_CHANGED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        let mut reported = HashSet::new();
        for (application, module, fact) in pair.module_impacts(|change| matches!(change, Change::Behaviour { .. } | Change::CallbackMode { .. })) {
            let name = Atom::new(&module.name);
            let is_mode = matches!(fact.change, Change::CallbackMode { .. });
            // A behaviour that was only declared changes no process, and `code_change` asks for the mode again.
            if (is_mode && route.converts(&name)) || (!is_mode && fact.verdict() != Verdict::RestartApplication) {
                continue;
            }
            let Some(span) = route.loaded(&name).filter(|_| route.removed(&name).is_none()) else { continue };
            if pair.starts_again(route, &name) || is_plain(pair, route, &name) || !reported.insert(name.clone()) {
                continue;
            }
            // Until they are stopped they fail.
            let is_stopped_later = pair.lives.passed(route.direction).is_some_and(|passed| pair.none_lives_on(route, passed, &name));
            let help = if is_mode {
                format!("write `{{update,{name},{{advanced,[]}}}}`, and map the states in `code_change/4`")
            } else {
                format!("stop them before the load and restart them afterwards, or write `{{restart_application,{}}}`", application.name)
            };
            found.push(
                Diagnostic::new(&BEHAVIOUR_CHANGED, format!("`{name}`: {}", fact.change))
                    .label(span, "its processes keep running as before, and call functions that no longer exist")
                    .help(help)
                    .severity(if is_stopped_later { Severity::Warning } else { Severity::Error })
                    .on_path(&route.name),
            );
        }
    }
}

/// Whether no process runs a module before a path: it is plain code there.
fn is_plain(pair: &Pair<'_>, route: &Route<'_>, module: &Atom) -> bool {
    let half = pair.lives.half(route.direction, false);
    let facts = pair.facts(pair.side(route.direction, false), module);
    facts.is_some_and(|facts| machine_of(&facts).is_none()) && !half.supervisors.contains_key(module) && !half.special.contains_key(module)
}
