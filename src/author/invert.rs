//! The inverse of a script: its instructions in reverse order, each undone.
//!
//! | up | down |
//! | --- | --- |
//! | `load_module`, `update` | the same, with dependencies, purge methods and `{advanced,Extra}` |
//! | `add_module` | `delete_module`, and the reverse |
//! | `add_application` | `remove_application`, and the reverse |
//! | `restart_application`, `restart_new_emulator`, `restart_emulator`, `sync_nodes` | the same |
//! | `application:start`, `ensure_all_started`, `load` | `stop`, `unload`, and the reverse |
//! | `supervisor:terminate_child` and `delete_child` | `restart_child`, and the reverse, when the supervisor is updated |
//! | `supervisor:terminate_child` ... `restart_child` | the same around what is between |
//! | `supervisor:start_child` | `terminate_child` and `delete_child` |
//! | `stop` | `start`, and the reverse |
//!
//! Everything else has no inverse.

use super::faults;
use crate::appup::{Change, Dependent, HighOp, Instruction, read_script};
use crate::diag::Findings;
use crate::release::StartType;
use crate::relup::{ApplicationAction, Call, Child, ChildAction, LowOp};
use crate::term::{Atom, Term};

/// Inverts a script that has no faults. What has no inverse is reported, and left out; `lossy` makes that a warning.
pub fn invert_script(script: &Term, lossy: bool, found: &mut Findings) -> Vec<HighOp> {
    let read = read_script(script, &mut Findings::default());
    let items: Vec<Item<'_>> = read.iter().filter_map(|instruction| Some(Item { op: instruction.op.as_ref()?, instruction })).collect();
    let context = Context { items: &items, lossy };
    let mut inverse = Vec::with_capacity(items.len());
    for at in (0..items.len()).rev() {
        context.undo(at, &mut inverse, found);
    }
    inverse
}

/// An instruction that was read.
#[derive(Clone, Copy)]
struct Item<'i> {
    op: &'i HighOp,
    instruction: &'i Instruction,
}

impl<'i> Item<'i> {
    /// What it calls, where that means something.
    fn call(&self) -> Option<Call<'i>> {
        if let HighOp::Low(op) = self.op { Call::of(op) } else { None }
    }

    /// Its term, at its place.
    fn term(&self) -> Term {
        Term { span: self.instruction.span, ..self.op.to_term() }
    }
}

struct Context<'i> {
    items: &'i [Item<'i>],
    lossy: bool,
}

impl<'i> Context<'i> {
    fn undo(&self, at: usize, inverse: &mut Vec<HighOp>, found: &mut Findings) {
        let Some(item) = self.items.get(at) else { return };
        match item.op {
            HighOp::Module(dependent) => inverse.push(HighOp::Module(undone(dependent))),
            HighOp::RestartApplication(_) => inverse.push(item.op.clone()),
            HighOp::AddApplication(name, _) => inverse.push(HighOp::RemoveApplication(name.clone())),
            HighOp::RemoveApplication(name) => {
                let undone = HighOp::AddApplication(name.clone(), StartType::Permanent);
                found.push(faults::assumed(&item.term(), &undone.to_term(), "its start type is not written here: `permanent`"));
                inverse.push(undone);
            }
            HighOp::Low(op) => self.undo_low(at, item, op, inverse, found),
        }
    }

    fn undo_low(&self, at: usize, item: &Item<'i>, op: &'i LowOp, inverse: &mut Vec<HighOp>, found: &mut Findings) {
        match op {
            LowOp::Stop(modules) => inverse.push(HighOp::Low(LowOp::Start(modules.clone()))),
            LowOp::Start(modules) => inverse.push(HighOp::Low(LowOp::Stop(modules.clone()))),
            LowOp::SyncNodes(..) | LowOp::RestartNewEmulator | LowOp::RestartEmulator => inverse.push(item.op.clone()),
            LowOp::Apply { .. } => match item.call() {
                Some(Call::Application(action, _)) => self.undo_application(at, item, action, op, inverse, found),
                Some(Call::Child(child)) => self.undo_child(at, item, child, op, inverse, found),
                Some(Call::Code(..) | Call::Process(..)) | None => self.refuse(item, "what the call does cannot be seen from here", found),
            },
            LowOp::PointOfNoReturn => self.refuse(item, "what comes before it runs while the upgrade can still be cancelled", found),
            LowOp::LoadObjectCode { .. }
            | LowOp::Load(..)
            | LowOp::Remove(..)
            | LowOp::Purge(_)
            | LowOp::Suspend(_)
            | LowOp::Resume(_)
            | LowOp::CodeChange(..)
            | LowOp::Restart
            | LowOp::Reboot => self.refuse(item, "a low-level instruction has to be undone by hand", found),
        }
    }

    fn refuse(&self, item: &Item<'_>, why: &str, found: &mut Findings) {
        found.push(faults::no_inverse(&item.term(), why, self.lossy));
    }

    fn undo_application(&self, at: usize, item: &Item<'i>, action: ApplicationAction, op: &'i LowOp, inverse: &mut Vec<HighOp>, found: &mut Findings) {
        let Some(name) = arguments(op).first() else { return };
        let one = || vec![name.clone()];
        match action {
            // What the upgrade did not start is not to be stopped.
            ApplicationAction::Start | ApplicationAction::StartAll if is_ensured(op) && !self.is_stopped_before(at, name) => {
                let undone = apply(op, "stop", one());
                found.push(faults::assumed(&item.term(), &undone.to_term(), "the application may have run before the upgrade"));
                inverse.push(undone);
            }
            ApplicationAction::Start => inverse.push(apply(op, "stop", one())),
            ApplicationAction::StartAll => {
                let undone = apply(op, "stop", one());
                found.push(faults::assumed(&item.term(), &undone.to_term(), "what was started with it keeps running"));
                inverse.push(undone);
            }
            ApplicationAction::Stop => {
                // A start of the same application further on says how it is started.
                let starts = |item: &Item<'i>| match (item.op, item.call()) {
                    (HighOp::Low(start), Some(Call::Application(ApplicationAction::Start | ApplicationAction::StartAll, _)))
                        if arguments(start).first() == Some(name) =>
                    {
                        Some(start)
                    }
                    _ => None,
                };
                match self.items.iter().skip(at + 1).find_map(starts) {
                    Some(start) => inverse.push(HighOp::Low(start.clone())),
                    None => {
                        let undone = apply(op, "start", one());
                        found.push(faults::assumed(&item.term(), &undone.to_term(), "its start type is not written here: `temporary`"));
                        inverse.push(undone);
                    }
                }
            }
            ApplicationAction::Load => inverse.push(apply(op, "unload", one())),
            ApplicationAction::Unload => inverse.push(apply(op, "load", one())),
        }
    }

    fn undo_child(&self, at: usize, item: &Item<'i>, child: Child<'i>, op: &'i LowOp, inverse: &mut Vec<HighOp>, found: &mut Findings) {
        let Some(id) = child.id.filter(|_| is_of_named_children(op)) else {
            return self.refuse(item, "the child's id cannot be seen", found);
        };
        let both = || vec![child.supervisor.clone(), id.clone()];
        let stop = |inverse: &mut Vec<HighOp>| inverse.extend([apply(op, "terminate_child", both()), apply(op, "delete_child", both())]);
        match child.action {
            ChildAction::Start => stop(inverse),
            ChildAction::Restart => {
                if self.earlier(at, ChildAction::Terminate, child) {
                    return inverse.push(apply(op, "terminate_child", both()));
                }
                match self.items.get(..at).and_then(|earlier| update_of(child.supervisor, earlier)) {
                    None => return self.refuse(item, "no supervisor is updated before it, so the child already existed", found),
                    Some(Updated::Another) => {
                        found.push(faults::assumed(&item.term(), &Term::atom("terminate_child"), "the updated supervisor has another name"));
                    }
                    Some(Updated::ItsModule) => {}
                }
                stop(inverse);
            }
            ChildAction::Terminate => {
                let deleted = self.later(at, ChildAction::Delete, child);
                let restarted = self.later(at, ChildAction::Restart, child);
                // The update must come first in the downgrade: it brings the child's specification back.
                match self.items.get(at..).and_then(|later| update_of(child.supervisor, later)) {
                    _ if restarted => {}
                    Some(Updated::ItsModule) if deleted => {}
                    Some(Updated::Another) if deleted => {
                        found.push(faults::assumed(&item.term(), &Term::atom("restart_child"), "the updated supervisor has another name"));
                    }
                    Some(Updated::ItsModule | Updated::Another) | None => {
                        return self.refuse(item, "nothing in the downgrade brings the child's specification back before it", found);
                    }
                }
                inverse.push(apply(op, "restart_child", both()));
            }
            // Undone together with the `terminate_child` before it.
            ChildAction::Delete => {
                if !self.earlier(at, ChildAction::Terminate, child) {
                    self.refuse(item, "the child's specification is not written here", found);
                }
            }
        }
    }

    fn is_stopped_before(&self, at: usize, name: &Term) -> bool {
        self.items.iter().take(at).any(|item| match (item.op, item.call()) {
            (HighOp::Low(stop), Some(Call::Application(ApplicationAction::Stop, _))) => arguments(stop).first() == Some(name),
            _ => false,
        })
    }

    fn later(&self, at: usize, action: ChildAction, child: Child<'_>) -> bool {
        self.items.iter().skip(at + 1).any(|item| is_about(item, action, child))
    }

    fn earlier(&self, at: usize, action: ChildAction, child: Child<'_>) -> bool {
        self.items.iter().take(at).any(|item| is_about(item, action, child))
    }
}

/// What undoes an instruction for one module.
fn undone(dependent: &Dependent) -> Dependent {
    let change = match &dependent.change {
        Change::Add => Change::Delete,
        Change::Delete => Change::Add,
        same @ (Change::Load(..) | Change::Update { .. }) => same.clone(),
    };
    Dependent { change, ..dependent.clone() }
}

/// Whether an instruction does something to a child.
fn is_about(item: &Item<'_>, action: ChildAction, child: Child<'_>) -> bool {
    let call = if let Some(Call::Child(call)) = item.call() { call } else { return false };
    call.action == action && call.supervisor == child.supervisor && call.id == child.id
}

/// Which supervisor a script updates, so that its `init` brings the child specifications of the release being installed.
enum Updated {
    /// The one whose module has the name of the process, as is the convention.
    ItsModule,
    /// Only others; the process may be registered under another name than its module's.
    Another,
}

fn update_of(name: &Term, items: &[Item<'_>]) -> Option<Updated> {
    let supervisor = |item: &Item<'_>| match item.op {
        // What `{update,Module,supervisor}` means.
        HighOp::Module(Dependent { module, change: Change::Update { is_static: true, extra: Some(extra), .. }, .. }) if extra.is_nil() => {
            Some(module.value.clone())
        }
        HighOp::Module(_) | HighOp::AddApplication(..) | HighOp::RemoveApplication(_) | HighOp::RestartApplication(_) | HighOp::Low(_) => None,
    };
    let updated: Vec<Atom> = items.iter().filter_map(supervisor).collect();
    let is_it = updated.iter().any(|module| name.as_atom() == Some(module));
    if is_it { Some(Updated::ItsModule) } else { updated.first().map(|_| Updated::Another) }
}

/// Whether a call is of a supervisor whose children have ids; those of a dynamic one are named by their pids.
fn is_of_named_children(op: &LowOp) -> bool {
    matches!(op, LowOp::Apply { module, .. } if matches!(module.as_str(), "supervisor" | "Elixir.Supervisor"))
}

/// Whether a call starts an application only where it does not run.
fn is_ensured(op: &LowOp) -> bool {
    matches!(op, LowOp::Apply { function, .. } if function.as_str().starts_with("ensure_"))
}

fn arguments(op: &LowOp) -> &[Term] {
    if let LowOp::Apply { arguments, .. } = op { arguments.as_list().unwrap_or_default() } else { &[] }
}

/// A call of another function of the module that an instruction calls.
fn apply(op: &LowOp, function: &str, arguments: Vec<Term>) -> HighOp {
    let module = if let LowOp::Apply { module, .. } = op { module.clone() } else { Atom::new("") };
    HighOp::Low(LowOp::Apply { module, function: Atom::new(function), arguments: Box::new(Term::list(arguments)) })
}

#[cfg(test)]
mod tests {
    use super::invert_script;
    use crate::diag::Findings;
    use crate::otp::Otp;
    use crate::source::Source;
    use crate::span::FileId;
    use crate::term::{Extent, Term, parse, print};

    fn read(text: &str) -> Term {
        let source = Source::new("t", format!("{text}.").into_bytes());
        let mut document = parse(&source, FileId(0), Otp::NEWEST, Extent::First);
        assert!(document.faults.is_empty(), "{text}");
        document.terms.remove(0)
    }

    fn inverted(text: &str) -> Result<String, Vec<&'static str>> {
        let mut found = Findings::default();
        let inverse = invert_script(&read(text), false, &mut found);
        if found.has_errors() {
            return Err(found.iter().map(|found| found.code.id).collect());
        }
        Ok(print::inline(&Term::list(inverse.iter().map(crate::appup::HighOp::to_term).collect()), Otp::NEWEST))
    }

    #[test]
    fn twice_inverted_is_the_original() {
        for script in [
            "[]",
            "[{add_module,a,[b]},{load_module,b},{update,c,{advanced,x},soft_purge,brutal_purge,[a]}]",
            "[{delete_module,a},restart_new_emulator]",
            "[{add_application,a},{update,s,supervisor},{apply,{supervisor,restart_child,[s,c]}}]",
            "[{apply,{supervisor,terminate_child,[s,c]}},{load_module,m},{apply,{supervisor,restart_child,[s,c]}}]",
            "[{apply,{application,stop,[a]}},{load_module,m},{apply,{application,start,[a,permanent]}}]",
            "[{apply,{application,start,[a]}},{stop,[m]},{load_module,m},{start,[m]}]",
        ] {
            let once = inverted(script);
            let twice = once.as_ref().map(|text| inverted(text)).unwrap_or_else(|codes| Err(codes.clone()));
            assert_eq!(twice.as_deref(), Ok(script), "through {once:?}");
        }
    }

    #[test]
    fn children_are_started_and_stopped() {
        assert_eq!(
            inverted("[{update,s,supervisor},{apply,{supervisor,start_child,[s,#{id => c}]}}]").as_deref(),
            Ok("[{apply,{supervisor,terminate_child,[s,c]}},{apply,{supervisor,delete_child,[s,c]}},{update,s,supervisor}]")
        );
        assert_eq!(
            inverted("[{apply,{supervisor,terminate_child,[s,c]}},{apply,{supervisor,delete_child,[s,c]}},{update,s,supervisor}]").as_deref(),
            Ok("[{update,s,supervisor},{apply,{supervisor,restart_child,[s,c]}}]")
        );
    }

    #[test]
    fn what_may_have_run_before_is_told() {
        let told = |text: &str| {
            let mut found = Findings::default();
            let inverse = invert_script(&read(text), false, &mut found);
            let texts: Vec<String> = found.iter().map(|found| found.message.clone()).collect();
            (print::inline(&Term::list(inverse.iter().map(crate::appup::HighOp::to_term).collect()), Otp::NEWEST), texts)
        };
        for ensured in ["ensure_started", "ensure_all_started"] {
            let (inverse, texts) = told(&format!("[{{apply,{{application,{ensured},[a]}}}}]"));
            assert_eq!(inverse, "[{apply,{application,stop,[a]}}]");
            assert_eq!(texts.len(), 1, "{texts:?}");
        }
        let (inverse, texts) = told("[{apply,{application,stop,[a]}},{load_module,m},{apply,{application,ensure_started,[a,permanent]}}]");
        assert_eq!(inverse, "[{apply,{application,stop,[a]}},{load_module,m},{apply,{application,ensure_started,[a,permanent]}}]");
        assert!(texts.is_empty(), "{texts:?}");
    }

    #[test]
    fn what_has_no_inverse_is_refused() {
        for script in [
            "[{update,s,supervisor},{apply,{supervisor,terminate_child,[s,c]}},{apply,{supervisor,delete_child,[s,c]}}]",
            "[{apply,{supervisor,restart_child,[s,c]}},{update,s,supervisor}]",
            "[{apply,{m,f,[]}}]",
            "[{suspend,[m]}]",
            "[point_of_no_return]",
            "[{apply,{supervisor,terminate_child,[s,c]}}]",
        ] {
            assert_eq!(inverted(script).err(), Some(vec!["RL0702"]), "{script}");
        }
    }
}
