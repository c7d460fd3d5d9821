//! Versions with an upgrade entry but no downgrade entry, or the reverse.

use super::Takers;
use crate::appup::{Direction, Version};
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, File, Rule};
use std::collections::HashSet;

code! {
    ONE_WAY_ENTRY "RL0711" "one-way-entry" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &ONE_WAY_ENTRY, check: Check::File(check) };

fn check(file: &File<'_>, found: &mut Findings) {
    for (direction, other) in [(Direction::Up, Direction::Down), (Direction::Down, Direction::Up)] {
        let others = &file.appup.entries(other).list;
        let exact: HashSet<&str> =
            others.iter().filter_map(|other| if let Version::Exact(text, _) = &other.version { Some(text.as_str()) } else { None }).collect();
        let patterns: Vec<&Version> = others.iter().map(|other| &other.version).filter(|version| !matches!(version, Version::Exact(..))).collect();
        let mut takers = Takers::new();
        for entry in &file.appup.entries(direction).list {
            let covered = match &entry.version {
                Version::Exact(text, _) => exact.contains(text.as_str()) || takers.find(&patterns, |pattern| pattern.takes(text).unwrap_or(true)).is_some(),
                Version::Pattern(_) | Version::Other(_) => takers.find(&patterns, |pattern| pattern.is_same(&entry.version)).is_some(),
            };
            if !covered && !takers.is_exhausted() {
                let (message, help) = match direction {
                    Direction::Up => ("this version has no downgrade entry", "`relupc invert` derives it; without it a faulty release cannot be downgraded"),
                    Direction::Down => ("this version has no upgrade entry", "write one, or remove the downgrade entry if the version is no longer supported"),
                };
                found.push(Diagnostic::new(&ONE_WAY_ENTRY, message).label(entry.version.span(), format!("only in the {} list", direction.word())).help(help));
            }
        }
    }
}
