//! A conversion that waits longer than the release handler does.

use crate::diag::{Diagnostic, Findings, code};
use crate::interpret::{Done, Value};
use crate::lint::{Check, Pair, Passage, Rule};

code! {
    CONVERSION_WAITS "RL0629" "conversion-waits" Warning => Concerns(Steps)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CONVERSION_WAITS, check: Check::Pair(check) };

/// How long the release handler waits for a `code_change`, in milliseconds: `sys:change_code/4`, whatever time is written for the
/// suspension (`release_handler_1` of OTP 25 to 29).
const GRANTED: i64 = 5000;

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for Passage { route, passed, .. } in pair.passages() {
        for (module, conversion) in &passed.converted {
            let all = || conversion.done.iter().filter(|done| !done.elsewhere).filter_map(waits);
            let Some((done, time, sleeps)) = all().find(|(_, _, sleeps)| *sleeps).or_else(|| all().next()) else { continue };
            let does = if sleeps { "sleeps" } else { "waits for a message" };
            let time = time.map_or_else(|| "without limit".to_owned(), |time| format!("for up to {time} ms"));
            found.push(
                Diagnostic::new(&CONVERSION_WAITS, format!("`code_change` of `{module}` {does} {time}, and the release handler waits for {GRANTED} ms"))
                    .label(route.span(conversion.at), format!("in line {} of `{}`: a call that gets there times out, and the upgrade fails", done.line.0, done.by))
                    .help("wait in a message to itself after the upgrade, or before it by an `apply`; or grant more time to `install_release` (`code_change_timeout`)")
                    .about(module.as_str())
                    .on_path(&route.name),
            );
        }
    }
}

/// A call that waits longer than is granted: for how long, and whether it sleeps.
fn waits(done: &Done) -> Option<(&Done, Option<i64>, bool)> {
    let sleeps = done.is("timer", &["sleep"]) || done.is("Elixir.Process", &["sleep"]);
    let [time] = done.arguments.as_slice() else { return None };
    if !sleeps && !done.is("erlang", &["receive"]) {
        return None;
    }
    if time.is_atom("infinity") {
        return Some((done, None, sleeps));
    }
    let Value::Number(Some(text)) = time else { return None };
    text.parse().ok().filter(|time| *time >= GRANTED).map(|time| (done, Some(time), sleeps))
}
