//! Native code, or code that runs on loading, that is loaded again.

use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};

code! {
    NATIVE_CODE_CHANGED "RL0804" "native-code-changed" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &NATIVE_CODE_CHANGED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    if pair.restarts() {
        return;
    }
    let modules = pair.module_facts(&["native-code", "on-load"]).filter(|(_, module, _)| module.depth == crate::compare::Depth::Code);
    let modules = modules.map(|(application, module, fact)| (&application.name, format!("`{}` {}", module.name, fact.text)));
    let libraries =
        pair.application_facts(&["native-library"]).map(|(application, fact)| (&application.name, format!("{}: {}", fact.text, fact.items.join(", "))));
    for (application, message) in modules.chain(libraries) {
        found.push(
            Diagnostic::new(&NATIVE_CODE_CHANGED, message)
                .label(pair.change(application), "its application changes here")
                .help(format!("`{{restart_application,{application}}}` purges the module before it is loaded again")),
        );
    }
}
