//! An `advanced` update of a module that exports no fitting `code_change`.

use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::term::Atom;

code! {
    CODE_CHANGE_MISSING "RL0602" "code-change-missing" Error
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CODE_CHANGE_MISSING, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for way in pair.ways.iter().filter(|way| !way.restarts) {
        for (_, module, fact) in pair.module_facts(&["code-change-missing", "code-change-arity"]) {
            let name = Atom::new(&module.name);
            let Some(span) = way.loaded.get(&name).filter(|_| way.changed.contains(&name)) else { continue };
            found.push(
                Diagnostic::new(&CODE_CHANGE_MISSING, format!("`{}` {}", module.name, fact.text))
                    .label(*span, "the upgrade calls it and fails")
                    .help("export it from the newer version of the module: that one runs in both directions")
                    .on_path(&way.name),
            );
        }
    }
}
