//! What fails when something starts again after a path, or goes on in its loop: with what it was given before.

use super::code::{Code, NO_REPLIES};
use super::offer::{MAX_BEGUN, WORTH_A_THREAD};
use crate::beam::{Expr, Function, Interface, Line, Program};
use crate::compare::ModuleChange;
use crate::interpret::{Child, Done, Fault, FaultKind, Fun, Run, Value, child, started_with};
use crate::lint::lives::{Half, Passed};
use crate::lint::{Pair, Route};
use crate::parallel;
use crate::term::Atom;
use std::collections::BTreeMap;

/// A function that starts a process: its module, its name and its arguments.
type Start = (Atom, Atom, Vec<Value>);

/// The start of a child, with what is added to the arguments of its specification.
fn start_with((module, function, arguments): &(Atom, Atom, Value), further: &[Value]) -> Option<Start> {
    Some((module.clone(), function.clone(), arguments.as_list()?.iter().chain(further).cloned().collect()))
}

/// Whether a supervisor starts a child again that has ended.
fn may_restart(child: &Child) -> bool {
    child.restart.as_ref().is_none_or(|restart| restart.as_str() != "temporary")
}

/// What a call of `start_child` starts.
fn started_by(half: &Half, code: &Code<'_, '_>, done: &Done) -> Vec<Start> {
    let [supervisor, given] = done.arguments.as_slice() else { return Vec::new() };
    let template = half.of_name(supervisor).and_then(|module| half.supervisors.get(module)).filter(|known| known.is_template());
    if let (Some(further), Some(children)) = (given.as_list(), template.and_then(|known| known.children.as_ref())) {
        return children.iter().filter(|child| may_restart(child)).filter_map(|child| start_with(child.start.as_ref()?, further)).collect();
    }
    let child = code.run(None, &NO_REPLIES, |world| child(world, given));
    child.filter(may_restart).and_then(|child| start_with(child.start.as_ref()?, &[])).into_iter().collect()
}

/// What the processes begin with that the calls start which count, by the module that they run.
pub(super) fn begun_by_calls(half: &Half, code: &Code<'_, '_>, counts: &dyn Fn(&Done) -> bool) -> BTreeMap<Atom, Vec<Value>> {
    let mut all: BTreeMap<Atom, Vec<Value>> = BTreeMap::new();
    let calls = half.all_done().filter(|done| done.function.as_str() == "start_child" && counts(done));
    for (module, function, arguments) in calls.flat_map(|done| started_by(half, code, done)) {
        let done = code.run(None, &NO_REPLIES, |world| {
            let mut run = Run::new(world);
            run.call(&module, &function, arguments);
            run.done
        });
        for (callback, argument) in done.iter().filter_map(started_with) {
            let begun = all.entry(callback).or_default();
            if argument != Value::Any && begun.len() < MAX_BEGUN && !begun.contains(&argument) {
                begun.push(argument);
            }
        }
    }
    all
}

/// What fails when a supervisor starts a child again: it does so with the function and the arguments that it was given.
pub(super) fn restarted(
    pair: &Pair<'_>,
    before: &Half,
    passed: &Passed,
    (code, old_code): (&Code<'_, '_>, &Code<'_, '_>),
    route: &Route<'_>,
) -> Vec<(Atom, Fault)> {
    let mut starts: Vec<Start> = Vec::new();
    // A loop that the path sends something may go on with something else.
    let is_told = |module: &Atom| {
        let sends = passed.done().filter(|done| done.is("erlang", &["send"])).filter_map(|done| done.arguments.first().filter(|to| to.as_atom().is_some()));
        let registered: Vec<&Value> =
            before.all_done().filter(|done| done.by == *module && done.is("erlang", &["register"])).filter_map(|done| done.arguments.first()).collect();
        sends.into_iter().any(|to| to.as_atom() == Some(module) || registered.contains(&to))
    };
    let mut add = |start: Start| {
        if !starts.contains(&start) {
            starts.push(start);
        }
    };
    // An application that is removed or restarted ends with its supervisors.
    let is_gone = |module: &Atom| code.release.owner_of(module.as_str()).is_none() || pair.starts_again(route, module);
    // What the path deletes is not started again.
    let is_deleted = |child: &Child| passed.done().any(|done| done.function.as_str() == "delete_child" && done.arguments.get(1) == Some(&child.id));
    for done in before.all_done().filter(|done| done.function.as_str() == "start_child") {
        let ends = done.arguments.first().and_then(|supervisor| before.of_name(supervisor)).is_some_and(is_gone);
        started_by(before, old_code, done).into_iter().filter(|_| !ends).for_each(&mut add);
    }
    // What timers, `logger` and `telemetry` were given is called with what they were given.
    // An interval ends with the process that asked for it.
    let ends = |done: &Done| done.module.as_str() == "timer" && (passed.stopped.contains_key(&done.by) || pair.starts_again(route, &done.by));
    for done in
        before.all_done().filter(|done| !ends(done)).filter(|done| !passed.done().any(|again| again.module == done.module && again.module.as_str() != "timer"))
    {
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
            _ if done.module == done.by && !route.converts(&done.by) && !goes_on_converted(old_code, done) && !is_told(&done.by) => {
                Some((done.module.clone(), done.function.clone(), Value::List(done.arguments.clone(), None)))
            }
            _ => None,
        };
        given.iter().filter_map(|start| start_with(start, &[])).for_each(&mut add);
    }
    // A supervisor that is updated takes the new specifications.
    for (_, known) in before.supervisors.iter().filter(|(module, known)| !known.is_template() && !route.converts(module) && !is_gone(module)) {
        known
            .children
            .iter()
            .flatten()
            .filter(|child| !is_deleted(child) && may_restart(child))
            .filter_map(|child| start_with(child.start.as_ref()?, &[]))
            .for_each(&mut add);
    }
    let faults = |code: &Code<'_, '_>, (module, function, arguments): &Start| {
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
pub(super) fn goes_on_converted(code: &Code<'_, '_>, done: &Done) -> bool {
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
pub(super) fn looping(pair: &Pair<'_>, route: &Route<'_>, before: &Half) -> Vec<(Atom, Fault)> {
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
pub(super) fn lost_loop(program: &Program, function: &Function, interface: &Interface) -> Option<(Atom, u32, Line)> {
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
