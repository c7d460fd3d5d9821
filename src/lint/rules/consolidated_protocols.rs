//! Elixir's consolidated protocols, which are outside every application.

use crate::compare::Change;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};

code! {
    CONSOLIDATED_PROTOCOLS "RL0805" "consolidated-protocols" Warning => Concerns(Code)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CONSOLIDATED_PROTOCOLS, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    if pair.restarts() {
        return;
    }
    for fact in pair.comparison.impacts.iter().filter(|fact| matches!(fact.change, Change::ConsolidatedProtocols(_))) {
        found.push(
            Diagnostic::new(&CONSOLIDATED_PROTOCOLS, fact.change.described())
                .label(pair.target.version_span(), "from this version on")
                .help("restart the emulator, or load them by hand with `apply` of `code:load_abs/1`"),
        );
    }
}
