//! The question of `verify --all-paths`: how one gets from each of some releases to each other.

use super::{Session, Unusable};
use crate::appup::Direction;
use crate::diag::{Diagnostic, Findings, Severity};
use crate::lint::{Purpose, Ran};
use crate::otp::Otp;
use crate::plan::path_name;
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
    /// Whether every release could be opened.
    pub complete: bool,
}

impl Session<'_> {
    /// Looks at both paths of each pair of releases, each compiled from the appups of the later release.
    pub fn all_paths(&mut self, request: &PathsRequest) -> Result<Paths, Unusable> {
        let releases = self.releases(&request.releases);
        let opened = self.judge(releases.found.clone(), Ran::Nothing, Purpose::Lint);
        let mut findings = Findings::default();
        findings.extend(opened.into_iter().filter(|finding| finding.severity == Severity::Error));
        // The places of those that could be opened, the earliest version first.
        let mut sorted: Vec<usize> = (0..releases.all.len()).filter(|at| releases.all.get(*at).is_some_and(Option::is_some)).collect();
        let version = |at: usize| releases.all.get(at).and_then(Option::as_ref).map_or("", |release| release.rel.vsn.value.as_str());
        sorted.sort_by(|a, b| by_age(version(*a), version(*b)));
        let reference = |at: usize| request.releases.get(at).map_or("", String::as_str);
        if let Some((a, b)) = sorted.iter().zip(sorted.iter().skip(1)).find(|(a, b)| version(**a) == version(**b)) {
            let (first, second) = (reference(*a), reference(*b));
            return Err(Unusable(format!("`{first}` and `{second}` have the same version, {}: a path is known by its versions", version(*a))));
        }
        let named = |name: &String| sorted.iter().position(|at| version(*at) == name || reference(*at) == name);
        let mut required = Vec::new();
        for (from, to) in &request.required {
            let is_unopened = |name: &String| request.releases.contains(name) && named(name).is_none();
            match (named(from), named(to)) {
                (Some(from), Some(to)) => required.push((from, to)),
                _ if is_unopened(from) || is_unopened(to) => {}
                (None, _) => return Err(Unusable(format!("`--require {from}..{to}`: none of the releases is `{from}`"))),
                (_, None) => return Err(Unusable(format!("`--require {from}..{to}`: none of the releases is `{to}`"))),
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
        Ok(Paths { graph, findings: findings.sorted(), complete: sorted.len() == request.releases.len() })
    }
}

/// What keeps a path from being compiled.
fn why_missing(path: &String, findings: &[Diagnostic]) -> Vec<String> {
    let refuses = |finding: &&Diagnostic| finding.severity == Severity::Error && finding.code.bearing.is_none();
    let on_path = |finding: &&Diagnostic| finding.paths.is_empty() || finding.paths.contains(path);
    let mut reasons: Vec<String> = Vec::new();
    for finding in findings.iter().filter(refuses).filter(on_path) {
        if !reasons.contains(&finding.message) {
            reasons.push(finding.message.clone());
        }
    }
    reasons
}
