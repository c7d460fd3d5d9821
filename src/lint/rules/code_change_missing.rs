//! An `advanced` update of a module that exports no fitting `code_change`, or one whose answer is not accepted.

use crate::beam::Facts;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::relup::LowOp;

code! {
    CODE_CHANGE_MISSING "RL0602" "code-change-missing" Error => Concerns(State)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CODE_CHANGE_MISSING, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        for (at, step) in route.steps.iter().enumerate() {
            let LowOp::CodeChange(_, list) = &step.op else { continue };
            for (module, _) in list.iter().filter(|(module, _)| route.converts_at(module, at)) {
                // The version that is loaded at that step is called.
                let running = pair.side(route.direction, route.is_new_at(module, at));
                let span = route.loaded(module).unwrap_or_else(|| step.origin.span());
                let Some(facts) = pair.facts(running, module) else { continue };
                if let Some(answer) = bad_answer(&facts) {
                    found.push(
                        Diagnostic::new(
                            &CODE_CHANGE_MISSING,
                            format!("`code_change` of `{module}` returns `{answer}`, which is neither `{{ok,State}}` nor an error"),
                        )
                        .label(span, "the upgrade fails on this result")
                        .help("return `{ok,NewState}`, in a state machine `{ok,NewState,NewData}`")
                        .on_path(&route.name),
                    );
                }
                let Some((name, wanted, has)) = converter(&facts) else { continue };
                if has == Some(wanted) {
                    continue;
                }
                let what = match has {
                    None => format!("`{module}` exports no `{name}/{wanted}`, but its processes are asked to convert their state"),
                    Some(has) => format!("`{module}` exports `{name}/{has}`, but `{name}/{wanted}` is called"),
                };
                let version = &running.rel.vsn.value;
                found.push(
                    Diagnostic::new(&CODE_CHANGE_MISSING, what)
                        .label(span, format!("the version of release {version} is called, and the upgrade fails"))
                        .help("export it, or write `soft` when there is nothing to convert")
                        .on_path(&route.name),
                );
            }
        }
    }
}

/// An answer of `code_change` that no behaviour takes.
fn bad_answer(facts: &Facts) -> Option<String> {
    facts.code_change.as_ref()?.clauses.get()?.iter().find_map(|clause| clause.bad_answer.clone())
}

/// What converts the state of a module's processes, how many arguments it must take, and how many the one that is exported does;
/// `None` for a module whose processes are not known, and for a supervisor, which converts its state itself.
fn converter(facts: &Facts) -> Option<(&'static str, u32, Option<u32>)> {
    let is = |names: &[&str]| facts.behaviours.iter().any(|behaviour| names.contains(&behaviour.as_str()));
    let exports = |wanted: &str, arity: u32| facts.exports.iter().any(|(name, count)| name.as_str() == wanted && *count == arity);
    if exports("system_continue", 3) {
        return Some(("system_code_change", 4, Some(4).filter(|arity| exports("system_code_change", *arity))));
    }
    let wanted = if is(&["gen_statem", "gen_fsm"]) {
        4
    } else if is(&["gen_server", "gen_event", "Elixir.GenServer", "Elixir.GenEvent", "Elixir.GenStage"]) {
        3
    } else {
        return None;
    };
    Some(("code_change", wanted, [wanted, 3, 4].into_iter().find(|arity| exports("code_change", *arity))))
}
