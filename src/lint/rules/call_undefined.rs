//! New code that calls a function which the release has no code for.

use super::call_outside_release::{ASKS, is_of_development};
use super::named;
use crate::beam::Mfa;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::release::Release;
use crate::term::Atom;
use std::collections::BTreeMap;

code! {
    CALL_UNDEFINED "RL0527" "call-undefined" Warning => Concerns(Deaths)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CALL_UNDEFINED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for (application, module) in pair.modules().filter(|(_, module)| !module.name.starts_with("Elixir.Mix.Tasks.")) {
        let name = Atom::new(&module.name);
        for (called, callers) in undefined(pair, &name) {
            let callers: Vec<String> = callers.iter().map(|caller| format!("`{caller}`")).collect();
            found.push(
                Diagnostic::new(&CALL_UNDEFINED, format!("`{name}` now calls `{called}`, which `{}` does not export", called.module))
                    .label(pair.change(&application.name), format!("called in {}", named(&callers, 3)))
                    .help("export it, or call a function that is there: this call fails with `undef`")
                    .about(name.as_str())
                    .one_of_many(called.to_string(), |names, count| format!("new code calls {count} functions that their modules do not export: {names}")),
            );
        }
    }
}

/// The functions that a module of the new release calls, that no module has, and that its old code did not call. What asks first is left
/// out, and what is caught.
fn undefined(pair: &Pair<'_>, module: &Atom) -> BTreeMap<Mfa, Vec<String>> {
    let mut all: BTreeMap<Mfa, Vec<String>> = BTreeMap::new();
    let interface = |release: &Release, module: &Atom| pair.look(release, module).and_then(|look| look.interface());
    let Some(look) = pair.look(pair.target, module) else { return all };
    let Some(own) = look.interface() else { return all };
    let is_new = {
        let before = interface(pair.base, module);
        move |mfa: &Mfa| !before.as_ref().is_some_and(|before| before.imports.contains(mfa))
    };
    if own.imports.iter().any(|mfa| ASKS.iter().any(|(owner, function)| mfa.module.as_str() == *owner && mfa.function.as_str() == *function)) {
        return all;
    }
    let is_missing = |mfa: &Mfa| {
        // What is gone since the old release is another matter.
        let was_there = interface(pair.base, &mfa.module).is_some_and(|before| before.exports(mfa.function.as_str(), mfa.arity));
        !was_there
            && interface(pair.target, &mfa.module).is_some_and(|called| {
                let exports = |name: &str, arity: u32| called.exports(name, arity);
                // A module may handle what it does not export (`error_handler`).
                !exports(mfa.function.as_str(), mfa.arity) && !exports("$handle_undefined_function", 2)
            })
    };
    let is_sought = |mfa: &Mfa| matches!(mfa.function.as_str(), "__impl__" | "__struct__" | "module_info") || is_of_development(mfa.module.as_str());
    let missing: Vec<&Mfa> = own.imports.iter().filter(|mfa| is_new(mfa) && !is_sought(mfa) && is_missing(mfa)).collect();
    if missing.is_empty() {
        return all;
    }
    for call in look.calls().iter().flat_map(|calls| calls.iter()).filter(|call| !call.guarded) {
        let mfa = usize::try_from(call.import).ok().and_then(|at| own.imports.get(at)).filter(|mfa| missing.contains(mfa));
        let Some(mfa) = mfa else { continue };
        let caller = format!("{}/{}", call.caller.0, call.caller.1);
        let callers = all.entry(mfa.clone()).or_default();
        if !callers.contains(&caller) {
            callers.push(caller);
        }
    }
    all
}
