//! An application that is restarted under others that need it.

use crate::appup::{self, HighOp};
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};

code! {
    DEPENDANTS_RUNNING "RL0507" "dependants-running" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &DEPENDANTS_RUNNING, check: Check::Pair(check) };

/// How many applications are named.
const NAMED: usize = 3;

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for way in pair.hot_ways() {
        let to = pair.side(way.direction, true);
        for application in &pair.comparison.applications {
            let Some(entry) = pair.entry(&application.name, way.direction).filter(|_| application.base != application.target) else { continue };
            for instruction in appup::read_script(&entry.script, &mut Findings::default()) {
                let Some(HighOp::RestartApplication(name)) = &instruction.op else { continue };
                let name = &name.value;
                // A library has no processes that could be away.
                if to.application(name.as_str()).is_none_or(|own| own.file.callback.is_none()) {
                    continue;
                }
                let needs = |user: &crate::release::Application| user.file.applications.iter().chain(&user.includes).any(|needed| needed.value == *name);
                let running: Vec<String> = to
                    .applications
                    .iter()
                    .filter(|user| needs(user) && user.file.callback.is_some() && !way.stopped.contains_key(user.name.value.as_str()))
                    .map(|user| format!("`{}`", user.name.value))
                    .collect();
                if running.is_empty() {
                    continue;
                }
                let shown = running.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
                let more = running.len().saturating_sub(NAMED);
                let shown = if more > 0 { format!("{shown} and {more} more") } else { shown };
                let verb = if running.len() == 1 { "runs on and needs" } else { "run on and need" };
                found.push(
                    Diagnostic::new(&DEPENDANTS_RUNNING, format!("`{name}` is restarted while {shown} {verb} it"))
                        .label(instruction.span, "for a while nobody answers here, and what others keep of its processes is stale")
                        .help("replace its modules one by one, or restart those that need it, too, from their own appups")
                        .on_path(&way.name),
                );
            }
        }
    }
}
