//! What OTP lets pass and the node does not: looked for in the finished script.

use super::faults;
use crate::diag::Findings;
use crate::node::{Failure, Timeline};
use crate::relup::{Cause, Step};

/// Reports instructions that the release handler refuses, code changes without effect, and code that is used up.
pub(super) fn review(steps: &[Step], found: &mut Findings) {
    let timeline = Timeline::of(steps);
    for (step, failure) in timeline.failures().iter().filter_map(|(at, failure)| Some((steps.get(*at)?, failure))) {
        let span = step.origin.span();
        match failure {
            // In the scripts of appups this is refused before: the instruction is one of the release itself.
            Failure::NoObjectCode { module, reads: 0, .. } => found.push(faults::not_read_yet(module, span)),
            Failure::NoObjectCode { module, loads, reads } => found.push(faults::loaded_twice(module, span, *loads, *reads)),
            Failure::NotSuspended(module) if matches!(step.origin.cause, Cause::Written(_)) => found.push(faults::change_not_suspended(module, span)),
            Failure::Unknown => found.push(faults::refused_on_node(&step.op, span)),
            Failure::NotSuspended(_) | Failure::SecondNoReturn | Failure::NewEmulatorLate | Failure::NotLast | Failure::ReadLate | Failure::ChangesEarly => {}
        }
    }
}
