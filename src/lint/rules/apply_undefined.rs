//! A call of a function that the code of that moment does not have.

use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::relup::{Cause, LowOp};

code! {
    APPLY_UNDEFINED "RL0508" "apply-undefined" Error
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &APPLY_UNDEFINED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for way in &pair.ways {
        for (at, step) in way.steps.iter().enumerate() {
            let LowOp::Apply { module, function, arguments } = &step.op else { continue };
            let (Cause::Written(span), Some(arguments)) = (&step.origin.cause, arguments.items()) else { continue };
            let come = way.come_at.get(module).is_some_and(|come| *come < at);
            let gone = way.gone_at.get(module).is_some_and(|gone| *gone < at);
            let (release, which) = match (come, gone) {
                (true, _) => (pair.side(way.direction, true), "the module that was loaded before"),
                (false, false) => (pair.side(way.direction, false), "the module that runs at that point"),
                (false, true) => {
                    found.push(finding(&format!("`{module}` is removed before this call of it"), *span, "fails, and the upgrade with it").on_path(&way.name));
                    continue;
                }
            };
            let arity = u32::try_from(arguments.len()).unwrap_or(u32::MAX);
            let exported = pair.look(release, module, |beam| {
                let exports = beam.exports(&beam.atoms().ok()?).ok()?;
                Some(exports.iter().any(|(name, count)| name == function && *count == arity))
            });
            if exported == Some(false) {
                let message = format!("`{module}:{function}/{arity}` is not exported by {which}");
                let later = way.come_at.get(module).is_some_and(|come| *come > at);
                let label = if later { "fails: the new code is loaded later" } else { "fails, and the upgrade with it" };
                found.push(finding(&message, *span, label).on_path(&way.name));
            }
        }
    }
}

fn finding(message: &str, span: crate::span::Span, label: &'static str) -> Diagnostic {
    Diagnostic::new(&APPLY_UNDEFINED, message)
        .label(span, label)
        .help("`relupc expand` shows the order; put the call behind the instruction that loads the module, and count its arguments")
}
