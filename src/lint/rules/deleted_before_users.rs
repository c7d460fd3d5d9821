//! A module that goes while others still call it.

use super::loaded_out_of_order::{before, shown, windows};
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::span::Span;

code! {
    DELETED_BEFORE_USERS "RL0505" "deleted-before-users" Warning => Concerns(Steps)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &DELETED_BEFORE_USERS, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        for window in windows(pair, route) {
            let (caller, called) = (window.caller, window.called);
            let Some(removed) = route.removed(called).filter(|_| !window.arriving && route.loaded(called).is_none()) else { continue };
            let caller_goes = route.loaded(caller).or_else(|| route.removed(caller)).unwrap_or(Span::GENERATED);
            found.push(
                Diagnostic::new(
                    &DELETED_BEFORE_USERS,
                    format!("`{called}` is removed before `{caller}` is replaced, which still calls {}", shown(&window.functions)),
                )
                .label(removed, "removed here")
                .label(caller_goes, "the old code of the caller runs until here")
                .help(before(route.direction, caller, called))
                .one_of_many(called.as_str(), |names, count| format!("{count} modules are removed before those that still call them are replaced: {names}"))
                .on_path(&route.name),
            );
        }
    }
}
