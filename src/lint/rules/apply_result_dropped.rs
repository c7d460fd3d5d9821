//! A call whose result says whether it worked: the release handler ignores it.

use crate::appup::HighOp;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, File, Rule};
use crate::relup::{Call, LowOp};

code! {
    APPLY_RESULT_DROPPED "RL0510" "apply-result-dropped" Advice
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &APPLY_RESULT_DROPPED, check: Check::File(check) };

fn check(file: &File<'_>, found: &mut Findings) {
    for script in &file.scripts {
        for instruction in &script.instructions {
            let Some(HighOp::Low(op @ LowOp::Apply { module, function, .. })) = &instruction.op else { continue };
            // These functions return `{error,Reason}` instead of failing.
            if matches!(Call::of(op), Some(Call::Application(..) | Call::Child(_))) {
                found.push(
                    Diagnostic::new(&APPLY_RESULT_DROPPED, format!("the result of `{module}:{function}` is ignored: if it fails, the upgrade continues"))
                        .label(instruction.span, "returns `{error,Reason}` when it fails")
                        .help("call a function of your own that matches the answer with what it should be, so that a failure ends the upgrade"),
                );
            }
        }
    }
}
