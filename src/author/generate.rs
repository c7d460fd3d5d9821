//! The entry that two releases call for: drafted for each direction from both, never mirrored.

#![expect(clippy::wildcard_enum_match_arm, reason = "an entry treats a few of the changes; a new kind asks for no instruction of its own")]

use super::children::{self, Calls};
use super::draft::{Draft, Line, Question, Reason};
use super::ground::Ground;
use super::modules::{self, Chosen, choose};
use super::order::{Before, Stay, order};
use super::policy::Library;
use crate::appup::{Dependent, Direction, Effect, HighOp, Instruction};
use crate::compare::{ApplicationChange, Change, Comparison, Delta, Depth, Impact, Presence, Sign, SystemConfig, Verdict};
use crate::diag::Findings;
use crate::plan::{Contents, plan_entry};
use crate::relup::{Cause, LowOp, Origin, Step};
use crate::span::{Span, Spanned};
use crate::term::Atom;
use std::collections::{BTreeSet, HashMap};

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
    let chosen: Vec<(Chosen, usize)> =
        application.modules.iter().enumerate().filter_map(|(at, module)| Some((choose(ground, module, direction)?, at))).collect();
    let calls: Vec<Calls> = chosen
        .iter()
        .map(|(chosen, at)| match application.modules.get(*at) {
            Some(change) if chosen.has_children => children::calls(ground, &chosen.module, change, direction, chosen.reason == Reason::Supervisor),
            Some(_) | None => Calls::default(),
        })
        .collect();
    let restarts = restarts(ground, application, &chosen, &calls, direction);
    if let Some((first, others)) = restarts.split_first() {
        let application = HighOp::RestartApplication(Spanned::new(Atom::new(name), Span::GENERATED));
        draft.lines.push(alone(application, first.clone()));
        draft.remarks.extend(others.iter().cloned());
        return draft;
    }
    let framed: Vec<_> = ground.policy.framed_for(name, direction).collect();
    let configured = |op: &HighOp| alone(op.clone(), Reason::Configured);
    draft.lines.extend(framed.iter().flat_map(|framed| &framed.first).map(configured));
    compose(ground, chosen, calls, direction, &mut draft);
    draft.lines.extend(framed.iter().flat_map(|framed| &framed.last).map(configured));
    if draft.lines.is_empty() {
        let shown = |change: &Change| {
            !matches!(change, Change::Version | Change::LivesOn { .. } | Change::Migrations(_) | Change::Environment { handled: Some(false), .. })
        };
        let changes: Vec<Change> = application.impacts.iter().map(|fact| fact.change.clone()).filter(shown).collect();
        draft.remarks.insert(0, Reason::NoCode { changes, debug_only: application.modules.len() });
    }
    draft
}

/// Adds what was seen to fail on the paths that drafts make, once that is known, to the draft of an application.
pub fn ask(draft: &mut Draft, application: &ApplicationChange) {
    let direction = draft.direction;
    let question = |module: Option<Atom>, fact: &Impact| {
        let Change::LivesOn { code, what, .. } = &fact.change else { return None };
        (modules::in_direction(fact, direction) > Verdict::Nothing).then(|| Question::LivesOn { module, code, what: what.clone() })
    };
    draft.questions.extend(application.impacts.iter().filter_map(|fact| question(None, fact)));
    for module in &application.modules {
        let name = Atom::new(&module.name);
        // That an unconverted state is not taken follows from it.
        if draft.all_questions().any(|known| matches!(known, Question::Conversion { module, .. } if *module == name)) {
            continue;
        }
        let asked: Vec<Question> = module.impacts.iter().filter_map(|fact| question(Some(name.clone()), fact)).collect();
        match draft.lines.iter_mut().find(|line| line.module.as_ref() == Some(&name)) {
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

/// Why an application cannot be upgraded while it runs.
fn restarts(ground: &Ground<'_>, application: &ApplicationChange, chosen: &[(Chosen, usize)], calls: &[Calls], direction: Direction) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if ground.policy.always_restarts(&application.name) {
        reasons.push(Reason::AlwaysRestarted);
    }
    let is_library = || ground.target.application(&application.name).is_some_and(|known| known.file.callback.is_none());
    if ground.policy.library == Library::Restart && is_library() {
        reasons.push(Reason::Library);
    }
    let gone = |deltas: &[Delta]| deltas.iter().any(|delta| delta.sign != Sign::Added);
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
    let strategies = chosen.iter().zip(calls).filter(|(_, calls)| calls.other_strategy);
    reasons.extend(strategies.map(|((chosen, _), _)| Reason::RestartForStrategy(chosen.module.clone())));
    reasons
}

/// Puts the instructions of an application in order: what is new, children that go, what changes, children that come, what is gone.
fn compose(ground: &Ground<'_>, chosen: Vec<(Chosen, usize)>, calls: Vec<Calls>, direction: Direction, draft: &mut Draft) {
    let places: HashMap<Atom, usize> = chosen.iter().enumerate().map(|(at, (chosen, _))| (chosen.module.clone(), at)).collect();
    let mut wanted = BTreeSet::new();
    for link in ground.links {
        let (Some(caller), Some(called)) = (places.get(&link.caller), places.get(&link.called.module)) else { continue };
        let arriving = link.newer == (direction == Direction::Up);
        let (first, second) = if arriving { (*called, *caller) } else { (*caller, *called) };
        if first != second {
            wanted.insert(Before { first, second, arriving });
        }
    }
    let stays: Vec<Stay> = chosen.iter().map(|(chosen, _)| chosen.stay).collect();
    let ordered = order(&stays, &wanted);
    let name = |at: usize| chosen.get(at).map(|(chosen, _)| chosen.module.clone());
    let mut deps: Vec<Vec<Atom>> = vec![Vec::new(); chosen.len()];
    for (first, second) in &ordered.kept {
        // On an upgrade dependencies come first, on a downgrade those that depend on them.
        let (module, dependency) = if direction == Direction::Up { (*second, *first) } else { (*first, *second) };
        deps.get_mut(module).into_iter().for_each(|list| list.extend(name(dependency)));
    }
    draft.questions.extend(ordered.circles.iter().map(|circle| Question::Circle(circle.iter().filter_map(|at| name(*at)).collect())));
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for ((chosen, _), calls) in chosen.iter().zip(calls) {
        before.extend(calls.before);
        after.extend(calls.after);
        draft.questions.extend(calls.questions);
        if chosen.of_other_kind.is_some() {
            match children::of_other_kind(ground, &chosen.module, direction) {
                Some((stop, start)) => {
                    before.push(stop);
                    after.push(start);
                }
                None => draft.questions.push(Question::OtherProcesses { module: chosen.module.clone() }),
            }
        }
    }
    let (before, after) = (each_once(before), each_once(after));
    let mut lines: Vec<Option<Line>> = chosen.into_iter().zip(deps).map(|((chosen, _), deps)| Some(line(chosen, deps))).collect();
    let [new, middle, gone] = ordered.sequence;
    let mut take = |list: Vec<usize>| -> Vec<Line> { list.into_iter().filter_map(|at| lines.get_mut(at)?.take()).collect() };
    for part in [take(new), before, take(middle), after, take(gone)] {
        draft.lines.extend(part);
    }
}

fn each_once(lines: Vec<Line>) -> Vec<Line> {
    let mut once: Vec<Line> = Vec::new();
    for line in lines {
        if once.iter().all(|known| known.op != line.op) {
            once.push(line);
        }
    }
    once
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
