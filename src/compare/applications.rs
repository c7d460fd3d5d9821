//! Applications: paired by name, their modules compared on all cores, then what only shows across modules.

use super::callers::{self, Module};
use super::modules::{self, Job, Outcome, Sides};
use super::{ApplicationChange, Change, Comparison, Delta, Depth, Impact, Place, Presence, Sign, StateChange, Verdict, environment, faults, files, state};
use crate::beam::{Beams, Facts, Field, Shape};
use crate::diag::Findings;
use crate::parallel;
use crate::release::{Application, Opener, Release};
use crate::source::{Spot, Trees, join, parent};
use crate::term::Atom;
use std::collections::{BTreeSet, HashMap, HashSet};

/// How many modules are worth a thread.
const WORTH_A_THREAD: usize = 4;
/// Applications that the emulator cannot run without: their appups ask for a restart.
const BASIC: &[&str] = &["erts", "kernel", "stdlib", "sasl"];

/// An application on both sides, or on one.
struct Pair<'r> {
    old: Option<&'r Application>,
    new: Option<&'r Application>,
}

impl<'r> Pair<'r> {
    fn either(&self) -> Option<&'r Application> {
        self.new.or(self.old)
    }

    fn name(&self) -> &'r str {
        self.either().map_or("", |application| application.name.value.as_str())
    }

    /// Whether both sides are one folder.
    fn is_shared(&self) -> bool {
        matches!((self.old, self.new), (Some(old), Some(new)) if old.folder == new.folder)
    }
}

/// Fills in the applications of a comparison.
pub(super) fn compare(base: &Release, target: &Release, opener: &mut Opener<'_>, comparison: &mut Comparison, found: &mut Findings) {
    let pairs = pair(base, target);
    let (trees, beams) = (opener.trees(), opener.beams());
    let folders: Vec<(Listing, Listing)> =
        parallel::map(&pairs, WORTH_A_THREAD, |pair| if pair.is_shared() { Default::default() } else { (list(trees, pair.old), list(trees, pair.new)) });
    let bare: Vec<bool> = pairs.iter().zip(&folders).map(|(pair, (old, new))| report_missing(trees, pair, old, new, found)).collect();
    let (jobs, unseen) = jobs(&pairs, &folders);
    let outcomes = parallel::map(&jobs, WORTH_A_THREAD, |job| modules::compare(job, beams));
    let mut changes: Vec<ApplicationChange> = pairs.iter().map(|pair| application(pair, beams, base, target, found)).collect();
    for (change, _) in changes.iter_mut().zip(bare).filter(|(_, bare)| *bare) {
        change.impacts.push(Impact::new(Verdict::HotWithCare, Change::CodeMissing(None)));
    }
    for (at, name) in unseen {
        if let Some(application) = changes.get_mut(at) {
            application.impacts.push(Impact::new(Verdict::HotWithCare, Change::CodeMissing(Some(Atom::new(&name)))));
        }
    }
    across(target, beams, jobs, outcomes, &mut changes, comparison, found);
    let needs: HashMap<&str, Vec<String>> = pairs.iter().map(|pair| (pair.name(), needed(pair))).collect();
    let (differ, same): (Vec<ApplicationChange>, Vec<ApplicationChange>) = changes.into_iter().partition(ApplicationChange::differs);
    comparison.same_applications = same.len();
    comparison.applications = differ;
    let names: HashSet<String> = comparison.applications.iter().map(|application| application.name.clone()).collect();
    for application in &mut comparison.applications {
        let needed = needs.get(application.name.as_str()).into_iter().flatten();
        application.needs = needed.filter(|name| names.contains(*name)).cloned().collect();
    }
}

impl ApplicationChange {
    fn differs(&self) -> bool {
        self.presence != Presence::Both || self.base != self.target || !self.impacts.is_empty() || !self.modules.is_empty()
    }
}

/// Added applications, changed ones with their dependencies first, removed ones: as an upgrade treats them.
fn pair<'r>(base: &'r Release, target: &'r Release) -> Vec<Pair<'r>> {
    let of = |release: &'r Release, application: &Application| release.application(application.name.value.as_str());
    let added = target.applications.iter().filter(|application| !base.names(&application.name.value));
    let both = target.ordered().filter_map(|application| Some(Pair { old: Some(of(base, application)?), new: Some(application) }));
    let removed = base.applications.iter().filter(|application| !target.names(&application.name.value));
    added
        .map(|application| Pair { old: None, new: Some(application) })
        .chain(both)
        .chain(removed.map(|application| Pair { old: Some(application), new: None }))
        .collect()
}

/// The modules that have a file in an application's folder.
type Listing = BTreeSet<String>;

fn list(trees: &Trees<'_>, application: Option<&Application>) -> Listing {
    application.map(|application| application.compiled(trees).clone()).unwrap_or_default()
}

/// Reports modules that are listed and not there; an application without any is reported once, and gives `true`.
fn report_missing(trees: &Trees<'_>, pair: &Pair<'_>, old: &Listing, new: &Listing, found: &mut Findings) -> bool {
    let mut bare_side = false;
    if pair.is_shared() {
        return false;
    }
    for (application, listing) in [(pair.old, old), (pair.new, new)] {
        let Some(application) = application else { continue };
        let name = application.name.value.as_str();
        if listing.is_empty() && !application.file.modules.is_empty() {
            // Of an application that kept its version and is bare on both sides nothing was to be seen.
            let bare =
                |other: Option<&Application>, listing: &Listing| other.is_some_and(|other| other.vsn.value == application.vsn.value) && listing.is_empty();
            if !(bare(pair.old, old) && bare(pair.new, new)) {
                found.push(faults::code_missing(name, &application.vsn.value, &trees.display(&application.folder)));
                bare_side = true;
            }
            continue;
        }
        for module in application.file.modules.iter().filter(|module| !listing.contains(module.value.as_str())) {
            found.push(modules::missing(module.value.as_str(), name, module.span));
        }
    }
    bare_side
}

/// One job for each module of each application that is not shared; a module that left one application for another is one.
/// Modules that one side lists without having them cannot be compared: they come back with their application.
fn jobs(pairs: &[Pair<'_>], folders: &[(Listing, Listing)]) -> (Vec<Job>, Vec<(usize, String)>) {
    let file = |application: Option<&Application>, name: &str| application.map(|application| application.beam(name));
    let mut left: HashMap<&str, usize> = HashMap::new();
    for (at, (old, new)) in folders.iter().enumerate() {
        for name in old.difference(new) {
            left.entry(name).or_insert(at);
        }
    }
    let mut jobs = Vec::new();
    let mut unseen = Vec::new();
    let lists = |application: Option<&Application>| -> HashSet<String> {
        application.into_iter().flat_map(|application| &application.file.modules).map(|module| module.value.as_str().to_owned()).collect()
    };
    let mut moved: HashSet<(usize, &str)> = HashSet::new();
    for (at, (old, new)) in folders.iter().enumerate() {
        for name in new.difference(old) {
            if let Some(from) = left.get(name.as_str()).filter(|from| **from != at) {
                moved.insert((*from, name));
            }
        }
    }
    for (at, (pair, (old, new))) in pairs.iter().zip(folders).enumerate() {
        let (old_list, new_list) = if old == new { Default::default() } else { (lists(pair.old), lists(pair.new)) };
        for name in old.union(new) {
            let (before, after) = (old.contains(name), new.contains(name));
            if (!before && old_list.contains(name)) || (!after && new_list.contains(name)) {
                // An application without any code on one side is reported as a whole.
                if !old.is_empty() && !new.is_empty() {
                    unseen.push((at, name.clone()));
                }
                continue;
            }
            if !after && moved.contains(&(at, name.as_str())) {
                continue;
            }
            let from = left.get(name.as_str()).filter(|from| !before && moved.contains(&(**from, name.as_str()))).and_then(|from| pairs.get(*from));
            jobs.push(Job {
                application: at,
                name: name.clone(),
                old: if before { file(pair.old, name) } else { from.and_then(|from| file(from.old, name)) },
                new: if after { file(pair.new, name) } else { None },
                moved_from: from.map(|from| from.name().to_owned()),
            });
        }
    }
    (jobs, unseen)
}

/// What changed of an application but its modules.
fn application(pair: &Pair<'_>, beams: Beams<'_>, base: &Release, target: &Release, found: &mut Findings) -> ApplicationChange {
    let version = |application: Option<&Application>| application.map(|application| application.vsn.value.clone());
    let mut change = ApplicationChange {
        name: pair.name().to_owned(),
        presence: match (pair.old, pair.new) {
            (Some(_), Some(_)) => Presence::Both,
            (Some(_), None) => Presence::Removed,
            (None, _) => Presence::Added,
        },
        base: version(pair.old),
        target: version(pair.new),
        impacts: Vec::new(),
        modules: Vec::new(),
        same_modules: 0,
        needs: Vec::new(),
    };
    match (pair.old, pair.new) {
        (Some(old), Some(new)) => change.impacts = between(old, new, beams, found),
        (None, Some(new)) => change.impacts.push(added(new, base, target)),
        (Some(_), None) => change.impacts.push(Impact::new(Verdict::Hot, Change::ApplicationRemoved)),
        (None, None) => {}
    }
    change
}

fn added(application: &Application, base: &Release, target: &Release) -> Impact {
    let place = |name: &str| target.position(name);
    let own = place(application.name.value.as_str());
    let is_late = |name: &&Atom| place(name.as_str()) > own && base.application(name.as_str()).is_none();
    let needed = application.file.applications.iter().map(|name| &name.value);
    let late: Vec<Atom> = if application.starts() { needed.filter(is_late).cloned().collect() } else { Vec::new() };
    let verdict = if late.is_empty() { Verdict::Hot } else { Verdict::HotWithCare };
    Impact::new(verdict, Change::ApplicationAdded { kind: application.kind, late })
}

/// A change that is about names.
type OfNames = fn(Vec<Delta>) -> Change;

/// Facts about an application that both releases have.
fn between(old: &Application, new: &Application, beams: Beams<'_>, found: &mut Findings) -> Vec<Impact> {
    let trees = beams.trees();
    let mut impacts = Vec::new();
    let name = new.name.value.as_str();
    if old.vsn.value != new.vsn.value {
        if BASIC.contains(&name) {
            impacts.push(Impact::new(Verdict::RestartEmulator, Change::BasicApplication));
        } else {
            impacts.push(Impact::new(Verdict::Hot, Change::Version));
        }
    }
    if old.kind != new.kind {
        impacts.push(Impact::new(Verdict::RestartApplication, Change::StartType { before: old.kind, after: new.kind }));
    }
    let lists: [(OfNames, _, _, _); 3] = [
        (Change::Dependencies, Verdict::Hot, &old.file.applications, &new.file.applications),
        (Change::IncludedApplications, Verdict::RestartApplication, &old.includes, &new.includes),
        (Change::Registered, Verdict::Hot, &old.file.registered, &new.file.registered),
    ];
    for (change, verdict, before, after) in lists {
        let items = set_changes(before.iter().map(|name| name.value.as_str()), after.iter().map(|name| name.value.as_str()));
        if !items.is_empty() {
            impacts.push(Impact::new(verdict, change(items)));
        }
    }
    let callback = |application: &Application| application.file.callback.as_ref().map(|module| module.value.clone());
    if callback(old) != callback(new) {
        let change = Change::CallbackModule { before: callback(old), after: callback(new) };
        impacts.push(Impact::new(Verdict::RestartApplication, change));
    }
    let place = Place { file: trees.display(&Spot::new(new.folder.tree, join(&new.folder.path, &format!("{name}.app")))), line: 0 };
    if old.file.env != new.file.env {
        impacts.extend(environment::environment(name, &old.file.env, &new.file.env, environment::takes_changes(new, beams), place));
    }
    if old.folder != new.folder {
        let private = |application: &Application| Spot::new(application.folder.tree, join(parent(&application.folder.path), "priv"));
        impacts.extend(files::private(trees, &private(old), &private(new), found));
    }
    impacts
}

/// What is new and what is gone, by name.
fn set_changes<'n>(before: impl Iterator<Item = &'n str>, after: impl Iterator<Item = &'n str>) -> Vec<Delta> {
    let (before, after): (BTreeSet<&str>, BTreeSet<&str>) = (before.collect(), after.collect());
    let added = after.difference(&before).map(|name| Delta::new(Sign::Added, *name));
    added.chain(before.difference(&after).map(|name| Delta::new(Sign::Removed, *name))).collect()
}

fn needed(pair: &Pair<'_>) -> Vec<String> {
    let Some(application) = pair.either() else { return Vec::new() };
    let all = application.file.applications.iter().chain(&application.includes).map(|name| name.value.as_str().to_owned());
    let mut list: Vec<String> = all.collect();
    list.sort();
    list.dedup();
    list
}

/// Puts what came out for each module into its application, and adds what shows only across modules: states made of
/// structs of other modules, calls of what is gone, compilers, versions that should have changed.
fn across(
    target: &Release,
    beams: Beams<'_>,
    jobs: Vec<Job>,
    outcomes: Vec<Outcome>,
    changes: &mut [ApplicationChange],
    comparison: &mut Comparison,
    found: &mut Findings,
) {
    let lost = callers::lost(outcomes.iter().filter_map(|outcome| outcome.sides.as_ref()));
    let dead = callers::find(beams, &lost, &if lost.is_empty() { Vec::new() } else { modules_of(beams.trees(), target) });
    let structs: HashMap<String, Structure> = outcomes.iter().filter_map(|outcome| outcome.sides.as_ref()).filter_map(struct_of).collect();
    let look_up = |name: &str| structs.get(name).cloned();
    let mut compilers: (BTreeSet<String>, BTreeSet<String>) = Default::default();
    for (job, outcome) in jobs.into_iter().zip(outcomes) {
        let unread = !outcome.faults.is_empty();
        found.extend(outcome.faults);
        let Some(application) = changes.get_mut(job.application) else { continue };
        let Some(mut change) = outcome.change else {
            if unread {
                application.impacts.push(Impact::new(Verdict::HotWithCare, Change::CodeUnreadable(Atom::new(&job.name))));
            } else {
                application.same_modules += 1;
            }
            continue;
        };
        if let Some(sides) = &outcome.sides {
            if let (Some(old), Some(new)) = (&sides.old, &sides.new) {
                let about_state = state::process(old, new, &look_up);
                let is_own = |fact: &Impact| matches!(&fact.change, Change::State(StateChange { shape: Shape::Struct(name, _), .. }) if *name == new.module);
                if about_state.iter().any(is_own) {
                    // The struct is the state: reported once.
                    change.impacts.retain(|fact| !matches!(fact.change, Change::Struct(_)));
                }
                change.impacts.extend(about_state);
            }
            change.impacts.extend(callers::facts(sides, change.depth, &dead));
            if let Some(new) = &sides.new {
                change.impacts.extend(modules::too_new(new, &target.rel.erts.value));
            }
            compilers.0.extend(sides.old.as_ref().and_then(|facts| facts.compiler.clone()));
            compilers.1.extend(sides.new.as_ref().and_then(|facts| facts.compiler.clone()));
        }
        application.modules.push(change);
    }
    comparison.base.compilers = compilers.0.into_iter().collect();
    comparison.target.compilers = compilers.1.into_iter().collect();
    for application in changes.iter_mut().filter(|application| application.presence == Presence::Both && application.base == application.target) {
        let differ: Vec<Atom> = application.modules.iter().filter(|module| module.depth < Depth::Attributes).map(|module| Atom::new(&module.name)).collect();
        if !differ.is_empty() {
            application.impacts.insert(0, Impact::new(Verdict::HotWithCare, Change::VersionNotBumped(differ)));
        }
    }
}

/// The fields of a struct in the base and in the target.
type Structure = (Vec<Field>, Vec<Field>);

fn struct_of(sides: &Sides) -> Option<(String, Structure)> {
    let fields = |facts: &Facts| facts.structure.get().cloned().flatten();
    let (old, new) = (sides.old.as_ref()?, sides.new.as_ref()?);
    Some((new.module.as_str().to_owned(), (fields(old)?, fields(new)?)))
}

/// Every module of a release that has a file.
fn modules_of(trees: &Trees<'_>, release: &Release) -> Vec<Module> {
    let listed = parallel::map(&release.applications, WORTH_A_THREAD, |application| list(trees, Some(application)));
    let pairs = release.applications.iter().zip(listed);
    pairs
        .flat_map(|(application, names)| {
            names.into_iter().map(|name| Module { name: crate::term::Atom::new(&name).to_string(), spot: application.beam(&name) })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::set_changes;

    #[test]
    fn sets_differ_by_what_comes_and_goes() {
        let shown: Vec<String> = set_changes(["a", "b"].into_iter(), ["b", "c"].into_iter()).iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["+ c", "- a"]);
    }
}
