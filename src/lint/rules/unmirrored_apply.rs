//! A call that starts or stops something in one direction, and nothing that undoes it in the other.

use crate::appup::{Direction, HighOp, Instruction};
use crate::diag::{Diagnostic, Findings, code};
use crate::interpret::{Done, id_of};
use crate::lint::file::Script;
use crate::lint::{Check, File, Pair, Rule};
use crate::relup::{ApplicationAction, Call, ChildAction, LowOp};
use crate::span::Span;
use crate::term::Atom;
use crate::term::print::brief;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::{self, Display, Formatter};

code! {
    UNMIRRORED_APPLY "RL0713" "unmirrored-apply" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &UNMIRRORED_APPLY, check: Check::Scripts(check, check_together) };

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

fn turns(instructions: &[Instruction]) -> Vec<Turn> {
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
    instructions.iter().filter_map(|instruction| turn(instruction.span, instruction.op.as_ref()?)).collect()
}

/// What a call does to a child, as it was seen.
fn turned(done: &Done) -> Option<(Subject, bool)> {
    let [supervisor, given] = done.arguments.as_slice() else { return None };
    let starts = matches!(done.function.as_str(), "start_child" | "restart_child");
    let id = if done.function.as_str() == "start_child" { id_of(given)? } else { given.clone() };
    let subject = Subject::Child { supervisor: brief(&supervisor.to_term()?), id: brief(&id.to_term()?) };
    (done.is_about_child() && done.function.as_str() != "delete_child").then_some((subject, starts))
}

/// Whether a script calls a function of which the script alone does not say what it starts and stops.
fn calls_own(instructions: &[Instruction]) -> bool {
    let is_own = |op: &HighOp| matches!(op, HighOp::Low(op @ LowOp::Apply { .. }) if Call::of(op).is_none());
    instructions.iter().any(|instruction| instruction.op.as_ref().is_some_and(is_own))
}

/// What is started (true) and stopped.
type Balance = HashSet<(Subject, bool)>;

fn balance(instructions: &[Instruction]) -> Balance {
    turns(instructions).into_iter().map(|turn| (turn.subject, turn.starts)).collect()
}

/// What restarts a whole application begins again in any case.
fn restarts(instructions: &[Instruction]) -> bool {
    let restarts = |op: &HighOp| {
        matches!(
            op,
            HighOp::RestartApplication(_)
                | HighOp::AddApplication(..)
                | HighOp::RemoveApplication(_)
                | HighOp::Low(LowOp::RestartEmulator | LowOp::RestartNewEmulator)
        )
    };
    instructions.iter().any(|instruction| instruction.op.as_ref().is_some_and(restarts))
}

/// An appup alone: one entry against the other of its version.
fn check(file: &File<'_>, found: &mut Findings) {
    let written = |script: &Script<'_>| brief(&script.entry.version.to_term());
    let downs: HashMap<String, &Script<'_>> = file.scripts(Direction::Down).map(|down| (written(down), down)).collect();
    for up in file.scripts(Direction::Up) {
        let Some(down) = downs.get(&written(up)).copied() else { continue };
        for (one, other) in [(up, down), (down, up)] {
            if !restarts(&other.instructions) && !calls_own(&other.instructions) {
                let balances = (&balance(&one.instructions), &balance(&other.instructions));
                report(&one.instructions, balances, one.direction, other.entry.version.span(), found);
            }
        }
    }
}

/// The appups of a path together: what one of them stops another may start.
fn check_together(pair: &Pair<'_>, found: &mut Findings) {
    let whole = |scripts: &BTreeMap<&str, Vec<Instruction>>| -> Balance { scripts.values().flat_map(|script| balance(script)).collect() };
    let (ups, downs) = (pair.instructions(Direction::Up), pair.instructions(Direction::Down));
    let followed = |direction, mut balance: Balance| {
        // Functions of one's own start and stop as well.
        let done = pair.lives.passed(direction).into_iter().flat_map(|passed| passed.applied.iter().map(|(_, done)| done));
        balance.extend(done.filter_map(turned));
        balance
    };
    let (up, down) = (followed(Direction::Up, whole(ups)), followed(Direction::Down, whole(downs)));
    for (direction, scripts, others, balances) in [(Direction::Up, ups, downs, (&up, &down)), (Direction::Down, downs, ups, (&down, &up))] {
        for (name, script) in scripts {
            if others.get(name).is_none_or(|other| restarts(other)) {
                continue;
            }
            let Some(entry) = pair.entry(name, direction.other()) else { continue };
            report(script, balances, direction, entry.version.span(), found);
        }
    }
}

/// Reports what a script starts or stops and neither it nor the other direction undoes.
fn report(script: &[Instruction], (own, undone): (&Balance, &Balance), direction: Direction, other: Span, found: &mut Findings) {
    let mut reported = HashSet::new();
    for turn in turns(script) {
        let reverse = (turn.subject.clone(), !turn.starts);
        // What is stopped and started in one direction changes nothing for good.
        if own.contains(&reverse) || undone.contains(&reverse) || !reported.insert(reverse) {
            continue;
        }
        let (way, back) = (direction.word(), direction.other().word());
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
                .label(other, format!("the {back} of the same version"))
                .help(format!("call `{reverse}` there")),
        );
    }
}
