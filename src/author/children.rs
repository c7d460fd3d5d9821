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
    /// Its instruction before the update, and after it.
    before: &'static [&'static str],
    after: Option<&'static str>,
    reason: fn(String) -> Reason,
}

/// The calls for a supervisor, or for the callback module of an application that starts one in place.
pub(super) fn calls(ground: &Ground<'_>, module: &Atom, change: &ModuleChange, direction: Direction, is_supervisor: bool) -> Calls {
    let mut calls = Calls::default();
    let (from, to) = (ground.tree(direction, false), ground.tree(direction, true));
    let is_about_children = |change: &Change| matches!(change, Change::Children { .. } | Change::ChildrenUnknown { .. });
    let told = change.impacts.iter().any(|fact| is_about_children(&fact.change));
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
    let changed = changed(before, after, is_supervisor);
    if changed.is_empty() {
        return calls;
    }
    let Some(name) = from.name_of(module) else {
        let children = changed.iter().map(|changed| shown(&changed.child.id)).collect();
        calls.questions.push(Question::SupervisorName { module: module.clone(), children });
        return calls;
    };
    for Changed { child, before, after, reason } in changed {
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
                continue;
            }
            Some(Some(line)) => calls.after.push(line),
            None => {}
        }
        calls.before.extend(before.iter().map(|function| line(function, "supervisor", id.clone())));
    }
    calls
}

/// The children that come, go, or are started in another way.
fn changed<'t>(before: &'t [Child], after: &'t [Child], is_supervisor: bool) -> Vec<Changed<'t>> {
    // Only an update brings specifications in.
    let start = if is_supervisor { "restart_child" } else { "start_child" };
    let has = |list: &[Child], child: &Child| list.iter().any(|other| other.id == child.id);
    let mut all = Vec::new();
    for child in before {
        let Some(now) = after.iter().find(|other| other.id == child.id) else {
            all.push(Changed { child, before: &["terminate_child", "delete_child"], after: None, reason: Reason::ChildLeaves });
            continue;
        };
        let started = |child: &Child| child.start.clone().filter(|start| start.2.is_literal());
        if started(child).zip(started(now)).is_some_and(|(old, new)| old != new) {
            let before: &[&str] = if is_supervisor { &["terminate_child"] } else { &["terminate_child", "delete_child"] };
            all.push(Changed { child: now, before, after: Some(start), reason: Reason::ChildChanges });
        }
    }
    let new = after.iter().filter(|child| !has(before, child));
    all.extend(new.map(|child| Changed { child, before: &[], after: Some(start), reason: Reason::ChildArrives }));
    all
}

/// Terminates the child that runs a module before its code is replaced, and restarts it afterwards: its processes are of another
/// kind then. `None` where it cannot be seen which child that is.
pub(super) fn of_other_kind(ground: &Ground<'_>, module: &Atom, direction: Direction) -> Option<(Line, Line)> {
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
        reason: Reason::ChildOfOtherKind(shown.clone()),
        module: Some(module.clone()),
        questions: Vec::new(),
    };
    Some((line("terminate_child"), line("restart_child")))
}

impl Tree {
    /// The name under which a supervisor is registered, where it is written out.
    fn name_of(&self, module: &Atom) -> Option<Term> {
        let mut names = self.names.iter().filter(|(_, own)| own == module).map(|(name, _)| name);
        let name = names.next().filter(|_| names.next().is_none())?;
        name.to_term()
    }
}

fn shown(id: &Value) -> String {
    id.to_term().map_or_else(|| "with a computed id".to_owned(), |id| inline(&id, Otp::NEWEST))
}

fn apply(module: &str, function: &str, arguments: Vec<Term>) -> HighOp {
    HighOp::Low(LowOp::Apply { module: Atom::new(module), function: Atom::new(function), arguments: Box::new(Term::list(arguments)) })
}
