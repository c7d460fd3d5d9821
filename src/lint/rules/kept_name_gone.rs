//! The name of a function or of a module that something keeps across a path, and that the new code does not have.

use crate::appup::Direction;
use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::interpret::{FaultKind, Fun, Value};
use crate::lint::live::keepers;
use crate::lint::{Check, Pair, Passage, Route, Rule};
use crate::term::Atom;
use std::collections::BTreeSet;

code! {
    KEPT_NAME_GONE "RL0630" "kept-name-gone" Warning => Concerns(State)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &KEPT_NAME_GONE, check: Check::Kept(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for Passage { route, passed, .. } in pair.passages() {
        let mut told: BTreeSet<String> = BTreeSet::new();
        for keeper in keepers(pair, route) {
            let mut gone = Vec::new();
            keeper.value.visit(&mut |part| gone.extend(function(part).filter(|name| is_gone(pair, route, name))));
            for Name(module, function, arity) in gone {
                // Where a process is seen to call it, that is reported.
                let is_called = passed.failing.iter().any(|(_, fault)| matches!(&fault.kind, FaultKind::NoFunction(m, f, _) if m == module && f == function));
                let shown = arity.map_or_else(|| format!("{module}:{function}"), |arity| format!("{module}:{function}/{arity}"));
                if is_called || !told.insert(shown.clone()) {
                    continue;
                }
                let words = format!("{} keeps the name of `{shown}`, which no longer exists", keeper.what);
                told.insert(module.to_string());
                let help = match route.direction {
                    Direction::Up => format!("keep `{function}` for now, or replace the name that is kept, on this path"),
                    Direction::Down => "replace the name that is kept, on this path: the older release is as it is".to_owned(),
                };
                found.push(finding(pair, route, module, words).help(help));
            }
            for module in modules(keeper.value).into_iter().filter(|module| is_deleted(pair, route, module)) {
                if told.insert(module.to_string()) {
                    let words = format!("{} keeps the name of the module `{module}`, which is deleted", keeper.what);
                    let help = match route.direction {
                        Direction::Up => "keep the module for now, or replace the name that is kept, on this path",
                        Direction::Down => "replace the name that is kept, on this path, before the module is deleted",
                    };
                    found.push(finding(pair, route, module, words).help(help));
                }
            }
        }
    }
}

fn finding(pair: &Pair<'_>, route: &Route<'_>, module: &Atom, words: String) -> Diagnostic {
    let span = route.removed(module).filter(|_| route.loaded(module).is_none()).unwrap_or_else(|| pair.place_of(route, module));
    // What the newer code keeps, the older one may never look at.
    let level = if route.direction == Direction::Up { Severity::Warning } else { Severity::Advice };
    Diagnostic::new(&KEPT_NAME_GONE, words)
        .label(span, "from here on a call of it fails with `undef`")
        .severity(level)
        .about(module.as_str())
        .on_path(&route.name)
}

/// A function by its name: its module, its name, and how many arguments it takes, where that is known.
struct Name<'v>(&'v Atom, &'v Atom, Option<u32>);

/// The function that a value names, as `fun M:F/A`, `{M,F,A}`, `{M,F,Arguments}` or `{M,F}`.
fn function(value: &Value) -> Option<Name<'_>> {
    if let Value::Fun(Fun::Named(module, name, arity)) = value {
        return Some(Name(module, name, Some(*arity)));
    }
    match value.as_tuple()? {
        [Value::Atom(module), Value::Atom(name)] => Some(Name(module, name, None)),
        [Value::Atom(module), Value::Atom(name), Value::Number(Some(arity))] => Some(Name(module, name, Some(arity.parse().ok()?))),
        [Value::Atom(module), Value::Atom(name), Value::List(..)] => Some(Name(module, name, None)),
        _ => None,
    }
}

/// Whether a function was there before the path and is not there after it. Where its arity is not known, none of the former ones is left.
fn is_gone(pair: &Pair<'_>, route: &Route<'_>, Name(module, function, arity): &Name<'_>) -> bool {
    let exports = |after: bool| {
        let release = pair.side(route.direction, after);
        let interface = release.owner_of(module.as_str()).and_then(|_| pair.look(release, module))?.interface()?;
        let own = interface.exports.iter().filter(|(name, known)| name == *function && arity.is_none_or(|arity| arity == *known));
        Some(own.map(|(_, arity)| *arity).collect::<Vec<u32>>())
    };
    let is_replaced = route.loaded(module).is_some() || route.removed(module).is_some();
    let Some(before) = exports(false).filter(|before| is_replaced && !before.is_empty()) else { return false };
    let after = if is_deleted(pair, route, module) { Some(Vec::new()) } else { exports(true) };
    after.is_some_and(|after| before.iter().all(|arity| !after.contains(arity)))
}

/// Whether a path deletes a module for good.
fn is_deleted(pair: &Pair<'_>, route: &Route<'_>, module: &Atom) -> bool {
    let is_known = |after: bool| pair.side(route.direction, after).owner_of(module.as_str()).is_some();
    is_known(false) && !is_known(true) && route.timeline.is_gone(module)
}

/// The atoms in a value, but for the names of structs.
fn modules(value: &Value) -> BTreeSet<&Atom> {
    let (mut all, mut others) = (BTreeSet::new(), BTreeSet::new());
    value.visit(&mut |part| {
        all.extend(part.as_atom());
        if let Value::Map(map) = part {
            others.extend(map.struct_name());
        }
    });
    all.difference(&others).copied().collect()
}
