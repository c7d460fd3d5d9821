//! A supervisor whose `init/1` does more than answer: an upgrade runs it again.

use crate::beam::{Look, Mfa};
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::term::Atom;

code! {
    INIT_SIDE_EFFECTS "RL0607" "init-side-effects" Warning => Concerns(Deaths)
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
            let Some(library) = runs.owner_of(module.as_str()) else { continue };
            if !pair.supervisors(runs, library.name.value.as_str()).iter().any(|supervisor| supervisor.module == *module) {
                continue;
            }
            let Some(first) = pair.look(runs, module).and_then(|look| first_effect(&look)) else { continue };
            found.push(
                Diagnostic::new(&INIT_SIDE_EFFECTS, format!("`{module}` calls `{first}` in `init/1`, and changing a supervisor runs `init/1` again"))
                    .label(span, "changes the supervisor")
                    .help("do that where the supervisor is started, or in a child of its own; a table or a name that exists already crashes the upgrade")
                    .on_path(&route.name),
            );
        }
    }
}

/// The first call in `init/1` that must not run twice.
fn first_effect(look: &Look<'_>) -> Option<Mfa> {
    let (interface, calls) = (look.interface()?, look.calls()?);
    let in_init = calls.iter().filter(|call| call.caller.1 == 1 && call.caller.0.as_str() == "init");
    let mut called = in_init.filter_map(|call| interface.imports.get(call.import as usize));
    called.find(|mfa| is_effect(&mfa.module, &mfa.function)).cloned()
}

fn is_effect(module: &Atom, function: &Atom) -> bool {
    EFFECTS.iter().any(|(known, functions)| (*known == module.as_str() || known.is_empty()) && functions.contains(&function.as_str()))
}
