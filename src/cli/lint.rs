//! `relupc lint`: finds what is wrong with appups and relups, alone or between releases.

use super::config::LevelArgs;
use super::discover::{discover, is_relup};
use super::shared::{FindingsFormat, Search, path};
use super::shell::{Failure, Shell};
use super::status::Outcome;
use super::{reported, write};
use crate::appup::Direction;
use crate::diag::{Diagnostic, Findings};
use crate::escape;
use crate::lint::{self, Alone, Between, Fixed, Levels, Purpose, Ran, Which, Written, application_of};
use crate::otp::Otp;
use crate::plan::{Appups, PathRequest, Preference, plan_path};
use crate::release::{FileKind, Opener, Release, modules_in, with_otp_tag};
use crate::relup::{self, Relup};
use crate::render::{self, LintReport, Skipped};
use crate::source::{Disk, FileTree, Files, Source, Spot, TreeId, join, parent, refused};
use crate::span::{FileId, Span};
use crate::term::{Document, Extent, parse};
use clap::ValueEnum;
use similar::TextDiff;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Find what is wrong with appups and relups: on their own, and against the releases that they lead between
///
/// A PATH is an `.appup` file, a relup, or a folder that is searched for them; without one the current folder is searched.
/// With `--target` and `--from` the code of both releases is read: a changed module that is not loaded, a version that was
/// not bumped, state that is never converted.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files and folders
    #[arg(value_name = "PATH", value_parser = path)]
    paths: Vec<String>,

    /// The release to upgrade to
    #[arg(long, value_name = "RELEASE", value_parser = path, requires = "from")]
    target: Option<String>,

    /// A release to upgrade from; repeat it, or separate several with commas
    #[arg(long, value_name = "RELEASE", num_args = 1, value_delimiter = ',', value_parser = path, requires = "target")]
    from: Vec<String>,

    #[command(flatten)]
    search: Search,

    #[command(flatten)]
    levels: LevelArgs,

    /// Treat warnings as errors
    #[arg(long)]
    warnings_as_errors: bool,

    /// Apply safe fixes; `--fix=unsafe` applies all of them
    #[arg(long, value_enum, value_name = "WHICH", num_args = 0..=1, require_equals = true, default_missing_value = "safe")]
    fix: Option<FixArg>,

    /// Show what the fixes would change, and write nothing; status 1 when there is something to fix
    #[arg(long, conflicts_with_all = ["format", "statistics"])]
    diff: bool,

    /// Count the findings of each code instead of listing them
    #[arg(long, conflicts_with = "format")]
    statistics: bool,

    /// The form of the output
    #[arg(long, value_enum, default_value = "human")]
    format: FindingsFormat,
}

/// Which fixes are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FixArg {
    /// Those that only write down what was meant
    Safe,
    /// All of them
    Unsafe,
}

impl From<FixArg> for Which {
    fn from(arg: FixArg) -> Which {
        match arg {
            FixArg::Safe => Which::Safe,
            FixArg::Unsafe => Which::All,
        }
    }
}

/// Runs the command.
pub(super) fn run(mut args: Args, shell: &mut Shell) -> Result<Outcome, Failure> {
    if args.paths.is_empty() && args.target.is_none() {
        args.paths.push(".".to_owned());
    }
    let disk = Disk;
    let first = args.paths.first().or(args.target.as_ref()).map_or(".", String::as_str);
    let levels = args.levels.levels(&disk, first)?.warnings_as_errors(args.warnings_as_errors);
    let mut checked = check(&args, &levels)?;
    if args.diff {
        let all = fixed(&checked, args.fix.unwrap_or(FixArg::Safe).into(), &levels)?;
        shell.print(difference(&checked.files, &all));
        return Ok(if all.is_empty() { checked.outcome() } else { Outcome::FAULTY });
    }
    if let Some(which) = args.fix
        && write_fixes(&checked, which.into(), &levels, shell)?
    {
        checked = check(&args, &levels)?;
    }
    let outcome = checked.outcome();
    let (need_app, need_releases) = lint::needing_more();
    let skipped = Skipped {
        need_app: if checked.alone > 0 { need_app } else { 0 },
        need_releases: if args.target.is_some() { 0 } else { need_releases },
        names: checked.unnamed,
    };
    let Checked { list, mut files, looked_at, alone, .. } = checked;
    if args.statistics {
        shell.print(statistics(&list));
        return Ok(outcome);
    }
    match args.format {
        FindingsFormat::Human => {
            shell.print(render::human(&list, &files, shell.product()));
            shell.remark(&format!("{}{}", counted(looked_at, &list), passed_over(&skipped, looked_at == alone)));
        }
        FindingsFormat::Concise => shell.print(render::concise(&list, &files)),
        FindingsFormat::Json => shell.print(render::document(&LintReport::new(looked_at, &skipped, &list, &files))),
        FindingsFormat::Sarif => {
            reported::in_repository(&list, &mut files);
            shell.print(render::sarif(&list, &files));
        }
        FindingsFormat::Github => {
            reported::in_repository(&list, &mut files);
            shell.print(render::github(&list, &files));
        }
    }
    if outcome != Outcome::CLEAN && !super::status::has_errors(&list) {
        shell.note("the releases could not be checked; the findings that say why are not reported");
    }
    Ok(outcome)
}

/// The last line of the report.
fn counted(looked_at: usize, list: &[Diagnostic]) -> String {
    let files = if looked_at == 1 { "checked 1 file".to_owned() } else { format!("checked {looked_at} files") };
    let summary = render::summary(list);
    if summary.is_empty() { format!("{files}: nothing found") } else { format!("{files}: {summary}") }
}

/// Which rules were passed over, in words.
fn passed_over(skipped: &Skipped, all_alone: bool) -> String {
    let mut words = String::new();
    let rules = |count: usize| if count == 1 { "1 rule needs".to_owned() } else { format!("{count} rules need") };
    match (skipped.need_app, all_alone) {
        (0, _) => {}
        (count, true) => words.push_str(&format!("; {} the `.app` beside the appup", rules(count))),
        (count, false) => words.push_str(&format!("; {} the `.app` beside an appup, which some lack", rules(count))),
    }
    if skipped.need_releases > 0 {
        words.push_str(&format!("; {} `--target` and `--from`", rules(skipped.need_releases)));
    }
    match skipped.names {
        0 => {}
        1 => words.push_str("; 1 file was passed over, as its name is not UTF-8"),
        count => words.push_str(&format!("; {count} files were passed over, as their names are not UTF-8")),
    }
    words
}

/// How many findings there are of each code.
fn statistics(list: &[Diagnostic]) -> String {
    let mut counts: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    for found in list {
        counts.entry(found.code.id).or_insert((0, found.code.name)).0 += 1;
    }
    counts.into_iter().map(|(id, (count, name))| format!("{count:>6} {id} {name}\n")).collect()
}

/// What a look at everything gave.
struct Checked {
    list: Vec<Diagnostic>,
    files: Files,
    otp: Otp,
    looked_at: usize,
    /// How many of the appups have no `.app` beside them.
    alone: usize,
    /// How many names in folders are not UTF-8.
    unnamed: usize,
    /// Whether every release that was named could be opened.
    opened: bool,
}

impl Checked {
    fn outcome(&self) -> Outcome {
        Outcome::new(&self.list, self.opened)
    }
}

fn check(args: &Args, levels: &Levels) -> Result<Checked, Failure> {
    let disk = Disk;
    let mut found = Findings::default();
    let mut opener = Opener::new(&disk, args.search.path.clone(), args.search.language.otp).with_code();
    let mut discovered = discover(&args.paths, &mut found)?;
    let mut looked_at = 0;
    let mut opened = true;
    if let Some(target) = &args.target {
        let used = releases(target, &args.from, &mut opener, &mut found);
        opened = used.is_some();
        let used = used.unwrap_or_default();
        looked_at += used.len();
        // One file may be named in two ways.
        let used: BTreeSet<String> = used.iter().map(|path| write::whole(path)).collect();
        discovered.appups.retain(|path| !used.contains(&write::whole(path)));
        discovered.relups.retain(|path| !used.contains(&write::whole(path)));
    }
    for path in &discovered.relups {
        if let Some((relup, start)) = read_relup(&Spot::new(TreeId::Outside, path), &mut opener, &mut found) {
            lint::check_relup(&Written { relup: &relup, start, target: None, bases: Vec::new() }, &mut found);
        }
    }
    looked_at += discovered.appups.len() + discovered.relups.len();
    let (alone, checked) = check_appups(discovered.appups, &mut opener);
    found.extend(checked);
    let otp = opener.otp();
    let files = opener.into_files();
    let list = lint::judge(found, &files, otp, if args.target.is_some() { Ran::Everything } else { Ran::Files }, levels, Purpose::Lint);
    Ok(Checked { list, files, otp, looked_at, alone, unnamed: discovered.unnamed, opened })
}

/// Checks appups on their own; gives how many have no `.app` beside them, and what was found.
fn check_appups(paths: BTreeSet<String>, opener: &mut Opener<'_>) -> (usize, Vec<Diagnostic>) {
    let spots: Vec<Spot> = paths.into_iter().map(|path| Spot::new(TreeId::Outside, path)).collect();
    let documents = opener.read_all(&spots);
    let beside: Vec<Spot> =
        spots.iter().map(|spot| Spot::new(TreeId::Outside, join(parent(&spot.path), &format!("{}.app", application_of(&spot.path))))).collect();
    let apps: Vec<Option<Document>> = opener.read_all(&beside).into_iter().map(Result::ok).collect();
    let otp = opener.otp();
    // Many appups may be in one folder: it is listed once.
    let mut compiled: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (spot, _) in spots.iter().zip(&apps).filter(|(_, app)| app.is_some()) {
        compiled.entry(parent(&spot.path).to_owned()).or_insert_with_key(|folder| modules_in(&Disk, folder));
    }
    let alone = apps.iter().filter(|app| app.is_none()).count();
    let jobs: Vec<_> = spots.iter().zip(documents).zip(&apps).collect();
    let checked = crate::parallel::each(jobs, |((spot, document), app)| {
        let mut found = Findings::default();
        let beams = compiled.get(parent(&spot.path)).filter(|beams| !beams.is_empty());
        match document {
            Ok(document) => lint::check_alone(Alone { path: &spot.path, document, app: app.as_ref(), beams }, otp, opener.files(), &mut found),
            Err(why) => found.push(refused(&spot.path, &why)),
        }
        found.sorted()
    });
    (alone, checked.into_iter().flatten().collect())
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

/// Checks a target against each base; gives the appups and the relup of the target that were looked at, those inside tarballs
/// under the tarball's name. `None` where a release cannot be opened.
fn releases(target: &str, bases: &[String], opener: &mut Opener<'_>, found: &mut Findings) -> Option<Vec<String>> {
    let names: Vec<&str> = std::iter::once(target).chain(bases.iter().map(String::as_str)).collect();
    let mut opened = opener.open(&names, found).into_iter();
    let target = opened.next().flatten();
    let bases: Vec<Option<Release>> = opened.collect();
    let complete = bases.iter().all(Option::is_some);
    let target = target?;
    // A release that is named twice is one base.
    let mut known = HashSet::new();
    let bases: Vec<Release> = bases.into_iter().flatten().filter(|base| known.insert(base.spot.clone())).collect();
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
    // The relup that the target has, and those of the bases, which may be steps of a longer upgrade.
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
    complete.then(|| files.chain(is_there.then(|| opener.trees().display(&spot))).collect())
}

/// The files that get better by their fixes.
fn fixed(checked: &Checked, which: Which, levels: &Levels) -> Result<Vec<(FileId, Fixed)>, Failure> {
    let mut by_file: BTreeMap<FileId, Vec<Diagnostic>> = BTreeMap::new();
    for found in &checked.list {
        if let Some(span) = found.position().filter(|span| span.is_written()) {
            by_file.entry(span.file).or_default().push(found.clone());
        }
    }
    let mut all = Vec::new();
    for (file, list) in by_file {
        // A file inside a tarball is not written to, and a relup is compiled again.
        let Some(source) = checked.files.get(file).filter(|source| Disk.is_file(&source.name) && !is_relup(&source.name)) else { continue };
        let fixed = lint::fix(source, &list, which, levels, |source| alone(source, checked.otp));
        let refused = |_| Failure::Usage(format!("`{}` is in Latin-1, which cannot hold the fix", source.name));
        all.extend(fixed.map_err(refused)?.map(|fixed| (file, fixed)));
    }
    Ok(all)
}

/// What is wrong with the text of an appup on its own.
fn alone(source: &Source, otp: Otp) -> Vec<Diagnostic> {
    let mut files = Files::default();
    let file = files.add(Source::new(source.name.clone(), source.bytes().into_owned()));
    let document = files.get(file).map(|source| parse(source, file, otp, Extent::First)).unwrap_or_default();
    let mut found = Findings::default();
    lint::check_alone(Alone { path: &source.name, document, app: None, beams: None }, otp, &files, &mut found);
    found.sorted()
}

/// Writes the files that get better by their fixes, each whole. Whether there was any.
fn write_fixes(checked: &Checked, which: Which, levels: &Levels, shell: &mut Shell) -> Result<bool, Failure> {
    let all = fixed(checked, which, levels)?;
    for (_, Fixed { source, findings }) in &all {
        let lost = write::replace(&source.name, &source.bytes())?;
        let what = if *findings == 1 { "1 finding".to_owned() } else { format!("{findings} findings") };
        shell.note(&format!("fixed {what} in {}", source.name));
        lost.iter().for_each(|lost| shell.note(&format!("{}: {lost}", source.name)));
    }
    Ok(!all.is_empty())
}

/// What the fixes would change, as `diff -u` shows it, with whatever could mislead a reader escaped.
fn difference(files: &Files, all: &[(FileId, Fixed)]) -> String {
    let mut out = String::new();
    for (file, Fixed { source, .. }) in all {
        let Some(before) = files.get(*file) else { continue };
        let name = escape::line(&source.name);
        let diff = TextDiff::from_lines(before.text.as_str(), source.text.as_str());
        for line in diff.unified_diff().header(&name, &name).to_string().split_inclusive('\n') {
            let text = line.strip_suffix('\n').unwrap_or(line);
            let text = text.strip_suffix('\r').unwrap_or(text);
            out.push_str(&escape::lines(text));
            out.push_str(line.get(text.len()..).unwrap_or_default());
        }
    }
    out
}
