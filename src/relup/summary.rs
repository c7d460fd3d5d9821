//! What a script does, counted: for the few words that a person reads after a compilation.

use super::call::{ApplicationAction, Call, ChildAction};
use super::{LowOp, Step};
use crate::term::Atom;
use std::collections::BTreeSet;

/// What the instructions of one path do to a node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many modules are loaded.
    pub loaded: usize,
    /// How many modules are removed.
    pub removed: usize,
    /// How many modules have their processes suspended.
    pub suspended: usize,
    /// How many modules have the state of their processes converted by `code_change`.
    pub converted: usize,
    /// How many children of supervisors are started.
    pub children_started: usize,
    /// How many children of supervisors are terminated.
    pub children_terminated: usize,
    /// The applications that are stopped and started again.
    pub restarted: Vec<Atom>,
    /// The applications that are started and were not stopped before.
    pub started: Vec<Atom>,
    /// The applications that are stopped for good.
    pub stopped: Vec<Atom>,
    /// How many other functions are called.
    pub called: usize,
    /// Whether the emulator is restarted.
    pub restarts_emulator: bool,
}

impl Summary {
    /// Of a script.
    pub fn of(steps: &[Step]) -> Summary {
        let mut summary = Summary::default();
        let (mut loaded, mut removed, mut suspended, mut converted) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for step in steps {
            match &step.op {
                LowOp::Load(module, ..) => {
                    removed.remove(module);
                    loaded.insert(module);
                }
                LowOp::Remove(module, ..) => {
                    removed.insert(module);
                }
                LowOp::Suspend(list) => suspended.extend(list.iter().map(|suspended| &suspended.module)),
                LowOp::CodeChange(_, list) => converted.extend(list.iter().map(|(module, _)| module)),
                LowOp::RestartEmulator | LowOp::RestartNewEmulator => summary.restarts_emulator = true,
                LowOp::Apply { .. } => summary.call(&step.op),
                LowOp::LoadObjectCode { .. }
                | LowOp::PointOfNoReturn
                | LowOp::Purge(_)
                | LowOp::Resume(_)
                | LowOp::Stop(_)
                | LowOp::Start(_)
                | LowOp::SyncNodes(..)
                | LowOp::Restart
                | LowOp::Reboot => {}
            }
        }
        (summary.loaded, summary.removed, summary.suspended, summary.converted) = (loaded.len(), removed.len(), suspended.len(), converted.len());
        summary
    }

    fn call(&mut self, op: &LowOp) {
        match Call::of(op) {
            Some(Call::Application(ApplicationAction::Start | ApplicationAction::StartAll, name)) => {
                match self.stopped.iter().position(|stopped| stopped == name) {
                    Some(at) => self.restarted.push(self.stopped.remove(at)),
                    None => self.started.push(name.clone()),
                }
            }
            Some(Call::Application(ApplicationAction::Stop, name)) => self.stopped.push(name.clone()),
            Some(Call::Application(ApplicationAction::Load | ApplicationAction::Unload, _)) => {}
            Some(Call::Child(child)) => match child.action {
                ChildAction::Start | ChildAction::Restart => self.children_started += 1,
                ChildAction::Terminate => self.children_terminated += 1,
                ChildAction::Delete => {}
            },
            Some(Call::Code(..) | Call::Process(..)) | None => self.called += 1,
        }
    }
}
