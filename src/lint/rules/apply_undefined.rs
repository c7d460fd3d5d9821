//! A call of a function that the code of that moment does not have.

use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::lint::{Check, Pair, Rule};
use crate::node::ModuleEvent;
use crate::otp::PRELOADED;
use crate::relup::{Cause, LowOp};

code! {
    APPLY_UNDEFINED "RL0508" "apply-undefined" Error => Concerns(Steps)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &APPLY_UNDEFINED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    // A new emulator runs other code than either release lists for the moment: those paths are left out.
    for route in pair.routes.iter().filter(|route| !route.steps.iter().any(|step| step.op == LowOp::RestartNewEmulator)) {
        for (at, step) in route.steps.iter().enumerate() {
            let LowOp::Apply { module, function, arguments } = &step.op else { continue };
            let Cause::Written(span) = &step.origin.cause else { continue };
            let Some(arguments) = arguments.items() else {
                // `systools` takes any list; a call takes a proper one.
                found.push(
                    finding(&format!("the arguments of `{module}:{function}` are not a proper list"), *span, "fails, and the upgrade with it")
                        .on_path(&route.name),
                );
                continue;
            };
            let come = route.is_new_at(module, at);
            let gone = route.timeline.replaced_at(module).is_some_and(|gone| gone < at);
            let (release, which) = match (come, gone) {
                (true, _) => (pair.side(route.direction, true), "the module that was loaded before"),
                (false, false) => (pair.side(route.direction, false), "the module that runs at that point"),
                (false, true) => {
                    found.push(finding(&format!("`{module}` is removed before this call of it"), *span, "fails, and the upgrade with it").on_path(&route.name));
                    continue;
                }
            };
            if release.owner_of(module.as_str()).is_none() {
                let whole = release.lists_otp();
                let later = route.timeline.last(module, ModuleEvent::Loaded).is_some_and(|come| come > at);
                if (whole || later) && !PRELOADED.contains(&module.as_str()) {
                    let why = if later { "no module of this name is loaded yet" } else { "no application of the release has a module of this name" };
                    let message = format!("`{module}:{function}` cannot be called: {why}");
                    let found_here = finding(&message, *span, "fails, and the upgrade with it").on_path(&route.name);
                    // A module may be loaded by other means.
                    found.push(if later { found_here } else { found_here.severity(Severity::Warning) });
                }
                continue;
            }
            let arity = u32::try_from(arguments.len()).unwrap_or(u32::MAX);
            let interface = pair.look(release, module).and_then(|look| look.interface());
            let exported = interface.map(|interface| interface.exports(function.as_str(), arity));
            if exported == Some(false) {
                let message = format!("`{module}:{function}/{arity}` is not exported by {which}");
                let later = route.timeline.last(module, ModuleEvent::Loaded).is_some_and(|come| come > at);
                let label = if later { "fails: the new code is loaded later" } else { "fails, and the upgrade with it" };
                found.push(finding(&message, *span, label).on_path(&route.name));
            }
        }
    }
}

fn finding(message: &str, span: crate::span::Span, label: &'static str) -> Diagnostic {
    Diagnostic::new(&APPLY_UNDEFINED, message)
        .label(span, label)
        .help("`relupc expand` shows the order; put the call after the instruction that loads the module, and check its arity")
}
