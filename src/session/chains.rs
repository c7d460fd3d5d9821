//! The entries of an application that lead from one release to another through others, and what they are together.

use crate::appup::{self, Direction, Entry, HighOp};
use crate::author::{self, Unjoinable, Written};
use crate::beam::{Attribute, Beams, Facts, text_of_vsn};
use crate::diag::Findings;
use crate::plan::{Appups, path_name};
use crate::release::{Application, Release};
use crate::relup::LowOp;
use crate::span::Span;
use crate::term::{Atom, Term};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

/// The releases that an application's entries lead through, and their appups.
pub(super) struct Chains<'r> {
    /// Each with its place, that of the target first.
    pub releases: Vec<(usize, &'r Arc<Release>)>,
    /// The appups of each, by its place.
    pub appups: HashMap<usize, Appups>,
}

/// What the instructions of a part change, and what they are.
struct Part {
    script: Vec<Written>,
    changes: BTreeSet<String>,
}

impl Chains<'_> {
    /// The shortest way from a base to the target along the entries of an application: the places of its releases.
    pub fn find(&self, application: &str, base: usize, direction: Direction) -> Option<Vec<usize>> {
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

    /// A release by its place.
    pub fn release(&self, at: usize) -> Option<&Arc<Release>> {
        self.releases.iter().find(|(place, _)| *place == at).map(|(_, release)| *release)
    }

    /// What is known of a module in a release.
    fn facts(&self, release: usize, module: &str, beams: Beams<'_>) -> Option<Arc<Facts>> {
        beams.at(&self.release(release)?.owner_of(module)?.beam(module)).facts()
    }

    /// The entry that the appup of a release has for a version of an application.
    fn entry(&self, application: &str, release: usize, version: &str, direction: Direction) -> Option<&Entry> {
        let vsn = &self.release(release)?.application(application)?.vsn.value;
        let appup = self.appups.get(&release)?.get(application).filter(|appup| appup.vsn.text().as_deref() == Some(vsn))?;
        appup::choose(appup.entries(direction), version, direction, &mut Findings::default()).ok()
    }

    /// The names of the paths that a way consists of, in the order in which they run.
    pub fn names(&self, way: &[usize], direction: Direction) -> Vec<String> {
        let version = |at: usize| self.release(at).map_or("", |release| release.rel.vsn.value.as_str());
        let mut names: Vec<String> = pairs(way).map(|(earlier, later)| path_name(version(later), version(earlier), direction)).collect();
        if direction == Direction::Down {
            names.reverse();
        }
        names
    }

    /// The script that does what the entries along a way do, and the modules whose conversion was written for another code; else why there
    /// is none, and where.
    pub fn join(&self, application: &str, way: &[usize], direction: Direction, beams: Beams<'_>) -> Result<(Term, Vec<String>), (String, Option<Span>)> {
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

    /// Why no entries lead from one version of an application to another.
    pub fn why_none(&self, application: &Application, old: &Application, direction: Direction) -> String {
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
        let (Some(base), Some(runs)) = (way.first().and_then(|at| self.facts(*at, module, beams)), self.facts(0, module, beams)) else { return false };
        let version = match base.vsn() {
            Some(Attribute::Term(term)) => text_of_vsn(term),
            Some(Attribute::Unbuilt(_)) | None => None,
        };
        let clauses = runs.code_change.as_ref().and_then(|change| change.clauses.get());
        clauses.into_iter().flatten().any(|clause| clause.is_downgrade() == (direction == Direction::Down) && clause.names(version.as_deref()))
    }
}

/// The steps of a way, each as the earlier and the later release.
pub(super) fn pairs(way: &[usize]) -> impl Iterator<Item = (usize, usize)> {
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
