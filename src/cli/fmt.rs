//! `relupc fmt`: lays files of Erlang terms out.

use super::levels::LevelArgs;
use super::shared::{Format, Language, path};
use super::shell::{Failure, Shell};
use super::status::{Outcome, has_errors};
use super::{difference, write};
use crate::lint::{Purpose, Ran};
use crate::render::{self, FmtReport};
use crate::session::{Formatted, Session, Settings};
use crate::source::{Disk, Overlay};
use std::io::Read;

/// Lay out appups, and other files of Erlang terms
///
/// A PATH is a file (`.appup`, `.appup.src`, `.app`, `.app.src`, `.rel`, `.config`, a relup), a folder that is searched for appups and
/// their sources, or `-` for standard input; without one the current folder is searched. Comments and the author's line breaks stay.
/// A file that contains the comment `%% @noformat` is left as it is.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files and folders
    #[arg(value_name = "PATH", value_parser = path)]
    paths: Vec<String>,

    /// Write nothing; status 1 if a file would change
    #[arg(long)]
    check: bool,

    /// Show what would change, and write nothing
    #[arg(long, conflicts_with = "format")]
    diff: bool,

    #[command(flatten)]
    language: Language,

    #[command(flatten)]
    levels: LevelArgs,

    /// The form of the output
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
}

/// The name of standard input.
const INPUT: &str = "standard input";
/// How much of standard input is read, in bytes: more than any file that is read.
const MOST: u64 = 1 << 30;

/// Runs the command.
pub(super) fn run(mut args: Args, shell: &mut Shell) -> Result<Outcome, Failure> {
    if args.paths.is_empty() {
        args.paths.push(".".to_owned());
    }
    let reads_input = args.paths.iter().any(|path| path == "-");
    if reads_input && args.paths.len() > 1 {
        return Err(Failure::Usage("`-` is standard input: it is formatted alone".to_owned()));
    }
    let first = args.paths.first().filter(|_| !reads_input).map_or(".", String::as_str);
    let project = args.levels.project(&Disk, first)?;
    let overlay = Overlay::new(&Disk);
    let settings = Settings { otp: args.language.otp, format: project.format, levels: project.levels, ..Settings::default() };
    let mut session = Session::new(&overlay, settings);
    if reads_input {
        let mut bytes = Vec::new();
        std::io::stdin().take(MOST).read_to_end(&mut bytes).map_err(|why| Failure::Usage(format!("standard input cannot be read: {why}")))?;
        session.change(INPUT, bytes);
        args.paths = vec![INPUT.to_owned()];
    }
    let (all, found) = session.format(&args.paths)?;
    let findings = session.judge(found, Ran::Nothing, Purpose::Lint);
    let changed: Vec<&Formatted> = all.iter().filter(|one| one.after.is_some()).collect();
    match args.format {
        Format::Human => shell.report(&findings, session.texts()),
        Format::Concise => shell.report_concisely(&findings, session.texts()),
        Format::Json => {}
    }
    if args.diff {
        let texts = changed.iter().filter_map(|one| Some((one, one.after.as_ref()?)));
        shell.print(texts.map(|(one, after)| difference::of(&one.name, &one.before, &after.text)).collect::<String>());
    } else if reads_input && !args.check && args.format != Format::Json {
        // What cannot be laid out is given back as it is, so that an editor loses nothing.
        let texts = all.iter().map(|one| one.after.as_ref().map_or_else(|| one.before.clone().into_bytes(), |after| after.bytes().into_owned()));
        texts.for_each(|text| shell.print(text));
    }
    let writes = !args.check && !args.diff && !reads_input;
    if writes {
        for after in changed.iter().filter_map(|one| one.after.as_ref()) {
            for lost in write::replace(&after.name, &after.bytes())? {
                shell.note(&format!("{}: {lost}", after.name));
            }
        }
    }
    match args.format {
        Format::Json => shell.print(render::document(&FmtReport::new(
            all.iter().map(|one| (one.name.as_str(), one.after.as_ref().map(|after| after.text.as_str()))),
            writes,
            &findings,
            session.texts(),
        ))),
        Format::Human | Format::Concise if !reads_input => {
            if args.check {
                changed.iter().for_each(|one| shell.note(&format!("{} is not laid out", one.name)));
            }
            shell.note(&summary(all.len(), changed.len(), writes));
        }
        Format::Human | Format::Concise => {}
    }
    let is_unchecked = (args.check || args.diff) && !changed.is_empty();
    Ok(if is_unchecked || has_errors(&findings) { Outcome::FAULTY } else { Outcome::CLEAN })
}

fn summary(all: usize, changed: usize, writes: bool) -> String {
    let files = |count: usize| if count == 1 { "1 file".to_owned() } else { format!("{count} files") };
    match (changed, writes) {
        (0, _) => format!("{}: nothing to change", files(all)),
        (_, true) => format!("laid out {} of {}", changed, files(all)),
        (_, false) => format!("{} of {} would change", changed, files(all)),
    }
}
