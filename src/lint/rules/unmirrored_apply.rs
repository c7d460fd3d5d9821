//! A call that starts or stops something in one direction, and nothing that undoes it in the other.

use crate::appup::{Direction, HighOp};
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::file::Script;
use crate::lint::{Check, File, Rule};
use crate::relup::{ApplicationAction, Call, ChildAction, LowOp};
use crate::span::Span;
use crate::term::Atom;
use crate::term::print::brief;
use std::collections::{HashMap, HashSet};
use std::fmt::{self, Display, Formatter};

code! {
    UNMIRRORED_APPLY "RL0713" "unmirrored-apply" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &UNMIRRORED_APPLY, check: Check::File(check) };

/// What a call is about: an application, or a child of a supervisor, by its id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Subject {
    Application(Atom),
    Child { supervisor: String, id: String },
}

impl Display for Subject {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Application(name) => write!(out, "`{name}`"),
            Subject::Child { supervisor, id } => write!(out, "`{id}` of `{supervisor}`"),
        }
    }
}

/// A call that starts or stops something, and where it is written.
struct Turn {
    span: Span,
    subject: Subject,
    starts: bool,
}

fn turns(script: &Script<'_>) -> Vec<Turn> {
    let turn = |span, op: &HighOp| {
        let HighOp::Low(op) = op else { return None };
        let (subject, starts) = match Call::of(op)? {
            Call::Application(ApplicationAction::Start | ApplicationAction::StartAll, name) => (Subject::Application(name.clone()), true),
            Call::Application(ApplicationAction::Stop, name) => (Subject::Application(name.clone()), false),
            Call::Child(child) => {
                let starts = matches!(child.action, ChildAction::Start | ChildAction::Restart);
                (Subject::Child { supervisor: brief(child.supervisor), id: brief(child.id?) }, starts)
            }
            Call::Application(ApplicationAction::Load | ApplicationAction::Unload, _) | Call::Code(..) | Call::Process(..) => return None,
        };
        Some(Turn { span, subject, starts })
    };
    script.instructions.iter().filter_map(|instruction| turn(instruction.span, instruction.op.as_ref()?)).collect()
}

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
            let key = |turn: &'_ Turn| (turn.subject.clone(), turn.starts);
            let own: HashSet<_> = all.iter().map(key).collect();
            let undone: HashSet<_> = undone.iter().map(key).collect();
            let mut reported = HashSet::new();
            for turn in &all {
                let reverse = (turn.subject.clone(), !turn.starts);
                // One that stops and starts in the same script changes nothing for good.
                if own.contains(&reverse) || undone.contains(&reverse) || !reported.insert(reverse) {
                    continue;
                }
                let (way, back) = (one.direction.word(), other.direction.word());
                let verb = if turn.starts { "starts" } else { "stops" };
                let reverse = match (&turn.subject, turn.starts) {
                    (Subject::Application(_), true) => "application:stop",
                    (Subject::Application(_), false) => "application:start",
                    (Subject::Child { .. }, true) => "supervisor:terminate_child` and `supervisor:delete_child",
                    (Subject::Child { .. }, false) => "supervisor:restart_child",
                };
                found.push(
                    Diagnostic::new(&UNMIRRORED_APPLY, format!("the {way} {verb} {}, and the {back} does not undo it", turn.subject))
                        .label(turn.span, format!("only in the {way}"))
                        .label(other.entry.version.span(), format!("the {back} of the same version"))
                        .help(format!("call `{reverse}` there")),
                );
            }
        }
    }
}
