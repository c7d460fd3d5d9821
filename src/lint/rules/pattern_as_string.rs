//! A version written as a string, with the signs of a pattern in it.

use crate::appup::Version;
use crate::diag::Edit;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, File, Rule};

code! {
    PATTERN_AS_STRING "RL0332" "pattern-as-string" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &PATTERN_AS_STRING, check: Check::File(check) };

fn check(file: &File<'_>, found: &mut Findings) {
    for script in &file.scripts {
        let Version::Exact(version, span) = &script.entry.version else { continue };
        let signs = ["\\.", ".*", ".+", "[0-9]", "\\d", "(", "^", "$", "|"];
        if signs.iter().any(|sign| version.contains(sign)) {
            let Some(text) = file.written(&format!("<<{}>>", crate::term::print::quoted(version, '"'))) else { continue };
            found.push(
                Diagnostic::new(&PATTERN_AS_STRING, format!("`{version}` looks like a pattern, but a string is compared letter by letter"))
                    .label(*span, "only a binary is a pattern")
                    .help(format!("write `{text}`"))
                    .unsafe_fix("make it a pattern", vec![Edit { span: *span, text }]),
            );
        }
    }
}
