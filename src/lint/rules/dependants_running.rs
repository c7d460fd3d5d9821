//! An application that is restarted under others that need it.

use crate::appup::HighOp;
use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::lint::{Check, Pair, Route, Rule};
use crate::term::Atom;

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
                let running: Vec<&str> = to
                    .applications
                    .iter()
                    .filter(|user| needs(user) && user.file.callback.is_some() && !route.timeline.is_stopped(user.name.value.as_str(), stop, start))
                    .map(|user| user.name.value.as_str())
                    .collect();
                if running.is_empty() {
                    continue;
                }
                // Those that are restarted as well, later, keep nothing of it, and those that monitor it hear of it.
                let restarts = |user: &&str| route.timeline.stops(user).iter().any(|(at, _)| *at >= start);
                let is_prepared = running.iter().all(|user| restarts(user) || monitors(pair, route, user, name));
                let level = if is_prepared { Severity::Advice } else { Severity::Warning };
                let shown: Vec<String> = running.iter().map(|user| format!("`{user}`")).collect();
                let shown = super::named(&shown, NAMED);
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

/// Whether a process of an application monitors one of another application by its name.
fn monitors(pair: &Pair<'_>, route: &Route<'_>, user: &str, name: &Atom) -> bool {
    let half = pair.lives.half(route.direction, false);
    let belongs = |module: &Atom, application: &str| pair.owner_of(module).is_some_and(|owner| owner.name.value.as_str() == application);
    let own = half.processes.iter().filter(|(module, _)| belongs(module, user)).map(|(_, (_, living))| living);
    let calls = own.flat_map(|living| living.begun.iter().chain(living.done.iter().map(|(_, done)| done)));
    calls.filter(|done| done.is("erlang", &["monitor"])).any(|done| match done.arguments.as_slice() {
        [_, whom, ..] => half.of_name(whom).is_some_and(|module| belongs(module, name.as_str())),
        _ => false,
    })
}
