//! A fun that a process, a table or a persistent term keeps across an upgrade of the module whose code it is.

use crate::compare::Depth;
use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::interpret::Fun;
use crate::lint::live::{Keeper, keepers};
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
    let mut modules = Vec::new();
    for Keeper { what, process, value } in keepers(pair, route) {
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
                Diagnostic::new(&FUN_IN_STATE, format!("{what} keeps {name} of `{module}`, which belongs to the code that created it"))
                    .label(span, "the fun runs the old code; once that is purged, calling it fails with `badfun`, and a process that holds it is killed")
                    .help("keep `fun module:name/arity` there, or replace the fun on this path")
                    .about(module.as_str())
                    .on_path(&route.name),
            );
        }
    }
    modules
}
