//! `relupc make`: compiles a relup.

use super::levels::LevelArgs;
use super::reported;
use super::shared::{FindingsFormat, Search, path};
use super::shell::{Failure, Shell};
use super::status::{Outcome, has_errors};
use super::write::{self, Goal};
use crate::appup::Direction;
use crate::diag::{Diagnostic, Findings, Severity, gathered};
use crate::lint::{Purpose, Ran};
use crate::node::{Summary, Timeline};
use crate::otp::Otp;
use crate::plan;
use crate::release::{FileKind, with_otp_tag};
use crate::relup::{self, Entry, Relup};
use crate::render::{self, MakeReport};
use crate::session::{BaseRequest, Forbidden, MakeRequest, Project, Releases, Session, Settings};
use crate::source::{Disk, Files, Overlay, Refusal, Spot, TreeId, join, refused};
use crate::span::Span;
use crate::term::Term;
use clap::ValueEnum;
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

    /// Generate the entries that no appup has
    #[arg(long = "gen", conflicts_with = "derive_downgrade")]
    generate: bool,

    /// Compose the entries that no appup has of those for parts of their path, through the other releases, if the path is proved as its parts are
    #[arg(long, conflicts_with_all = ["generate", "no_lint", "no_verify"])]
    compose: bool,

    /// Go on where a generated entry leaves a question open
    #[arg(long, requires = "generate")]
    allow_questions: bool,

    /// Refuse paths that do this
    #[arg(long, value_enum, value_name = "WHAT")]
    forbid: Option<ForbidArg>,

    /// Skip the lint rules, and with them the verification
    #[arg(long)]
    no_lint: bool,

    /// Write a path even if it is refuted: what refutes it is then at most a warning
    #[arg(long)]
    no_verify: bool,

    #[command(flatten)]
    levels: LevelArgs,

    /// The form of the output
    #[arg(long, value_enum, default_value = "human")]
    format: FindingsFormat,
}

/// What a path may be forbidden to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ForbidArg {
    /// Restart the emulator
    Restart,
}

/// Runs the command.
pub(super) fn run(args: Args, shell: &mut Shell) -> Result<Outcome, Failure> {
    check_usage(&args)?;
    let project = args.levels.project(&Disk, &args.target)?;
    let levels = project.levels.clone().warnings_as_errors(args.warnings_as_errors);
    let settings = Settings { with_code: !args.no_lint || args.generate || args.derive_downgrade, ..args.search.settings(Project { levels, ..project })? };
    let overlay = ManuallyDrop::new(Overlay::new(&Disk));
    // The process ends with the run: what takes long to give back piece by piece is left to the system.
    let mut session = ManuallyDrop::new(Session::new(&overlay, settings));
    let mut request = request(&args);
    let releases = session.releases(&request.references());
    describe(&args, &releases, &mut request)?;
    let mut made = session.make(&request);
    let goal = goal(&args, made.target.as_ref())?;
    let ran = if made.checked { Ran::Everything } else { Ran::Nothing };
    let mut findings = session.judge(std::mem::take(&mut made.found), ran, Purpose::Compile);
    if let (Some(relup), Goal::File(file)) = (made.relup.as_ref().filter(|_| args.check && !has_errors(&findings)), &goal) {
        let mut found = Findings::default();
        compare(relup, file, &mut session, &mut found);
        findings.extend(session.judge(found, Ran::Nothing, Purpose::Compile));
    }
    let refuted = if request.verify { made.refuted(&findings) } else { Vec::new() };
    if let (false, Goal::File(file)) = (args.check, &goal) {
        write::may_become_relup(file, session.texts().names())?;
    }
    let relup = ManuallyDrop::new(made.relup.filter(|_| made.complete && !has_errors(&findings)));
    let outcome = Outcome::new(&findings, relup.is_some());
    let otp = session.otp();
    match args.format {
        FindingsFormat::Human => shell.report(&gathered(findings.clone()), session.texts()),
        FindingsFormat::Concise => shell.report_concisely(&findings, session.texts()),
        FindingsFormat::Sarif | FindingsFormat::Github => reported::in_repository(&findings, session.texts_mut()),
        FindingsFormat::Json => {}
    }
    let product = Product { relup: relup.as_ref(), goal: &goal, check: args.check, otp, refuted: &refuted };
    product.write(&args, &findings, session.texts(), shell)?;
    Ok(outcome)
}

/// What is asked for, without descriptions.
fn request(args: &Args) -> MakeRequest {
    let base = |reference: &String, up, down| BaseRequest { reference: reference.clone(), up, down, description: Term::list(Vec::new()) };
    let both = args.from.iter().map(|name| base(name, true, true));
    let up = args.up_from.iter().map(|name| base(name, true, false));
    let down = args.down_to.iter().map(|name| base(name, false, true));
    MakeRequest {
        target: args.target.clone(),
        bases: both.chain(up).chain(down).collect(),
        restart_emulator: args.restart_emulator,
        derive_downgrade: args.derive_downgrade,
        allow_lossy: args.allow_lossy,
        generate: args.generate,
        allow_questions: args.allow_questions,
        compose: args.compose,
        forbid: args.forbid.map(|ForbidArg::Restart| Forbidden::Restart),
        with_rules: !args.no_lint,
        verify: !args.no_verify && !args.no_lint,
    }
}

/// Gives the bases their descriptions.
fn describe(args: &Args, releases: &Releases, request: &mut MakeRequest) -> Result<(), Failure> {
    for wanted in &args.describe {
        let mut known = false;
        for (asked, base) in request.bases.iter_mut().zip(releases.bases()) {
            let version = base.as_ref().map_or("", |base| &base.rel.vsn.value);
            let after = |base: &str| wanted.strip_prefix(base).and_then(|rest| rest.strip_prefix('='));
            if let Some(text) = after(&asked.reference).or_else(|| after(version)) {
                asked.description = Term::string(text);
                known = true;
            }
        }
        if !known && releases.bases().iter().all(Option::is_some) {
            let first = request.bases.first().map_or("BASE", |base| base.reference.as_str());
            return Err(Failure::Usage(format!("`--describe {wanted}` names no base; write `--describe {first}=TEXT`")));
        }
    }
    Ok(())
}

/// What was compiled, and where it goes.
struct Product<'a> {
    relup: Option<&'a Relup>,
    goal: &'a Goal,
    check: bool,
    otp: Otp,
    /// The paths that are refuted.
    refuted: &'a [(Direction, String)],
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
            FindingsFormat::Json => shell.print(render::document(&MakeReport::new(self.relup, written, self.refuted, findings, files, self.otp))),
            FindingsFormat::Sarif => shell.print(render::sarif(findings, files)),
            FindingsFormat::Github => shell.print(render::github(findings, files)),
        }
        if !matches!(args.format, FindingsFormat::Human | FindingsFormat::Concise) {
            return Ok(());
        }
        match self.relup {
            Some(relup) => shell.note(&self.words(relup, written)),
            // Where there are other errors, too, the flag alone does not help.
            None if !self.refuted.is_empty() && findings.iter().all(|finding| finding.severity != Severity::Error || finding.refuted().is_some()) => {
                shell.note(&refused_words(self.refuted, self.check));
            }
            None => {}
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

/// Why nothing is written, and the next move.
fn refused_words(refuted: &[(Direction, String)], check: bool) -> String {
    const NAMED: usize = 4;
    let named: Vec<String> = refuted.iter().take(NAMED).map(|(direction, path)| format!("{} {path}", direction.word())).collect();
    let more = if refuted.len() > NAMED { format!(" and {} more", refuted.len() - NAMED) } else { String::new() };
    let (not, all_the_same) = if check { ("not compared", "compares it") } else { ("not written", "writes it") };
    format!("{not}, because a path is refuted: {}{more}; `--no-verify` {all_the_same} all the same", named.join(", "))
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

/// The file to write or to compare with.
fn goal(args: &Args, folder: Option<&Spot>) -> Result<Goal, Failure> {
    match folder.filter(|_| args.in_place) {
        None => Goal::new(&args.output),
        Some(folder) if folder.tree == TreeId::Outside => Ok(Goal::File(join(&folder.path, "relup"))),
        Some(_) => Err(Failure::Usage("`--in-place` cannot write into a tarball: name a file with `-o`".to_owned())),
    }
}

/// `--check`: the file that exists must hold the same bytes.
fn compare(relup: &Relup, goal: &str, session: &mut Session<'_>, found: &mut Findings) {
    let (file, document) = match session.relup_document(goal) {
        Ok(read) => read,
        Err(Refusal::Absent) => return found.push(relup::faults::relup_missing(goal)),
        Err(why) => return found.push(refused(goal, &why)),
    };
    let expected = relup.to_file(session.otp());
    let Some(existing) = session.texts().get(file).map(|source| &source.text) else { return };
    if *existing == expected {
        return;
    }
    let same = existing.bytes().zip(expected.bytes()).take_while(|(own, wanted)| own == wanted).count();
    let same = (0..=same).rev().find(|at| existing.is_char_boundary(*at)).unwrap_or(0);
    let differs = Span::new(file, same, same);
    let start = Span::new(file, 0, 0);
    if !document.faults.is_empty() {
        found.extend(document.faults.into_iter().map(|fault| with_otp_tag(fault, FileKind::Relup)));
        return found.push(relup::faults::relup_differs(goal, "it cannot be read", start));
    }
    let existing = document.terms.first().and_then(|term| relup::read(term, found));
    let difference = existing.map_or(("it is not a relup".to_owned(), start), |existing| plan::first_difference(&existing, relup, start, differs));
    found.push(relup::faults::relup_differs(goal, &difference.0, difference.1));
}
