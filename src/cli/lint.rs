//! `relupc lint`: finds what is wrong with appups and relups, alone or between releases.

use super::levels::LevelArgs;
use super::shared::{FindingsFormat, Search, path};
use super::shell::{Failure, Shell};
use super::status::Outcome;
use super::{reported, write};
use crate::diag::{Diagnostic, gathered};
use crate::lint::{self, Fixed, Which};
use crate::render::{self, LintReport, Skipped};
use crate::session::{LintRequest, Project, Report, Session};
use crate::source::{Disk, Files, Overlay};
use crate::span::FileId;
use clap::ValueEnum;
use std::collections::BTreeMap;

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
    let first = args.paths.first().or(args.target.as_ref()).map_or(".", String::as_str);
    let project = args.levels.project(&Disk, first)?;
    let levels = project.levels.clone().warnings_as_errors(args.warnings_as_errors);
    let settings = args.search.settings(Project { levels, ..project })?;
    let overlay = Overlay::new(&Disk);
    let mut session = Session::new(&overlay, settings);
    let request = LintRequest { paths: args.paths, target: args.target, bases: args.from };
    let mut report = session.report(&request)?;
    if args.diff {
        let all = session.fixes(&report.findings, args.fix.unwrap_or(FixArg::Safe).into())?;
        shell.print(difference(session.texts(), &all));
        return Ok(if all.is_empty() { outcome_of(&report) } else { Outcome::FAULTY });
    }
    if let Some(which) = args.fix {
        let all = session.fixes(&report.findings, which.into())?;
        write_fixes(&all, shell)?;
        if !all.is_empty() {
            all.iter().for_each(|(_, fixed)| session.changed_on_disk(&fixed.source.name, false));
            report = session.report(&request)?;
        }
    }
    let outcome = outcome_of(&report);
    let (need_app, need_releases) = lint::needing_more();
    let skipped = Skipped {
        need_app: if report.alone > 0 { need_app } else { 0 },
        need_releases: if request.target.is_some() { 0 } else { need_releases },
        names: report.unnamed,
    };
    let Report { findings: list, looked_at, alone, .. } = report;
    let mut files = session.into_texts();
    if args.statistics {
        shell.print(statistics(&list));
        return Ok(outcome);
    }
    match args.format {
        FindingsFormat::Human => {
            let shown = gathered(list.clone());
            shell.print(render::human(&shown, &files, shell.product()) + &render::table(&list));
            shell.remark(&format!("{}{}", counted(looked_at, &list, &shown), passed_over(&skipped, looked_at == alone)));
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

fn outcome_of(report: &Report) -> Outcome {
    Outcome::new(&report.findings, report.opened)
}

/// The last line of the report.
fn counted(looked_at: usize, list: &[Diagnostic], shown: &[Diagnostic]) -> String {
    let files = if looked_at == 1 { "checked 1 file".to_owned() } else { format!("checked {looked_at} files") };
    let summary = render::summary(list);
    if summary.is_empty() {
        format!("{files}: nothing found")
    } else if shown.len() < list.len() {
        format!("{files}: {summary}, shown as {}", shown.len())
    } else {
        format!("{files}: {summary}")
    }
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

/// Writes the files that get better by their fixes, each whole.
fn write_fixes(all: &[(FileId, Fixed)], shell: &mut Shell) -> Result<(), Failure> {
    for (_, Fixed { source, findings }) in all {
        let lost = write::replace(&source.name, &source.bytes())?;
        let what = if *findings == 1 { "1 finding".to_owned() } else { format!("{findings} findings") };
        shell.note(&format!("fixed {what} in {}", source.name));
        lost.iter().for_each(|lost| shell.note(&format!("{}: {lost}", source.name)));
    }
    Ok(())
}

/// What the fixes would change.
fn difference(files: &Files, all: &[(FileId, Fixed)]) -> String {
    let both = all.iter().filter_map(|(file, fixed)| Some((files.get(*file)?, &fixed.source)));
    both.map(|(before, after)| super::difference::of(&after.name, &before.text, &after.text)).collect()
}
