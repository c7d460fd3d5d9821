//! Runs the rules: on an appup, on a relup, on releases with the appups that their paths use.

use super::file::Beside;
use super::live::live;
use super::rules::ONE_WAY_ENTRY;
use super::{Between, Check, Existing, File, Pair, Rule, rules};
use crate::appup::{self, Appup, Direction};
use crate::beam::Beams;
use crate::compare::beam_missing;
use crate::diag::{Diagnostic, Findings, Severity};
use crate::otp::Otp;
use crate::parallel;
use crate::plan::{Appups, NO_RELUP_ENTRY, path_name};
use crate::release::{AppFile, Application, Release};
use crate::span::{FileId, Span};
use crate::term::print;
use crate::term::{Atom, TermKind};
use std::collections::{HashMap, HashSet};

/// How many appups are worth a thread.
const WORTH_A_THREAD: usize = 4;

/// Runs every rule on a target, its appups and each of its bases.
pub fn check_releases(target: &Release, bases: &[Between<'_>], appups: &Appups, beams: Beams<'_>, found: &mut Findings) {
    check_and_look(target, bases, appups, beams, found, |_| ());
    // Functions take much memory, and are read again where they are wanted again.
    beams.forget_programs();
}

/// The same; what the rules see of each base is looked at as well, and what the looks gave comes back in the order of the bases.
pub fn check_and_look<R: Send>(
    target: &Release,
    bases: &[Between<'_>],
    appups: &Appups,
    beams: Beams<'_>,
    found: &mut Findings,
    look: impl Fn(&Pair<'_>) -> R + Sync,
) -> Vec<R> {
    let used: Vec<(&Application, &Appup)> =
        target.applications.iter().filter_map(|application| Some((application, appups.get(application.name.value.as_str())?))).collect();
    let entries = compiled(bases, &used);
    let in_files = parallel::map(&used, WORTH_A_THREAD, |(application, appup)| {
        let mut found = Findings::default();
        let modules = Some(application.compiled(beams.trees())).filter(|modules| !modules.is_empty());
        check_file((&application.name.value, appup), (Some(&application.file), modules), false, &entries, &mut found);
        found.sorted()
    });
    found.extend(in_files.into_iter().flatten());
    let by_pair = parallel::map_large(bases, |between| {
        let mut pair = Pair::new(between, target, appups, beams);
        pair.lives = live(&pair);
        (look(&pair), check_pair(&pair))
    });
    let mut looks = Vec::with_capacity(by_pair.len());
    for (seen, by_rule) in by_pair {
        looks.push(seen);
        found.extend(by_rule);
    }
    let mut all = std::mem::take(found).sorted();
    // Where a path finds no entry, that one direction lacks one is the same fact once more.
    let without: HashSet<FileId> = all.iter().filter(|found| *found.code == NO_RELUP_ENTRY).filter_map(|found| Some(found.position()?.file)).collect();
    all.retain(|found| *found.code != ONE_WAY_ENTRY || found.position().is_none_or(|span| !without.contains(&span.file)));
    let places = Places::new(target, bases, &used);
    all.iter_mut().for_each(|finding| finding.application = places.application_of(finding));
    found.extend(name_dependencies(target, &used, all));
    looks
}

/// The entries that are part of a path which was compiled without an error.
fn compiled(bases: &[Between<'_>], used: &[(&Application, &Appup)]) -> HashSet<Span> {
    let mut entries = HashSet::new();
    for between in bases.iter().filter(|between| !between.is_given) {
        let directions = [(Direction::Up, between.up), (Direction::Down, between.down)].into_iter().filter(|(_, script)| script.is_some());
        for direction in directions.map(|(direction, _)| direction) {
            entries.extend(used.iter().filter_map(|(application, appup)| {
                let old = between.base.application(application.name.value.as_str()).filter(|old| old.vsn.value != application.vsn.value)?;
                Some(appup.entry(direction, &old.vsn.value)?.span)
            }));
        }
    }
    entries
}

/// Runs the rules about two releases.
fn check_pair(pair: &Pair<'_>) -> Vec<Diagnostic> {
    let of_pairs = |rule: &&Rule| match rule.check {
        Check::Pair(check) | Check::Kept(check) | Check::Scripts(_, check) => Some(check),
        Check::File(_) | Check::Application(_) | Check::Relup(_) => None,
    };
    let checks: Vec<_> = rules().iter().filter_map(of_pairs).collect();
    let by_rule = parallel::map(&checks, 1, |check| {
        let mut found = Findings::default();
        check(pair, &mut found);
        found.sorted()
    });
    let (base, target) = (&pair.base.rel.vsn.value, &pair.target.rel.vsn.value);
    let ways = [Direction::Up, Direction::Down].map(|direction| path_name(target, base, direction));
    let by_rule = by_rule.into_iter().flatten().map(|mut finding| {
        // What is about two releases is about both paths between them.
        if finding.paths.is_empty() {
            finding.paths = ways.to_vec();
            finding.paths.dedup();
        }
        finding
    });
    by_rule.collect()
}

/// Where findings are, by application.
struct Places<'r> {
    releases: Vec<&'r Release>,
    /// Their appups and their `.app` files.
    files: HashMap<FileId, &'r str>,
    versions: HashMap<Span, &'r str>,
}

impl<'r> Places<'r> {
    fn new(target: &'r Release, bases: &[Between<'r>], used: &[(&'r Application, &'r Appup)]) -> Places<'r> {
        let releases: Vec<&Release> = std::iter::once(target).chain(bases.iter().map(|between| between.base)).collect();
        let all = releases.iter().flat_map(|release| &release.applications);
        let versions = all.clone().map(|application| (application.vsn.span, application.name.value.as_str())).collect();
        let of_apps = all.map(|application| (application.file.span.file, application.name.value.as_str()));
        let files = used.iter().map(|(application, appup)| (appup.span.file, application.name.value.as_str())).chain(of_apps).collect();
        Places { files, versions, releases }
    }

    /// The application of the module that a finding is about, else of the place that it is at.
    fn application_of(&self, finding: &Diagnostic) -> Option<String> {
        let owner = |module: &String| self.releases.iter().find_map(|release| release.owner_of(module)).map(|application| application.name.value.as_str());
        let at = |span: Span| self.files.get(&span.file).or_else(|| self.versions.get(&span)).copied();
        let name = finding.about.as_ref().and_then(owner).or_else(|| finding.position().and_then(at));
        name.map(str::to_owned)
    }
}

/// Says of what was found in an appup whether its application is there for another one: then somebody else has to fix it.
fn name_dependencies(target: &Release, used: &[(&Application, &Appup)], found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut users: HashMap<&str, &str> = HashMap::new();
    for application in &target.applications {
        for needed in application.file.applications.iter().chain(&application.includes) {
            users.entry(needed.value.as_str()).or_insert(application.name.value.as_str());
        }
    }
    let by_file: HashMap<FileId, (&str, &str)> = used
        .iter()
        .filter_map(|(application, appup)| {
            let name = application.name.value.as_str();
            Some((appup.span.file, (name, *users.get(name)?)))
        })
        .collect();
    let mut found = found;
    for finding in &mut found {
        let Some((name, user)) = finding.position().and_then(|span| by_file.get(&span.file)) else { continue };
        let note = format!("`{name}` is a dependency of `{user}`: report it to its authors, or ship an appup of your own");
        finding.help = Some(finding.help.take().map_or_else(|| note.clone(), |help| format!("{help}; {note}")));
    }
    found
}

/// Checks an appup that was read without syntax errors: every script, and every rule for an appup on its own. Rules that need
/// its `.app` are passed over when there is none.
///
/// Whether other applications have the modules that it names is known with releases only; `alone` says that there are none. The
/// scripts of the entries `compiled` were compiled as part of a path, and what OTP refuses in them was found there.
pub fn check_file(named: (&Atom, &Appup), beside: Beside<'_>, alone: bool, compiled: &HashSet<Span>, found: &mut Findings) {
    let ((name, appup), (app, beams)) = (named, beside);
    version_of(appup, app, name, found);
    broken_lists(appup, found);
    if let (Some(app), Some(beams)) = (app, beams) {
        let missing = app.modules.iter().filter(|module| !beams.contains(module.value.as_str()));
        found.extend(missing.map(|module| beam_missing(module.value.as_str(), name.as_str(), module.span).severity(Severity::Error)));
    }
    let file = File::new(named, beside, alone, compiled, found);
    for rule in rules() {
        match (&rule.check, app) {
            (Check::File(check), _) => check(&file, found),
            (Check::Application(check), Some(app)) => check(&file, app, found),
            (Check::Scripts(check, _), _) if alone => check(&file, found),
            (Check::Application(_), None) | (Check::Scripts(..) | Check::Relup(_) | Check::Pair(_) | Check::Kept(_), _) => {}
        }
    }
}

/// The appup's version against the application's: OTP only warns, but then the appup is for another version.
fn version_of(appup: &Appup, app: Option<&AppFile>, name: &Atom, found: &mut Findings) {
    if let TermKind::Bits(bits) = &appup.vsn.kind {
        let text = print::quoted(&String::from_utf8_lossy(&bits.bytes), '"');
        found.extend(appup.form.write(&text, Otp::NEWEST).map(|plain| appup::vsn_binary(&appup.vsn, &plain).severity(Severity::Error)));
    } else if let Some(app) = app
        && appup.vsn.text().as_deref() != Some(app.vsn.value.as_str())
        && app.vsn.value.starts_with(|c: char| c.is_ascii_digit())
    {
        found.push(appup::bad_vsn(&appup.vsn, name, &app.vsn.value, app.vsn.span).severity(Severity::Error));
    }
}

/// Lists that OTP crashes on when it gets to their ends, and patterns that do not compile.
fn broken_lists(appup: &Appup, found: &mut Findings) {
    for direction in [Direction::Up, Direction::Down] {
        let entries = appup.entries(direction);
        if let Some(span) = entries.broken {
            found.push(appup::entries_no_list(span, direction));
        }
        for entry in &entries.list {
            if let Err(error) = entry.version.takes("") {
                found.push(appup::pattern_invalid(&entry.version, error));
            }
        }
    }
}

/// Runs the rules for a relup.
pub fn check_relup(existing: &Existing<'_>, found: &mut Findings) {
    for rule in rules() {
        if let Check::Relup(check) = rule.check {
            check(existing, found);
        }
    }
}
