//! A call about a child that the supervisor refuses at that step. The release handler ignores the result.

use crate::diag::{Diagnostic, Findings, code};
use crate::interpret::{Done, Supervisor, Value, id_of};
use crate::lint::lives::Half;
use crate::lint::{Check, Pair, Passage, Route, Rule};
use crate::node::ModuleEvent;
use crate::term::Atom;

code! {
    CHILD_CALL_REFUSED "RL0622" "child-call-refused" Warning => Concerns(Leftovers)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CHILD_CALL_REFUSED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for Passage { route, passed, from, to } in pair.passages() {
        for (at, (step, done)) in passed.applied.iter().enumerate() {
            let before: Vec<&Done> = passed.applied.iter().take(at).map(|(_, done)| done).collect();
            // A function of one's own that tries several calls looks at what they return.
            let same = |other: &(usize, Done)| other.0 == *step && other.1.arguments.first() == done.arguments.first() && other.1.function != done.function;
            // One that starts a child again and else for the first time does what is needed.
            let starts = |done: &Done| matches!(done.function.as_str(), "start_child" | "restart_child");
            let tries = |(other_at, other): (usize, &(usize, Done))| same(other) && (other_at > at || (starts(done) && starts(&other.1)));
            if done.by.as_str() != "" && passed.applied.iter().enumerate().any(tries) {
                continue;
            }
            let Some((supervisor, id, why, help)) = refused(route, (from, to), *step, done, &before) else { continue };
            found.push(
                Diagnostic::new(&CHILD_CALL_REFUSED, format!("`{}` of `{id}` returns `{{error,{why}}}` at this step and has no effect", done.function))
                    .label(route.span(*step), format!("`{supervisor}` {}", words(why)))
                    .help(help)
                    .on_path(&route.name),
            );
        }
    }
}

fn words(why: &str) -> &'static str {
    match why {
        "not_found" => "does not know the child",
        "already_present" => "already knows the child and does not start it",
        "running" => "still runs the child",
        _ => "has children of one template, without ids",
    }
}

/// The supervisor that refuses a call, the child, the reason, and what helps.
fn refused<'a>(
    route: &Route<'_>,
    (from, to): (&'a Half, &'a Half),
    step: usize,
    done: &Done,
    before: &[&Done],
) -> Option<(&'a Atom, Value, &'static str, String)> {
    if !done.is_about_child() {
        return None;
    }
    let [name, given] = done.arguments.as_slice() else { return None };
    let module = from.of_name(name)?;
    let (old, new) = (from.supervisors.get(module)?, to.supervisors.get(module));
    let id = if done.function.as_str() == "start_child" { id_of(given)? } else { Some(given.clone()).filter(Value::is_literal)? };
    let has = |supervisor: &Supervisor| supervisor.children.as_ref().map(|children| children.iter().any(|child| child.id == id));
    let updated = route.timeline.module(module).any(|mark| mark.event == ModuleEvent::Converted && mark.step < step && route.is_new_at(module, mark.step));
    let (in_old, in_new) = (has(old)?, new.and_then(has)?);
    let called = |function: &str| before.iter().any(|done| done.function.as_str() == function && done.arguments.get(1) == Some(&id));
    // Others may be started by calls.
    let is_grown = || from.all_done().any(|done| done.function.as_str() == "start_child" && done.arguments.first().is_none_or(|own| !own.is_other_than(name)));
    let called_any = |function: &str| before.iter().any(|done| done.function.as_str() == function);
    let knows = (in_old || (updated && in_new)) && !called("delete_child");
    match done.function.as_str() {
        "restart_child" if !knows && in_new && !called("start_child") => {
            Some((module, id, "not_found", format!("write it after `{{update,{module},supervisor}}`, which makes the child known")))
        }
        "start_child" if knows && !in_old => {
            let help = format!(
                "call `supervisor:restart_child` after the update, or `start_child` before it; the update of `{module}` makes the child known, but does not start it"
            );
            Some((module, id, "already_present", help))
        }
        "terminate_child" if old.is_template() && in_old => Some((
            module,
            id,
            "simple_one_for_one",
            "give the pid of each child, which a function of your own finds by `supervisor:which_children/1`".to_owned(),
        )),
        "terminate_child" | "restart_child" | "delete_child"
            if !in_old && !in_new && old.is_certain && new.is_some_and(|new| new.is_certain) && !called_any("start_child") && !is_grown() =>
        {
            let known: Vec<String> = old.children.iter().flatten().map(|child| format!("`{}`", child.id)).collect();
            Some((module, id, "not_found", format!("its children have other ids: {}", known.join(", "))))
        }
        "delete_child" if knows && !called("terminate_child") => Some((module, id, "running", "terminate the child first".to_owned())),
        _ => None,
    }
}
