//! A process that is to be changed, and that the release handler cannot find by its module.

use crate::beam::{Known, Modules};
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};

code! {
    CHILD_MODULES "RL0606" "child-modules" Warning => Refutes(Processes)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CHILD_MODULES, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        let from = pair.side(route.direction, false);
        for (module, span) in route.updated() {
            let Some(library) = from.owner_of(module.as_str()) else { continue };
            for supervisor in pair.supervisors(from, library.name.value.as_str()).iter() {
                let Known::Known(supervision) = &supervisor.children else { continue };
                for child in supervision.children.iter().filter(|child| child.start.as_ref() == Some(module)) {
                    let is_event = || {
                        let facts = pair.facts(from, module);
                        facts.is_none_or(|facts| facts.behaviours.is_empty() || facts.behaviours.iter().any(|name| name.as_str() == "gen_event"))
                    };
                    let (message, help) = match &child.modules {
                        Some(Modules::Listed(listed)) if !listed.contains(module) => {
                            let listed = listed.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
                            (
                                format!(
                                    "`{}` starts `{module}` and lists `[{listed}]` as its modules: its process is not found, and not changed",
                                    supervisor.module
                                ),
                                format!("write `modules => [{module}]` in the child's specification; until that runs, restart the process"),
                            )
                        }
                        Some(Modules::Dynamic) if !is_event() => (
                            format!(
                                "`{}` lists the modules of `{module}` as `dynamic`, and only a `gen_event` answers when it is asked for them",
                                supervisor.module
                            ),
                            format!("write `modules => [{module}]` in the child's specification"),
                        ),
                        Some(Modules::Listed(_) | Modules::Dynamic) | None => continue,
                    };
                    found.push(
                        Diagnostic::new(&CHILD_MODULES, message)
                            .label(span, "suspends the processes that have this module on their list")
                            .help(help)
                            .on_path(&route.name),
                    );
                }
            }
        }
    }
}
