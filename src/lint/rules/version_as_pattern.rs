//! A plain version written as a binary, which makes it a pattern.

use crate::appup::Version;
use crate::diag::Edit;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, File, Rule};

code! {
    VERSION_AS_PATTERN "RL0334" "version-as-pattern" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &VERSION_AS_PATTERN, check: Check::File(check) };

fn check(file: &File<'_>, found: &mut Findings) {
    for script in &file.scripts {
        let Version::Pattern(pattern) = &script.entry.version else { continue };
        let Ok(text) = std::str::from_utf8(&pattern.bytes) else { continue };
        if !text.is_empty() && text.contains('.') && text.chars().all(|c| c.is_ascii_digit() || c == '.') {
            let Some((pattern_text, plain)) = file.written(&format!("<<\"{text}\">>")).zip(file.written(&format!("\"{text}\""))) else { continue };
            found.push(
                Diagnostic::new(&VERSION_AS_PATTERN, format!("`{pattern_text}` is a pattern, in which each dot matches any character"))
                    .label(pattern.span, "a binary is a pattern")
                    .help(format!("for just this version write the string `{plain}`"))
                    .unsafe_fix("make it a string", vec![Edit { span: pattern.span, text: plain }]),
            );
        }
    }
}
