//! An application whose topmost process is not a supervisor: the release handler finds no process of it.

use crate::beam::Facts;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::relup::{LowOp, Step};

code! {
    TOP_NOT_SUPERVISOR "RL0610" "top-not-supervisor" Warning => Concerns(Steps)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &TOP_NOT_SUPERVISOR, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        // The search for processes asks every application that runs.
        let asks = |step: &&Step| matches!(step.op, LowOp::Suspend(_) | LowOp::Stop(_));
        let Some(first) = route.steps.iter().find(asks) else { continue };
        let from = pair.side(route.direction, false);
        for application in &from.applications {
            let Some(callback) = &application.file.callback else { continue };
            let tops = pair.facts(from, &callback.value).map(|facts| facts.tops.clone()).unwrap_or_default();
            for top in tops.iter().filter(|top| !Facts::supervises(top.as_str())) {
                let behaviours = pair.facts(from, top).map(|facts| facts.behaviours.clone()).unwrap_or_default();
                let is_process = behaviours.iter().any(Facts::runs_processes);
                let is_supervisor = behaviours.iter().any(|behaviour| Facts::supervises(behaviour.as_str()));
                if is_process && !is_supervisor {
                    found.push(
                        Diagnostic::new(
                            &TOP_NOT_SUPERVISOR,
                            format!("`{}` starts `{top}`, which is not a supervisor, and the release handler asks it for its children", application.name.value),
                        )
                        .label(first.origin.span(), "to find processes, every application that runs is asked from its top")
                        .label(application.name.span, "this one among them")
                        .help("start a supervisor from the callback module and the process below it: one that does not know the question crashes, or stops the upgrade")
                        .on_path(&route.name),
                    );
                }
            }
        }
    }
}
