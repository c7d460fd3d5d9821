//! Processes that are looked for while a supervisor is suspended: the release handler asks each supervisor for its children.

use crate::beam::Facts;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::relup::LowOp;
use crate::term::Atom;
use std::collections::BTreeMap;

code! {
    TREE_WALKED_SUSPENDED "RL0627" "tree-walked-suspended" Error => Concerns(Steps)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &TREE_WALKED_SUSPENDED, check: Check::Pair(check) };

/// `release_handler_1:get_supervised_procs/0` (OTP 25 to 29) refuses to ask a suspended supervisor, and the node restarts.
fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        let from = pair.side(route.direction, false);
        let runs = pair.running_supervisors(route.direction);
        let is_supervisor = |module: &Atom| {
            runs.contains_key(module) && pair.facts(from, module).is_some_and(|facts| facts.behaviours.iter().any(|name| Facts::supervises(name.as_str())))
        };
        // The supervisors that are suspended, each since which step.
        let mut suspended: BTreeMap<&Atom, usize> = BTreeMap::new();
        for (at, step) in route.steps.iter().enumerate() {
            if let LowOp::Resume(modules) = &step.op {
                suspended.retain(|module, _| !modules.contains(module));
            }
            if !matches!(step.op, LowOp::Suspend(_) | LowOp::Stop(_)) {
                continue;
            }
            if let Some((module, since)) = suspended.iter().next() {
                found.push(
                    Diagnostic::new(
                        &TREE_WALKED_SUSPENDED,
                        format!("`{}` asks all supervisors for their children while `{module}` is suspended", step.op.name()),
                    )
                    .label(route.span(at), "fails here, and the node restarts")
                    .label(route.span(*since), "suspended here")
                    .help(format!("resume `{module}` before, or suspend everything by one instruction"))
                    .on_path(&route.name),
                );
                break;
            }
            if let LowOp::Suspend(list) = &step.op {
                suspended.extend(list.iter().filter(|one| is_supervisor(&one.module)).map(|one| (&one.module, at)));
            }
        }
    }
}
