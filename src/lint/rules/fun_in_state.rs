//! A fun that a process, a table or a persistent term keeps across an upgrade of the module whose code it is.

use crate::compare::Depth;
use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::interpret::{Done, Fun, Value};
use crate::lint::{Check, Pair, Route, Rule};
use crate::term::Atom;

code! {
    FUN_IN_STATE "RL0609" "fun-in-state" Warning => Concerns(State)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &FUN_IN_STATE, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        let habits = pair.habits(route.direction);
        let found_kept = kept(pair, route, found);
        for (_, module) in pair.modules().filter(|(_, module)| module.depth == Depth::Code && !module.behaviours.is_empty()) {
            let name = Atom::new(&module.name);
            let Some(span) = route.loaded(&name) else { continue };
            // A process that is restarted makes a new one.
            let restarted = pair.starts_again(route, &name);
            if found_kept.contains(&name) || restarted || route.converts(&name) || !habits.get(name.as_str()).is_some_and(|habits| habits.keeps_fun) {
                continue;
            }
            found.push(
                Diagnostic::new(&FUN_IN_STATE, format!("`{name}` starts with a local fun in its state, which belongs to the code that created it"))
                    .label(span, "a fun that a process keeps runs the old code; once that is purged, calling it fails with `badfun`")
                    .help("keep `fun module:name/arity`, or a name to look the function up by, or create the fun again in `code_change`")
                    // It is made where the process begins; that it is kept was not seen.
                    .severity(Severity::Advice)
                    .on_path(&route.name),
            );
        }
    }
}

/// Reports the funs that processes, tables and persistent terms were seen to keep, and gives the modules that they belong to.
fn kept(pair: &Pair<'_>, route: &Route<'_>, found: &mut Findings) -> Vec<Atom> {
    let Some(passed) = pair.lives.passed(route.direction) else { return Vec::new() };
    let from = pair.lives.half(route.direction, false);
    // A table goes with the process that owns it.
    let is_lost = |table: &Value| from.owners(table).any(|module| pair.none_lives_on(route, passed, module));
    let is_put = |store: &str, name: &Value| passed.done().any(|done| done.module.as_str() == store && done.arguments.first() == Some(name));
    let is_told = |module: &Atom| {
        let tells = |done: &Done| {
            matches!(done.function.as_str(), "call" | "cast" | "send") && done.arguments.first().and_then(|name| from.of_name(name)) == Some(module)
        };
        passed.done().any(tells)
    };
    let mut kept: Vec<(String, Option<&Atom>, &Value)> = Vec::new();
    for (module, (_, living)) in &from.processes {
        let lives_on = !pair.none_lives_on(route, passed, module);
        let converted = passed.converted.get(module).map(|conversion| &conversion.states);
        let lives_on = lives_on && !is_told(module);
        let states = converted.unwrap_or(&living.states).iter().filter(|_| lives_on);
        kept.extend(states.map(|state| (format!("a process of `{module}`"), Some(module), state)));
    }
    kept.extend(
        from.stored.tables.iter().filter(|(name, _)| !is_lost(name) && !is_put("ets", name)).map(|(name, row)| (format!("the table `{name}`"), None, row)),
    );
    kept.extend(
        from.stored.terms.iter().filter(|(name, _)| !is_put("persistent_term", name)).map(|(name, term)| (format!("the persistent term `{name}`"), None, term)),
    );
    kept.extend(from.stored.agents.iter().filter(|(name, _)| !is_put("Elixir.Agent", name)).map(|(name, state)| (format!("the agent `{name}`"), None, state)));
    let mut modules = Vec::new();
    for (keeper, process, value) in kept {
        let mut funs = Vec::new();
        value.own_funs(&mut funs);
        for (module, fun) in funs {
            // What a conversion makes again is that of the new code.
            if process == Some(module) && passed.converted.contains_key(module) {
                continue;
            }
            let is_replaced = pair.modules().any(|(_, change)| change.name == module.as_str() && change.depth == Depth::Code);
            let Some(span) = route.loaded(module).filter(|_| is_replaced) else { continue };
            if modules.contains(module) || (process.is_none() && pair.starts_again(route, module)) {
                continue;
            }
            modules.push(module.clone());
            let name = match fun {
                Fun::Local(_, name, arity) | Fun::Named(_, name, arity) => format!("`fun {name}/{arity}`"),
                Fun::Clauses(..) => "a fun".to_owned(),
            };
            found.push(
                Diagnostic::new(&FUN_IN_STATE, format!("{keeper} keeps {name} of `{module}`, which belongs to the code that created it"))
                    .label(span, "the fun runs the old code; once that is purged, calling it fails with `badfun`, and a process that holds it is killed")
                    .help("keep `fun module:name/arity` there, or replace the fun on this path")
                    .about(module.as_str())
                    .on_path(&route.name),
            );
        }
    }
    modules
}
