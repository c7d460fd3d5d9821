//! A path of a relup that the release handler refuses for the order of its instructions.

use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Rule, Written};
use crate::relup::LowOp;

code! {
    RELUP_REFUSED "RL0904" "relup-refused" Error
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &RELUP_REFUSED, check: Check::Relup(check) };

fn check(written: &Written<'_>, found: &mut Findings) {
    for (name, _, entry) in written.paths() {
        let point = entry.steps.iter().position(|step| step.op == LowOp::PointOfNoReturn);
        for (at, step) in entry.steps.iter().enumerate() {
            let is_last = at + 1 == entry.steps.len();
            if let Some((what, help)) = refused(&step.op, at, point, is_last) {
                found.push(Diagnostic::new(&RELUP_REFUSED, what).label(step.origin.span(), "refused on the node").help(help).on_path(&name));
            }
        }
    }
}

/// Why an instruction is refused at its place, and what to do.
fn refused(op: &LowOp, at: usize, point: Option<usize>, is_last: bool) -> Option<(String, &'static str)> {
    let is_before = point.is_some_and(|point| at < point);
    let word = op.name();
    if matches!(op, LowOp::Restart | LowOp::Reboot) {
        return Some((format!("the release handler does not know `{word}`"), "write `restart_emulator`"));
    }
    if *op == LowOp::PointOfNoReturn {
        return (point != Some(at)).then(|| ("a second point of no return".to_owned(), "a path has one"));
    }
    if *op == LowOp::RestartNewEmulator {
        let help = "it comes first on an upgrade; on a downgrade `restart_emulator` comes last";
        return (at > 0).then(|| ("`restart_new_emulator` follows another instruction".to_owned(), help));
    }
    if *op == LowOp::RestartEmulator {
        return (!is_last).then(|| ("what follows `restart_emulator` is never run".to_owned(), "it ends the path: write it last"));
    }
    match (is_before, matches!(op, LowOp::LoadObjectCode { .. })) {
        (false, true) => {
            let help = "write it before `point_of_no_return`, so that a missing file does no harm";
            Some(("object code is read after the point of no return".to_owned(), help))
        }
        (true, false) if !matches!(op, LowOp::Apply { .. }) => {
            let what = format!("`{word}` is before the point of no return, and is run when the upgrade is only checked");
            Some((what, "only `load_object_code` and `apply` belong there"))
        }
        (true | false, _) => None,
    }
}
