//! A module that goes while others still call it.

use super::loaded_out_of_order::{before, shown, windows};
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::span::Span;

code! {
    DELETED_BEFORE_USERS "RL0505" "deleted-before-users" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &DELETED_BEFORE_USERS, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for way in pair.hot_ways() {
        for window in windows(pair, way) {
            let (caller, called) = (window.caller, window.called);
            let Some(removed) = way.removed.get(called).filter(|_| !window.arriving && !way.loaded.contains_key(called)) else { continue };
            let caller_goes = way.loaded.get(caller).or_else(|| way.removed.get(caller)).copied().unwrap_or(Span::GENERATED);
            found.push(
                Diagnostic::new(
                    &DELETED_BEFORE_USERS,
                    format!("`{called}` is removed before `{caller}` is replaced, which still calls {}", shown(&window.functions)),
                )
                .label(*removed, "removed here")
                .label(caller_goes, "the old code of the caller runs until here")
                .help(before(way.direction, caller, called))
                .on_path(&way.name),
            );
        }
    }
}
