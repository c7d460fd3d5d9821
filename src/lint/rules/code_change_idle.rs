//! A `code_change` that gives back a state which should change.

use crate::appup::Direction;
use crate::compare::Change;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::term::Atom;

code! {
    CODE_CHANGE_IDLE "RL0603" "code-change-idle" Warning => Concerns(State)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CODE_CHANGE_IDLE, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        for (_, module, fact) in pair.module_impacts(|change| matches!(change, Change::CodeChangeIdle { .. } | Change::CodeChangeUpOnly { .. })) {
            let name = Atom::new(&module.name);
            let only_down = matches!(fact.change, Change::CodeChangeUpOnly { .. }) && route.direction == Direction::Up;
            // Where it is not called, it does not matter.
            let Some(span) = route.loaded(&name).filter(|_| route.converts(&name) && !only_down) else { continue };
            found.push(
                Diagnostic::new(&CODE_CHANGE_IDLE, format!("`{}` changes its state, and {}", module.name, fact.change))
                    .label(span, "the state is converted here")
                    .help("write a clause that takes the old state and returns the new one, and one for `{down,Vsn}`")
                    .on_path(&route.name),
            );
        }
    }
}
