//! `relupc invert`: derives the downgrade entries of an appup from its upgrade entries.

use super::shared::{Format, Language};
use super::shell::{Failure, Shell, outcome};
use super::{Outcome, expand, write};
use crate::appup::{Appup, Entry};
use crate::author::{derive_missing, insert};
use crate::diag::{Edit, Findings};
use crate::release::Opener;
use crate::render::{self, InvertReport};
use crate::source::{Disk, Source};
use crate::term::print::brief;

/// Derive the downgrade entries of an appup from its upgrade entries
///
/// An entry is derived for each upgrade entry whose versions have no way down; entries that are there are left alone.
/// The file with the derived entries in it goes to standard output, comments and layout kept.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The appup
    #[arg(value_name = "FILE")]
    file: String,

    /// Derive only the way down to this version
    #[arg(long, value_name = "VSN")]
    from: Option<String>,

    /// Change the file itself
    #[arg(long)]
    in_place: bool,

    /// Leave out instructions that have no inverse
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
    let disk = Disk;
    let mut found = Findings::default();
    let mut opener = Opener::new(&disk, Vec::new(), args.language.otp);
    let appup = expand::read(&args.file, &mut opener, &mut found);
    let derived = appup.as_ref().map(|appup| derive_missing(appup, args.from.as_deref(), args.allow_lossy, &mut found)).unwrap_or_default();
    let otp = opener.otp();
    let files = opener.into_files();
    let findings = found.sorted();
    let outcome = outcome(&findings);
    let source = appup.as_ref().and_then(|appup| files.get(appup.span.file));
    let text = match (outcome, &appup, source) {
        (Outcome::Clean, Some(appup), Some(source)) => Some(changed(source, appup, &derived, otp)),
        _ => None,
    };
    let versions: Vec<String> = derived.iter().map(|entry| brief(&entry.version.to_term())).collect();
    let written = write_in_place(&args, source, text.as_deref(), &versions)?;
    if args.format == Format::Json {
        let report = InvertReport::new(&args.file, versions, text, written, &findings, &files);
        shell.print(&render::document(&report))?;
        return Ok(outcome);
    }
    shell.report(&findings, &files);
    match text {
        Some(text) if !args.in_place => shell.print(&text)?,
        Some(_) if versions.is_empty() => shell.note(&format!("relupc: {} needs no further downgrade entry", args.file)),
        Some(_) => shell.note(&format!("relupc: wrote {}: downgrades to {}", args.file, versions.join(", "))),
        None => {}
    }
    Ok(outcome)
}

fn write_in_place(args: &Args, source: Option<&Source>, text: Option<&str>, versions: &[String]) -> Result<bool, Failure> {
    let (Some(source), Some(text)) = (source, text) else { return Ok(false) };
    if !args.in_place || versions.is_empty() {
        return Ok(false);
    }
    let Some(bytes) = source.encode(text) else {
        return Err(Failure::Usage(format!("`{}` is in Latin-1, which cannot hold the derived entries", args.file)));
    };
    write::replace(&args.file, &bytes)?;
    Ok(true)
}

fn changed(source: &Source, appup: &Appup, derived: &[Entry], otp: crate::otp::Otp) -> String {
    let mut edits: Vec<Edit> = insert(source, appup, derived, otp);
    edits.sort_by_key(|edit| edit.span);
    let mut text = source.text.clone();
    for edit in edits.iter().rev() {
        text.replace_range(edit.span.range(), &edit.text);
    }
    text
}
