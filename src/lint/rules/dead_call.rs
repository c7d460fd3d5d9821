//! A function that is gone and is still called.

use crate::appup::Direction;
use crate::beam::{Mfa, Names};
use crate::compare::{Caller, Change};
use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::lint::{Check, Pair, Route, Rule};
use crate::plan::path_name;
use crate::relup::LowOp;
use crate::term::Atom;
use std::collections::{BTreeMap, BTreeSet};

code! {
    DEAD_CALL "RL0524" "dead-call" Error => Doubts(Deaths)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &DEAD_CALL, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    // On a downgrade the function comes back.
    let path = path_name(&pair.target.rel.vsn.value, &pair.base.rel.vsn.value, Direction::Up);
    let applied = Applied::of(pair);
    for (application, module, fact) in pair.module_impacts(|change| matches!(change, Change::DeadCall(_) | Change::GuardedCall(_))) {
        let (Change::DeadCall(call) | Change::GuardedCall(call)) = &fact.change else { continue };
        let called = Atom::new(&module.name);
        if call.callers.iter().all(|caller| applied.is_only_caller(caller, &called)) {
            continue;
        }
        // Where the caller catches or asks first, it may well be prepared; so may one whose application can be without the one that is gone.
        let is_away = call.is_removed && pair.target.application(&application.name).is_none();
        let level = if matches!(fact.change, Change::DeadCall(_)) && !is_away { Severity::Error } else { Severity::Warning };
        found.push(
            Diagnostic::new(&DEAD_CALL, format!("`{}` {}", module.name, fact.change))
                .severity(level)
                .label(pair.change(&application.name), "its application changes here")
                .help("keep the function, or change and load its callers together with it")
                .on_path(&path),
        );
    }
}

/// The functions that paths call by an `apply`, by module.
struct Applied<'p, 'a> {
    pair: &'p Pair<'a>,
    functions: BTreeMap<&'p Atom, BTreeSet<(Atom, u32)>>,
}

impl<'p, 'a> Applied<'p, 'a> {
    fn of(pair: &'p Pair<'a>) -> Applied<'p, 'a> {
        let mut functions: BTreeMap<&Atom, BTreeSet<(Atom, u32)>> = BTreeMap::new();
        for step in pair.routes.iter().flat_map(|route| route.steps) {
            if let LowOp::Apply { module, function, arguments } = &step.op
                && let Some(arity) = arguments.as_list().and_then(|arguments| u32::try_from(arguments.len()).ok())
            {
                functions.entry(module).or_default().insert((function.clone(), arity));
            }
        }
        Applied { pair, functions }
    }

    /// Whether a function only runs in calls that a path makes, while what it calls is there: to hand over to what takes its place.
    fn is_only_caller(&self, caller: &Caller, called: &Atom) -> bool {
        let module = Atom::new(&caller.module);
        let (Some(applied), Some((name, arity))) = (self.functions.get(&module), &caller.function) else { return false };
        let (pair, target) = (self.pair, self.pair.target);
        let Some((program, facts)) = pair.program(target, &module).zip(pair.facts(target, &module)) else { return false };
        let written = lifted_from(name).unwrap_or_else(|| (name.clone(), *arity));
        let others = program.reached(facts.exports.iter().filter(|export| !applied.contains(export)).cloned());
        program.reached(applied.iter().cloned()).contains(&written)
            && !others.contains(&written)
            && !self.is_called_elsewhere(&module, applied)
            && pair.routes.iter().all(|route| is_in_time(route, &module, called))
    }

    /// Whether another module of the target calls a function that is applied, or makes a fun of it.
    fn is_called_elsewhere(&self, module: &Atom, applied: &BTreeSet<(Atom, u32)>) -> bool {
        let (pair, wanted) = (self.pair, Names::of([module.as_str()]));
        let is_one = |mfa: &Mfa| mfa.module == *module && applied.contains(&(mfa.function.clone(), mfa.arity));
        let modules = pair.target.applications.iter().flat_map(|application| &application.file.modules).map(|module| &module.value);
        modules.filter(|other| *other != module).any(|other| {
            let Some(look) = pair.look(pair.target, other).filter(|look| look.names_any(&wanted)) else { return false };
            look.interface().is_some_and(|interface| interface.imports.iter().any(is_one))
                || look.external_funs().iter().any(is_one)
                || look.named_calls().iter().any(|call| is_one(&call.called))
        })
    }
}

/// Whether the calls that a path makes of a module come while another one has the code that they need: before its new code is loaded,
/// and on a downgrade after its former code is.
fn is_in_time(route: &Route<'_>, module: &Atom, called: &Atom) -> bool {
    let replaced = route.timeline.replaced_at(called);
    let mut calls = (0..).zip(route.steps).filter(|(_, step)| matches!(&step.op, LowOp::Apply { module: own, .. } if own == module));
    calls.all(|(at, _): (usize, _)| match route.direction {
        Direction::Up => replaced.is_none_or(|replaced| at < replaced),
        Direction::Down => replaced.is_some_and(|replaced| at > replaced),
    })
}

/// The function that a fun or a comprehension is written in, which the compiler has made a function of: `-name/0-fun-1-`.
fn lifted_from(name: &Atom) -> Option<(Atom, u32)> {
    let inner = name.as_str().strip_prefix('-')?;
    let (function, rest) = inner.split_once('/')?;
    let (arity, _) = rest.split_once('-')?;
    Some((Atom::new(function), arity.parse().ok()?))
}
