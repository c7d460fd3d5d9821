//! A call that runs after an instruction that is written below it.

use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, File, Rule};
use crate::relup::{Cause, LowOp};
use crate::span::Span;
use std::collections::HashMap;

code! {
    APPLY_OVERTAKEN "RL0502" "apply-overtaken" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &APPLY_OVERTAKEN, check: Check::File(check) };

fn check(file: &File<'_>, found: &mut Findings) {
    for script in file.scripts.iter().filter(|script| script.has_calls()) {
        // A cluster of modules is emitted where its first member is: instructions further down run before calls between the
        // two. The order is that of the script, not of the file: a derived entry points at the lines of the upgrade.
        let mut order: HashMap<Span, usize> = HashMap::new();
        for (at, instruction) in script.instructions.iter().enumerate() {
            order.entry(instruction.span).or_insert(at);
        }
        let mut last: Option<Span> = None;
        let mut latest: Option<(usize, Span)> = None;
        for step in script.steps() {
            let Cause::Written(span) = step.origin.cause else { continue };
            let Some(at) = order.get(&span).copied() else { continue };
            if matches!(step.op, LowOp::Apply { .. }) {
                if let Some((_, overtaker)) = latest.filter(|(latest, _)| *latest > at && last != Some(span)) {
                    found.push(
                        Diagnostic::new(&APPLY_OVERTAKEN, "this call runs after an instruction below it")
                            .label(span, "written here")
                            .label(overtaker, "this one runs first, as it belongs to the group of a module further up")
                            .help("`relupc expand` shows the order; put the call before the first module of the group, or after the last"),
                    );
                }
                last = Some(span);
            } else if matches!(step.op, LowOp::Load(..) | LowOp::Remove(..) | LowOp::Suspend(_)) {
                latest = latest.max(Some((at, span)));
            }
        }
    }
}
