//! A module whose code differs, and that no instruction of the path replaces: the old code runs on.

use crate::compare::{Depth, Presence};
use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::lint::{Check, Pair, Rule};
use crate::term::Atom;

code! {
    MODULE_NOT_REPLACED "RL0521" "module-not-replaced" Error => Concerns(Code)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &MODULE_NOT_REPLACED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    // Of an existing relup the code at the end is checked as a whole.
    if pair.is_given {
        return;
    }
    for route in pair.hot_routes() {
        for (application, module) in pair.modules().filter(|(application, _)| application.presence == Presence::Both && application.base != application.target)
        {
            let name = Atom::new(&module.name);
            let up = route.direction == crate::appup::Direction::Up;
            let (what, instruction, done) = match (module.depth, up) {
                (Depth::Code, _) => ("differs", "load_module", route.loaded(&name).is_some()),
                (Depth::Added, true) | (Depth::Removed, false) => ("is new", "add_module", route.loaded(&name).is_some()),
                (Depth::Removed, true) | (Depth::Added, false) => ("is gone", "delete_module", route.removed(&name).is_some()),
                (Depth::Moved | Depth::Attributes | Depth::Debug, _) => continue,
            };
            if done {
                continue;
            }
            let effect = if instruction == "delete_module" { "stays loaded" } else { "is not loaded" };
            let mut finding = Diagnostic::new(&MODULE_NOT_REPLACED, format!("`{name}` of `{}` {what} and {effect} on this path", application.name));
            if let Some(entry) = pair.entry(&application.name, route.direction) {
                finding = finding.label(entry.version.span(), format!("this entry is used, and does not mention `{name}`"));
            }
            found.push(
                finding
                    .severity(if route.timeline.calls_code_server() { Severity::Warning } else { Severity::Error })
                    .label(pair.place(&application.name), "the application changes its version here")
                    .help(format!(
                        "add `{{{instruction},{name}}}` to the appup's {} entry, or `{{restart_application,{}}}`",
                        route.direction.word(),
                        application.name
                    ))
                    .on_path(&route.name),
            );
        }
    }
}
