//! The question of `gen`: the appups that a target needs for its bases, as far as there are none.

use super::releases::Releases;
use super::{Session, Unusable};
use crate::appup::{self, Appup, Direction, HighOp, NoEntry, Version};
use crate::author::{self, Draft, Drafted, EntryChange, EntryText, Generated, Ground, Library, LineText, Question, Status, new_file};
use crate::beam::Beams;
use crate::compare::{ApplicationChange, Change};
use crate::diag::{Diagnostic, Findings};
use crate::lint;
use crate::plan::path_name;
use crate::release::{Application, Release};
use crate::source::{Refusal, Source, Spot, TreeId, join, refused};
use crate::span::FileId;
use crate::span::Span;
use crate::term::{Atom, Bits, Document, Extent, Form, Term, TermKind, convert, not_converted, parse};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A base, and the directions of its paths that entries are for.
#[derive(Clone, Debug)]
pub struct GenBase {
    /// The release, as it is named.
    pub reference: String,
    /// Whether there is to be a path from it.
    pub up: bool,
    /// Whether there is to be a path to it.
    pub down: bool,
}

/// What to generate.
#[derive(Clone, Debug)]
pub struct GenRequest {
    /// The new release.
    pub target: String,
    /// The old ones.
    pub bases: Vec<GenBase>,
    /// Only these applications; empty for all.
    pub only: Vec<String>,
    /// Where the appups are put.
    pub goal: Goal,
    /// What becomes of entries that exist.
    pub existing: Existing,
    /// Whether each instruction gets its reason as a comment.
    pub with_reasons: bool,
    /// Whether bases whose scripts are the same share an entry with a version pattern.
    pub with_patterns: bool,
    /// In which form appups are written that are new in a folder, or written nowhere.
    pub form: Form,
}

impl GenRequest {
    /// Entries that are written nowhere: what exists is kept.
    pub fn in_memory(target: &str, bases: Vec<GenBase>, only: Vec<String>) -> GenRequest {
        GenRequest {
            target: target.to_owned(),
            bases,
            only,
            goal: Goal::InPlace,
            existing: Existing::Keep,
            with_reasons: false,
            with_patterns: false,
            form: Form::Erlang,
        }
    }
}

/// Where appups are put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Where they are read: beside the `.app` of each application, or in a folder of appups that goes before it.
    InPlace,
    /// Into this folder, under the name and the version of each application.
    Folder(String),
}

/// What becomes of an entry that exists for a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It stays as it is.
    Keep,
    /// What it lacks is added.
    Amend,
    /// It is written again.
    Replace,
}

/// An appup as it is in a file.
struct Known {
    document: Document,
    appup: Appup,
}

impl Session<'_> {
    /// The appups of a target that are missing, or lack something, on the paths from and to its bases; whether all of them could be
    /// made; and what was found.
    pub fn generate(&mut self, request: &GenRequest) -> Result<(Vec<Generated>, bool, Findings), Unusable> {
        let references: Vec<String> = std::iter::once(&request.target).chain(request.bases.iter().map(|base| &base.reference)).cloned().collect();
        // What OTP refuses of a release is reported, and the appups that can be written are.
        let releases = self.releases(&references);
        let mut found = releases.found.clone();
        if releases.all.iter().any(Option::is_none) {
            return Ok((Vec::new(), false, found));
        }
        let (generated, complete) = self.generate_from(&releases, request, &mut found)?;
        Ok((generated, complete, found))
    }

    /// The same for releases that were opened.
    pub(super) fn generate_from(&mut self, releases: &Releases, request: &GenRequest, found: &mut Findings) -> Result<(Vec<Generated>, bool), Unusable> {
        let Some(target) = releases.target().cloned() else { return Ok((Vec::new(), false)) };
        for name in &request.only {
            if target.application(name).is_none() {
                return Err(Unusable::Words(format!("the target has no application `{name}`")));
            }
        }
        let (drafted, mut complete) = self.draft_all(releases, &target, request, found);
        let mut all = Vec::new();
        for (application, entries) in drafted {
            let Some(application) = target.application(&application) else { continue };
            let placed = self.placed(application, entries, request, found)?;
            complete &= placed.is_some();
            all.extend(placed);
        }
        Ok((all, complete))
    }

    /// The entries of each application that changes, in the order of an upgrade.
    fn draft_all(&mut self, releases: &Releases, target: &Arc<Release>, request: &GenRequest, found: &mut Findings) -> (Vec<(String, Vec<Drafted>)>, bool) {
        let mut complete = true;
        let policy = self.settings.policy.clone();
        let mut all: Vec<(String, Vec<Drafted>)> = Vec::new();
        for (at, base) in releases.distinct_bases() {
            let Some(compared) = self.comparison(releases, at) else { continue };
            found.append(compared.found.clone());
            let (links, mut comparison, beams) = (&compared.links, compared.comparison.clone(), self.opener.beams());
            // A release may be named twice, once for each direction.
            let same = releases.bases().iter().zip(&request.bases).filter(|(release, _)| release.as_ref().is_some_and(|release| release.spot == base.spot));
            let wanted: Vec<Direction> = same
                .flat_map(|(_, base)| [(base.up, Direction::Up), (base.down, Direction::Down)])
                .filter_map(|(is_wanted, direction)| is_wanted.then_some(direction))
                .collect();
            let mut drafts: BTreeMap<String, Vec<Draft>> = BTreeMap::new();
            lint::judge_kept_on(base, target, &mut comparison, links, beams, |comparison, trees| {
                let ground = Ground { base, target, comparison, links, trees, beams, policy: &policy };
                let both = author::wanting(comparison)
                    .flat_map(|application| [Direction::Up, Direction::Down].map(|direction| (application, author::draft(&ground, application, direction))));
                let both: Vec<(&ApplicationChange, Draft)> = both.collect();
                let paths = [Direction::Up, Direction::Down].map(|direction| author::path(&ground, &both, direction));
                for (application, draft) in both {
                    drafts.entry(application.name.clone()).or_default().push(draft);
                }
                paths
            });
            let is_asked = |application: &&ApplicationChange| request.only.is_empty() || request.only.contains(&application.name);
            for application in comparison.applications.iter().filter(is_asked) {
                let place = target.application(&application.name).map_or(target.version_span(), |known| known.vsn.span);
                if author::is_not_bumped(application) {
                    found.push(author::not_bumped(&application.name, application.target.as_deref().unwrap_or_default(), place));
                }
                for fact in application.impacts.iter().filter(|fact| matches!(&fact.change, Change::ApplicationAdded { late, .. } if !late.is_empty())) {
                    let path = path_name(&target.rel.vsn.value, &base.rel.vsn.value, Direction::Up);
                    found.push(author::added_early(&application.name, &fact.change, place, &path));
                }
            }
            for application in author::wanting(&comparison).filter(is_asked) {
                let Some(place) = target.application(&application.name).map(|known| known.vsn.span) else { continue };
                let missing = [target.as_ref(), base.as_ref()].into_iter().flat_map(|release| without_code(release, &application.name, beams));
                let unread: Vec<Change> = author::unread(application).cloned().chain(missing.map(|module| Change::CodeMissing(Some(module)))).collect();
                if !unread.is_empty() {
                    found.extend(unread.iter().map(|change| author::not_compared(&application.name, change, place)));
                    complete = false;
                    continue;
                }
                let version = application.base.clone().unwrap_or_default();
                let entries = match all.iter().position(|(name, _)| *name == application.name) {
                    Some(known) => known,
                    None => {
                        all.push((application.name.clone(), Vec::new()));
                        all.len() - 1
                    }
                };
                let Some((_, entries)) = all.get_mut(entries) else { continue };
                for draft in drafts.get(&application.name).into_iter().flatten().filter(|draft| wanted.contains(&draft.direction)) {
                    let mut draft = draft.clone();
                    author::ask(&mut draft, application);
                    let direction = draft.direction;
                    let known = entries.iter_mut().find(|entry| entry.draft.direction == direction && entry.versions.contains(&version));
                    match known {
                        Some(known) if known.draft.script() == draft.script() => known.draft.take_in(draft),
                        Some(_) => found.push(author::entry_differs(&application.name, &version, place)),
                        None => {
                            let term = Term::string(&version);
                            entries.push(Drafted { versions: vec![version.clone()], version: term, draft, status: Status::New });
                        }
                    }
                }
            }
        }
        (all, complete)
    }

    /// The file of an application with its entries in it; `None` when the file would not be touched and does not exist.
    fn placed(
        &mut self,
        application: &Application,
        mut entries: Vec<Drafted>,
        request: &GenRequest,
        found: &mut Findings,
    ) -> Result<Option<Generated>, Unusable> {
        let (name, vsn) = (application.name.value.as_str(), application.vsn.value.as_str());
        if let Some(part) = [name, vsn].into_iter().find(|part| !is_file_name(part)) {
            return Err(Unusable::Words(format!("`{part}` cannot be part of a file's name")));
        }
        let counts = self.appups.spot(self.opener.trees(), application);
        let goal = match &request.goal {
            Goal::InPlace => counts.clone(),
            Goal::Folder(folder) => {
                let end = if request.form == Form::Elixir { ".appup.exs" } else { ".appup" };
                Spot::new(TreeId::Outside, join(folder, &format!("{name}-{vsn}{end}")))
            }
        };
        let form = if request.form == Form::Elixir { Form::Elixir } else { Form::of(&goal.path) };
        // A file in the folder is what was written there before; without one it begins as what counts now.
        let is_there = self.opener.trees().get(goal.tree).is_file(&goal.path);
        let mut on_file = Findings::default();
        let known = self.known_appup(if is_there { &goal } else { &counts }, &mut on_file);
        let known = match known {
            // What cannot be read is written again, if that is asked for.
            Err(()) if request.existing == Existing::Replace => None,
            Err(()) => {
                found.append(on_file);
                return Ok(None);
            }
            Ok(known) => {
                found.append(on_file);
                known
            }
        };
        let known = match known {
            Some(known) if known.appup.vsn.text().as_deref() != Some(vsn) && request.existing != Existing::Replace => {
                found.push(author::appup_of_other_version(name, vsn, &known.appup.vsn));
                return Ok(None);
            }
            other => other.filter(|known| known.appup.vsn.text().as_deref() == Some(vsn)),
        };
        let mut changes = Vec::new();
        for entry in &mut entries {
            let path = path_name(vsn, &entry.versions.join(", "), entry.draft.direction);
            let (change, questions) = change_of(entry, known.as_ref(), application, request, found);
            changes.extend(change);
            found.extend(questions.iter().map(|question| author::open_question(question, name, application.vsn.span, &path)));
            if let Some(known) = &known {
                found.extend(self.left_open(known, entry, name, &path));
            }
        }
        share(&mut entries, &mut changes, request, self.settings.policy.library, application);
        let file = self.display(&goal);
        let before = is_there.then(|| self.opener.trees().get(goal.tree).read_text(&goal.path).ok()).flatten();
        let before = before.map(|bytes| Source::new(file.clone(), bytes).text);
        let otp = self.opener.otp();
        let is_same = |after: &Source| before.as_ref() == Some(&after.text);
        let after = match &known {
            _ if changes.is_empty() => None,
            None => {
                let of = |wanted: Direction| -> Vec<EntryText> {
                    changes
                        .iter()
                        .filter_map(|change| match change {
                            EntryChange::Insert { direction, entry, .. } if *direction == wanted => Some(entry.clone()),
                            EntryChange::Insert { .. } | EntryChange::Replace { .. } | EntryChange::Amend { .. } => None,
                        })
                        .collect()
                };
                Some((Form::Erlang, Source::new(name, new_file(vsn, &of(Direction::Up), &of(Direction::Down), otp).into_bytes())))
            }
            Some(known) => {
                let source = self.texts().get(known.appup.span.file);
                let edited = source.and_then(|source| author::change_entries(source, &known.document, &known.appup, &changes, otp));
                if edited.is_none() {
                    found.push(author::no_place(known.appup.up.span));
                }
                edited.map(|edited| (known.appup.form, edited))
            }
        };
        let after = match after {
            Some((own, text)) if own != form => {
                let document = parse(&text, FileId(0), otp, Extent::First);
                let text = convert(&text, &document, otp);
                if text.is_none() {
                    found.push(not_converted(application.vsn.span));
                }
                text.map(|text| Source::new(file.clone(), text.into_bytes()))
            }
            after => after.map(|(_, text)| Source::new(file.clone(), text.bytes().into_owned())),
        };
        let after = after.filter(|after| !is_same(after));
        let is_packed = goal.tree != TreeId::Outside;
        Ok(Some(Generated { application: name.to_owned(), version: vsn.to_owned(), file, is_packed, before, after, entries }))
    }

    /// The questions that an entry which stays as it is still asks: comments that `gen` wrote there.
    fn left_open(&self, known: &Known, entry: &Drafted, name: &str, path: &str) -> Vec<Diagnostic> {
        let stays = matches!(entry.status, Status::Covered | Status::Incomplete | Status::Amended);
        let version = entry.versions.first().filter(|_| stays);
        let list = &known.appup.entries(entry.draft.direction).list;
        let existing = version.and_then(|version| list.iter().find(|one| one.version.takes(version) == Ok(true)));
        let Some((existing, source)) = existing.zip(self.texts().get(known.appup.span.file)) else { return Vec::new() };
        let comments = known.document.comments.iter().filter(|comment| existing.span.start <= comment.start && comment.end <= existing.span.end);
        let mut asked: Vec<(String, Span)> = Vec::new();
        let mut end = None;
        for comment in comments {
            let text = source.text.get(comment.range()).unwrap_or_default().trim_start_matches(['%', '#']).trim();
            let follows = end.is_some_and(|end: u32| source.text.get(end as usize..comment.start as usize).is_some_and(|between| between.trim().is_empty()));
            if let Some(text) = text.strip_prefix(author::ASKS) {
                asked.push((text.trim().to_owned(), *comment));
                end = Some(comment.end);
            } else if let Some((asks, _)) = asked.last_mut().filter(|_| follows) {
                // A question of several lines.
                asks.push_str(&format!(" {text}"));
                end = Some(comment.end);
            } else {
                end = None;
            }
        }
        asked.into_iter().map(|(text, comment)| author::still_open(&text, name, comment, path)).collect()
    }

    /// The appup in a file: `None` where the file does not exist, an error where it cannot be used, which is reported.
    fn known_appup(&mut self, spot: &Spot, found: &mut Findings) -> Result<Option<Known>, ()> {
        let file = match self.opener.read(spot) {
            Ok(file) => file,
            Err(Refusal::Absent) => return Ok(None),
            Err(why) => {
                found.push(refused(&self.display(spot), &why));
                return Err(());
            }
        };
        let document = self.opener.parse(file, Extent::First);
        let mut on_file = Findings::default();
        let appup = appup::read_document(&document, self.opener.otp(), &mut on_file);
        for version in appup.iter().flat_map(|appup| appup.up.list.iter().chain(&appup.down.list)).map(|entry| &entry.version) {
            if let Err(why) = version.takes("") {
                on_file.push(appup::pattern_invalid(version, why));
            }
        }
        let broken = on_file.has_errors();
        found.append(on_file);
        match appup {
            Some(appup) if !broken => Ok(Some(Known { document, appup })),
            Some(_) | None => Err(()),
        }
    }
}

/// The change of the file that a drafted entry asks for, and the questions that are written with it.
fn change_of(
    entry: &mut Drafted,
    known: Option<&Known>,
    application: &Application,
    request: &GenRequest,
    found: &mut Findings,
) -> (Option<EntryChange>, Vec<Question>) {
    let direction = entry.draft.direction;
    let whole = EntryText::of_draft(entry.version.clone(), &entry.draft, request.with_reasons);
    let all = || entry.draft.all_questions().cloned().collect::<Vec<Question>>();
    let Some(version) = entry.versions.first().cloned() else { return (None, Vec::new()) };
    let exists = known.and_then(|known| match appup::choose(known.appup.entries(direction), &version, direction, found) {
        Ok(existing) => Some((&known.appup, existing)),
        Err(NoEntry::Unmatched | NoEntry::Refused) => None,
    });
    let Some((appup, existing)) = exists else { return (Some(EntryChange::Insert { direction, before: None, entry: whole }), all()) };
    let Some(at) = appup.entries(direction).list.iter().position(|one| one.span == existing.span) else { return (None, Vec::new()) };
    // An entry for other versions as well stays as it is for those.
    let is_own = matches!(existing.version, Version::Exact(..));
    if request.existing == Existing::Replace {
        if is_own && existing.script == entry.draft.script() && !request.with_reasons {
            entry.status = Status::Covered;
            return (None, Vec::new());
        }
        let questions = all();
        entry.status = Status::Replaced;
        let change =
            if is_own { EntryChange::Replace { direction, at, entry: whole } } else { EntryChange::Insert { direction, before: Some(at), entry: whole } };
        return (Some(change), questions);
    }
    let script = appup::read_script(&existing.script, &mut Findings::default());
    let name = application.name.value.as_str();
    let lacks = author::missing(&script, name, &entry.draft);
    if lacks.is_empty() {
        entry.status = Status::Covered;
        return (None, Vec::new());
    }
    let lines = || lacks.iter().filter_map(|(place, at)| Some((*place, entry.draft.lines.get(*at)?, whole.lines.get(*at)?.clone())));
    if request.existing == Existing::Keep {
        let terms: Vec<Term> = lines().map(|(_, line, _)| line.op.to_term()).collect();
        let path = path_name(&application.vsn.value, &version, direction);
        found.push(author::entry_incomplete(name, direction, existing.version.span(), &terms, &path));
        entry.status = Status::Incomplete;
        return (None, Vec::new());
    }
    let questions: Vec<Question> = entry.draft.questions.iter().chain(lines().flat_map(|(_, line, _)| &line.questions)).cloned().collect();
    // Lists inside a script are spliced in, so that its instructions are more than its elements.
    let elements = existing.script.as_list().unwrap_or_default();
    let place = |at: usize| if at == 0 || script.len() == elements.len() { at } else { elements.len() };
    let mut added: Vec<(usize, LineText)> = lines().map(|(at, _, text)| (place(at), text)).collect();
    // What is asked about the entry as a whole comes with the first line that is added.
    if let Some((_, first)) = added.first_mut() {
        first.comments.splice(0..0, whole.comments.iter().cloned());
    }
    let change = if is_own {
        EntryChange::Amend { direction, at, lines: added }
    } else {
        let mut all: Vec<LineText> = Vec::with_capacity(elements.len() + added.len());
        for (at, term) in elements.iter().map(Some).chain([None]).enumerate() {
            all.extend(added.iter().filter(|(place, _)| *place == at).map(|(_, line)| line.clone()));
            all.extend(term.map(|term| LineText { comments: Vec::new(), term: term.clone() }));
        }
        EntryChange::Insert { direction, before: Some(at), entry: EntryText { comments: Vec::new(), lines: all, ..whole } }
    };
    entry.status = Status::Amended;
    (Some(change), questions)
}

/// Whether a text can be a part of a file's name.
fn is_file_name(text: &str) -> bool {
    !text.is_empty() && !text.contains(['/', '\\', '\0']) && text != "." && text != ".."
}

/// The modules that an application lists and has no compiled file for, though it has some.
fn without_code(release: &Release, application: &str, beams: Beams<'_>) -> Vec<Atom> {
    let Some(application) = release.application(application) else { return Vec::new() };
    let compiled = application.compiled(beams.trees());
    let listed = application.file.modules.iter().map(|module| &module.value).filter(|_| !compiled.is_empty());
    listed.filter(|module| !compiled.contains(module.as_str())).cloned().collect()
}

/// Gives entries with one script to all versions that share it: a pattern of those that were asked for, or any version for a library
/// that is restarted.
fn share(entries: &mut Vec<Drafted>, changes: &mut Vec<EntryChange>, request: &GenRequest, library: Library, application: &Application) {
    let is_library = library == Library::Restart && application.file.callback.is_none();
    if !request.with_patterns && !is_library {
        return;
    }
    let mut merged: Vec<Drafted> = Vec::new();
    for entry in entries.drain(..) {
        let same = |known: &&mut Drafted| {
            known.status == Status::New && known.draft.direction == entry.draft.direction && known.draft.script() == entry.draft.script()
        };
        match merged.iter_mut().filter(|_| entry.status == Status::New).find(same) {
            Some(known) => {
                known.versions.extend(entry.versions);
                known.draft.take_in(entry.draft);
            }
            None => merged.push(entry),
        }
    }
    changes.retain(|change| !matches!(change, EntryChange::Insert { before: None, .. }));
    for entry in merged.iter_mut().filter(|entry| entry.status == Status::New) {
        let restarts = |line: &author::Line| matches!(line.op, HighOp::RestartApplication(_));
        let is_restart = is_library && entry.draft.lines.len() == 1 && entry.draft.lines.iter().all(restarts);
        if is_restart {
            entry.version = pattern(".*");
        } else if entry.versions.len() > 1 {
            let versions: BTreeSet<String> = entry.versions.iter().map(|version| escaped(version)).collect();
            entry.version = pattern(&format!("^({})$", versions.into_iter().collect::<Vec<_>>().join("|")));
        }
        let text = EntryText::of_draft(entry.version.clone(), &entry.draft, request.with_reasons);
        changes.push(EntryChange::Insert { direction: entry.draft.direction, before: None, entry: text });
    }
    *entries = merged;
}

fn pattern(text: &str) -> Term {
    Term::new(TermKind::Bits(Box::new(Bits { bytes: text.as_bytes().to_vec(), trailing: 0 })))
}

/// A version as a regular expression that takes just it.
fn escaped(version: &str) -> String {
    let mut text = String::with_capacity(version.len());
    for c in version.chars() {
        if "\\^$.|?*+()[]{}".contains(c) {
            text.push('\\');
        }
        text.push(c);
    }
    text
}
