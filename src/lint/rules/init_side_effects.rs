//! A supervisor whose `init/1` does more than answer: an upgrade runs it again.

use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::term::Atom;

code! {
    INIT_SIDE_EFFECTS "RL0607" "init-side-effects" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &INIT_SIDE_EFFECTS, check: Check::Pair(check) };

/// Functions that must not run twice, or that leave something over each time; `""` for those of any module.
const EFFECTS: &[(&str, &[&str])] = &[
    ("ets", &["new"]),
    ("dets", &["open_file"]),
    ("mnesia", &["create_table", "start"]),
    ("erlang", &["register", "spawn", "spawn_link", "spawn_monitor", "spawn_opt", "open_port"]),
    ("application", &["start", "ensure_all_started"]),
    ("supervisor", &["start_child"]),
    ("", &["start_link", "start"]),
];

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        // A supervisor is loaded before it is changed, in both directions.
        let runs = pair.side(route.direction, true);
        for (module, span) in route.updated() {
            let Some(library) = runs.library_of(module.as_str()) else { continue };
            if !pair.supervisors(runs, library.name.value.as_str()).iter().any(|supervisor| supervisor.module == *module) {
                continue;
            }
            let effects = pair.look(runs, module, |beam| {
                let atoms = beam.atoms().ok()?;
                let imports = beam.imports(&atoms).ok()?;
                let in_init = |call: &crate::beam::Call| call.arity == 1 && atoms.get(call.function).is_ok_and(|name| name == "init");
                let called = beam.calls()?.into_iter().filter(in_init).filter_map(|call| imports.get(call.import as usize).cloned());
                let list: Vec<String> = called.filter(|mfa| is_effect(&mfa.module, &mfa.function)).map(|mfa| format!("`{mfa}`")).collect();
                Some(list)
            });
            let Some(first) = effects.as_ref().and_then(|list| list.first()) else { continue };
            found.push(
                Diagnostic::new(&INIT_SIDE_EFFECTS, format!("`{module}` calls {first} in `init/1`, and changing a supervisor runs `init/1` again"))
                    .label(span, "changes the supervisor")
                    .help("do that where the supervisor is started, or in a child of its own; a table or a name that exists already crashes the upgrade")
                    .on_path(&route.name),
            );
        }
    }
}

fn is_effect(module: &Atom, function: &Atom) -> bool {
    EFFECTS.iter().any(|(known, functions)| (*known == module.as_str() || known.is_empty()) && functions.contains(&function.as_str()))
}
