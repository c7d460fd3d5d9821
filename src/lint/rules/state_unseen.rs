//! What the files do not show of processes that live through an upgrade.

use crate::beam::STRIPPED as STRIPPED_REASON;
use crate::compare::{Change, Depth};
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Passage, Rule};
use crate::span::Span;
use crate::term::Atom;
use std::collections::BTreeMap;

code! {
    STATE_UNSEEN "RL0614" "state-unseen" Advice => Concerns(State)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &STATE_UNSEEN, check: Check::Pair(check) };

/// Whether a change is that something cannot be seen.
fn is_unseen(change: &Change) -> bool {
    matches!(change, Change::StateUnknown(_) | Change::ChildrenUnknown { .. } | Change::BehavioursUnknown | Change::CodeChangeUnknown { .. })
}

/// How many modules are named.
const NAMED: usize = 6;

/// What to do where debug information is missing.
const STRIPPED: &str = "where the debug information is missing, the release tool has removed it: name the modules of the build (`--debug-info '_build/prod/lib/*/ebin'`), or keep it with `strip_beams: false` (mix) or without `{mode,prod}` (rebar3: `{dev_mode,false}` and `{include_erts,true}` in its place)";

fn check(pair: &Pair<'_>, found: &mut Findings) {
    // For each application the modules, where the first one is loaded, and whether debug information is missing.
    let mut unseen: BTreeMap<&str, (Vec<String>, Span, bool)> = BTreeMap::new();
    for (application, module, impact) in pair.module_impacts(is_unseen) {
        let name = Atom::new(&module.name);
        // What is computed may still be seen, by running it.
        if matches!(impact.change, Change::StateUnknown(_) | Change::ChildrenUnknown { .. }) && pair.is_seen_to_stay(&name) {
            continue;
        }
        if matches!(impact.change, Change::ChildrenUnknown { .. }) && pair.computed_children(&name).is_some() {
            continue;
        }
        // One that is removed first comes back with new processes.
        let loaded = pair.hot_routes().filter(|route| route.removed(&name).is_none()).find_map(|route| route.loaded(&name));
        let Some(loaded) = loaded else { continue };
        let (list, _, is_stripped) = unseen.entry(&application.name).or_insert((Vec::new(), loaded, false));
        let shown = format!("`{name}`");
        if !list.contains(&shown) {
            list.push(shown);
        }
        if let Change::StateUnknown(why) | Change::ChildrenUnknown { why, .. } | Change::CodeChangeUnknown { why, .. } = &impact.change {
            *is_stripped |= *why == STRIPPED_REASON;
        }
    }
    guessed(pair, found);
    for (application, (modules, span, is_stripped)) in unseen {
        let why = "`relupc diff` says for each module why".to_owned();
        let message = format!("whether the state or the children of {} changed cannot be seen from the files", super::named(&modules, NAMED));
        found.push(
            Diagnostic::new(&STATE_UNSEEN, message)
                .label(span, "loaded here")
                .help(if is_stripped { format!("{why}; {STRIPPED}") } else { why })
                .one_of_many(application, |names, count| {
                    format!("whether the state or the children of processes changed cannot be seen from the files in {count} applications: {names}")
                }),
        );
    }
}

/// Processes that keep something for modules that they are given, of which one is loaded.
fn guessed(pair: &Pair<'_>, found: &mut Findings) {
    for Passage { route, passed, from, .. } in pair.passages() {
        for (module, (_, living)) in from.processes.iter().filter(|(module, _)| !passed.converted.contains_key(*module)) {
            let is_changed = |given: &&Atom| pair.modules().any(|(_, change)| change.name == given.as_str() && change.depth == Depth::Code);
            let loaded = living.guesses.iter().filter(|given| *given != module).find(|given| is_changed(given) && route.loaded(given).is_some());
            let Some(given) = loaded.filter(|_| !pair.none_lives_on(route, passed, module)) else { continue };
            let is_known = passed.failing.iter().any(|(process, _)| process == module);
            let Some(span) = route.loaded(given).filter(|_| !is_known) else { continue };
            found.push(
                Diagnostic::new(&STATE_UNSEEN, format!("whether what a process of `{module}` keeps for `{given}` fits cannot be seen from the files"))
                    .label(span, "it calls modules that it is given, and this one is loaded here")
                    .help(format!("where `{given}` changed what it gives back, convert that in `code_change` of `{module}`"))
                    .about(given.as_str())
                    .on_path(&route.name),
            );
        }
    }
}
