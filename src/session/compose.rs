//! `make --compose`: a path that no appup covers, made of paths through other releases.
//!
//! The release handler installs a release with the code of that release alone, so two scripts cannot run one after the other. What can be
//! composed is an application's entry: each module is changed once, from the old code to the new. Whether that does the same is
//! decided by what can be proved: no less of the whole path than of its parts.

use super::Session;
use super::make::MakeRequest;
use super::releases::Releases;
use crate::appup::{self, Direction, Entry, HighOp, Version};
use crate::author::{self, Unjoinable, Written};
use crate::beam::{Attribute, Beams, Facts};
use crate::diag::{Findings, Property};
use crate::lint::{Purpose, Ran};
use crate::plan::{Appups, path_name};
use crate::proof::{self, Outcome, Proof};
use crate::release::{Application, Release};
use crate::relup::{LowOp, Relup};
use crate::span::Span;
use crate::term::{Atom, Term};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

/// A path with composed entries. Releases are known by their places, the target's first.
#[derive(Clone, Debug)]
pub(super) struct Composed {
    base: usize,
    direction: Direction,
    /// The pairs of releases whose paths its parts are, each as the later and the earlier one.
    parts: BTreeSet<(usize, usize)>,
    /// Modules whose state a conversion changes that was written for a part of the path.
    converted: BTreeSet<String>,
    /// Where the version of its target is.
    place: Span,
}

/// The releases that an application's entries lead through, and their appups.
struct Chains<'r> {
    releases: Vec<(usize, &'r Arc<Release>)>,
    appups: HashMap<usize, Appups>,
}

impl Chains<'_> {
    /// The shortest way from a base to the target along the entries of an application: the places of its releases.
    fn find(&self, application: &str, base: usize, direction: Direction) -> Option<Vec<usize>> {
        let version = |at: usize| self.release(at)?.application(application).map(|known| known.vsn.value.clone());
        let mut before: HashMap<usize, usize> = HashMap::new();
        let mut queue = VecDeque::from([base]);
        while let Some(at) = queue.pop_front() {
            if at == 0 {
                let mut way = vec![at];
                while let Some(previous) = way.last().and_then(|last| before.get(last)) {
                    way.push(*previous);
                }
                way.reverse();
                return Some(way);
            }
            let Some(own) = version(at) else { continue };
            for (later, _) in &self.releases {
                let is_new = *later != base && !before.contains_key(later);
                if is_new && version(*later).is_some_and(|other| other != own) && self.entry(application, *later, &own, direction).is_some() {
                    before.insert(*later, at);
                    queue.push_back(*later);
                }
            }
        }
        None
    }

    fn release(&self, at: usize) -> Option<&Arc<Release>> {
        self.releases.iter().find(|(place, _)| *place == at).map(|(_, release)| *release)
    }

    /// The entry that the appup of a release has for a version of an application.
    fn entry(&self, application: &str, release: usize, version: &str, direction: Direction) -> Option<&Entry> {
        let vsn = &self.release(release)?.application(application)?.vsn.value;
        let appup = self.appups.get(&release)?.get(application).filter(|appup| appup.vsn.text().as_deref() == Some(vsn))?;
        appup::choose(appup.entries(direction), version, direction, &mut Findings::default()).ok()
    }
}

impl Session<'_> {
    /// Adds the entries that can be composed, where the target's appups have none for a path that is asked for.
    pub(super) fn compose(&mut self, request: &MakeRequest, releases: &Releases, appups: &mut Appups, found: &mut Findings) -> Vec<Composed> {
        let Some(target) = releases.target() else { return Vec::new() };
        let bases = releases.distinct_bases();
        let mut gaps: Vec<(usize, Direction, bool, &Application, &Application)> = Vec::new();
        for (at, base) in &bases {
            let same = releases.bases().iter().zip(&request.bases).filter(|(release, _)| release.as_ref().is_some_and(|release| release.spot == base.spot));
            let (up, down) = same.fold((false, false), |(up, down), (_, base)| (up || base.up, down || base.down));
            // An entry without its counterpart would be reported, whether that is asked for or not.
            for (is_asked, direction) in [(up, Direction::Up), (down, Direction::Down)] {
                for application in target.ordered() {
                    let Some(old) = base.application(application.name.value.as_str()).filter(|old| old.vsn.value != application.vsn.value) else { continue };
                    let Some(appup) = appups.get(application.name.value.as_str()) else { continue };
                    let chosen = appup::choose(appup.entries(direction), &old.vsn.value, direction, &mut Findings::default());
                    if matches!(chosen, Err(appup::NoEntry::Unmatched)) {
                        gaps.push((at + 1, direction, is_asked, application, old));
                    }
                }
            }
        }
        if gaps.is_empty() {
            return Vec::new();
        }
        let all: Vec<(usize, &Arc<Release>)> = std::iter::once((0, target)).chain(bases.iter().map(|(at, base)| (at + 1, *base))).collect();
        let mut chains = Chains { releases: all.clone(), appups: HashMap::new() };
        for (at, release) in &all {
            let others = all.iter().filter(|(other, _)| other != at).map(|(_, release)| release.as_ref());
            chains.appups.insert(*at, Appups::load(&mut self.opener, &mut self.appups, release, others));
        }
        let mut composed: BTreeMap<(usize, bool), Composed> = BTreeMap::new();
        for (base, direction, is_asked, application, old) in gaps {
            let name = application.name.value.as_str();
            let Some(base_release) = chains.release(base) else { continue };
            let path = path_name(&target.rel.vsn.value, &base_release.rel.vsn.value, direction);
            let Some(way) = chains.find(name, base, direction).filter(|way| way.len() > 2) else {
                if is_asked {
                    let why = chains.why_none(application, old, direction);
                    found.push(author::not_composed(Some(name), &why, application.vsn.span, &path));
                }
                continue;
            };
            let entry = match chains.join(name, &way, direction, self.opener.beams()) {
                Ok((entry, _)) if !is_asked => entry,
                Err(_) if !is_asked => continue,
                Ok((entry, converted)) => {
                    let one = composed.entry((base, direction == Direction::Down)).or_insert_with(|| Composed {
                        base,
                        direction,
                        parts: BTreeSet::new(),
                        converted: BTreeSet::new(),
                        place: target.version_span(),
                    });
                    one.parts.extend(pairs(&way).map(|(earlier, later)| (later, earlier)));
                    one.converted.extend(converted);
                    entry
                }
                Err((why, place)) => {
                    found.push(author::not_composed(Some(name), &why, place.unwrap_or(application.vsn.span), &path));
                    continue;
                }
            };
            if is_asked {
                let parts = chains.names(&way, direction);
                found.push(author::composed(name, &entry, &parts, application.vsn.span, &path));
            }
            let Some(appup) = appups.get_mut(name) else { continue };
            let (span, version) = (entry.span, Version::Exact(old.vsn.value.clone(), entry.span));
            let list = match direction {
                Direction::Up => &mut appup.up.list,
                Direction::Down => &mut appup.down.list,
            };
            list.push(Entry { version, script: entry, span });
        }
        composed.into_values().collect()
    }

    /// Reports each composed path of which less is proved than of its parts.
    pub(super) fn check_composed(&mut self, composed: &[Composed], releases: &Releases, appups: &Appups, relup: &Relup, found: &mut Findings) {
        let Some(target) = releases.target() else { return };
        let bases = releases.distinct_bases();
        let scripts = bases.iter().map(|(_, base)| super::verify::scripts_of(relup, &target.rel.vsn.value, base)).collect();
        let mut on_whole = Findings::default();
        let seen = self.look_at_scripts(releases, appups, &scripts, None, &mut on_whole);
        let on_whole = self.judge_all(on_whole, Ran::Everything, Purpose::Lint);
        let mut proofs: HashMap<(usize, usize), [Option<Proof>; 2]> = HashMap::new();
        for one in composed {
            let Some(base) = releases.all.get(one.base).and_then(Option::as_ref) else { continue };
            let path = path_name(&target.rel.vsn.value, &base.rel.vsn.value, one.direction);
            let Some(evidence) = seen.get(&(base.spot.clone(), one.direction == Direction::Up)) else { continue };
            let whole = proof::conclude(evidence.clone(), &on_whole);
            for (later, earlier) in &one.parts {
                let part = proofs.entry((*later, *earlier)).or_insert_with(|| {
                    let verification = self.verify_releases(&releases.only(&[*later, *earlier], releases.otp), None);
                    let of = |direction| verification.paths.iter().find(|path| path.proof.direction == direction).map(|path| path.proof.clone());
                    [of(Direction::Up), of(Direction::Down)]
                });
                let [up, down] = part;
                let part = if one.direction == Direction::Up { up } else { down };
                let versions = || {
                    let version = |at: &usize| releases.all.get(*at).and_then(Option::as_ref).map_or("", |release| release.rel.vsn.value.as_str());
                    path_name(version(later), version(earlier), one.direction)
                };
                let why = match part {
                    None => Some(format!("its part {} has no path of its own", versions())),
                    Some(proof) if proof.is_refuted() => Some(format!("its part {} is refuted; `relupc verify` shows it", versions())),
                    Some(proof) => lost(&whole, proof, one)
                        .map(|(property, reason)| format!("that {} is proved of its part {} and not of the whole: {reason}", property.claim(), versions())),
                };
                if let Some(why) = why {
                    found.push(author::not_composed(None, &why, one.place, &path));
                    break;
                }
            }
            if let (false, Some(reason)) = (one.converted.is_empty(), open(&whole, Property::State)) {
                let modules: Vec<String> = one.converted.iter().map(|module| format!("`{module}`")).collect();
                let why = format!("{} convert states for a part of the path, and the whole is not proved to convert them: {reason}", modules.join(", "));
                found.push(author::not_composed(None, &why, one.place, &path));
            }
        }
    }
}

/// A property that a part has and the whole is not proved to have, and why not.
fn lost(whole: &Proof, part: &Proof, composed: &Composed) -> Option<(Property, String)> {
    let proved = part.outcomes.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Proved(_))).map(|(property, _)| *property);
    let asked = proved.filter(|property| *property != Property::State || composed.converted.is_empty());
    asked.into_iter().find_map(|property| open(whole, property).map(|reason| (property, reason)))
}

/// Why a property is not visible; what is refuted is reported for itself.
fn open(proof: &Proof, property: Property) -> Option<String> {
    proof.outcomes.iter().find_map(|(own, outcome)| match outcome {
        Outcome::NotVisible(reasons) if *own == property => Some(reasons.first().cloned().unwrap_or_default()),
        Outcome::Accepted(accepted, _) if *own == property => accepted.first().map(|one| one.finding.message.clone()),
        Outcome::NotVisible(_) | Outcome::Accepted(..) | Outcome::Proved(_) | Outcome::Refuted(_) => None,
    })
}

/// What the instructions of a part change, and what they are.
struct Part {
    script: Vec<Written>,
    changes: BTreeSet<String>,
}

impl Chains<'_> {
    /// The names of the paths that a way consists of, in the order in which they run.
    fn names(&self, way: &[usize], direction: Direction) -> Vec<String> {
        let version = |at: usize| self.release(at).map_or("", |release| release.rel.vsn.value.as_str());
        let mut names: Vec<String> = pairs(way).map(|(earlier, later)| path_name(version(later), version(earlier), direction)).collect();
        if direction == Direction::Down {
            names.reverse();
        }
        names
    }

    /// The script that does what the entries along a way do, and the modules whose conversion was written for another code; else why there
    /// is none, and where.
    fn join(&self, application: &str, way: &[usize], direction: Direction, beams: Beams<'_>) -> Result<(Term, Vec<String>), (String, Option<Span>)> {
        let mut parts = Vec::new();
        for (earlier, later) in pairs(way) {
            let (Some(old), Some(new)) = (self.release(earlier), self.release(later)) else { continue };
            let version = old.application(application).map_or("", |known| known.vsn.value.as_str());
            let Some(entry) = self.entry(application, later, version, direction) else { continue };
            let mut on_entry = Findings::default();
            let read = appup::read_script(&entry.script, &mut on_entry);
            if on_entry.has_errors() {
                return Err((format!("the entry for {} has faults", path_name(&new.rel.vsn.value, &old.rel.vsn.value, direction)), Some(entry.span)));
            }
            let script = read.into_iter().filter_map(|instruction| Some((instruction.op?, instruction.span))).collect();
            parts.push(Part { script, changes: changed(old, new, beams) });
        }
        if direction == Direction::Down {
            parts.reverse();
        }
        for (at, part) in parts.iter().enumerate() {
            let elsewhere = |module: &Atom| parts.iter().enumerate().any(|(other, part)| other != at && part.changes.contains(module.as_str()));
            for (op, span) in &part.script {
                if let HighOp::Low(LowOp::Apply { module, function, .. }) = op
                    && let Some(changed) = self.called_by(module, beams).into_iter().find(elsewhere)
                {
                    let why = format!("`{module}:{function}` is called for one part of the path, and another part changes the code of `{changed}`");
                    return Err((why, Some(*span)));
                }
            }
        }
        // What a supervisor converts is made again by its `init/1`.
        let is_supervisor = |module: &Atom| {
            let owner = self.release(0).and_then(|target| target.owner_of(module.as_str()));
            owner
                .and_then(|owner| beams.at(&owner.beam(module.as_str())).facts())
                .is_some_and(|facts| facts.behaviours.iter().any(|name| Facts::supervises(name.as_str())))
        };
        let converted = |(op, _): &Written| match op {
            HighOp::Module(dependent)
                if matches!(dependent.change, appup::Change::Update { extra: Some(_), .. }) && !is_supervisor(&dependent.module.value) =>
            {
                Some(dependent.module.value.to_string())
            }
            HighOp::Module(_) | HighOp::AddApplication(..) | HighOp::RemoveApplication(_) | HighOp::RestartApplication(_) | HighOp::Low(_) => None,
        };
        let in_many = |module: &String| parts.iter().filter(|part| part.changes.contains(module)).count() > 1;
        let converted: BTreeSet<String> = parts.iter().flat_map(|part| part.script.iter().filter_map(converted)).filter(in_many).collect();
        for module in &converted {
            if !self.is_written_for(module, way, direction, beams) {
                let why = format!(
                    "`{module}` converts its state for a part of the path and changes in another part, and the `code_change` that runs has no clause for the version of the older release"
                );
                let place = parts.iter().flat_map(|part| &part.script).find(|(op, _)| matches!(op, HighOp::Module(one) if one.module.value.as_str() == module));
                return Err((why, place.map(|(_, span)| *span)));
            }
        }
        let scripts: Vec<Vec<Written>> = parts.iter().map(|part| part.script.clone()).collect();
        let joined = author::join(scripts, application).map_err(|why: Unjoinable| (why.to_string(), Some(why.span())))?;
        let span = joined.first().map_or_else(|| self.release(0).map_or(Span::GENERATED, |target| target.version_span()), |(_, span)| *span);
        let terms = joined.iter().map(|(op, span)| Term { span: *span, ..op.to_term() }).collect();
        Ok((Term { span, ..Term::list(terms) }, converted.into_iter().collect()))
    }
}

impl Chains<'_> {
    /// Why no entries lead from one version of an application to another.
    fn why_none(&self, application: &Application, old: &Application, direction: Direction) -> String {
        let name = application.name.value.as_str();
        let without: Vec<String> = self
            .releases
            .iter()
            .filter(|(at, release)| {
                *at != 0 && release.application(name).is_some_and(|known| known.vsn.value != old.vsn.value && known.vsn.value != application.vsn.value)
            })
            .filter(|(at, _)| self.appups.get(at).and_then(|appups| appups.get(name)).is_none())
            .map(|(_, release)| format!("`{}`", release.rel.vsn.value))
            .collect();
        let way = path_name(&application.vsn.value, &old.vsn.value, direction);
        let missing = if without.is_empty() { String::new() } else { format!("; {} has no appup of it that can be read", without.join(", ")) };
        format!("no entries of the releases that are given lead from one version to the other ({way}); name each release in between with `--from`{missing}")
    }

    /// A module and those whose functions it calls, and those call, in the newest release: what a call may run.
    fn called_by(&self, module: &Atom, beams: Beams<'_>) -> Vec<Atom> {
        let Some(target) = self.release(0) else { return vec![module.clone()] };
        let (mut seen, mut open) = (vec![module.clone()], vec![module.clone()]);
        while let Some(module) = open.pop() {
            let Some(owner) = target.owner_of(module.as_str()) else { continue };
            let Some(interface) = beams.at(&owner.beam(module.as_str())).interface() else { continue };
            for called in &interface.imports {
                if !seen.contains(&called.module) {
                    seen.push(called.module.clone());
                    open.push(called.module.clone());
                }
            }
        }
        seen
    }

    /// Whether the `code_change` that converts on the whole path was written for it: it has a clause for the version of the older release.
    fn is_written_for(&self, module: &str, way: &[usize], direction: Direction, beams: Beams<'_>) -> bool {
        let facts = |at: usize| {
            let owner = self.release(at)?.owner_of(module)?;
            beams.at(&owner.beam(module)).facts()
        };
        let (Some(base), Some(runs)) = (way.first().and_then(|at| facts(*at)), facts(0)) else { return false };
        let version = match base.vsn() {
            Some(Attribute::Term(term)) => term.text().map(std::borrow::Cow::into_owned).or_else(|| Some(term.as_list()?.first()?.text()?.into_owned())),
            Some(Attribute::Unbuilt(_)) | None => None,
        };
        let clauses = runs.code_change.as_ref().and_then(|change| change.clauses.get());
        clauses.into_iter().flatten().any(|clause| clause.is_downgrade() == (direction == Direction::Down) && clause.names(version.as_deref()))
    }
}

/// The steps of a way, each as the earlier and the later release.
fn pairs(way: &[usize]) -> impl Iterator<Item = (usize, usize)> {
    way.windows(2).filter_map(|pair| if let [earlier, later] = pair { Some((*earlier, *later)) } else { None })
}

/// The modules whose code differs between two releases, those included that only one of them has.
fn changed(old: &Release, new: &Release, beams: Beams<'_>) -> BTreeSet<String> {
    let code = |release: &Release, other: &Release| -> BTreeMap<String, Option<[u8; 16]>> {
        let is_same = |application: &&Application| other.application(application.name.value.as_str()).is_some_and(|known| known.folder == application.folder);
        let of = |application: &Application| -> Vec<(String, Option<[u8; 16]>)> {
            let listed = application.file.modules.iter().map(|module| module.value.to_string());
            listed.map(|module| (module.clone(), beams.at(&application.beam(&module)).md5())).collect()
        };
        release.applications.iter().filter(|application| !is_same(application)).flat_map(of).collect()
    };
    let (before, after) = (code(old, new), code(new, old));
    before.keys().chain(after.keys()).filter(|module| before.get(*module) != after.get(*module)).cloned().collect()
}
