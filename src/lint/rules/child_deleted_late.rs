//! A child that is taken from its supervisor after its module is gone.

use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, File, Rule};
use crate::node::{ModuleEvent, Timeline};
use crate::relup::ChildAction;
use crate::span::Span;
use crate::term::{Atom, Term};
use std::collections::HashSet;

code! {
    CHILD_DELETED_LATE "RL0714" "child-deleted-late" Warning => Concerns(Leftovers)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CHILD_DELETED_LATE, check: Check::File(check) };

fn check(file: &File<'_>, found: &mut Findings) {
    for script in file.scripts.iter().filter(|script| script.has_calls()) {
        let steps = script.steps();
        let timeline = Timeline::of(steps);
        let span = |at: usize| steps.get(at).map_or(Span::GENERATED, |step| step.origin.span());
        let mut reported: HashSet<&Atom> = HashSet::new();
        for (at, child) in timeline.children() {
            if !matches!(child.action, ChildAction::Terminate | ChildAction::Delete) {
                continue;
            }
            // By convention a child has the name of its module.
            let Some(id) = child.id.and_then(Term::as_atom) else { continue };
            let removed = timeline.left(id, ModuleEvent::Removed, &[ModuleEvent::Loaded]).filter(|removed| removed < at);
            if let Some(removed) = removed.filter(|_| reported.insert(id)) {
                found.push(
                    Diagnostic::new(&CHILD_DELETED_LATE, format!("the child `{id}` is terminated after its module was removed"))
                        .label(span(*at), "runs too late")
                        .label(span(removed), "by now the module is removed and its processes have been killed")
                        .help("stop and delete the child first: its supervisor would start it again, without code, until it gives up"),
                );
            }
        }
    }
}
