//! Configuration that changed, and that running processes do not read again.

use crate::compare::{Change, Delta, Sign, SystemConfig, Verdict};
use crate::diag::{Diagnostic, Findings, code};
use crate::interpret::Done;
use crate::lint::lives::Half;
use crate::lint::{Check, Pair, Route, Rule};
use crate::term::Atom;

code! {
    ENVIRONMENT_CHANGED "RL0801" "environment-changed" Warning => Concerns(Configuration)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &ENVIRONMENT_CHANGED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    if pair.restarts() {
        return;
    }
    let own = pair.application_impacts(|change| matches!(change, Change::Environment { .. })).map(|(application, fact)| (pair.place(&application.name), fact));
    let whole = pair
        .comparison
        .impacts
        .iter()
        .filter(|fact| matches!(fact.change, Change::SystemConfig(_) | Change::BootFile { .. }))
        .map(|fact| (pair.target.version_span(), fact));
    // What is started again reads its environment, which the release handler changes before the script runs.
    let starts_again = |application: &str| {
        let restarts = |route: &Route<'_>| route.restarts() || !route.timeline.stops(application).is_empty();
        !pair.routes.is_empty() && pair.routes.iter().all(restarts)
    };
    for (span, fact) in own.chain(whole).filter(|(_, fact)| fact.verdict() > Verdict::Hot) {
        if let Change::Environment { application, keys, .. } | Change::SystemConfig(SystemConfig::Keys { application, keys, .. }) = &fact.change
            && (starts_again(application) || is_read_when_used(pair, application, keys))
        {
            continue;
        }
        let subject = if let Change::Environment { application, .. } | Change::SystemConfig(SystemConfig::Keys { application, .. }) = &fact.change {
            application.as_str()
        } else if let Change::BootFile { name, .. } = &fact.change {
            name
        } else {
            "sys.config"
        };
        found.push(
            Diagnostic::new(&ENVIRONMENT_CHANGED, fact.change.described())
                .label(span, "from this version on")
                .help("handle it in `config_change/3` of the application's callback module, or restart what reads it")
                .one_of_many(subject, |names, count| format!("configuration changed that processes read when they start, for {count} applications: {names}")),
        );
    }
}

/// Whether all code that reads some keys does so each time that it uses them, or when a path converts its state.
fn is_read_when_used(pair: &Pair<'_>, application: &str, keys: &[Delta]) -> bool {
    let reads = |done: &Done, key: &str| {
        let is_read = done.is("application", &["get_env"]) || done.is("Elixir.Application", &["get_env", "fetch_env", "fetch_env!"]);
        let [owner, name, ..] = done.arguments.as_slice() else { return false };
        is_read && owner.is_atom(application) && name.to_string() == key
    };
    let mut routes = pair.hot_routes().peekable();
    if routes.peek().is_none() {
        return false;
    }
    routes.all(|route| {
        let (from, passed) = (pair.lives.half(route.direction, false), pair.lives.passed(route.direction));
        let to = pair.lives.half(route.direction, true);
        keys.iter().all(|key| {
            // A process that is restarted on the path reads the new value; a conversion may map what was read.
            let starts_again = |module: &Atom| {
                passed.is_some_and(|passed| passed.converted.contains_key(module))
                    || pair.starts_again(route, module)
                    || passed.is_some_and(|passed| passed.stopped.contains_key(module))
            };
            let kept = |half: &Half| {
                // A process of a module that is new read nothing before.
                let lives_on = |module: &Atom| from.processes.contains_key(module) && !starts_again(module);
                let stay = half.processes.iter().filter(|(module, _)| lives_on(module)).flat_map(|(_, (_, living))| &living.begun);
                stay.chain(half.starts.values().flatten()).any(|done| reads(done, &key.name))
            };
            let again = passed.is_some_and(|passed| passed.done().any(|done| reads(done, &key.name)));
            let used = from.all_done().chain(to.all_done()).any(|done| reads(done, &key.name));
            // A key that is gone, and that no code reads, is not missed.
            let is_unused = key.sign == Sign::Removed && !used;
            is_unused || (used && (again || !(kept(from) || kept(to))))
        })
    })
}
