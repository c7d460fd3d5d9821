//! A conversion, or an `apply`, that calls a process which is suspended at that step.

use crate::diag::{Diagnostic, Findings, code};
use crate::interpret::Done;
use crate::lint::{Check, Pair, Passage, Rule};
use crate::term::Atom;

code! {
    SUSPENDED_PROCESS_CALLED "RL0619" "suspended-process-called" Error => Concerns(Steps)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &SUSPENDED_PROCESS_CALLED, check: Check::Pair(check) };

/// Calls that wait for an answer; the process is the first argument.
const WAITS: &[(&str, &[&str])] = &[
    ("gen_server", &["call"]),
    ("gen_statem", &["call"]),
    ("gen_event", &["call", "sync_notify"]),
    ("Elixir.GenServer", &["call"]),
    ("Elixir.Agent", &["get", "update", "get_and_update"]),
    ("supervisor", &["which_children", "count_children", "start_child", "terminate_child", "restart_child", "delete_child"]),
    ("Elixir.Supervisor", &["which_children", "count_children", "start_child", "terminate_child", "restart_child", "delete_child"]),
];

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for Passage { route, passed, from, .. } in pair.passages() {
        let converted = passed.converted.iter().flat_map(|(module, conversion)| conversion.done.iter().map(move |done| (Some(module), conversion.at, done)));
        let applied = passed.applied.iter().map(|(at, done)| (None, *at, done));
        let mut told: Vec<(Option<&Atom>, &Atom)> = Vec::new();
        for (converting, at, done) in converted.chain(applied) {
            let Some(called) = waits_for(done).and_then(|process| from.of_name(process)) else { continue };
            let is_still = route.timeline.is_suspended(called, at, at) || converting == Some(called);
            if !is_still || told.contains(&(converting, called)) {
                continue;
            }
            told.push((converting, called));
            let who = converting.map_or_else(|| "this call".to_owned(), |module| format!("`code_change` of `{module}`"));
            let line = if done.line.0 > 0 { format!(" (line {} of `{}`)", done.line.0, done.by) } else { String::new() };
            found.push(
                Diagnostic::new(&SUSPENDED_PROCESS_CALLED, format!("{who} calls a process of `{called}`, which is suspended at that step and does not reply"))
                    .label(route.span(at), format!("`{}:{}`{line} times out, and the upgrade fails", done.module, done.function))
                    .help(format!(
                        "update `{called}` on its own before this, so that it runs again by then; or pass the value in the instruction: `{{advanced,Extra}}`"
                    ))
                    .on_path(&route.name),
            );
        }
    }
}

/// The process that a call waits for.
fn waits_for(done: &Done) -> Option<&crate::interpret::Value> {
    WAITS.iter().any(|(module, functions)| done.is(module, functions)).then(|| done.arguments.first()).flatten()
}
