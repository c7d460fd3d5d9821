//! A clause of `code_change` for a version that no process will name.

use crate::compare::Change;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};

code! {
    VERSION_ARGUMENT "RL0604" "version-argument" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &VERSION_ARGUMENT, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    if pair.restarts() {
        return;
    }
    for (application, module, fact) in pair.module_impacts(|change| matches!(change, Change::CodeChangeVersion { .. })) {
        found.push(
            Diagnostic::new(&VERSION_ARGUMENT, format!("`{}`: {}", module.name, fact.change))
                .label(pair.change(&application.name), "its application changes here")
                .help("the argument is the module's `-vsn`, not the application's version: set one, or match the state instead"),
        );
    }
}
