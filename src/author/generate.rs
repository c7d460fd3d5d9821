//! The entry that two releases call for: drafted for each direction from both, never mirrored.

#![expect(clippy::wildcard_enum_match_arm, reason = "an entry treats a few of the changes; a new kind asks for no instruction of its own")]

use super::children::{self, Calls};
use super::draft::{Draft, Line, Question, Reason};
use super::ground::Ground;
use super::modules::{self, Chosen, choose};
use super::order::{Before, Stay, order};
use super::policy::Library;
use crate::appup::{Dependent, Direction, Effect, HighOp, Instruction};
use crate::beam::Facts;
use crate::compare::{ApplicationChange, Change, Comparison, Delta, Depth, Impact, ModuleChange, Presence, Sign, SystemConfig, Verdict};
use crate::diag::Findings;
use crate::plan::{Contents, plan_entry};
use crate::release::{Application, Release};
use crate::relup::{Cause, LowOp, Origin, Step};
use crate::span::{Span, Spanned};
use crate::term::Atom;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Applications that the emulator boots with.
const BASIC: &[&str] = &["erts", "kernel", "stdlib", "sasl"];
/// Applications whose modules all others call while they are replaced.
const UNDERNEATH: &[&str] = &["elixir"];

/// The applications that an appup needs entries for: both releases have them, in different versions.
pub fn wanting(comparison: &Comparison) -> impl Iterator<Item = &ApplicationChange> {
    comparison.applications.iter().filter(|application| application.presence == Presence::Both && application.base != application.target)
}

/// Drafts the entry of an application for a direction.
pub fn draft(ground: &Ground<'_>, application: &ApplicationChange, direction: Direction) -> Draft {
    let mut draft = Draft { direction, lines: Vec::new(), remarks: Vec::new(), questions: Vec::new() };
    beside(ground, application, &mut draft);
    let alone = |op: HighOp, reason: Reason| Line { op, reason, module: None, questions: Vec::new() };
    let name = application.name.as_str();
    if BASIC.contains(&name) || UNDERNEATH.contains(&name) {
        let op = if BASIC.contains(&name) { LowOp::RestartNewEmulator } else { LowOp::RestartEmulator };
        draft.lines.push(alone(HighOp::Low(op), Reason::Emulator));
        return draft;
    }
    let mut all: Vec<(Chosen, Calls)> = Vec::new();
    for module in &application.modules {
        let Some(chosen) = choose(ground, module, direction) else { continue };
        let is_supervisor = chosen.reason == Reason::Supervisor;
        let calls = if chosen.has_children { children::calls(ground, &chosen.module, Some(module), direction, is_supervisor) } else { Calls::default() };
        all.push((chosen, calls));
    }
    for (module, is_supervisor) in same_supervisors(ground, application) {
        let calls = children::calls(ground, &module, None, direction, is_supervisor);
        if is_supervisor {
            all.push((modules::same_supervisor(ground, &module), calls));
        } else {
            draft.questions.extend(calls.questions);
            draft.lines.extend(calls.before.into_iter().chain(calls.after));
        }
    }
    let mut restarts = restarts(ground, application, &all, direction);
    if let Some(by) = included_by(ground.target, name) {
        let asked = restarts.drain(..).map(|reason| Question::Included { application: Atom::new(name), by: by.clone(), reason: Box::new(reason) });
        draft.questions.extend(asked);
    }
    let framed: Vec<_> = ground.policy.framed_for(name, direction).collect();
    let configured = |op: &HighOp| alone(op.clone(), Reason::Configured);
    let called = std::mem::take(&mut draft.lines);
    draft.lines.extend(framed.iter().flat_map(|framed| &framed.first).map(configured));
    if let Some((first, others)) = restarts.split_first() {
        let application = HighOp::RestartApplication(Spanned::new(Atom::new(name), Span::GENERATED));
        draft.lines.push(alone(application, first.clone()));
        draft.remarks.extend(others.iter().cloned());
    } else {
        compose(ground, all, direction, &mut draft);
        draft.lines.extend(called);
    }
    draft.lines.extend(framed.iter().flat_map(|framed| &framed.last).map(configured));
    if draft.lines.is_empty() {
        let shown = |change: &Change| {
            !matches!(change, Change::Version | Change::LivesOn { .. } | Change::Migrations(_) | Change::Environment { handled: Some(false), .. })
        };
        let changes: Vec<Change> = application.impacts.iter().map(|fact| fact.change.clone()).filter(shown).collect();
        let count = |wanted: &dyn Fn(&ModuleChange) -> bool| application.modules.iter().filter(|module| wanted(module)).count();
        let debug_only = count(&|module| module.depth == Depth::Debug);
        let others = ground.comparison.applications.iter().flat_map(|other| &other.modules).flat_map(|module| &module.impacts);
        let moved = others.filter(|fact| matches!(&fact.change, Change::ModuleMoved(from) if *from == application.name)).count();
        let ignored = count(&|module| module.depth != Depth::Debug && ground.policy.ignores(&module.name));
        draft.remarks.insert(0, Reason::NoCode { changes, debug_only, ignored, moved });
    }
    draft
}

/// Adds what was seen to fail on the paths that drafts make, once that is known, to the draft of an application.
pub fn ask(draft: &mut Draft, application: &ApplicationChange) {
    let direction = draft.direction;
    // What is started again keeps nothing.
    if draft.lines.iter().any(|line| matches!(line.op, HighOp::RestartApplication(_) | HighOp::Low(LowOp::RestartEmulator | LowOp::RestartNewEmulator))) {
        return;
    }
    let question = |module: Option<Atom>, fact: &Impact| {
        let Change::LivesOn { code, what, .. } = &fact.change else { return None };
        (modules::in_direction(fact, direction) > Verdict::Nothing).then(|| Question::LivesOn { module, code, what: what.clone() })
    };
    draft.questions.extend(application.impacts.iter().filter_map(|fact| question(None, fact)));
    let of_modules = draft.lines.iter().enumerate().rev().filter_map(|(at, line)| Some((line.module.clone()?, at)));
    let lines: HashMap<Atom, usize> = of_modules.collect();
    for module in &application.modules {
        let name = Atom::new(&module.name);
        let line = lines.get(&name).and_then(|at| draft.lines.get_mut(*at));
        let known = line.as_ref().map_or(&[][..], |line| &line.questions);
        let is_unconverted = known.iter().any(|known| matches!(known, Question::Conversion { .. }));
        // That an unconverted state is not taken follows from it.
        let follows = |asked: &Question| is_unconverted && matches!(asked, Question::LivesOn { code: "RL0617", .. });
        let asked = module.impacts.iter().filter_map(|fact| question(Some(name.clone()), fact)).filter(|asked| !follows(asked));
        let asked: Vec<Question> = asked.collect();
        match line {
            Some(line) => line.questions.extend(asked),
            None => draft.questions.extend(asked),
        }
    }
}

/// What drafts do, in low-level instructions, one application after the other.
pub fn path(ground: &Ground<'_>, drafts: &[(&ApplicationChange, Draft)], direction: Direction) -> Vec<Step> {
    let mut steps = vec![Step { op: LowOp::PointOfNoReturn, origin: Origin::new(Cause::Always) }];
    let contents = match direction {
        Direction::Up => Contents::of_releases(ground.base, ground.target),
        Direction::Down => Contents::of_releases(ground.target, ground.base),
    };
    for (application, draft) in drafts.iter().filter(|(_, draft)| draft.direction == direction) {
        let place = ground.target.application(&application.name).map_or(Span::GENERATED, |known| known.vsn.span);
        let script = draft.lines.iter().map(|line| Instruction { op: Some(line.op.clone()), effect: Effect::Other, span: place });
        let path = plan_entry(script.collect(), direction, &contents, &mut Findings::default());
        steps.extend(path.steps.into_iter().filter(|step| !matches!(step.op, LowOp::LoadObjectCode { .. } | LowOp::PointOfNoReturn)));
    }
    steps
}

/// What an upgrade does not bring in by itself.
fn beside(ground: &Ground<'_>, application: &ApplicationChange, draft: &mut Draft) {
    for fact in &application.impacts {
        match &fact.change {
            Change::Environment { handled: Some(false), .. } => draft.remarks.push(Reason::Beside(fact.change.clone())),
            Change::Migrations(_) => draft.questions.push(Question::Beside(fact.change.clone())),
            _ => {}
        }
    }
    let own = ground.comparison.impacts.iter().filter(
        |fact| matches!(&fact.change, Change::SystemConfig(SystemConfig::Keys { application: name, handled: Some(false), .. }) if *name == application.name),
    );
    draft.remarks.extend(own.map(|fact| Reason::Beside(fact.change.clone())));
}

/// The supervisors of an application whose modules are the same and whose children are not, each with whether it has a module of its own
/// to update.
fn same_supervisors(ground: &Ground<'_>, application: &ApplicationChange) -> Vec<(Atom, bool)> {
    let changed: HashSet<&str> = application.modules.iter().map(|module| module.name.as_str()).collect();
    let owner = |module: &Atom| ground.target.owner_of(module.as_str()).map(|owner| owner.name.value.as_str());
    let all = ground.trees[1].supervisors.keys().filter(|module| owner(module) == Some(application.name.as_str()) && !changed.contains(module.as_str()));
    let is_supervisor = |module: &Atom| {
        let facts = ground.facts(Direction::Up, true, module);
        facts.is_some_and(|facts| facts.behaviours.iter().any(|name| Facts::supervises(name.as_str())))
    };
    all.filter(|module| children::differ(ground, module)).map(|module| (module.clone(), is_supervisor(module))).collect()
}

/// The application that includes another one.
fn included_by(release: &Release, name: &str) -> Option<Atom> {
    let includes = |application: &&Application| application.includes.iter().any(|included| included.value.as_str() == name);
    release.applications.iter().find(includes).map(|application| application.name.value.clone())
}

/// Why an application cannot be upgraded while it runs.
fn restarts(ground: &Ground<'_>, application: &ApplicationChange, chosen: &[(Chosen, Calls)], direction: Direction) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if ground.policy.always_restarts(&application.name) {
        reasons.push(Reason::AlwaysRestarted);
    }
    let started = |release: &Release| {
        let file = &release.application(&application.name)?.file;
        Some((file.callback.as_ref()?.value.clone(), file.start_arguments.clone()?))
    };
    if let (Some((old, before)), Some((new, after))) = (started(ground.base), started(ground.target))
        && old == new
        && before != after
    {
        reasons.push(Reason::StartArguments);
    }
    let is_library = || ground.target.application(&application.name).is_some_and(|known| known.file.callback.is_none());
    if ground.policy.library == Library::Restart && is_library() {
        reasons.push(Reason::Library);
    }
    // One that only arrives is loaded for the first time.
    let arrives = if direction == Direction::Up { Sign::Added } else { Sign::Removed };
    let gone = |deltas: &[Delta]| deltas.iter().any(|delta| delta.sign != arrives);
    for fact in &application.impacts {
        let needs = match &fact.change {
            Change::StartType { .. } | Change::IncludedApplications(_) | Change::CallbackModule { .. } => {
                modules::in_direction(fact, direction) >= Verdict::RestartApplication
            }
            Change::NativeLibrary(list) => gone(list),
            _ => false,
        };
        if needs {
            reasons.push(Reason::Restart(fact.change.clone()));
        }
    }
    reasons.extend(chosen.iter().filter_map(|(chosen, _)| chosen.restart.clone()));
    let strategies = chosen.iter().filter(|(_, calls)| calls.other_strategy);
    reasons.extend(strategies.map(|(chosen, _)| Reason::RestartForStrategy(chosen.module.clone())));
    reasons
}

/// Puts the instructions of an application in order: what is new, children that go, what changes, children that come, what is gone.
fn compose(ground: &Ground<'_>, all: Vec<(Chosen, Calls)>, direction: Direction, draft: &mut Draft) {
    let again = started_again(ground, &all, direction);
    let (mut chosen, calls): (Vec<Chosen>, Vec<Calls>) = all.into_iter().unzip();
    for one in chosen.iter_mut().filter(|one| one.stay == Stay::Stays && !one.starts_again && again.contains(&one.module)) {
        // Nothing of it runs while it is loaded.
        let plain = modules::load(ground, &one.module);
        (one.change, one.reason, one.questions) = (plain, Reason::StartedAgain, Vec::new());
    }
    let places: HashMap<Atom, usize> = chosen.iter().enumerate().map(|(at, chosen)| (chosen.module.clone(), at)).collect();
    let mut wanted = BTreeSet::new();
    for link in ground.links {
        let (Some(caller), Some(called)) = (places.get(&link.caller), places.get(&link.called.module)) else { continue };
        let arriving = link.newer == (direction == Direction::Up);
        let (first, second) = if arriving { (*called, *caller) } else { (*caller, *called) };
        if first != second {
            wanted.insert(Before { first, second, arriving });
        }
    }
    let stays: Vec<Stay> = chosen.iter().map(|chosen| chosen.stay).collect();
    let ordered = order(&stays, &wanted);
    let name = |at: usize| chosen.get(at).map(|chosen| chosen.module.clone());
    let mut deps: Vec<Vec<Atom>> = vec![Vec::new(); chosen.len()];
    for (first, second) in &ordered.kept {
        // On an upgrade dependencies come first, on a downgrade those that depend on them.
        let (module, dependency) = if direction == Direction::Up { (*second, *first) } else { (*first, *second) };
        deps.get_mut(module).into_iter().for_each(|list| list.extend(name(dependency)));
    }
    draft.questions.extend(ordered.circles.iter().map(|circle| Question::Circle(circle.iter().filter_map(|at| name(*at)).collect())));
    let class_of: HashMap<Atom, usize> = (0..)
        .zip(&ordered.sequence)
        .flat_map(|(class, list)| list.iter().map(move |at| (*at, class)))
        .filter_map(|(at, class)| Some((name(at)?, class)))
        .collect();
    let is_free = |at: usize| ordered.kept.iter().all(|(first, second)| *first != at && *second != at);
    let mut children = Children::default();
    for (at, (chosen, calls)) in chosen.iter().zip(calls).enumerate() {
        // A supervisor that is started again asks its `init/1`, and starts all of its children.
        if again.contains(&chosen.module) {
            continue;
        }
        draft.questions.extend(calls.questions);
        if chosen.starts_again {
            match children::started_again(ground, &chosen.module, direction) {
                Some((stop, start)) => {
                    children.stops.push(stop);
                    children.starts.push(start);
                }
                None => draft.questions.push(Question::StartAgain { module: chosen.module.clone(), reason: Box::new(chosen.reason.clone()) }),
            }
        }
        // A child that is new may be called as soon as code that knows it is loaded, one that goes until such code is replaced.
        let alone = |lines: &[Line], after: bool, class: usize| {
            let is_worker = |module: &Atom| class_of.get(module) == Some(&class) && !ground.tree(direction, after).supervisors.contains_key(module);
            let is_whole = |line: &Line| matches!(line.reason, Reason::ChildArrives(_) | Reason::ChildLeaves(_)) && line.module.as_ref().is_some_and(is_worker);
            is_free(at) && !lines.is_empty() && lines.iter().all(is_whole)
        };
        if calls.before.is_empty() && alone(&calls.after, true, 0) {
            children.early.push((at, calls.after));
        } else if calls.after.is_empty() && alone(&calls.before, false, 2) {
            children.late.push((at, calls.before));
        } else {
            children.stops.extend(calls.before);
            children.starts.extend(calls.after);
        }
    }
    let mut lines: Vec<Option<Line>> = chosen.into_iter().zip(deps).map(|(chosen, deps)| Some(line(chosen, deps))).collect();
    let [new, middle, gone] = ordered.sequence;
    let mut take = |list: Vec<usize>| -> Vec<Line> { list.into_iter().filter_map(|at| lines.get_mut(at)?.take()).collect() };
    let mut all = take(new);
    for (at, starts) in children.early {
        all.extend(take(vec![at]));
        all.extend(starts);
    }
    let late: Vec<(Vec<Line>, Vec<Line>)> = children.late.into_iter().map(|(at, stops)| (stops, take(vec![at]))).collect();
    all.extend(children.stops);
    all.extend(take(middle));
    for (stops, update) in late {
        all.extend(stops);
        all.extend(update);
    }
    all.extend(children.starts);
    all.extend(take(gone));
    draft.lines.extend(each_once(all));
}

/// The calls for children, by where they are in an entry.
#[derive(Default)]
struct Children {
    /// Supervisors that are updated before everything that changes, each with the children that it starts.
    early: Vec<(usize, Vec<Line>)>,
    /// Children that are stopped before what changes.
    stops: Vec<Line>,
    /// Supervisors that are updated after everything that changes, each with the children that are stopped before.
    late: Vec<(usize, Vec<Line>)>,
    /// Children that are started after what changes.
    starts: Vec<Line>,
}

/// The modules none of whose processes runs while code is loaded, as a supervisor above them stops a child: that child, and all below it.
fn started_again(ground: &Ground<'_>, all: &[(Chosen, Calls)], direction: Direction) -> HashSet<Atom> {
    let from = ground.tree(direction, false);
    let mut open: Vec<Atom> = all.iter().flat_map(|(_, calls)| &calls.before).filter_map(|line| line.module.clone()).collect();
    open.sort_unstable();
    open.dedup();
    let mut again = HashSet::new();
    while let Some(module) = open.pop() {
        let children = from.supervisors.get(&module).and_then(|supervisor| supervisor.children.as_ref());
        if again.insert(module) {
            open.extend(children.into_iter().flatten().filter_map(|child| child.runs.clone()));
        }
    }
    again
}

fn each_once(mut lines: Vec<Line>) -> Vec<Line> {
    let mut known = BTreeSet::new();
    lines.retain(|line| known.insert(line.op.to_term()));
    lines
}

fn line(chosen: Chosen, deps: Vec<Atom>) -> Line {
    let spanned = |atom: Atom| Spanned::new(atom, Span::GENERATED);
    Line {
        op: HighOp::Module(Dependent { module: spanned(chosen.module.clone()), change: chosen.change, deps: deps.into_iter().map(spanned).collect() }),
        reason: chosen.reason,
        module: Some(chosen.module),
        questions: chosen.questions,
    }
}

/// Whether an application could not be compared in full, so that an entry would miss something: the changes that say so.
pub fn unread(application: &ApplicationChange) -> impl Iterator<Item = &Change> {
    application.impacts.iter().map(|fact| &fact.change).filter(|change| matches!(change, Change::CodeMissing(_) | Change::CodeUnreadable(_)))
}

/// Whether an application has other code and the same version.
pub fn is_not_bumped(application: &ApplicationChange) -> bool {
    let differs = |depth: Depth| depth < Depth::Attributes;
    application.presence == Presence::Both && application.base == application.target && application.modules.iter().any(|module| differs(module.depth))
}
