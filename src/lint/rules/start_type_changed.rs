//! A start type that changed while the version is the same: OTP does nothing.

use crate::compare::Change;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};

code! {
    START_TYPE_CHANGED "RL0803" "start-type-changed" Error
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &START_TYPE_CHANGED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for (application, fact) in
        pair.application_impacts(|change| matches!(change, Change::StartType { .. })).filter(|(application, _)| application.base == application.target)
    {
        found.push(
            Diagnostic::new(&START_TYPE_CHANGED, format!("`{}` {}", application.name, fact.change))
                .label(pair.place(&application.name), "its version is the same in both releases")
                .help("bump its version and restart the application in its appup, or restart the emulator"),
        );
    }
}
