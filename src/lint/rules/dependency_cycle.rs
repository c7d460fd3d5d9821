//! Modules that depend on each other, or on themselves: their order is left to chance.

use crate::appup::{Change, Dependent};
use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::lint::{Check, File, Rule};
use crate::plan::knots;
use crate::term::Atom;
use std::collections::HashMap;

code! {
    DEPENDENCY_CYCLE "RL0501" "dependency-cycle" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &DEPENDENCY_CYCLE, check: Check::File(check) };

/// How many modules of a knot are named.
const NAMED: usize = 6;

fn check(file: &File<'_>, found: &mut Findings) {
    for script in &file.scripts {
        let members: Vec<&Dependent> = script.modules().collect();
        let index: HashMap<&Atom, usize> = members.iter().enumerate().map(|(at, dependent)| (&dependent.module.value, at)).collect();
        let edges: Vec<(usize, usize)> = members
            .iter()
            .enumerate()
            .flat_map(|(at, dependent)| dependent.deps.iter().filter_map(|dep| index.get(&dep.value)).map(move |dep| (at, *dep)))
            .collect();
        // Dependencies that all point one way close no circle.
        if edges.iter().all(|(at, dep)| dep < at) || edges.iter().all(|(at, dep)| dep > at) {
            continue;
        }
        for knot in knots(members.len(), &edges) {
            let inside: Vec<&Dependent> = knot.iter().filter_map(|at| members.get(*at)).copied().collect();
            let Some(first) = inside.first() else { continue };
            let names: Vec<String> = inside.iter().take(NAMED).map(|dependent| format!("`{}`", dependent.module.value)).collect();
            let message = match inside.len() {
                1 => format!("`{}` depends on itself", first.module.value),
                count if count > NAMED => format!("{count} modules depend on each other: {} and {} more", names.join(", "), count - NAMED),
                _ => format!("{} depend on each other", names.join(", ")),
            };
            // Who suspends processes wants them all to be replaced before any goes on.
            let suspends = |dependent: &&Dependent| matches!(dependent.change, Change::Update { .. });
            let level = if inside.iter().all(suspends) { Severity::Advice } else { Severity::Warning };
            found.push(
                Diagnostic::new(&DEPENDENCY_CYCLE, message)
                    .severity(level)
                    .label(first.module.span, "OTP accepts this, and loads them in any order")
                    .help("list a module only if it must be replaced first: remove one side"),
            );
        }
    }
}
