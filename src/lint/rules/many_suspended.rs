//! Many modules whose processes are suspended together.

use crate::appup::Change;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::file::Script;
use crate::lint::{Check, File, Rule};
use crate::relup::LowOp;

code! {
    MANY_SUSPENDED "RL0503" "many-suspended" Advice
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &MANY_SUSPENDED, check: Check::File(check) };

/// More modules than this are reported.
const MANY: usize = 10;
/// How long the release handler waits for one process, in seconds, unless the instruction says otherwise.
const PATIENCE: usize = 5;

fn check(file: &File<'_>, found: &mut Findings) {
    let updates = |script: &&Script<'_>| script.modules().filter(|dependent| matches!(dependent.change, Change::Update { .. })).count();
    for script in file.scripts.iter().filter(|script| script.has_calls() || updates(script) > MANY) {
        for step in script.steps() {
            if let LowOp::Suspend(list) = &step.op
                && list.len() > MANY
            {
                found.push(
                    Diagnostic::new(&MANY_SUSPENDED, format!("the processes of {} modules are suspended together", list.len()))
                        .label(step.origin.span(), "they are suspended until the last of them is changed")
                        .help(format!(
                            "with the default timeout that is up to {} seconds for one process of each; depend only on what must be replaced first",
                            list.len() * PATIENCE
                        )),
                );
            }
        }
    }
}
