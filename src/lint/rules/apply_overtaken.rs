//! A call that runs after an instruction that is written below it.

use crate::appup::{HighOp, Instruction};
use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::lint::{Check, File, Rule};
use crate::relup::{Cause, LowOp};
use crate::span::Span;
use crate::term::{Atom, Term};
use std::collections::HashMap;

code! {
    APPLY_OVERTAKEN "RL0502" "apply-overtaken" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &APPLY_OVERTAKEN, check: Check::File(check) };

fn check(file: &File<'_>, found: &mut Findings) {
    for script in file.scripts.iter().filter(|script| script.has_calls()) {
        // A cluster of modules is emitted where its first member is: instructions further down run before calls between the
        // two. The order is that of the script, not of the file: a derived entry points at the lines of the upgrade.
        let mut order: HashMap<Span, usize> = HashMap::new();
        for (at, instruction) in script.instructions.iter().enumerate() {
            order.entry(instruction.span).or_insert(at);
        }
        let groups = groups(&script.instructions);
        let mut last: Option<Span> = None;
        // The instruction written last of those that ran, of all and of each group.
        let mut latest: Option<(usize, Span)> = None;
        let mut of_group: HashMap<usize, (usize, Span)> = HashMap::new();
        for step in script.steps() {
            let Cause::Written(span) = step.origin.cause else { continue };
            let Some(at) = order.get(&span).copied() else { continue };
            if let LowOp::Apply { module, arguments, .. } = &step.op {
                let is_overtaken = |latest: &(usize, Span)| latest.0 > at;
                if let Some((_, overtaker)) = latest.filter(|latest| is_overtaken(latest) && last != Some(span)) {
                    let mut named = vec![module.clone()];
                    let mut parts: Vec<&Term> = vec![arguments];
                    while let Some(part) = parts.pop() {
                        named.extend(part.as_atom().cloned());
                        parts.extend(part.children());
                    }
                    let concerned = named.iter().filter_map(|name| of_group.get(groups.get(name)?)).find(|latest| is_overtaken(latest));
                    found.push(
                        Diagnostic::new(&APPLY_OVERTAKEN, "this call runs after an instruction below it")
                            .label(span, "written here")
                            .label(concerned.map_or(overtaker, |(_, span)| *span), "this one runs first, as it belongs to the group of a module further up")
                            .help("`relupc expand` shows the order; put the call before the first module of the group, or after the last")
                            .severity(if concerned.is_some() { Severity::Warning } else { Severity::Advice }),
                    );
                }
                last = Some(span);
            } else if matches!(step.op, LowOp::Load(..) | LowOp::Remove(..) | LowOp::Suspend(_)) {
                latest = latest.max(Some((at, span)));
                if let Some(Some(HighOp::Module(own))) = script.instructions.get(at).map(|instruction| &instruction.op)
                    && let Some(group) = groups.get(&own.module.value)
                {
                    let known = of_group.entry(*group).or_insert((at, span));
                    *known = (*known).max((at, span));
                }
            }
        }
    }
}

/// For each module that instructions name which group it is replaced with: modules that depend on each other have one.
fn groups(instructions: &[Instruction]) -> HashMap<&Atom, usize> {
    let mut beside: HashMap<&Atom, Vec<&Atom>> = HashMap::new();
    let modules = || instructions.iter().filter_map(|instruction| if let Some(HighOp::Module(own)) = &instruction.op { Some(own) } else { None });
    for own in modules() {
        beside.entry(&own.module.value).or_default().extend(own.deps.iter().map(|dep| &dep.value));
        for dep in &own.deps {
            beside.entry(&dep.value).or_default().push(&own.module.value);
        }
    }
    let mut groups = HashMap::new();
    for own in modules() {
        let group = groups.len();
        let mut open = vec![&own.module.value];
        while let Some(module) = open.pop() {
            if !groups.contains_key(module) {
                groups.insert(module, group);
                open.extend(beside.get(module).into_iter().flatten());
            }
        }
    }
    groups
}
