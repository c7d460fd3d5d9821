//! What lives on between two releases, whatever their appups say: the verdict of `diff` rests on it, too.
//!
//! In go two releases and what changed between them; out come the findings of the rules that look at what is kept
//! ([`Check::Kept`]), on a path that loads what changed, converts what has a conversion, and restarts the applications that
//! have to be. What a person can do about them on a real path is not known here: each of them asks for care.

use super::lives::Half;
use super::{Between, Check, Pair, live, rules};
use crate::appup::Direction;
use crate::author::Tree;
use crate::beam::Beams;
use crate::compare::{Change, Comparison, Delta, Depth, Impact, Link, Sign, Verdict};
use crate::diag::Findings;
use crate::interpret::Child;
use crate::parallel;
use crate::plan::{Appups, path_name};
use crate::release::Release;
use crate::relup::{Cause, LowOp, Mode, Origin, Purge, Step};
use crate::span::Span;
use crate::term::{Atom, Term};
use std::collections::{HashMap, HashSet};

/// Adds what lives on to a comparison: failures that were seen are facts that ask for care, and what was seen to be the same is not
/// asked about any more.
pub fn judge_kept(base: &Release, target: &Release, comparison: &mut Comparison, links: &[Link], beams: Beams<'_>) {
    judge_kept_on(base, target, comparison, links, beams, |comparison, _| {
        [Direction::Up, Direction::Down].map(|direction| plain_path((base, target), beams, comparison, direction))
    });
}

/// The same on paths that are made of what was seen of the two releases: what changed, and the supervisors of the base and of the
/// target.
pub fn judge_kept_on(
    base: &Release,
    target: &Release,
    comparison: &mut Comparison,
    links: &[Link],
    beams: Beams<'_>,
    paths: impl FnOnce(&Comparison, &[Tree; 2]) -> [Vec<Step>; 2],
) {
    let appups = Appups::default();
    let mut pair = Pair::new(&Between { base, up: None, down: None, relup: None, is_given: false, comparison: &*comparison, links }, target, &appups, beams);
    pair.lives = live::kept(&pair);
    let seen: HashSet<String> =
        pair.modules().filter(|(_, module)| pair.is_seen_to_stay(&Atom::new(&module.name))).map(|(_, module)| module.name.clone()).collect();
    let children: HashMap<String, Computed> = pair
        .modules()
        .filter_map(|(_, module)| {
            let name = Atom::new(&module.name);
            let (before, after) = pair.computed_children(&name)?;
            let flags = |half: &Half| half.supervisors.get(&name)?.answer.as_ref()?.tagged("ok")?.first()?.as_tuple()?.first().map(ToString::to_string);
            let flags = (flags(&pair.lives.base), flags(&pair.lives.target));
            let is_same = flags.0 == flags.1;
            Some((module.name.clone(), Computed { children: child_deltas(before, after), flags: (!is_same).then_some(flags) }))
        })
        .collect();
    let lives = std::mem::take(&mut pair.lives);
    for application in &mut comparison.applications {
        for module in application.modules.iter_mut().filter(|module| seen.contains(&module.name)) {
            module.impacts.retain(|fact| !matches!(fact.change, Change::StateUnknown(_) | Change::ChildrenUnknown { .. }));
        }
        for module in &mut application.modules {
            let Some(computed) = children.get(&module.name) else { continue };
            let mut flags = Vec::new();
            for fact in &mut module.impacts {
                if let Change::ChildrenUnknown { is_application, .. } = fact.change {
                    fact.change = Change::Children { children: computed.children.clone(), is_application };
                    if let Some((before, after)) = computed.flags.clone().filter(|_| !is_application) {
                        let change = Change::SupervisorFlags { before, after, supervisor: Atom::new(&module.name) };
                        flags.push(Impact { change, ..fact.clone() });
                    }
                }
            }
            module.impacts.extend(flags);
            module.impacts.retain(|fact| !matches!(&fact.change, Change::Children { children, .. } if children.is_empty()));
        }
    }
    let trees = [&lives.base, &lives.target].map(|half| Tree { supervisors: half.supervisors.clone(), names: half.names.clone() });
    let [up, down] = paths(comparison, &trees);
    let between = Between { base, up: Some(&up), down: Some(&down), relup: None, is_given: false, comparison: &*comparison, links };
    let mut pair = Pair::new(&between, target, &appups, beams);
    pair.lives = lives;
    let mut lives = std::mem::take(&mut pair.lives);
    live::pass_over(&pair, &mut lives);
    pair.lives = lives;
    beams.forget_programs();
    let checks: Vec<_> = rules().iter().filter_map(|rule| if let Check::Kept(check) = rule.check { Some(check) } else { None }).collect();
    let by_rule = parallel::map(&checks, 1, |check| {
        let mut found = Findings::default();
        check(&pair, &mut found);
        found.sorted()
    });
    let [up, down] = [Direction::Up, Direction::Down].map(|direction| path_name(&target.rel.vsn.value, &base.rel.vsn.value, direction));
    let facts = by_rule.into_iter().flatten().map(|finding| {
        let care = |way: &String| if finding.paths.is_empty() || finding.paths.contains(way) { Verdict::HotWithCare } else { Verdict::Nothing };
        let (up, down) = (care(&up), care(&down));
        let owner = finding.about.as_ref().and_then(|module| Some(pair.owner_of(&Atom::new(module))?.name.value.as_str().to_owned()));
        let detail = finding.labels.into_iter().next().map(|label| label.text.into_owned());
        let change = Change::LivesOn { code: finding.code.id, what: finding.message, detail };
        (owner, finding.about, Impact { change, place: None, up, down })
    });
    let facts: Vec<(Option<String>, Option<String>, Impact)> = facts.collect();
    for (owner, about, fact) in facts {
        let application = comparison.applications.iter_mut().find(|application| Some(&application.name) == owner.as_ref());
        let Some(application) = application else {
            comparison.impacts.push(fact);
            continue;
        };
        match application.modules.iter_mut().find(|module| about.as_ref() == Some(&module.name)) {
            Some(module) => module.impacts.push(fact),
            None => application.impacts.push(fact),
        }
    }
}

/// What changes in what a supervisor computes.
struct Computed {
    children: Vec<Delta>,
    flags: Option<(Option<String>, Option<String>)>,
}

/// Which children come, go, or have another specification.
fn child_deltas(before: &[Child], after: &[Child]) -> Vec<Delta> {
    let find = |list: &[Child], child: &Child| list.iter().find(|other| other.id == child.id).cloned();
    let mut deltas = Vec::new();
    deltas.extend(after.iter().filter(|child| find(before, child).is_none()).map(|child| Delta::new(Sign::Added, child.id.to_string())));
    deltas.extend(before.iter().filter(|child| find(after, child).is_none()).map(|child| Delta::new(Sign::Removed, child.id.to_string())));
    let differs = |child: &&Child| find(after, child).is_some_and(|other| other.written != child.written);
    deltas.extend(before.iter().filter(differs).map(|child| Delta::new(Sign::Changed, child.id.to_string())));
    deltas
}

/// A path that loads what changed, and converts the states for which there is code. Applications that have to be restarted are.
fn plain_path((base, target): (&Release, &Release), beams: Beams<'_>, comparison: &Comparison, direction: Direction) -> Vec<Step> {
    let mut steps = vec![Step { op: LowOp::PointOfNoReturn, origin: Origin::new(Cause::Always) }];
    for application in &comparison.applications {
        let mut ops = Vec::new();
        let verdict = application.verdict();
        let restarts = (if direction == Direction::Up { verdict.up } else { verdict.down }) >= Verdict::RestartApplication;
        if restarts {
            ops.push(LowOp::application_call("stop", vec![Term::atom(&application.name)]));
        }
        let module = |name: &str| Atom::new(name);
        let is_gone = |depth: Depth| depth == if direction == Direction::Up { Depth::Removed } else { Depth::Added };
        let loaded = application.modules.iter().filter(|module| !is_gone(module.depth) && module.depth != Depth::Debug);
        for change in loaded {
            // An appup that is written for a conversion runs it.
            let is_idle = change.impacts.iter().any(|fact| matches!(fact.change, Change::CodeChangeIdle { .. }));
            let look = target.owner_of(&change.name).map(|owner| beams.at(&owner.beam(&change.name)));
            let converts = !is_idle && look.and_then(|look| look.facts()).is_some_and(|facts| facts.code_change.is_some());
            let mode = if direction == Direction::Up { Mode::Up } else { Mode::Down };
            if converts {
                ops.extend(LowOp::conversion(&module(&change.name), mode));
            } else {
                ops.push(LowOp::Load(module(&change.name), Purge::Brutal, Purge::Brutal));
            }
        }
        for gone in application.modules.iter().filter(|module| is_gone(module.depth)) {
            ops.push(LowOp::Remove(module(&gone.name), Purge::Brutal, Purge::Brutal));
        }
        if restarts {
            ops.push(LowOp::application_call("start", vec![Term::atom(&application.name), Term::atom("permanent")]));
        }
        let place = target.application(&application.name).or_else(|| base.application(&application.name)).map_or(Span::GENERATED, |known| known.vsn.span);
        steps.extend(ops.into_iter().map(|op| Step { op, origin: Origin::new(Cause::Written(place)) }));
    }
    steps
}
