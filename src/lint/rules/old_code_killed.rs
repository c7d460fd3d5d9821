//! A module with a loop of its own: its processes stay in the old code, and die with it.

use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::relup::{LowOp, Purge};

code! {
    OLD_CODE_KILLED "RL0608" "old-code-killed" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &OLD_CODE_KILLED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for way in pair.hot_ways() {
        let from = pair.side(way.direction, false);
        let habits = pair.habits(way.direction);
        for step in way.steps {
            let LowOp::Load(module, pre, post) = &step.op else { continue };
            let gone = way.gone_at.get(module).copied().unwrap_or_default();
            if way.is_still(module, from.library_of(module.as_str()), gone, gone) || way.changed.contains(module) {
                continue;
            }
            if !habits.get(module.as_str()).is_some_and(|habits| habits.own_loop) {
                continue;
            }
            let (when, help) = match (pre, post) {
                // `restart_application` of a library removes its modules first.
                _ if way.removed.contains_key(module) => ("are killed here", "load the module instead, or write its processes as a `gen_server`"),
                (_, Purge::Brutal) => (
                    "are killed when the release is made permanent, or by the next upgrade that loads it",
                    "let the loop call itself by the module's name (`?MODULE:loop(State)`), or write it as a `gen_server`",
                ),
                (Purge::Brutal, Purge::Soft) => (
                    "are killed by the next upgrade that loads it",
                    "let the loop call itself by the module's name (`?MODULE:loop(State)`), or write it as a `gen_server`",
                ),
                (Purge::Soft, Purge::Soft) => (
                    "keep the next upgrade from loading it",
                    "let the loop call itself by the module's name (`?MODULE:loop(State)`), or stop its processes first",
                ),
            };
            found.push(
                Diagnostic::new(
                    &OLD_CODE_KILLED,
                    format!("`{module}` waits for messages in a loop of its own: processes in it keep running old code and {when}"),
                )
                .label(step.origin.span(), "loads the module and leaves its processes as they are")
                .help(help)
                .on_path(&way.name),
            );
        }
    }
}
