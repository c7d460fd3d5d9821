//! A state that changes its shape on a path that converts nothing.

use crate::appup::Direction;
use crate::beam::Expr;
use crate::compare::{Change, StateChange, StateEffect};
use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::interpret::{Done, FaultKind, Machine, Sort, Value};
use crate::lint::{Check, Pair, Route, Rule};
use crate::term::Atom;

code! {
    STATE_NOT_CONVERTED "RL0601" "state-not-converted" Error => Concerns(State)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &STATE_NOT_CONVERTED, check: Check::Pair(check) };

/// Whether it reports a module on a path.
pub(super) fn reports(pair: &Pair<'_>, route: &Route<'_>, name: &Atom) -> bool {
    let mut changes = pair.modules().filter(|(_, module)| module.name == name.as_str()).flat_map(|(_, module)| &module.impacts);
    let is_harmless = |change: &Change| matches!(change, Change::State(change) if change.effect == StateEffect::Defaults);
    let is_state = changes.any(|fact| matches!(fact.change, Change::State(_) | Change::StateShape { .. }) && !is_harmless(&fact.change));
    is_state && is_left(pair, route, name) && !is_handled(pair, route, name)
}

/// Whether the processes of a module go on with what they keep.
fn is_left(pair: &Pair<'_>, route: &Route<'_>, name: &Atom) -> bool {
    // A module that is not loaded is reported elsewhere; one that is removed first comes back with a new state.
    let is_loaded = route.loaded(name).is_some() && !route.converts(name) && route.removed(name).is_none();
    let is_replaced = || pair.lives.passed(route.direction).is_some_and(|passed| passed.replaced.contains_key(name));
    is_loaded && !pair.starts_again(route, name) && !is_replaced()
}

/// Whether the code being loaded was seen to work with all that the processes keep: maps, whose keys it asks for with a default, or
/// tuples of another size, which it tells apart.
fn is_handled(pair: &Pair<'_>, route: &Route<'_>, name: &Atom) -> bool {
    let Some((machine, old)) = pair.lives.half(route.direction, false).processes.get(name) else { return false };
    let sizes = |states: &[Value]| -> Option<Vec<usize>> { states.iter().map(|state| Some(state.as_tuple()?.len())).collect() };
    let after = pair.lives.half(route.direction, true).processes.get(name).and_then(|(_, new)| sizes(&new.states));
    // The fields of a record may be read where it is not seen, unless the code has the former one written out.
    let mut facts = pair.module_impacts(|change| matches!(change, Change::State(_))).filter(|(_, module, _)| module.name == name.as_str());
    let is_record = facts.next().is_some();
    let is_written = || !old.is_cut_short && old.states.iter().all(|state| is_written_out(pair, route, name, &data(*machine, state)));
    let is_resized =
        || !is_record && !old.is_cut_short && sizes(&old.states).zip(after).is_some_and(|(own, other)| own.iter().all(|size| !other.contains(size)));
    let are_maps = || old.states.iter().all(|state| matches!(data(*machine, state), Value::Map(map) if map.rest.is_none()));
    // Another kind of term altogether, which each callback was seen to take.
    let kinds = |states: &[Value]| states.iter().map(|state| data(*machine, state).kind()).collect::<Option<Vec<Sort>>>().filter(|kinds| !kinds.is_empty());
    let new_kinds = pair.lives.half(route.direction, true).processes.get(name).and_then(|(_, new)| kinds(&new.states));
    let is_other_kind = || !is_record && kinds(&old.states).zip(new_kinds.clone()).is_some_and(|(own, other)| own.iter().all(|kind| !other.contains(kind)));
    let is_seen = !old.states.is_empty() && (are_maps() || is_resized() || is_other_kind() || is_written());
    let fails = || {
        pair.lives
            .passed(route.direction)
            .is_some_and(|passed| passed.failing.iter().any(|(module, fault)| module == name && fault.kind != FaultKind::Dropped && !fault.caught))
    };
    is_seen && !fails()
}

/// What a process keeps: a state machine has it in `{State,Data}`.
fn data(machine: Machine, state: &Value) -> Value {
    let is_machine = matches!(machine, Machine::States | Machine::Events);
    state.as_tuple().filter(|_| is_machine).and_then(|parts| parts.get(1)).unwrap_or(state).clone()
}

/// Whether a function of the code being loaded, but for `code_change`, has a tuple of the tag and the size of a state among its patterns. What
/// comes first to a callback is a message.
fn is_written_out(pair: &Pair<'_>, route: &Route<'_>, name: &Atom, state: &Value) -> bool {
    let Some((tag, size)) = state.tag().zip(state.as_tuple().map(<[Value]>::len)) else { return false };
    let Some(program) = pair.program(pair.side(route.direction, true), name) else { return false };
    let is_own = |pattern: &Expr| matches!(pattern, Expr::Tuple(items) if items.len() == size && items.first().and_then(Expr::as_atom) == Some(tag));
    let functions = program.names().into_iter().filter(|(function, _)| function.as_str() != "code_change");
    let written = functions.filter_map(|(name, arity)| Some((usize::from(name.as_str().starts_with("handle_")), program.function(&name, arity)?)));
    written.into_iter().any(|(first, function)| {
        let mut patterns = function.clauses.iter().flat_map(|clause| clause.patterns.iter().skip(first));
        patterns.any(|pattern| is_own(pattern) || matches!(pattern, Expr::Bind(left, right) if is_own(left) || is_own(right)))
    })
}

/// Whether calls of the path end processes, or talk to them: they may convert the state, or start from a new one.
fn has_own_way(pair: &Pair<'_>, route: &Route<'_>) -> bool {
    let is_own = |done: &Done| {
        let function = done.function.as_str();
        match done.module.as_str() {
            "erlang" | "Elixir.Process" => matches!(function, "exit" | "send" | "!"),
            "sys" | "gen_server" | "gen_statem" | "gen_event" | "Elixir.GenServer" => !function.starts_with("start"),
            _ => false,
        }
    };
    pair.lives.passed(route.direction).is_some_and(|passed| passed.applied.iter().any(|(_, done)| is_own(done)))
}

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        for (application, module, fact) in pair.module_impacts(|change| matches!(change, Change::State(_) | Change::StateShape { .. })) {
            // The old code knows nothing of the new state, whatever the new code accepts.
            let effect = if let Change::State(StateChange { effect, .. }) = &fact.change { *effect } else { StateEffect::Unsure };
            let is_error = match effect {
                StateEffect::Defaults => continue,
                StateEffect::Unmatched => true,
                StateEffect::Accepted => route.direction == Direction::Down,
                StateEffect::Unsure | StateEffect::Retyped => false,
            };
            let name = Atom::new(&module.name);
            let Some(span) = route.loaded(&name).filter(|_| is_left(pair, route, &name) && !is_handled(pair, route, &name)) else { continue };
            // Who is stopped a few steps later most often meets nothing until then.
            let (is_error, label) = if pair.is_stopped(route, &name) {
                (false, "until its processes are stopped, they run the new code with the old state")
            } else {
                (is_error && !has_own_way(pair, route), "its processes continue with the old state and the new code")
            };
            found.push(
                Diagnostic::new(&STATE_NOT_CONVERTED, format!("`{}` is only loaded, but {}", module.name, fact.change))
                    .label(span, label)
                    .help(format!(
                        "write `{{update,{name},{{advanced,[]}}}}` and convert the state in `code_change`, or `{{restart_application,{}}}`",
                        application.name
                    ))
                    .severity(if is_error { Severity::Error } else { Severity::Warning })
                    .on_path(&route.name),
            );
        }
    }
}
