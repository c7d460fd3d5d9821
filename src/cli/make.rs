//! `relupc make`: compiles a relup.

use super::config::LevelArgs;
use super::reported;
use super::shared::{FindingsFormat, Search, path};
use super::shell::{Failure, Shell};
use super::status::{Outcome, has_errors};
use super::write::{self, Goal};
use crate::appup::Direction;
use crate::author::derive_for;
use crate::diag::{Diagnostic, Findings, Severity};
use crate::lint::{self, Between, Purpose, Ran};
use crate::node::{Summary, Timeline};
use crate::otp::Otp;
use crate::plan::{self, Appups, Base, Request};
use crate::release::{FileKind, Opener, Release, with_otp_tag};
use crate::relup::{self, Entry, LowOp, Relup, Step};
use crate::render::{self, MakeReport};
use crate::source::{Disk, Files, Spot, TreeId, join, refused};
use crate::term::{Extent, Term, read_differently};
use clap::ValueEnum;
use std::collections::BTreeSet;
use std::mem::ManuallyDrop;

/// Compile the relup of a release, with the paths from and to any number of older releases
///
/// A RELEASE is a `.rel` file or its stem, an unpacked release (`root`, or `root@version` when it holds several), or a
/// release tarball. Nothing is taken from an installed OTP: name its applications with `--path` if they are needed.
#[derive(Debug, clap::Args)]
#[command(override_usage = "relupc make [OPTIONS] <TARGET> --from <RELEASE>")]
pub struct Args {
    /// The release to upgrade to
    #[arg(value_name = "TARGET", value_parser = path)]
    target: String,

    /// What does not belong here: for a hint
    #[arg(hide = true)]
    extra: Vec<String>,

    /// Upgrade from and downgrade to this release; repeat it, or separate several with commas
    #[arg(long, value_name = "RELEASE", num_args = 1, value_delimiter = ',', value_parser = path)]
    from: Vec<String>,

    /// Upgrade from this release only
    #[arg(long, value_name = "RELEASE", num_args = 1, value_delimiter = ',', value_parser = path)]
    up_from: Vec<String>,

    /// Downgrade to this release only
    #[arg(long, value_name = "RELEASE", num_args = 1, value_delimiter = ',', value_parser = path)]
    down_to: Vec<String>,

    #[command(flatten)]
    search: Search,

    /// Write the relup here; `-` is standard output
    #[arg(short, long, value_name = "FILE", default_value = "relup", value_parser = path, conflicts_with = "in_place")]
    output: String,

    /// Write the relup where the target's release handler looks for it: beside its `.rel`
    #[arg(long)]
    in_place: bool,

    /// Describe the paths from and to a base, named as on the command line or by its version
    #[arg(long, value_name = "BASE=TEXT")]
    describe: Vec<String>,

    /// End each path in a restart of the emulator
    #[arg(long)]
    restart_emulator: bool,

    /// Treat warnings as errors
    #[arg(long)]
    warnings_as_errors: bool,

    /// Compare with the file that exists and write nothing; status 1 if it differs
    #[arg(long)]
    check: bool,

    /// Derive a missing downgrade entry from the upgrade entry
    #[arg(long)]
    derive_downgrade: bool,

    /// Omit instructions without an inverse from a derived downgrade
    #[arg(long, requires = "derive_downgrade")]
    allow_lossy: bool,

    /// Refuse paths that do this
    #[arg(long, value_enum, value_name = "WHAT")]
    forbid: Option<Forbidden>,

    /// Skip the lint rules
    #[arg(long)]
    no_lint: bool,

    #[command(flatten)]
    levels: LevelArgs,

    /// The form of the output
    #[arg(long, value_enum, default_value = "human")]
    format: FindingsFormat,
}

/// What a path may be forbidden to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Forbidden {
    /// Restart the emulator
    Restart,
}

/// The releases of a run: the target, and each base with the directions it is for.
struct Releases {
    target: Option<Release>,
    bases: Vec<Option<Release>>,
    /// Indices into `bases`.
    up_from: Vec<usize>,
    down_to: Vec<usize>,
}

/// Runs the command.
pub(super) fn run(args: Args, shell: &mut Shell) -> Result<Outcome, Failure> {
    check_usage(&args)?;
    let disk = Disk;
    let mut found = Findings::default();
    let levels = args.levels.levels(&disk, &args.target)?.warnings_as_errors(args.warnings_as_errors);
    let mut opener = Opener::new(&disk, args.search.path.clone(), args.search.language.otp);
    if !args.no_lint {
        opener = opener.with_code();
    }
    // The process ends with the run: what takes long to give back piece by piece is left to the system.
    let releases = ManuallyDrop::new(open(&args, &mut opener, &mut found));
    let descriptions = describe(&args, &releases)?;
    let relup = releases.target.as_ref().map(|target| compile(&args, target, &releases, &descriptions, &mut opener, &mut found));
    check_language(&releases, &opener, &mut found);
    let goal = goal(&args, &releases)?;
    if let (Some(relup), Goal::File(file)) = (relup.as_ref().filter(|_| args.check && !found.has_errors()), &goal) {
        compare(relup, file, &mut opener, &mut found);
    }
    let otp = opener.otp();
    let mut files = opener.into_files();
    let ran = if args.no_lint || found.has_errors() { Ran::Nothing } else { Ran::Everything };
    let findings = lint::judge(found, &files, otp, ran, &levels, Purpose::Compile);
    if let (false, Goal::File(file)) = (args.check, &goal) {
        write::may_become_relup(file, files.names())?;
    }
    let complete = releases.bases.iter().all(Option::is_some);
    let relup = ManuallyDrop::new(relup.filter(|_| complete && !has_errors(&findings)));
    let outcome = Outcome::new(&findings, relup.is_some());
    match args.format {
        FindingsFormat::Human => shell.report(&findings, &files),
        FindingsFormat::Concise => shell.report_concisely(&findings, &files),
        FindingsFormat::Sarif | FindingsFormat::Github => reported::in_repository(&findings, &mut files),
        FindingsFormat::Json => {}
    }
    let product = Product { relup: relup.as_ref(), goal: &goal, check: args.check, otp };
    product.write(&args, &findings, &files, shell)?;
    Ok(outcome)
}

/// What was compiled, and where it goes.
struct Product<'a> {
    relup: Option<&'a Relup>,
    goal: &'a Goal,
    check: bool,
    otp: Otp,
}

impl Product<'_> {
    /// Writes the relup, or prints it, and says what was done in the form asked for.
    fn write(&self, args: &Args, findings: &[Diagnostic], files: &Files, shell: &mut Shell) -> Result<(), Failure> {
        let mut written = None;
        if let Some(relup) = self.relup.filter(|_| !self.check) {
            match self.goal {
                Goal::File(file) => {
                    for lost in write::replace(file, relup.to_file(self.otp).as_bytes())? {
                        shell.note(&format!("{file}: {lost}"));
                    }
                    written = Some(file.as_str());
                }
                Goal::Output if args.format != FindingsFormat::Json => shell.print(relup.to_file(self.otp)),
                Goal::Output => {}
            }
        }
        match args.format {
            FindingsFormat::Human | FindingsFormat::Concise => {}
            FindingsFormat::Json => shell.print(render::document(&MakeReport::new(self.relup, written, findings, files, self.otp))),
            FindingsFormat::Sarif => shell.print(render::sarif(findings, files)),
            FindingsFormat::Github => shell.print(render::github(findings, files)),
        }
        if let (Some(relup), FindingsFormat::Human | FindingsFormat::Concise) = (self.relup, args.format) {
            shell.note(&self.words(relup, written));
        }
        Ok(())
    }

    /// What was made, and what each path does.
    fn words(&self, relup: &Relup, written: Option<&str>) -> String {
        let what = match (written, self.goal) {
            (Some(file), _) => format!("wrote {file}"),
            (None, Goal::File(file)) => format!("{file} is up to date"),
            (None, Goal::Output) => "compiled".to_owned(),
        };
        let line = |entry: &Entry, direction: Direction| {
            let path = plan::path_name(&relup.version, &entry.version, direction);
            format!("\n  {} {path}: {}", direction.word(), render::does(&Summary::of(&Timeline::of(&entry.steps))))
        };
        let up = relup.up.iter().map(|entry| line(entry, Direction::Up));
        let down = relup.down.iter().map(|entry| line(entry, Direction::Down));
        what + &up.chain(down).collect::<String>()
    }
}

/// Refuses what makes no sense before anything is read.
fn check_usage(args: &Args) -> Result<(), Failure> {
    let usage = |words: String| Err(Failure::Usage(words));
    if let Some(other) = args.extra.first() {
        return usage(format!("one release is the target; the older ones come with `--from`: did you mean `relupc make {other} --from {}`?", args.target));
    }
    if args.from.is_empty() && args.up_from.is_empty() && args.down_to.is_empty() {
        return usage(format!("no release to upgrade from is given: write `relupc make {} --from OLD`", args.target));
    }
    let to_output = !args.in_place && Goal::new(&args.output)? == Goal::Output;
    if args.check && to_output {
        return usage("`--check` compares with a file: name it with `-o`, or use `--in-place`".to_owned());
    }
    if to_output && matches!(args.format, FindingsFormat::Sarif | FindingsFormat::Github) {
        return usage("standard output cannot take both the relup and the findings: write one of them to a file".to_owned());
    }
    Ok(())
}

fn open(args: &Args, opener: &mut Opener<'_>, found: &mut Findings) -> Releases {
    let names: Vec<&str> = args.from.iter().chain(&args.up_from).chain(&args.down_to).map(String::as_str).collect();
    let references: Vec<&str> = std::iter::once(args.target.as_str()).chain(names.iter().copied()).collect();
    let mut opened = opener.open(&references, found).into_iter();
    let target = opened.next().flatten();
    let both = args.from.len();
    let ups = both + args.up_from.len();
    Releases { target, bases: opened.collect(), up_from: (0..ups).collect(), down_to: (0..both).chain(ups..names.len()).collect() }
}

/// The description of each base: a string, or the empty one.
fn describe(args: &Args, releases: &Releases) -> Result<Vec<Term>, Failure> {
    let names: Vec<&String> = args.from.iter().chain(&args.up_from).chain(&args.down_to).collect();
    let mut descriptions = vec![Term::list(Vec::new()); names.len()];
    for wanted in &args.describe {
        let mut known = false;
        for ((name, base), description) in names.iter().zip(&releases.bases).zip(&mut descriptions) {
            let version = base.as_ref().map_or("", |base| &base.rel.vsn.value);
            let after = |base: &str| wanted.strip_prefix(base).and_then(|rest| rest.strip_prefix('='));
            if let Some(text) = after(name).or_else(|| after(version)) {
                *description = Term::string(text);
                known = true;
            }
        }
        if !known && releases.bases.iter().all(Option::is_some) {
            return Err(Failure::Usage(format!("`--describe {wanted}` names no base; write `--describe {}=TEXT`", names.first().map_or("BASE", |name| name))));
        }
    }
    Ok(descriptions)
}

fn compile(args: &Args, target: &Release, releases: &Releases, descriptions: &[Term], opener: &mut Opener<'_>, found: &mut Findings) -> Relup {
    let mut appups = ManuallyDrop::new(Appups::load(opener, target, releases.bases.iter().flatten()));
    let bases = |indices: &[usize]| -> Vec<Base<'_>> {
        let base = |at: &usize| Some(Base { release: releases.bases.get(*at)?.as_ref()?, description: descriptions.get(*at)? });
        indices.iter().filter_map(base).collect()
    };
    let (up_from, down_to) = (bases(&releases.up_from), bases(&releases.down_to));
    if args.derive_downgrade {
        derive(args, target, &down_to, &mut appups, found);
    }
    let request = Request { target, up_from, down_to, restart_emulator: args.restart_emulator };
    let relup = plan::plan(&request, &appups, found);
    if !args.no_lint && !found.has_errors() {
        check_rules(target, releases, &relup, &appups, opener, found);
    }
    if args.forbid == Some(Forbidden::Restart) {
        forbid_restart(&relup, found);
    }
    relup
}

/// Runs the rules of `lint` on the paths that were compiled.
fn check_rules<'r>(target: &Release, releases: &Releases, relup: &'r Relup, appups: &Appups, opener: &mut Opener<'_>, found: &mut Findings) {
    // The relup has its entries in reverse order of the request.
    let entry = |entries: &'r [Entry], wanted: &[usize], base: usize| -> Option<&'r [Step]> {
        let position = wanted.iter().position(|index| *index == base)?;
        Some(entries.iter().rev().nth(position)?.steps.as_slice())
    };
    let between: Vec<Between<'_>> = releases
        .bases
        .iter()
        .enumerate()
        .filter_map(|(at, base)| {
            let (up, down) = (entry(&relup.up, &releases.up_from, at), entry(&relup.down, &releases.down_to, at));
            // The existing relup is about to be replaced.
            Some(Between { base: base.as_ref()?, up, down, relup: None })
        })
        .collect();
    let mut by_rules = Findings::default();
    lint::check_releases(target, &between, appups, opener, &mut by_rules);
    // OTP accepts all of it: the relup is made, unless a level says otherwise.
    found.extend(by_rules.sorted().into_iter().map(|diagnostic| {
        let level = diagnostic.severity.max(Severity::Warning);
        diagnostic.severity(level)
    }));
}

/// Adds the downgrade entries that the paths down need and the appups lack.
fn derive(args: &Args, target: &Release, down_to: &[Base<'_>], appups: &mut Appups, found: &mut Findings) {
    appups.each(|name, appup| {
        let current = target.application(name).map(|application| &application.vsn.value);
        for old in down_to.iter().filter_map(|base| base.release.application(name)) {
            if Some(&old.vsn.value) != current
                && let Some(entry) = derive_for(appup, &old.vsn.value, args.allow_lossy, found)
            {
                appup.down.list.push(entry);
            }
        }
    });
}

fn forbid_restart(relup: &Relup, found: &mut Findings) {
    let mut look = |entries: &[Entry], direction| {
        for entry in entries {
            let restart = entry.steps.iter().find(|step| matches!(step.op, LowOp::RestartEmulator | LowOp::RestartNewEmulator));
            if let Some(step) = restart {
                let path = plan::path_name(&relup.version, &entry.version, direction);
                let why = match &step.origin.cause {
                    relup::Cause::ErtsChanged => "its ERTS changes",
                    relup::Cause::RestartRequested => "`--restart-emulator` is given",
                    relup::Cause::Written(_) | relup::Cause::ApplicationAdded(..) | relup::Cause::ApplicationRemoved(..) | relup::Cause::Always => {
                        "an appup asks for it"
                    }
                };
                found.push(plan::restart_forbidden(&path, step.origin.span(), why));
            }
        }
    };
    look(&relup.up, Direction::Up);
    look(&relup.down, Direction::Down);
}

/// Warns of what a version between base and target reads otherwise than the one that counts.
fn check_language(releases: &Releases, opener: &Opener<'_>, found: &mut Findings) {
    let counts = opener.otp();
    let all = releases.target.iter().chain(releases.bases.iter().flatten());
    let versions: BTreeSet<Otp> = all.map(|release| Otp::from_erts(&release.rel.erts.value)).collect();
    for sensitive in opener.sensitive() {
        let other = versions.iter().find(|other| (**other < sensitive.since) != (counts < sensitive.since));
        if let Some(other) = other {
            found.push(read_differently(sensitive.span, sensitive.what, sensitive.since, *other));
        }
    }
}

/// The file to write or to compare with.
fn goal(args: &Args, releases: &Releases) -> Result<Goal, Failure> {
    match releases.target.as_ref().filter(|_| args.in_place) {
        None => Goal::new(&args.output),
        Some(target) if target.spot.tree == TreeId::Outside => Ok(Goal::File(join(&target.folder().path, "relup"))),
        Some(_) => Err(Failure::Usage("`--in-place` cannot write into a tarball: name a file with `-o`".to_owned())),
    }
}

/// `--check`: the file that exists must hold the same bytes.
fn compare(relup: &Relup, goal: &str, opener: &mut Opener<'_>, found: &mut Findings) {
    let otp = opener.otp();
    let file = match opener.read_relup(&Spot::new(TreeId::Outside, goal)) {
        Ok(file) => file,
        Err(crate::source::Refusal::Absent) => return found.push(relup::faults::relup_missing(goal)),
        Err(why) => return found.push(refused(goal, &why)),
    };
    let expected = relup.to_file(otp);
    let Some(existing) = opener.files().get(file).map(|source| &source.text) else { return };
    if *existing == expected {
        return;
    }
    let same = existing.bytes().zip(expected.bytes()).take_while(|(own, wanted)| own == wanted).count();
    let same = (0..=same).rev().find(|at| existing.is_char_boundary(*at)).unwrap_or(0);
    let differs = crate::span::Span::new(file, same, same);
    let document = opener.parse(file, Extent::All);
    let start = crate::span::Span::new(file, 0, 0);
    if !document.faults.is_empty() {
        found.extend(document.faults.into_iter().map(|fault| with_otp_tag(fault, FileKind::Relup)));
        return found.push(relup::faults::relup_differs(goal, "it cannot be read", start));
    }
    let existing = document.terms.first().and_then(|term| relup::read(term, found));
    let difference = existing.map_or(("it is not a relup".to_owned(), start), |existing| plan::first_difference(&existing, relup, start, differs));
    found.push(relup::faults::relup_differs(goal, &difference.0, difference.1));
}
