//! A module whose code differs, and that no instruction of the path replaces: the old code runs on.

use crate::compare::{Depth, Presence};
use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::lint::{Check, Pair, Rule};
use crate::term::Atom;

code! {
    MODULE_NOT_REPLACED "RL0521" "module-not-replaced" Error
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &MODULE_NOT_REPLACED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for way in pair.hot_ways() {
        for (application, module) in pair.modules().filter(|(application, _)| application.presence == Presence::Both && application.base != application.target)
        {
            let name = Atom::new(&module.name);
            let up = way.direction == crate::appup::Direction::Up;
            let (what, instruction, done) = match (module.depth, up) {
                (Depth::Code, _) => ("differs", "load_module", way.loaded.contains_key(&name)),
                (Depth::Added, true) | (Depth::Removed, false) => ("is new", "add_module", way.loaded.contains_key(&name)),
                (Depth::Removed, true) | (Depth::Added, false) => ("is gone", "delete_module", way.removed.contains_key(&name)),
                (Depth::Moved | Depth::Attributes | Depth::Debug, _) => continue,
            };
            if done {
                continue;
            }
            let effect = if instruction == "delete_module" { "stays loaded" } else { "is not loaded" };
            let mut finding = Diagnostic::new(&MODULE_NOT_REPLACED, format!("`{name}` of `{}` {what} and {effect} on this path", application.name));
            if let Some(entry) = pair.entry(&application.name, way.direction) {
                finding = finding.label(entry.version.span(), format!("this entry is used, and does not mention `{name}`"));
            }
            found.push(
                finding
                    .severity(if way.loads_by_call { Severity::Warning } else { Severity::Error })
                    .label(pair.place(&application.name), "the application changes its version here")
                    .help(format!(
                        "add `{{{instruction},{name}}}` to the appup's {} entry, or `{{restart_application,{}}}`",
                        way.direction.word(),
                        application.name
                    ))
                    .on_path(&way.name),
            );
        }
    }
}
