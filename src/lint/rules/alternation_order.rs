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
        // Only alternatives without brackets can be distinguished by looking.
        if text.contains(['(', '[', '{']) {
            continue;
        }
        if let Some((earlier, later)) = hidden(text) {
            let (earlier, later) = (shortened(earlier), shortened(later));
            found.push(
                Diagnostic::new(&ALTERNATION_ORDER, format!("`{later}` of this pattern is never taken: `{earlier}` comes first and takes only a part of it"))
                    .label(pattern.span, "the first alternative that fits is taken, and must then be the whole version")
                    .help(format!("put the longer one first: `{later}|{earlier}`")),
            );
        }
    }
}

/// The first alternative that begins with an earlier one, and that one.
fn hidden(text: &str) -> Option<(&str, &str)> {
    let mut alternatives: Vec<(&str, usize)> = text.split('|').enumerate().map(|(at, alternative)| (alternative, at)).collect();
    alternatives.retain(|(alternative, _)| !alternative.is_empty());
    alternatives.sort_unstable();
    // In this order what an alternative begins with comes before it, and whatever is between the two begins with it, too.
    let mut prefixes: Vec<((&str, usize), usize)> = Vec::new();
    let mut first: Option<(usize, &str, &str)> = None;
    for (later, at) in alternatives {
        while prefixes.last().is_some_and(|((prefix, _), _)| !later.starts_with(prefix)) {
            prefixes.pop();
        }
        let earliest = prefixes.last().map(|((_, _), earliest)| *earliest);
        let shortest = |earliest: usize| prefixes.iter().map(|(own, _)| *own).find(|(_, at)| *at == earliest);
        if let Some((earlier, before)) = earliest.and_then(shortest)
            && before < at
            && earlier.len() < later.len()
            && !earlier.ends_with('\\')
            && first.is_none_or(|(known, ..)| at < known)
        {
            first = Some((at, earlier, later));
        }
        prefixes.push(((later, at), earliest.map_or(at, |earliest| earliest.min(at))));
    }
    first.map(|(_, earlier, later)| (earlier, later))
}

/// The beginning of a text that may be of any length.
fn shortened(text: &str) -> String {
    const SHOWN: usize = 40;
    if text.chars().count() <= SHOWN { text.to_owned() } else { text.chars().take(SHOWN).chain(['.', '.', '.']).collect() }
}

#[cfg(test)]
mod tests {
    use super::hidden;

    #[test]
    fn an_earlier_beginning_hides_a_later_alternative() {
        assert_eq!(hidden("1|10"), Some(("1", "10")));
        assert_eq!(hidden("10|1"), None);
        assert_eq!(hidden("2|10|1|1.0|10.5"), Some(("1", "1.0")));
        assert_eq!(hidden("a\\|ab"), None);
        assert_eq!(hidden("1.0|1.0|2"), None);
        assert_eq!(hidden("|1|2"), None);
    }

    /// Many alternatives without a beginning in common, last ones first: each is compared with its neighbours only.
    #[test]
    fn many_alternatives_are_looked_at() {
        let many: Vec<String> = (0..200_000).rev().map(|number| format!("{number:06}")).collect();
        assert_eq!(hidden(&many.join("|")), None);
        assert_eq!(hidden(&format!("{}|0000005", many.join("|"))), Some(("000000", "0000005")));
    }
}
