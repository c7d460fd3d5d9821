//! What a path of a relup leaves over: processes suspended or stopped, old code that is not purged.

use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::lint::{Check, Rule, Written};
use crate::relup::LowOp;
use crate::span::Span;
use crate::term::Atom;
use std::collections::BTreeMap;

code! {
    RELUP_LEFT_OVER "RL0906" "relup-left-over" Error
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &RELUP_LEFT_OVER, check: Check::Relup(check) };

fn check(written: &Written<'_>, found: &mut Findings) {
    for (name, _, entry) in written.paths() {
        let mut suspended: BTreeMap<&Atom, Span> = BTreeMap::new();
        let mut stopped: BTreeMap<&Atom, Span> = BTreeMap::new();
        let mut removed: BTreeMap<&Atom, Span> = BTreeMap::new();
        let mut restarts = false;
        for step in &entry.steps {
            let span = step.origin.span();
            match &step.op {
                LowOp::Suspend(list) => suspended.extend(list.iter().map(|suspended| (&suspended.module, span))),
                LowOp::Resume(list) => list.iter().for_each(|module| {
                    suspended.remove(module);
                }),
                LowOp::Stop(list) => stopped.extend(list.iter().map(|module| (module, span))),
                LowOp::Start(list) => list.iter().for_each(|module| {
                    stopped.remove(module);
                }),
                LowOp::Remove(module, ..) => {
                    removed.insert(module, span);
                }
                LowOp::Purge(list) => list.iter().for_each(|module| {
                    removed.remove(module);
                }),
                // Loading purges what is old.
                LowOp::Load(module, ..) => {
                    removed.remove(module);
                }
                LowOp::RestartEmulator | LowOp::RestartNewEmulator => restarts = true,
                LowOp::LoadObjectCode { .. }
                | LowOp::PointOfNoReturn
                | LowOp::CodeChange(..)
                | LowOp::SyncNodes(..)
                | LowOp::Apply { .. }
                | LowOp::Restart
                | LowOp::Reboot => {}
            }
        }
        if restarts {
            continue;
        }
        let kinds = [
            (suspended, "processes of", "stay suspended", "never resumed", "add a `resume` for the module", Severity::Error),
            (stopped, "processes of", "stay stopped", "never started again", "add a `start` for the module", Severity::Error),
            // Where no process runs it, removing it is enough.
            (removed, "the old code of", "stays as long as a process runs it", "never purged", "add a `purge` for the module", Severity::Warning),
        ];
        for (left, what, how, label, help, level) in kinds {
            for (module, span) in left {
                found.push(Diagnostic::new(&RELUP_LEFT_OVER, format!("{what} `{module}` {how}")).severity(level).label(span, label).help(help).on_path(&name));
            }
        }
    }
}
