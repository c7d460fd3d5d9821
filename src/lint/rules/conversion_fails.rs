//! A `code_change` that fails on the state that its processes keep.

use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::interpret::{Fault, FaultKind, Value};
use crate::lint::{Check, Pair, Passage, Rule};

code! {
    CONVERSION_FAILS "RL0618" "conversion-fails" Error => Concerns(State)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CONVERSION_FAILS, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for Passage { route, passed, .. } in pair.passages() {
        for (module, conversion) in &passed.converted {
            if let Some(answer) = conversion.refused.iter().chain(&conversion.answers).find(|answer| is_refused(answer) || conversion.refused.is_some()) {
                found.push(
                    Diagnostic::new(&CONVERSION_FAILS, format!("the conversion of `{module}` returns `{answer}`, not `{{ok,State}}`"))
                        .label(route.span(conversion.at), "its processes are converted here: the upgrade fails and the node restarts")
                        .help("return `{ok,State}`; of a state machine `{ok,State,Data}`")
                        .severity(Severity::Warning)
                        .on_path(&route.name),
                );
                continue;
            }
            let Some(fault) = conversion.faults.iter().find(|fault| !fault.caught && is_failure(&fault.kind)) else { continue };
            let is_own = matches!(&fault.kind, FaultKind::NoFunctionClause(name, _) if name.as_str() == "code_change");
            found.push(
                Diagnostic::new(&CONVERSION_FAILS, format!("the conversion of `{module}` fails: {}", words(fault)))
                    .label(route.span(conversion.at), "its processes are converted here: the upgrade fails and the node restarts")
                    .help("handle every state that the old code creates: `code_change` receives it unchanged")
                    .severity(if is_own { Severity::Error } else { Severity::Warning })
                    .on_path(&route.name),
            );
        }
    }
}

/// Whether an answer is certainly none that a behaviour accepts.
fn is_refused(answer: &Value) -> bool {
    match answer {
        Value::Tuple(items, _) => items.first().and_then(Value::as_atom).is_some_and(|tag| !matches!(tag.as_str(), "ok" | "error")),
        Value::Map(_) | Value::List(..) | Value::Number(_) | Value::Binary(_) => true,
        Value::Any | Value::Atom(_) | Value::Text(_) | Value::Bag(..) | Value::Fun(_) | Value::Opaque(_) | Value::Union(_) => false,
    }
}

fn words(fault: &Fault) -> String {
    let place = if fault.line.0 > 0 { format!("`{}` (line {})", fault.module, fault.line.0) } else { format!("`{}`", fault.module) };
    let value = &fault.value;
    match &fault.kind {
        FaultKind::NoFunctionClause(name, arity) => format!("no clause of `{name}/{arity}` in {place} matches `{value}`"),
        FaultKind::NoClause => format!("no clause in {place} matches `{value}`"),
        FaultKind::NoKey(key) => format!("`{value}` has no key `{key}`, which {place} needs"),
        FaultKind::NoRecord(record) => format!("{place} expects a record `{record}` and gets `{value}`"),
        FaultKind::NoFunction(module, name, arity) => format!("{place} calls `{module}:{name}/{arity}`, which does not exist at that step"),
        FaultKind::Dropped => format!("a comprehension in {place} leaves `{value}` out"),
        FaultKind::BadArity(given) => format!("{place} calls `{value}` with {given} arguments, which it does not take"),
        FaultKind::OtherClock(own) => format!("{place} compares `{value}` with `{own}`"),
        FaultKind::BadArgument(module, name) => format!("{place} passes `{value}` to `{module}:{name}`, which fails"),
    }
}

/// Whether code fails by it: what one clock differs from another by is what a conversion may want.
fn is_failure(kind: &FaultKind) -> bool {
    !matches!(kind, FaultKind::Dropped | FaultKind::OtherClock(_))
}
