//! Applications that come or go in the order of the `.rel`, which is not the order in which they need each other.

use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::release::Application;
use crate::relup::Cause;
use crate::span::Spanned;
use crate::term::Atom;
use std::collections::HashSet;

code! {
    APPLICATION_ORDER "RL0506" "application-order" Warning => Concerns(Leftovers)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &APPLICATION_ORDER, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        let (from, to) = (pair.side(route.direction, false), pair.side(route.direction, true));
        // The order of the `.rel` is the order of the steps; what is only loaded needs no other to run.
        let mut come: HashSet<&str> = HashSet::new();
        let mut go: HashSet<&str> = HashSet::new();
        let mut reported: HashSet<&str> = HashSet::new();
        for (at, step) in route.steps.iter().enumerate() {
            match &step.origin.cause {
                Cause::ApplicationAdded(name, span) if come.insert(name.as_str()) => {
                    let Some(own) = to.application(name.as_str()).filter(|own| own.starts()) else { continue };
                    let late = needed(own).find(|needed| {
                        let new = from.application(needed).is_none() && !come.contains(needed);
                        new && to.application(needed).is_some_and(Application::starts)
                    });
                    if let Some(late) = late {
                        found.push(
                            Diagnostic::new(
                                &APPLICATION_ORDER,
                                format!("`{name}` is started before `{late}`, which it needs: the start fails, and the failure is ignored"),
                            )
                            .label(*span, "new applications are started in the order of the `.rel`")
                            .label(to.application(late).map_or(*span, |late| late.name.span), "this one is needed first")
                            .help("list an application after the ones it needs")
                            .on_path(&route.name),
                        );
                    }
                }
                Cause::ApplicationRemoved(name, span) if go.insert(name.as_str()) => {
                    let still = from.applications.iter().find(|user| {
                        let goes_later = to.application(user.name.value.as_str()).is_none() && !go.contains(user.name.value.as_str());
                        let runs = goes_later && user.starts() && !route.timeline.is_stopped(user.name.value.as_str(), at, at);
                        runs && needed(user).any(|needed| needed == name.as_str())
                    });
                    if let Some(user) = still.filter(|_| reported.insert(name.as_str())) {
                        found.push(
                            Diagnostic::new(&APPLICATION_ORDER, format!("`{name}` is stopped while `{}`, which needs it, still runs", user.name.value))
                                .label(*span, "removed applications are stopped in the order of the `.rel`")
                                .label(user.name.span, "this one is stopped later")
                                .help(format!("let an appup stop it first, with `{{apply,{{application,stop,[{}]}}}}`, if that harms it", user.name.value))
                                .on_path(&route.name),
                        );
                    }
                }
                Cause::ApplicationAdded(..)
                | Cause::ApplicationRemoved(..)
                | Cause::Written(_)
                | Cause::ErtsChanged
                | Cause::RestartRequested
                | Cause::Always => {}
            }
        }
    }
}

/// The applications that must run for this one to start.
fn needed(application: &Application) -> impl Iterator<Item = &str> {
    let optional = |name: &&Spanned<Atom>| application.file.optional.iter().any(|optional| optional.value == name.value);
    application.file.applications.iter().filter(move |name| !optional(name)).map(|name| name.value.as_str())
}
