//! New code that calls a module which no application of the release has.

use super::named;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::calls::plain_calls;
use crate::lint::{Check, Pair, Rule};
use crate::otp::PRELOADED;
use crate::release::Release;
use crate::term::Atom;
use std::collections::{BTreeMap, BTreeSet};

code! {
    CALL_OUTSIDE_RELEASE "RL0526" "call-outside-release" Warning => Concerns(Deaths)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CALL_OUTSIDE_RELEASE, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    if !pair.target.lists_otp() || !pair.target.absent.is_empty() {
        return;
    }
    for (application, module) in pair.modules() {
        let name = Atom::new(&module.name);
        let after = outside(pair, pair.target, &name);
        if after.is_empty() {
            continue;
        }
        let before = outside(pair, pair.base, &name);
        for (missing, callers) in after.iter().filter(|(missing, _)| !before.contains_key(*missing)) {
            let callers: Vec<String> = callers.iter().cloned().collect();
            found.push(
                Diagnostic::new(&CALL_OUTSIDE_RELEASE, format!("`{name}` now calls `{missing}`, a module that no application of the release has"))
                    .label(pair.change(&application.name), format!("called in {}", named(&callers, 3)))
                    .help(format!("add the application of `{missing}` to `applications` of `{}` and to the release", application.name))
                    .about(name.as_str())
                    .one_of_many(missing.as_str(), |names, count| format!("new code calls {count} modules that no application of the release has: {names}")),
            );
        }
    }
}

/// The modules that a module of a release calls and that neither release has, each with the functions that do.
fn outside(pair: &Pair<'_>, release: &Release, module: &Atom) -> BTreeMap<Atom, BTreeSet<String>> {
    // What an application that is removed had is another matter.
    let is_there = |called: &Atom| pair.owner_of(called).is_some() || PRELOADED.contains(&called.as_str()) || called == module;
    // An application may have modules that it does not list.
    let is_compiled = |called: &Atom| release.applications.iter().any(|application| application.compiled(pair.beams.trees()).contains(called.as_str()));
    let mut all: BTreeMap<Atom, BTreeSet<String>> = BTreeMap::new();
    for (called, callers) in plain_calls(pair, release, module, |called| !is_there(&called.module) && !is_compiled(&called.module)) {
        all.entry(called.module).or_default().extend(callers);
    }
    all
}
