//! A module with a loop of its own: its processes stay in the old code, and die with it.

use crate::beam::{ENDLESS, Loop, Names, SPAWNS, WAITS};
use crate::diag::{Diagnostic, Findings, code};
use crate::interpret::{Done, Value};
use crate::lint::{Check, Pair, Route, Rule};
use crate::relup::{LowOp, Purge};
use crate::term::Atom;

code! {
    OLD_CODE_KILLED "RL0608" "old-code-killed" Warning => Concerns(Deaths)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &OLD_CODE_KILLED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    let waiting = Names::of(WAITS.iter().chain(ENDLESS).flat_map(|(_, functions)| functions.iter().copied()));
    for route in pair.hot_routes() {
        let from = pair.side(route.direction, false);
        let habits = pair.habits(route.direction);
        for step in route.steps {
            let LowOp::Load(module, pre, post) = &step.op else { continue };
            let gone = route.timeline.replaced_at(module).unwrap_or_default();
            let owner = from.owner_of(module.as_str());
            if route.is_away(owner, gone, gone) {
                continue;
            }
            // What is suspended below `sys` waits there; a helper that a process has started does not.
            let is_still = route.is_still(module, owner, gone, gone) || route.converts(module);
            let is_seen = habits.get(module.as_str()).is_some_and(|habits| habits.own_loop) && !is_still;
            let endless = if is_seen { None } else { endless(pair, route, module, &waiting) };
            if !is_seen && endless.is_none() {
                continue;
            }
            let place = endless.map_or_else(String::new, |one| format!(", `{}/{}` (line {})", one.function, one.arity, one.line.0));
            let (when, help) = match (pre, post) {
                // `restart_application` of a library removes its modules first.
                _ if route.removed(module).is_some() => ("are killed here", "load the module instead, or write its processes as a `gen_server`"),
                (_, Purge::Brutal) => (
                    "are killed when the release is made permanent, or by the next upgrade that loads it",
                    "let the loop call itself by the module's name (`?MODULE:loop(State)`), or write it as a `gen_server`",
                ),
                (Purge::Brutal, Purge::Soft) => (
                    "are killed by the next upgrade that loads it",
                    "let the loop call itself by the module's name (`?MODULE:loop(State)`), or write it as a `gen_server`",
                ),
                (Purge::Soft, Purge::Soft) => (
                    "keep the next upgrade from loading it",
                    "let the loop call itself by the module's name (`?MODULE:loop(State)`), or stop its processes first",
                ),
            };
            found.push(
                Diagnostic::new(&OLD_CODE_KILLED, format!("`{module}` waits in a loop of its own{place}: processes in it keep running old code and {when}"))
                    .label(step.origin.span(), "loads the module and leaves its processes as they are")
                    .help(help)
                    .one_of_many(module.as_str(), |names, count| {
                        format!("{count} modules wait in loops of their own, whose processes keep running old code: {names}")
                    })
                    .on_path(&route.name),
            );
        }
    }
}

/// A loop of a module's own in which processes stay that go on; a process below `sys` goes on in the new code.
fn endless(pair: &Pair<'_>, route: &Route<'_>, module: &Atom, waiting: &Names) -> Option<Loop> {
    let from = pair.side(route.direction, false);
    let passed = pair.lives.passed(route.direction);
    // A conversion may end what the process has started.
    let ends = |done: &Done| done.by == *module && (done.is("erlang", &["exit"]) || done.is("Elixir.Process", &["exit"])) && done.arguments.len() == 2;
    let is_stopped = passed.is_some_and(|passed| passed.stopped.contains_key(module) || passed.done().any(ends));
    let facts = pair.facts(from, module)?;
    if is_stopped || pair.starts_again(route, module) || facts.exports.iter().any(|(name, _)| name.as_str() == "system_continue") {
        return None;
    }
    // Most modules wait for nothing, and need not be read as they were written.
    if !facts.waits && !pair.look(from, module)?.names_any(waiting) {
        return None;
    }
    // Another module may start the process.
    let half = pair.lives.half(route.direction, false);
    let is_started = |one: &Loop| {
        half.all_done().any(|done| {
            let named =
                done.arguments.windows(2).any(|pair| matches!(pair, [Value::Atom(owner), Value::Atom(name)] if owner == module && *name == one.function));
            named && SPAWNS.iter().any(|(owner, functions)| done.is(owner, functions))
        })
    };
    pair.program(from, module)?.endless_loops().into_iter().find(|one| !one.may_be_a_wait || is_started(one))
}
