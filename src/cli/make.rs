//! `relupc make`: compiles a relup.

use super::config::LevelArgs;
use super::shared::{Format, Search};
use super::shell::{Failure, Shell, outcome};
use super::{Outcome, write};
use crate::appup::Direction;
use crate::author::derive_for;
use crate::diag::{Diagnostic, Findings, Severity};
use crate::lint::{self, Between, Ran};
use crate::otp::Otp;
use crate::plan::{self, Appups, Base, Request};
use crate::release::{FileKind, Opener, Release, with_otp_tag};
use crate::relup::{self, Entry, LowOp, Relup, Step};
use crate::render::{self, MakeReport};
use crate::source::{Disk, Spot, TreeId, join, refused};
use crate::term::{Extent, Term, read_differently};
use clap::ValueEnum;
use std::collections::BTreeSet;
use std::mem::ManuallyDrop;

/// Compile the relup of a release, for any number of releases to come from and go back to
///
/// A RELEASE is a `.rel` file or its stem, an unpacked release (`root`, or `root@version` when it holds several), or a
/// release tarball. Nothing is taken from an installed OTP: name its applications with `--path` if they are needed.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The release to upgrade to
    #[arg(value_name = "TARGET")]
    target: String,

    /// Releases to upgrade from and downgrade to
    #[arg(long, value_name = "RELEASE", num_args = 1.., required_unless_present_any = ["up_from", "down_to"])]
    from: Vec<String>,

    /// Releases to upgrade from only
    #[arg(long, value_name = "RELEASE", num_args = 1..)]
    up_from: Vec<String>,

    /// Releases to downgrade to only
    #[arg(long, value_name = "RELEASE", num_args = 1..)]
    down_to: Vec<String>,

    #[command(flatten)]
    search: Search,

    /// Write the relup here; `-` is standard output
    #[arg(short, long, value_name = "FILE", default_value = "relup", conflicts_with = "in_place")]
    output: String,

    /// Write the relup where the target's release handler looks for it: beside its `.rel`
    #[arg(long)]
    in_place: bool,

    /// Describe the path from and to a base, named as on the command line or by its version
    #[arg(long, value_name = "BASE=TEXT")]
    describe: Vec<String>,

    /// End each path in a restart of the emulator
    #[arg(long)]
    restart_emulator: bool,

    /// Refuse what a person should look at, too
    #[arg(long)]
    warnings_as_errors: bool,

    /// Compare with the file that exists and write nothing; status 1 if it differs
    #[arg(long)]
    check: bool,

    /// Derive a missing downgrade entry from the upgrade entry
    #[arg(long)]
    derive_downgrade: bool,

    /// Leave instructions without an inverse out of a derived downgrade
    #[arg(long, requires = "derive_downgrade")]
    allow_lossy: bool,

    /// Refuse paths that do this
    #[arg(long, value_enum, value_name = "WHAT")]
    forbid: Option<Forbidden>,

    /// Do not look for what OTP accepts and the node would suffer from
    #[arg(long)]
    no_lint: bool,

    #[command(flatten)]
    levels: LevelArgs,

    /// The form of the output
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
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
    if args.check && args.output == "-" && !args.in_place {
        return Err(Failure::Usage("`--check` compares with a file: name it with `-o`, or use `--in-place`".to_owned()));
    }
    let disk = Disk;
    let mut found = Findings::default();
    let levels = args.levels.levels(&disk, &args.target)?;
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
    if let Some(relup) = relup.as_ref().filter(|_| args.check && !found.has_errors()) {
        compare(relup, &goal, &mut opener, &mut found);
    }
    let otp = opener.otp();
    let files = opener.into_files();
    let ran = if args.no_lint || found.has_errors() { Ran::Nothing } else { Ran::Everything };
    let mut findings: Vec<Diagnostic> =
        lint::apply_allowances(&files, otp, ran, found.sorted()).into_iter().filter_map(|diagnostic| levels.for_compiler(diagnostic)).collect();
    if args.warnings_as_errors {
        for warning in findings.iter_mut().filter(|found| found.severity == Severity::Warning) {
            warning.severity = Severity::Error;
        }
    }
    if !args.check && goal != "-" && (write::is_input(&goal) || write::is_among(&goal, files.names())) {
        return Err(Failure::Usage(format!("`{goal}` is no relup, but a file that a release is made of: it is not overwritten")));
    }
    let outcome = outcome(&findings);
    let complete = releases.bases.iter().all(Option::is_some);
    let relup = ManuallyDrop::new(relup.filter(|_| outcome == Outcome::Clean && complete));
    let json = args.format == Format::Json;
    if !json {
        shell.report(&findings, &files);
    }
    let mut written = None;
    if let Some(relup) = relup.as_ref().filter(|_| !args.check) {
        if goal == "-" {
            if !json {
                shell.print(&relup.to_file(otp))?;
            }
        } else {
            write::replace(&goal, relup.to_file(otp).as_bytes())?;
            written = Some(goal.as_str());
        }
    }
    if json {
        shell.print(&render::document(&MakeReport::new(relup.as_ref(), written, &findings, &files, otp)))?;
    } else if let Some(relup) = relup.as_ref() {
        shell.note(&told(relup, written, args.check.then_some(&goal)));
    }
    Ok(outcome)
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
            // The relup that lies there is about to be made anew.
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
fn goal(args: &Args, releases: &Releases) -> Result<String, Failure> {
    if !args.in_place {
        return Ok(args.output.clone());
    }
    let Some(target) = &releases.target else { return Ok(args.output.clone()) };
    if target.spot.tree != TreeId::Outside {
        return Err(Failure::Usage("`--in-place` cannot write into a tarball: name a file with `-o`".to_owned()));
    }
    Ok(join(&target.folder().path, "relup"))
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
    let difference = existing.map_or(("it is no relup".to_owned(), start), |existing| first_difference(&existing, relup, start, differs));
    found.push(relup::faults::relup_differs(goal, &difference.0, difference.1));
}

/// What differs first between two relups, in words, and where that stands in the existing one.
fn first_difference(existing: &Relup, wanted: &Relup, start: crate::span::Span, differs: crate::span::Span) -> (String, crate::span::Span) {
    if existing.version != wanted.version {
        return (format!("it is for version {}", existing.version), start);
    }
    for (direction, old, new) in [(Direction::Up, &existing.up, &wanted.up), (Direction::Down, &existing.down, &wanted.down)] {
        let versions = |entries: &[Entry]| {
            if entries.is_empty() { "no release".to_owned() } else { entries.iter().map(|entry| entry.version.clone()).collect::<Vec<_>>().join(", ") }
        };
        if versions(old) != versions(new) {
            return (format!("its {} paths are for {}, not for {}", direction.word(), versions(old), versions(new)), start);
        }
        for (old, new) in old.iter().zip(new) {
            let path = plan::path_name(&wanted.version, &new.version, direction);
            let pair = old.steps.iter().zip(&new.steps).find(|(old, new)| old.op != new.op);
            if let Some((old, new)) = pair {
                let expected = crate::term::print::brief(&new.op.to_term());
                return (format!("on the path {path} `{expected}` is expected"), old.origin.span());
            }
            if old.steps.len() != new.steps.len() {
                return (
                    format!("the path {path} has {} instructions, not {}", old.steps.len(), new.steps.len()),
                    old.steps.last().map_or(start, |step| step.origin.span()),
                );
            }
            if old.description != new.description {
                return (format!("the description of the path {path} differs"), start);
            }
        }
    }
    ("it is laid out otherwise".to_owned(), differs)
}

/// What was made, in a line or two.
fn told(relup: &Relup, written: Option<&str>, checked: Option<&String>) -> String {
    let paths = |entries: &[Entry], direction: Direction| {
        let path = |entry: &Entry| format!("{} ({})", plan::path_name(&relup.version, &entry.version, direction), counted(entry.steps.len()));
        entries.iter().map(path).collect::<Vec<_>>()
    };
    let all: Vec<String> = paths(&relup.up, Direction::Up).into_iter().chain(paths(&relup.down, Direction::Down)).collect();
    let what = match (written, checked) {
        (Some(file), _) => format!("wrote {file}"),
        (None, Some(file)) => format!("{file} is up to date"),
        (None, None) => "compiled".to_owned(),
    };
    format!("relupc: {what}: {}", all.join(", "))
}

fn counted(instructions: usize) -> String {
    if instructions == 1 { "1 instruction".to_owned() } else { format!("{instructions} instructions") }
}
