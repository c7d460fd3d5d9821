//! A process that is stopped on the path, while another one that lives on still has its pid, or has registered itself with it.

use crate::diag::{Diagnostic, Findings, code};
use crate::interpret::{Done, Living, Opaque, Value, is_own};
use crate::lint::lives::{Half, Passed};
use crate::lint::{Check, Pair, Passage, Route, Rule};
use crate::term::Atom;

code! {
    RESTARTED_PROCESS_KNOWN "RL0628" "restarted-process-known" Warning => Concerns(State)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &RESTARTED_PROCESS_KNOWN, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for Passage { route, passed, from, to } in pair.passages() {
        configured(pair, route, (from, passed), found);
        for (module, (_, living)) in &from.processes {
            if pair.none_lives_on(route, passed, module) {
                continue;
            }
            let Some((other, what)) = known(pair, route, (from, to, passed), module, living) else { continue };
            let span = passed.stopped.get(&other).map_or_else(|| route.loaded(&other), |step| Some(route.span(*step)));
            let application = pair.owner_of(&other).map_or("", |application| application.name.value.as_str());
            found.push(
                Diagnostic::new(&RESTARTED_PROCESS_KNOWN, format!("a process of `{module}` lives on and {what}, which this path stops"))
                    .label(span.unwrap_or_else(|| pair.change_on(application, route.direction)), format!("the processes of `{other}` are stopped here"))
                    .help(format!(
                        "convert the state of `{module}` afterwards, or restart its processes as well; or monitor the process, and do it again when it ends"
                    ))
                    .about(module.as_str())
                    .on_path(&route.name),
            );
        }
    }
}

/// What keeps pids besides processes: the configuration of handlers, persistent terms.
const KEEPERS: &[(&str, &[&str], &str)] = &[
    ("logger", &["add_handler", "add_primary_filter", "add_handler_filter"], "a handler of `logger`"),
    ("telemetry", &["attach", "attach_many"], "a handler of `telemetry`"),
    ("persistent_term", &["put"], "a persistent term"),
];

/// Pids in the configuration of handlers, of processes that the path stops.
fn configured(pair: &Pair<'_>, route: &Route<'_>, (from, passed): (&Half, &Passed), found: &mut Findings) {
    let mut told: Vec<&Atom> = Vec::new();
    for done in from.all_done() {
        let Some((module, _, what)) = KEEPERS.iter().find(|(module, functions, _)| done.is(module, functions)) else { continue };
        // What the path does with that module is taken to put it right.
        let is_put_again = passed.done().any(|again| again.module.as_str() == *module);
        let restarts = pair.owner_of(&done.by).is_some_and(|application| !route.timeline.stops(application.name.value.as_str()).is_empty());
        if is_put_again || restarts || pair.none_lives_on(route, passed, &done.by) {
            continue;
        }
        let mut names = Vec::new();
        done.arguments.iter().for_each(|argument| pids(argument, &mut names));
        for name in names {
            let stopped = from.of_name(&Value::Atom(name.clone())).filter(|other| pair.none_lives_on(route, passed, other));
            let Some(other) = stopped.filter(|_| !told.contains(&name)) else { continue };
            told.push(name);
            let span = passed.stopped.get(other).map_or_else(|| pair.place_of(route, other), |step| route.span(*step));
            found.push(
                Diagnostic::new(&RESTARTED_PROCESS_KNOWN, format!("{what} keeps the pid of `{name}`, which this path stops"))
                    .label(span, format!("the processes of `{other}` are stopped here; `{}` (line {}) gave the pid away", done.by, done.line.0))
                    .help("do the same again by an `apply` after the process runs again, or keep its name instead of its pid")
                    .about(done.by.as_str())
                    .on_path(&route.name),
            );
        }
    }
}

/// The module of a process that is stopped and that a process of another module still counts on, and how.
fn known(pair: &Pair<'_>, route: &Route<'_>, (from, to, passed): (&Half, &Half, &Passed), module: &Atom, living: &Living) -> Option<(Atom, String)> {
    // Who reads a table when it starts may know again what it knew.
    let reads = |other: &Atom| {
        let begins = to.processes.get(other).into_iter().flat_map(|(_, living)| &living.begun);
        begins.into_iter().any(|done| {
            done.is("ets", &["tab2list", "lookup", "foldl", "foldr", "match", "select", "match_object", "file2tab"]) || done.module.as_str() == "dets"
        })
    };
    let stopped = |name: &Value| from.of_name(name).filter(|other| *other != module && pair.none_lives_on(route, passed, other)).cloned();
    let later = || living.done.iter().map(|(_, done)| done).chain(passed.later.get(module).into_iter().flatten().map(|(_, done)| done));
    // Who watches it notices, and what is done on the path may tell it.
    let watches = |name: &Value| {
        let is_watch =
            |done: &Done| done.is("erlang", &["monitor", "link"]) && done.arguments.iter().any(|argument| argument == name || is_pid_of(argument, name));
        living.begun.iter().chain(later()).any(is_watch)
    };
    let is_told = |name: &Value| passed.done().any(|done| done.arguments.iter().any(|argument| argument == name) && !done.is_about_child());
    let states = passed.converted.get(module).map_or(&living.states, |conversion| &conversion.states);
    let mut names = Vec::new();
    states.iter().for_each(|state| pids(state, &mut names));
    for name in names {
        let name = Value::Atom(name.clone());
        let asks = |done: &Done| done.function.as_str() == "whereis" && done.arguments.first() == Some(&name);
        // A conversion after the restart asks for the new one.
        let is_refreshed = passed.converted.get(module).is_some_and(|conversion| {
            let stop = from.of_name(&name).and_then(|other| passed.stopped.get(other));
            stop.is_none_or(|stop| *stop < conversion.at) && conversion.done.iter().any(asks)
        });
        let asks_again = || is_refreshed || later().any(asks);
        if let Some(other) = stopped(&name).filter(|_| !asks_again() && !watches(&name)) {
            return Some((other, format!("keeps the pid of `{name}`")));
        }
    }
    for done in &living.begun {
        let calls = matches!(done.function.as_str(), "call" | "cast" | "send");
        let [name, message, ..] = done.arguments.as_slice() else { continue };
        if !calls
            || !has_own(message)
            || is_told(name)
            || watches(name)
            || later().any(|again| again.function == done.function && again.arguments.first() == Some(name))
        {
            continue;
        }
        if let Some(other) = stopped(name).filter(|other| !reads(other)) {
            return Some((other, format!("has registered itself with `{name}` when it started (line {})", done.line.0)));
        }
    }
    None
}

fn is_pid_of(value: &Value, name: &Value) -> bool {
    value.members().iter().any(|member| matches!((member, name), (Value::Opaque(Opaque::Registered(own)), Value::Atom(name)) if own == name))
}

/// The names of the processes whose pids are in a value.
fn pids<'v>(value: &'v Value, names: &mut Vec<&'v Atom>) {
    value.visit(&mut |part| {
        if let Value::Opaque(Opaque::Registered(name)) = part {
            names.push(name);
        }
    });
}

/// Whether a value has the pid of the process itself in it.
fn has_own(value: &Value) -> bool {
    let mut has = false;
    value.visit(&mut |part| has |= is_own(part));
    has
}
