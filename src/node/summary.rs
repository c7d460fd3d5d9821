//! What a script does, counted: for the few words that a person reads after a compilation.

use super::{ModuleEvent, Timeline};
use crate::relup::{ApplicationAction, ChildAction};
use crate::term::Atom;

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
    /// Of a path.
    pub fn of(timeline: &Timeline<'_>) -> Summary {
        let with = |event| timeline.count(|module| timeline.has(module, event));
        let mut summary = Summary {
            loaded: with(ModuleEvent::Loaded),
            removed: timeline.count(|module| timeline.left(module, ModuleEvent::Removed, &[ModuleEvent::Loaded]).is_some()),
            suspended: with(ModuleEvent::Suspended),
            converted: with(ModuleEvent::Converted),
            children_started: 0,
            children_terminated: 0,
            restarted: Vec::new(),
            started: Vec::new(),
            stopped: Vec::new(),
            called: timeline.calls().len(),
            restarts_emulator: timeline.restart().is_some(),
        };
        for (_, action, name) in timeline.applications() {
            match action {
                ApplicationAction::Start | ApplicationAction::StartAll => match summary.stopped.iter().position(|stopped| stopped == *name) {
                    Some(at) => summary.restarted.push(summary.stopped.remove(at)),
                    None => summary.started.push(Atom::clone(name)),
                },
                ApplicationAction::Stop => summary.stopped.push(Atom::clone(name)),
                ApplicationAction::Load | ApplicationAction::Unload => {}
            }
        }
        for (_, child) in timeline.children() {
            match child.action {
                ChildAction::Start | ChildAction::Restart => summary.children_started += 1,
                ChildAction::Terminate => summary.children_terminated += 1,
                ChildAction::Delete => {}
            }
        }
        summary
    }
}
