//! A module that one direction adds or replaces, and the other leaves alone.

use crate::appup::{Change, Dependent, Direction};
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::file::Script;
use crate::lint::{Check, File, Rule};
use crate::term::Atom;
use std::collections::HashMap;

code! {
    UNMIRRORED_MODULES "RL0712" "unmirrored-modules" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &UNMIRRORED_MODULES, check: Check::File(check) };

fn check(file: &File<'_>, found: &mut Findings) {
    let written = |script: &&Script<'_>| crate::term::print::brief(&script.entry.version.to_term());
    let downs: HashMap<String, &Script<'_>> = file.scripts(Direction::Down).map(|down| (written(&down), down)).collect();
    for up in file.scripts(Direction::Up) {
        let Some(down) = downs.get(&written(&up)).copied() else { continue };
        let restarts = |script: &Script<'_>| script.modules().count() < script.instructions.len();
        for (one, other) in [(up, down), (down, up)] {
            // What stops or restarts more than modules replaces them in another way.
            if restarts(other) {
                continue;
            }
            let others: HashMap<&Atom, &Dependent> = other.modules().map(|dependent| (&dependent.module.value, dependent)).collect();
            for dependent in one.modules() {
                let module = &dependent.module;
                let counterpart = others.get(&module.value);
                let wanted = match dependent.change {
                    Change::Add => "delete_module",
                    Change::Delete => "add_module",
                    Change::Load(..) | Change::Update { .. } => "load_module",
                };
                let fits = counterpart.is_some_and(|counterpart| match dependent.change {
                    Change::Add => matches!(counterpart.change, Change::Delete),
                    Change::Delete => matches!(counterpart.change, Change::Add),
                    Change::Load(..) | Change::Update { .. } => true,
                });
                // A module that both directions add, or both delete, is reported where the releases are known.
                let same = counterpart.is_some_and(|counterpart| counterpart.change == dependent.change);
                if !fits && !same {
                    let (way, back) = (one.direction.word(), other.direction.word());
                    let message = format!("the {way} changes `{}`, and the {back} does not undo it", module.value);
                    found.push(
                        Diagnostic::new(&UNMIRRORED_MODULES, message)
                            .label(module.span, format!("only in the {way}"))
                            .label(other.entry.version.span(), format!("the {back} of the same version"))
                            .help(format!("add `{{{wanted},{}}}` there", module.value)),
                    );
                }
            }
        }
    }
}
