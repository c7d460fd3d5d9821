//! Configuration that code sets while the node runs: an upgrade builds the environment of every application again.

use crate::diag::{Diagnostic, Findings, code};
use crate::interpret::Done;
use crate::lint::{Check, Pair, Rule};

code! {
    ENVIRONMENT_LOST "RL0816" "environment-lost" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &ENVIRONMENT_LOST, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        let (from, to) = (pair.lives.half(route.direction, false), pair.lives.half(route.direction, true));
        let mut told: Vec<String> = Vec::new();
        for set in from.all_done().filter(|done| is_set(done)) {
            let [application, key, ..] = set.arguments.as_slice() else { continue };
            let Some(name) = application.as_atom().filter(|_| key.is_literal()) else { continue };
            let same = |done: &Done| done.arguments.first() == Some(application) && done.arguments.get(1) == Some(key);
            let is_read = to.all_done().any(|done| is_get(done) && same(done));
            let is_set_again = pair.lives.passed(route.direction).is_some_and(|passed| passed.done().any(|done| is_set(done) && same(done)));
            let restarts = !route.timeline.stops(name.as_str()).is_empty();
            let item = format!("{application}:{key}");
            if !is_read || is_set_again || restarts || told.contains(&item) {
                continue;
            }
            told.push(item);
            found.push(
                Diagnostic::new(&ENVIRONMENT_LOST, format!("`{key}` of `{application}` is set while the node runs, and the upgrade drops it"))
                    .label(
                        pair.change_on(name.as_str(), route.direction),
                        format!("`{}` (line {}) sets it; the release handler reads `.app` and `sys.config` again", set.by, set.line.0),
                    )
                    .help("keep the value in a process or in a persistent term, or set it again by an `apply` on this path")
                    .on_path(&route.name),
            );
        }
    }
}

fn is_set(done: &Done) -> bool {
    done.is("application", &["set_env"]) || done.is("Elixir.Application", &["put_env"])
}

fn is_get(done: &Done) -> bool {
    done.is("application", &["get_env"]) || done.is("Elixir.Application", &["get_env", "fetch_env", "fetch_env!"])
}
