//! Database migrations that a hot upgrade does not run.

use crate::compare::Change;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};

code! {
    MIGRATIONS_CHANGED "RL0802" "migrations-changed" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &MIGRATIONS_CHANGED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for (application, fact) in pair.application_impacts(|change| matches!(change, Change::Migrations(_))) {
        found.push(
            Diagnostic::new(&MIGRATIONS_CHANGED, fact.change.described())
                .label(pair.change(&application.name), "its application changes here")
                .help("run them apart from the upgrade, in steps that old and new code can both live with; or deploy by rolling"),
        );
    }
}
