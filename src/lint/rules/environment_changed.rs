//! Configuration that changed, and that running processes do not read again.

use crate::compare::{Change, SystemConfig, Verdict};
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Route, Rule};

code! {
    ENVIRONMENT_CHANGED "RL0801" "environment-changed" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &ENVIRONMENT_CHANGED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    if pair.restarts() {
        return;
    }
    let own = pair.application_impacts(|change| matches!(change, Change::Environment { .. })).map(|(application, fact)| (pair.place(&application.name), fact));
    let whole = pair
        .comparison
        .impacts
        .iter()
        .filter(|fact| matches!(fact.change, Change::SystemConfig(_) | Change::BootFile { .. }))
        .map(|fact| (pair.target.version_span(), fact));
    // What is started again reads its environment, which the release handler changes before the script runs.
    let starts_again = |application: &str| {
        let restarts = |route: &Route<'_>| route.restarts() || !route.timeline.stops(application).is_empty();
        !pair.routes.is_empty() && pair.routes.iter().all(restarts)
    };
    for (span, fact) in own.chain(whole).filter(|(_, fact)| fact.verdict() > Verdict::Hot) {
        if let Change::Environment { application, .. } | Change::SystemConfig(SystemConfig::Keys { application, .. }) = &fact.change
            && starts_again(application)
        {
            continue;
        }
        found.push(
            Diagnostic::new(&ENVIRONMENT_CHANGED, fact.change.described())
                .label(span, "from this version on")
                .help("handle it in `config_change/3` of the application's callback module, or restart what reads it"),
        );
    }
}
