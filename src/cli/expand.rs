//! `relupc expand`: the low-level script of an appup, without a release.

use super::Outcome;
use super::shared::{Format, Language, path};
use super::shell::{Failure, Shell};
use crate::appup::Direction;
use crate::escape;
use crate::render::{self, ExpandReport};
use crate::session::{self, Entry, Expanded, Session, Settings};
use crate::source::{Disk, Overlay};

/// Show the low-level script of each entry of an appup, without a release
///
/// The application's modules are those of the `.app` file beside the appup; without one, those that the appup names.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The appup
    #[arg(value_name = "FILE", value_parser = path)]
    file: String,

    /// Show only the entries that count for this version
    #[arg(long, value_name = "VSN")]
    from: Option<String>,

    #[command(flatten)]
    language: Language,

    /// The form of the output
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
}

/// Runs the command.
pub(super) fn run(args: Args, shell: &mut Shell) -> Result<Outcome, Failure> {
    session::something_else(&args.file, "`relupc expand` shows the scripts of an appup")?;
    let overlay = Overlay::new(&Disk);
    let mut session = Session::new(&overlay, Settings { otp: args.language.otp, ..Settings::default() });
    let Expanded { name, entries, unseen, found } = session.expand(&args.file, args.from.as_deref())?;
    let (files, otp) = (session.texts(), session.otp());
    let findings = found.sorted();
    let outcome = Outcome::new(&findings, entries.is_some());
    let entries = entries.unwrap_or_default();
    match args.format {
        Format::Json => {
            let all = entries.iter().map(|entry| (entry.direction, entry.version.as_str(), entry.steps.as_slice()));
            shell.print(render::document(&ExpandReport::new(name.as_str(), all, &findings, files, otp)));
            return Ok(outcome);
        }
        Format::Human => shell.report(&findings, files),
        Format::Concise => shell.report_concisely(&findings, files),
    }
    for Entry { direction, version, steps } in &entries {
        let other = match direction {
            Direction::Up => "from",
            Direction::Down => "to",
        };
        let heading = escape::line(&format!("%% {name}: {} {other} {version}", direction.word())).into_owned();
        shell.print(format!("{heading}\n{}\n", render::script(steps, files, otp)));
    }
    if !unseen.is_empty() {
        let names: Vec<String> = unseen.iter().map(|name| format!("`{name}`")).collect();
        shell.note(&format!("the modules of {} cannot be seen from here: what loads and removes them is not shown", names.join(", ")));
    }
    Ok(outcome)
}
