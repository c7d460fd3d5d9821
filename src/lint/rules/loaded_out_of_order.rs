//! A call between two modules that change together, and a moment in which one of them has no counterpart.

use crate::appup::Direction;
use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::lint::{Check, Pair, Route, Rule};
use crate::node::ModuleEvent;
use crate::span::Span;
use crate::term::Atom;
use std::collections::{BTreeMap, HashSet};

code! {
    LOADED_OUT_OF_ORDER "RL0504" "loaded-out-of-order" Warning => Concerns(Steps)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &LOADED_OUT_OF_ORDER, check: Check::Pair(check) };

/// Functions that one module calls of another in a moment when that one does not have them.
pub(super) struct Window<'a> {
    pub caller: &'a Atom,
    pub called: &'a Atom,
    /// Whether the caller comes too early; else the called one goes too early.
    pub arriving: bool,
    pub functions: Vec<String>,
}

/// The windows of a path, by their modules.
pub(super) fn windows<'a>(pair: &'a Pair<'_>, route: &Route<'_>) -> Vec<Window<'a>> {
    let mut all: BTreeMap<(&Atom, &Atom, bool), Vec<String>> = BTreeMap::new();
    for link in pair.links {
        let arriving = link.newer == (route.direction == Direction::Up);
        let at = |module: &Atom| if arriving { route.timeline.last(module, ModuleEvent::Loaded) } else { route.timeline.replaced_at(module) };
        let (Some(caller), Some(called)) = (at(&link.caller), at(&link.called.module)) else { continue };
        let too_early = if arriving { caller < called } else { called < caller };
        let (first, last) = (caller.min(called), caller.max(called));
        // An application that comes, goes or restarts as a whole has no order that a person could write.
        let alone = !route.is_one_instruction(first, last);
        if too_early && alone && !route.is_still(&link.caller, pair.owner_of(&link.caller), first, last) {
            let functions = all.entry((&link.caller, &link.called.module, arriving)).or_default();
            functions.push(format!("{}/{}", link.called.function, link.called.arity));
        }
    }
    all.into_iter().map(|((caller, called, arriving), functions)| Window { caller, called, arriving, functions }).collect()
}

/// `f/1`, or the first and how many more.
pub(super) fn shown(functions: &[String]) -> String {
    match functions {
        [] => String::new(),
        [one] => format!("`{one}`"),
        [first, rest @ ..] => format!("`{first}` and {} more", rest.len()),
    }
}

/// How a module comes before another: on an upgrade the later one names it as a dependency, on a downgrade it names the later.
pub(super) fn before(direction: Direction, first: &Atom, second: &Atom) -> String {
    let (module, dependency) = match direction {
        Direction::Up => (second, first),
        Direction::Down => (first, second),
    };
    format!("give `{module}` the dependency `[{dependency}]` in the {} entry: then `{first}` comes first", direction.word())
}

/// Whether nothing of before a path calls a module that comes with it, or no process runs one any more that goes.
fn is_alone(pair: &Pair<'_>, route: &Route<'_>, caller: &Atom, arriving: bool) -> bool {
    let is_there = |after: bool| pair.side(route.direction, after).owner_of(caller.as_str()).is_some();
    let runs = || pair.lives.half(route.direction, false).processes.contains_key(caller);
    let is_stopped = || pair.lives.passed(route.direction).is_some_and(|passed| pair.none_lives_on(route, passed, caller));
    if arriving { !is_there(false) } else { !is_there(true) && (!runs() || is_stopped()) }
}

fn check(pair: &Pair<'_>, found: &mut Findings) {
    let calls: HashSet<(&Atom, &Atom, bool)> = pair.links.iter().map(|link| (&link.caller, &link.called.module, link.newer)).collect();
    for route in pair.hot_routes() {
        let windows = windows(pair, route);
        for window in &windows {
            let Window { caller, called, arriving, functions } = window;
            if !arriving && route.removed(called).is_some() && route.loaded(called).is_none() {
                continue;
            }
            let place = |module: &Atom| route.loaded(module).or_else(|| route.removed(module)).unwrap_or(Span::GENERATED);
            let what = shown(functions);
            // The other release has such a call as well, so that the other order opens another window.
            let both = calls.contains(&(*caller, *called, *arriving != (route.direction == Direction::Up)));
            let (message, help) = if *arriving {
                let message = format!("`{caller}` is loaded before `{called}`, and calls {what}, which only the new `{called}` has");
                (message, before(route.direction, called, caller))
            } else {
                let message = format!("`{called}` is replaced first; until `{caller}` is loaded it still calls {what}, which no longer exists");
                (message, format!("{}, or keep the old function for one release", before(route.direction, caller, called)))
            };
            let help = if both {
                format!(
                    "the other order only moves the gap: `update` `{caller}` together with `{called}`, as its dependency, so that its processes are suspended meanwhile"
                )
            } else {
                help
            };
            found.push(
                Diagnostic::new(&LOADED_OUT_OF_ORDER, message)
                    .severity(if is_alone(pair, route, caller, *arriving) { Severity::Advice } else { Severity::Warning })
                    .label(place(caller), if *arriving { "the caller is loaded here" } else { "the caller is replaced here" })
                    .label(place(called), if *arriving { "what it calls is loaded here, later" } else { "what it calls is replaced here, earlier" })
                    .help(help)
                    .one_of_many(caller.as_str(), |names, count| format!("{count} modules call functions that are not there while the path runs: {names}"))
                    .on_path(&route.name),
            );
        }
    }
}
