//! A library, which runs nothing, with instructions for its modules one by one.

use crate::appup::HighOp;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, File, Rule};
use crate::release::AppFile;
use crate::relup::LowOp;

code! {
    LIBRARY_SCRIPT "RL0341" "library-script" Advice
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &LIBRARY_SCRIPT, check: Check::Application(check) };

/// Applications that cannot be restarted alone.
const BASIC: &[&str] = &["erts", "kernel", "stdlib", "sasl"];

fn check(file: &File<'_>, app: &AppFile, found: &mut Findings) {
    if app.callback.is_some() || BASIC.contains(&file.name.as_str()) {
        return;
    }
    let restarts = |op: &HighOp| {
        matches!(op, HighOp::RestartApplication(name) if name.value == *file.name)
            || matches!(op, HighOp::Low(LowOp::RestartEmulator | LowOp::RestartNewEmulator))
    };
    // Where an order is written the author needs it: a restart of the application has none.
    let has_order = |op: &Option<HighOp>| matches!(op, Some(HighOp::Module(dependent)) if !dependent.deps.is_empty()) || matches!(op, Some(HighOp::Low(_)));
    if file.scripts.iter().flat_map(|script| &script.instructions).any(|instruction| has_order(&instruction.op)) {
        return;
    }
    let by_hand = |op: &Option<HighOp>| !op.as_ref().is_some_and(restarts);
    let first = file.scripts.iter().find_map(|script| script.instructions.iter().find(|instruction| by_hand(&instruction.op)));
    if let Some(instruction) = first {
        found.push(
            Diagnostic::new(
                &LIBRARY_SCRIPT,
                format!("`{}` is a library, with no callback module to start: one instruction for all versions is enough", file.name),
            )
            .label(instruction.span, "has to be kept right for each version")
            .help(format!("`{{<<\".*\">>,[{{restart_application,{}}}]}}` in both directions replaces all of its modules", file.name))
            .one_of_many(file.name.as_str(), |names, count| {
                format!("{count} applications are libraries, with no callback module to start: one instruction for all versions is enough: {names}")
            }),
        );
    }
}
