//! `relupc invert`: derives the downgrade entries of an appup from its upgrade entries.

use super::shared::{Format, Language};
use super::shell::{Failure, Shell, outcome};
use super::{Outcome, expand, write};
use crate::appup::Appup;
use crate::author::{derive_missing, insert, no_place};
use crate::diag::Findings;
use crate::release::Opener;
use crate::render::{self, InvertReport};
use crate::source::Disk;
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
    if let (Some(version), Some(appup)) = (&args.from, &appup) {
        check_version(version, appup, &args.file)?;
    }
    let derived = appup.as_ref().map(|appup| derive_missing(appup, args.from.as_deref(), args.allow_lossy, &mut found)).unwrap_or_default();
    let otp = opener.otp();
    let files = opener.into_files();
    let mut text = None;
    let source = appup.as_ref().and_then(|appup| files.get(appup.span.file));
    if let (Some(appup), Some(source), false) = (&appup, source, found.has_errors()) {
        text = insert(source, appup, &derived, otp);
        if text.is_none() {
            found.push(no_place(appup.down.span));
        }
    }
    let findings = found.sorted();
    let outcome = outcome(&findings);
    let versions: Vec<String> = derived.iter().map(|entry| brief(&entry.version.to_term())).collect();
    let bytes = match (source, &text) {
        (Some(source), Some(text)) => Some(source.encode(text).ok_or_else(|| unencodable(&args.file))?),
        _ => None,
    };
    let written = args.in_place && !versions.is_empty() && bytes.is_some();
    if let Some(bytes) = bytes.as_ref().filter(|_| written) {
        write::replace(&args.file, bytes)?;
    }
    if args.format == Format::Json {
        let report = InvertReport::new(&args.file, versions, text, written, &findings, &files);
        shell.print(&render::document(&report))?;
        return Ok(outcome);
    }
    shell.report(&findings, &files);
    match bytes {
        Some(bytes) if !args.in_place => shell.print_bytes(&bytes)?,
        Some(_) if versions.is_empty() => shell.note(&format!("relupc: {} needs no further downgrade entry", args.file)),
        Some(_) => shell.note(&format!("relupc: wrote {}: downgrades to {}", args.file, versions.join(", "))),
        None => {}
    }
    Ok(outcome)
}

fn unencodable(file: &str) -> Failure {
    Failure::Usage(format!("`{file}` is in Latin-1, which cannot hold the derived entries"))
}

/// A version that no entry is for is a slip of the pen.
pub(super) fn check_version(version: &str, appup: &Appup, file: &str) -> Result<(), Failure> {
    let all = || appup.up.list.iter().chain(&appup.down.list);
    if all().any(|entry| entry.version.takes(version).unwrap_or(true)) {
        return Ok(());
    }
    let listed: Vec<String> = all().map(|entry| brief(&entry.version.to_term())).collect();
    Err(Failure::Usage(format!("`{file}` has no entry for version `{version}`; it has entries for {}", listed.join(", "))))
}
