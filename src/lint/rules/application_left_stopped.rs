//! An application that a release only loads, and that the path restarts: it is stopped, and nothing starts it again.

use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::interpret::Done;
use crate::lint::{Check, Pair, Rule};
use crate::release::StartType;

code! {
    APPLICATION_LEFT_STOPPED "RL0817" "application-left-stopped" Advice => Concerns(Leftovers)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &APPLICATION_LEFT_STOPPED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        let to = pair.side(route.direction, true);
        // A library has nothing that runs.
        for application in to.applications.iter().filter(|application| !application.starts() && application.file.callback.is_some()) {
            let name = application.name.value.as_str();
            let Some((at, _)) = route.timeline.stops(name).into_iter().find(|(_, end)| *end == usize::MAX) else { continue };
            let starts = |done: &&Done| {
                matches!(done.module.as_str(), "application" | "Elixir.Application")
                    && matches!(done.function.as_str(), "start" | "ensure_started" | "ensure_all_started")
                    && done.arguments.first().is_some_and(|argument| argument.is_atom(name))
            };
            if pair.lives.passed(route.direction).is_some_and(|passed| passed.done().any(|done| starts(&done))) {
                continue;
            }
            let starter = pair.lives.half(route.direction, false).all_done().find(starts);
            let kind = if application.kind == StartType::Load { "load" } else { "none" };
            let finding = Diagnostic::new(
                &APPLICATION_LEFT_STOPPED,
                format!("`{name}` has the start type `{kind}`: if it runs, this path stops it and does not start it again"),
            )
            .label(route.span(at), "stops it, and starts only what the release starts")
            .help(format!("add `{{apply,{{application,start,[{name}]}}}}` after it, or replace the modules of `{name}` one by one"))
            .on_path(&route.name);
            found.push(match starter {
                Some(done) => finding.severity(Severity::Warning).label(application.name.span, format!("`{}` starts it (line {})", done.by, done.line.0)),
                None => finding,
            });
        }
    }
}
