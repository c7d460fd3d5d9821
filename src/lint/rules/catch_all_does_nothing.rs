//! An entry for every version that does nothing: whatever changes later is "upgraded" to nothing.

use super::unreachable_entry::takes_all;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, File, Rule};

code! {
    CATCH_ALL_DOES_NOTHING "RL0335" "catch-all-does-nothing" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CATCH_ALL_DOES_NOTHING, check: Check::File(check) };

fn check(file: &File<'_>, found: &mut Findings) {
    for script in &file.scripts {
        if takes_all(&script.entry.version) && script.entry.script.is_nil() {
            found.push(
                Diagnostic::new(&CATCH_ALL_DOES_NOTHING, format!("this {} entry matches every version and does nothing", script.direction.word()))
                    .label(script.entry.span, "changed code is silently not loaded")
                    .help(format!("name the versions it is for, or write `[{{restart_application,{}}}]`", file.name)),
            );
        }
    }
}
