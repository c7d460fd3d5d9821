//! A path of a relup that converts states of processes that are not suspended.

use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Existing, Rule};
use crate::node::{Failure, Timeline};
use crate::span::Span;

code! {
    RELUP_CHANGE_IDLE "RL0909" "relup-change-idle" Warning => Concerns(State)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &RELUP_CHANGE_IDLE, check: Check::Relup(check) };

fn check(existing: &Existing<'_>, found: &mut Findings) {
    for (name, _, entry) in existing.paths() {
        for (at, failure) in Timeline::of(&entry.steps).failures() {
            let Failure::NotSuspended(module) = failure else { continue };
            let span = entry.steps.get(*at).map_or(Span::GENERATED, |step| step.origin.span());
            found.push(
                Diagnostic::new(&RELUP_CHANGE_IDLE, format!("no process of `{module}` is suspended at this step, so no state is converted"))
                    .label(span, "has no effect")
                    .help(format!("suspend `{module}` before and resume it afterwards"))
                    .about(module.as_str())
                    .on_path(&name),
            );
        }
    }
}
