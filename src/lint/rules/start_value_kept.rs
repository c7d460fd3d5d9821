//! A value that a process is made with when it starts: one that runs keeps that of the old code.

use crate::compare::Change;
use crate::diag::{Diagnostic, Findings, code};
use crate::interpret::{Machine, Value};
use crate::lint::{Check, Pair, Rule};

code! {
    START_VALUE_KEPT "RL0632" "start-value-kept" Advice => Concerns(State)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &START_VALUE_KEPT, check: Check::Kept(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        let Some(passed) = pair.lives.passed(route.direction) else { continue };
        let (from, to) = (pair.lives.half(route.direction, false), pair.lives.half(route.direction, true));
        for (module, (machine, old)) in &from.processes {
            let Some((_, new)) = to.processes.get(module) else { continue };
            let is_made_again = passed.converted.contains_key(module) || passed.replaced.contains_key(module) || passed.told.contains(module);
            // Of a state of another form other rules know more.
            let has_other_form = pair
                .module_impacts(|change| matches!(change, Change::State(_) | Change::StateShape { .. }))
                .any(|(_, change, _)| change.name == module.as_str());
            if *machine == Machine::Handler || has_other_form || is_made_again || pair.none_lives_on(route, passed, module) {
                continue;
            }
            let ([before], [after]) = (old.first.as_slice(), new.first.as_slice()) else { continue };
            let Some((kept, made)) = difference(before, after) else { continue };
            let application = pair.owner_of(module).map_or("", |application| application.name.value.as_str());
            let loaded = std::iter::once(module).chain(&new.entered).find_map(|module| route.loaded(module));
            let span = loaded.unwrap_or_else(|| pair.change_on(application, route.direction));
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

/// The first part in which two states of one form differ, both written out as far as their form goes. Of states of another form
/// other rules know more.
fn difference(before: &Value, after: &Value) -> Option<(Value, Value)> {
    match (before, after) {
        (Value::Tuple(one, _), Value::Tuple(two, _)) if one.len() == two.len() => one.iter().zip(two).find_map(|(one, two)| difference(one, two)),
        (Value::Map(one), Value::Map(two)) if one.keys.len() == two.keys.len() => {
            one.keys.iter().find_map(|(key, one, _)| difference(one, &two.get(key).map(|(value, _)| value)?))
        }
        (Value::Tuple(..) | Value::Map(_), Value::Tuple(..) | Value::Map(_)) => None,
        (one, two) => (one != two && one.has_form() && two.has_form() && one.kind() == two.kind()).then(|| (one.clone(), two.clone())),
    }
}
