//! What OTP lets pass and the node does not: looked for in the finished script.

use super::faults;
use crate::diag::Findings;
use crate::relup::{Cause, LowOp, Step};
use crate::term::Atom;
use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

/// Reports instructions that the release handler refuses, code changes without effect, and code that is used up.
pub(super) fn review(steps: &[Step], found: &mut Findings) {
    let mut read: HashMap<&Atom, usize> = HashMap::with_capacity(steps.len() / 2);
    let mut loads: HashMap<&Atom, usize> = HashMap::with_capacity(steps.len() / 2);
    let mut suspended: HashSet<&Atom> = HashSet::new();
    for step in steps {
        let span = step.origin.span();
        match &step.op {
            LowOp::LoadObjectCode { modules, .. } => modules.iter().for_each(|module| *read.entry(module).or_default() += 1),
            LowOp::Load(module, ..) => {
                let loads = loads.entry(module).or_default();
                *loads += 1;
                let reads = read.get(module).copied().unwrap_or(0);
                if *loads > reads && reads > 0 {
                    found.push(faults::loaded_twice(module, span, *loads, reads));
                }
            }
            LowOp::Suspend(list) => suspended.extend(list.iter().map(|suspended| &suspended.module)),
            LowOp::Resume(modules) => modules.iter().for_each(|module| {
                suspended.remove(module);
            }),
            LowOp::CodeChange(_, list) if matches!(step.origin.cause, Cause::Written(_)) => {
                for (module, _) in list.iter().filter(|(module, _)| !suspended.contains(module)) {
                    found.push(faults::change_not_suspended(module, span));
                }
            }
            LowOp::Restart | LowOp::Reboot => found.push(faults::refused_on_node(&step.op, span)),
            LowOp::CodeChange(..)
            | LowOp::PointOfNoReturn
            | LowOp::Remove(..)
            | LowOp::Purge(_)
            | LowOp::Stop(_)
            | LowOp::Start(_)
            | LowOp::SyncNodes(..)
            | LowOp::Apply { .. }
            | LowOp::RestartNewEmulator
            | LowOp::RestartEmulator => {}
        }
    }
}
