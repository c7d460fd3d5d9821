//! A start type that changed while the version is the same: OTP does nothing.

use crate::compare::Change;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Route, Rule};

code! {
    START_TYPE_CHANGED "RL0803" "start-type-changed" Error
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &START_TYPE_CHANGED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    let changes = pair.application_impacts(|change| matches!(change, Change::StartType { .. }));
    for (application, impact) in changes {
        // The type changes with a restart: of the application, by whatever appup asks for it, or of the emulator.
        let starts_again = |route: &Route<'_>| route.restarts() || !route.timeline.stops(&application.name).is_empty();
        if pair.restarts() || (!pair.routes.is_empty() && pair.routes.iter().all(starts_again)) {
            continue;
        }
        let message = format!("`{}` {}", application.name, impact.change);
        let finding = Diagnostic::new(&START_TYPE_CHANGED, message);
        found.push(if application.base == application.target {
            finding
                .label(pair.place(&application.name), "its version is the same in both releases")
                .help("bump its version and restart the application in its appup, or restart the emulator")
        } else {
            let restart = format!("restart it in its appup, with `{{restart_application,{}}}`, or restart the emulator", application.name);
            finding.label(pair.change(&application.name), "replaces modules, and does not restart it").help(restart)
        });
    }
}
