//! The question of `lint`: everything that is wrong with files, and with a target and the paths to it.

use super::discover::discover;
use super::releases::{Asked, Releases};
use super::{Session, Unusable};
use crate::diag::{Diagnostic, Findings};
use crate::lint::{self, Between, Existing, Purpose, Ran};
use crate::release::Release;
use crate::relup::Relup;
use crate::source::{FileTree, Spot, join};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What to look at.
#[derive(Clone, Debug, Default)]
pub struct LintRequest {
    /// Files and folders.
    pub paths: Vec<String>,
    /// The release to upgrade to.
    pub target: Option<String>,
    /// The releases to upgrade from.
    pub bases: Vec<String>,
}

/// What a look at everything gave.
#[derive(Clone, Debug)]
pub struct Report {
    /// What is to be reported.
    pub findings: Vec<Diagnostic>,
    /// How many files were looked at.
    pub looked_at: usize,
    /// How many of the appups have no `.app` beside them.
    pub alone: usize,
    /// How many names in folders are not UTF-8.
    pub unnamed: usize,
    /// Whether every release that was named could be opened.
    pub opened: bool,
}

/// What is wrong with a target and the paths to it.
pub(super) struct OfPairs {
    found: Findings,
    /// The appups and the relup of the target that were looked at, those inside tarballs under the tarball's name.
    used: Vec<String>,
    /// Whether every release could be opened.
    complete: bool,
}

impl Session<'_> {
    /// Looks at files, and at releases where they are named.
    pub fn report(&mut self, request: &LintRequest) -> Result<Report, Unusable> {
        self.parts.clear();
        let mut found = Findings::default();
        let mut discovered = discover(self.overlay, &request.paths, &mut found)?;
        let mut looked_at = 0;
        let mut opened = true;
        if let Some(target) = &request.target {
            let pairs = self.check_pairs(target, &request.bases);
            found.append(pairs.found.clone());
            opened = pairs.complete;
            looked_at += pairs.used.len();
            // One file may be named in two ways.
            let used: BTreeSet<String> = pairs.used.iter().map(|path| self.overlay.whole(path)).collect();
            discovered.appups.retain(|path| !used.contains(&self.overlay.whole(path)));
            discovered.relups.retain(|path| !used.contains(&self.overlay.whole(path)));
        }
        let otp = self.opener.otp();
        for path in &discovered.relups {
            if let Some(checked) = self.check_relup(path) {
                found.append(checked.found.clone());
            }
        }
        looked_at += discovered.appups.len() + discovered.relups.len();
        if request.target.is_some() {
            // Beside releases their version counts for files, too.
            self.settings.otp = self.settings.otp.or(Some(otp));
        }
        let paths: Vec<String> = discovered.appups.into_iter().collect();
        let checked = self.check_appups(&paths);
        let alone = checked.iter().filter(|checked| !checked.has_app).count();
        checked.iter().for_each(|checked| found.append(checked.found.clone()));
        let findings = self.judge(found, if request.target.is_some() { Ran::Everything } else { Ran::Files }, Purpose::Lint);
        Ok(Report { findings, looked_at, alone, unnamed: discovered.unnamed, opened })
    }

    /// What is to be reported of a target and the paths to it.
    pub fn pair_findings(&mut self, target: &str, bases: &[String]) -> Vec<Diagnostic> {
        self.parts.clear();
        let found = self.check_pairs(target, bases).found.clone();
        self.judge(found, Ran::Everything, Purpose::Lint)
    }

    fn check_pairs(&mut self, target: &str, bases: &[String]) -> Arc<OfPairs> {
        let references: Vec<String> = std::iter::once(target.to_owned()).chain(bases.iter().cloned()).collect();
        if let Some(known) = self.pairs.get(&references, self.overlay) {
            return known;
        }
        let releases = self.releases(&references);
        let asked = Asked::new(self.overlay, &releases);
        let answer = self.look_at_pairs(&releases);
        self.pairs.keep(references, asked.end(), answer)
    }

    /// Checks a target against each base.
    fn look_at_pairs(&mut self, releases: &Releases) -> OfPairs {
        let mut found = releases.found.clone();
        let complete = releases.all.iter().all(Option::is_some);
        let (Some(target), Some(planned)) = (releases.target(), self.plan(releases)) else {
            return OfPairs { found, used: Vec::new(), complete: false };
        };
        found.append(planned.found.clone());
        let bases = releases.distinct_bases();
        // The relup that the target has, and those of the bases, which may be steps of a longer upgrade.
        let own = |release: &Release| Spot::new(release.spot.tree, join(&release.folder().path, "relup"));
        let spot = own(target);
        let is_there = |session: &Session<'_>, spot: &Spot| session.opener.trees().get(spot.tree).is_file(&spot.path);
        let has_relup = is_there(self, &spot);
        let relup = if has_relup { self.read_relup(&spot, &mut found) } else { None };
        let mut of_bases: Vec<Option<Relup>> = Vec::new();
        for (_, base) in &bases {
            let spot = own(base);
            let is_wanted = relup.is_some() && is_there(self, &spot);
            of_bases.push(if is_wanted { self.read_relup(&spot, &mut Findings::default()).map(|(relup, _)| relup) } else { None });
        }
        let mut compared = Vec::new();
        for (at, _) in &bases {
            compared.extend(self.comparison(releases, *at));
        }
        compared.iter().for_each(|compared| found.append(compared.found.clone()));
        let between: Vec<Between<'_>> = bases
            .iter()
            .zip(&planned.paths)
            .zip(&compared)
            .map(|(((_, base), [up, down]), compared)| Between {
                base,
                up: up.as_ref().map(|path| path.steps.as_slice()),
                down: down.as_ref().map(|path| path.steps.as_slice()),
                relup: relup.as_ref().map(|(relup, _)| relup),
                is_given: false,
                comparison: &compared.comparison,
                links: &compared.links,
            })
            .collect();
        lint::check_releases(target, &between, &planned.appups, self.opener.beams(), &mut found);
        if let Some((relup, start)) = &relup {
            let bases = bases.iter().map(|(_, base)| base.as_ref()).zip(of_bases.iter().map(Option::as_ref)).collect();
            lint::check_relup(&Existing { relup, start: *start, target: Some(target), trees: self.opener.trees(), bases }, &mut found);
        }
        let files = planned.appups.files().map(|spot| self.display(spot));
        let used = files.chain(has_relup.then(|| self.display(&spot))).collect();
        OfPairs { found, used, complete }
    }
}
