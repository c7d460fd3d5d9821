//! A call that starts or stops something in one direction, and nothing that undoes it in the other.

use crate::appup::{Direction, HighOp};
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::file::Script;
use crate::lint::{Check, File, Rule};
use crate::relup::LowOp;
use crate::span::Span;
use crate::term::Term;
use std::collections::HashMap;

code! {
    UNMIRRORED_APPLY "RL0713" "unmirrored-apply" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &UNMIRRORED_APPLY, check: Check::File(check) };

/// Calls that take something up, and those that undo them.
const STARTS: &[(&str, &[&str])] = &[("application", &["start", "ensure_started", "ensure_all_started"]), ("supervisor", &["start_child", "restart_child"])];
const STOPS: &[(&str, &[&str])] = &[("application", &["stop"]), ("supervisor", &["terminate_child", "delete_child"])];

/// A call that starts or stops: where it is written, its module and what it is about (an application, a supervisor).
struct Turn {
    span: Span,
    module: String,
    subject: String,
    starts: bool,
}

fn turns(script: &Script<'_>) -> Vec<Turn> {
    let listed = |list: &[(&str, &[&str])], module: &str, function: &str| list.iter().any(|(known, names)| *known == module && names.contains(&function));
    let turn = |span, op: &HighOp| {
        let HighOp::Low(LowOp::Apply { module, function, arguments }) = op else { return None };
        let (module, function) = (module.as_str(), function.as_str());
        let starts = listed(STARTS, module, function);
        let subject = arguments.as_list().and_then(<[Term]>::first)?;
        (starts || listed(STOPS, module, function)).then(|| Turn { span, module: module.to_owned(), subject: crate::term::print::brief(subject), starts })
    };
    script.instructions.iter().filter_map(|instruction| turn(instruction.span, instruction.op.as_ref()?)).collect()
}

fn check(file: &File<'_>, found: &mut Findings) {
    let written = |script: &Script<'_>| crate::term::print::brief(&script.entry.version.to_term());
    let downs: HashMap<String, &Script<'_>> = file.scripts(Direction::Down).map(|down| (written(down), down)).collect();
    for up in file.scripts(Direction::Up) {
        let Some(down) = downs.get(&written(up)).copied() else { continue };
        for (one, other) in [(up, down), (down, up)] {
            let undone = turns(other);
            // What restarts a whole application begins anew in any case.
            let restarts = other.instructions.iter().any(|instruction| {
                matches!(
                    &instruction.op,
                    Some(HighOp::RestartApplication(_) | HighOp::AddApplication(..) | HighOp::RemoveApplication(_))
                        | Some(HighOp::Low(LowOp::RestartEmulator | LowOp::RestartNewEmulator))
                )
            });
            if restarts {
                continue;
            }
            let mut told: Vec<(String, String)> = Vec::new();
            for turn in turns(one) {
                let key = (turn.module.clone(), turn.subject.clone());
                // One that stops and starts in the same script changes nothing for good.
                let own = turns(one).iter().any(|own| own.starts != turn.starts && own.module == turn.module && own.subject == turn.subject);
                let fits = undone.iter().any(|undo| undo.starts != turn.starts && undo.module == turn.module && undo.subject == turn.subject);
                if own || fits || told.contains(&key) {
                    continue;
                }
                told.push(key);
                let (way, back) = (one.direction.word(), other.direction.word());
                let verb = if turn.starts { "starts" } else { "stops" };
                let reverse = match (turn.module.as_str(), turn.starts) {
                    ("application", true) => "application:stop",
                    ("application", false) => "application:start",
                    (_, true) => "supervisor:terminate_child` and `supervisor:delete_child",
                    (_, false) => "supervisor:start_child",
                };
                found.push(
                    Diagnostic::new(&UNMIRRORED_APPLY, format!("the {way} {verb} something of `{}`, and the {back} does not undo it", turn.subject))
                        .label(turn.span, format!("only in the {way}"))
                        .label(other.entry.version.span(), format!("the {back} of the same version"))
                        .help(format!("call `{reverse}` there")),
                );
            }
        }
    }
}
