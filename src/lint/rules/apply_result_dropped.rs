//! A call whose result says whether it worked: the release handler ignores it.

use crate::appup::HighOp;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, File, Rule};
use crate::relup::{ApplicationAction, Call, ChildAction, LowOp};
use crate::span::Span;

code! {
    APPLY_RESULT_DROPPED "RL0510" "apply-result-dropped" Advice
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &APPLY_RESULT_DROPPED, check: Check::File(check) };

fn check(file: &File<'_>, found: &mut Findings) {
    // That something is not there to be stopped is what was wanted.
    let matters = |op: &LowOp| match Call::of(op) {
        Some(Call::Application(action, _)) => matches!(action, ApplicationAction::Start | ApplicationAction::StartAll | ApplicationAction::Load),
        Some(Call::Child(child)) => matches!(child.action, ChildAction::Start | ChildAction::Restart),
        Some(Call::Code(..) | Call::Process(..)) | None => false,
    };
    let all = file.scripts.iter().flat_map(|script| &script.instructions);
    let calls: Vec<(Span, String)> = all
        .filter_map(|instruction| match &instruction.op {
            Some(HighOp::Low(op @ LowOp::Apply { module, function, .. })) if matters(op) => Some((instruction.span, format!("{module}:{function}"))),
            Some(_) | None => None,
        })
        .collect();
    let Some((_, first)) = calls.first() else { return };
    let finding = Diagnostic::new(&APPLY_RESULT_DROPPED, format!("the result of `{first}` is ignored: if it fails, the upgrade continues"))
        .help("call a function of your own that matches the answer with what it should be, so that a failure ends the upgrade");
    found.push(calls.iter().fold(finding, |finding, (span, _)| finding.label(*span, "returns `{error,Reason}` when it fails")));
}
