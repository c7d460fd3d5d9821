//! A function that is gone and is still called.

use crate::appup::Direction;
use crate::compare::Change;
use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::lint::{Check, Pair, Rule};
use crate::plan::path_name;

code! {
    DEAD_CALL "RL0524" "dead-call" Error => Concerns(Deaths)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &DEAD_CALL, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    // On a downgrade the function comes back.
    let path = path_name(&pair.target.rel.vsn.value, &pair.base.rel.vsn.value, Direction::Up);
    for (application, module, fact) in pair.module_impacts(|change| matches!(change, Change::DeadCall(_) | Change::GuardedCall(_))) {
        // Where the caller catches or asks first, it may well be prepared.
        let level = if matches!(fact.change, Change::DeadCall(_)) { Severity::Error } else { Severity::Warning };
        found.push(
            Diagnostic::new(&DEAD_CALL, format!("`{}` {}", module.name, fact.change))
                .severity(level)
                .label(pair.change(&application.name), "its application changes here")
                .help("keep the function, or change and load its callers together with it")
                .on_path(&path),
        );
    }
}
