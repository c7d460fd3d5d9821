//! A child that a path stops, or makes known, and that does not run as its release starts it when the path has ended.

use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::interpret::{Child, Done, Supervisor, Value, id_of};
use crate::lint::lives::{Half, Passed};
use crate::lint::{Check, Pair, Route, Rule};
use crate::node::ModuleEvent;
use crate::span::Span;
use crate::term::Atom;

code! {
    CHILD_NOT_RUNNING "RL0626" "child-not-running" Error => Concerns(Leftovers)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CHILD_NOT_RUNNING, check: Check::Pair(check) };

/// A child that a supervisor knows at some step.
#[derive(Clone)]
struct Known<'a> {
    id: &'a Value,
    /// Its specification.
    spec: &'a Child,
    /// Whether it runs.
    runs: bool,
    /// The specification that it was started by.
    started_by: &'a Child,
    /// The last step that stopped or started it.
    changed_at: Option<usize>,
}

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        let (from, to) = (pair.lives.half(route.direction, false), pair.lives.half(route.direction, true));
        let Some(passed) = pair.lives.passed(route.direction) else { continue };
        // A supervisor of unknown name may be any, and so may one that a function of one's own calls.
        let unknown = |name: &Value| from.of_name(name).is_none() && to.of_name(name).is_none();
        let is_unclear = |done: &Done| is_call(done) && done.arguments.first().is_none_or(unknown);
        if !route.timeline.calls().is_empty() || passed.applied.iter().any(|(_, done)| is_unclear(done)) {
            continue;
        }
        for (module, old) in &from.supervisors {
            let Some(new) = to.supervisors.get(module).filter(|_| !pair.starts_again(route, module)) else { continue };
            if let Some((known, refused)) = at_end(route, passed, from, module, (old, new)) {
                judge(route, module, new, &known, &refused, found);
            }
        }
    }
}

/// What a supervisor knows at the end of a path, and the children about which a call was refused; `None` where that is not seen.
fn at_end<'a>(
    route: &Route<'_>,
    passed: &Passed,
    from: &'a Half,
    module: &Atom,
    (old, new): (&'a Supervisor, &'a Supervisor),
) -> Option<(Vec<Known<'a>>, Vec<&'a Value>)> {
    if old.is_template() || new.is_template() {
        return None;
    }
    let (before, after) = (old.children.as_ref()?, new.children.as_ref()?);
    let known = |child: &'a Child| Known { id: &child.id, spec: child, runs: true, started_by: child, changed_at: None };
    let mut all: Vec<Known<'a>> = before.iter().map(known).collect();
    let mut refused = Vec::new();
    let own = |name: &Value| from.of_name(name).is_some_and(|other| other == module);
    let mut calls = passed.applied.iter().filter(|(_, done)| is_call(done) && done.arguments.first().is_some_and(own)).peekable();
    let mut updates = route.timeline.module(module).filter(|mark| mark.event == ModuleEvent::Converted).map(|mark| mark.step).peekable();
    loop {
        let call_first = match (calls.peek(), updates.peek()) {
            (None, None) => return Some((all, refused)),
            (Some((call, _)), Some(update)) => call < update,
            (call, _) => call.is_some(),
        };
        if !call_first {
            // The code that runs then is asked for the specifications.
            let at = updates.next()?;
            take_in(&mut all, if route.is_new_at(module, at) { after } else { before });
            continue;
        }
        let (step, done) = calls.next()?;
        let [_, given] = done.arguments.as_slice() else { return None };
        let id = if done.function.as_str() == "start_child" { id_of(given)? } else { given.clone() };
        if !id.is_literal() {
            return None;
        }
        let place = all.iter().position(|known| *known.id == id);
        match (done.function.as_str(), place.and_then(|place| all.get_mut(place))) {
            ("start_child", None) => {
                // As the new release has it, or it is of no interest here.
                if let Some(child) = after.iter().find(|child| child.id == id) {
                    all.push(Known { changed_at: Some(*step), ..known(child) });
                }
            }
            ("restart_child", Some(child)) if !child.runs => {
                (child.runs, child.started_by, child.changed_at) = (true, child.spec, Some(*step));
            }
            ("terminate_child", Some(child)) => (child.runs, child.changed_at) = (false, Some(*step)),
            ("delete_child", Some(child)) if !child.runs => all.retain(|known| *known.id != id),
            _ => refused.extend(after.iter().map(|child| &child.id).find(|other| **other == id)),
        }
    }
}

fn is_call(done: &Done) -> bool {
    let is_of_children = matches!(done.function.as_str(), "start_child" | "restart_child" | "terminate_child" | "delete_child");
    matches!(done.module.as_str(), "supervisor" | "Elixir.Supervisor") && is_of_children
}

/// What an update of the supervisor does: what it knows gets its new specification, what is new is known and does not run, and what is
/// gone stays as it is (`supervisor:code_change/3`, OTP 25 to 29).
fn take_in<'a>(known: &mut Vec<Known<'a>>, after: &'a [Child]) {
    for child in after {
        match known.iter_mut().find(|known| *known.id == child.id) {
            Some(known) => known.spec = child,
            None => known.push(Known { id: &child.id, spec: child, runs: false, started_by: child, changed_at: None }),
        }
    }
}

fn judge(route: &Route<'_>, module: &Atom, new: &Supervisor, known: &[Known<'_>], refused: &[&Value], found: &mut Findings) {
    let Some(after) = &new.children else { return };
    let has_calls = !route.timeline.children().is_empty();
    for child in known {
        let is_wanted = after.iter().any(|other| other.id == *child.id);
        let (id, at) = (child.id, child.changed_at);
        match (child.runs, is_wanted, at) {
            (false, true, Some(at)) => found.push(
                Diagnostic::new(&CHILD_NOT_RUNNING, format!("child `{id}` of `{module}` is terminated, and nothing starts it again"))
                    .label(route.span(at), "terminated here")
                    .help(format!("write `{{apply,{{supervisor,restart_child,[{module},{id}]}}}}` after the new code is loaded"))
                    .on_path(&route.name),
            ),
            // Where no call is made at all, RL0605 reports it, and a call that is refused is reported by RL0622.
            (false, true, None) if has_calls && !refused.contains(&id) => found.push(
                Diagnostic::new(&CHILD_NOT_RUNNING, format!("child `{id}` of `{module}` is new, and nothing starts it"))
                    .label(route.loaded(module).unwrap_or(route.span(0)), "this makes the child known, and starts nothing")
                    .help(format!("write `{{apply,{{supervisor,restart_child,[{module},{id}]}}}}` after it"))
                    .on_path(&route.name),
            ),
            (false, false, at) => found.push(
                Diagnostic::new(&CHILD_NOT_RUNNING, format!("child `{id}` of `{module}` does not run, and its specification stays"))
                    .label(at.map_or_else(|| route.loaded(module).unwrap_or(Span::GENERATED), |at| route.span(at)), "its specification is not deleted")
                    .help(format!(
                        "write `{{apply,{{supervisor,delete_child,[{module},{id}]}}}}` after the child is terminated: a later `start_child` is refused, and a `restart_child` starts the old one"
                    ))
                    .severity(Severity::Warning)
                    .on_path(&route.name),
            ),
            (true, true, Some(at)) if is_other(child.started_by, after) => found.push(
                Diagnostic::new(&CHILD_NOT_RUNNING, format!("child `{id}` of `{module}` is started with its old arguments"))
                    .label(route.span(at), "the supervisor still has the old specification at this step")
                    .help(format!("start the child after `{{update,{module},supervisor}}`"))
                    .on_path(&route.name),
            ),
            _ => {}
        }
    }
}

/// Whether a child was started in another way than the new release starts it.
fn is_other(started_by: &Child, after: &[Child]) -> bool {
    let wanted = after.iter().find(|other| other.id == started_by.id);
    let literal = |child: &Child| child.start.clone().filter(|start| start.2.is_literal());
    literal(started_by).zip(wanted.and_then(literal)).is_some_and(|(own, wanted)| own != wanted)
}
