//! An instruction for a module that runs the same code on both sides.

use crate::beam::Facts;
use crate::compare::{Change, Depth, Impact};
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::relup::Cause;
use crate::term::Atom;
use std::collections::HashSet;

code! {
    UNCHANGED_MODULE "RL0523" "unchanged-module" Advice
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &UNCHANGED_MODULE, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    let differs: HashSet<&str> = pair.modules().filter(|(_, module)| module.depth != Depth::Debug).map(|(_, module)| module.name.as_str()).collect();
    // Of applications without compiled modules nothing is known.
    let seen = pair.comparison.applications.iter().filter(|change| change.same_modules + change.modules.len() > 0);
    let seen: HashSet<&str> = seen.map(|change| change.name.as_str()).collect();
    // Nor of modules that could not be read, or have no file on one side.
    let unread = |fact: &'_ Impact| {
        if let Change::CodeUnreadable(module) | Change::CodeMissing(Some(module)) = &fact.change { Some(module.clone()) } else { None }
    };
    let unseen: HashSet<Atom> =
        pair.application_impacts(|change| matches!(change, Change::CodeMissing(_) | Change::CodeUnreadable(_))).filter_map(|(_, fact)| unread(fact)).collect();
    let known =
        |module: &str| !unseen.contains(module) && pair.target.owner_of(module).is_some_and(|application| seen.contains(application.name.value.as_str()));
    for route in &pair.routes {
        for step in route.steps {
            let crate::relup::LowOp::Load(module, ..) = &step.op else { continue };
            let Cause::Written(span) = step.origin.cause else { continue };
            // A supervisor takes specifications in that another module makes.
            let is_supervisor =
                pair.facts(pair.target, module).is_some_and(|facts| facts.behaviours.iter().any(|behaviour| Facts::supervises(behaviour.as_str())));
            if (is_supervisor && route.converts(module)) || route.removed(module).is_some() || differs.contains(module.as_str()) || !known(module.as_str()) {
                continue;
            }
            found.push(
                Diagnostic::new(&UNCHANGED_MODULE, format!("`{module}` runs the same code in both releases"))
                    .label(span, "loaded for nothing")
                    .help("remove the instruction, unless its processes need the `code_change`")
                    .on_path(&route.name),
            );
        }
    }
}
