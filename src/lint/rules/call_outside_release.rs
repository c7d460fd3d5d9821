//! New code that calls a module which no application of the release has.

use super::apply_undefined::{PRELOADED, is_whole};
use super::named;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::release::Release;
use crate::term::Atom;
use std::collections::BTreeMap;

code! {
    CALL_OUTSIDE_RELEASE "RL0526" "call-outside-release" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CALL_OUTSIDE_RELEASE, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    if !is_whole(pair.target) || !pair.target.absent.is_empty() {
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
            let callers: Vec<String> = callers.iter().map(|caller| format!("`{caller}`")).collect();
            found.push(
                Diagnostic::new(&CALL_OUTSIDE_RELEASE, format!("`{name}` now calls `{missing}`, a module that no application of the release has"))
                    .label(pair.change(&application.name), format!("called in {}", named(&callers, 3)))
                    .help(format!("add the application of `{missing}` to `applications` of `{}` and to the release", application.name))
                    .about(name.as_str()),
            );
        }
    }
}

/// The modules that a module of a release calls and that the release does not have, each with the functions that do. What asks first
/// whether the module is there is left out.
fn outside(pair: &Pair<'_>, release: &Release, module: &Atom) -> BTreeMap<Atom, Vec<String>> {
    let mut missing: BTreeMap<Atom, Vec<String>> = BTreeMap::new();
    let Some(look) = pair.look(release, module) else { return missing };
    let Some(interface) = look.interface() else { return missing };
    // What an application took away with it is another matter.
    let is_there = |called: &Atom| pair.owner_of(called).is_some() || PRELOADED.contains(&called.as_str()) || called == module;
    // The implementations of a protocol are looked for by their names.
    let is_sought = |function: &Atom| matches!(function.as_str(), "__impl__" | "__struct__" | "module_info");
    let asks = |owner: &str, function: &str| interface.imports.iter().any(|mfa| mfa.module.as_str() == owner && mfa.function.as_str() == function);
    if asks("erlang", "function_exported") || asks("code", "ensure_loaded") || asks("code", "which") || asks("Elixir.Code", "ensure_loaded?") {
        return missing;
    }
    // Most modules call nothing of the kind, and their code need not be read.
    if interface.imports.iter().all(|mfa| is_there(&mfa.module) || is_sought(&mfa.function)) {
        return missing;
    }
    for call in look.calls().iter().flat_map(|calls| calls.iter()).filter(|call| !call.guarded) {
        let Some(mfa) = usize::try_from(call.import).ok().and_then(|at| interface.imports.get(at)) else { continue };
        if is_there(&mfa.module) || is_sought(&mfa.function) {
            continue;
        }
        let caller = format!("{}/{}", call.caller.0, call.caller.1);
        let callers = missing.entry(mfa.module.clone()).or_default();
        if !callers.contains(&caller) {
            callers.push(caller);
        }
    }
    missing
}
