//! A message or a timeout that the running code has caused, and that no clause of the new code takes.

use crate::appup::Direction;
use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::interpret::{Done, Living, Machine, Takes, Value};
use crate::lint::live::{Caused, Means, caused, caused_by_others, is_meant, takes, takes_request};
use crate::lint::lives::Half;
use crate::lint::{Check, Pair, Route, Rule};
use crate::node::ModuleEvent;
use crate::term::Atom;

code! {
    MESSAGE_NOT_TAKEN "RL0616" "message-not-taken" Warning => Concerns(State)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &MESSAGE_NOT_TAKEN, check: Check::Kept(check) };

/// Whether a call stops something that would arrive.
fn stops(done: &Done) -> bool {
    done.function.as_str().starts_with("cancel") || done.is("erlang", &["demonitor"]) || done.is("Elixir.Process", &["demonitor"])
}

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        requests(pair, route, found);
        of_path(pair, route, found);
        let (from, to) = (pair.lives.half(route.direction, false), pair.lives.half(route.direction, true));
        for (name, (machine, old)) in &from.processes {
            let Some(at) = route.timeline.first(name, ModuleEvent::Loaded).filter(|_| !pair.starts_again(route, name)) else { continue };
            if to.processes.get(name).is_none_or(|(other, _)| other != machine) {
                continue;
            }
            // A conversion that cancels timers knows about them.
            let passed = pair.lives.passed(route.direction);
            let conversion = passed.and_then(|passed| passed.converted.get(name));
            if conversion.is_some_and(|conversion| conversion.done.iter().any(stops)) {
                continue;
            }
            let is_lost = |one: &Caused| {
                takes(pair, route.direction, false, name, *machine, one) != Takes::No && takes(pair, route.direction, true, name, *machine, one) == Takes::No
            };
            let mut lost: Vec<Caused> = Vec::new();
            for one in caused(name, *machine, old).into_iter().chain(caused_by_others(from, name, *machine)) {
                if lost.iter().all(|known| known.arrives != one.arrives) && is_lost(&one) {
                    lost.push(one);
                }
            }
            let Some(first) = lost.first() else {
                if let Some(one) = dropped(pair, route, name, *machine, (old, to)) {
                    let shown = one.arrives.last().map(ToString::to_string).unwrap_or_default();
                    found.push(
                        Diagnostic::new(
                            &MESSAGE_NOT_TAKEN,
                            format!(
                                "`{shown}` may still arrive at a process of `{name}`, and only the clause for everything else of the code being loaded takes it"
                            ),
                        )
                        .label(route.span(at), format!("the code that runs before it causes it: {} in {}", one.what, one.place()))
                        .help("keep a clause for it, or have `code_change` cause what the new code waits for")
                        .severity(if route.direction == Direction::Down { Severity::Advice } else { Severity::Warning })
                        .about(name.as_str())
                        .on_path(&route.name),
                    );
                }
                continue;
            };
            let shown = |arrives: &[Value]| if let [one] = arrives { one.to_string() } else { Value::tuple(arrives.to_vec()).to_string() };
            let arrive: Vec<String> = lost.iter().map(|one| format!("`{}`", shown(&one.arrives))).collect();
            let (arrive, it) = (arrive.join(" and "), if lost.len() == 1 { "it" } else { "them" });
            let (what, place) = (first.what, first.place());
            found.push(
                Diagnostic::new(
                    &MESSAGE_NOT_TAKEN,
                    format!("{arrive} may still arrive at a process of `{name}`, and no clause of the code being loaded takes {it}"),
                )
                .label(route.span(at), format!("the code that runs before it causes {it}: {what} in {place}"))
                .help(format!("keep a clause for {it}, or stop what causes {it} in `code_change`; without one the process crashes"))
                .severity(if route.direction == Direction::Up { Severity::Warning } else { level_down(pair, route, (name, *machine), first, (old, to)) })
                .about(name.as_str())
                .on_path(&route.name),
            );
        }
    }
}

/// What a call of `gen_server` sends, now or by a timer: to whom, to which callback, what.
fn request(done: &Done) -> Option<(&Value, &'static str, &Value)> {
    let (module, function, arguments) = match (done.module.as_str(), done.function.as_str(), done.arguments.as_slice()) {
        ("timer", "apply_interval" | "apply_after", [_, Value::Atom(module), Value::Atom(function), given]) => (module, function, given.as_list()?),
        _ => (&done.module, &done.function, done.arguments.as_slice()),
    };
    let callback = match (module.as_str(), function.as_str()) {
        ("gen_server" | "Elixir.GenServer", "call") => "handle_call",
        ("gen_server" | "Elixir.GenServer", "cast") => "handle_cast",
        _ => return None,
    };
    if let [to, message, ..] = arguments { Some((to, callback, message)) } else { None }
}

/// Requests that code of the release being installed, or a timer of the other one, sends to a server by its name, and that only the code
/// before it takes.
fn requests(pair: &Pair<'_>, route: &Route<'_>, found: &mut Findings) {
    let (from, to) = (pair.lives.half(route.direction, false), pair.lives.half(route.direction, true));
    let passed = pair.lives.passed(route.direction);
    let timers = from.all_done().filter(|done| done.is("timer", &["apply_interval"]));
    // Code that changes with the server is another matter.
    let is_unchanged = |done: &&Done| !pair.has_other_code(&done.by);
    let mut asked: Vec<(&Atom, &Value)> = Vec::new();
    for done in to.all_done().filter(|_| route.direction == Direction::Up).filter(is_unchanged).chain(timers) {
        let Some((name, callback, message)) = request(done) else { continue };
        let is_named = message.as_atom().is_some() || message.as_tuple().is_some_and(|items| items.first().is_some_and(|tag| tag.as_atom().is_some()));
        let server = from.of_name(name).filter(|module| from.processes.get(*module).is_some_and(|(machine, _)| *machine == Machine::Server));
        let Some((module, at)) = server.and_then(|module| Some((module, route.timeline.first(module, ModuleEvent::Loaded)?))).filter(|_| is_named) else {
            continue;
        };
        // An interval ends with the process that asked for it.
        let ends = done.module.as_str() == "timer" && passed.is_some_and(|passed| pair.none_lives_on(route, passed, &done.by));
        if ends || asked.contains(&(module, message)) {
            continue;
        }
        asked.push((module, message));
        let takes = |after: bool| takes_request(pair, route.direction, after, module, callback, message);
        if takes(true) != Some(Takes::No) || !matches!(takes(false), Some(Takes::Yes | Takes::Maybe)) {
            continue;
        }
        let (level, help) = match route.direction {
            Direction::Up => (Severity::Warning, "keep a clause for it, or change what sends it; without one the process crashes"),
            Direction::Down => {
                (Severity::Advice, "cancel the timer in `code_change`, or stop the process that asked for it; without a clause the process crashes")
            }
        };
        found.push(
            Diagnostic::new(
                &MESSAGE_NOT_TAKEN,
                format!("`{message}` is still sent to `{module}`, and no clause of `{callback}` of the code being loaded takes it"),
            )
            .label(route.span(at), format!("it is sent in line {} of `{}`", done.line.0, done.by))
            .help(help)
            .severity(level)
            .about(module.as_str())
            .on_path(&route.name),
        );
    }
}

/// Requests that the path itself makes, by an `apply`, while the server still runs the other code.
fn of_path(pair: &Pair<'_>, route: &Route<'_>, found: &mut Findings) {
    let from = pair.lives.half(route.direction, false);
    for (at, done) in pair.lives.passed(route.direction).into_iter().flat_map(|passed| &passed.applied) {
        let Some((name, callback, message)) = request(done).filter(|(_, _, message)| message.tag().is_some()) else { continue };
        let is_server = |module: &&Atom| from.processes.get(*module).is_some_and(|(machine, _)| *machine == Machine::Server);
        let Some(module) = from.of_name(name).filter(is_server) else { continue };
        let is_new = route.is_new_at(module, *at);
        let takes = |after: bool| takes_request(pair, route.direction, after, module, callback, message);
        if takes(is_new) != Some(Takes::No) || !matches!(takes(!is_new), Some(Takes::Yes | Takes::Maybe)) {
            continue;
        }
        let (which, help) =
            if is_new { ("new", "call it before the module is loaded") } else { ("former", "call it after the module is loaded: `update` it first") };
        found.push(
            Diagnostic::new(
                &MESSAGE_NOT_TAKEN,
                format!("the path sends `{message}` to `{module}`, which runs its {which} code then, and no clause of `{callback}` takes it"),
            )
            .label(route.span(*at), format!("it is sent in line {} of `{}`: the process crashes", done.line.0, done.by))
            .help(help)
            .about(module.as_str())
            .on_path(&route.name),
        );
    }
}

/// How bad it is on a downgrade. The older code cannot be changed, and a conversion cannot stop all that is under way: a timer it
/// can. Where the newer code kept a clause for what the older one causes instead, somebody has thought of the change.
fn level_down(pair: &Pair<'_>, route: &Route<'_>, (name, machine): (&Atom, Machine), lost: &Caused, (newer, to): (&Living, &Half)) -> Severity {
    let comes_for_certain = matches!(lost.what, Means::Timer | Means::Timeout | Means::Message);
    let of_newer = caused(name, machine, newer);
    let of_older = to.processes.get(name).map(|(_, older)| caused(name, machine, older)).unwrap_or_default();
    let is_kept = |one: &Caused| {
        one.what == lost.what
            && of_newer.iter().all(|other| differs(&other.arrives, &one.arrives))
            && is_meant(pair, route.direction, false, name, machine, &one.arrives)
    };
    if comes_for_certain && !of_older.iter().any(is_kept) { Severity::Warning } else { Severity::Advice }
}

/// Something that arrives for which only the old code has a clause of its own: the new one causes the same in another form, waits for that,
/// and passes over what it does not know.
fn dropped(pair: &Pair<'_>, route: &Route<'_>, name: &Atom, machine: Machine, (old, to): (&Living, &Half)) -> Option<Caused> {
    let (_, new) = to.processes.get(name)?;
    let (before, after) = (caused(name, machine, old), caused(name, machine, new));
    let meant = |after: bool, one: &Caused| is_meant(pair, route.direction, after, name, machine, &one.arrives);
    let is_caused = |list: &[Caused], one: &Caused| list.iter().any(|other| !differs(&other.arrives, &one.arrives));
    let lost =
        before.iter().find(|one| !is_caused(&after, one) && meant(false, one) && !meant(true, one) && one.arrives.iter().all(|value| *value != Value::Any))?;
    // On a downgrade the newer code may well have kept a clause for the monitors of the older one.
    let is_kept = route.direction == Direction::Down && lost.what == Means::Monitor;
    let is_for_it = |other: &Caused| meant(true, other) && (is_kept || !meant(false, other));
    after.iter().find(|other| other.what == lost.what && !is_caused(&before, other) && is_for_it(other))?;
    // What the path causes takes its place.
    let passed = pair.lives.passed(route.direction)?;
    let starts = |done: &Done| CAUSES.contains(&done.function.as_str());
    let is_replaced =
        passed.converted.get(name).is_some_and(|conversion| conversion.done.iter().any(starts)) || passed.applied.iter().any(|(_, done)| starts(done));
    (!is_replaced).then(|| lost.clone())
}

/// Functions that cause a message.
const CAUSES: &[&str] = &["send_after", "start_timer", "send_interval", "send", "monitor", "answers", "cast", "call"];

fn differs(one: &[Value], other: &[Value]) -> bool {
    one.len() != other.len() || one.iter().zip(other).any(|(one, other)| one.is_other_than(other))
}
