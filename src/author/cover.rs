//! What an existing entry lacks of what two releases call for.

use super::draft::Draft;
use crate::appup::{Change, Effect, HighOp, Instruction};
use crate::relup::{Call, Child, ChildAction, LowOp};
use crate::term::Atom;

/// The lines of a draft that a script does nothing about, by their index in it, each with the index of the instruction of the script
/// that it belongs before. A restart of the application, or of the emulator, does everything.
pub fn missing(script: &[Instruction], application: &str, draft: &Draft) -> Vec<(usize, usize)> {
    let ops: Vec<&HighOp> = script.iter().filter_map(|instruction| instruction.op.as_ref()).collect();
    let restarts = |op: &&HighOp| match op {
        HighOp::RestartApplication(name) => name.value.as_str() == application,
        HighOp::Low(LowOp::RestartEmulator | LowOp::RestartNewEmulator) => true,
        HighOp::Module(_) | HighOp::AddApplication(..) | HighOp::RemoveApplication(_) | HighOp::Low(_) => false,
    };
    if ops.iter().any(restarts) {
        return Vec::new();
    }
    let lacks = draft.lines.iter().enumerate().filter(|(_, line)| !ops.iter().any(|op| does(op, &line.op)));
    lacks.map(|(at, line)| (place(script, &line.op), at)).collect()
}

/// Whether an instruction does what another one would do, perhaps in another way.
fn does(op: &HighOp, wanted: &HighOp) -> bool {
    match wanted {
        HighOp::Module(wanted) => touches(op, &wanted.module.value, matches!(wanted.change, Change::Delete)),
        HighOp::Low(wanted) => match (Call::of(wanted), called(op)) {
            (Some(Call::Child(wanted)), Some(Call::Child(child))) => is_for(child, wanted),
            _ => matches!(op, HighOp::Low(op) if op == wanted),
        },
        HighOp::AddApplication(..) | HighOp::RemoveApplication(_) | HighOp::RestartApplication(_) => op.to_term() == wanted.to_term(),
    }
}

fn called(op: &HighOp) -> Option<Call<'_>> {
    if let HighOp::Low(op) = op { Call::of(op) } else { None }
}

fn is_for(child: Child<'_>, wanted: Child<'_>) -> bool {
    let starts = |action: ChildAction| matches!(action, ChildAction::Start | ChildAction::Restart);
    let is_action = child.action == wanted.action || (starts(child.action) && starts(wanted.action));
    is_action && child.supervisor == wanted.supervisor && (child.id.is_none() || wanted.id.is_none() || child.id == wanted.id)
}

/// Whether an instruction loads a module, or removes it.
fn touches(op: &HighOp, module: &Atom, removes: bool) -> bool {
    match op {
        HighOp::Module(dependent) => dependent.module.value == *module && matches!(dependent.change, Change::Delete) == removes,
        HighOp::Low(LowOp::Load(name, ..)) => !removes && name == module,
        HighOp::Low(LowOp::Remove(name, ..)) => removes && name == module,
        HighOp::AddApplication(..) | HighOp::RemoveApplication(_) | HighOp::RestartApplication(_) | HighOp::Low(_) => false,
    }
}

/// Where an instruction belongs in a script: what is new and children that go at its beginning, what changes before children that
/// come and modules that go, children that come before modules that go.
fn place(script: &[Instruction], op: &HighOp) -> usize {
    let starts_child = |op: &HighOp| matches!(called(op), Some(Call::Child(child)) if matches!(child.action, ChildAction::Start | ChildAction::Restart));
    let deletes = |op: &HighOp| matches!(op, HighOp::Module(dependent) if matches!(dependent.change, Change::Delete));
    let first = |wanted: &dyn Fn(&HighOp) -> bool| script.iter().position(|instruction| instruction.op.as_ref().is_some_and(wanted)).unwrap_or(script.len());
    // What comes before the point of no return also runs when an upgrade is only checked.
    let begin = script.iter().rposition(|instruction| instruction.effect == Effect::NoReturn).map_or(0, |at| at + 1);
    let place = match op {
        HighOp::Module(dependent) => match dependent.change {
            Change::Add => begin,
            Change::Delete => script.len(),
            Change::Load(..) | Change::Update { .. } => first(&|op| starts_child(op) || deletes(op)),
        },
        HighOp::Low(_) if starts_child(op) => first(&deletes),
        HighOp::Low(_) if matches!(called(op), Some(Call::Child(_))) => begin,
        HighOp::Low(_) | HighOp::AddApplication(..) | HighOp::RemoveApplication(_) | HighOp::RestartApplication(_) => script.len(),
    };
    place.max(begin)
}
