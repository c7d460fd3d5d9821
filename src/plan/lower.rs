//! What a cluster of modules does, in low-level instructions (`systools_rc:translate_dependent_instrs/4`).

use super::applications::{Contents, Task, Work};
use super::faults;
use super::order::Groups;
use crate::appup::{Change, Dependent, Direction};
use crate::diag::Findings;
use crate::relup::{LowOp, Mode, Origin, Pass, Purge, Step, Suspended, Timeout};
use crate::term::{Atom, Term};

/// Emits each cluster where its first member is; other instructions stay where they are.
pub(super) fn lower(
    mut before: Vec<Step>,
    tasks: &[Task],
    groups: &Groups,
    direction: Direction,
    contents: &Contents<'_>,
    found: &mut Findings,
) -> (Vec<Step>, Vec<Step>) {
    let mut after = Vec::with_capacity(tasks.iter().map(steps_of).sum());
    let mut emitted = vec![false; groups.count()];
    for (at, task) in tasks.iter().enumerate() {
        match (&task.work, groups.of_task(at)) {
            (Work::Low(op), _) => after.push(Step { op: op.clone(), origin: task.origin.clone() }),
            (Work::Module(_), Some(cluster)) => {
                if let Some(done @ false) = emitted.get_mut(cluster) {
                    *done = true;
                    let members: Vec<Member<'_>> = groups.members(cluster).iter().filter_map(|at| tasks.get(*at)).filter_map(Member::new).collect();
                    read_code(&members, contents, &mut before, found);
                    emit(&members, direction, &mut after);
                }
            }
            (Work::Module(_), None) => {}
        }
    }
    (before, after)
}

/// How many steps come of a task, at most, but for the suspending, resuming and changing that a cluster has in common.
fn steps_of(task: &Task) -> usize {
    match &task.work {
        Work::Module(Dependent { change: Change::Update { .. }, .. }) => 3,
        Work::Module(Dependent { change: Change::Delete, .. }) => 2,
        Work::Module(Dependent { change: Change::Load(..) | Change::Add, .. }) | Work::Low(_) => 1,
    }
}

/// A module of a cluster.
struct Member<'t> {
    dependent: &'t Dependent,
    origin: Origin,
}

impl<'t> Member<'t> {
    fn new(task: &'t Task) -> Option<Member<'t>> {
        match &task.work {
            Work::Module(dependent) => Some(Member { dependent, origin: task.origin.through(Pass::Lower) }),
            Work::Low(_) => None,
        }
    }

    fn name(&self) -> &Atom {
        &self.dependent.module.value
    }

    fn step(&self, op: LowOp) -> Step {
        Step { op, origin: self.origin.clone() }
    }
}

/// One `load_object_code` for each module that is loaded.
fn read_code(members: &[Member<'_>], contents: &Contents<'_>, before: &mut Vec<Step>, found: &mut Findings) {
    for member in members {
        if matches!(member.dependent.change, Change::Delete) {
            continue;
        }
        match contents.owner_of(member.name().as_str()) {
            // What would be merged later in any case is not taken apart first.
            Some((lib, _)) if add_to(before.last_mut(), lib, member.name()) => {}
            Some((lib, vsn)) => {
                let op = LowOp::LoadObjectCode { lib: lib.clone(), vsn: Box::new(Term::string(vsn)), modules: vec![member.name().clone()] };
                before.push(member.step(op));
            }
            None => found.push(faults::no_such_module(&member.dependent.module, contents.near(member.name().as_str()))),
        }
    }
}

/// Adds a module to the object code that was last asked for, when that is of the same library and came out of this pass.
fn add_to(last: Option<&mut Step>, wanted: &Atom, module: &Atom) -> bool {
    let Some(Step { op: LowOp::LoadObjectCode { lib, modules, .. }, origin }) = last else { return false };
    let fits = lib == wanted && matches!(origin.pass, Some(Pass::Lower | Pass::MergeObjectCode));
    if fits {
        origin.pass = Some(Pass::MergeObjectCode);
        modules.push(module.clone());
    }
    fits
}

fn emit(members: &[Member<'_>], direction: Direction, after: &mut Vec<Step>) {
    let suspended = members.iter().filter_map(|member| match &member.dependent.change {
        Change::Update { timeout, .. } => {
            let timeout = Some(timeout.clone()).filter(|timeout| *timeout != Timeout::Default);
            Some((member, Suspended { module: member.name().clone(), timeout }))
        }
        Change::Load(..) | Change::Add | Change::Delete => None,
    });
    let (updates, suspended): (Vec<&Member<'_>>, Vec<Suspended>) = suspended.unzip();
    if let Some(first) = updates.first() {
        after.push(first.step(LowOp::Suspend(suspended)));
    }
    match direction {
        Direction::Up => {
            members.iter().rev().for_each(|member| replace(member, after));
            change_code(&updates, Mode::Up, |_| true, after);
        }
        Direction::Down => {
            change_code(&updates, Mode::Down, |is_static| !is_static, after);
            members.iter().for_each(|member| replace(member, after));
            change_code(&updates, Mode::Down, |is_static| is_static, after);
        }
    }
    if let Some(first) = updates.first() {
        after.push(first.step(LowOp::Resume(updates.iter().rev().map(|member| member.name().clone()).collect())));
    }
}

/// New code in, or the module out.
fn replace(member: &Member<'_>, after: &mut Vec<Step>) {
    let module = member.name().clone();
    let (pre, post) = match &member.dependent.change {
        Change::Load(pre, post) | Change::Update { pre, post, .. } => (*pre, *post),
        Change::Add => (Purge::Brutal, Purge::Brutal),
        Change::Delete => {
            after.push(member.step(LowOp::Remove(module.clone(), Purge::Brutal, Purge::Brutal)));
            after.push(member.step(LowOp::Purge(vec![module])));
            return;
        }
    };
    after.push(member.step(LowOp::Load(module, pre, post)));
}

/// One `code_change` for the advanced updates of the wanted type.
fn change_code(updates: &[&Member<'_>], mode: Mode, wanted: impl Fn(bool) -> bool, after: &mut Vec<Step>) {
    let mut first = None;
    let mut changes = Vec::new();
    for member in updates {
        if let Change::Update { is_static, extra: Some(extra), .. } = &member.dependent.change
            && wanted(*is_static)
        {
            first.get_or_insert(member);
            changes.push((member.name().clone(), Term::clone(extra)));
        }
    }
    if let Some(first) = first {
        after.push(first.step(LowOp::CodeChange(Some(mode), changes)));
    }
}
