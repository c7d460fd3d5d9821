//! Questions about releases: opened, compared, their paths planned.

use super::Session;
use crate::appup::Direction;
use crate::compare::{self, Comparison, Link};
use crate::diag::Findings;
use crate::lint::judge_kept;
use crate::otp::Otp;
use crate::plan::{Appups, Cluster, Path, PathRequest, Preference, path_name, plan_path};
use crate::release::Release;
use crate::relup::{self, Relup};
use crate::source::{MadeOf, Overlay};
use crate::term::Term;
use std::sync::Arc;

/// Releases that were opened together, the target first.
pub struct Releases {
    /// Each as it was named; `None` for one that cannot be read.
    pub all: Vec<Option<Arc<Release>>>,
    /// What was found on the way.
    pub found: Findings,
    /// The version of OTP whose behaviour counts: that of the target, unless it was given.
    pub otp: Otp,
    references: Vec<String>,
    made_of: MadeOf,
}

impl Releases {
    /// The target.
    pub fn target(&self) -> Option<&Arc<Release>> {
        self.all.first()?.as_ref()
    }

    /// The bases, as they were named.
    pub fn bases(&self) -> &[Option<Arc<Release>>] {
        self.all.get(1..).unwrap_or_default()
    }

    /// The same without those that OTP refuses: what a relup can be made of.
    fn accepted(&self) -> Releases {
        let accepted = |release: &Option<Arc<Release>>| release.clone().filter(|release| !release.is_refused);
        let all = self.all.iter().map(accepted).collect();
        Releases { all, found: self.found.clone(), otp: self.otp, references: self.references.clone(), made_of: self.made_of.clone() }
    }

    /// Some of them, the target first, for which another version of OTP may count; what was found on the way stays here.
    pub fn only(&self, places: &[usize], otp: Otp) -> Releases {
        let all = places.iter().map(|at| self.all.get(*at).cloned().flatten()).collect();
        let references = places.iter().filter_map(|at| self.references.get(*at).cloned()).collect();
        Releases { all, found: Findings::default(), otp, references, made_of: self.made_of.clone() }
    }

    /// The bases that can be used, each release once, with their places among the bases.
    pub fn distinct_bases(&self) -> Vec<(usize, &Arc<Release>)> {
        let mut distinct: Vec<(usize, &Arc<Release>)> = Vec::new();
        for (at, base) in self.bases().iter().enumerate() {
            if let Some(base) = base.as_ref().filter(|base| distinct.iter().all(|(_, known)| known.spot != base.spot)) {
                distinct.push((at, base));
            }
        }
        distinct
    }
}

/// What changed between two releases.
#[derive(Clone)]
pub struct Compared {
    /// The changes.
    pub comparison: Comparison,
    /// The calls that only one of the releases can serve.
    pub links: Vec<Link>,
    /// What was found on the way.
    pub found: Findings,
}

/// The paths between a target and its bases.
pub struct Planned {
    /// The target's appups.
    pub appups: Appups,
    /// For each distinct base its paths up and down; `None` for a path that is refused.
    pub paths: Vec<[Option<Path>; 2]>,
    /// What was found on the way.
    pub found: Findings,
}

impl<'t> Session<'t> {
    /// Opens releases to make something of them, the target first; those that OTP refuses count as not there.
    pub fn accepted_releases(&mut self, references: &[String]) -> Releases {
        self.releases(references).accepted()
    }

    /// Opens releases to look at them, the target first.
    pub fn releases(&mut self, references: &[String]) -> Arc<Releases> {
        if let Some(known) = self.opened.get(references, self.overlay) {
            self.opener.set_otp(Some(known.otp));
            return known;
        }
        self.opener.set_otp(self.settings.otp);
        self.overlay.begin();
        let mut found = Findings::default();
        let names: Vec<&str> = references.iter().map(String::as_str).collect();
        let all = self.opener.open(&names, &mut found).into_iter().map(|release| release.map(Arc::new)).collect();
        let made_of = self.overlay.end();
        let releases = Releases { all, found, otp: self.opener.otp(), references: references.to_vec(), made_of: made_of.clone() };
        self.opened.keep(references.to_vec(), made_of, releases)
    }

    /// What changed between the target and one of the bases; `None` when one of them cannot be used.
    pub fn comparison(&mut self, releases: &Releases, base: usize) -> Option<Arc<Compared>> {
        let (target, base_release) = (releases.target()?, releases.bases().get(base)?.as_ref()?);
        let name = |at: usize| releases.references.get(at).cloned().unwrap_or_default();
        let key = (name(0), name(base + 1));
        if let Some(known) = self.compared.get(&key, self.overlay) {
            return Some(known);
        }
        let asked = Asked::new(self.overlay, releases);
        let mut found = Findings::default();
        let comparison = compare::compare(base_release, target, &mut self.opener, &mut found);
        let links = compare::links(base_release, target, &comparison, self.opener.beams());
        Some(self.compared.keep(key, asked.end(), Compared { comparison, links, found }))
    }

    /// The same with what lives on, which a verdict rests on as well.
    pub fn verdict(&mut self, releases: &Releases, base: usize) -> Option<Compared> {
        let mut compared = Compared::clone(&*self.comparison(releases, base)?);
        let (target, base) = (releases.target()?, releases.bases().get(base)?.as_ref()?);
        judge_kept(base, target, &mut compared.comparison, &compared.links, self.opener.beams());
        compared.comparison.impacts.extend(self.own_instructions(base, target));
        Some(compared)
    }

    /// The paths between the target and each distinct base; `None` when there is no target.
    pub fn plan(&mut self, releases: &Releases) -> Option<Arc<Planned>> {
        let target = releases.target()?;
        if let Some(known) = self.planned.get(&releases.references, self.overlay) {
            return Some(known);
        }
        let asked = Asked::new(self.overlay, releases);
        let bases = releases.distinct_bases();
        let appups = Appups::load(&mut self.opener, &mut self.appups, target, bases.iter().map(|(_, base)| base.as_ref()));
        let mut found = Findings::default();
        let mut path = |base: &Release, direction| {
            let wanted = PathRequest { target, base, direction, restart_emulator: false, preference: Preference::default(), framings: &self.framings };
            let mut on_path = Findings::default();
            let path = plan_path(&wanted, &appups, &mut on_path);
            let sound = !on_path.has_errors();
            found.append(on_path);
            sound.then_some(path)
        };
        let paths: Vec<[Option<Path>; 2]> = bases.iter().map(|(_, base)| [path(base, Direction::Up), path(base, Direction::Down)]).collect();
        if !self.framings.is_empty() {
            let entries = |at: usize| {
                let sound = bases.iter().zip(&paths).filter_map(|((_, base), both)| Some((base, both.get(at)?.as_ref()?)));
                let entry = |(base, path): (&&Arc<Release>, &Path)| relup::Entry {
                    version: base.rel.vsn.value.clone(),
                    description: Term::list(Vec::new()),
                    steps: path.steps.clone(),
                };
                sound.map(entry).collect::<Vec<relup::Entry>>()
            };
            let whole = Relup { version: target.rel.vsn.value.clone(), up: entries(0), down: entries(1) };
            let bases: Vec<&Release> = bases.iter().map(|(_, base)| base.as_ref()).collect();
            self.check_framed(target, &bases, &whole, &mut found);
        }
        Some(self.planned.keep(releases.references.clone(), asked.end(), Planned { appups, paths, found }))
    }
}

impl Session<'_> {
    /// The groups of dependent modules on the path between the target and the first base, under the name of the path.
    pub fn clusters(&mut self, releases: &Releases, direction: Direction) -> Option<((String, Vec<Cluster>), Findings)> {
        let (target, base) = (releases.target()?, releases.bases().first()?.as_ref()?);
        let appups = Appups::load(&mut self.opener, &mut self.appups, target, [base.as_ref()]);
        let mut found = Findings::default();
        let wanted = PathRequest { target, base, direction, restart_emulator: false, preference: Preference::default(), framings: &self.framings };
        let path = plan_path(&wanted, &appups, &mut found);
        Some(((path_name(&target.rel.vsn.value, &base.rel.vsn.value, direction), path.clusters()), found))
    }
}

/// A question about releases that is being answered: what they were made of belongs to what its answer is made of.
pub(super) struct Asked<'t> {
    overlay: &'t Overlay<'t>,
}

impl<'t> Asked<'t> {
    pub fn new(overlay: &'t Overlay<'t>, releases: &Releases) -> Asked<'t> {
        overlay.begin();
        overlay.holds(&releases.made_of);
        Asked { overlay }
    }

    pub fn end(self) -> MadeOf {
        self.overlay.end()
    }
}
