//! A value that a process is made with when it starts: one that runs keeps that of the old code.

use crate::compare::Change;
use crate::diag::{Diagnostic, Findings, code};
use crate::interpret::{Machine, Map, Sort, Value};
use crate::lint::{Check, Pair, Passage, Rule};

code! {
    START_VALUE_KEPT "RL0632" "start-value-kept" Advice => Concerns(State)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &START_VALUE_KEPT, check: Check::Kept(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for Passage { route, passed, from, to } in pair.passages() {
        for (module, (machine, old)) in &from.processes {
            let Some((_, new)) = to.processes.get(module) else { continue };
            let is_made_again = passed.made_of(module).is_some() || passed.asked.contains(module);
            // Of a state of another form other rules know more.
            let has_other_form = pair
                .module_impacts(|change| matches!(change, Change::State(_) | Change::StateShape { .. }))
                .any(|(_, change, _)| change.name == module.as_str());
            if *machine == Machine::Handler || has_other_form || is_made_again || pair.none_lives_on(route, passed, module) {
                continue;
            }
            let ([before], [state], [after]) = (old.first.as_slice(), old.states.as_slice(), new.first.as_slice()) else { continue };
            let Some((kept, made)) = difference(before, state, after) else { continue };
            let loaded = std::iter::once(module).chain(&new.entered).find_map(|module| route.loaded(module));
            let span = loaded.unwrap_or_else(|| pair.place_of(route, module));
            let what = if kept.is_literal() && made.is_literal() {
                format!("a process of `{module}` keeps `{kept}`, where one that starts now is made with `{made}`")
            } else {
                format!("a process of `{module}` keeps a value that one which starts now is made with in another way")
            };
            found.push(
                Diagnostic::new(&START_VALUE_KEPT, what)
                    .label(span, "no instruction changes what the running process keeps")
                    .help(format!("if it matters, write `{{update,{module},{{advanced,[]}}}}` and set the value in `code_change`, or restart the process"))
                    .about(module.as_str())
                    .on_path(&route.name),
            );
        }
    }
}

/// The first part that stays as it was made at the start, and that is made otherwise now; both written out as far as their form goes. Of
/// states of another form other rules know more.
fn difference(before: &Value, state: &Value, after: &Value) -> Option<(Value, Value)> {
    match (before, state, after) {
        (Value::Tuple(one, _), Value::Tuple(kept, _), Value::Tuple(two, _)) if one.len() == two.len() && one.len() == kept.len() => {
            one.iter().zip(kept).zip(two).find_map(|((one, kept), two)| difference(one, kept, two))
        }
        (Value::Map(one), Value::Map(kept), Value::Map(two)) if one.keys.len() == two.keys.len() => {
            let part = |map: &Map, key: &Value| map.get(key).map(|(value, _)| value);
            one.keys.iter().find_map(|(key, one, _)| difference(one, &part(kept, key)?, &part(two, key)?))
        }
        (one, kept, two) => {
            let is_data =
                |value: &Value| value.has_form() && !matches!(value.kind(), None | Some(Sort::Fun | Sort::Pid | Sort::Reference | Sort::Tuple | Sort::Map));
            (one == kept && one != two && is_data(one) && is_data(two) && one.kind() == two.kind()).then(|| (one.clone(), two.clone()))
        }
    }
}
