//! `relupc diff`: what changed between two releases, and what that asks for.

use super::Outcome;
use super::levels::ProjectArgs;
use super::shared::{Search, path};
use super::shell::{Failure, Shell};
use crate::compare::Verdict;
use crate::render::{self, DiffReport};
use crate::session::Session;
use crate::source::{Disk, Overlay};
use clap::ValueEnum;

/// Show what changed between two releases, and whether a hot upgrade is the right tool for it
///
/// Code is compared by what the emulator runs, not by bytes. The verdict is given for each application and for the
/// release, in both directions: nothing to do, hot, hot with care, restart the application, restart the emulator,
/// deploy by rolling.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The old release
    #[arg(value_name = "BASE", value_parser = path)]
    base: String,

    /// The new release
    #[arg(value_name = "TARGET", value_parser = path)]
    target: String,

    #[command(flatten)]
    search: Search,

    #[command(flatten)]
    project: ProjectArgs,

    /// Fail with status 1 when a direction asks for this or more
    #[arg(long, value_enum, value_name = "VERDICT")]
    fail_on: Option<Limit>,

    /// Show every module and every change
    #[arg(short, long)]
    verbose: bool,

    /// The form of the output
    #[arg(long, value_enum, default_value = "human")]
    format: DiffFormat,
}

/// The form of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DiffFormat {
    /// A report for a terminal
    Human,
    /// One line a change
    Concise,
    /// One JSON document
    Json,
    /// For a comment on a pull request
    Markdown,
    /// A page that needs nothing else
    Html,
}

/// A verdict that is too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Limit {
    /// Anything to do at all
    Hot,
    /// A person should look at it
    HotWithCare,
    /// An application has to be restarted
    RestartApplication,
    /// The emulator has to be restarted
    RestartEmulator,
    /// A hot upgrade is the wrong tool
    Rolling,
}

impl Limit {
    fn verdict(self) -> Verdict {
        match self {
            Limit::Hot => Verdict::Hot,
            Limit::HotWithCare => Verdict::HotWithCare,
            Limit::RestartApplication => Verdict::RestartApplication,
            Limit::RestartEmulator => Verdict::RestartEmulator,
            Limit::Rolling => Verdict::Rolling,
        }
    }
}

/// Runs the command.
pub(super) fn run(args: Args, shell: &mut Shell) -> Result<Outcome, Failure> {
    let settings = args.search.settings(args.project.of(&Disk, &args.target)?)?;
    let overlay = Overlay::new(&Disk);
    let mut session = Session::new(&overlay, settings);
    let releases = session.releases(&[args.target.clone(), args.base.clone()]);
    let mut found = releases.found.clone();
    let compared = session.verdict(&releases, 0);
    compared.iter().for_each(|compared| found.append(compared.found.clone()));
    let comparison = compared.as_ref().map(|compared| &compared.comparison);
    let files = session.texts();
    let findings = found.sorted();
    match args.format {
        DiffFormat::Json => {}
        DiffFormat::Concise => shell.report_concisely(&findings, files),
        DiffFormat::Human | DiffFormat::Markdown | DiffFormat::Html => shell.report(&findings, files),
    }
    match (args.format, comparison) {
        (DiffFormat::Json, comparison) => shell.print(render::document(&DiffReport::new(comparison, &findings, files))),
        (DiffFormat::Human, Some(comparison)) => shell.print(render::diff_text(comparison, shell.product(), args.verbose)),
        (DiffFormat::Concise, Some(comparison)) => shell.print(render::diff_concise(comparison)),
        (DiffFormat::Markdown, Some(comparison)) => shell.print(render::diff_markdown(comparison)),
        (DiffFormat::Html, Some(comparison)) => shell.print(render::diff_html(comparison)),
        (DiffFormat::Human | DiffFormat::Concise | DiffFormat::Markdown | DiffFormat::Html, None) => {}
    }
    if let (Some(limit), Some(comparison)) = (args.fail_on, comparison)
        && comparison.verdict().heavier() >= limit.verdict()
    {
        let (asked, limit) = (render::verdict_line(comparison.verdict()), limit.verdict().words());
        shell.note(&format!("{asked}: `--fail-on` allows less than {limit}"));
        return Ok(Outcome::FAULTY);
    }
    Ok(Outcome::new(&findings, comparison.is_some()))
}
