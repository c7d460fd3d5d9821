//! A process that is converted once for each of several modules that its child specification lists.

use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Passage, Rule};

code! {
    CONVERTED_TWICE "RL0631" "converted-twice" Warning => Concerns(State)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CONVERTED_TWICE, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for Passage { route, passed, .. } in pair.passages() {
        for (runs, module, at) in &passed.twice {
            found.push(
                Diagnostic::new(&CONVERTED_TWICE, format!("a process of `{runs}` is converted here once more, as its child lists `{module}` as well"))
                    .label(route.span(*at), format!("`{runs}:code_change` gets the state that it has converted before"))
                    .help(format!("update `{module}` without a conversion (`{{load_module,{module}}}`), or give back as it is what is converted already"))
                    .about(runs.as_str())
                    .on_path(&route.name),
            );
        }
    }
}
