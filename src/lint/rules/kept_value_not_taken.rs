//! A value that the old code stored and that the new code fails on.

use crate::compare::Change;
use crate::diag::{Diagnostic, Findings, code};
use crate::interpret::{Fault, FaultKind};
use crate::lint::{Check, Pair, Route, Rule};
use crate::node::ModuleEvent;
use crate::term::Atom;

code! {
    KEPT_VALUE_NOT_TAKEN "RL0617" "kept-value-not-taken" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &KEPT_VALUE_NOT_TAKEN, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        let Some(passed) = pair.lives.passed(route.direction) else { continue };
        let mut told: Vec<(&Atom, &Atom)> = Vec::new();
        for (process, fault) in &passed.failing {
            let is_named = matches!(fault.kind, FaultKind::NoFunction(..));
            if (fault.caught && !is_named) || is_state_reported(pair, route, process) || told.contains(&(process, &fault.module)) {
                continue;
            }
            told.push((process, &fault.module));
            found.push(finding(pair, route, process, fault));
        }
    }
}

/// Whether the state of a module's processes is reported to be another one that is not converted.
fn is_state_reported(pair: &Pair<'_>, route: &Route<'_>, process: &Atom) -> bool {
    let is_state = |change: &Change| matches!(change, Change::State(_) | Change::StateShape { .. });
    let changes = pair.modules().any(|(_, module)| module.name == process.as_str() && module.impacts.iter().any(|fact| is_state(&fact.change)));
    changes && !route.converts(process) && route.loaded(process).is_some()
}

fn finding(pair: &Pair<'_>, route: &Route<'_>, process: &Atom, fault: &Fault) -> Diagnostic {
    let application = pair.owner_of(&fault.module).map_or("", |application| application.name.value.as_str());
    let loaded = [&fault.module, process].into_iter().find_map(|module| route.loaded(module));
    let span = loaded.unwrap_or_else(|| pair.change(application));
    let value = &fault.value;
    let made = value.made().map_or_else(String::new, |(module, line)| format!(", made in line {line} of `{module}`"));
    let place = if fault.line.0 > 0 { format!("`{}` (line {})", fault.module, fault.line.0) } else { format!("`{}`", fault.module) };
    let fails = match &fault.kind {
        FaultKind::NoFunctionClause(name, arity) => format!("no clause of `{name}/{arity}` in {place} matches it"),
        FaultKind::NoClause => format!("no clause in {place} matches it"),
        FaultKind::NoKey(key) => format!("{place} needs the key `{key}`, which it does not have"),
        FaultKind::NoRecord(record) => format!("{place} expects a record `{record}`"),
        FaultKind::NoFunction(module, name, arity) => format!("{place} calls `{module}:{name}/{arity}` from it"),
        FaultKind::BadArgument(module, name) => format!("{place} passes it to `{module}:{name}`, which fails"),
    };
    let converts = route.timeline.has(process, ModuleEvent::Converted);
    let (what, help) = if let FaultKind::NoFunction(module, name, arity) = &fault.kind {
        (
            format!("a process of `{process}` may have stored a call of `{module}:{name}/{arity}`, which no longer exists"),
            format!("keep `{name}/{arity}` for now, or replace the stored call in `code_change`"),
        )
    } else if converts {
        (
            format!("after `code_change`, a process of `{process}` still works with `{value}`, which the code being loaded does not handle"),
            "convert the values inside the state as well, or handle both forms".to_owned(),
        )
    } else {
        (
            format!("a process of `{process}` may work with `{value}` from before, which the code being loaded does not handle"),
            format!("handle both forms, or write `{{update,{process},{{advanced,[]}}}}` and convert it in `code_change`"),
        )
    };
    Diagnostic::new(&KEPT_VALUE_NOT_TAKEN, what).label(span, format!("{fails}{made}")).help(help).on_path(&route.name)
}
