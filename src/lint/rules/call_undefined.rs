//! New code that calls a function which the module that it names does not export.

use super::named;
use crate::beam::{Interface, Mfa};
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::calls::plain_calls;
use crate::lint::{Check, Pair, Rule};
use crate::release::Release;
use crate::term::Atom;

code! {
    CALL_UNDEFINED "RL0527" "call-undefined" Warning => Concerns(Deaths)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CALL_UNDEFINED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    let interface = |release: &Release, module: &Atom| pair.look(release, module).and_then(|look| look.interface());
    for (application, module) in pair.modules() {
        let name = Atom::new(&module.name);
        let before = interface(pair.base, &name);
        let is_missing = |called: &Mfa| {
            // What the old code called as well, and what was there for it, are other matters.
            let is_old = before.as_ref().is_some_and(|before| before.imports.contains(called))
                || interface(pair.base, &called.module).is_some_and(|before| before.exports(called.function.as_str(), called.arity));
            // A module may handle what it does not export (`error_handler`).
            let lacks = |module: &Interface| !module.exports(called.function.as_str(), called.arity) && !module.exports("$handle_undefined_function", 2);
            !is_old && interface(pair.target, &called.module).is_some_and(|module| lacks(&module))
        };
        for (called, callers) in plain_calls(pair, pair.target, &name, is_missing) {
            found.push(
                Diagnostic::new(&CALL_UNDEFINED, format!("`{name}` now calls `{called}`, which `{}` does not export", called.module))
                    .label(pair.change(&application.name), format!("called in {}", named(&callers, 3)))
                    .help("export it, or call a function that is there: this call fails with `undef`")
                    .about(name.as_str())
                    .one_of_many(called.to_string(), |names, count| format!("new code calls {count} functions that their modules do not export: {names}")),
            );
        }
    }
}
