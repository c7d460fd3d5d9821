//! A path of a relup that the release handler refuses, by what stands where.

use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Rule, Written};
use crate::relup::{LowOp, Step};

code! {
    RELUP_REFUSED "RL0904" "relup-refused" Error
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &RELUP_REFUSED, check: Check::Relup(check) };

fn check(written: &Written<'_>, found: &mut Findings) {
    for (direction, entry) in written.entries() {
        let name = written.name(direction, entry);
        let mut refuse = |step: &Step, what: String, help: &'static str| {
            found.push(Diagnostic::new(&RELUP_REFUSED, what).label(step.origin.span(), "refused on the node").help(help).on_path(&name));
        };
        let point = entry.steps.iter().position(|step| step.op == LowOp::PointOfNoReturn);
        for (at, step) in entry.steps.iter().enumerate() {
            let word = step.op.name();
            let is_before = point.is_some_and(|point| at < point);
            match &step.op {
                LowOp::PointOfNoReturn if point != Some(at) => {
                    refuse(step, "a second point of no return".to_owned(), "a path has one");
                }
                LowOp::LoadObjectCode { .. } if !is_before => {
                    refuse(
                        step,
                        "object code is read behind the point of no return".to_owned(),
                        "write it before `point_of_no_return`, so that a missing file does no harm",
                    );
                }
                LowOp::RestartNewEmulator if at > 0 => {
                    refuse(
                        step,
                        "`restart_new_emulator` stands behind another instruction".to_owned(),
                        "it comes first on the way up; on the way down `restart_emulator` comes last",
                    );
                }
                LowOp::RestartEmulator if at + 1 < entry.steps.len() => {
                    refuse(step, "what stands behind `restart_emulator` is never run".to_owned(), "it ends the path: write it last");
                }
                LowOp::Restart | LowOp::Reboot => {
                    refuse(step, format!("the release handler does not know `{word}`"), "write `restart_emulator`");
                }
                LowOp::Load(..)
                | LowOp::Remove(..)
                | LowOp::Purge(_)
                | LowOp::Suspend(_)
                | LowOp::Resume(_)
                | LowOp::CodeChange(..)
                | LowOp::Stop(_)
                | LowOp::Start(_)
                    if is_before =>
                {
                    refuse(
                        step,
                        format!("`{word}` stands before the point of no return, and is run when the upgrade is only checked"),
                        "only `load_object_code` and `apply` belong there",
                    );
                }
                LowOp::PointOfNoReturn
                | LowOp::LoadObjectCode { .. }
                | LowOp::RestartNewEmulator
                | LowOp::RestartEmulator
                | LowOp::Load(..)
                | LowOp::Remove(..)
                | LowOp::Purge(_)
                | LowOp::Suspend(_)
                | LowOp::Resume(_)
                | LowOp::CodeChange(..)
                | LowOp::Stop(_)
                | LowOp::Start(_)
                | LowOp::SyncNodes(..)
                | LowOp::Apply { .. } => {}
            }
        }
    }
}
