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
    let mut kept = Vec::new();
    for (module, (_, living)) in &from.processes {
        if pair.none_lives_on(route, passed, module) || passed.asked.contains(module) {
            continue;
        }
        let states = passed.made_of(module).unwrap_or(&living.states);
        kept.extend(states.iter().map(|value| Keeper { what: format!("a process of `{module}`"), process: Some(module), value }));
    }
    kept.extend(passed.left.each().map(|(words, name, value)| Keeper { what: format!("{words} `{name}`"), process: None, value }));
    kept
}
