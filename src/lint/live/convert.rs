//! What a path makes of states: by `code_change`, by the functions of agents, by `sys:replace_state`.

use super::code::{Code, NO_REPLIES};
use crate::appup::Direction;
use crate::beam::Attribute;
use crate::interpret::{Done, Machine, Made, Run, Value};
use crate::lint::lives::{Conversion, Half, Passed};
use crate::lint::{Pair, Route};
use crate::term::{Atom, Term};
use std::collections::BTreeSet;

/// Replaces what the processes keep that a call names; without a name those of the module whose function replaces it.
pub(super) fn replace(passed: &mut Passed, before: &Half, code: &Code<'_, '_>, done: &Done) {
    let [process, fun, ..] = done.arguments.as_slice() else { return };
    let owner = if process.is_literal() { before.of_name(process) } else { fun.as_module() };
    let Some((module, (machine, living))) = owner.and_then(|module| before.processes.get_key_value(module)) else { return };
    let states = passed.replaced.get(module).unwrap_or(&living.states).clone();
    // A state machine gives its name as well.
    let replaced = states
        .into_iter()
        .map(|state| if *machine == Machine::Server { code.run(None, &NO_REPLIES, |world| Run::new(world).apply(fun, vec![state])) } else { Value::Any });
    passed.replaced.insert(module.clone(), replaced.filter(|state| !state.is_never()).collect());
}

/// What the agents of a module keep after their conversion: the `Extra` names the function that makes it (`Agent.Server`).
pub(super) fn converted_agents(before: &Half, code: &Code<'_, '_>, (module, extra): (&Atom, &Term)) -> Vec<(Value, Value)> {
    let extra = Value::of_term(extra);
    let Some([owner, function, Value::List(given, None)]) = extra.as_tuple() else { return Vec::new() };
    let starts = before.all_done().filter(|done| done.by == *module && done.is("Elixir.Agent", &["keeps"]));
    let names: BTreeSet<String> = starts.filter_map(|done| done.arguments.first()).map(ToString::to_string).collect();
    let kept = before.stored.agents.iter().filter(|(name, _)| names.contains(&name.to_string()));
    kept.map(|(name, state)| {
        let arguments: Vec<Value> = std::iter::once(state.clone()).chain(given.iter().cloned()).collect();
        (name.clone(), code.run(None, &NO_REPLIES, |world| Run::new(world).apply_named(owner, function, arguments)))
    })
    .collect()
}

/// Runs `code_change` as the release handler does, with the version of the module that the instruction names: going up the new module's, going down that of the module which runs.
pub(super) fn convert<'a>(
    pair: &Pair<'a>,
    route: &Route<'a>,
    (named, module, extra): (&Atom, &Atom, &Term),
    states: &[Value],
    at: usize,
) -> Option<Conversion> {
    let (from, to) = (pair.side(route.direction, false), pair.side(route.direction, true));
    let code = Code::at(pair, route, at);
    let vsn = |release| match pair.facts(release, named).as_ref().and_then(|facts| facts.vsn()) {
        Some(Attribute::Term(term)) => Value::of_vsn(term),
        // The compiler makes one of the MD5: a number.
        Some(Attribute::Unbuilt(_)) | None => Value::Number(None),
    };
    let version = match route.direction {
        Direction::Up => vsn(from),
        Direction::Down => Value::tuple(vec![Value::atom("down"), vsn(to)]),
    };
    let program = code.program(module)?;
    let name = Atom::new("code_change");
    let arity = [3, 4].into_iter().find(|arity| program.function(&name, *arity).is_some())?;
    let mut conversion = Conversion {
        at,
        named: named.clone(),
        states: Vec::new(),
        refused: None,
        answers: Vec::new(),
        done: Vec::new(),
        faults: Vec::new(),
        entered: Vec::new(),
    };
    for state in states {
        // Of a state of which nothing is known nothing is made that is certain.
        if *state == Value::Any {
            conversion.states.push(Value::Any);
            continue;
        }
        let extra = Value::of_term(extra);
        let arguments = match (arity, state.as_tuple()) {
            (4, Some([name, data])) => vec![version.clone(), name.clone(), data.clone(), extra],
            (4, _) => continue,
            _ => vec![version.clone(), state.clone(), extra],
        };
        code.run(None, &NO_REPLIES, |world| {
            let mut run = Run::new(world);
            let answer = run.call(module, &name, arguments);
            for answer in answer.members() {
                let is_machine = pair.facts(code.release, module).is_some_and(|facts| facts.behaviours.iter().any(|name| name.as_str() == "gen_statem"));
                match (arity, answer.tagged("ok")) {
                    (4, Some([_])) if is_machine => conversion.refused = Some(answer.clone()),
                    (3, Some([state])) => conversion.states.push(state.clone()),
                    (4, Some([name, data])) => conversion.states.push(Value::tuple(vec![name.clone(), data.clone()])),
                    _ if *answer == Value::Any => conversion.states.push(Value::Any),
                    _ => {}
                }
                conversion.answers.push(answer.clone());
            }
            // What another module makes of it that is not known is one of several things.
            if run.is_guessed {
                conversion.states = vec![Value::Any];
            }
            conversion.done.extend(run.done);
            conversion.faults.extend(run.faults.into_iter().filter(|fault| !fault.is_guess(&run.guesses)));
            conversion.entered.extend(run.entered);
        });
    }
    Some(conversion)
}

/// Whether a second conversion gives the states back as they are. What it makes of them may look the same and be another value, as a
/// number that is multiplied twice; so what counts is whether they are made again.
pub(super) fn stays_converted<'a>(pair: &Pair<'a>, route: &Route<'a>, (named, module, extra): (&Atom, &Atom, &Term), states: &[Value], at: usize) -> bool {
    let mark = (Atom::new(""), 0);
    let marked: Vec<Value> = states.iter().map(|state| state.clone().with_made(Made(Some(mark.clone())))).collect();
    let Some(second) = convert(pair, route, (named, module, extra), &marked, at) else { return true };
    // Of what is not known nothing is to be seen.
    let is_same = second.states == states && states.iter().all(Value::is_literal);
    let is_passed_on = |state: &Value| *state == Value::Any || state.made().is_none_or(|made| *made == mark);
    (is_same || second.states.iter().all(is_passed_on)) && second.faults.iter().all(|fault| fault.caught)
}
