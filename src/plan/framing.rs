//! Instructions of the release itself at the head and the end of a path: none of OTP's passes, as `systools` knows none.

use super::check::check_framing;
use crate::diag::Findings;
use crate::pattern::glob;
use crate::relup::{LowOp, Step};

/// Low-level instructions of the release itself for some paths (`[[path]]` in `relupc.toml`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Framing {
    /// Which versions the path leaves; `*` takes any characters.
    pub from: String,
    /// Which versions it leads to.
    pub to: String,
    /// What comes first, before the point of no return.
    pub first: Vec<Step>,
    /// What comes last.
    pub last: Vec<Step>,
}

impl Framing {
    /// Whether the instructions are for a path, by the versions that it leaves and leads to.
    pub fn takes(&self, from: &str, to: &str) -> bool {
        glob(&self.from, from) && glob(&self.to, to)
    }
}

/// Puts the instructions for a path around its script. The release handler looks for a new emulator only at the very
/// head, and runs nothing after a restart at the end (`release_handler` of OTP 25 to 29).
pub(super) fn frame(steps: &mut Vec<Step>, framings: &[Framing], from: &str, to: &str, found: &mut Findings) {
    let own: Vec<&Framing> = framings.iter().filter(|framing| framing.takes(from, to)).collect();
    if own.is_empty() {
        return;
    }
    let is_restart = |step: &Step| matches!(step.op, LowOp::RestartEmulator | LowOp::RestartNewEmulator);
    let end = steps.len() - usize::from(steps.last().is_some_and(is_restart));
    steps.splice(end..end, own.iter().flat_map(|framing| &framing.last).cloned());
    let head = usize::from(steps.first().is_some_and(|step| step.op == LowOp::RestartNewEmulator));
    steps.splice(head..head, own.iter().flat_map(|framing| &framing.first).cloned());
    check_framing(own.iter().flat_map(|framing| &framing.first), own.iter().flat_map(|framing| &framing.last), steps, found);
}
