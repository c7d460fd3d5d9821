//! Hand-written low-level instructions against each other (`systools_rc:check_script/2`). Only which modules are named
//! counts there, not order or number.

use super::faults;
use super::split::Halves;
use crate::appup::HighOp;
use crate::diag::{Diagnostic, Findings};
use crate::relup::{LowOp, Origin};
use crate::span::Span;
use crate::term::Atom;
use foldhash::HashSet;

/// Reports loads without object code, and suspending, resuming, stopping and starting that do not pair.
pub(super) fn check(halves: &Halves, found: &mut Findings) {
    let read: HashSet<&Atom> =
        halves.before.iter().flat_map(|step| if let LowOp::LoadObjectCode { modules, .. } = &step.op { modules.as_slice() } else { &[] }).collect();
    let low: Vec<(&LowOp, Span)> = halves
        .after
        .iter()
        .filter_map(|item| match &item.op {
            Some(HighOp::Low(op)) => Some((op, Origin::new(item.cause.clone()).span())),
            _ => None,
        })
        .collect();
    for (op, span) in &low {
        if let LowOp::Load(module, ..) = op
            && !read.contains(module)
        {
            found.push(faults::no_object_code(module, *span));
        }
    }
    let suspends: Vec<_> = low.iter().filter(|(op, _)| matches!(op, LowOp::Suspend(_))).collect();
    let resumes: Vec<_> = low.iter().filter(|(op, _)| matches!(op, LowOp::Resume(_))).collect();
    unpaired(&suspends, &resumes, found, faults::suspended_not_resumed);
    unpaired(&resumes, &suspends, found, faults::resumed_not_suspended);
    let starts: Vec<_> = low.iter().filter(|(op, _)| matches!(op, LowOp::Start(_))).collect();
    let stops: Vec<_> = low.iter().filter(|(op, _)| matches!(op, LowOp::Stop(_))).collect();
    unpaired(&starts, &stops, found, faults::start_not_stop);
    unpaired(&stops, &starts, found, faults::stop_not_start);
}

/// Modules that the first instructions name and the others do not.
fn unpaired(these: &[&(&LowOp, Span)], others: &[&(&LowOp, Span)], found: &mut Findings, fault: impl Fn(&Atom, Span) -> Diagnostic) {
    let mut known: HashSet<&Atom> = others.iter().flat_map(|(op, _)| op.modules()).collect();
    for (op, span) in these {
        for module in op.modules() {
            if known.insert(module) {
                found.push(fault(module, *span));
            }
        }
    }
}
