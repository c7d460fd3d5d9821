//! Hand-written low-level instructions against each other (`systools_rc:check_script/2`). Only which modules are named
//! counts there, not order or number.

use super::faults;
use super::split::Halves;
use crate::appup::HighOp;
use crate::diag::{Diagnostic, Findings};
use crate::node::{ModuleEvent, Timeline};
use crate::relup::{LowOp, Origin, Step};
use crate::span::Span;
use crate::term::Atom;
use foldhash::{HashSet, HashSetExt};

/// Whether an instruction is of a kind.
type IsKind = fn(&LowOp) -> bool;
/// What is reported of a module.
type Fault = fn(&Atom, Span) -> Diagnostic;

/// Reports loads without object code, and suspending, resuming, stopping and starting that do not pair.
pub(super) fn check(halves: &Halves, found: &mut Findings) {
    let before = halves.before.iter().map(|step| (&step.op, Span::GENERATED));
    let after = halves.after.iter().filter_map(|item| match &item.op {
        Some(HighOp::Low(op)) => Some((op, Origin::new(item.cause.clone()).span())),
        _ => None,
    });
    let written: Vec<(&LowOp, Span)> = before.chain(after).collect();
    let timeline = Timeline::run(written.iter().map(|(op, _)| *op));
    let own = written.get(halves.before.len()..).unwrap_or_default();
    for (op, span) in own {
        if let LowOp::Load(module, ..) = op
            && !timeline.has(module, ModuleEvent::Read)
        {
            found.push(faults::no_object_code(module, *span));
        }
    }
    check_pairs(&timeline, own, found);
}

/// The same of the instructions of the release itself, against the whole script of their path. Their loads are looked at in order.
pub(super) fn check_framing<'s>(first: impl Iterator<Item = &'s Step>, last: impl Iterator<Item = &'s Step>, steps: &[Step], found: &mut Findings) {
    let (allowed, refused): (Vec<&Step>, Vec<&Step>) = first.partition(|step| matches!(step.op, LowOp::LoadObjectCode { .. } | LowOp::Apply { .. }));
    found.extend(refused.into_iter().map(|step| faults::before_point_of_no_return(step.origin.span(), None)));
    let own = allowed.into_iter().chain(last);
    let timeline = Timeline::run(steps.iter().map(|step| &step.op));
    let own: Vec<(&LowOp, Span)> = own.map(|step: &Step| (&step.op, step.origin.span())).collect();
    check_pairs(&timeline, &own, found);
}

/// Reports suspending, resuming, stopping and starting that do not pair.
fn check_pairs(timeline: &Timeline, own: &[(&LowOp, Span)], found: &mut Findings) {
    let pairs: [(IsKind, ModuleEvent, Fault); 4] = [
        (|op| matches!(op, LowOp::Suspend(_)), ModuleEvent::Resumed, faults::suspended_not_resumed),
        (|op| matches!(op, LowOp::Resume(_)), ModuleEvent::Suspended, faults::resumed_not_suspended),
        (|op| matches!(op, LowOp::Start(_)), ModuleEvent::Stopped, faults::start_not_stop),
        (|op| matches!(op, LowOp::Stop(_)), ModuleEvent::Started, faults::stop_not_start),
    ];
    for (is_own, other, fault) in pairs {
        let mut reported: HashSet<&Atom> = HashSet::new();
        for (op, span) in own.iter().filter(|(op, _)| is_own(op)) {
            for module in op.modules() {
                if !timeline.has(module, other) && reported.insert(module) {
                    found.push(fault(module, *span));
                }
            }
        }
    }
}
