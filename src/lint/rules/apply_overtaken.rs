//! A call that runs after an instruction that is written below it.

use crate::appup::{HighOp, Instruction};
use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::lint::{Check, File, Rule};
use crate::relup::{Cause, LowOp};
use crate::span::{Span, Spanned};
use crate::term::Atom;
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
            if let LowOp::Apply { module, .. } = &step.op {
                if let Some((index, overtaker)) = latest.filter(|(latest, _)| *latest > at && last != Some(span)) {
                    let is_concerned = script.instructions.get(index).is_none_or(|other| concerns(&script.instructions, module, other));
                    let level = if is_concerned { Severity::Warning } else { Severity::Advice };
                    found.push(
                        Diagnostic::new(&APPLY_OVERTAKEN, "this call runs after an instruction below it")
                            .label(span, "written here")
                            .label(overtaker, "this one runs first, as it belongs to the group of a module further up")
                            .help("`relupc expand` shows the order; put the call before the first module of the group, or after the last")
                            .severity(level),
                    );
                }
                last = Some(span);
            } else if matches!(step.op, LowOp::Load(..) | LowOp::Remove(..) | LowOp::Suspend(_)) {
                latest = latest.max(Some((at, span)));
            }
        }
    }
}

/// Whether a call of a module and an instruction are about modules of which one depends on the other.
fn concerns(instructions: &[Instruction], called: &Atom, other: &Instruction) -> bool {
    let Some(HighOp::Module(other)) = &other.op else { return true };
    let own = instructions.iter().filter_map(|instruction| if let Some(HighOp::Module(own)) = &instruction.op { Some(own) } else { None });
    let depends = |on: &Atom, deps: &[Spanned<Atom>]| deps.iter().any(|dep| dep.value == *on);
    other.module.value == *called
        || depends(called, &other.deps)
        || own.filter(|own| own.module.value == *called).any(|own| depends(&other.module.value, &own.deps))
}
