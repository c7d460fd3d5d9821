//! The module of a child that goes while the child runs.

use crate::beam::Known;
use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::interpret::Done;
use crate::lint::{Check, Pair, Route, Rule};
use crate::relup::{Child, ChildAction};
use crate::span::Span;
use crate::term::Atom;

code! {
    CHILD_MODULE_DELETED "RL0611" "child-module-deleted" Warning => Refutes(Deaths)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CHILD_MODULE_DELETED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        let from = pair.side(route.direction, false);
        for (module, span) in route.gone() {
            let Some(library) = from.owner_of(module.as_str()) else { continue };
            let at = route.timeline.replaced_at(module).unwrap_or_default();
            // A supervisor above it may have been stopped.
            let ended = pair.lives.passed(route.direction).and_then(|passed| passed.stopped.get(module)).is_some_and(|step| *step < at);
            if ended || route.is_still(module, Some(library), at, at) {
                continue;
            }
            let stops: Vec<Child<'_>> = route.timeline.children().iter().filter(|(step, _)| *step < at).map(|(_, child)| *child).collect();
            computed(pair, route, module, (span, at), found);
            for supervisor in pair.supervisors(from, library.name.value.as_str()).iter() {
                let Known::Known(supervision) = &supervisor.children else { continue };
                let own = |child: &&crate::beam::Child| child.start.as_ref().map_or_else(|| child.id == module.to_string(), |start| start == module);
                let is_stopped = |child: &crate::beam::Child| {
                    let ends = |call: &&Child<'_>| matches!(call.action, ChildAction::Terminate | ChildAction::Delete);
                    stops.iter().filter(ends).any(|call| pair.is_about(from, supervisor, supervision, child, call))
                };
                if let Some(child) = supervision.children.iter().filter(own).find(|child| !is_stopped(child)) {
                    let help = if supervision.is_template() {
                        format!("stop the children of `{}` before it, each by its pid, from a function of your own", supervisor.module)
                    } else {
                        format!(
                            "before it, `{{apply,{{supervisor,terminate_child,[{0},{1}]}}}}` and `{{apply,{{supervisor,delete_child,[{0},{1}]}}}}`",
                            supervisor.module, child.id
                        )
                    };
                    // A process that does nothing until it is terminated lives that long (RL0714 reports the order).
                    let ends = |call: &Child<'_>| call.action == ChildAction::Terminate && pair.is_about(from, supervisor, supervision, child, call);
                    let is_ended = route.timeline.children().iter().any(|(step, call)| *step >= at && ends(call));
                    let level = if is_ended { Severity::Advice } else { Severity::Warning };
                    found.push(finding(route, (module, span), &supervisor.module, &child.id).help(help).severity(level));
                }
            }
        }
    }
}

fn finding(route: &Route<'_>, (module, span): (&Atom, Span), supervisor: &Atom, child: &str) -> Diagnostic {
    Diagnostic::new(&CHILD_MODULE_DELETED, format!("`{module}` is removed while supervisor `{supervisor}` still runs child `{child}`"))
        .label(span, "kills its processes, and their supervisor cannot start them again")
        .on_path(&route.name)
}

/// The same of supervisors whose list is computed.
fn computed(pair: &Pair<'_>, route: &Route<'_>, module: &Atom, (span, at): (Span, usize), found: &mut Findings) {
    let from = pair.side(route.direction, false);
    let half = pair.lives.half(route.direction, false);
    let Some(passed) = pair.lives.passed(route.direction) else { return };
    for (supervisor, known) in half.supervisors.iter().filter(|(_, known)| !known.is_template() && known.is_certain) {
        if pair.facts(from, supervisor).is_some_and(|facts| matches!(facts.children, Some(Known::Known(_)))) {
            continue;
        }
        let ends = |child: &crate::interpret::Child, (step, done): &(usize, Done)| {
            let is_end = matches!(done.function.as_str(), "terminate_child" | "delete_child");
            *step < at && is_end && done.arguments.get(1).is_none_or(|id| !id.is_other_than(&child.id))
        };
        let mut own = known.children.iter().flatten().filter(|child| child.runs.as_ref() == Some(module));
        let Some(child) = own.find(|child| !passed.applied.iter().any(|call| ends(child, call))) else { continue };
        let name = half.names.iter().find(|(_, known)| known == supervisor).map_or_else(|| "Sup".to_owned(), |(name, _)| name.to_string());
        let help =
            format!("before it, `{{apply,{{supervisor,terminate_child,[{name},{0}]}}}}` and `{{apply,{{supervisor,delete_child,[{name},{0}]}}}}`", child.id);
        found.push(finding(route, (module, span), supervisor, &child.id.to_string()).help(help));
    }
}
