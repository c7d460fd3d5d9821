//! A function of a path that gives `self()` away: the process that runs it is the release handler.

use crate::diag::{Diagnostic, Findings, code};
use crate::interpret::{Done, Opaque, Value};
use crate::lint::{Check, Pair, Passage, Rule};
use crate::relup::LowOp;

code! {
    APPLY_OWN_PROCESS "RL0512" "apply-own-process" Warning => Concerns(State)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &APPLY_OWN_PROCESS, check: Check::Pair(check) };

/// Calls by which a process makes itself known, besides requests.
const KEEPS: &[(&str, &[&str])] = &[("pg", &["join"]), ("erlang", &["register"]), ("global", &["register_name", "re_register_name"])];

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for Passage { route, passed, .. } in pair.passages() {
        for (at, done) in passed.applied.iter().filter(|(_, done)| is_kept(done)) {
            let Some(LowOp::Apply { module, function, .. }) = route.steps.get(*at).map(|step| &step.op) else { continue };
            let place = format!("`{}:{}` (line {} of `{}`)", done.module, done.function, done.line.0, done.by);
            found.push(
                Diagnostic::new(&APPLY_OWN_PROCESS, format!("`{module}:{function}` gives away `self()` on this path, and that is the release handler"))
                    .label(route.span(*at), format!("{place} gets it: an `apply` runs in the process that runs the upgrade"))
                    .help("pass the pid of the process that is meant (`whereis/1`), have that process do it when it is asked to, or do it in its `code_change`")
                    .about(module.as_str())
                    .on_path(&route.name),
            );
        }
    }
}

/// Whether a call makes the process known that makes it.
fn is_kept(done: &Done) -> bool {
    let mut has_own = false;
    done.arguments.iter().skip(1).for_each(|argument| argument.visit(&mut |part| has_own |= *part == Value::Opaque(Opaque::Elsewhere)));
    done.elsewhere && has_own && (done.is_request() || KEEPS.iter().any(|(owner, functions)| done.is(owner, functions)))
}
