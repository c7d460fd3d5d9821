//! A supervisor whose children changed, on a path that neither takes the new list in nor starts or stops anybody.

use crate::beam::Facts;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::relup::LowOp;
use crate::term::Atom;

code! {
    CHILDREN_CHANGED "RL0605" "children-changed" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CHILDREN_CHANGED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for way in pair.hot_ways() {
        let calls = way.steps.iter().any(|step| matches!(&step.op, LowOp::Apply { module, .. } if module.as_str() == "supervisor"));
        for (_, module, fact) in pair.module_facts(&["supervisor-flags", "child-template"]) {
            let name = Atom::new(&module.name);
            if let Some(span) = way.loaded.get(&name).filter(|_| !way.changed.contains(&name) && !way.removed.contains_key(&name)) {
                found.push(
                    Diagnostic::new(&CHILDREN_CHANGED, format!("`{}` is only loaded, but {}", module.name, fact.text))
                        .label(*span, "the running supervisor keeps what it has")
                        .help(format!("write `{{update,{name},supervisor}}`"))
                        .on_path(&way.name),
                );
            }
        }
        for (application, module, fact) in pair.module_facts(&["children"]) {
            let name = Atom::new(&module.name);
            let Some(span) = way.loaded.get(&name) else { continue };
            let updated = way.changed.contains(&name);
            // What is started from `start/2` runs under a supervisor that no instruction reaches.
            let is_supervisor = module.behaviours.iter().any(|behaviour| Facts::supervises(behaviour));
            // Specifications that only changed are taken in by the update.
            if updated && is_supervisor && fact.items.iter().all(|item| item.starts_with('~')) {
                continue;
            }
            if (updated && calls) || way.removed.contains_key(&name) {
                continue;
            }
            let help = if !is_supervisor {
                format!(
                    "its supervisor is started in `start/2` and has no module of yours to update: call `supervisor:start_child` with the whole specification and its name from a function of your own, or write `{{restart_application,{}}}`",
                    application.name
                )
            } else if updated {
                "the update takes the specifications in and starts nobody: add `{apply,{supervisor,restart_child,[Sup,Id]}}` behind it for new children, and before it `terminate_child` and `delete_child` for those that go".to_owned()
            } else {
                format!("write `{{update,{name},supervisor}}`, and `apply` `supervisor` calls for children that come and go, or restart `{}`", application.name)
            };
            found.push(
                Diagnostic::new(
                    &CHILDREN_CHANGED,
                    format!("`{}` has other children ({}), which this path neither starts nor stops", module.name, fact.items.join(", ")),
                )
                .label(*span, "the supervisor is replaced here")
                .help(help)
                .on_path(&way.name),
            );
        }
    }
}
