//! An interval timer of the old code that keeps running alongside the timer which the new code starts.

use crate::diag::{Diagnostic, Findings, code};
use crate::interpret::Takes;
use crate::lint::live::{caused, takes};
use crate::lint::{Check, Pair, Passage, Rule};

code! {
    TIMER_LEFT "RL0623" "timer-left" Warning => Concerns(Leftovers)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &TIMER_LEFT, check: Check::Kept(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for Passage { route, passed, from, to } in pair.passages() {
        for (name, (machine, old)) in &from.processes {
            let Some((_, new)) = to.processes.get(name).filter(|_| !pair.none_lives_on(route, passed, name)) else { continue };
            let Some(span) = route.loaded(name) else { continue };
            let cancels = |done: &crate::interpret::Done| done.is("timer", &["cancel"]);
            if passed.done().any(cancels) {
                continue;
            }
            let after = caused(name, *machine, new);
            let mut before = caused(name, *machine, old).into_iter().filter(|one| one.repeats);
            let is_left = |one: &crate::lint::live::Caused| {
                let same = || after.iter().filter(|other| other.arrives == one.arrives);
                same().next().is_some() && !same().any(|other| other.repeats) && takes(pair, route.direction, true, name, *machine, one) != Takes::No
            };
            let Some(left) = before.find(is_left) else { continue };
            let message = left.arrives.last().map(ToString::to_string).unwrap_or_default();
            found.push(
                Diagnostic::new(
                    &TIMER_LEFT,
                    format!("the interval timer that sends `{message}` to `{name}` keeps running, alongside the timer that the code being loaded starts"),
                )
                .label(span, format!("the code that it replaces started it, in line {} of its source", left.line))
                .help("stop it with `timer:cancel/1` in `code_change`; its reference must be in the state")
                .about(name.as_str())
                .on_path(&route.name),
            );
        }
    }
}
