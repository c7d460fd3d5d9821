//! A function that is gone and is still called.

use crate::appup::Direction;
use crate::compare::{Caller, Change};
use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::lint::{Check, Pair, Rule};
use crate::plan::path_name;
use crate::relup::LowOp;
use crate::term::Atom;
use std::collections::BTreeSet;

code! {
    DEAD_CALL "RL0524" "dead-call" Error => Concerns(Deaths)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &DEAD_CALL, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    // On a downgrade the function comes back.
    let path = path_name(&pair.target.rel.vsn.value, &pair.base.rel.vsn.value, Direction::Up);
    for (application, module, fact) in pair.module_impacts(|change| matches!(change, Change::DeadCall(_) | Change::GuardedCall(_))) {
        let (Change::DeadCall(call) | Change::GuardedCall(call)) = &fact.change else { continue };
        // The path calls it while it is there.
        if call.callers.iter().all(|caller| is_of_path(pair, caller)) {
            continue;
        }
        // Where the caller catches or asks first, it may well be prepared.
        let level = if matches!(fact.change, Change::DeadCall(_)) { Severity::Error } else { Severity::Warning };
        found.push(
            Diagnostic::new(&DEAD_CALL, format!("`{}` {}", module.name, fact.change))
                .severity(level)
                .label(pair.change(&application.name), "its application changes here")
                .help("keep the function, or change and load its callers together with it")
                .on_path(&path),
        );
    }
}

/// Whether a function only runs in calls that a path makes: to hand over what is gone afterwards, or comes back.
fn is_of_path(pair: &Pair<'_>, caller: &Caller) -> bool {
    let Some((name, arity)) = &caller.function else { return false };
    let module = Atom::new(&caller.module);
    let applied = pair.routes.iter().flat_map(|route| route.steps).filter_map(|step| {
        let LowOp::Apply { module: own, function, arguments } = &step.op else { return None };
        (*own == module).then_some((function.clone(), u32::try_from(arguments.as_list()?.len()).ok()?))
    });
    let applied: BTreeSet<(Atom, u32)> = applied.collect();
    let Some(program) = pair.program(pair.target, &module).filter(|_| !applied.is_empty()) else { return false };
    let exports = pair.facts(pair.target, &module).map(|facts| facts.exports.clone()).unwrap_or_default();
    let others = program.reached(exports.into_iter().filter(|export| !applied.contains(export)));
    let written = lifted_from(name).unwrap_or_else(|| (name.clone(), *arity));
    program.reached(applied).contains(&written) && !others.contains(&written)
}

/// The function that a fun or a comprehension is written in, which the compiler has made a function of: `-name/0-fun-1-`.
fn lifted_from(name: &Atom) -> Option<(Atom, u32)> {
    let inner = name.as_str().strip_prefix('-')?;
    let (function, rest) = inner.split_once('/')?;
    let (arity, _) = rest.split_once('-')?;
    Some((Atom::new(function), arity.parse().ok()?))
}
