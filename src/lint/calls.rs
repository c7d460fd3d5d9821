//! Calls of other modules that code makes plainly: it neither asks first whether something is there, nor catches what fails.

use super::Pair;
use crate::beam::Mfa;
use crate::release::Release;
use crate::term::Atom;
use std::collections::BTreeMap;

/// Functions by which code asks whether a module is there.
const ASKS: &[(&str, &str)] = &[
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

/// The wanted functions among those that a module of a release calls plainly, each with the functions that call it. Nothing of a module
/// that asks for some module, of a task of `mix`, and of what only tools for development have.
pub fn plain_calls(pair: &Pair<'_>, release: &Release, module: &Atom, wanted: impl Fn(&Mfa) -> bool) -> BTreeMap<Mfa, Vec<String>> {
    let mut all: BTreeMap<Mfa, Vec<String>> = BTreeMap::new();
    let look = pair.look(release, module).filter(|_| !module.as_str().starts_with("Elixir.Mix.Tasks."));
    let Some((look, interface)) = look.and_then(|look| look.interface().map(|interface| (look, interface))) else { return all };
    let asks = |mfa: &Mfa| ASKS.contains(&(mfa.module.as_str(), mfa.function.as_str()));
    if interface.imports.iter().any(asks) {
        return all;
    }
    // The implementations of a protocol are looked for by their names.
    let is_sought = |mfa: &Mfa| matches!(mfa.function.as_str(), "__impl__" | "__struct__" | "module_info");
    let is_plain = |mfa: &&Mfa| !is_sought(mfa) && !is_of_development(mfa.module.as_str()) && wanted(mfa);
    let sought: Vec<&Mfa> = interface.imports.iter().filter(is_plain).collect();
    // Most modules call nothing of the kind, and their code need not be read.
    let calls = if sought.is_empty() { None } else { look.calls() };
    for call in calls.iter().flat_map(|calls| calls.iter()).filter(|call| !call.guarded) {
        let mfa = usize::try_from(call.import).ok().and_then(|at| interface.imports.get(at)).filter(|mfa| sought.contains(mfa));
        let Some(mfa) = mfa else { continue };
        let caller = format!("`{}/{}`", call.caller.0, call.caller.1);
        let callers = all.entry(mfa.clone()).or_default();
        if !callers.contains(&caller) {
            callers.push(caller);
        }
    }
    all
}

/// Whether a module is one of a tool for development, which code calls only there.
fn is_of_development(module: &str) -> bool {
    let of_elixir = ["Elixir.Mix", "Elixir.ExUnit", "Elixir.IEx"];
    let is_below = |tool: &str| module.strip_prefix(tool).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let is_named = |tool: &str| module.strip_prefix(tool).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    of_elixir.into_iter().any(is_below) || ["eunit", "rebar", "ct", "proper"].into_iter().any(is_named)
}
