//! A conversion that waits longer than the release handler does.

use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::interpret::{Done, Value};
use crate::lint::{Check, Pair, Rule};

code! {
    CONVERSION_WAITS "RL0629" "conversion-waits" Warning => Concerns(Steps)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CONVERSION_WAITS, check: Check::Pair(check) };

/// How long the release handler waits for a `code_change`, in milliseconds: `sys:change_code/4`, whatever time is written for the
/// suspension (`release_handler_1` of OTP 25 to 29).
const GRANTED: i64 = 5000;

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        let Some(passed) = pair.lives.passed(route.direction) else { continue };
        for (module, conversion) in &passed.converted {
            let Some((done, time, is_certain)) = conversion.done.iter().find_map(waits) else { continue };
            let (does, may) = if is_certain { ("sleeps", "times out") } else { ("waits for a message", "may time out") };
            let time = time.map_or_else(|| "without limit".to_owned(), |time| format!("for up to {time} ms"));
            let level = if is_certain { Severity::Error } else { Severity::Warning };
            found.push(
                Diagnostic::new(&CONVERSION_WAITS, format!("`code_change` of `{module}` {does} {time}, and the release handler waits for {GRANTED} ms"))
                    .label(route.span(conversion.at), format!("in line {} of `{}`: the call {may}, and the upgrade fails", done.line.0, done.by))
                    .help("wait in a message to itself after the upgrade, or before it by an `apply`; or grant more time to `install_release` (`code_change_timeout`)")
                    .severity(level)
                    .about(module.as_str())
                    .on_path(&route.name),
            );
        }
    }
}

/// A call that waits longer than is granted: for how long, and whether that is certain.
fn waits(done: &Done) -> Option<(&Done, Option<i64>, bool)> {
    let is_certain = done.is("timer", &["sleep"]) || done.is("Elixir.Process", &["sleep"]);
    let [time] = done.arguments.as_slice() else { return None };
    if !is_certain && !done.is("erlang", &["receive"]) {
        return None;
    }
    if time.is_atom("infinity") {
        return Some((done, None, is_certain));
    }
    let Value::Number(Some(text)) = time else { return None };
    text.parse().ok().filter(|time| *time >= GRANTED).map(|time| (done, Some(time), is_certain))
}
