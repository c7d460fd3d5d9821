//! A call that starts or stops something in one direction, and nothing that undoes it in the other.

use crate::appup::{Direction, HighOp};
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::file::Script;
use crate::lint::{Check, File, Rule};
use crate::relup::LowOp;
use crate::span::Span;
use crate::term::print::brief;
use crate::term::{Term, TermKind};
use std::collections::{HashMap, HashSet};

code! {
    UNMIRRORED_APPLY "RL0713" "unmirrored-apply" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &UNMIRRORED_APPLY, check: Check::File(check) };

/// Calls that take something up, and those that undo them.
const STARTS: &[(&str, &[&str])] = &[("application", &["start", "ensure_started", "ensure_all_started"]), ("supervisor", &["start_child", "restart_child"])];
const STOPS: &[(&str, &[&str])] = &[("application", &["stop"]), ("supervisor", &["terminate_child", "delete_child"])];

/// A call that starts or stops: where it is written, and what it is about (an application; a supervisor and its child).
struct Turn {
    span: Span,
    module: String,
    subject: String,
    starts: bool,
}

impl Turn {
    fn key(&self) -> (String, String, bool) {
        (self.module.clone(), self.subject.clone(), self.starts)
    }

    fn undone_by(&self) -> (String, String, bool) {
        (self.module.clone(), self.subject.clone(), !self.starts)
    }
}

fn turns(script: &Script<'_>) -> Vec<Turn> {
    let listed = |list: &[(&str, &[&str])], module: &str, function: &str| list.iter().any(|(known, names)| *known == module && names.contains(&function));
    let turn = |span, op: &HighOp| {
        let HighOp::Low(LowOp::Apply { module, function, arguments }) = op else { return None };
        let (module, function) = (module.as_str(), function.as_str());
        let starts = listed(STARTS, module, function);
        if !starts && !listed(STOPS, module, function) {
            return None;
        }
        let arguments = arguments.as_list()?;
        let mut subject = brief(arguments.first()?);
        if module == "supervisor" {
            subject = format!("{}` of `{subject}", brief(child(arguments.get(1)?)?));
        }
        Some(Turn { span, module: module.to_owned(), subject, starts })
    };
    script.instructions.iter().filter_map(|instruction| turn(instruction.span, instruction.op.as_ref()?)).collect()
}

/// The id of a child: itself, or out of its specification.
fn child(argument: &Term) -> Option<&Term> {
    match &argument.kind {
        TermKind::Map(pairs) => pairs.iter().find(|(key, _)| key.is_atom("id")).map(|(_, id)| id),
        TermKind::Tuple(parts) if parts.len() == SPECIFICATION => parts.first(),
        TermKind::Tuple(_)
        | TermKind::Atom(_)
        | TermKind::Int(_)
        | TermKind::Big(_)
        | TermKind::Float(_)
        | TermKind::Str(_)
        | TermKind::List(_)
        | TermKind::Improper(_)
        | TermKind::Bits(_)
        | TermKind::Fun(_) => Some(argument),
        TermKind::Invalid => None,
    }
}

/// How many parts a child's specification has as a tuple.
const SPECIFICATION: usize = 6;

fn check(file: &File<'_>, found: &mut Findings) {
    let written = |script: &Script<'_>| brief(&script.entry.version.to_term());
    let downs: HashMap<String, &Script<'_>> = file.scripts(Direction::Down).map(|down| (written(down), down)).collect();
    for up in file.scripts(Direction::Up) {
        let Some(down) = downs.get(&written(up)).copied() else { continue };
        for (one, other) in [(up, down), (down, up)] {
            // What restarts a whole application begins again in any case.
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
            let (all, undone) = (turns(one), turns(other));
            let own: HashSet<_> = all.iter().map(Turn::key).collect();
            let undone: HashSet<_> = undone.iter().map(Turn::key).collect();
            let mut reported = HashSet::new();
            for turn in &all {
                let reverse = turn.undone_by();
                // One that stops and starts in the same script changes nothing for good.
                if own.contains(&reverse) || undone.contains(&reverse) || !reported.insert(reverse) {
                    continue;
                }
                let (way, back) = (one.direction.word(), other.direction.word());
                let verb = if turn.starts { "starts" } else { "stops" };
                let reverse = match (turn.module.as_str(), turn.starts) {
                    ("application", true) => "application:stop",
                    ("application", false) => "application:start",
                    (_, true) => "supervisor:terminate_child` and `supervisor:delete_child",
                    (_, false) => "supervisor:restart_child",
                };
                found.push(
                    Diagnostic::new(&UNMIRRORED_APPLY, format!("the {way} {verb} `{}`, and the {back} does not undo it", turn.subject))
                        .label(turn.span, format!("only in the {way}"))
                        .label(other.entry.version.span(), format!("the {back} of the same version"))
                        .help(format!("call `{reverse}` there")),
                );
            }
        }
    }
}
