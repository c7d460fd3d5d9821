//! What a path of a relup leaves over: processes suspended or stopped, old code that is not purged.

use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::lint::{Check, Existing, Rule};
use crate::node::{ModuleEvent, Timeline};
use crate::span::Span;

code! {
    RELUP_LEFT_OVER "RL0906" "relup-left-over" Error => Concerns(Leftovers)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &RELUP_LEFT_OVER, check: Check::Relup(check) };

fn check(existing: &Existing<'_>, found: &mut Findings) {
    let kinds = [
        (
            ModuleEvent::Suspended,
            &[ModuleEvent::Resumed][..],
            "processes of",
            "stay suspended",
            "never resumed",
            "add a `resume` for the module",
            Severity::Error,
        ),
        (ModuleEvent::Stopped, &[ModuleEvent::Started], "processes of", "stay stopped", "never started again", "add a `start` for the module", Severity::Error),
        // Where no process runs it, removing it is enough. Loading purges what is old.
        (
            ModuleEvent::Removed,
            &[ModuleEvent::Purged, ModuleEvent::Loaded],
            "the old code of",
            "stays as long as a process runs it",
            "never purged",
            "add a `purge` for the module",
            Severity::Warning,
        ),
    ];
    for (name, _, entry) in existing.paths() {
        let timeline = Timeline::of(&entry.steps);
        if timeline.restart().is_some() {
            continue;
        }
        let modules = timeline.modules();
        for (opens, closes, what, how, label, help, level) in kinds {
            for (module, at) in modules.iter().filter_map(|module| Some((module, timeline.left(module, opens, closes)?))) {
                let span = entry.steps.get(at).map_or(Span::GENERATED, |step| step.origin.span());
                found.push(Diagnostic::new(&RELUP_LEFT_OVER, format!("{what} `{module}` {how}")).severity(level).label(span, label).help(help).on_path(&name));
            }
        }
    }
}
