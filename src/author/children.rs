//! The calls that start and stop the children of a supervisor whose specifications change.
//!
//! `{update,Module,supervisor}` brings the new specifications in and starts and stops nothing (`supervisor:code_change/3`, OTP 25
//! to 29): children that are gone are terminated and deleted before it, new ones are restarted after it.

use super::draft::{Line, Question, Reason};
use super::ground::{Ground, Tree};
use crate::appup::{Direction, HighOp};
use crate::compare::{Change, ModuleChange};
use crate::interpret::{Child, Value};
use crate::otp::Otp;
use crate::relup::LowOp;
use crate::term::print::inline;
use crate::term::{Atom, Term};

/// What has to be done about the children of a supervisor.
#[derive(Debug, Default)]
pub(super) struct Calls {
    /// Before the supervisor is updated.
    pub before: Vec<Line>,
    /// After it.
    pub after: Vec<Line>,
    pub questions: Vec<Question>,
    /// Its children are kept in another way, which an update does not change.
    pub other_strategy: bool,
}

/// A child whose specification changes.
struct Changed<'t> {
    child: &'t Child,
    /// What is called before the update, in the order of the children that stop.
    before: &'static [&'static str],
    /// What is called after it, in the order of the children that start.
    after: Option<&'static str>,
    reason: fn(String) -> Reason,
}

/// Whether the children of a supervisor were seen to differ between two releases.
pub(super) fn differ(ground: &Ground<'_>, module: &Atom) -> bool {
    let [base, target] = ground.trees;
    let Some((old, new)) = base.supervisors.get(module).zip(target.supervisors.get(module)) else { return false };
    let children = old.children.as_ref().zip(new.children.as_ref()).filter(|_| !old.is_template() && !new.is_template());
    children.is_some_and(|(before, after)| !stopping(before, after, true).is_empty() || !starting(before, after, true).is_empty())
}

/// The calls for a supervisor, or for the callback module of an application that starts one in place; with the change of its module,
/// where that changed.
pub(super) fn calls(ground: &Ground<'_>, module: &Atom, change: Option<&ModuleChange>, direction: Direction, is_supervisor: bool) -> Calls {
    let mut calls = Calls::default();
    let (from, to) = (ground.tree(direction, false), ground.tree(direction, true));
    let is_about_children = |change: &Change| matches!(change, Change::Children { .. } | Change::ChildrenUnknown { .. });
    let told = change.is_some_and(|change| change.impacts.iter().any(|fact| is_about_children(&fact.change)));
    let Some((old, new)) = from.supervisors.get(module).zip(to.supervisors.get(module)) else {
        if told {
            calls.questions.push(Question::Children { module: module.clone() });
        }
        return calls;
    };
    if old.is_template() != new.is_template() && old.strategy.is_some() && new.strategy.is_some() {
        calls.other_strategy = true;
        return calls;
    }
    if old.is_template() {
        return calls;
    }
    let Some((before, after)) = old.children.as_ref().zip(new.children.as_ref()) else {
        if told {
            calls.questions.push(Question::Children { module: module.clone() });
        }
        return calls;
    };
    let (stopping, starting) = (stopping(before, after, is_supervisor), starting(before, after, is_supervisor));
    if stopping.is_empty() && starting.is_empty() {
        // What cannot be seen of them may be another one.
        let is_open = |child: &Child| child.start.as_ref().is_none_or(|start| !start.2.is_literal());
        let is_unknown = |change: &ModuleChange| change.impacts.iter().any(|fact| matches!(fact.change, Change::ChildrenUnknown { .. }));
        if change.is_some_and(is_unknown) && before.iter().chain(after).any(is_open) {
            calls.questions.push(Question::Children { module: module.clone() });
        }
        return calls;
    }
    let Some(name) = from.name_of(module) else {
        let mut children: Vec<String> = stopping.iter().chain(&starting).map(|changed| shown(&changed.child.id)).collect();
        children.sort();
        children.dedup();
        calls.questions.push(Question::SupervisorName { module: module.clone(), children });
        return calls;
    };
    // `start_child` puts a child at the end.
    let is_ordered = !is_supervisor && new.strategy.as_ref().is_some_and(|strategy| strategy.as_str() == "rest_for_one");
    let is_new = |child: &Child| starting.iter().any(|changed| changed.child.id == child.id);
    let early = after.iter().enumerate().find(|(at, child)| is_new(child) && after.iter().skip(*at).any(|later| !is_new(later)));
    if let Some((_, child)) = early.filter(|_| is_ordered) {
        calls.questions.push(Question::ChildPlace { module: module.clone(), child: shown(&child.id) });
    }
    // A child that cannot be started again is not stopped.
    let mut stays: Vec<&Value> = Vec::new();
    for Changed { child, before, after, reason } in starting.into_iter().chain(stopping) {
        let Some(id) = child.id.to_term() else {
            calls.questions.push(Question::Child { module: module.clone(), child: shown(&child.id) });
            continue;
        };
        let line = |function: &str, supervisor: &str, argument: Term| Line {
            op: apply(supervisor, function, vec![name.clone(), argument]),
            reason: reason(shown(&child.id)),
            module: child.runs.clone(),
            questions: Vec::new(),
        };
        // Elixir's own function takes `Module` and `{Module,Argument}` as well.
        let start = after.map(|function| match (function, child.written.to_term()) {
            ("start_child", Some(written)) => {
                let supervisor = if matches!(child.written, Value::Map(_)) { "supervisor" } else { "Elixir.Supervisor" };
                Some(line(function, supervisor, written))
            }
            // Without a specification the child stays as it is.
            ("start_child", None) => None,
            _ => Some(line(function, "supervisor", id.clone())),
        });
        match start {
            Some(None) => {
                calls.questions.push(Question::Child { module: module.clone(), child: shown(&child.id) });
                stays.push(&child.id);
                continue;
            }
            Some(Some(line)) => calls.after.push(line),
            None => {}
        }
        if !stays.contains(&&child.id) {
            calls.before.extend(before.iter().map(|function| line(function, "supervisor", id.clone())));
        }
    }
    calls
}

/// Whether a child is started in another way.
fn is_started_otherwise(child: &Child, now: &Child) -> bool {
    let started = |child: &Child| child.start.clone().filter(|start| start.2.is_literal());
    started(child).zip(started(now)).is_some_and(|(old, new)| old != new)
}

/// The children that go, or are started in another way, in the order in which a supervisor stops them: the last one first.
fn stopping<'t>(before: &'t [Child], after: &[Child], is_supervisor: bool) -> Vec<Changed<'t>> {
    let all = before.iter().rev().filter_map(|child| match after.iter().find(|other| other.id == child.id) {
        None => Some(Changed { child, before: &["terminate_child", "delete_child"], after: None, reason: Reason::ChildLeaves }),
        Some(now) if is_started_otherwise(child, now) => {
            // Only an update brings another specification in.
            let before: &[&str] = if is_supervisor { &["terminate_child"] } else { &["terminate_child", "delete_child"] };
            Some(Changed { child, before, after: None, reason: Reason::ChildChanges })
        }
        Some(_) => None,
    });
    all.collect()
}

/// The children that come, or are started in another way, in the order in which a supervisor starts them.
fn starting<'t>(before: &[Child], after: &'t [Child], is_supervisor: bool) -> Vec<Changed<'t>> {
    let start = Some(if is_supervisor { "restart_child" } else { "start_child" });
    let all = after.iter().filter_map(|child| match before.iter().find(|other| other.id == child.id) {
        None => Some(Changed { child, before: &[], after: start, reason: Reason::ChildArrives }),
        Some(former) => is_started_otherwise(former, child).then_some(Changed { child, before: &[], after: start, reason: Reason::ChildChanges }),
    });
    all.collect()
}

/// Terminates the child that runs a module before its code is replaced, and restarts it afterwards. `None` where it cannot be seen
/// which child that is.
pub(super) fn started_again(ground: &Ground<'_>, module: &Atom, direction: Direction) -> Option<(Line, Line)> {
    let from = ground.tree(direction, false);
    let runs = |child: &&Child| child.runs.as_ref() == Some(module);
    let supervisors = from.supervisors.iter().filter(|(_, supervisor)| !supervisor.is_template());
    let mut found = supervisors.filter_map(|(own, supervisor)| {
        let child = supervisor.children.as_ref()?.iter().find(runs)?;
        Some((from.name_of(own)?, child.id.to_term()?, shown(&child.id)))
    });
    let (Some((name, id, shown)), None) = (found.next(), found.next()) else { return None };
    let line = |function: &str| Line {
        op: apply("supervisor", function, vec![name.clone(), id.clone()]),
        reason: Reason::ChildStartsAgain(shown.clone()),
        module: Some(module.clone()),
        questions: Vec::new(),
    };
    Some((line("terminate_child"), line("restart_child")))
}

/// The child of a supervisor whose specification shows that the release handler does not find the processes of a module by it.
pub(super) fn unlisted(ground: &Ground<'_>, module: &Atom, direction: Direction) -> Option<String> {
    let supervisors = ground.tree(direction, false).supervisors.values();
    let own = |child: &&Child| child.runs.as_ref() == Some(module);
    let children: Vec<&Child> = supervisors.flat_map(|supervisor| supervisor.children.iter().flatten()).filter(own).collect();
    let is_unlisted = |child: &&Child| child.modules.as_ref().is_some_and(|modules| !modules.contains(module));
    children.first().filter(|_| children.iter().all(is_unlisted)).map(|child| shown(&child.id))
}

/// Whether the processes of a module are registered under another name after a path, as far as names are written out.
pub(super) fn is_renamed(ground: &Ground<'_>, module: &Atom) -> bool {
    let [base, target] = ground.trees;
    let names =
        |tree: &Tree| -> Vec<Value> { tree.names.iter().filter(|(name, own)| own == module && name.is_literal()).map(|(name, _)| name.clone()).collect() };
    let (old, new) = (names(base), names(target));
    !old.is_empty() && !new.is_empty() && !old.iter().any(|name| new.contains(name))
}

impl Tree {
    /// The name under which a supervisor is registered, where it is written out.
    fn name_of(&self, module: &Atom) -> Option<Term> {
        let mut names = self.names.iter().filter(|(_, own)| own == module).map(|(name, _)| name);
        let name = names.next()?;
        // Several functions may start it, under one name.
        if names.all(|other| other == name) { name.to_term() } else { None }
    }
}

fn shown(id: &Value) -> String {
    id.to_term().map_or_else(|| "with a computed id".to_owned(), |id| inline(&id, Otp::NEWEST))
}

fn apply(module: &str, function: &str, arguments: Vec<Term>) -> HighOp {
    HighOp::Low(LowOp::Apply { module: Atom::new(module), function: Atom::new(function), arguments: Box::new(Term::list(arguments)) })
}
