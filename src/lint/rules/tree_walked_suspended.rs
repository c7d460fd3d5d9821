//! Processes that are looked for while a supervisor is suspended: the release handler asks each supervisor for its children.

use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::interpret::Child;
use crate::lint::{Check, Pair, Route, Rule};
use crate::relup::LowOp;
use crate::term::Atom;
use std::collections::BTreeMap;

code! {
    TREE_WALKED_SUSPENDED "RL0627" "tree-walked-suspended" Error => Concerns(Steps)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &TREE_WALKED_SUSPENDED, check: Check::Pair(check) };

/// `release_handler_1:get_supervised_procs/0` (OTP 25 to 29) refuses to ask a suspended supervisor, gets no answer from a suspended
/// event manager, and the node restarts.
fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        // What is suspended and asked, each since which step, and whether it is sure to be.
        let mut suspended: BTreeMap<&Atom, (usize, bool)> = BTreeMap::new();
        for (at, step) in route.steps.iter().enumerate() {
            if let LowOp::Resume(modules) = &step.op {
                suspended.retain(|module, _| !modules.contains(module));
            }
            if !matches!(step.op, LowOp::Suspend(_) | LowOp::Stop(_)) {
                continue;
            }
            if let Some((module, (since, is_sure))) = suspended.iter().max_by_key(|(_, (_, is_sure))| *is_sure) {
                let (words, label) =
                    if *is_sure { ("asks", "fails here, and the node restarts") } else { ("may ask", "where it is asked, this fails, and the node restarts") };
                found.push(
                    Diagnostic::new(&TREE_WALKED_SUSPENDED, format!("`{}` {words} `{module}` for children while it is suspended", step.op.name()))
                        .label(route.span(at), label)
                        .label(route.span(*since), "suspended here")
                        .help(format!("resume `{module}` before, or suspend everything by one instruction"))
                        .severity(if *is_sure { Severity::Error } else { Severity::Warning })
                        .on_path(&route.name),
                );
                break;
            }
            if let LowOp::Suspend(list) = &step.op {
                suspended.extend(list.iter().filter_map(|one| Some((&one.module, (at, is_asked(pair, route, &one.module)?)))));
            }
        }
    }
}

/// Whether the release handler asks the processes of a module: `true` for a supervisor that is there and is declared as one, `false`
/// where that is not seen, `None` for others.
fn is_asked(pair: &Pair<'_>, route: &Route<'_>, module: &Atom) -> Option<bool> {
    let from = pair.side(route.direction, false);
    let running = pair.running_supervisors(route.direction);
    let facts = pair.facts(from, module)?;
    if facts.behaviours.iter().any(|name| name.as_str() == "gen_event") {
        return Some(false);
    }
    if !running.contains_key(module) {
        return None;
    }
    let starts = from.applications.iter().filter(|application| application.starts()).filter_map(|application| application.file.callback.as_ref());
    let is_top = starts.filter_map(|callback| pair.facts(from, &callback.value)).any(|facts| facts.tops.contains(module));
    let places = running.values().flat_map(|supervisor| supervisor.children.iter().flatten().map(move |child| (supervisor, child)));
    let mut own = places.filter(|(_, child)| child.runs.as_ref() == Some(module)).peekable();
    // Without `type` it is a worker, which is not asked (RL0624).
    let is_child = |kind: &str, child: &Child| child.kind.as_ref().is_some_and(|own| own.as_str() == kind);
    if !is_top && own.peek().is_some() && own.clone().all(|(_, child)| is_child("worker", child)) {
        return None;
    }
    let is_listed = |child: &Child| child.modules.as_ref().is_some_and(|modules| modules.contains(module));
    let is_there = own.any(|(supervisor, child)| !supervisor.is_template() && supervisor.is_certain && is_child("supervisor", child) && is_listed(child));
    Some((is_top || is_there) && !pair.is_stopped(route, module) && route.timeline.applications().is_empty())
}
