//! What one of two releases keeps: its processes, supervisors and starts, and what they put under names.

use super::causes::sets_timer;
use super::code::{Code, NO_REPLIES};
use super::offer::{MAX_BEGUN, STORES, WORTH_A_THREAD, offer};
use super::sends::send;
use super::start::begun_by_calls;
use crate::beam::{Facts, Names};
use crate::compare::Change;
use crate::interpret::{Done, Living, Opaque, Run, Value, machine_of, name_forms, name_of, name_of_options, started, supervisor};
use crate::lint::Pair;
use crate::lint::lives::{Half, Late, Stored};
use crate::parallel;
use crate::release::{Application, Release};
use crate::term::Atom;
use std::collections::{BTreeMap, BTreeSet};

/// Modules whose functions are looked at name one of these: calls that start children, set the environment, set timers for others.
pub(super) const CALLS: &[&str] = &["start_child", "set_env", "put_env", "send_after", "start_timer"];

/// Or one of these, which ask a process something.
pub(super) const ASKS: &[&str] = &["gen_server", "gen_statem", "gen_event", "Elixir.GenServer"];

/// Or, where configuration changed, one of these, which read it.
pub(super) const READS: &[&str] = &["get_env", "fetch_env", "fetch_env!"];

/// What one of the releases keeps.
pub(super) fn half<'a>(pair: &Pair<'a>, release: &'a Release, relevant: &BTreeSet<String>) -> Half {
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
    half.index();
    let is_configured = pair.application_impacts(|change| matches!(change, Change::Environment { .. })).next().is_some()
        || pair.comparison.impacts.iter().any(|fact| matches!(fact.change, Change::SystemConfig(_)));
    let sets = Names::of(["set_env", "put_env"]);
    let sets = || modules.iter().any(|module| pair.look(release, module).is_some_and(|look| look.names_any(&sets)));
    let reads: &[&str] = if is_configured || sets() { READS } else { &[] };
    // And those that name the module of a process, whose functions ask it something.
    let owners: Vec<&str> = half.processes.keys().map(Atom::as_str).collect();
    let named = Names::of([STORES, CALLS, ASKS, reads, &owners].concat());
    let is_store = |module: &&Atom| pair.look(release, module).is_some_and(|look| look.names_any(&named));
    let offering: Vec<&Atom> = modules.into_iter().filter(is_store).collect();
    half.offered = offer(&half, pair, &code, &offering, (None, &NO_REPLIES));
    // First what calls do that code makes later, then what it does when it starts.
    let early = Early::of(&half);
    go_on(&mut half, &code, &|done| !early.has(done));
    let mut late = Late { states: half.processes.iter().map(|(module, (_, living))| (module.clone(), living.states.clone())).collect(), ..Late::default() };
    half.all_done().filter(|done| !early.has(done)).for_each(|done| late.stored.put(done));
    half.late = late;
    go_on(&mut half, &code, &|_| true);
    half.timers = half.all_done().filter(|done| sets_timer(done)).cloned().collect();
    let mut stored = Stored::default();
    half.all_done().for_each(|done| stored.put(done));
    half.stored = stored;
    update_agents(&mut half, pair, &code);
    half
}

/// How often what agents keep is updated.
const AGENT_ROUNDS: usize = 2;

/// Adds what agents come to keep: functions update it that were given nothing of it yet.
fn update_agents(half: &mut Half, pair: &Pair<'_>, code: &Code<'_, '_>) {
    for _ in 0..AGENT_ROUNDS {
        let updates = |done: &Done| done.is("Elixir.Agent", &["update", "get_and_update", "cast"]);
        let updating: Vec<&Atom> = half.offered.iter().filter(|(_, offered)| offered.done.iter().any(updates)).map(|(module, _)| module).collect();
        if half.stored.agents.is_empty() || updating.is_empty() {
            return;
        }
        let before = half.stored.agents.clone();
        let updated = offer(half, pair, code, &updating, (Some(&half.stored), &NO_REPLIES));
        for done in updated.values().flat_map(|offered| &offered.done).filter(|done| done.is("Elixir.Agent", &["keeps"])) {
            half.stored.put(done);
        }
        if half.stored.agents == before {
            return;
        }
    }
}

/// What is done when applications and processes start.
struct Early(BTreeMap<(Atom, Atom, Atom, u32), Vec<Done>>);

impl Early {
    fn key(done: &Done) -> (Atom, Atom, Atom, u32) {
        (done.module.clone(), done.function.clone(), done.by.clone(), done.line.0)
    }

    fn of(half: &Half) -> Early {
        let mut all: BTreeMap<_, Vec<Done>> = BTreeMap::new();
        let begun = half.processes.values().flat_map(|(_, living)| &living.begun);
        for done in half.starts.values().chain(half.special.values()).flatten().chain(begun) {
            all.entry(Early::key(done)).or_default().push(done.clone());
        }
        Early(all)
    }

    fn has(&self, done: &Done) -> bool {
        self.0.get(&Early::key(done)).is_some_and(|known| known.contains(done))
    }
}

/// Lets processes begin that calls start, and arrive what calls send.
fn go_on(half: &mut Half, code: &Code<'_, '_>, counts: &dyn Fn(&Done) -> bool) {
    let further: Vec<(Atom, Vec<Value>)> = begun_by_calls(half, code, counts).into_iter().collect();
    let begun = parallel::map(&further, 1, |(module, given)| {
        let (machine, mut living) = half.processes.get(module).cloned()?;
        let program = code.program(module)?;
        code.run(None, &NO_REPLIES, |world| living.begin(world, &program, machine, given));
        Some((module.clone(), (machine, living)))
    });
    half.processes.extend(begun.into_iter().flatten());
    send(half, code, counts);
}

/// What `init/1` of the modules is given whose processes are children that are written out, and no others.
pub(super) fn begun_with(half: &Half) -> BTreeMap<Atom, Vec<Value>> {
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

/// The calls by which a module starts its processes.
pub(super) fn begins(code: &Code<'_, '_>, module: &Atom) -> Vec<Done> {
    let Some(program) = code.program(module) else { return Vec::new() };
    let starts = program.names().into_iter().filter(|(name, _)| name.as_str().starts_with("start"));
    let done = starts.flat_map(|(name, arity)| {
        code.run(None, &NO_REPLIES, |world| {
            let mut run = Run::new(world);
            run.call(module, &name, (0..arity as usize).map(|at| Value::Opaque(Opaque::Given(at))).collect());
            run.done
        })
    });
    done.filter(|done| done.function.as_str().starts_with("start")).collect()
}
