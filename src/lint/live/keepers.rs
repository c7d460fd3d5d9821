//! What is kept across a path, and by what: by processes, tables, persistent terms, agents and registries.

use crate::interpret::Value;
use crate::lint::{Pair, Route};
use crate::term::Atom;

/// A value that something keeps.
pub struct Keeper<'l> {
    /// What keeps it, in words.
    pub what: String,
    /// The module of the process that does; none where it is no process.
    pub process: Option<&'l Atom>,
    /// The value.
    pub value: &'l Value,
}

/// What is kept across a path: what processes keep after their conversion, and what was put under names, unless the path puts it there
/// again or the owner ends.
pub fn keepers<'l>(pair: &'l Pair<'_>, route: &Route<'_>) -> Vec<Keeper<'l>> {
    let Some(passed) = pair.lives.passed(route.direction) else { return Vec::new() };
    let from = pair.lives.half(route.direction, false);
    // A table goes with the process that owns it.
    let is_lost = |table: &Value| from.owners(table).any(|module| pair.none_lives_on(route, passed, module));
    let is_put = |store: &str, name: &Value| passed.done().any(|done| done.module.as_str() == store && done.arguments.first() == Some(name));
    let mut kept = Vec::new();
    for (module, (_, living)) in &from.processes {
        if pair.none_lives_on(route, passed, module) || passed.told.contains(module) {
            continue;
        }
        let converted = passed.converted.get(module).map(|conversion| &conversion.states).or_else(|| passed.replaced.get(module));
        let states = converted.unwrap_or(&living.states);
        kept.extend(states.iter().map(|value| Keeper { what: format!("a process of `{module}`"), process: Some(module), value }));
    }
    let stores = [
        ("ets", "the table", &from.stored.tables),
        ("persistent_term", "the persistent term", &from.stored.terms),
        ("Elixir.Agent", "the agent", &from.stored.agents),
        ("Elixir.Registry", "the registry", &from.stored.registered),
    ];
    for (store, words, list) in stores {
        let left = list.iter().filter(|(name, _)| !is_put(store, name) && (store != "ets" || !is_lost(name)));
        kept.extend(left.map(|(name, value)| Keeper { what: format!("{words} `{name}`"), process: None, value }));
    }
    kept
}
