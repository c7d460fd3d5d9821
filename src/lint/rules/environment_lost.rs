//! Configuration that code sets while the node runs: an upgrade builds the environment of every application again.

use super::named;
use crate::diag::{Diagnostic, Findings, code};
use crate::interpret::{Done, Value};
use crate::lint::{Check, Pair, Rule};
use crate::term::Atom;
use std::collections::BTreeMap;

code! {
    ENVIRONMENT_LOST "RL0816" "environment-lost" Warning => Concerns(Configuration)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &ENVIRONMENT_LOST, check: Check::Kept(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        let (from, to) = (pair.lives.half(route.direction, false), pair.lives.half(route.direction, true));
        let mut lost: BTreeMap<&Atom, Vec<(&Value, &Done)>> = BTreeMap::new();
        for set in from.all_done().filter(|done| is_set(done)) {
            let [application, key, ..] = set.arguments.as_slice() else { continue };
            let Some(name) = application.as_atom() else { continue };
            // Where a key is not written out, it may be any.
            let is_key = |other: &Value| other == key || !other.is_literal() || !key.is_literal();
            let same = |done: &Done| done.arguments.first() == Some(application) && done.arguments.get(1).is_some_and(is_key);
            let passed = pair.lives.passed(route.direction);
            // A conversion reads it when it is gone.
            let on_path = || passed.into_iter().flat_map(|passed| passed.done());
            let is_read = to.all_done().chain(on_path()).any(|done| is_get(done) && same(done));
            let is_set_again = on_path().any(|done| is_set(done) && same(done));
            let restarts = !route.timeline.stops(name.as_str()).is_empty();
            let keys = lost.entry(name).or_default();
            if is_read && !is_set_again && !restarts && !keys.iter().any(|(known, _)| *known == key) {
                keys.push((key, set));
            }
        }
        for (application, keys) in lost {
            let Some((_, set)) = keys.first() else { continue };
            let shown = |key: &Value| if key.is_literal() { format!("`{key}`") } else { "a key that is computed".to_owned() };
            let names: Vec<String> = keys.iter().map(|(key, _)| shown(key)).collect();
            let (names, are, them) = (named(&names, 5), if keys.len() == 1 { "is" } else { "are" }, if keys.len() == 1 { "it" } else { "them" });
            found.push(
                Diagnostic::new(&ENVIRONMENT_LOST, format!("{names} of `{application}` {are} set while the node runs, and the upgrade drops {them}"))
                    .label(
                        pair.change_on(application.as_str(), route.direction),
                        format!("set in `{}` (line {}); the release handler reads `.app` and `sys.config` again", set.by, set.line.0),
                    )
                    .help("keep the value in a process or in a persistent term, or set it again by an `apply` on this path")
                    .about(set.by.as_str())
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
