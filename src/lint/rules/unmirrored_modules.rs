//! A module that one direction adds or replaces, and the other leaves alone.

use crate::appup::{Change, Dependent, Direction, HighOp, Instruction};
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::file::Script;
use crate::lint::{Check, File, Pair, Rule};
use crate::span::Span;
use crate::term::Atom;
use std::collections::HashMap;

code! {
    UNMIRRORED_MODULES "RL0712" "unmirrored-modules" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &UNMIRRORED_MODULES, check: Check::Scripts(check, check_together) };

/// What stops or restarts more than modules replaces them in another way.
fn restarts(instructions: &[Instruction]) -> bool {
    modules(instructions).count() < instructions.len()
}

fn modules(instructions: &[Instruction]) -> impl Iterator<Item = &Dependent> {
    instructions.iter().filter_map(|instruction| if let Some(HighOp::Module(dependent)) = &instruction.op { Some(dependent) } else { None })
}

/// An appup alone: one entry against the other of its version.
fn check(file: &File<'_>, found: &mut Findings) {
    let written = |script: &&Script<'_>| crate::term::print::brief(&script.entry.version.to_term());
    let downs: HashMap<String, &Script<'_>> = file.scripts(Direction::Down).map(|down| (written(&down), down)).collect();
    for up in file.scripts(Direction::Up) {
        let Some(down) = downs.get(&written(&up)).copied() else { continue };
        for (one, other) in [(up, down), (down, up)] {
            if !restarts(&other.instructions) {
                let others = modules(&other.instructions).map(|dependent| (&dependent.module.value, dependent)).collect();
                report(&one.instructions, &others, one.direction, other.entry.version.span(), found);
            }
        }
    }
}

/// The appups of a path together: a module may move from one application to another.
fn check_together(pair: &Pair<'_>, found: &mut Findings) {
    let (ups, downs) = (pair.instructions(Direction::Up), pair.instructions(Direction::Down));
    for (direction, scripts, others) in [(Direction::Up, ups, downs), (Direction::Down, downs, ups)] {
        let everywhere = others.values().flat_map(|script| modules(script)).map(|dependent| (&dependent.module.value, dependent)).collect();
        for (name, script) in scripts {
            if others.get(name).is_none_or(|other| restarts(other)) {
                continue;
            }
            if let Some(entry) = pair.entry(name, direction.other()) {
                report(script, &everywhere, direction, entry.version.span(), found);
            }
        }
    }
}

/// Reports the modules that a script changes and the other direction leaves alone.
fn report(script: &[Instruction], others: &HashMap<&Atom, &Dependent>, direction: Direction, other: Span, found: &mut Findings) {
    for dependent in modules(script) {
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
            let (way, back) = (direction.word(), direction.other().word());
            let message = format!("the {way} changes `{}`, and the {back} does not undo it", module.value);
            found.push(
                Diagnostic::new(&UNMIRRORED_MODULES, message)
                    .label(module.span, format!("only in the {way}"))
                    .label(other, format!("the {back} of the same version"))
                    .help(format!("add `{{{wanted},{}}}` there", module.value))
                    .one_of_many(module.value.as_str(), |names, count| {
                        format!("{count} modules are changed in one direction, and the other one does not undo it: {names}")
                    }),
            );
        }
    }
}
