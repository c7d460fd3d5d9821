//! A child that a path stops, or makes known, and that does not run as its release starts it when the path has ended.

use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::lint::children::{Followed, Known};
use crate::lint::{Check, Pair, Route, Rule};
use crate::span::Span;

code! {
    CHILD_NOT_RUNNING "RL0626" "child-not-running" Error => Concerns(Leftovers)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CHILD_NOT_RUNNING, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        for supervisor in pair.followed(route).0 {
            judge(pair, route, &supervisor, found);
        }
    }
}

fn judge(pair: &Pair<'_>, route: &Route<'_>, supervisor: &Followed<'_>, found: &mut Findings) {
    let Followed { module, after, known, has_calls } = supervisor;
    for child in known {
        let is_wanted = after.iter().any(|other| other.id == *child.id);
        let (id, at) = (child.id, child.changed_at);
        match (child.runs, is_wanted, at) {
            (false, true, Some(at)) if child.fails => found.push(
                Diagnostic::new(&CHILD_NOT_RUNNING, format!("child `{id}` of `{module}` is started before its code is loaded"))
                    .label(route.span(at), "fails here")
                    .help("load its module before")
                    .on_path(&route.name),
            ),
            (false, true, Some(at)) => found.push(
                Diagnostic::new(&CHILD_NOT_RUNNING, format!("child `{id}` of `{module}` is terminated, and nothing starts it again"))
                    .label(route.span(at), "terminated here")
                    .help(format!("write `{{apply,{{supervisor,restart_child,[{module},{id}]}}}}` after the new code is loaded"))
                    .on_path(&route.name),
            ),
            // Where no call is made at all, RL0605 reports it.
            (false, true, None) if *has_calls => found.push(
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
            (true, false, _) if *has_calls => found.push(
                Diagnostic::new(&CHILD_NOT_RUNNING, format!("child `{id}` of `{module}` runs on, although the new release does not have it"))
                    .label(route.loaded(module).unwrap_or(Span::GENERATED), "its supervisor is replaced here")
                    .help(format!("before it, call `supervisor:terminate_child` and `supervisor:delete_child` for `{id}`"))
                    .severity(Severity::Warning)
                    .on_path(&route.name),
            ),
            (true, true, Some(at)) if after.iter().any(|other| other.id == *id && child.started_by.starts_otherwise(other)) && !converts(pair, route, child, at) => found.push(
                Diagnostic::new(&CHILD_NOT_RUNNING, format!("child `{id}` of `{module}` is started with its old arguments"))
                    .label(route.span(at), "the supervisor still has the old specification at this step")
                    .help(format!("start the child after `{{update,{module},supervisor}}`"))
                    .severity(Severity::Warning)
                    .on_path(&route.name),
            ),
            _ => {}
        }
    }
}

/// Whether a child that is started at a step converts its state later.
fn converts(pair: &Pair<'_>, route: &Route<'_>, child: &Known<'_>, at: usize) -> bool {
    let runs = child.started_by.runs.as_ref();
    runs.is_some_and(|runs| pair.modules().any(|(_, change)| change.name == runs.as_str()) && (at..route.steps.len()).any(|step| route.converts_at(runs, step)))
}
