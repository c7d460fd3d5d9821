//! The module of a child that goes while the child runs.

use crate::beam::Known;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::relup::LowOp;

code! {
    CHILD_MODULE_DELETED "RL0611" "child-module-deleted" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CHILD_MODULE_DELETED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for way in pair.hot_ways() {
        let from = pair.side(way.direction, false);
        for (module, span) in way.gone() {
            let Some(library) = from.library_of(module.as_str()) else { continue };
            let at = way.gone_at.get(module).copied().unwrap_or_default();
            if way.is_still(module, Some(library), at, at) {
                continue;
            }
            let stops = |step: &crate::relup::Step| {
                matches!(&step.op, LowOp::Apply { module, function, .. }
                    if module.as_str() == "supervisor" && matches!(function.as_str(), "terminate_child" | "delete_child"))
            };
            if way.steps.iter().take(at).any(stops) {
                continue;
            }
            for supervisor in pair.supervisors(from, library.name.value.as_str()).iter() {
                let Known::Known(supervision) = &supervisor.children else { continue };
                let own = |child: &&crate::beam::Child| child.start.as_ref().map_or_else(|| child.id == module.to_string(), |start| start == module);
                if let Some(child) = supervision.children.iter().find(own) {
                    let help = if supervision.is_template() {
                        format!("stop the children of `{}` before it, each by its pid, from a function of your own", supervisor.module)
                    } else {
                        format!(
                            "before it, `{{apply,{{supervisor,terminate_child,[{0},{1}]}}}}` and `{{apply,{{supervisor,delete_child,[{0},{1}]}}}}`",
                            supervisor.module, child.id
                        )
                    };
                    found.push(
                        Diagnostic::new(
                            &CHILD_MODULE_DELETED,
                            format!("`{module}` is removed while supervisor `{}` still runs child `{}`", supervisor.module, child.id),
                        )
                        .label(span, "kills its processes, and their supervisor cannot start them again")
                        .help(help)
                        .on_path(&way.name),
                    );
                }
            }
        }
    }
}
