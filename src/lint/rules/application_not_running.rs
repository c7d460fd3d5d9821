//! An application that the release being installed runs, and that does not run when the path ends.

use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Route, Rule};
use crate::release::Release;
use std::collections::HashSet;

code! {
    APPLICATION_NOT_RUNNING "RL0511" "application-not-running" Warning => Refutes(Leftovers)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &APPLICATION_NOT_RUNNING, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        let (from, to) = (pair.side(route.direction, false), pair.side(route.direction, true));
        let included: HashSet<&str> = to.applications.iter().flat_map(|application| &application.includes).map(|name| name.value.as_str()).collect();
        // What a call starts together with another application is not named.
        let starts_more = route.timeline.applications().iter().any(|(_, action, _)| *action == crate::relup::ApplicationAction::StartAll);
        for application in to.applications.iter().filter(|application| application.starts()) {
            let name = application.name.value.as_str();
            if included.contains(name) || starts_more {
                continue;
            }
            let Some((message, label)) = left(route, from, name) else { continue };
            let place = stopped_at(route, name).map_or(application.vsn.span, |at| route.span(at));
            found.push(
                Diagnostic::new(&APPLICATION_NOT_RUNNING, message)
                    .label(place, label)
                    .help(format!("end the path with `{{apply,{{application,start,[{name}]}}}}`, or write `{{restart_application,{name}}}`"))
                    .on_path(&route.name),
            );
        }
    }
}

/// Why an application does not run at the end, where that is so.
fn left(route: &Route<'_>, from: &Release, name: &str) -> Option<(String, &'static str)> {
    if let Some((_, end)) = route.timeline.stops(name).last() {
        return (*end == usize::MAX).then(|| (format!("`{name}` is stopped on this path and not started again"), "stops it"));
    }
    let runs = from.application(name).is_some_and(crate::release::Application::starts);
    (!runs && !from.names(&crate::term::Atom::new(name))).then(|| (format!("`{name}` is new, and this path does not start it"), "the new application"))
}

/// The step that stops an application for good.
fn stopped_at(route: &Route<'_>, name: &str) -> Option<usize> {
    route.timeline.stops(name).last().filter(|(_, end)| *end == usize::MAX).map(|(start, _)| *start)
}
