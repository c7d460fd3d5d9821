//! What lives on across a path: the code of one release, run on the values that the code of the other one created.
//!
//! In go two releases and the scripts between them; out comes what the processes of each keep and do, what the calls of a path do,
//! what conversions make of states, and what fails. The rules read it; it is made once for a pair, before they run.

mod causes;
mod code;

pub use causes::{Caused, Means, caused, caused_by_others, is_meant, takes};

use super::lives::{Conversion, Half, Lives, Offered, Passed, Stored};
use super::{Pair, Route};
use crate::appup::Direction;
use crate::beam::{Attribute, Expr, Facts, Function, Interface, Line, Names, Program};
use crate::compare::{Change, ModuleChange};
use crate::interpret::{
    Child, Done, Fault, FaultKind, Fun, Living, Machine, Message, Run, Value, child, machine_of, messages, name_forms, name_of, name_of_options, started,
    started_with, supervisor,
};
use crate::parallel;
use crate::release::{Application, Release};
use crate::relup::LowOp;
use crate::term::{Atom, Term};
use code::{Code, NO_REPLIES, NOT_FOLLOWED, Replies};
use std::collections::{BTreeMap, BTreeSet};

/// Modules whose functions are looked at for what they put under a name name one of these.
const STORES: &[&str] = &["ets", "persistent_term", "Elixir.Agent", "Elixir.Registry"];
/// So are those that name one of these, which are atoms of calls that start children, set the environment, set timers for others.
const CALLS: &[&str] = &["start_child", "set_env", "put_env", "send_after", "start_timer"];
/// And those that ask a process something.
const ASKS: &[&str] = &["gen_server", "gen_statem", "gen_event", "Elixir.GenServer"];
/// And, where configuration changed, those that read it.
const READS: &[&str] = &["get_env", "fetch_env", "fetch_env!"];
/// How many ways of beginning the processes of a module are looked at.
const MAX_BEGUN: usize = 4;
/// How many messages of others arrive at the processes of a module.
const MAX_SENT: usize = 16;
/// How many modules are worth a thread.
const WORTH_A_THREAD: usize = 2;

/// What lives on between the releases of a pair.
pub fn live(pair: &Pair<'_>) -> Lives {
    if pair.hot_routes().next().is_none() {
        return Lives::default();
    }
    let mut lives = kept(pair);
    lives.passed = passed(pair, &lives);
    lives
}

/// What the two releases keep, whatever the paths between them do.
pub fn kept(pair: &Pair<'_>) -> Lives {
    let relevant = relevant(pair);
    Lives { base: half(pair, pair.base, &relevant), target: half(pair, pair.target, &relevant), passed: Vec::new() }
}

/// What the paths do to it.
pub fn passed(pair: &Pair<'_>, lives: &Lives) -> Vec<(Direction, Passed)> {
    pair.hot_routes().map(|route| (route.direction, pass(pair, lives, route))).collect()
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
    let supervisors = parallel::map(&modules, WORTH_A_THREAD, |module| {
        let is_supervisor = pair.facts(release, module)?.behaviours.iter().any(|behaviour| Facts::supervises(behaviour.as_str()));
        // Without its code nothing is known.
        is_supervisor.then(|| code.program(module)).flatten()?;
        let found = code.run(None, &NO_REPLIES, |world| supervisor(world, module))?;
        Some(((*module).clone(), found))
    });
    half.supervisors = supervisors.into_iter().flatten().collect();
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
    // Processes of no behaviour, as their supervisor starts them.
    let special: Vec<(Atom, (Atom, Atom, Value))> = half.children().filter_map(|child| Some((child.runs.clone()?, child.start.clone()?))).collect();
    for (module, (owner, function, arguments)) in special {
        let runs_behaviour = pair.facts(release, &module).is_none_or(|facts| machine_of(&facts).is_some());
        if runs_behaviour || half.supervisors.contains_key(&module) || half.special.contains_key(&module) || code.program(&module).is_none() {
            continue;
        }
        let done = code.run(None, &NO_REPLIES, |world| {
            let mut run = Run::new(world);
            run.call(&owner, &function, arguments.as_list().map(<[Value]>::to_vec).unwrap_or_default());
            run.done
        });
        half.special.insert(module, done);
    }
    let mut given = begun_with(&half);
    // What starts children by calls may start others of a module.
    let starting = Names::of(["start_child"]);
    let is_open = half.supervisors.values().any(|supervisor| supervisor.children.is_none())
        || modules.iter().any(|module| pair.look(release, module).is_some_and(|look| look.names_any(&starting)));
    if is_open {
        given.values_mut().for_each(|arguments| arguments.push(Value::Any));
    }
    let processes = parallel::map(&modules, WORTH_A_THREAD, |module| {
        let machine = machine_of(pair.facts(release, module)?.as_ref())?;
        let program = code.program(module)?;
        let given = given.get(*module).map_or(&[Value::Any] as &[Value], Vec::as_slice);
        Some(((*module).clone(), (machine, code.run(None, &NO_REPLIES, |world| Living::of(world, &program, machine, given)))))
    });
    half.processes = processes.into_iter().flatten().collect();
    let named: Vec<(Value, Atom)> = half.children().filter_map(|child| Some((child.name.clone()?, child.runs.clone()?))).collect();
    half.names.extend(named);
    for module in half.processes.keys().chain(half.supervisors.keys()) {
        for done in begins(&code, module) {
            half.names.extend(name_of(&done).map(|name| (name, module.clone())));
            half.name_forms.extend(name_forms(&done).into_iter().map(|name| (name, module.clone())));
        }
    }
    let is_configured = pair.application_impacts(|change| matches!(change, Change::Environment { .. })).next().is_some()
        || pair.comparison.impacts.iter().any(|fact| matches!(fact.change, Change::SystemConfig(_)));
    let sets = Names::of(["set_env", "put_env"]);
    let sets = || modules.iter().any(|module| pair.look(release, module).is_some_and(|look| look.names_any(&sets)));
    let reads: &[&str] = if is_configured || sets() { READS } else { &[] };
    let named = Names::of([STORES, CALLS, ASKS, reads].concat());
    let is_store = |module: &&Atom| pair.look(release, module).is_some_and(|look| look.names_any(&named));
    let offering: Vec<&Atom> = modules.into_iter().filter(is_store).collect();
    half.offered = offer(&half, pair, &code, &offering, None);
    send(&mut half, &code);
    let later = half.processes.values().flat_map(|(_, living)| living.begun.iter().chain(living.done.iter().map(|(_, done)| done)));
    let all = later.chain(half.starts.values().flatten()).chain(half.offered.values().flat_map(|offered| &offered.done));
    let mut stored = Stored::default();
    all.for_each(|done| stored.put(done));
    half.stored = stored;
    half
}

/// What `init/1` of the modules is given whose processes are children that are written out, and no others.
fn begun_with(half: &Half) -> BTreeMap<Atom, Vec<Value>> {
    let mut given: BTreeMap<Atom, Vec<Value>> = BTreeMap::new();
    let mut open: BTreeSet<&Atom> = BTreeSet::new();
    for supervisor in half.supervisors.values() {
        for child in supervisor.children.iter().flatten() {
            let Some(module) = &child.runs else { continue };
            match child.begins_with.as_ref().filter(|_| !supervisor.is_template()) {
                None => {
                    open.insert(module);
                }
                Some(argument) => {
                    let all = given.entry(module.clone()).or_default();
                    if !all.contains(argument) {
                        all.push(argument.clone());
                    }
                }
            }
        }
    }
    given.retain(|module, all| !open.contains(module) && all.len() <= MAX_BEGUN);
    given
}

/// Lets what processes were seen to send each other arrive: what others gave them is among the things that they keep.
fn send(half: &mut Half, code: &Code<'_, '_>) {
    let mut sent: BTreeMap<Atom, Vec<Message>> = BTreeMap::new();
    for done in half.all_done() {
        let Some((receiver, message)) = sent_by(half, done) else { continue };
        let all = sent.entry(receiver).or_default();
        if all.len() < MAX_SENT && !all.contains(&message) {
            all.push(message);
        }
    }
    let receivers: Vec<(Atom, Vec<Message>)> = sent.into_iter().collect();
    let met = parallel::map(&receivers, 1, |(receiver, sent)| {
        let (machine, living) = half.processes.get(receiver)?;
        let (program, mut living) = (code.program(receiver)?, living.clone());
        code.run(None, &NO_REPLIES, |world| {
            let mut all = messages(world, &program, *machine);
            all.extend(sent.iter().cloned());
            living.meet(world, &program, *machine, &all);
        });
        Some((receiver.clone(), (*machine, living)))
    });
    half.processes.extend(met.into_iter().flatten());
}

/// What a server does about a call of a path: its callback runs in the code of that step.
fn handle(code: &Code<'_, '_>, half: &Half, done: &Done) -> Vec<Done> {
    let Some((receiver, message)) = sent_by(half, done) else { return Vec::new() };
    let Some((_, living)) = half.processes.get(&receiver) else { return Vec::new() };
    let states: Vec<Value> = if living.states.is_empty() { vec![Value::Any] } else { living.states.clone() };
    code.run(None, &NO_REPLIES, |world| {
        let mut run = Run::new(world);
        for state in states {
            let mut arguments = message.arguments.clone();
            arguments.last_mut().into_iter().for_each(|last| *last = state.clone());
            run.call(&receiver, &message.callback, arguments);
        }
        run.done
    })
}

/// What a call sends to a server, where more is known of it than its tag, and which module that runs.
fn sent_by(half: &Half, done: &Done) -> Option<(Atom, Message)> {
    let [name, sent, ..] = done.arguments.as_slice() else { return None };
    let callback = match (done.module.as_str(), done.function.as_str()) {
        ("gen_server" | "Elixir.GenServer", "call") => "handle_call",
        ("gen_server" | "Elixir.GenServer", "cast") => "handle_cast",
        ("erlang", "send") => "handle_info",
        _ => return None,
    };
    let says_something = |value: &Value| *value != Value::Any && !value.is_never();
    let (_, further) = sent.as_tuple()?.split_first()?;
    let receiver = half.of_name(name).filter(|_| further.iter().any(says_something))?;
    let is_server = half.processes.get(receiver).is_some_and(|(machine, _)| *machine == Machine::Server);
    let rest = if callback == "handle_call" { vec![Value::Any; 2] } else { vec![Value::Any] };
    let arguments = std::iter::once(sent.clone()).chain(rest).collect();
    is_server.then(|| (receiver.clone(), Message { callback: Atom::new(callback), arguments }))
}

/// Runs what modules offer: their exported functions, but for the callbacks of processes, with arguments of which nothing is known.
fn offer(known: &Half, pair: &Pair<'_>, code: &Code<'_, '_>, modules: &[&Atom], stored: Option<&Stored>) -> BTreeMap<Atom, Offered> {
    let offered = parallel::map(modules, WORTH_A_THREAD, |module| {
        let program = code.program(module)?;
        let interface = pair.look(code.release, module)?.interface()?;
        let is_callback =
            |name: &str| known.processes.contains_key(*module) && (name.starts_with("handle_") || matches!(name, "init" | "code_change" | "terminate"));
        let offered = code.run(stored, &NO_REPLIES, |world| {
            let mut run = Run::new(world);
            for (name, arity) in interface.exports.iter().filter(|(name, _)| !is_callback(name.as_str())) {
                if program.function(name, *arity).is_some() {
                    run.call(&program.module, name, vec![Value::Any; *arity as usize]);
                }
            }
            Offered { done: run.done, faults: run.faults, entered: run.entered }
        });
        Some(((*module).clone(), offered))
    });
    offered.into_iter().flatten().collect()
}

/// The calls by which a module starts its processes.
fn begins(code: &Code<'_, '_>, module: &Atom) -> Vec<Done> {
    let Some(program) = code.program(module) else { return Vec::new() };
    let starts = program.names().into_iter().filter(|(name, _)| name.as_str().starts_with("start"));
    let done = starts.flat_map(|(name, arity)| {
        code.run(None, &NO_REPLIES, |world| {
            let mut run = Run::new(world);
            run.call(module, &name, vec![Value::Any; arity as usize]);
            run.done
        })
    });
    done.filter(|done| done.function.as_str().starts_with("start")).collect()
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
            let handled: Vec<Done> = done.iter().flat_map(|done| handle(&Code::at(pair, route, at), before, done)).collect();
            let done = [done, handled].concat();
            for done in &done {
                for module in before.stopped_by(done) {
                    passed.stopped.entry(module).or_insert(at);
                }
            }
            passed.applied.extend(done.into_iter().map(|done| (at, done)));
        } else if let LowOp::CodeChange(_, list) = &step.op {
            for (module, extra) in list.iter().filter(|(module, _)| route.converts_at(module, at)) {
                passed.agents.extend(converted_agents(before, &Code::at(pair, route, at), (module, extra)));
                for runs in before.found_by(module) {
                    let Some((_, living)) = before.processes.get(runs) else { continue };
                    let conversion = convert(pair, route, (runs, extra), living, at);
                    passed.converted.extend(conversion.map(|conversion| (runs.clone(), conversion)));
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
        let lives_on = (is_new(old) || is_new(new)) && !pair.none_lives_on(route, &passed, module);
        lives_on.then(|| passed.converted.get(module).map_or_else(|| old.states.clone(), |conversion| conversion.states.clone()))
    };
    // What was put under names by the old code is read by the new one, unless the path writes it again or its owner ends.
    let ends = |table: &Value| before.owners(table).any(|module| pair.none_lives_on(route, &passed, module));
    let mut left = before.stored.left_by(passed.done(), ends);
    // What a process is registered with goes with it.
    let registers = |done: &Done, name: &Value| done.is("Elixir.Registry", &["register"]) && done.arguments.first() == Some(name);
    let ended = |name: &Value| before.all_done().any(|done| registers(done, name) && pair.none_lives_on(route, &passed, &done.by));
    left.registered.retain(|(name, _)| !ended(name));
    for (name, state) in &passed.agents {
        left.agents.iter_mut().filter(|(known, _)| known == name).for_each(|(_, kept)| *kept = state.clone());
    }
    let old_code = Code::of(pair, pair.side(route.direction, false));
    // What the old code has under way arrives as well.
    let under_way = |module: &Atom, machine: Machine| {
        let all = before.processes.get(module).map(|(_, old)| caused(module, machine, old)).unwrap_or_default();
        let server = machine == Machine::Server;
        all.into_iter()
            .filter(move |_| server)
            .map(|one| Message { callback: Atom::new("handle_info"), arguments: one.arrives.into_iter().chain([Value::Any]).collect() })
    };
    let meet = |code: &Code<'_, '_>, module: &Atom, states: Vec<Value>, stored: &Stored, replies: Replies<'_>| {
        let (machine, program) = (after.processes.get(module)?.0, code.program(module)?);
        let mut living = Living { states, ..Living::default() };
        code.run(Some(stored), replies, |world| {
            let mut all = messages(world, &program, machine);
            all.extend(under_way(module, machine));
            living.meet(world, &program, machine, &all);
        });
        Some(living)
    };
    let meets = |module: &&Atom| Some(((*module).clone(), meet(&code, module, kept(module)?, &left, &NO_REPLIES)?));
    let met: BTreeMap<Atom, Living> = parallel::map(&stays, WORTH_A_THREAD, meets).into_iter().flatten().collect();
    // Those that ask them get what was kept.
    let reply = |name: &Value, request: &Value| met.get(after.of_name(name)?)?.reply_to(request);
    let fresh = |name: &Value, request: &Value| after.processes.get(after.of_name(name)?)?.1.reply_to(request);
    let former = |name: &Value, request: &Value| before.processes.get(before.of_name(name)?)?.1.reply_to(request);
    let failing = parallel::map(&stays, WORTH_A_THREAD, |module| {
        let (Some((_, old)), Some((_, new))) = (before.processes.get(*module), after.processes.get(*module)) else { return Vec::new() };
        let is_met = |done: &Done| {
            done.function.as_str() == "call" && done.arguments.first().and_then(|name| after.of_name(name)).is_some_and(|module| met.contains_key(module))
        };
        let asks = new.done.iter().chain(&old.done).any(|(_, done)| is_met(done));
        let states = kept(module).or_else(|| asks.then(|| new.states.clone()));
        let Some(states) = states else { return Vec::new() };
        // Those that ask no other process do the same again.
        let again = if asks { meet(&code, module, states, &left, &reply) } else { None };
        let Some(living) = again.as_ref().or_else(|| met.get(*module)) else { return Vec::new() };
        let mut beside: Vec<Living> = Vec::new();
        // What code does anyway is looked for only where something fails.
        if living.faults_beside(&[old, new]).next().is_some() {
            beside.extend(meet(&code, module, new.states.clone(), &after.stored, &fresh));
            beside.extend(meet(&old_code, module, old.states.clone(), &before.stored, &former));
        }
        let known: Vec<&Living> = [old, new].into_iter().chain(&beside).collect();
        living.faults_beside(&known).map(|fault| ((*module).clone(), fault.clone())).collect()
    });
    passed.failing = failing.into_iter().flatten().collect();
    // Code that neither changed nor calls what changed does what it did.
    let is_new = |module: &&Atom| {
        let offered = [before.offered.get(*module), after.offered.get(*module)];
        changed.contains(module.as_str()) || offered.iter().flatten().any(|offered| offered.entered.iter().any(|entered| changed.contains(entered.as_str())))
    };
    let reads = |module: &&Atom| after.offered.get(*module).is_some_and(|offered| offered.done.iter().any(|done| STORES.contains(&done.module.as_str())));
    let reading: Vec<&Atom> =
        after.offered.keys().filter(|module| before.offered.contains_key(*module)).filter(|module| is_new(module) && reads(module)).collect();
    let found = offer(after, pair, &code, &reading, Some(&left));
    let fails = |module: &&&Atom| found.get(**module).is_some_and(|offered| !offered.faults.is_empty());
    let failed: Vec<&Atom> = reading.iter().filter(fails).copied().collect();
    let one = offer(after, pair, &code, &failed, Some(&after.stored));
    let other = offer(before, pair, &old_code, &failed, Some(&before.stored));
    for (module, offered) in found {
        let known = [one.get(&module), other.get(&module), after.offered.get(&module), before.offered.get(&module)];
        let is_known = |fault: &&Fault| known.iter().flatten().any(|offered| offered.faults.iter().any(|other| other.is_like(fault)));
        passed.failing.extend(offered.faults.iter().filter(|fault| !is_known(fault)).map(|fault| (module.clone(), fault.clone())));
    }
    let further = restarted(before, &passed, (&code, &old_code), route);
    passed.failing.extend(further);
    passed.failing.extend(looping(pair, route, before));
    passed.later = met.into_iter().map(|(module, living)| (module, living.done)).collect();
    passed
}

/// What fails when a supervisor starts a child again: it does so with the function and the arguments that it was given.
fn restarted(before: &Half, passed: &Passed, (code, old_code): (&Code<'_, '_>, &Code<'_, '_>), route: &Route<'_>) -> Vec<(Atom, Fault)> {
    let mut starts: Vec<(Atom, Atom, Vec<Value>)> = Vec::new();
    let mut add = |start: &(Atom, Atom, Value), further: &[Value]| {
        if let Some(arguments) = start.2.as_list() {
            let arguments = arguments.iter().chain(further).cloned().collect();
            let start = (start.0.clone(), start.1.clone(), arguments);
            if !starts.contains(&start) {
                starts.push(start);
            }
        }
    };
    // An application that is removed ends with its supervisors.
    let is_gone = |module: &Atom| code.release.owner_of(module.as_str()).is_none();
    // What the path deletes is not started again.
    let is_deleted = |child: &Child| passed.done().any(|done| done.function.as_str() == "delete_child" && done.arguments.get(1) == Some(&child.id));
    for done in before.all_done().filter(|done| done.function.as_str() == "start_child") {
        let [supervisor, given] = done.arguments.as_slice() else { continue };
        if before.of_name(supervisor).is_some_and(is_gone) {
            continue;
        }
        let template = before.of_name(supervisor).and_then(|module| before.supervisors.get(module)).filter(|known| known.is_template());
        if let (Some(further), Some(children)) = (given.as_list(), template.and_then(|known| known.children.as_ref())) {
            children.iter().filter_map(|child| child.start.as_ref()).for_each(|start| add(start, further));
        } else if let Some(child) = old_code.run(None, &NO_REPLIES, |world| child(world, given)) {
            child.start.iter().for_each(|start| add(start, &[]));
        }
    }
    // What timers, `logger` and `telemetry` were given is called with what they were given.
    for done in before.all_done().filter(|done| !passed.done().any(|again| again.module == done.module && again.module.as_str() != "timer")) {
        let given = match (done.module.as_str(), done.function.as_str(), done.arguments.as_slice()) {
            ("timer", "apply_interval" | "apply_after", [_, Value::Atom(module), Value::Atom(function), arguments]) => {
                Some((module.clone(), function.clone(), arguments.clone()))
            }
            // It wakes up in what was current when the message arrives.
            ("proc_lib" | "erlang", "hibernate", [Value::Atom(module), Value::Atom(function), arguments]) if !route.converts(module) => {
                Some((module.clone(), function.clone(), arguments.clone()))
            }
            ("logger", "add_handler", [_, Value::Atom(module), config]) => {
                Some((module.clone(), Atom::new("log"), Value::List(vec![Value::Any, config.clone()], None)))
            }
            ("telemetry", "attach" | "attach_many", [_, _, Value::Fun(Fun::Named(module, function, 4)), config]) => {
                Some((module.clone(), function.clone(), Value::List(vec![Value::Any, Value::Any, Value::Any, config.clone()], None)))
            }
            // So does a loop that goes on by the name of its module.
            _ if done.module == done.by && !route.converts(&done.by) && !goes_on_converted(old_code, done) => {
                Some((done.module.clone(), done.function.clone(), Value::List(done.arguments.clone(), None)))
            }
            _ => None,
        };
        given.iter().for_each(|start| add(start, &[]));
    }
    // A supervisor that is updated takes the new specifications.
    for (_, known) in before.supervisors.iter().filter(|(module, known)| !known.is_template() && !route.converts(module) && !is_gone(module)) {
        known.children.iter().flatten().filter(|child| !is_deleted(child)).filter_map(|child| child.start.as_ref()).for_each(|start| add(start, &[]));
    }
    let faults = |code: &Code<'_, '_>, (module, function, arguments): &(Atom, Atom, Vec<Value>)| {
        code.run(None, &NO_REPLIES, |world| {
            let mut run = Run::new(world);
            run.call(module, function, arguments.clone());
            for (callback, argument) in run.done.clone().iter().filter_map(started_with) {
                run.call(&callback, &Atom::new("init"), vec![argument]);
            }
            run.faults
        })
    };
    // What the path stops is started again by new code, if at all.
    starts.retain(|start| !passed.stopped.contains_key(&start.0));
    let failing = parallel::map(&starts, WORTH_A_THREAD, |start| {
        let known = faults(old_code, start);
        let is_new = |fault: &Fault| !fault.caught && fault.kind != FaultKind::Dropped && !known.iter().any(|other| other.is_like(fault));
        faults(code, start).into_iter().find(is_new).map(|fault| (start.0.clone(), fault))
    });
    failing.into_iter().flatten().collect()
}

/// Whether a loop makes what it goes on with by a function that it calls by the name of its module: by then that is the new code's.
fn goes_on_converted(code: &Code<'_, '_>, done: &Done) -> bool {
    let Some(program) = code.program(&done.module) else { return false };
    let is_outside = |expr: &Expr| matches!(expr, Expr::Call(Some(owner), ..) if *owner == done.module);
    program.names().into_iter().filter_map(|(name, arity)| program.function(&name, arity)).any(|function| {
        let mut found = false;
        function.visit(&mut |expr| {
            if let Expr::Call(Some(owner), name, arguments, _) = expr
                && *owner == done.module
                && *name == done.function
            {
                arguments.iter().for_each(|argument| argument.visit(&mut |inner| found |= is_outside(inner)));
            }
        });
        found
    })
}

/// Processes in a loop of their own that calls itself by the module's name: the function must stay.
fn looping(pair: &Pair<'_>, route: &Route<'_>, before: &Half) -> Vec<(Atom, Fault)> {
    let (from, to) = (pair.side(route.direction, false), pair.side(route.direction, true));
    let modules: Vec<&ModuleChange> = pair.modules().map(|(_, change)| change).collect();
    let failing = parallel::map(&modules, WORTH_A_THREAD, |change| {
        let module = Atom::new(&change.name);
        let waits_for_messages = pair.facts(from, &module).is_some_and(|facts| facts.waits);
        let is_loaded = waits_for_messages && route.loaded(&module).is_some() && !pair.starts_again(route, &module) && !before.processes.contains_key(&module);
        let program = is_loaded.then(|| Code::of(pair, from).program(&module)).flatten()?;
        let interface = pair.look(to, &module).and_then(|look| look.interface())?;
        let lost = program.names().into_iter().filter_map(|(name, arity)| {
            let function = program.function(&name, arity).filter(|function| function.waits())?;
            let (function, arity, line) = lost_loop(&program, &function, &interface)?;
            let kind = FaultKind::NoFunction(module.clone(), function, arity);
            Some((module.clone(), Fault { kind, value: Value::Any, module: module.clone(), line, caught: false }))
        });
        Some(lost.collect::<Vec<_>>())
    });
    failing.into_iter().flatten().flatten().collect()
}

/// A function that a loop goes on in, by the name of its module, and that is gone: its name, its arity and the line of the call.
fn lost_loop(program: &Program, function: &Function, interface: &Interface) -> Option<(Atom, u32, Line)> {
    let mut called = Vec::new();
    function.visit(&mut |expr| {
        if let Expr::Call(Some(owner), function, arguments, line) = expr
            && *owner == program.module
        {
            called.push((function.clone(), u32::try_from(arguments.len()).unwrap_or(u32::MAX), *line));
        }
    });
    // A loop goes on in a function that waits as well.
    let is_loop = |function: &Atom, arity: u32| program.function(function, arity).is_some_and(|function| function.waits());
    called.into_iter().find(|(function, arity, _)| is_loop(function, *arity) && !interface.exports(function.as_str(), *arity))
}

/// What the agents of a module keep after their conversion: the `Extra` names the function that makes it (`Agent.Server`).
fn converted_agents(before: &Half, code: &Code<'_, '_>, (module, extra): (&Atom, &Term)) -> Vec<(Value, Value)> {
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
            conversion.done.extend(run.done);
            conversion.faults.extend(run.faults);
            conversion.entered.extend(run.entered);
        });
    }
    Some(conversion)
}
