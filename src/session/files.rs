//! Questions about a file on its own: what is wrong with it, how it is fixed, which scripts its entries become.

use super::{Session, Unusable};
use crate::appup::{self, Appup, Direction, HighOp, Instruction, NoEntry, Version};
use crate::author::{Derived, EntryChange, change_entries, derive_missing, no_place};
use crate::diag::{Diagnostic, Findings, Severity};
use crate::lint::{self, Alone, Existing, Fixed, Purpose, Ran, Which, application_of};
use crate::otp::Otp;
use crate::parallel;
use crate::plan::{Contents, plan_entry};
use crate::release::{FileKind, modules_in, read_app, with_otp_tag};
use crate::relup::{self, Relup, Step};
use crate::source::{FileTree, Files, Source, Spot, TreeId, Unfit, join, parent, refused};
use crate::span::{FileId, Span, Spanned};
use crate::term::print::brief;
use crate::term::{Atom, Document, Extent, Term, TermKind, convert, not_converted, parse, text_after_term};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

/// What is wrong with a file on its own.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What was found, before levels.
    pub found: Findings,
    /// Whether an appup has its `.app` beside it.
    pub has_app: bool,
}

/// An entry of an appup as a low-level script.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The direction it is for.
    pub direction: Direction,
    /// The version it is for, as it is written.
    pub version: String,
    /// The script.
    pub steps: Vec<Step>,
}

/// The entries of an appup as low-level scripts.
#[derive(Clone, Debug)]
pub struct Expanded {
    /// The application.
    pub name: Atom,
    /// The entries, the upgrades first; `None` when the file cannot be read.
    pub entries: Option<Vec<Entry>>,
    /// Applications whose modules cannot be seen from here: what loads and removes them is not shown.
    pub unseen: BTreeSet<Atom>,
    /// What was found.
    pub found: Findings,
}

/// The downgrade entries that an appup lacks.
pub struct Inverted {
    /// The entries.
    pub derived: Vec<Derived>,
    /// The file with them in it; `None` when something is wrong.
    pub edited: Option<Source>,
    /// What was found.
    pub found: Findings,
}

impl Session<'_> {
    /// An appup in the other form than its own, Erlang's or Elixir's; `None` when it cannot be read.
    pub fn convert(&mut self, path: &str) -> (Option<String>, Findings) {
        let mut found = Findings::default();
        self.opener.set_otp(self.settings.otp);
        let file = match self.opener.read(&Spot::new(TreeId::Outside, path)) {
            Ok(file) => file,
            Err(why) => {
                found.push(refused(path, &why));
                return (None, found);
            }
        };
        let document = self.opener.parse(file, Extent::All);
        let otp = self.opener.otp();
        let converted = self.texts().get(file).and_then(|source| convert(source, &document, otp));
        let several = document.terms.get(1).map(|term| term.span).or(document.rest);
        found.extend(document.faults.into_iter().map(|fault| with_otp_tag(fault, FileKind::Appup)));
        if let (Some(rest), false) = (several, found.has_errors()) {
            found.push(text_after_term(rest).severity(Severity::Error));
        } else if converted.is_none() && !found.has_errors() {
            let place = document.terms.first().map_or(Span::GENERATED, |term| term.span);
            found.push(not_converted(place));
        }
        (converted, found)
    }

    /// What is to be reported of an appup or a relup on its own.
    pub fn findings(&mut self, path: &str) -> Vec<Diagnostic> {
        let found = if super::is_relup(path) { self.check_relup(path) } else { self.check_appups(&[path.to_owned()]).into_iter().next() };
        self.judge(found.map(|checked| checked.found.clone()).unwrap_or_default(), Ran::Files, Purpose::Lint)
    }

    /// Checks appups on their own; those that have not changed since are not looked at again.
    pub(super) fn check_appups(&mut self, paths: &[String]) -> Vec<Arc<Checked>> {
        self.opener.set_otp(self.settings.otp);
        let known: Vec<Option<Arc<Checked>>> = paths.iter().map(|path| self.files.get(path.as_str(), self.overlay)).collect();
        let fresh: Vec<&String> = paths.iter().zip(&known).filter(|(_, known)| known.is_none()).map(|(path, _)| path).collect();
        let spots: Vec<Spot> = fresh.iter().map(|path| Spot::new(TreeId::Outside, path.as_str())).collect();
        let documents = self.opener.read_all(&spots);
        let beside: Vec<Spot> = fresh.iter().map(|path| Spot::new(TreeId::Outside, app_beside(path))).collect();
        let apps: Vec<Option<Document>> = self.opener.read_all(&beside).into_iter().map(Result::ok).collect();
        let versions: Vec<Option<String>> = fresh.iter().zip(&apps).map(|(path, app)| self.version_beside(path, app.as_ref())).collect();
        // Many appups may be in one folder: it is listed once.
        let mut compiled: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for (path, _) in fresh.iter().zip(&apps).filter(|(_, app)| app.is_some()) {
            compiled.entry(parent(path)).or_insert_with_key(|folder| modules_in(self.overlay, folder));
        }
        let jobs: Vec<_> = fresh.iter().zip(documents).zip(apps.iter().zip(versions)).collect();
        let (otp, texts) = (self.opener.otp(), self.opener.files());
        let checked = parallel::each(jobs, |((path, document), (app, version))| {
            let mut found = Findings::default();
            let beams = compiled.get(parent(path)).filter(|beams| !beams.is_empty());
            match document {
                Ok(document) => lint::check_alone(Alone { path, document, app: app.as_ref(), version, beams }, otp, texts, &mut found),
                Err(why) => found.push(refused(path, &why)),
            }
            Checked { found, has_app: app.is_some() }
        });
        let mut fresh = fresh.iter().zip(checked).map(|(path, checked)| {
            let made_of = self.overlay.made_of([path.as_str(), app_beside(path).as_str(), source_beside(path).as_str(), parent(path)]);
            self.files.keep((*path).clone(), made_of, checked)
        });
        // A path that is given twice was checked twice, too.
        known.into_iter().filter_map(|known| known.or_else(|| fresh.next())).collect()
    }

    /// The version of the application of an appup's source: that of the `.app`, else that of its `.app.src`.
    fn version_beside(&mut self, path: &str, app: Option<&Document>) -> Option<String> {
        if !path.ends_with(".src") {
            return None;
        }
        let version = |document: &Document| version_of(document.terms.first()?);
        app.and_then(version).or_else(|| {
            let source = source_beside(path);
            self.overlay.is_file(&source).then(|| self.document(&source).ok()).flatten().as_ref().and_then(version)
        })
    }

    /// Checks a relup on its own.
    pub(super) fn check_relup(&mut self, path: &str) -> Option<Arc<Checked>> {
        if let Some(known) = self.files.get(path, self.overlay) {
            return Some(known);
        }
        let mut found = Findings::default();
        if let Some((relup, start)) = self.read_relup(&Spot::new(TreeId::Outside, path), &mut found) {
            lint::check_relup(&Existing { relup: &relup, start, target: None, trees: self.opener.trees(), bases: Vec::new() }, &mut found);
        }
        let made_of = self.overlay.made_of([path]);
        Some(self.files.keep(path.to_owned(), made_of, Checked { found, has_app: true }))
    }

    /// Reads a relup; gives it and where it begins.
    pub(super) fn read_relup(&mut self, spot: &Spot, found: &mut Findings) -> Option<(Relup, Span)> {
        let file = match self.opener.read_relup(spot) {
            Ok(file) => file,
            Err(why) => {
                found.push(refused(&self.display(spot), &why));
                return None;
            }
        };
        let document = self.opener.parse(file, Extent::All);
        let sound = document.faults.is_empty();
        found.extend(document.faults.into_iter().map(|fault| with_otp_tag(fault, FileKind::Relup)));
        let term = document.terms.first().filter(|_| sound)?;
        // The version is what one would look at first.
        let start = term.as_tuple().and_then(<[_]>::first).map_or(term.span, |version| version.span);
        Some((relup::read(term, found)?, start))
    }

    /// The files that get better by the fixes of what was reported, as they are then. A file inside a tarball is not fixed, and a
    /// relup is compiled again.
    pub fn fixes(&self, reported: &[Diagnostic], which: Which) -> Result<Vec<(FileId, Fixed)>, Unusable> {
        let mut by_file: BTreeMap<FileId, Vec<Diagnostic>> = BTreeMap::new();
        for found in reported {
            if let Some(span) = found.position().filter(|span| span.is_written()) {
                by_file.entry(span.file).or_default().push(found.clone());
            }
        }
        let otp = self.opener.otp();
        let mut all = Vec::new();
        for (file, list) in by_file {
            let is_fixable = |source: &&Source| self.overlay.is_file(&source.name) && !super::is_relup(&source.name);
            let Some(source) = self.texts().get(file).filter(is_fixable) else { continue };
            let fixed = lint::fix(source, &list, which, &self.settings.levels, |source| alone(source, otp));
            let refused = |_: Unfit| Unusable::Words(format!("`{}` is in Latin-1, which cannot hold the fix", source.name));
            all.extend(fixed.map_err(refused)?.map(|fixed| (file, fixed)));
        }
        Ok(all)
    }

    /// The low-level script of each entry of an appup, or of those that count for one version.
    pub fn expand(&mut self, path: &str, only: Option<&str>) -> Result<Expanded, Unusable> {
        self.opener.set_otp(self.settings.otp);
        let mut found = Findings::default();
        let name = Atom::new(application_of(path));
        let document = self.document(path).map_err(|why| found.push(refused(path, &why))).ok();
        let otp = self.opener.otp();
        let app = self.document(&app_beside(path)).ok();
        let own = self.version_beside(path, app.as_ref());
        let appup = document.and_then(|document| lint::read_alone(document, own.as_deref(), otp, self.opener.files(), &mut found));
        if let (Some(version), Some(appup)) = (only, &appup) {
            has_version(version, appup, path)?;
        }
        let mut unseen = BTreeSet::new();
        let entries = appup.map(|appup| {
            let app = self.app_beside(path, &mut found);
            expanded(&appup, &name, only, app.as_ref(), &mut unseen, &mut found)
        });
        Ok(Expanded { name, entries, unseen, found })
    }

    /// The downgrade entries that an appup lacks, or the one to a version, derived from its upgrade entries.
    pub fn invert(&mut self, path: &str, only: Option<&str>, lossy: bool) -> Result<Inverted, Unusable> {
        self.opener.set_otp(self.settings.otp);
        let mut found = Findings::default();
        let document = self.document(path).map_err(|why| found.push(refused(path, &why))).ok();
        let otp = self.opener.otp();
        let filled = document.as_ref().and_then(|document| lint::filled_in(document, otp, self.opener.files()));
        let document = filled.as_ref().map(|filled| &filled.document).or(document.as_ref());
        let appup = document.and_then(|document| appup::read_document(document, otp, &mut found));
        if let (Some(version), Some(appup)) = (only, &appup) {
            has_version(version, appup, path)?;
        }
        let derived = appup.as_ref().map(|appup| derive_missing(appup, only, lossy, &mut found)).unwrap_or_default();
        let mut edited = None;
        if let (Some(appup), Some(document), false) = (&appup, &document, found.has_errors()) {
            let with_derived = |source: &Source| {
                let changes: Vec<EntryChange> = derived.iter().map(|derived| derived.change(source, appup.form)).collect();
                change_entries(source, document, appup, &changes, otp)
            };
            edited = match &filled {
                // The version comes before whatever is inserted.
                Some(filled) => with_derived(&filled.source).and_then(|edited| edited.edited(std::slice::from_ref(&filled.restore)).ok()),
                None => self.texts().get(appup.span.file).and_then(with_derived),
            };
            if edited.is_none() {
                found.push(no_place(appup.down.span));
            }
        }
        Ok(Inverted { derived, edited, found })
    }

    /// The version and the modules of the `.app` beside an appup, when there is a good one.
    fn app_beside(&mut self, path: &str, found: &mut Findings) -> Option<(String, Vec<Spanned<Atom>>)> {
        let document = self.document(&app_beside(path)).ok()?;
        found.extend(document.faults.into_iter().map(|fault| with_otp_tag(fault, FileKind::App)));
        let app = read_app(document.terms.first()?, self.opener.otp(), found)?;
        Some((app.vsn.value, app.modules))
    }
}

/// Where the `.app` of an appup is.
fn app_beside(path: &str) -> String {
    join(parent(path), &format!("{}.app", application_of(path)))
}

/// Where the source of that is.
fn source_beside(path: &str) -> String {
    app_beside(path) + ".src"
}

/// The version in the term of an `.app` or its source, if it is written out.
fn version_of(app: &Term) -> Option<String> {
    let Some([tag, _, keys]) = app.as_tuple() else { return None };
    let keys = tag.is_atom("application").then(|| keys.items())??;
    let pair = keys.iter().filter_map(Term::as_tuple).find(|pair| pair.first().is_some_and(|key| key.is_atom("vsn")))?;
    if let [_, Term { kind: TermKind::Str(text), .. }] = pair { Some(text.to_string()) } else { None }
}

/// What is wrong with the text of an appup on its own.
fn alone(source: &Source, otp: Otp) -> Vec<Diagnostic> {
    let mut files = Files::default();
    let file = files.add(Source::new(source.name.clone(), source.bytes().into_owned()));
    let document = files.get(file).map(|source| parse(source, file, otp, Extent::First)).unwrap_or_default();
    let mut found = Findings::default();
    lint::check_alone(Alone { path: &source.name, document, app: None, version: None, beams: None }, otp, &files, &mut found);
    found.sorted()
}

/// A version that no entry is for is most likely mistyped.
fn has_version(version: &str, appup: &Appup, file: &str) -> Result<(), Unusable> {
    let all = || appup.up.list.iter().chain(&appup.down.list);
    if all().any(|entry| entry.version.takes(version).unwrap_or(true)) {
        return Ok(());
    }
    let mut listed: Vec<String> = all().map(|entry| brief(&entry.version.to_term())).collect();
    let mut seen = HashSet::new();
    listed.retain(|version| seen.insert(version.clone()));
    Err(Unusable::Words(format!("`{file}` has no entry for version `{version}`; it has entries for {}", listed.join(", "))))
}

fn expanded(
    appup: &Appup,
    name: &Atom,
    only: Option<&str>,
    app: Option<&(String, Vec<Spanned<Atom>>)>,
    unseen: &mut BTreeSet<Atom>,
    found: &mut Findings,
) -> Vec<Entry> {
    let mut all = Vec::new();
    for direction in [Direction::Up, Direction::Down] {
        let entries = appup.entries(direction);
        if let Some(span) = entries.broken.filter(|_| only.is_none()) {
            found.push(appup::entries_no_list(span, direction));
        }
        let chosen: Vec<&appup::Entry> = match only {
            None => entries.list.iter().collect(),
            Some(version) => match appup::choose(entries, version, direction, found) {
                Ok(entry) => vec![entry],
                Err(NoEntry::Unmatched | NoEntry::Refused) => Vec::new(),
            },
        };
        for entry in chosen {
            let script = appup::read_script(&entry.script, found);
            unseen.extend(script.iter().filter_map(whole_application).filter(|other| app.is_none() || *other != name).cloned());
            // On a downgrade the older version's object code is read, and its modules count, which cannot be seen from here:
            // those that the script names are added.
            let own = || app.map_or_else(|| appup.vsn.text().map(|text| text.into_owned()).unwrap_or_default(), |(vsn, _)| vsn.clone());
            let vsn = match direction {
                Direction::Up => own(),
                Direction::Down => only.map_or_else(|| older(&entry.version), str::to_owned),
            };
            let modules = match app {
                Some((_, modules)) => merged(modules, &script, direction),
                None => merged(&[], &script, Direction::Down),
            };
            let contents = Contents::of_application(name, &vsn, &modules);
            let path = plan_entry(script, direction, &contents, found);
            all.push(Entry { direction, version: brief(&entry.version.to_term()), steps: path.steps });
        }
    }
    all
}

/// What the version that a downgrade leads to is called where an entry is for more than one.
const ANY_VERSION: &str = "VSN";

/// The version that a downgrade entry leads to.
fn older(version: &Version) -> String {
    match version {
        Version::Exact(text, _) => text.clone(),
        Version::Pattern(_) | Version::Other(_) => ANY_VERSION.to_owned(),
    }
}

/// The application that an instruction is about as a whole.
fn whole_application(instruction: &Instruction) -> Option<&Atom> {
    match &instruction.op {
        Some(HighOp::AddApplication(name, _) | HighOp::RemoveApplication(name) | HighOp::RestartApplication(name)) => Some(&name.value),
        Some(HighOp::Module(_) | HighOp::Low(_)) | None => None,
    }
}

/// The modules of the `.app`, and on a downgrade those that a script names besides.
fn merged(modules: &[Spanned<Atom>], script: &[Instruction], direction: Direction) -> Vec<Spanned<Atom>> {
    let mut all = modules.to_vec();
    if direction == Direction::Up {
        return all;
    }
    let mut known: HashSet<Atom> = all.iter().map(|module| module.value.clone()).collect();
    for instruction in script {
        if let Some(HighOp::Module(dependent)) = &instruction.op
            && known.insert(dependent.module.value.clone())
        {
            all.push(dependent.module.clone());
        }
    }
    all
}
