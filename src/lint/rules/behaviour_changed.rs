//! Processes that are of another kind afterwards, on a path that keeps them.

use crate::compare::Verdict;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::term::Atom;

code! {
    BEHAVIOUR_CHANGED "RL0612" "behaviour-changed" Error
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &BEHAVIOUR_CHANGED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for way in pair.hot_ways() {
        for (application, module, fact) in pair.module_facts(&["behaviour-gained", "behaviour-lost"]) {
            let name = Atom::new(&module.name);
            let Some(span) = way.loaded.get(&name).filter(|_| fact.verdict() == Verdict::RestartApplication && !way.removed.contains_key(&name)) else {
                continue;
            };
            if way.starts_anew(&name, pair.application(&application.name)) {
                continue;
            }
            found.push(
                Diagnostic::new(&BEHAVIOUR_CHANGED, format!("`{name}` {}", fact.text))
                    .label(*span, "its processes run on as what they were, and call functions that are gone")
                    .help(format!("stop them before and start them behind, or write `{{restart_application,{}}}`", application.name))
                    .on_path(&way.name),
            );
        }
    }
}
