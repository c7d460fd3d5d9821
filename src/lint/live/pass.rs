//! What a path does, step by step, and what fails after it.

use super::after::After;
use super::code::{Code, NO_REPLIES};
use super::convert::{convert, converted_agents, replace, stays_converted};
use super::sends::handle;
use super::start::{looping, restarted};
use crate::appup::Direction;
use crate::interpret::{Done, Fault, Run, Value};
use crate::lint::lives::{Half, Lives, Passed};
use crate::lint::{Pair, Route};
use crate::relup::LowOp;
use crate::term::Atom;

/// What a path does, and what fails after it.
pub(super) fn pass<'a>(pair: &Pair<'a>, lives: &Lives, route: &Route<'a>) -> Passed {
    let (before, after) = (lives.half(route.direction, false), lives.half(route.direction, true));
    let mut passed = steps(pair, route, before);
    let over = After::new(pair, route, (before, after), &passed);
    let left = over.left(&before.stored);
    let found = over.fails(&|module| over.kept(module), &left);
    let (mut failing, mut seldom) = (found.failing, Vec::new());
    // A node that goes down came up before: what its new code does only when it starts it did not do.
    if let (Direction::Down, Some(up)) = (route.direction, lives.passed(Direction::Up))
        && !failing.is_empty()
    {
        let left = over.left(&before.late.stored.with(&up.left));
        let again = over.fails(&|module| over.kept_of_upgraded(module, up, &lives.base), &left).failing;
        let is_there =
            |(process, fault): &(Atom, Fault)| again.iter().any(|(other, known)| other == process && known.kind == fault.kind && known.module == fault.module);
        (failing, seldom) = failing.into_iter().partition(is_there);
    }
    let code = (Code::of(pair, pair.side(route.direction, true)), Code::of(pair, pair.side(route.direction, false)));
    passed.restarting = restarted(pair, before, &passed, (&code.0, &code.1), route);
    failing.extend(looping(pair, route, before));
    for (module, living) in found.met {
        passed.states.insert(module.clone(), living.states);
        passed.later.insert(module, living.done);
    }
    (passed.failing, passed.seldom, passed.left) = (failing, seldom, left);
    passed
}

/// What the steps of a path do: its calls, followed, and its conversions.
fn steps<'a>(pair: &Pair<'a>, route: &Route<'a>, before: &Half) -> Passed {
    let mut passed = Passed::default();
    for (at, step) in route.steps.iter().enumerate() {
        let code = Code::at(pair, route, at);
        if let LowOp::Apply { module, function, arguments } = &step.op {
            let Some(arguments) = arguments.as_list() else { continue };
            let done = code.run(Some(&before.stored), &NO_REPLIES, |world| {
                let mut run = Run::new(world);
                run.elsewhere(|run| run.call(module, function, arguments.iter().map(Value::of_term).collect()));
                run.done
            });
            let handled: Vec<Done> = done.iter().flat_map(|done| handle(&code, before, done)).collect();
            let done = [done, handled].concat();
            for done in &done {
                for module in before.stopped_by(done) {
                    passed.stopped.entry(module).or_insert(at);
                }
            }
            for done in done.iter().filter(|done| done.is("sys", &["replace_state"])) {
                replace(&mut passed, before, &code, done);
            }
            passed.applied.extend(done.into_iter().map(|done| (at, done)));
        } else if let LowOp::CodeChange(_, list) = &step.op {
            for (module, extra) in list.iter().filter(|(module, _)| route.converts_at(module, at)) {
                passed.agents.extend(converted_agents(before, &code, (module, extra)));
                for runs in before.found_by(module) {
                    let Some((_, living)) = before.processes.get(runs) else { continue };
                    if let Some(first) = passed.converted.get(runs) {
                        if !stays_converted(pair, route, (module, runs, extra), &first.states, at) {
                            let other = if module == runs { first.named.clone() } else { module.clone() };
                            passed.twice.push((runs.clone(), other, at));
                        }
                        continue;
                    }
                    let conversion = convert(pair, route, (module, runs, extra), &living.states, at);
                    passed.converted.extend(conversion.map(|conversion| (runs.clone(), conversion)));
                }
            }
        }
    }
    let tells = |done: &&Done| done.is_request() || done.is("erlang", &["send"]);
    passed.asked = passed.done().filter(tells).filter_map(|done| before.of_name(done.arguments.first()?).cloned()).collect();
    passed
}
