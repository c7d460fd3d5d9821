//! `make --compose`: a path that no appup covers, made of paths through other releases.
//!
//! The release handler installs a release with the code of that release alone, so two scripts cannot run one after the other. What can be
//! composed is an application's entry: each module is changed once, from the old code to the new. Whether that does the same is
//! decided by what can be proved: no less of the whole path than of its parts.

use super::Session;
use super::chains::{Chains, pairs};
use super::make::MakeRequest;
use super::releases::Releases;
use crate::appup::{self, Direction, Entry, Version};
use crate::author;
use crate::diag::{Findings, Property};
use crate::lint::{Purpose, Ran};
use crate::plan::{Appups, path_name};
use crate::proof::{self, Outcome, Proof};
use crate::release::{Application, Release};
use crate::relup::Relup;
use crate::span::{FileId, Span};
use std::collections::{BTreeMap, BTreeSet, HashMap};
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
            let of_release = Appups::load(&mut self.opener, &mut self.appups, release, others);
            let read = |appups: &Appups| -> BTreeSet<FileId> {
                let names = release.applications.iter().map(|application| application.name.value.as_str());
                names.filter_map(|name| Some(appups.get(name)?.span.file)).collect()
            };
            let looked_at = read(appups);
            self.parts.extend(read(&of_release).difference(&looked_at));
            chains.appups.insert(*at, of_release);
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
