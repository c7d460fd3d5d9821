//! What the files do not show of processes that live through an upgrade.

use crate::compare::Change;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::term::Atom;
use std::collections::BTreeMap;

code! {
    STATE_UNSEEN "RL0614" "state-unseen" Advice
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &STATE_UNSEEN, check: Check::Pair(check) };

/// Whether a change is that something cannot be seen.
fn is_unseen(change: &Change) -> bool {
    matches!(change, Change::StateUnknown(_) | Change::ChildrenUnknown { .. } | Change::BehavioursUnknown | Change::CodeChangeUnknown { .. })
}

/// How many modules are named.
const NAMED: usize = 6;

fn check(pair: &Pair<'_>, found: &mut Findings) {
    let mut unseen: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (application, module, _) in pair.module_impacts(is_unseen) {
        let name = Atom::new(&module.name);
        // One that is removed first comes back with new processes.
        let keeps = |route: &crate::lint::Route<'_>| route.loaded(&name).is_some() && route.removed(&name).is_none();
        let shown = format!("`{name}`");
        let list = unseen.entry(&application.name).or_default();
        if pair.hot_routes().any(keeps) && !list.contains(&shown) {
            list.push(shown);
        }
    }
    for (application, modules) in unseen.into_iter().filter(|(_, modules)| !modules.is_empty()) {
        found.push(
            Diagnostic::new(
                &STATE_UNSEEN,
                format!("whether the state or the children of {} changed cannot be seen from the files", super::named(&modules, NAMED)),
            )
            .label(pair.change(application), "its application changes here")
            .help("`relupc diff` says for each module why; where the debug information is missing, the release tool has removed it: keep it with `strip_beams: false` (mix) or without `{mode,prod}` (rebar3: `{dev_mode,false}` and `{include_erts,true}` in its place)"),
        );
    }
}
