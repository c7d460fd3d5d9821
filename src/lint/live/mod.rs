//! What lives on across a path: the code of one release, run on the values that the code of the other one created.
//!
//! In go two releases and the scripts between them; out comes what the processes of each keep and do, what the calls of a path do,
//! what conversions make of states, and what fails. The rules read it; it is made once for a pair, before they run.

mod causes;
mod code;

pub use causes::{Caused, caused, takes};

use super::lives::{Conversion, Half, Lives, Passed, Stored};
use super::{Pair, Route};
use crate::appup::Direction;
use crate::beam::{Attribute, Facts};
use crate::interpret::{Done, Living, Run, Value, machine_of, messages, started, supervisor};
use crate::parallel;
use crate::release::{Application, Release};
use crate::relup::LowOp;
use crate::term::{Atom, Term};
use code::{Code, NO_REPLIES, NOT_FOLLOWED, Replies};
use std::collections::{BTreeMap, BTreeSet};

/// Modules whose functions are looked at for what they put under a name name one of these.
const STORES: &[&str] = &["ets", "persistent_term"];
/// How many modules are worth a thread.
const WORTH_A_THREAD: usize = 2;

/// What lives on between the releases of a pair.
pub fn live(pair: &Pair<'_>) -> Lives {
    if pair.hot_routes().next().is_none() {
        return Lives::default();
    }
    let relevant = relevant(pair);
    let base = half(pair, pair.base, &relevant);
    let target = half(pair, pair.target, &relevant);
    let mut lives = Lives { base, target, passed: Vec::new() };
    lives.passed = pair.hot_routes().map(|route| (route.direction, pass(pair, &lives, route))).collect();
    lives
}

/// The names of the applications that change, and of those that use them.
fn relevant(pair: &Pair<'_>) -> BTreeSet<String> {
    let changed: BTreeSet<&str> = pair.comparison.applications.iter().filter(|change| !change.modules.is_empty()).map(|change| change.name.as_str()).collect();
    let uses = |application: &Application| application.file.applications.iter().any(|used| changed.contains(used.value.as_str()));
    let both = [pair.base, pair.target].into_iter().flat_map(|release| &release.applications);
    let all = both.filter(|application| changed.contains(application.name.value.as_str()) || uses(application));
    let followed = all.filter(|application| !NOT_FOLLOWED.contains(&application.name.value.as_str()));
    followed.map(|application| application.name.value.as_str().to_owned()).collect()
}

/// What one of the releases keeps.
fn half<'a>(pair: &Pair<'a>, release: &'a Release, relevant: &BTreeSet<String>) -> Half {
    let code = Code::of(pair, release);
    let applications: Vec<&Application> = release.applications.iter().filter(|application| relevant.contains(application.name.value.as_str())).collect();
    let modules: Vec<&Atom> = applications.iter().flat_map(|application| application.file.modules.iter().map(|module| &module.value)).collect();
    let mut half = Half::default();
    let processes = parallel::map(&modules, WORTH_A_THREAD, |module| {
        let program = code.program(module)?;
        let machine = machine_of(&pair.facts(release, module)?.behaviours, &program)?;
        Some(((*module).clone(), (machine, code.run(None, &NO_REPLIES, |world| Living::of(world, &program, machine)))))
    });
    half.processes = processes.into_iter().flatten().collect();
    let supervisors = parallel::map(&modules, WORTH_A_THREAD, |module| {
        code.program(module)?;
        let is_supervisor = pair.facts(release, module)?.behaviours.iter().any(|behaviour| Facts::supervises(behaviour.as_str()));
        let found = is_supervisor.then(|| code.run(None, &NO_REPLIES, |world| supervisor(world, module))).flatten()?;
        Some(((*module).clone(), found))
    });
    half.supervisors = supervisors.into_iter().flatten().collect();
    for module in half.processes.keys().chain(half.supervisors.keys()) {
        half.names.extend(names(&code, module));
    }
    for callback in applications.iter().filter_map(|application| application.file.callback.as_ref()) {
        let module = &callback.value;
        let done = code.run(None, &NO_REPLIES, |world| {
            let mut run = Run::new(world);
            run.call(module, &Atom::new("start"), vec![Value::Any, Value::Any]);
            run.done
        });
        for start in &done {
            if let Some(found) = code.run(None, &NO_REPLIES, |world| started(world, start)) {
                half.names.extend(name_of_options(start).map(|name| (name, module.clone())));
                half.supervisors.insert(module.clone(), found);
            }
        }
        half.starts.insert(module.clone(), done);
    }
    let is_store = |module: &&Atom| pair.look(release, module).is_some_and(|look| look.names_any(|name| STORES.contains(&name)));
    let offering: Vec<&Atom> = modules.into_iter().filter(is_store).collect();
    half.offered = offer(&half, pair, &code, &offering);
    let later = half.processes.values().flat_map(|(_, living)| living.begun.iter().chain(living.done.iter().map(|(_, done)| done)));
    let all = later.chain(half.starts.values().flatten()).chain(half.offered.values().flatten());
    let mut stored = Stored::default();
    all.for_each(|done| stored.put(done));
    half.stored = stored;
    half
}

/// Runs what modules offer: their exported functions, but for the callbacks of processes, with arguments of which nothing is known.
fn offer(known: &Half, pair: &Pair<'_>, code: &Code<'_, '_>, modules: &[&Atom]) -> BTreeMap<Atom, Vec<Done>> {
    let offered = parallel::map(modules, WORTH_A_THREAD, |module| {
        let program = code.program(module)?;
        let interface = pair.look(code.release, module)?.interface()?;
        let is_callback =
            |name: &str| known.processes.contains_key(*module) && (name.starts_with("handle_") || matches!(name, "init" | "code_change" | "terminate"));
        let offered = code.run(None, &NO_REPLIES, |world| {
            let mut run = Run::new(world);
            for (name, arity) in interface.exports.iter().filter(|(name, _)| !is_callback(name.as_str())) {
                if program.function(name, *arity).is_some() {
                    run.call(&program.module, name, vec![Value::Any; *arity as usize]);
                }
            }
            run.done
        });
        Some(((*module).clone(), offered))
    });
    offered.into_iter().flatten().collect()
}

/// The names that the processes of a module get where it starts them.
fn names(code: &Code<'_, '_>, module: &Atom) -> Vec<(Value, Atom)> {
    let Some(program) = code.program(module) else { return Vec::new() };
    let starts = program.names().into_iter().filter(|(name, _)| name.as_str().starts_with("start"));
    let mut all = Vec::new();
    for (name, arity) in starts {
        let done = code.run(None, &NO_REPLIES, |world| {
            let mut run = Run::new(world);
            run.call(module, &name, vec![Value::Any; arity as usize]);
            run.done
        });
        for done in done.iter().filter(|done| done.function.as_str().starts_with("start")) {
            all.extend(name_of(done).map(|name| (name, module.clone())));
        }
    }
    all
}

/// The name that a start gives a process: `{local,Name}`, `{global,Name}`, `name: Name`.
pub fn name_of(done: &Done) -> Option<Value> {
    match (done.module.as_str(), done.arguments.as_slice()) {
        ("gen_server" | "gen_statem" | "supervisor", [name, _, _, ..]) => match (name.tagged("local"), name.tagged("global")) {
            (Some([name]), _) => Some(name.clone()).filter(Value::is_literal),
            (_, Some([_])) => Some(name.clone()).filter(Value::is_literal),
            _ => None,
        },
        ("Elixir.GenServer" | "Elixir.Supervisor" | "Elixir.DynamicSupervisor", [_, _, _]) => name_of_options(done),
        _ => None,
    }
}

/// The name among the options that a start ends with.
fn name_of_options(done: &Done) -> Option<Value> {
    let named = done.arguments.last()?.as_list()?.iter().find_map(|option| option.tagged("name"))?;
    named.first().cloned().filter(Value::is_literal)
}

/// What a path does, and what fails after it.
fn pass<'a>(pair: &Pair<'a>, lives: &Lives, route: &Route<'a>) -> Passed {
    let to = pair.side(route.direction, true);
    let (before, after) = (lives.half(route.direction, false), lives.half(route.direction, true));
    let mut passed = Passed::default();
    for (at, step) in route.steps.iter().enumerate() {
        if let LowOp::Apply { module, function, arguments } = &step.op {
            let Some(arguments) = arguments.as_list() else { continue };
            let done = Code::at(pair, route, at).run(None, &NO_REPLIES, |world| {
                let mut run = Run::new(world);
                run.call(module, function, arguments.iter().map(Value::of_term).collect());
                run.done
            });
            for done in &done {
                for module in before.stopped_by(done) {
                    passed.stopped.entry(module).or_insert(at);
                }
            }
            passed.applied.extend(done.into_iter().map(|done| (at, done)));
        } else if let LowOp::CodeChange(_, list) = &step.op {
            for (module, extra) in list {
                if let Some((_, living)) = before.processes.get(module) {
                    let conversion = convert(pair, route, (module, extra), living, at);
                    passed.converted.extend(conversion.map(|conversion| (module.clone(), conversion)));
                }
            }
        }
    }
    let changed: BTreeSet<&str> = pair.modules().map(|(_, change)| change.name.as_str()).collect();
    let stays: Vec<&Atom> = before.processes.keys().filter(|module| after.processes.contains_key(*module)).collect();
    let code = Code::of(pair, to);
    // What an upgraded process keeps; `None` where nothing of its code is new, or it starts again.
    let kept = |module: &Atom| {
        let (_, old) = before.processes.get(module)?;
        let (_, new) = after.processes.get(module)?;
        let is_new = |living: &Living| changed.contains(module.as_str()) || living.entered.iter().any(|entered| changed.contains(entered.as_str()));
        let lives_on = (is_new(old) || is_new(new)) && !pair.starts_again(route, module) && !passed.stopped.contains_key(module);
        lives_on.then(|| passed.converted.get(module).map_or_else(|| old.states.clone(), |conversion| conversion.states.clone()))
    };
    let meet = |module: &Atom, states: Vec<Value>, replies: Replies<'_>| {
        let (machine, program) = (after.processes.get(module)?.0, code.program(module)?);
        let mut living = Living { states, ..Living::default() };
        // What was put under names by the old code is read by the new one.
        code.run(Some(&before.stored), replies, |world| living.meet(world, &program, machine, &messages(world, &program, machine)));
        Some(living)
    };
    let met: BTreeMap<Atom, Living> =
        parallel::map(&stays, WORTH_A_THREAD, |module| Some(((*module).clone(), meet(module, kept(module)?, &NO_REPLIES)?))).into_iter().flatten().collect();
    // Those that ask them get what was kept.
    let reply = |name: &Value, request: &Value| met.get(after.of_name(name)?)?.reply_to(request);
    let fresh = |name: &Value, request: &Value| after.processes.get(after.of_name(name)?)?.1.reply_to(request);
    let failing = parallel::map(&stays, WORTH_A_THREAD, |module| {
        let (Some((_, old)), Some((_, new))) = (before.processes.get(*module), after.processes.get(*module)) else { return Vec::new() };
        let asks = new.done.iter().chain(&old.done).any(|(_, done)| done.function.as_str() == "call");
        let states = kept(module).or_else(|| asks.then(|| new.states.clone()));
        let Some(states) = states else { return Vec::new() };
        let Some(living) = meet(module, states, &reply) else { return Vec::new() };
        let beside = if asks { meet(module, new.states.clone(), &fresh) } else { None };
        let beside = beside.unwrap_or_default();
        living.faults_beside(&[old, new, &beside]).map(|fault| ((*module).clone(), fault.clone())).collect()
    });
    passed.failing = failing.into_iter().flatten().collect();
    passed
}

/// Runs `code_change` as the release handler does: going up the new module's, going down that of the module which runs.
fn convert<'a>(pair: &Pair<'a>, route: &Route<'a>, (module, extra): (&Atom, &Term), living: &Living, at: usize) -> Option<Conversion> {
    let (from, to) = (pair.side(route.direction, false), pair.side(route.direction, true));
    let code = Code::at(pair, route, at);
    let vsn = |release| match pair.facts(release, module).as_ref().and_then(|facts| facts.vsn()) {
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
    let mut conversion = Conversion { at, ..Conversion::default() };
    for state in &living.states {
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
                match (arity, answer.tagged("ok")) {
                    (3, Some([state])) => conversion.states.push(state.clone()),
                    (4, Some([name, data])) => conversion.states.push(Value::tuple(vec![name.clone(), data.clone()])),
                    _ if *answer == Value::Any => conversion.states.push(Value::Any),
                    _ => {}
                }
                conversion.answers.push(answer.clone());
            }
            conversion.done.extend(run.done);
            conversion.faults.extend(run.faults);
            conversion.entered.extend(run.entered);
        });
    }
    Some(conversion)
}
