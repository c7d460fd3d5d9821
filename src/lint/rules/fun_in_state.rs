//! A process that keeps a fun of its module in its state, across an upgrade of the module.

use crate::compare::Depth;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::term::Atom;

code! {
    FUN_IN_STATE "RL0609" "fun-in-state" Advice => Concerns(State)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &FUN_IN_STATE, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        let habits = pair.habits(route.direction);
        for (_, module) in pair.modules().filter(|(_, module)| module.depth == Depth::Code && !module.behaviours.is_empty()) {
            let name = Atom::new(&module.name);
            let Some(span) = route.loaded(&name) else { continue };
            // A process that is restarted makes a new one.
            let restarted = pair.starts_again(route, &name);
            if restarted || route.converts(&name) || !habits.get(name.as_str()).is_some_and(|habits| habits.keeps_fun) {
                continue;
            }
            found.push(
                Diagnostic::new(&FUN_IN_STATE, format!("`{name}` starts with a local fun in its state, which belongs to the code that created it"))
                    .label(span, "a fun that a process keeps runs the old code; once that is purged, calling it fails with `badfun`")
                    .help("keep `fun module:name/arity`, or a name to look the function up by, or create the fun again in `code_change`")
                    .on_path(&route.name),
            );
        }
    }
}
