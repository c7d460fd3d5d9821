//! Bases that a relup has no path for, and paths that lead nowhere.

use crate::appup::Direction;
use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::lint::{Check, Existing, Rule};
use crate::relup::Entry;
use std::collections::HashSet;

code! {
    RELUP_PATHS "RL0907" "relup-paths" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &RELUP_PATHS, check: Check::Relup(check) };

fn check(existing: &Existing<'_>, found: &mut Findings) {
    let relup = existing.relup;
    if let Some(target) = existing.target.filter(|target| target.rel.vsn.value != relup.version) {
        found.push(
            Diagnostic::new(&RELUP_PATHS, format!("the relup is for release {}, but is in release {}", relup.version, target.rel.vsn.value))
                .severity(Severity::Error)
                .label(existing.start, "the release handler compares this version with that of the folder")
                .help("compile the relup of this release"),
        );
        return;
    }
    let versions = |list: &[Entry]| list.iter().map(|entry| entry.version.clone()).collect::<HashSet<String>>();
    let (up, down) = (versions(&relup.up), versions(&relup.down));
    for (base, _) in &existing.bases {
        let version = &base.rel.vsn.value;
        for (direction, known) in [(Direction::Up, &up), (Direction::Down, &down)] {
            if known.contains(version) {
                continue;
            }
            let way = if direction == Direction::Up { "from" } else { "back to" };
            let mut finding = Diagnostic::new(&RELUP_PATHS, format!("the relup has no path {way} {version}"))
                .label(existing.start, "none of its paths is for this release")
                .label(base.rel.vsn.span, "the release");
            // Another base may be a step on the way.
            let hop = existing.bases.iter().find(|(other, own)| {
                let leads = |list: fn(&crate::relup::Relup) -> &Vec<Entry>| own.is_some_and(|own| list(own).iter().any(|entry| entry.version == *version));
                known.contains(&other.rel.vsn.value) && if direction == Direction::Up { leads(|relup| &relup.up) } else { leads(|relup| &relup.down) }
            });
            finding = match hop {
                Some((hop, _)) => finding
                    .help(format!("it can be reached in two steps, through {}; `relupc make` with both as `--from` compiles a direct path", hop.rel.vsn.value)),
                None => finding.help("compile the relup with this release as `--from`, too"),
            };
            found.push(finding);
        }
    }
    for (one, other, what) in [(&relup.up, &down, "an upgrade from"), (&relup.down, &up, "a downgrade to")] {
        for entry in one.iter() {
            let place = entry.steps.first().map_or(existing.start, |step| step.origin.span());
            if entry.version == relup.version {
                found.push(
                    Diagnostic::new(&RELUP_PATHS, format!("a path leads from release {} to itself", entry.version))
                        .label(place, "goes nowhere")
                        .help("remove it"),
                );
            } else if !other.contains(&entry.version) {
                found.push(
                    Diagnostic::new(&RELUP_PATHS, format!("there is {what} release {} but no path in the other direction", entry.version))
                        .label(place, "a path in one direction only")
                        .help("`relupc make --from` compiles both"),
                );
            }
        }
    }
}
