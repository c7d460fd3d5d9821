//! A pattern whose earlier alternative hides a longer one.

use crate::appup::Version;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, File, Rule};

code! {
    ALTERNATION_ORDER "RL0333" "alternation-order" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &ALTERNATION_ORDER, check: Check::File(check) };

fn check(file: &File<'_>, found: &mut Findings) {
    for script in &file.scripts {
        let Version::Pattern(pattern) = &script.entry.version else { continue };
        let Ok(text) = std::str::from_utf8(&pattern.bytes) else { continue };
        // Only alternatives without brackets can be told apart by looking.
        if text.contains(['(', '[', '{']) {
            continue;
        }
        let alternatives: Vec<&str> = text.split('|').collect();
        let hidden = alternatives.iter().enumerate().find_map(|(at, later)| {
            let earlier = alternatives.iter().take(at).find(|earlier| !earlier.is_empty() && later.len() > earlier.len() && later.starts_with(**earlier))?;
            (!earlier.ends_with('\\')).then_some((*earlier, *later))
        });
        if let Some((earlier, later)) = hidden {
            found.push(
                Diagnostic::new(&ALTERNATION_ORDER, format!("`{later}` of this pattern is never taken: `{earlier}` comes first and takes only a part of it"))
                    .label(pattern.span, "the first alternative that fits wins, and must then be the whole version")
                    .help(format!("put the longer one first: `{later}|{earlier}`")),
            );
        }
    }
}
