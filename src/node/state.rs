//! The node, and what one instruction does to it.

use crate::relup::{ApplicationAction, Call, Child, CodeAction, LowOp, ProcessAction, Purge};
use crate::term::{Atom, Term};
use foldhash::{HashMap, HashMapExt};

/// What happens to a module, or to the processes that run it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModuleEvent {
    /// Its object code is read; a load uses it up.
    Read,
    /// The new code becomes the current one, and what was current the old one.
    Loaded,
    /// The current code becomes the old one; there is no current code.
    Removed,
    /// The old code is purged, and processes that run it are killed.
    Purged,
    /// Its processes are suspended.
    Suspended,
    /// Its processes run again.
    Resumed,
    /// Its suspended processes convert their state.
    Converted,
    /// Its processes are terminated by their supervisors.
    Stopped,
    /// Those processes are started again.
    Started,
}

/// Why an instruction fails on the node, or does nothing there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure<'a> {
    /// There is no object code left for a load: how often the module was loaded and read so far.
    NoObjectCode {
        /// The module.
        module: &'a Atom,
        /// Loads, this one included.
        loads: u32,
        /// How often its object code was read.
        reads: u32,
    },
    /// No process is suspended under the module, so its state is not converted.
    NotSuspended(&'a Atom),
    /// `restart` and `reboot`, which the release handler does not know.
    Unknown,
    /// A second point of no return.
    SecondNoReturn,
    /// `restart_new_emulator` that is not the first instruction.
    NewEmulatorLate,
    /// What follows `restart_emulator` is never run; this is that instruction.
    NotLast,
    /// Object code that is read after the point of no return.
    ReadLate,
    /// An instruction before the point of no return that changes the node when an upgrade is only checked.
    ChangesEarly,
}

/// When the release handler notices that an instruction fails (`release_handler:eval_script/4`, OTP 25 to 29).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Before anything is changed: `check_install_release` runs what is before the point of no return, and checks that it knows
    /// what is after it. The node goes on.
    Check,
    /// While the upgrade is installed, after the point of no return. The node restarts.
    Install,
}

impl Failure<'_> {
    /// When an instruction that fails is noticed, by whether it is before the point of no return; `None` for one that does nothing
    /// or the wrong thing, and does not fail.
    pub fn phase(self, is_before: bool) -> Option<Phase> {
        match self {
            Failure::Unknown | Failure::NewEmulatorLate | Failure::ReadLate => Some(Phase::Check),
            Failure::NoObjectCode { .. } | Failure::NotLast if is_before => Some(Phase::Check),
            Failure::NoObjectCode { .. } => Some(Phase::Install),
            Failure::NotSuspended(_) | Failure::SecondNoReturn | Failure::NotLast | Failure::ChangesEarly => None,
        }
    }
}

/// A module that instructions name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touched<'a> {
    /// Its name.
    pub name: &'a Atom,
    /// Its index among the modules that the path names, from 0.
    pub index: u32,
}

/// What one instruction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// Something happens to a module.
    Module(Touched<'a>, ModuleEvent),
    /// An application is started, stopped, loaded or unloaded.
    Application(ApplicationAction, &'a Atom),
    /// A child of a supervisor is started or stopped.
    Child(Child<'a>),
    /// The code server is called.
    Code(CodeAction, &'a Atom),
    /// A process is called by its name.
    Process(ProcessAction, &'a Term),
    /// Another function is called.
    Called,
    /// What follows is run only when the upgrade is installed.
    NoReturn,
    /// The emulator is restarted.
    EmulatorRestarts,
    /// The instruction fails, or does nothing.
    Failure(Failure<'a>),
}

/// What is known of a module that the path touches.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Module {
    /// Its index among the modules that the path names, from 0.
    pub(super) index: u32,
    /// How often its object code was read, and how much of that was not yet loaded.
    reads: u32,
    unread: u32,
    loads: u32,
    suspended: bool,
    /// How its old code is purged once the upgrade is installed, if processes still run it then.
    old: Option<Purge>,
}

/// A node that runs the instructions of one path, one after the other.
#[derive(Debug)]
pub struct Node<'a> {
    modules: HashMap<&'a Atom, Module>,
    /// At which step the point of no return is, and how many steps there are.
    no_return: Option<usize>,
    steps: usize,
    at: usize,
}

impl<'a> Node<'a> {
    /// A node before the first of some steps.
    pub fn new(no_return: Option<usize>, steps: usize) -> Node<'a> {
        Node { modules: HashMap::with_capacity(steps / 2), no_return, steps, at: 0 }
    }

    /// The modules that the instructions so far have named.
    pub(super) fn into_modules(self) -> HashMap<&'a Atom, Module> {
        self.modules
    }

    fn touch(&mut self, name: &'a Atom) -> (Touched<'a>, &mut Module) {
        // A script names fewer modules than this: it would not fit into memory.
        let next = u32::try_from(self.modules.len()).unwrap_or(u32::MAX);
        let module = self.modules.entry(name).or_insert(Module { index: next, ..Module::default() });
        (Touched { name, index: module.index }, module)
    }

    /// Whether the next instruction is run before the point of no return.
    pub fn is_before_no_return(&self) -> bool {
        self.no_return.is_some_and(|point| self.at < point)
    }

    /// The modules whose old code is left to be purged in a way once the upgrade is installed, in the order in which they were named.
    pub fn left_to_purge(&self, purge: Purge) -> Vec<&'a Atom> {
        let mut left: Vec<_> = self.modules.iter().filter(|(_, module)| module.old == Some(purge)).collect();
        left.sort_unstable_by_key(|(_, module)| module.index);
        left.into_iter().map(|(name, _)| *name).collect()
    }

    /// Runs the next instruction and reports all that it does, in order.
    pub fn step(&mut self, op: &'a LowOp, report: &mut impl FnMut(Event<'a>)) {
        let (at, is_before) = (self.at, self.is_before_no_return());
        self.at += 1;
        if is_before && changes(op) {
            report(Event::Failure(Failure::ChangesEarly));
        }
        match op {
            LowOp::LoadObjectCode { modules, .. } => {
                if self.no_return.is_none_or(|point| at > point) {
                    report(Event::Failure(Failure::ReadLate));
                }
                for name in modules {
                    self.mark(name, ModuleEvent::Read, report, |module| {
                        module.reads += 1;
                        module.unread += 1;
                    });
                }
            }
            LowOp::PointOfNoReturn if self.no_return == Some(at) => report(Event::NoReturn),
            LowOp::PointOfNoReturn => report(Event::Failure(Failure::SecondNoReturn)),
            LowOp::Load(name, _, post) => self.load(name, *post, report),
            LowOp::Remove(name, _, post) => self.mark(name, ModuleEvent::Removed, report, |module| module.old = Some(*post)),
            LowOp::Purge(names) => names.iter().for_each(|name| self.mark(name, ModuleEvent::Purged, report, |module| module.old = None)),
            LowOp::Suspend(list) => {
                list.iter().for_each(|one| self.mark(&one.module, ModuleEvent::Suspended, report, |module| module.suspended = true));
            }
            LowOp::Resume(names) => names.iter().for_each(|name| self.mark(name, ModuleEvent::Resumed, report, |module| module.suspended = false)),
            LowOp::CodeChange(_, list) => {
                for (name, _) in list {
                    let (touched, module) = self.touch(name);
                    if module.suspended {
                        report(Event::Module(touched, ModuleEvent::Converted));
                    } else {
                        report(Event::Failure(Failure::NotSuspended(name)));
                    }
                }
            }
            LowOp::Stop(names) => names.iter().for_each(|name| self.mark(name, ModuleEvent::Stopped, report, |_| ())),
            LowOp::Start(names) => names.iter().for_each(|name| self.mark(name, ModuleEvent::Started, report, |_| ())),
            LowOp::Apply { .. } => report(match Call::of(op) {
                Some(Call::Code(action, module)) => {
                    if let Some(module) = self.modules.get_mut(module).filter(|_| action == CodeAction::Purge) {
                        module.old = None;
                    }
                    Event::Code(action, module)
                }
                Some(Call::Application(action, name)) => Event::Application(action, name),
                Some(Call::Child(child)) => Event::Child(child),
                Some(Call::Process(action, process)) => Event::Process(action, process),
                None => Event::Called,
            }),
            LowOp::SyncNodes(..) => {}
            LowOp::RestartNewEmulator => {
                if at > 0 {
                    return report(Event::Failure(Failure::NewEmulatorLate));
                }
                self.forget_old_code();
                report(Event::EmulatorRestarts);
            }
            LowOp::RestartEmulator => {
                if at + 1 < self.steps {
                    report(Event::Failure(Failure::NotLast));
                }
                if !is_before {
                    self.forget_old_code();
                    report(Event::EmulatorRestarts);
                }
            }
            LowOp::Restart | LowOp::Reboot => report(Event::Failure(Failure::Unknown)),
        }
    }

    /// Changes what is known of a module, and reports what happens to it.
    fn mark(&mut self, name: &'a Atom, event: ModuleEvent, report: &mut impl FnMut(Event<'a>), change: impl FnOnce(&mut Module)) {
        let (touched, module) = self.touch(name);
        change(module);
        report(Event::Module(touched, event));
    }

    /// An emulator that restarts has no old code.
    fn forget_old_code(&mut self) {
        self.modules.values_mut().for_each(|module| module.old = None);
    }

    fn load(&mut self, name: &'a Atom, post: Purge, report: &mut impl FnMut(Event<'a>)) {
        let (touched, module) = self.touch(name);
        module.loads += 1;
        module.old = Some(post);
        match module.unread.checked_sub(1) {
            Some(left) => module.unread = left,
            None => report(Event::Failure(Failure::NoObjectCode { module: name, loads: module.loads, reads: module.reads })),
        }
        report(Event::Module(touched, ModuleEvent::Loaded));
    }
}

/// Whether an instruction changes a node on which the upgrade is only checked; those that are refused there do not.
fn changes(op: &LowOp) -> bool {
    let refused = matches!(op, LowOp::Restart | LowOp::Reboot | LowOp::RestartEmulator | LowOp::RestartNewEmulator);
    !refused && !matches!(op, LowOp::LoadObjectCode { .. } | LowOp::Apply { .. })
}
