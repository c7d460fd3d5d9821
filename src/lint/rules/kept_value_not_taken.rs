//! A value that the old code stored and that the new code fails on.

use super::state_not_converted::reports;
use crate::appup::Direction;
use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::interpret::{Fault, FaultKind, Value};
use crate::lint::{Check, Pair, Passage, Route, Rule};
use crate::node::ModuleEvent;
use crate::term::Atom;

code! {
    KEPT_VALUE_NOT_TAKEN "RL0617" "kept-value-not-taken" Warning => Concerns(State)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &KEPT_VALUE_NOT_TAKEN, check: Check::Kept(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for Passage { route, passed, .. } in pair.passages() {
        let mut told: Vec<&Fault> = Vec::new();
        let mut failing: Vec<&(Atom, Fault)> = passed.failing.iter().collect();
        // One finding for each place; best with the process of that module.
        failing.sort_by_key(|(process, fault)| (fault.kind == FaultKind::Dropped || fault.caught, *process != fault.module));
        for (process, fault) in failing {
            if reports(pair, route, process) || told.iter().any(|known| is_same(known, fault)) {
                continue;
            }
            told.push(fault);
            found.push(finding(pair, route, process, fault, false));
        }
        // That a start does not take its arguments is not about the state; some are for what an upgraded node does not have.
        let further = passed.restarting.iter().map(|one| (one, true)).chain(passed.seldom.iter().map(|one| (one, false)));
        for ((process, fault), is_start) in further {
            if told.iter().any(|known| is_same(known, fault)) {
                continue;
            }
            told.push(fault);
            let finding = finding(pair, route, process, fault, is_start);
            found.push(if is_start { finding } else { finding.severity(Severity::Advice) });
        }
    }
}

/// Whether two failures have one cause: the same place, or the same process in the same module.
fn is_same(one: &Fault, other: &Fault) -> bool {
    one.module == other.module && (one.kind == other.kind || matches!(one.kind, FaultKind::Dropped) || !matches!(other.kind, FaultKind::NoFunction(..)))
}

fn finding(pair: &Pair<'_>, route: &Route<'_>, process: &Atom, fault: &Fault, is_start: bool) -> Diagnostic {
    let loaded = [&fault.module, process].into_iter().find_map(|module| route.loaded(module));
    let span = loaded.unwrap_or_else(|| pair.place_of(route, &fault.module));
    let value = &fault.value;
    let made = value.made().map_or_else(String::new, |(module, line)| format!(", made in line {line} of `{module}`"));
    let place = if fault.line.0 > 0 { format!("`{}` (line {})", fault.module, fault.line.0) } else { format!("`{}`", fault.module) };
    // Called by its supervisor, by a timer, with what it was given.
    let is_given = fault.module.as_str().is_empty();
    let about = if is_given { process } else { &fault.module };
    let fails = match &fault.kind {
        FaultKind::NoFunction(module, name, arity) if is_given => format!("a supervisor or a timer still has `{module}:{name}/{arity}`"),
        FaultKind::NoFunctionClause(name, arity) => format!("no clause of `{name}/{arity}` in {place} matches it"),
        FaultKind::NoClause => format!("no clause in {place} matches it"),
        FaultKind::NoKey(key) => format!("{place} needs the key `{key}`, which it does not have"),
        FaultKind::NoRecord(record) => format!("{place} expects a record `{record}`"),
        FaultKind::NoFunction(_, name, _) if fault.value.as_atom() == Some(name) => format!("`{name}/3` is called for it, and does not exist"),
        FaultKind::NoFunction(module, name, arity) => format!("{place} calls `{module}:{name}/{arity}`"),
        FaultKind::Dropped => format!("a comprehension in {place} leaves it out"),
        FaultKind::BadArity(given) => format!("{place} calls it with {given} arguments, which it does not take"),
        FaultKind::OtherClock(own) => format!("{place} compares it with `{own}`"),
        FaultKind::BadArgument(module, name) => format!("{place} passes it to `{module}:{name}`, which fails"),
    };
    let converts = route.timeline.has(process, ModuleEvent::Converted);
    let (what, help) = if let (FaultKind::NoFunction(module, name, 3), Value::Atom(state)) = (&fault.kind, &fault.value)
        && name == state
    {
        (
            format!("a state machine of `{module}` may be in the state `{state}`, which the code being loaded does not have"),
            format!("keep `{name}/3` for now, or map the state in `code_change/4`"),
        )
    } else if let FaultKind::NoFunction(module, name, arity) = &fault.kind {
        (
            format!("`{process}`, or what starts it, may still call `{module}:{name}/{arity}`, which no longer exists"),
            match route.direction {
                Direction::Up => format!("keep `{name}/{arity}` for now, or replace what is stored in `code_change`"),
                Direction::Down => {
                    "replace what is stored, in `code_change({down,_},..)` or by an `apply` on this path: the older release is as it is".to_owned()
                }
            },
        )
    } else if is_start {
        (
            format!("`{process}` may be started again with `{value}` from before, which the code being loaded does not handle"),
            "take both forms where it starts: a supervisor starts a child again with the arguments that it was given; or terminate it and start another one on this path".to_owned(),
        )
    } else if converts {
        (
            format!("after `code_change`, `{process}` still works with `{value}`, which the code being loaded does not handle"),
            "convert the values inside the state as well, or handle both forms".to_owned(),
        )
    } else {
        (
            format!("`{process}` may work with `{value}` from before, which the code being loaded does not handle"),
            format!("handle both forms, or write `{{update,{process},{{advanced,[]}}}}` and convert it in `code_change`"),
        )
    };
    let finding = Diagnostic::new(&KEPT_VALUE_NOT_TAKEN, what).label(span, format!("{fails}{made}")).help(help).about(about.as_str()).on_path(&route.name);
    // To leave elements out may be what is meant.
    // The older code cannot be changed for children that the newer one starts.
    let is_late = is_given && route.direction == Direction::Down;
    // What is caught may be what is meant, too.
    let is_caught = fault.caught && !matches!(fault.kind, FaultKind::NoFunction(..));
    let finding = if fault.kind == FaultKind::Dropped || is_late || is_caught { finding.severity(Severity::Advice) } else { finding };
    let words = |names: &str, count: usize| format!("{count} functions may still be called, by supervisors or timers, and no longer exist: {names}");
    if let (FaultKind::NoFunction(module, name, arity), true) = (&fault.kind, is_given) {
        finding.one_of_many(format!("{module}:{name}/{arity}"), words)
    } else {
        finding
    }
}
