//! A module that its own release's emulator cannot load.

use crate::compare::Change;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::term::Atom;

code! {
    COMPILED_FOR_NEWER "RL0806" "compiled-for-newer" Error => Concerns(Steps)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &COMPILED_FOR_NEWER, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for (application, module, fact) in pair.module_impacts(|change| matches!(change, Change::CompiledForNewer { .. })) {
        let name = Atom::new(&module.name);
        let loaded = pair.routes.iter().find_map(|route| route.loaded(&name));
        found.push(
            Diagnostic::new(&COMPILED_FOR_NEWER, format!("`{name}` {}", fact.change))
                .label(loaded.unwrap_or_else(|| pair.place(&application.name)), "the upgrade crashes when it loads this module")
                .help("compile the release with the OTP version that it runs on"),
        );
    }
}
