//! The question of `verify`: what each path between a target and its bases does to a node.

use super::Session;
use super::releases::Releases;
use crate::appup::Direction;
use crate::diag::{Diagnostic, Findings, Severity};
use crate::lint::{self, Between, Existing, Purpose, Ran, Route};
use crate::plan::{self, Appups, path_name};
use crate::proof::{self, Evidence, Missing, Proof};
use crate::release::Release;
use crate::relup::{Entry, Relup, Step};
use crate::source::{Spot, TreeId};
use crate::span::Span;
use std::collections::HashMap;

/// What to verify.
#[derive(Clone, Debug, Default)]
pub struct VerifyRequest {
    /// The relup; the paths are compiled from the target's appups when there is none.
    pub relup: Option<String>,
    /// The release being upgraded to, as it is named.
    pub target: String,
    /// The releases being upgraded from, as they are named.
    pub bases: Vec<String>,
}

/// A path that was looked at, with its script.
#[derive(Clone, Debug)]
pub struct Verified {
    /// What is known of it.
    pub proof: Proof,
    /// Its script.
    pub steps: Vec<Step>,
}

/// What the paths do.
pub struct Verification {
    /// The paths that there are: for each base the upgrade, then the downgrade.
    pub paths: Vec<Verified>,
    /// The paths that should be there and are not.
    pub missing: Vec<Missing>,
    /// Everything that was found, by the levels of the session.
    pub findings: Vec<Diagnostic>,
    /// Whether every release, and the relup, could be opened.
    pub complete: bool,
    /// The releases, the target first; each name with its version.
    pub releases: Vec<(String, String)>,
}

/// The scripts of each base, up and down.
pub(super) type Scripts = Vec<[Option<Vec<Step>>; 2]>;

impl Session<'_> {
    /// Looks at each path between a target and its bases.
    pub fn verify(&mut self, request: &VerifyRequest) -> Verification {
        self.parts.clear();
        let references: Vec<String> = std::iter::once(&request.target).chain(&request.bases).cloned().collect();
        let releases = self.releases(&references);
        let verification = self.verify_releases(&releases, request.relup.as_ref());
        self.opener.beams().forget_programs();
        verification
    }

    /// The same for releases that are open.
    pub(super) fn verify_releases(&mut self, releases: &Releases, relup: Option<&String>) -> Verification {
        let mut found = releases.found.clone();
        let named = |release: &Release| (release.rel.name.value.clone(), release.rel.vsn.value.clone());
        let mut verification = Verification {
            paths: Vec::new(),
            missing: Vec::new(),
            findings: Vec::new(),
            complete: releases.all.iter().all(|release| release.as_ref().is_some_and(|release| !release.is_refused)),
            releases: releases.all.iter().flatten().map(|release| named(release)).collect(),
        };
        let target = releases.target().map(|target| target.rel.vsn.value.clone()).unwrap_or_default();
        let scripts = match relup {
            Some(path) => {
                let given = self.read_relup(&Spot::new(TreeId::Outside, path.clone()), &mut found);
                verification.complete &= given.is_some();
                given.map(|(relup, start)| {
                    let scripts: Scripts = releases.distinct_bases().iter().map(|(_, base)| scripts_of(&relup, &target, base)).collect();
                    // What the appups say is not asked: the relup may be made of others.
                    let seen = self.look_at_scripts(releases, &Appups::default(), &scripts, Some(&(relup, start)), &mut found);
                    (scripts, seen)
                })
            }
            None => self.plan(releases).map(|planned| {
                found.append(planned.found.clone());
                let scripts: Scripts = planned.paths.iter().map(|both| both.each_ref().map(|path| path.as_ref().map(|path| path.steps.clone()))).collect();
                let seen = self.look_at_scripts(releases, &planned.appups, &scripts, None, &mut found);
                (scripts, seen)
            }),
        };
        let judged = self.judge_all(found, if scripts.is_some() { Ran::Everything } else { Ran::Nothing }, Purpose::Lint);
        let Some((scripts, seen)) = scripts else {
            verification.findings = judged.findings;
            return verification;
        };
        for ((_, base), both) in releases.distinct_bases().into_iter().zip(scripts) {
            for (direction, steps) in [Direction::Up, Direction::Down].into_iter().zip(both) {
                let name = path_name(&target, &base.rel.vsn.value, direction);
                let evidence = seen.get(&(base.spot.clone(), direction == Direction::Up));
                // What could not be read of a release would count as nothing that changes.
                let is_whole = !base.is_refused && releases.target().is_some_and(|target| !target.is_refused);
                match evidence.zip(steps).filter(|_| is_whole || relup.is_some()) {
                    Some((evidence, steps)) => {
                        verification.paths.push(Verified { proof: proof::conclude(evidence.clone(), &judged), steps });
                    }
                    None => {
                        let why = why_missing(&name, &judged.findings);
                        verification.missing.push(Missing { direction, path: name, why });
                    }
                }
            }
        }
        verification.findings = judged.findings;
        verification
    }

    /// Runs the rules on scripts, and looks at what they do.
    pub(super) fn look_at_scripts(
        &mut self,
        releases: &Releases,
        appups: &Appups,
        scripts: &Scripts,
        given: Option<&(Relup, Span)>,
        found: &mut Findings,
    ) -> HashMap<(Spot, bool), Evidence> {
        let Some(target) = releases.target() else { return HashMap::new() };
        let bases = releases.distinct_bases();
        let compared: Vec<_> = bases.iter().map(|(at, _)| self.comparison(releases, *at)).collect();
        compared.iter().flatten().for_each(|compared| found.append(compared.found.clone()));
        let between: Vec<Between<'_>> = bases
            .iter()
            .zip(scripts)
            .zip(&compared)
            .filter_map(|(((_, base), [up, down]), compared)| {
                let compared = compared.as_ref()?;
                Some(Between {
                    base,
                    up: up.as_deref(),
                    down: down.as_deref(),
                    relup: None,
                    is_given: given.is_some(),
                    comparison: &compared.comparison,
                    links: &compared.links,
                })
            })
            .collect();
        let beams = self.opener.beams();
        let looks = lint::check_and_look(target, &between, appups, beams, found, |pair| {
            let of_route = |route: &Route<'_>| ((pair.base.spot.clone(), route.direction == Direction::Up), proof::evidence(pair, route, beams.trees()));
            pair.routes.iter().map(of_route).collect::<Vec<_>>()
        });
        if let Some((relup, start)) = given {
            let bases = bases.iter().map(|(_, base)| (base.as_ref(), None)).collect();
            lint::check_relup(&Existing { relup, start: *start, target: Some(target), trees: self.opener.trees(), bases }, found);
        }
        looks.into_iter().flatten().collect()
    }
}

/// The scripts of a relup for a base: the first entry with its version counts, as for the release handler, which refuses a relup of
/// another version than that of its release.
pub(super) fn scripts_of(relup: &Relup, target: &str, base: &Release) -> [Option<Vec<Step>>; 2] {
    let entry = |entries: &[Entry]| entries.iter().find(|entry| entry.version == base.rel.vsn.value).map(|entry| entry.steps.clone());
    [&relup.up, &relup.down].map(|entries| if relup.version == target { entry(entries) } else { None })
}

impl Verification {
    /// Whether every path that should be there is there, and none is refuted.
    pub fn holds(&self) -> bool {
        let is_denied = self.unmatched().any(|finding| finding.severity == Severity::Error);
        self.complete && self.missing.is_empty() && !is_denied && !self.paths.iter().any(|path| path.proof.is_refuted())
    }

    /// Instructions of the release itself that are in no path: what is proved is proved without them.
    fn unmatched(&self) -> impl Iterator<Item = &Diagnostic> {
        self.findings.iter().filter(|finding| *finding.code == plan::PATH_UNMATCHED)
    }

    /// What is to be reported: what refutes a path, and where a path is missing what keeps it from being compiled.
    pub fn reported(&self) -> Vec<Diagnostic> {
        let mut all = Findings::default();
        if !self.complete || !self.missing.is_empty() {
            all.extend(self.findings.iter().filter(|finding| finding.severity == Severity::Error && finding.code.bearing.is_none()).cloned());
        }
        all.extend(self.paths.iter().flat_map(|path| path.proof.refutations()).cloned());
        all.extend(self.unmatched().cloned());
        all.sorted()
    }
}

/// Whether OTP compiles no path because of a finding.
pub(super) fn is_refusal(finding: &Diagnostic) -> bool {
    finding.severity == Severity::Error && finding.code.bearing.is_none() && finding.code.otp == crate::diag::Otp::Refused
}

/// What keeps a path from being compiled.
pub(super) fn why_missing(path: &String, findings: &[Diagnostic]) -> Vec<String> {
    let on_path = |finding: &&Diagnostic| finding.paths.is_empty() || finding.paths.contains(path);
    let mut reasons: Vec<String> = Vec::new();
    for finding in findings.iter().filter(|finding| is_refusal(finding)).filter(on_path) {
        if !reasons.contains(&finding.message) {
            reasons.push(finding.message.clone());
        }
    }
    reasons
}
