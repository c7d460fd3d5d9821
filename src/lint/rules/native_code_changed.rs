//! Native code, or code that runs on loading, that is loaded again.

use crate::compare::{ApplicationChange, Change, Depth};
use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::lint::{Check, Pair, Rule};
use crate::term::Atom;

code! {
    NATIVE_CODE_CHANGED "RL0804" "native-code-changed" Warning => Concerns(Steps)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &NATIVE_CODE_CHANGED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    let is_fresh = |module: &Atom| pair.hot_routes().all(|route| route.timeline.is_loaded_afresh(module));
    let is_new = |application: &ApplicationChange| {
        let library = pair.application(&application.name);
        library.is_some_and(|library| library.file.modules.iter().any(|module| is_fresh(&module.value)))
    };
    let modules = pair
        .module_impacts(|change| matches!(change, Change::NativeCode | Change::OnLoad))
        .filter(|(_, module, _)| module.depth == Depth::Code && !is_fresh(&Atom::new(&module.name)));
    // Code that runs on loading and loads no library most often does no harm.
    let level = |change: &Change| if matches!(change, Change::OnLoad) { Severity::Advice } else { Severity::Warning };
    let modules = modules.map(|(application, module, fact)| (&application.name, format!("`{}` {}", module.name, fact.change), level(&fact.change)));
    let libraries = pair.application_impacts(|change| matches!(change, Change::NativeLibrary(_))).filter(|(application, _)| !is_new(application));
    let libraries = libraries.map(|(application, fact)| (&application.name, fact.change.described(), Severity::Warning));
    if pair.restarts() {
        return;
    }
    for (application, message, level) in modules.chain(libraries) {
        let help = if level == Severity::Advice {
            "see that it keeps what is there, and gives `ok` when it runs again on a node that has run it".to_owned()
        } else {
            format!("`{{restart_application,{application}}}` purges the module before it is loaded again")
        };
        found.push(
            Diagnostic::new(&NATIVE_CODE_CHANGED, message)
                .label(pair.change(application), "its application changes here")
                .help(help)
                .severity(level)
                .one_of_many(application, |names, count| {
                    format!("native code of {count} applications changed, and is loaded again while it is in use: {names}")
                }),
        );
    }
}
