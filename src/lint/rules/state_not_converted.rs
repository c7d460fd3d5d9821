//! A state that changes its shape on a path that converts nothing.

use crate::appup::Direction;
use crate::compare::{Change, StateChange, StateEffect};
use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::lint::{Check, Pair, Rule};
use crate::term::Atom;

code! {
    STATE_NOT_CONVERTED "RL0601" "state-not-converted" Error
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &STATE_NOT_CONVERTED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        for (application, module, fact) in pair.module_impacts(|change| matches!(change, Change::State(_) | Change::StateShape { .. })) {
            // The old code knows nothing of the new state, whatever the new code accepts.
            let effect = if let Change::State(StateChange { effect, .. }) = &fact.change { *effect } else { StateEffect::Unsure };
            let is_error = match effect {
                StateEffect::Defaults => continue,
                StateEffect::Unmatched => true,
                StateEffect::Accepted => route.direction == Direction::Down,
                StateEffect::Unsure | StateEffect::Retyped => false,
            };
            let name = Atom::new(&module.name);
            // A module that is not loaded is reported elsewhere; one that is removed first comes back with a new state.
            let Some(span) = route.loaded(&name).filter(|_| !route.converts(&name) && route.removed(&name).is_none()) else { continue };
            if pair.starts_again(route, &name) {
                continue;
            }
            found.push(
                Diagnostic::new(&STATE_NOT_CONVERTED, format!("`{}` is only loaded, but {}", module.name, fact.change))
                    .label(span, "its processes continue with the old state and the new code")
                    .help(format!(
                        "write `{{update,{name},{{advanced,[]}}}}` and convert the state in `code_change`, or `{{restart_application,{}}}`",
                        application.name
                    ))
                    .severity(if is_error { Severity::Error } else { Severity::Warning })
                    .on_path(&route.name),
            );
        }
    }
}
