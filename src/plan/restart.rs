//! Restarts of the emulator where they take effect (`systools_rc:sort_emulator_restart/3`,
//! `systools_relup:check_for_emulator_restart/7`).

use super::faults;
use crate::appup::Direction;
use crate::diag::Findings;
use crate::release::Release;
use crate::relup::{LowOp, Pass, Step};

/// A new emulator comes first on an upgrade and last on a downgrade; a plain restart comes last.
pub(super) fn place(before: &mut Vec<Step>, after: Vec<Step>, direction: Direction) -> Vec<Step> {
    if !after.iter().any(|step| matches!(step.op, LowOp::RestartNewEmulator | LowOp::RestartEmulator)) {
        return after;
    }
    let (new, after): (Vec<Step>, Vec<Step>) = after.into_iter().partition(|step| step.op == LowOp::RestartNewEmulator);
    let (mut restarts, mut after): (Vec<Step>, Vec<Step>) = after.into_iter().partition(|step| step.op == LowOp::RestartEmulator);
    if let Some(step) = new.into_iter().next() {
        let origin = step.origin.through(Pass::PlaceRestart);
        match direction {
            Direction::Up => before.insert(0, Step { op: LowOp::RestartNewEmulator, origin }),
            Direction::Down => restarts.insert(0, Step { op: LowOp::RestartEmulator, origin }),
        }
    }
    after.extend(restarts.into_iter().next());
    after
}

/// The version of sasl from which on a new emulator can come first, compared as text.
const SASL_OF_R15: &str = "2.2";

/// From a base that counts as older than R15 the new emulator is started last; only one restart stays.
pub(super) fn old_emulator(steps: &mut Vec<Step>, base: &Release, found: &mut Findings) {
    let Some(sasl) = base.application("sasl") else { return };
    if sasl.vsn.value.as_str() >= SASL_OF_R15 || steps.first().is_none_or(|step| step.op != LowOp::RestartNewEmulator) {
        return;
    }
    found.push(faults::old_emulator(&sasl.vsn));
    if let Some(at) = steps.iter().position(|step| step.op == LowOp::RestartEmulator) {
        steps.remove(at);
    }
    let first = steps.remove(0);
    steps.push(first);
}
