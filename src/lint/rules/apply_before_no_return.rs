//! A call before the point of no return: it runs twice.

use crate::appup::Effect;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, File, Rule};

code! {
    APPLY_BEFORE_NO_RETURN "RL0509" "apply-before-no-return" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &APPLY_BEFORE_NO_RETURN, check: Check::File(check) };

fn check(file: &File<'_>, found: &mut Findings) {
    for script in &file.scripts {
        let Some(point) = script.instructions.iter().find(|instruction| instruction.effect == Effect::NoReturn) else { continue };
        let before = script.instructions.iter().take_while(|instruction| instruction.effect != Effect::NoReturn);
        for call in before.filter(|instruction| instruction.effect == Effect::Applies) {
            found.push(
                Diagnostic::new(
                    &APPLY_BEFORE_NO_RETURN,
                    "this call may run twice: when the upgrade is checked with `check_install_release`, and when it is installed",
                )
                .label(call.span, "is before the point of no return")
                .label(point.span, "what follows it runs once")
                .help("keep it there only when it may run twice and changes nothing; else write it after the point of no return"),
            );
        }
    }
}
