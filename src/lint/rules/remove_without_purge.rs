//! A module taken out by hand, whose old code stays.

use crate::appup::HighOp;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, File, Rule};
use crate::relup::LowOp;

code! {
    REMOVE_WITHOUT_PURGE "RL0421" "remove-without-purge" Warning => Concerns(Leftovers)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &REMOVE_WITHOUT_PURGE, check: Check::File(check) };

fn check(file: &File<'_>, found: &mut Findings) {
    for script in &file.scripts {
        let low = || {
            script.instructions.iter().filter_map(|instruction| if let Some(HighOp::Low(op)) = &instruction.op { Some((op, instruction.span)) } else { None })
        };
        for (op, span) in low() {
            let LowOp::Remove(module, ..) = op else { continue };
            let purged = low().any(|(op, _)| matches!(op, LowOp::Purge(modules) if modules.contains(module)));
            if !purged {
                found.push(
                    Diagnostic::new(&REMOVE_WITHOUT_PURGE, format!("`{module}` is removed, but its old code is not purged"))
                        .label(span, "its code stays in memory as old code")
                        .help(format!("write `{{delete_module,{module}}}`, or add `{{purge,[{module}]}}`")),
                );
            }
        }
    }
}
