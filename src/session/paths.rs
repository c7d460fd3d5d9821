//! The question of `verify --all-paths`: how one gets from each of some releases to each other.

use super::verify::{is_refusal, why_missing};
use super::{Session, Unusable};
use crate::appup::{APPUP_MISSING, Direction};
use crate::diag::{Diagnostic, Findings, Severity};
use crate::lint::{Purpose, Ran};
use crate::otp::Otp;
use crate::plan::{NO_RELUP_ENTRY, path_name};
use crate::proof::{Direct, Edge, Graph};
use crate::release::by_age;
use std::collections::HashMap;

/// Which paths to look at.
#[derive(Clone, Debug, Default)]
pub struct PathsRequest {
    /// The releases, as they are named, in any order.
    pub releases: Vec<String>,
    /// Paths that there must be: the releases from which and to which, by their versions or as they are named.
    pub required: Vec<(String, String)>,
}

/// All paths between releases.
pub struct Paths {
    /// The releases, the paths between them, and those that were asked for.
    pub graph: Graph,
    /// What keeps releases from being opened, and what refutes paths.
    pub findings: Vec<Diagnostic>,
    /// Whether every release could be opened, and OTP accepts it.
    pub complete: bool,
}

impl Paths {
    /// Whether every release and every appup could be read, and the paths are as they must be.
    pub fn holds(&self) -> bool {
        self.complete && self.graph.holds() && !self.findings.iter().any(is_refusal)
    }
}

impl Session<'_> {
    /// Looks at both paths of each pair of releases, each compiled from the appups of the later release.
    pub fn all_paths(&mut self, request: &PathsRequest) -> Result<Paths, Unusable> {
        let releases = self.releases(&request.releases);
        let opened = self.judge(releases.found.clone(), Ran::Nothing, Purpose::Lint);
        let mut findings = Findings::default();
        findings.extend(opened.into_iter().filter(|finding| finding.severity == Severity::Error));
        // The places of those that could be opened, the earliest version first.
        let is_sound = |at: &usize| releases.all.get(*at).and_then(Option::as_ref).is_some_and(|release| !release.is_refused);
        let mut sorted: Vec<usize> = (0..releases.all.len()).filter(is_sound).collect();
        let version = |at: usize| releases.all.get(at).and_then(Option::as_ref).map_or("", |release| release.rel.vsn.value.as_str());
        // Hashes and names do not say which is later: then the order is the one given.
        if sorted.iter().all(|at| counts(version(*at))) {
            sorted.sort_by(|a, b| by_age(version(*a), version(*b)));
        }
        let reference = |at: usize| request.releases.get(at).map_or("", String::as_str);
        let complete = sorted.len() == request.releases.len();
        let twice = |at: &usize, other: &usize| at != other && version(*at) == version(*other);
        if let Some((a, b)) = sorted.iter().find_map(|a| Some((a, sorted.iter().find(|b| twice(a, b))?))) {
            let (first, second) = (reference(*a), reference(*b));
            return Err(Unusable::Words(format!(
                "`{first}` and `{second}` have the same version, {}: a path is known by its versions, so name each once",
                version(*a)
            )));
        }
        let named = |name: &String| sorted.iter().position(|at| version(*at) == name || reference(*at) == name);
        let version_at = |place: usize| sorted.get(place).map_or("", |at| version(*at));
        let mut required = Vec::new();
        for (from, to) in &request.required {
            match (named(from), named(to)) {
                (Some(from), Some(to)) if from == to => {
                    return Err(Unusable::Words(format!("`--require {}..{}` names one release twice", version_at(from), version_at(to))));
                }
                (Some(from), Some(to)) => required.push((from, to)),
                // It may be one that cannot be opened, whose version nothing shows.
                _ if !complete => {}
                (from_place, _) => {
                    let unknown = if from_place.is_none() { from } else { to };
                    let versions: Vec<&str> = sorted.iter().map(|at| version(*at)).collect();
                    return Err(Unusable::Words(format!("`--require {from}..{to}`: none of the releases is `{unknown}`; there are {}", versions.join(", "))));
                }
            }
        }
        let mut edges = Vec::new();
        for (later, at) in sorted.iter().enumerate().skip(1) {
            let Some(target) = releases.all.get(*at).and_then(Option::as_ref) else { continue };
            let places: Vec<usize> = std::iter::once(*at).chain(sorted.iter().take(later).copied()).collect();
            let otp = self.settings.otp.unwrap_or_else(|| Otp::from_erts(&target.rel.erts.value));
            self.opener.set_otp(Some(otp));
            let verification = self.verify_releases(&releases.only(&places, otp), None);
            findings.extend(verification.paths.iter().flat_map(|path| path.proof.refutations()).cloned());
            // That there is no entry is no fault; that one cannot be read is.
            findings.extend(verification.findings.iter().filter(|finding| is_refusal(finding) && !is_gap(finding)).cloned());
            let mut proofs: HashMap<String, _> = verification.paths.into_iter().map(|path| (path.proof.path.clone(), path.proof)).collect();
            for (earlier, base) in sorted.iter().take(later).enumerate() {
                for (from, to, direction) in [(earlier, later, Direction::Up), (later, earlier, Direction::Down)] {
                    let path = path_name(version(*at), version(*base), direction);
                    let direct = match proofs.remove(&path) {
                        Some(proof) => Direct::Compiled(Box::new(proof)),
                        None => Direct::Missing(why_missing(&path, &verification.findings)),
                    };
                    edges.push(Edge { from, to, direction, direct, through: None });
                }
            }
        }
        let named = |at: &usize| {
            let release = releases.all.get(*at).and_then(Option::as_ref);
            release.map_or_else(Default::default, |release| (release.rel.name.value.clone(), release.rel.vsn.value.clone()))
        };
        let graph = Graph::new(sorted.iter().map(named).collect(), edges).require(&required);
        Ok(Paths { graph, findings: findings.sorted(), complete })
    }
}

/// Whether a version is one that counts: digits, then a dot or nothing.
fn counts(version: &str) -> bool {
    let rest = version.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < version.len() && (rest.is_empty() || rest.starts_with('.'))
}

/// Whether a finding says that an appup, or an entry, is missing.
fn is_gap(finding: &Diagnostic) -> bool {
    [&APPUP_MISSING, &NO_RELUP_ENTRY].contains(&finding.code)
}
