//! A supervisor whose children changed, on a path that neither takes the new list in nor starts or stops anybody.

use crate::beam::Facts;
use crate::compare::{Change, Sign};
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::term::Atom;

code! {
    CHILDREN_CHANGED "RL0605" "children-changed" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CHILDREN_CHANGED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        let calls = !route.timeline.children().is_empty();
        for (_, module, fact) in pair.module_impacts(|change| matches!(change, Change::SupervisorFlags { .. } | Change::ChildTemplate(_))) {
            let name = Atom::new(&module.name);
            if let Some(span) = route.loaded(&name).filter(|_| !route.converts(&name) && route.removed(&name).is_none()) {
                found.push(
                    Diagnostic::new(&CHILDREN_CHANGED, format!("`{}` is only loaded, but {}", module.name, fact.change))
                        .label(span, "the running supervisor keeps its child specifications")
                        .help(format!("write `{{update,{name},supervisor}}`"))
                        .on_path(&route.name),
                );
            }
        }
        for (application, module, fact) in pair.module_impacts(|change| matches!(change, Change::Children { .. })) {
            let Change::Children { children, .. } = &fact.change else { continue };
            let name = Atom::new(&module.name);
            let Some(span) = route.loaded(&name) else { continue };
            let updated = route.converts(&name);
            // What is started from `start/2` runs under a supervisor that no instruction reaches.
            let is_supervisor = module.behaviours.iter().any(|behaviour| Facts::supervises(behaviour));
            // Specifications that only changed are taken in by the update.
            if updated && is_supervisor && children.iter().all(|child| child.sign == Sign::Changed) {
                continue;
            }
            if (updated && calls) || route.removed(&name).is_some() {
                continue;
            }
            let help = if !is_supervisor {
                format!(
                    "its supervisor is started in `start/2` and has no module of yours to update: call `supervisor:start_child` with the whole specification and its name from a function of your own, or write `{{restart_application,{}}}`",
                    application.name
                )
            } else if updated {
                "the update loads the new child specifications but starts no children: add `{apply,{supervisor,restart_child,[Sup,Id]}}` after it for new children, and `terminate_child` and `delete_child` before it for removed ones".to_owned()
            } else {
                format!(
                    "write `{{update,{name},supervisor}}`, and `apply` `supervisor` calls for added and removed children, or restart `{}`",
                    application.name
                )
            };
            found.push(
                Diagnostic::new(
                    &CHILDREN_CHANGED,
                    format!("the children of `{}` change ({}), but this path neither starts nor stops any", module.name, fact.change.items().join(", ")),
                )
                .label(span, "the supervisor is replaced here")
                .help(help)
                .on_path(&route.name),
            );
        }
    }
}
