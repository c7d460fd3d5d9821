//! `relupc invert`: derives the downgrade entries of an appup from its upgrade entries.

use super::shared::{Format, Language, path};
use super::shell::{Failure, Shell};
use super::{Outcome, write};
use crate::render::{self, InvertReport};
use crate::session::{self, Inverted, Session, Settings};
use crate::source::{Disk, Overlay};
use crate::term::print::brief;

/// Derive the downgrade entries of an appup from its upgrade entries
///
/// An entry is derived for each upgrade entry whose versions have no downgrade entry; existing entries are left alone.
/// The file with the derived entries in it goes to standard output, comments and layout kept.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The appup
    #[arg(value_name = "FILE", value_parser = path)]
    file: String,

    /// Derive only the downgrade to this version
    #[arg(long, value_name = "VSN")]
    from: Option<String>,

    /// Change the file itself
    #[arg(long)]
    in_place: bool,

    /// Omit instructions that have no inverse
    #[arg(long)]
    allow_lossy: bool,

    #[command(flatten)]
    language: Language,

    /// The form of the output
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
}

/// Runs the command.
pub(super) fn run(args: Args, shell: &mut Shell) -> Result<Outcome, Failure> {
    session::something_else(&args.file, "`relupc invert` derives the downgrade entries of an appup")?;
    let overlay = Overlay::new(&Disk);
    let mut session = Session::new(&overlay, Settings { otp: args.language.otp, ..Settings::default() });
    let Inverted { derived, edited, found } = session.invert(&args.file, args.from.as_deref(), args.allow_lossy)?;
    let files = session.texts();
    let findings = found.sorted();
    let outcome = Outcome::new(&findings, edited.is_some());
    let versions: Vec<String> = derived.iter().map(|derived| brief(&derived.entry.version.to_term())).collect();
    let written = args.in_place && !versions.is_empty() && edited.is_some();
    let mut lost = Vec::new();
    if let Some(edited) = edited.as_ref().filter(|_| written) {
        lost = write::replace(&args.file, &edited.bytes())?;
    }
    match args.format {
        Format::Json => {
            let text = edited.map(|edited| edited.text);
            shell.print(render::document(&InvertReport::new(&args.file, versions, text, written, &findings, files)));
            return Ok(outcome);
        }
        Format::Human => shell.report(&findings, files),
        Format::Concise => shell.report_concisely(&findings, files),
    }
    lost.iter().for_each(|lost| shell.note(&format!("{}: {lost}", args.file)));
    match edited {
        Some(edited) if !args.in_place => shell.print(edited.bytes()),
        Some(_) if versions.is_empty() => shell.note(&format!("{} needs no further downgrade entry", args.file)),
        Some(_) => shell.note(&format!("wrote {}: downgrades to {}", args.file, versions.join(", "))),
        None => {}
    }
    Ok(outcome)
}
