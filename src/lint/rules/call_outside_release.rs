//! New code that calls a module which no application of the release has.

use super::named;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::otp::PRELOADED;
use crate::release::Release;
use crate::term::Atom;
use std::collections::BTreeMap;

code! {
    CALL_OUTSIDE_RELEASE "RL0526" "call-outside-release" Warning => Concerns(Deaths)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CALL_OUTSIDE_RELEASE, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    if !pair.target.lists_otp() || !pair.target.absent.is_empty() {
        return;
    }
    // A task of `mix` is not run on a node.
    for (application, module) in pair.modules().filter(|(_, module)| !module.name.starts_with("Elixir.Mix.Tasks.")) {
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
                    .about(name.as_str())
                    .one_of_many(missing.as_str(), |names, count| format!("new code calls {count} modules that no application of the release has: {names}")),
            );
        }
    }
}

/// Functions by which code asks whether a module is there.
pub(super) const ASKS: &[(&str, &str)] = &[
    ("erlang", "function_exported"),
    ("erlang", "module_loaded"),
    ("code", "ensure_loaded"),
    ("code", "ensure_modules_loaded"),
    ("code", "is_loaded"),
    ("code", "which"),
    ("code", "where_is_file"),
    ("Elixir.Code", "ensure_loaded?"),
    ("Elixir.Code", "ensure_loaded"),
    ("Elixir.Code", "ensure_compiled"),
    ("Elixir.Code", "ensure_compiled?"),
];

/// Whether a module is one of a tool for development, which code calls only there.
pub(super) fn is_of_development(module: &str) -> bool {
    let tools = ["Elixir.Mix", "Elixir.ExUnit", "Elixir.IEx"];
    let is_one = |tool: &str| module.strip_prefix(tool).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    tools.into_iter().any(is_one) || ["eunit", "rebar", "ct", "proper"].iter().any(|tool| module == *tool || module.starts_with(&format!("{tool}_")))
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
    if interface.imports.iter().any(|mfa| ASKS.iter().any(|(owner, function)| mfa.module.as_str() == *owner && mfa.function.as_str() == *function)) {
        return missing;
    }
    // Most modules call nothing of the kind, and their code need not be read.
    if interface.imports.iter().all(|mfa| is_there(&mfa.module) || is_sought(&mfa.function)) {
        return missing;
    }
    for call in look.calls().iter().flat_map(|calls| calls.iter()).filter(|call| !call.guarded) {
        let Some(mfa) = usize::try_from(call.import).ok().and_then(|at| interface.imports.get(at)) else { continue };
        if is_there(&mfa.module) || is_sought(&mfa.function) || is_of_development(mfa.module.as_str()) {
            continue;
        }
        // An application may have modules that it does not list.
        if release.applications.iter().any(|application| application.compiled(pair.beams.trees()).contains(mfa.module.as_str())) {
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
