//! An entry that can never be chosen, because an earlier one takes all its versions.

use super::Takers;
use crate::appup::{Direction, Version};
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, File, Rule};
use std::collections::HashMap;

code! {
    UNREACHABLE_ENTRY "RL0331" "unreachable-entry" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &UNREACHABLE_ENTRY, check: Check::File(check) };

fn check(file: &File<'_>, found: &mut Findings) {
    for direction in [Direction::Up, Direction::Down] {
        let mut exact: HashMap<&str, &Version> = HashMap::new();
        let mut patterns: Vec<&Version> = Vec::new();
        let mut takers = Takers::new();
        for entry in &file.appup.entries(direction).list {
            let version = &entry.version;
            let earlier = match version {
                Version::Exact(text, _) => {
                    let same = exact.get(text.as_str()).copied();
                    same.or_else(|| takers.find(&patterns, |pattern| pattern.takes(text).unwrap_or(false)))
                }
                Version::Pattern(_) | Version::Other(_) => takers.find(&patterns, |earlier| earlier.is_same(version) || takes_all(earlier)),
            };
            if let Some(earlier) = earlier {
                found.push(
                    Diagnostic::new(&UNREACHABLE_ENTRY, format!("this {} entry is never chosen", direction.word()))
                        .label(version.span(), "the first entry that matches a version counts")
                        .label(earlier.span(), "and this one matches it")
                        .help("put the more specific entry first, or remove one of them"),
                );
            }
            match version {
                Version::Exact(text, _) => {
                    exact.entry(text).or_insert(version);
                }
                Version::Pattern(_) | Version::Other(_) => patterns.push(version),
            }
        }
    }
}

/// Whether a pattern takes whatever comes.
pub(super) fn takes_all(version: &Version) -> bool {
    matches!(version, Version::Pattern(pattern) if matches!(pattern.bytes.as_slice(), b".*" | b".+" | b"^.*$" | b"^.+$" | b"[\\s\\S]*"))
}
