//! `relupc lint`: finds what is wrong with appups and relups, alone or between releases.

use super::config::LevelArgs;
use super::shared::Search;
use super::shell::{Failure, Shell, outcome};
use super::{Outcome, write};
use crate::appup::{self, Direction};
use crate::diag::{Diagnostic, Findings, Severity};
use crate::lint::{self, Between, Levels, Ran, Written};
use crate::otp::Otp;
use crate::plan::{Appups, PathRequest, Preference, plan_path};
use crate::release::{FileKind, Opener, Release, modules_in, read_app, with_otp_tag};
use crate::relup::{self, Relup};
use crate::render::{self, LintReport, Skipped};
use crate::source::{Disk, FileTree, Files, Kind, Source, Spot, TreeId, join, parent, refused};
use crate::span::{FileId, Span};
use crate::term::{Atom, Document, Extent, parse};
use clap::ValueEnum;
use similar::TextDiff;
use std::collections::{BTreeMap, BTreeSet};

/// Find what is wrong with appups and relups: on their own, and against the releases that they lead between
///
/// A PATH is an `.appup` file, a relup, or a folder that is searched for them. With `--target` and `--from` the code of both releases
/// is read: a changed module that nobody loads, a version that nobody raised, a state that nobody converts.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files and folders
    #[arg(value_name = "PATH", required_unless_present = "target")]
    paths: Vec<String>,

    /// The release to upgrade to
    #[arg(long, value_name = "RELEASE", requires = "from")]
    target: Option<String>,

    /// Releases to upgrade from
    #[arg(long, value_name = "RELEASE", num_args = 1.., requires = "target")]
    from: Vec<String>,

    #[command(flatten)]
    search: Search,

    #[command(flatten)]
    levels: LevelArgs,

    /// Apply the mends that are safe, or `unsafe` ones as well
    #[arg(long, value_enum, value_name = "WHICH", num_args = 0..=1, require_equals = true, default_missing_value = "safe")]
    fix: Option<Mend>,

    /// Show what the mends would change, and write nothing; status 1 when there is something to mend
    #[arg(long, conflicts_with_all = ["format", "statistics"])]
    diff: bool,

    /// Count the findings of each code
    #[arg(long)]
    statistics: bool,

    /// The form of the output
    #[arg(long, value_enum, default_value = "human")]
    format: LintFormat,
}

/// Which mends are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Mend {
    /// Those that only write down what was meant
    Safe,
    /// All of them
    Unsafe,
}

/// The form of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LintFormat {
    /// Reports for people
    Human,
    /// One JSON document
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub's workflows
    Github,
}

/// Runs the command.
pub(super) fn run(args: Args, shell: &mut Shell) -> Result<Outcome, Failure> {
    let disk = Disk;
    let first = args.paths.first().or(args.target.as_ref()).map_or(".", String::as_str);
    let levels = args.levels.levels(&disk, first)?;
    let mut findings = check(&args, &levels);
    if args.diff {
        let all = mended(&findings, args.fix.unwrap_or(Mend::Safe), &levels);
        shell.print(&difference(&all))?;
        return Ok(if all.is_empty() { outcome(&findings.list) } else { Outcome::Faulty });
    }
    if let Some(mend) = args.fix
        && fix(&findings, mend, &levels, shell)?
    {
        findings = check(&args, &levels);
    }
    let Checked { list, files, looked_at, alone } = findings;
    let (need_app, need_releases) = lint::needing_more();
    let skipped = Skipped { need_app: if alone > 0 { need_app } else { 0 }, need_releases: if args.target.is_some() { 0 } else { need_releases } };
    match args.format {
        LintFormat::Human => {
            shell.report(&list, &files);
            let files = if looked_at == 1 { "1 file".to_owned() } else { format!("{looked_at} files") };
            shell.note(&format!("relupc: looked at {files}{}", told(&skipped, looked_at == alone)));
        }
        LintFormat::Json => shell.print(&render::document(&LintReport::new(looked_at, &skipped, &list, &files)))?,
        LintFormat::Sarif => shell.print(&render::sarif(&list, &files))?,
        LintFormat::Github => shell.print(&render::github(&list, &files))?,
    }
    if args.statistics {
        let mut counts: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
        for found in &list {
            counts.entry(found.code.id).or_insert((0, found.code.name)).0 += 1;
        }
        for (id, (count, name)) in counts {
            shell.note(&format!("{count:>6} {id} {name}"));
        }
    }
    Ok(outcome(&list))
}

/// Which rules were passed over, in words.
fn told(skipped: &Skipped, all_alone: bool) -> String {
    let beside = match (skipped.need_app, all_alone) {
        (0, _) => String::new(),
        (1, true) => "; 1 rule needs the `.app` beside the appup".to_owned(),
        (count, true) => format!("; {count} rules need the `.app` beside the appup"),
        (count, false) => format!("; {count} rules need the `.app` beside an appup, which some lack"),
    };
    let releases = if skipped.need_releases > 0 { format!("; {} rules need `--target` and `--from`", skipped.need_releases) } else { String::new() };
    beside + &releases
}

/// What a look at everything gave.
struct Checked {
    list: Vec<Diagnostic>,
    files: Files,
    looked_at: usize,
    /// How many of the appups have no `.app` beside them.
    alone: usize,
}

fn check(args: &Args, levels: &Levels) -> Checked {
    let disk = Disk;
    let mut found = Findings::default();
    let mut opener = Opener::new(&disk, args.search.path.clone(), args.search.language.otp).with_code();
    let mut spots: BTreeSet<String> = BTreeSet::new();
    for path in &args.paths {
        collect(&disk, path, &mut spots, &mut found);
    }
    let (mut relups, mut spots): (BTreeSet<String>, BTreeSet<String>) = spots.into_iter().partition(|path| is_relup(path));
    let mut looked_at = 0;
    if let Some(target) = &args.target {
        let used = releases(target, &args.from, &mut opener, &mut found);
        looked_at += used.len();
        // One file may be named in two ways.
        let used: BTreeSet<String> = used.iter().map(|path| write::whole(path)).collect();
        spots.retain(|path| !used.contains(&write::whole(path)));
        relups.retain(|path| !used.contains(&write::whole(path)));
    }
    for path in &relups {
        if let Some((relup, start)) = read_relup(&Spot::new(TreeId::Outside, path), &mut opener, &mut found) {
            lint::check_relup(&Written { relup: &relup, start, target: None, bases: Vec::new() }, &mut found);
        }
    }
    looked_at += spots.len() + relups.len();
    let spots: Vec<Spot> = spots.into_iter().map(|path| Spot::new(TreeId::Outside, path)).collect();
    let documents = opener.read_all(&spots);
    let beside: Vec<Spot> =
        spots.iter().map(|spot| Spot::new(TreeId::Outside, join(parent(&spot.path), &format!("{}.app", application_of(&spot.path))))).collect();
    let apps = opener.read_all(&beside);
    let otp = opener.otp();
    let jobs: Vec<Job> =
        spots.into_iter().zip(documents).zip(apps).map(|((spot, document), app)| Job { spot, document: document.map_err(Box::new), app: app.ok() }).collect();
    // Many appups may lie in one folder: it is listed once.
    let mut compiled: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for job in jobs.iter().filter(|job| job.app.is_some()) {
        compiled.entry(parent(&job.spot.path).to_owned()).or_insert_with_key(|folder| modules_in(&disk, folder));
    }
    let alone = jobs.iter().filter(|job| job.app.is_none()).count();
    let checked = crate::parallel::each(jobs, |job| {
        let mut found = Findings::default();
        let beams = compiled.get(parent(&job.spot.path)).filter(|beams| !beams.is_empty());
        check_one(job, beams, otp, opener.files(), &mut found);
        found.sorted()
    });
    found.extend(checked.into_iter().flatten());
    let files = opener.into_files();
    let list = lint::apply_allowances(&files, otp, if args.target.is_some() { Ran::Everything } else { Ran::Files }, found.sorted());
    let mut sorted = Findings::default();
    sorted.extend(list.into_iter().filter_map(|diagnostic| levels.apply(diagnostic)));
    Checked { list: sorted.sorted(), files, looked_at, alone }
}

/// An appup to check, and the `.app` beside it.
struct Job {
    spot: Spot,
    document: Result<Document, Box<crate::source::Refusal>>,
    app: Option<Document>,
}

fn check_one(job: Job, beams: Option<&BTreeSet<String>>, otp: Otp, files: &Files, found: &mut Findings) {
    let document = match job.document {
        Ok(document) => document,
        Err(why) => return found.push(refused(&job.spot.path, &why)),
    };
    if let Some((file, source)) = document.terms.first().and_then(|term| Some((term.span.file, files.get(term.span.file)?)))
        && let Some(computed) = lint::computed(&job.spot.path, file, &source.text, &document)
    {
        return found.push(computed);
    }
    let Some(appup) = appup::from_document(document, otp, found) else { return };
    let name = Atom::new(application_of(&job.spot.path));
    let app =
        job.app.as_ref().filter(|document| document.faults.is_empty()).and_then(|document| read_app(document.terms.first()?, otp, &mut Findings::default()));
    lint::check_file(&name, &appup, app.as_ref(), beams, true, found);
}

/// `my_app` for `ebin/my_app.appup` and `src/my_app.appup.src`.
fn application_of(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    let name = name.strip_suffix(".src").unwrap_or(name);
    name.strip_suffix(".appup").unwrap_or(name)
}

/// The appups that a path stands for.
fn collect(disk: &Disk, path: &str, spots: &mut BTreeSet<String>, found: &mut Findings) {
    match disk.kind(path) {
        Ok(Kind::Folder) => {
            let root = write::whole(path);
            walk(disk, path.trim_end_matches('/'), &root, &mut BTreeSet::new(), spots, found);
        }
        Ok(Kind::File | Kind::Other) => {
            spots.insert(path.to_owned());
        }
        Err(why) => found.push(refused(path, &why)),
    }
}

/// Looks into a folder and those below it; links may lead in circles, so each folder is looked into once, and out of the
/// root, where nobody asked to look.
fn walk(disk: &Disk, folder: &str, root: &str, seen: &mut BTreeSet<String>, spots: &mut BTreeSet<String>, found: &mut Findings) {
    let whole = write::whole(if folder.is_empty() { "/" } else { folder });
    if !std::path::Path::new(&whole).starts_with(root) || !seen.insert(whole) {
        return;
    }
    let names = match disk.list(folder) {
        Ok(names) => names,
        Err(why) => return found.push(refused(folder, &why)),
    };
    for name in names {
        let path = join(if folder.is_empty() { "/" } else { folder }, &name);
        match disk.kind(&path) {
            Ok(Kind::Folder) if !name.starts_with('.') => walk(disk, &path, root, seen, spots, found),
            Ok(Kind::File) if is_appup(&name) || is_called_relup(&name) => {
                spots.insert(path);
            }
            Ok(Kind::Folder | Kind::File | Kind::Other) | Err(_) => {}
        }
    }
}

/// Tells whether a file is a relup, by its name: one that was asked for may be `relup-VSN`, which in a folder may be anything.
fn is_relup(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    is_called_relup(name) || (name.starts_with("relup-") && !is_appup(name))
}

fn is_called_relup(name: &str) -> bool {
    name == "relup" || name.ends_with(".relup")
}

fn is_appup(name: &str) -> bool {
    name.ends_with(".appup") || name.ends_with(".appup.src")
}

/// Reads a relup; gives it and where it begins.
fn read_relup(spot: &Spot, opener: &mut Opener<'_>, found: &mut Findings) -> Option<(Relup, Span)> {
    let file = match opener.read_relup(spot) {
        Ok(file) => file,
        Err(why) => {
            found.push(refused(&opener.trees().display(spot), &why));
            return None;
        }
    };
    let document = opener.parse(file, Extent::All);
    let sound = document.faults.is_empty();
    found.extend(document.faults.into_iter().map(|fault| with_otp_tag(fault, FileKind::Relup)));
    let term = document.terms.first().filter(|_| sound)?;
    // The version is what one would look at first.
    let start = term.as_tuple().and_then(<[_]>::first).map_or(term.span, |version| version.span);
    Some((relup::read(term, found)?, start))
}

/// Checks a target against each base; gives the appups and the relup of the target that were looked at, those inside tarballs under the
/// tarball's name.
fn releases(target: &str, bases: &[String], opener: &mut Opener<'_>, found: &mut Findings) -> Vec<String> {
    let names: Vec<&str> = std::iter::once(target).chain(bases.iter().map(String::as_str)).collect();
    let mut opened = opener.open(&names, found).into_iter();
    let Some(Some(target)) = opened.next() else { return Vec::new() };
    let bases: Vec<Release> = opened.flatten().collect();
    let appups = Appups::load(opener, &target, bases.iter());
    let mut plan = |base, direction| {
        let wanted = PathRequest { target: &target, base, direction, restart_emulator: false, preference: Preference::default() };
        let mut on_path = Findings::default();
        let path = plan_path(&wanted, &appups, &mut on_path);
        let sound = !on_path.has_errors();
        found.append(on_path);
        sound.then_some(path.steps)
    };
    let planned: Vec<_> = bases.iter().map(|base| (base, plan(base, Direction::Up), plan(base, Direction::Down))).collect();
    // The relup that the target has, and those of the bases, which may be steps on a longer way.
    let own = |release: &Release| Spot::new(release.spot.tree, join(&release.folder().path, "relup"));
    let spot = own(&target);
    let is_there = opener.trees().get(spot.tree).is_file(&spot.path);
    let relup = if is_there { read_relup(&spot, opener, found) } else { None };
    let of_bases: Vec<Option<Relup>> = bases
        .iter()
        .map(|base| {
            let spot = own(base);
            let is_wanted = relup.is_some() && opener.trees().get(spot.tree).is_file(&spot.path);
            if is_wanted { read_relup(&spot, opener, &mut Findings::default()).map(|(relup, _)| relup) } else { None }
        })
        .collect();
    let between: Vec<Between<'_>> = planned
        .iter()
        .map(|(base, up, down)| Between { base, up: up.as_deref(), down: down.as_deref(), relup: relup.as_ref().map(|(relup, _)| relup) })
        .collect();
    lint::check_releases(&target, &between, &appups, opener, found);
    if let Some((relup, start)) = &relup {
        let bases = bases.iter().zip(of_bases.iter().map(Option::as_ref)).collect();
        lint::check_relup(&Written { relup, start: *start, target: Some(&target), bases }, found);
    }
    let files = appups.files().map(|spot| opener.trees().display(spot));
    files.chain(is_there.then(|| opener.trees().display(&spot))).collect()
}

/// A file with its mends made.
struct Mended<'f> {
    source: &'f Source,
    text: String,
    /// How many findings it was made for.
    findings: usize,
}

/// How many times a file is looked at again: one mend may lay bare the next.
const MAX_ROUNDS: usize = 8;

/// The files that get better by their mends.
fn mended<'c>(checked: &'c Checked, mend: Mend, levels: &Levels) -> Vec<Mended<'c>> {
    let mut by_file: BTreeMap<u32, Vec<Diagnostic>> = BTreeMap::new();
    for found in &checked.list {
        if let Some(span) = found.position().filter(|span| span.is_written()) {
            by_file.entry(span.file.0).or_default().push(found.clone());
        }
    }
    let each = by_file.into_iter().filter_map(|(file, mut list)| {
        // What lies in a tarball is not written to; a relup is made anew.
        let source = checked.files.get(FileId(file)).filter(|source| Disk.is_file(&source.name) && !is_relup(&source.name))?;
        list.iter().find(|found| found.fix.is_some())?;
        let mut mended = Mended { source, text: source.text.clone(), findings: 0 };
        let mut weight = found_in(&mended.text, &source.name).0;
        for _ in 0..MAX_ROUNDS {
            let (text, count) = mend_once(&mended.text, &list, mend);
            let (lighter, next) = found_in(&text, &source.name);
            if count == 0 || lighter >= weight {
                break;
            }
            mended = Mended { source, text, findings: mended.findings + count };
            (weight, list) = (lighter, next.into_iter().filter_map(|found| levels.apply(found)).collect());
        }
        (mended.findings > 0).then_some(mended)
    });
    each.collect()
}

/// Makes the mends of a text's findings, and counts them. Where a character is illegal only that is mended: what else is
/// found there follows from it. Two syntax errors side by side are left to a person, as one mend may undo the other.
fn mend_once(text: &str, list: &[Diagnostic], mend: Mend) -> (String, usize) {
    let is_character = |found: &Diagnostic| found.code.name == "illegal-character";
    let characters = list.iter().any(|found| is_character(found) && found.fix.is_some());
    let is_syntax = |found: &Diagnostic| found.code.group() == "syntax";
    let alone = |found: &Diagnostic| {
        let touches = |other: &Diagnostic| {
            let (one, two) = (found.position(), other.position());
            one.zip(two).is_some_and(|(one, two)| one.start <= two.end.saturating_add(1) && two.start <= one.end.saturating_add(1))
        };
        !is_syntax(found) || list.iter().filter(|other| is_syntax(other) && touches(other)).count() == 1
    };
    let wanted = |found: &&Diagnostic| {
        let may = found.fix.as_ref().is_some_and(|fix| fix.safe || mend == Mend::Unsafe);
        may && if characters { is_character(found) } else { alone(found) }
    };
    let chosen: Vec<&Diagnostic> = list.iter().filter(wanted).collect();
    let mut edits: Vec<_> = chosen.iter().filter_map(|found| found.fix.as_ref()).flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    edits.dedup();
    let mut text = text.to_owned();
    let mut before = u32::MAX;
    for edit in edits.iter().rev() {
        // Of edits that overlap only the last one is made; the next round makes the others.
        if edit.span.end <= before && text.get(edit.span.range()).is_some() {
            text.replace_range(edit.span.range(), &edit.text);
            before = edit.span.start;
        }
    }
    (text, chosen.len())
}

/// Writes the files that get better by their mends, each whole. Tells whether there was any.
fn fix(checked: &Checked, mend: Mend, levels: &Levels, shell: &mut Shell) -> Result<bool, Failure> {
    let all = mended(checked, mend, levels);
    for Mended { source, text, findings } in &all {
        let bytes = source.encode(text).ok_or_else(|| Failure::Usage(format!("`{}` is in Latin-1, which cannot hold the mend", source.name)))?;
        write::replace(&source.name, &bytes)?;
        shell.note(&format!("relupc: mended {} ({findings})", source.name));
    }
    Ok(!all.is_empty())
}

/// What the mends would change, as `diff -u` shows it.
fn difference(all: &[Mended<'_>]) -> String {
    let mut out = String::new();
    for Mended { source, text, .. } in all {
        let name = &source.name;
        let diff = TextDiff::from_lines(source.text.as_str(), text.as_str());
        out.push_str(&diff.unified_diff().header(name, name).to_string());
    }
    out
}

/// What an appup's text has against it on its own: how many errors and how many findings, and which.
fn found_in(text: &str, name: &str) -> ((usize, usize), Vec<Diagnostic>) {
    let mut files = Files::default();
    let file = files.add(Source::decoded(text));
    let document = files.get(file).map(|source| parse(source, file, Otp::NEWEST, Extent::First)).unwrap_or_default();
    let mut found = Findings::default();
    let job = Job { spot: Spot::new(TreeId::Outside, name), document: Ok(document), app: None };
    check_one(job, None, Otp::NEWEST, &files, &mut found);
    let errors = found.count(Severity::Error);
    let list = found.sorted();
    ((errors, list.len()), list)
}
