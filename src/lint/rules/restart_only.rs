//! An application with processes whose entries all restart it: nothing is hot about them.

use crate::appup::HighOp;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, File, Rule};
use crate::release::AppFile;

code! {
    RESTART_ONLY "RL0342" "restart-only" Advice
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &RESTART_ONLY, check: Check::Application(check) };

fn check(file: &File<'_>, app: &AppFile, found: &mut Findings) {
    let Some(callback) = &app.callback else { return };
    let restarts = |op: &Option<HighOp>| matches!(op, Some(HighOp::RestartApplication(name)) if name.value == *file.name);
    let all = file.scripts.iter().all(|script| !script.instructions.is_empty() && script.instructions.iter().all(|instruction| restarts(&instruction.op)));
    let Some(first) = file.scripts.first().and_then(|script| script.instructions.first()).filter(|_| all) else { return };
    found.push(
        Diagnostic::new(&RESTART_ONLY, format!("every entry restarts `{}`, which runs processes: they lose their state", file.name))
            .label(first.span, "stops all of its processes and starts them again")
            .label(callback.span, "it is started by this module")
            .help("replace modules one by one where state or connections must survive; otherwise a deploy without a relup is simpler"),
    );
}
