//! An application that is restarted under others that need it.

use crate::appup::HighOp;
use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::lint::{Check, Pair, Rule};

code! {
    DEPENDANTS_RUNNING "RL0507" "dependants-running" Warning => Concerns(Deaths)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &DEPENDANTS_RUNNING, check: Check::Pair(check) };

/// How many applications are named.
const NAMED: usize = 3;

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        let to = pair.side(route.direction, true);
        for instructions in pair.instructions(route.direction).values() {
            for instruction in instructions {
                let Some(HighOp::RestartApplication(name)) = &instruction.op else { continue };
                let name = &name.value;
                // A library has no processes that could be away.
                if to.application(name.as_str()).is_none_or(|own| own.file.callback.is_none()) {
                    continue;
                }
                // Stopping them before and starting them afterwards keeps the others out of it; a restart of their own comes too late.
                let Some((stop, start)) = route.timeline.stops(name.as_str()).first().copied() else { continue };
                let needs = |user: &crate::release::Application| user.file.applications.iter().chain(&user.includes).any(|needed| needed.value == *name);
                let running: Vec<String> = to
                    .applications
                    .iter()
                    .filter(|user| needs(user) && user.file.callback.is_some() && !route.timeline.is_stopped(user.name.value.as_str(), stop, start))
                    .map(|user| format!("`{}`", user.name.value))
                    .collect();
                if running.is_empty() {
                    continue;
                }
                // Those that are restarted as well, later, keep nothing of it.
                let restarts = |user: &String| route.timeline.stops(user.trim_matches('`')).iter().any(|(at, _)| *at >= start);
                let level = if running.iter().all(restarts) { Severity::Advice } else { Severity::Warning };
                let shown = super::named(&running, NAMED);
                let verb = if running.len() == 1 { "keeps running and needs" } else { "keep running and need" };
                found.push(
                    Diagnostic::new(&DEPENDANTS_RUNNING, format!("`{name}` is restarted while {shown} {verb} it"))
                        .label(instruction.span, "for a while it does not answer, and what others keep of its processes is stale")
                        .severity(level)
                        .help("replace its modules one by one, or stop the applications that need it before and start them afterwards, with `apply` of `application:stop` and `application:start`")
                        .on_path(&route.name),
                );
            }
        }
    }
}
