//! Which scripts a path is made of (`systools_relup:collect_appup_scripts/6` and its neighbours).
//!
//! Between two releases: a new emulator first, then the applications that come, the scripts of those that change, the
//! applications that go, and a restart at the end if one was asked for.

use super::{PathRequest, faults};
use crate::appup::{self, Appup, Direction, Effect, HighOp, Instruction, NoEntry, Version};
use crate::diag::{Diagnostic, Findings};
use crate::otp::Otp;
use crate::release::{Application, Opener, Release};
use crate::relup::{Cause, LowOp};
use crate::source::{Refusal, Spot, TreeId, Trees, join};
use crate::term::print::quoted;
use crate::term::{Document, Sensitive};
use foldhash::{HashMap, HashSet, HashSetExt};
use std::sync::Arc;

/// A script of a path: instructions and what asked for them.
#[derive(Debug)]
pub(super) struct Script {
    pub items: Vec<Item>,
}

/// An instruction on its way through the passes.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// What it asks for; `None` when it was refused.
    pub op: Option<HighOp>,
    pub effect: Effect,
    pub cause: Cause,
}

impl Script {
    pub fn written(instructions: Vec<Instruction>) -> Script {
        let item = |instruction: Instruction| Item { op: instruction.op, effect: instruction.effect, cause: Cause::Written(instruction.span) };
        Script { items: instructions.into_iter().map(item).collect() }
    }

    fn single(op: HighOp, cause: Cause) -> Script {
        Script { items: vec![Item { op: Some(op), effect: Effect::Other, cause }] }
    }
}

/// Appup files that were read, for as long as they do not change.
#[derive(Default)]
pub struct AppupFiles {
    /// Folders with appups that go before those of the applications.
    folders: Vec<String>,
    read: HashMap<Spot, (Otp, Arc<AppupFile>)>,
}

/// An appup file, or why there is none.
#[derive(Clone)]
struct AppupFile {
    /// The appup, when it is sound.
    appup: Option<Appup>,
    /// What was found in the file.
    faults: Vec<Diagnostic>,
    /// What in it other versions of OTP read otherwise.
    sensitive: Vec<Sensitive>,
    /// Why it could not be read.
    refusal: Option<Refusal>,
}

impl AppupFiles {
    /// No file read yet; those in some folders go before those of the applications.
    pub fn new(folders: Vec<String>) -> AppupFiles {
        AppupFiles { folders, read: HashMap::default() }
    }

    /// Where the appup of an application is: `APP-VSN.appup` or `APP.appup` in the first of the folders that has one, in Elixir's form with `.exs`
    /// at the end, else beside its `.app`.
    pub fn spot(&self, trees: &Trees<'_>, application: &Application) -> Spot {
        let name = application.name.value.as_str();
        let stems = [format!("{name}-{}", application.vsn.value), name.to_owned()];
        let names = || stems.iter().flat_map(|stem| [".appup", ".appup.exs", ".exs"].map(|end| format!("{stem}{end}")));
        let outside = trees.get(TreeId::Outside);
        let mut found = self.folders.iter().flat_map(|folder| names().map(|name| join(folder, &name)));
        match found.find(|path| outside.is_file(path)) {
            Some(path) => Spot::new(TreeId::Outside, path),
            None => Spot::new(application.folder.tree, join(&application.folder.path, &format!("{name}.appup"))),
        }
    }

    /// Forgets a file that has changed.
    pub fn forget(&mut self, spot: &Spot) {
        self.read.remove(spot);
    }

    /// The files in some places, those read that were not read before.
    fn get(&mut self, opener: &mut Opener<'_>, spots: &[Spot]) -> Vec<Arc<AppupFile>> {
        let otp = opener.otp();
        let is_known = |spot: &Spot| self.read.get(spot).is_some_and(|(read_for, _)| *read_for == otp);
        let (known, fresh): (Vec<Spot>, Vec<Spot>) = spots.iter().cloned().partition(is_known);
        known.iter().for_each(|spot| opener.trees().get(spot.tree).used(&spot.path));
        let documents = opener.read_all(&fresh);
        for (spot, document) in fresh.into_iter().zip(documents) {
            self.read.insert(spot, (otp, Arc::new(AppupFile::new(document, otp))));
        }
        spots.iter().filter_map(|spot| self.read.get(spot).map(|(_, file)| Arc::clone(file))).collect()
    }
}

impl AppupFile {
    fn new(document: Result<Document, Refusal>, otp: Otp) -> AppupFile {
        match document {
            Err(why) => AppupFile { appup: None, faults: Vec::new(), sensitive: Vec::new(), refusal: Some(why) },
            Ok(mut document) => {
                let mut found = Findings::default();
                let mut sensitive = std::mem::take(&mut document.sensitive);
                let appup = appup::from_document(document, otp, &mut found);
                sensitive.extend(appup.iter().flat_map(patterns));
                AppupFile { appup, faults: found.sorted(), sensitive, refusal: None }
            }
        }
    }
}

/// The target's appups that its paths need.
#[derive(Default)]
pub struct Appups {
    read: HashMap<String, Loaded>,
}

/// The appup of an application.
struct Loaded {
    spot: Spot,
    file: Arc<AppupFile>,
    /// What is wrong with it for this application; reported on every path that needs it.
    faults: Vec<Diagnostic>,
}

impl Appups {
    /// Reads the appups of the applications that differ between the target and any base.
    pub fn load<'r>(opener: &mut Opener<'_>, files: &mut AppupFiles, target: &Release, bases: impl IntoIterator<Item = &'r Release>) -> Appups {
        let mut wanted: HashSet<&str> = HashSet::new();
        for base in bases {
            wanted.extend(changed(target, base).map(|(application, _)| application.name.value.as_str()));
        }
        let mut named: HashSet<&str> = HashSet::new();
        let changed: Vec<&Application> = target
            .applications
            .iter()
            .filter(|application| wanted.contains(application.name.value.as_str()) && named.insert(application.name.value.as_str()))
            .collect();
        let spots: Vec<Spot> = changed.iter().map(|application| files.spot(opener.trees(), application)).collect();
        let loaded = changed.iter().zip(files.get(opener, &spots)).zip(spots).map(|((application, file), spot)| {
            let loaded = Loaded::new(application, spot, file, opener.trees());
            (application.name.value.as_str().to_owned(), loaded)
        });
        Appups { read: loaded.collect() }
    }

    /// The appup of an application, when it was read and is sound.
    pub fn get(&self, application: &str) -> Option<&Appup> {
        self.read.get(application)?.file.appup.as_ref()
    }

    /// The files that were read, in the order of the applications' names.
    pub fn files(&self) -> impl Iterator<Item = &Spot> {
        self.ordered().into_iter().filter(|loaded| loaded.file.refusal.is_none()).map(|loaded| &loaded.spot)
    }

    /// What in them other versions of OTP read otherwise.
    pub fn sensitive(&self) -> impl Iterator<Item = &Sensitive> {
        self.ordered().into_iter().flat_map(|loaded| &loaded.file.sensitive)
    }

    fn ordered(&self) -> Vec<&Loaded> {
        let mut all: Vec<(&String, &Loaded)> = self.read.iter().collect();
        all.sort_unstable_by_key(|(name, _)| *name);
        all.into_iter().map(|(_, loaded)| loaded).collect()
    }

    /// Puts a text in the place of an application's appup.
    pub fn put(&mut self, application: &Application, spot: Spot, document: Document, otp: Otp, trees: &Trees<'_>) {
        let file = Arc::new(AppupFile::new(Ok(document), otp));
        self.read.insert(application.name.value.as_str().to_owned(), Loaded::new(application, spot, file, trees));
    }

    /// Lets a caller change an appup before it is used. The file stays as it was read.
    pub fn get_mut(&mut self, application: &str) -> Option<&mut Appup> {
        self.read.get_mut(application).and_then(|loaded| Arc::make_mut(&mut loaded.file).appup.as_mut())
    }

    /// Lets a caller change the appups before they are used, in the order of their names. The files stay as they were read.
    pub fn each(&mut self, mut change: impl FnMut(&str, &mut Appup)) {
        let mut names: Vec<String> = self.read.keys().cloned().collect();
        names.sort_unstable();
        for name in names {
            if let Some(appup) = self.get_mut(&name) {
                change(&name, appup);
            }
        }
    }
}

/// The version patterns of an appup that not all versions of OTP read alike.
fn patterns(appup: &Appup) -> impl Iterator<Item = Sensitive> {
    let versions = appup.up.list.iter().chain(&appup.down.list).map(|entry| &entry.version);
    versions.filter_map(|version| Some(Sensitive { span: version.span(), what: "a regular expression", since: version.read_differently_since()? }))
}

impl Loaded {
    fn new(application: &Application, spot: Spot, file: Arc<AppupFile>, trees: &Trees<'_>) -> Loaded {
        let mut faults = file.faults.clone();
        if let Some(why) = &file.refusal {
            let words = match why {
                Refusal::Absent => None,
                Refusal::Refused(words) => Some(words.as_str()),
                Refusal::TooLarge(_) => Some("it is too large"),
            };
            faults.push(appup::appup_missing(&application.name.value, &trees.display(&spot), spot.tree != TreeId::Outside, application.vsn.span, words));
        }
        if let Some(appup) = &file.appup
            && appup.vsn.text().as_deref() != Some(application.vsn.value.as_str())
        {
            faults.push(appup::bad_vsn(&appup.vsn, &application.name.value, &application.vsn.value, application.file.vsn.span));
        }
        Loaded { spot, file, faults }
    }
}

/// The target's applications that the base has in another version, dependencies first, each with the base's.
fn changed<'t, 'b>(target: &'t Release, base: &'b Release) -> impl Iterator<Item = (&'t Application, &'b Application)> {
    target.ordered().filter_map(|application| {
        let old = base.application(application.name.value.as_str())?;
        (old.vsn.value != application.vsn.value).then_some((application, old))
    })
}

/// The scripts of one path, in the order they are joined.
pub(super) fn gather(wanted: &PathRequest<'_>, appups: &Appups, found: &mut Findings) -> Vec<Script> {
    let (target, base, direction) = (wanted.target, wanted.base, wanted.direction);
    let (from, to) = match direction {
        Direction::Up => (base, target),
        Direction::Down => (target, base),
    };
    let is_in = |release: &Release, application: &Application| release.names(&application.name.value);
    let mut scripts = Vec::new();
    if base.rel.erts.value != target.rel.erts.value {
        found.push(faults::erts_changed(target, base, direction));
        scripts.push(Script::single(HighOp::Low(LowOp::RestartNewEmulator), Cause::ErtsChanged));
    }
    for application in to.applications.iter().filter(|application| !is_in(from, application)) {
        let cause = Cause::ApplicationAdded(application.name.value.clone(), application.name.span);
        scripts.push(Script::single(HighOp::AddApplication(application.name.clone(), application.kind), cause));
    }
    for (application, old) in changed(target, base) {
        scripts.extend(changed_script(application, old, direction, appups, found));
    }
    for application in from.applications.iter().filter(|application| !is_in(to, application)) {
        let cause = Cause::ApplicationRemoved(application.name.value.clone(), application.name.span);
        scripts.push(Script::single(HighOp::RemoveApplication(application.name.clone()), cause));
    }
    if wanted.restart_emulator {
        scripts.push(Script::single(HighOp::Low(LowOp::RestartEmulator), Cause::RestartRequested));
    }
    scripts
}

/// The script that the target's appup has for an application on this path.
fn changed_script(application: &Application, old: &Application, direction: Direction, appups: &Appups, found: &mut Findings) -> Option<Script> {
    let loaded = appups.read.get(application.name.value.as_str())?;
    found.extend(loaded.faults.iter().cloned());
    let entries = loaded.file.appup.as_ref()?.entries(direction);
    match appup::choose(entries, &old.vsn.value, direction, found) {
        Ok(entry) => Some(Script::written(appup::read_script(&entry.script, found))),
        Err(NoEntry::Refused) => None,
        Err(NoEntry::Unmatched) => {
            let mut seen = HashSet::new();
            let versions = entries.list.iter().map(|entry| shown(&entry.version));
            let listed: Vec<String> = versions.filter(|version| seen.insert(version.clone())).collect();
            found.push(faults::no_entry(application, &old.vsn, direction, entries.span, &listed, &loaded.spot.path));
            None
        }
    }
}

fn shown(version: &Version) -> String {
    match version {
        Version::Exact(text, _) => quoted(text, '"'),
        Version::Pattern(_) | Version::Other(_) => crate::term::print::brief(&version.to_term()),
    }
}
