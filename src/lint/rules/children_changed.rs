//! A supervisor whose children changed, on a path that neither takes the new list in nor starts or stops anybody.

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
    for way in pair.ways.iter().filter(|way| !way.restarts) {
        let calls = way.steps.iter().any(|step| matches!(&step.op, LowOp::Apply { module, .. } if module.as_str() == "supervisor"));
        for (_, module, fact) in pair.module_facts(&["supervisor-flags"]) {
            let name = Atom::new(&module.name);
            if let Some(span) = way.loaded.get(&name).filter(|_| !way.changed.contains(&name) && !way.removed.contains_key(&name)) {
                found.push(
                    Diagnostic::new(&CHILDREN_CHANGED, format!("`{}` is only loaded, but {}", module.name, fact.text))
                        .label(*span, "the running supervisor keeps its flags")
                        .help(format!("write `{{update,{name},supervisor}}`"))
                        .on_path(&way.name),
                );
            }
        }
        for (application, module, fact) in pair.module_facts(&["children"]) {
            let name = Atom::new(&module.name);
            let Some(span) = way.loaded.get(&name) else { continue };
            let updated = way.changed.contains(&name);
            if (updated && calls) || way.removed.contains_key(&name) {
                continue;
            }
            let help = if updated {
                "add `{apply,{supervisor,start_child,[Sup,Id]}}` for new ones, and `terminate_child` and `delete_child` for those that go".to_owned()
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
