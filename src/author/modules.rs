//! What a draft does to one module: the instruction that its change calls for.

#![expect(clippy::wildcard_enum_match_arm, reason = "an entry treats a few of the changes; a new kind asks for no instruction of its own")]

use super::children;
use super::draft::{Question, Reason};
use super::ground::Ground;
use super::order::Stay;
use super::policy::Unchanged;
use crate::appup::{self, Direction};
use crate::beam::{Author, Clause, CodeChange, Facts, Known};
use crate::compare::{Change, Depth, Impact, ModuleChange, StateChange, StateEffect, Verdict};
use crate::term::{Atom, Term};

/// What happens to a module.
#[derive(Debug)]
pub(super) struct Chosen {
    pub module: Atom,
    pub stay: Stay,
    pub change: appup::Change,
    pub reason: Reason,
    pub questions: Vec<Question>,
    /// Why it cannot be replaced while its application runs.
    pub restart: Option<Reason>,
    /// Whether it is a supervisor, or starts the first one of an application.
    pub has_children: bool,
    /// Whether its processes have to be started again, by the supervisor that they belong to.
    pub starts_again: bool,
}

/// The instruction for a module that differs; `None` where nothing is to be done.
pub(super) fn choose(ground: &Ground<'_>, change: &ModuleChange, direction: Direction) -> Option<Chosen> {
    if change.depth == Depth::Debug || ground.policy.ignores(&change.name) {
        return None;
    }
    let module = Atom::new(&change.name);
    // A module of an application that is removed: on a downgrade that application is added, and loads it.
    let leaves_removed = change.depth == Depth::Moved && ground.base.owner_of(&change.name).is_some_and(|owner| !ground.target.names(&owner.name.value));
    if leaves_removed && direction == Direction::Down {
        return None;
    }
    let stay = match (change.depth, direction) {
        (Depth::Added, Direction::Up) | (Depth::Removed, Direction::Down) => Stay::Arrives,
        (Depth::Added, Direction::Down) | (Depth::Removed, Direction::Up) => Stay::Leaves,
        (Depth::Moved | Depth::Code | Depth::Attributes | Depth::Debug, _) => Stay::Stays,
    };
    let (op, reason) = match stay {
        Stay::Arrives => (appup::Change::Add, Reason::Arrives),
        Stay::Leaves => (appup::Change::Delete, Reason::Leaves),
        Stay::Stays => (load(ground, &module), Reason::Plain),
    };
    let questions = if leaves_removed { vec![Question::MovedFromRemoved { module: module.clone() }] } else { Vec::new() };
    let chosen = Chosen { module, stay, change: op, reason, questions, restart: None, has_children: false, starts_again: false };
    Some(if stay == Stay::Stays { replaced(ground, change, direction, chosen) } else { chosen })
}

pub(super) fn load(ground: &Ground<'_>, module: &Atom) -> appup::Change {
    let (pre, post) = ground.policy.purges_of(module.as_str());
    appup::Change::Load(pre, post)
}

fn update(ground: &Ground<'_>, module: &Atom, extra: Option<Term>) -> appup::Change {
    let (pre, post) = ground.policy.purges_of(module.as_str());
    appup::Change::Update { is_static: false, timeout: ground.policy.timeout.clone(), extra: extra.map(Box::new), pre, post }
}

/// What `{update,Module,supervisor}` means, with what the project decides.
fn supervisor(ground: &Ground<'_>, module: &Atom) -> appup::Change {
    let (pre, post) = ground.policy.purges_of(module.as_str());
    let nothing = Some(Box::new(Term::list(Vec::new())));
    appup::Change::Update { is_static: true, timeout: ground.policy.timeout.clone(), extra: nothing, pre, post }
}

/// A supervisor whose module is the same and whose children are not: other modules say what it starts.
pub(super) fn same_supervisor(ground: &Ground<'_>, module: &Atom) -> Chosen {
    Chosen {
        module: module.clone(),
        stay: Stay::Stays,
        change: supervisor(ground, module),
        reason: Reason::ChildrenElsewhere,
        questions: Vec::new(),
        restart: None,
        has_children: true,
        starts_again: false,
    }
}

/// What happens to a module that both releases have.
fn replaced(ground: &Ground<'_>, change: &ModuleChange, direction: Direction, plain: Chosen) -> Chosen {
    let (from, to) = (ground.facts(direction, false, &plain.module), ground.facts(direction, true, &plain.module));
    let (Some(from), Some(to)) = (from, to) else { return plain };
    let is = |facts: &Facts, wanted: fn(&Atom) -> bool| facts.behaviours.iter().any(wanted);
    let supervises = |name: &Atom| Facts::supervises(name.as_str());
    if from.loads_nif {
        let why = change.impacts.iter().find(|fact| fact.change == Change::NativeCode).map_or(Change::NativeCode, |fact| fact.change.clone());
        return Chosen { restart: Some(Reason::RestartFor(plain.module.clone(), why)), ..plain };
    }
    if is(&from, supervises) && is(&to, supervises) {
        let restart = children::is_renamed(ground, &plain.module).then(|| Reason::RestartForName(plain.module.clone()));
        return Chosen { restart, change: supervisor(ground, &plain.module), reason: Reason::Supervisor, has_children: true, ..plain };
    }
    let is_other = |change: &Change| matches!(change, Change::Behaviour { other_processes: true, .. } | Change::CallbackMode { .. });
    if let Some(other) = change.impacts.iter().find(|fact| is_other(&fact.change)) {
        return Chosen { reason: Reason::OtherProcesses(other.change.clone()), starts_again: true, ..plain };
    }
    if is(&from, Facts::runs_processes) && is(&to, Facts::runs_processes) {
        if children::is_renamed(ground, &plain.module) {
            return Chosen { reason: Reason::Renamed, starts_again: true, ..plain };
        }
        let load = plain.change.clone();
        let chosen = process(ground, change, direction, plain);
        let converts = matches!(chosen.change, appup::Change::Update { extra: Some(_), .. });
        return match children::unlisted(ground, &chosen.module, direction).filter(|_| converts) {
            Some(child) => Chosen { change: load, reason: Reason::NotFound(child), questions: Vec::new(), starts_again: true, ..chosen },
            None => chosen,
        };
    }
    let is_special = |facts: &Facts| facts.exports.iter().any(|(name, arity)| (name.as_str(), *arity) == ("system_code_change", 4));
    if is_special(&from) && is_special(&to) {
        let op = update(ground, &plain.module, Some(ground.policy.extra.clone()));
        return Chosen { change: op, reason: Reason::Special, ..plain };
    }
    let has_children = ground.trees.iter().any(|tree| tree.supervisors.contains_key(&plain.module)) || from.children.is_some();
    let reason = if change.depth == Depth::Attributes { Reason::AttributesOnly } else { Reason::Plain };
    let mut questions = plain.questions.clone();
    if change.impacts.iter().any(|fact| fact.change == Change::BehavioursUnknown) {
        questions.push(Question::State { module: plain.module.clone(), why: "it has no attributes, so its behaviours are not known", converts: false });
    }
    questions.extend(own_loop(change, direction, &plain.module));
    Chosen { has_children, reason, questions, ..plain }
}

/// The question for processes that wait in a loop of their module's own.
fn own_loop(change: &ModuleChange, direction: Direction, module: &Atom) -> Option<Question> {
    let habits = if direction == Direction::Up { change.habits.0 } else { change.habits.1 };
    habits.own_loop.then(|| Question::OwnLoop { module: module.clone() })
}

/// A module whose processes live on.
fn process(ground: &Ground<'_>, change: &ModuleChange, direction: Direction, mut plain: Chosen) -> Chosen {
    let module = plain.module.clone();
    plain.questions.extend(own_loop(change, direction, &module));
    let target = ground.facts(Direction::Up, true, &module);
    let base = ground.facts(Direction::Up, false, &module);
    let converts = target.as_ref().and_then(|facts| facts.code_change.as_ref()).is_some_and(|code_change| !is_idle(code_change));
    let is_exported = target.as_ref().is_some_and(|facts| facts.code_change.is_some());
    let is_seen_idle = is_exported && !converts;
    let advanced = || update(ground, &module, Some(ground.policy.extra.clone()));
    let is_written =
        || conversion_written(base.as_ref().and_then(|facts| facts.code_change.as_ref()), target.as_ref().and_then(|facts| facts.code_change.as_ref()));
    let mut questions = plain.questions.clone();
    let state = change.impacts.iter().find(|fact| is_state(&fact.change));
    if let Some(state) = state {
        let is_taken = matches!(&state.change, Change::State(StateChange { effect: StateEffect::Accepted, .. })) && direction == Direction::Up;
        let reason = Reason::StateChanged(state.change.clone());
        if is_taken && !converts {
            return Chosen { reason, questions, ..plain };
        }
        let unconverted = change.impacts.iter().filter(|fact| leaves_unconverted(fact, direction));
        questions.extend(unconverted.map(|fact| Question::Conversion { module: module.clone(), change: fact.change.clone(), direction }));
        if extra_is_open(ground, target.as_deref(), direction) {
            questions.push(Question::Extra { module: module.clone() });
        }
        return Chosen { change: advanced(), reason, questions, ..plain };
    }
    let unseen = change.impacts.iter().find_map(|fact| if let Change::StateUnknown(why) = fact.change { Some(why) } else { None });
    if let Some(why) = unseen {
        // A conversion that leaves the state as it is does no harm; code that meets another state does.
        let runs = is_written() || (is_exported && !is_seen_idle);
        let op = if runs { advanced() } else { kept(ground, &module) };
        let reason = if is_written() { Reason::ConversionWritten } else { Reason::StateUnseen };
        // A conversion of both directions that was written for this upgrade is the answer.
        let clauses = target.as_ref().and_then(|facts| facts.code_change.as_ref()).and_then(|code_change| code_change.clauses.get());
        let both = |clauses: &Vec<Clause>| clauses.iter().any(Clause::is_downgrade) && clauses.iter().any(|clause| !clause.is_downgrade());
        if !(is_written() && clauses.is_some_and(both)) {
            questions.push(Question::State { module: module.clone(), why, converts: runs });
        }
        return Chosen { change: op, reason, questions, ..plain };
    }
    if is_written() {
        if extra_is_open(ground, target.as_deref(), direction) {
            questions.push(Question::Extra { module: module.clone() });
        }
        return Chosen { change: advanced(), reason: Reason::ConversionWritten, questions, ..plain };
    }
    let (op, reason) = if change.depth == Depth::Attributes { (plain.change, Reason::AttributesOnly) } else { (kept(ground, &module), Reason::StateKept) };
    Chosen { change: op, reason, questions, module, stay: plain.stay, restart: None, has_children: false, starts_again: false }
}

/// Whether a conversion looks at an `Extra` of which the project says nothing.
fn extra_is_open(ground: &Ground<'_>, target: Option<&Facts>, direction: Direction) -> bool {
    let clauses = target.and_then(|facts| facts.code_change.as_ref()).and_then(|code_change| code_change.clauses.get());
    let clauses: Vec<&Clause> = clauses.into_iter().flatten().collect();
    // A clause for the downgrade takes it away from those for any version.
    let has_own = clauses.iter().any(|clause| clause.is_downgrade());
    let is_for = |clause: &&&Clause| match direction {
        Direction::Up => !clause.is_downgrade(),
        Direction::Down => clause.is_downgrade() || (!has_own && clause.is_catch_all()),
    };
    let uses = clauses.iter().filter(is_for).any(|clause| clause.uses_extra && !clause.unchanged);
    uses && ground.policy.extra.is_nil()
}

/// The instruction for a process whose state stays.
fn kept(ground: &Ground<'_>, module: &Atom) -> appup::Change {
    match ground.policy.unchanged_state {
        Unchanged::Load => load(ground, module),
        Unchanged::Update => update(ground, module, None),
    }
}

/// Whether a change is that the state of processes differs in more than what its fields begin with.
fn is_state(change: &Change) -> bool {
    match change {
        Change::State(state) => state.effect != StateEffect::Defaults,
        Change::StateShape { .. } => true,
        _ => false,
    }
}

/// The verdict of a fact for a direction.
pub(super) fn in_direction(fact: &Impact, direction: Direction) -> Verdict {
    match direction {
        Direction::Up => fact.up,
        Direction::Down => fact.down,
    }
}

/// Whether a fact says that the state is not converted, or perhaps not, in a direction.
fn leaves_unconverted(fact: &Impact, direction: Direction) -> bool {
    match &fact.change {
        Change::CodeChangeMissing { .. } | Change::CodeChangeArity { .. } | Change::CodeChangeUnknown { .. } | Change::CodeChangeIdle { .. } => true,
        Change::CodeChangeUpOnly { .. } => direction == Direction::Down,
        // Where another clause fits, it is one for another base.
        Change::CodeChangeVersion { .. } => in_direction(fact, direction) >= Verdict::RestartApplication,
        _ => false,
    }
}

/// Whether a `code_change` was seen to give back every state as it was, and to do nothing besides.
fn is_idle(code_change: &CodeChange) -> bool {
    matches!(&code_change.clauses, Known::Known(clauses) if clauses.iter().all(|clause| clause.unchanged && !clause.does_more))
}

/// Whether the target's `code_change` was written by a person, converts something, and is another one than the base's.
fn conversion_written(base: Option<&CodeChange>, target: Option<&CodeChange>) -> bool {
    let Some(target) = target.filter(|target| matches!(target.author, Known::Known(Author::ByHand)) && !is_idle(target)) else { return false };
    let Known::Known(clauses) = &target.clauses else { return false };
    let Some(Known::Known(former)) = base.map(|base| &base.clauses) else { return base.is_none() };
    let is_same = |one: &Clause, other: &Clause| Clause { line: 0, ..one.clone() } == Clause { line: 0, ..other.clone() };
    clauses.len() != former.len() || !clauses.iter().zip(former).all(|(one, other)| is_same(one, other))
}
