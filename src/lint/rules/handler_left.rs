//! A handler whose module is deleted while the handler is still installed.

use crate::appup::Direction;
use crate::diag::{Diagnostic, Findings, code};
use crate::interpret::Done;
use crate::lint::{Check, Pair, Passage, Rule};
use crate::term::Atom;

code! {
    HANDLER_LEFT "RL0621" "handler-left" Warning => Concerns(Deaths)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &HANDLER_LEFT, check: Check::Kept(check) };

const SWAPS: &[&str] = &["swap_handler", "swap_sup_handler"];
const REMOVE_EVENT_HANDLER: &[&str] = &["delete_handler", "swap_handler", "swap_sup_handler", "stop"];

/// What installs handlers: the functions, which argument names the module, and the functions that remove a handler.
const INSTALLS: &[(&str, &[&str], usize, &[&str])] = &[
    ("gen_event", &["add_handler", "add_sup_handler"], 1, REMOVE_EVENT_HANDLER),
    ("gen_event", SWAPS, 2, REMOVE_EVENT_HANDLER),
    ("logger", &["add_handler"], 1, &["remove_handler"]),
    ("error_logger", &["add_report_handler"], 0, &["delete_report_handler"]),
    ("telemetry", &["attach", "attach_many"], 2, &["detach"]),
];

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for Passage { route, passed, from, .. } in pair.passages() {
        // On a downgrade, what the upgrade path installed is there as well.
        let before = Some(Direction::Up).filter(|_| route.direction == Direction::Down).and_then(|up| pair.lives.passed(up));
        for (module, span) in route.gone() {
            let others = before.into_iter().flat_map(|before| before.done());
            let installed = from.all_done().chain(others).find_map(|done| installs(done, module).map(|removes| (done, removes)));
            let Some((done, removes)) = installed else { continue };
            let is_removed = passed.done().any(|other| other.module == done.module && removes.contains(&other.function.as_str()) && may_remove(other, done));
            let stops = pair.owner_of(&done.by).is_some_and(|application| !route.timeline.stops(application.name.value.as_str()).is_empty());
            if is_removed || stops {
                continue;
            }
            let remove = removes.first().copied().unwrap_or_default();
            found.push(
                Diagnostic::new(&HANDLER_LEFT, format!("`{module}` is deleted on this path, and is still installed as a handler"))
                    .label(
                        span,
                        format!("`{}:{}` (line {} of `{}`) installs it, and nothing on this path removes it", done.module, done.function, done.line.0, done.by),
                    )
                    .help(format!("remove it first, by an `apply` of `{}:{remove}` before the module is deleted", done.module))
                    .about(module.as_str())
                    .on_path(&route.name),
            );
        }
    }
}

/// Whether a call removes the handler that another one installs: of several of one module that with the same id.
fn may_remove(removes: &Done, installs: &Done) -> bool {
    let ids = removes.handler(1).zip(installs.handler(if installs.swaps() { 2 } else { 1 }));
    removes.module.as_str() != "gen_event" || ids.is_none_or(|(one, other)| !one.is_other_than(other))
}

/// The functions that remove the handler that a call installs, when its module is this one.
fn installs(done: &Done, module: &Atom) -> Option<&'static [&'static str]> {
    let (_, _, at, removes) = INSTALLS.iter().find(|(owner, functions, ..)| done.is(owner, functions))?;
    (done.handler(*at)?.as_module() == Some(module)).then_some(*removes)
}
