//! A `code_change` that gives back a state which should change.

use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};

code! {
    CODE_CHANGE_IDLE "RL0603" "code-change-idle" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CODE_CHANGE_IDLE, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    if pair.restarts() {
        return;
    }
    for (application, module, fact) in pair.module_facts(&["code-change-injected", "code-change-catch-all", "code-change-no-way-back"]) {
        found.push(
            Diagnostic::new(&CODE_CHANGE_IDLE, format!("`{}` changes its state, and {}", module.name, fact.text))
                .label(pair.place(&application.name), "its application changes here")
                .help("write a clause that takes the old state and gives the new one, and one for `{down,Vsn}`"),
        );
    }
}
