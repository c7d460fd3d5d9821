//! An application whose code differs while its version is the same: an upgrade passes over it.

use crate::compare::Change;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};

code! {
    VERSION_NOT_BUMPED "RL0522" "version-not-bumped" Error => Concerns(Code)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &VERSION_NOT_BUMPED, check: Check::Pair(check) };

/// How many modules are named.
const NAMED: usize = 3;

fn check(pair: &Pair<'_>, found: &mut Findings) {
    if pair.restarts() {
        return;
    }
    for fact in pair.comparison.impacts.iter().filter(|fact| matches!(fact.change, Change::ReleaseVersion(_))) {
        found.push(
            Diagnostic::new(&VERSION_NOT_BUMPED, fact.change.to_string())
                .label(pair.target.rel.vsn.span, "the target")
                .label(pair.base.rel.vsn.span, "the base")
                .help("bump the version of the release"),
        );
    }
    for (application, fact) in pair.application_impacts(|change| matches!(change, Change::VersionNotBumped(_))) {
        let Change::VersionNotBumped(modules) = &fact.change else { continue };
        let modules: Vec<String> = modules.iter().map(|name| format!("`{name}`")).collect();
        found.push(
            Diagnostic::new(&VERSION_NOT_BUMPED, format!("`{}` {}: {}", application.name, fact.change, super::named(&modules, NAMED)))
                .label(pair.place(&application.name), "the same in both releases")
                .help("bump its version and write an appup entry for the old one")
                .one_of_many(&application.name, |names, count| {
                    format!("{count} applications have modules that differ but the same version: an upgrade silently ignores them: {names}")
                }),
        );
    }
}
