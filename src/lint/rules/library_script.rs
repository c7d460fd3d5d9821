//! A library, which runs nothing, with instructions for its modules one by one.

use crate::appup::HighOp;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, File, Rule};
use crate::release::AppFile;

code! {
    LIBRARY_SCRIPT "RL0341" "library-script" Advice
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &LIBRARY_SCRIPT, check: Check::Application(check) };

fn check(file: &File<'_>, app: &AppFile, found: &mut Findings) {
    if app.callback.is_some() {
        return;
    }
    let by_hand = |op: &Option<HighOp>| !matches!(op, Some(HighOp::RestartApplication(name)) if name.value == *file.name);
    let first = file.scripts.iter().find_map(|script| script.instructions.iter().find(|instruction| by_hand(&instruction.op)));
    if let Some(instruction) = first {
        found.push(
            Diagnostic::new(
                &LIBRARY_SCRIPT,
                format!("`{}` is a library, with no callback module to start: one instruction for all versions is enough", file.name),
            )
            .label(instruction.span, "names what has to be kept right for each version")
            .help(format!("`{{<<\".*\">>,[{{restart_application,{}}}]}}` in both directions replaces all of its modules", file.name)),
        );
    }
}
