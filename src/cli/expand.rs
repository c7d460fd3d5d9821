//! `relupc expand`: the low-level script of an appup, without a release.

use super::shared::{Format, Language, path};
use super::shell::{Failure, Shell};
use super::{Outcome, alone, discover};
use crate::appup::{self, Appup, Direction, HighOp, Instruction, NoEntry, Version};
use crate::diag::Findings;
use crate::escape;
use crate::plan::{Contents, plan_entry};
use crate::release::{FileKind, Opener, read_app, with_otp_tag};
use crate::relup::Step;
use crate::render::{self, ExpandReport};
use crate::source::{Disk, Spot, TreeId, join, parent};
use crate::span::Spanned;
use crate::term::print::brief;
use crate::term::{Atom, Extent};
use std::collections::{BTreeSet, HashSet};

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
    discover::refuse_something_else(&args.file, "`relupc expand` shows the scripts of an appup")?;
    let disk = Disk;
    let mut found = Findings::default();
    let mut opener = Opener::new(&disk, Vec::new(), args.language.otp);
    let name = application_name(&args.file);
    let document = alone::document(&args.file, &mut opener, &mut found);
    let appup = document.and_then(|document| appup::from_document(document, opener.otp(), &mut found));
    if let (Some(version), Some(appup)) = (&args.from, &appup) {
        alone::check_version(version, appup, &args.file)?;
    }
    let mut unseen: BTreeSet<Atom> = BTreeSet::new();
    let expanded = appup.map(|appup| expand(&args, &name, &appup, &mut opener, &mut unseen, &mut found));
    let otp = opener.otp();
    let files = opener.into_files();
    let findings = found.sorted();
    let outcome = Outcome::new(&findings, expanded.is_some());
    let expanded = expanded.unwrap_or_default();
    match args.format {
        Format::Json => {
            shell.print(render::document(&ExpandReport::new(name.as_str(), &expanded, &findings, &files, otp)));
            return Ok(outcome);
        }
        Format::Human => shell.report(&findings, &files),
        Format::Concise => shell.report_concisely(&findings, &files),
    }
    for (direction, version, steps) in &expanded {
        let other = match direction {
            Direction::Up => "from",
            Direction::Down => "to",
        };
        let heading = escape::line(&format!("%% {name}: {} {other} {version}", direction.word())).into_owned();
        shell.print(format!("{heading}\n{}\n", render::script(steps, &files, otp)));
    }
    if !unseen.is_empty() {
        let names: Vec<String> = unseen.iter().map(|name| format!("`{name}`")).collect();
        shell.note(&format!("the modules of {} cannot be seen from here: what loads and removes them is not shown", names.join(", ")));
    }
    Ok(outcome)
}

/// `my_app` for `ebin/my_app.appup`.
fn application_name(file: &str) -> Atom {
    let name = file.rsplit('/').next().unwrap_or(file);
    Atom::new(name.strip_suffix(".src").unwrap_or(name).strip_suffix(".appup").unwrap_or(name))
}

/// The modules and version of the `.app` beside an appup, when there is a good one.
fn beside(file: &str, name: &Atom, opener: &mut Opener<'_>, found: &mut Findings) -> Option<(String, Vec<Spanned<Atom>>)> {
    let spot = Spot::new(TreeId::Outside, join(parent(file), &format!("{}.app", name.as_str())));
    let id = opener.read(&spot).ok()?;
    let document = opener.parse(id, Extent::First);
    found.extend(document.faults.into_iter().map(|fault| with_otp_tag(fault, FileKind::App)));
    let app = read_app(document.terms.first()?, opener.otp(), found)?;
    Some((app.vsn.value, app.modules))
}

fn expand(
    args: &Args,
    name: &Atom,
    appup: &Appup,
    opener: &mut Opener<'_>,
    unseen: &mut BTreeSet<Atom>,
    found: &mut Findings,
) -> Vec<(Direction, String, Vec<Step>)> {
    let app = beside(&args.file, name, opener, found);
    let mut expanded = Vec::new();
    for direction in [Direction::Up, Direction::Down] {
        let entries = appup.entries(direction);
        if let Some(span) = entries.broken.filter(|_| args.from.is_none()) {
            found.push(appup::entries_no_list(span, direction));
        }
        let chosen: Vec<&appup::Entry> = match &args.from {
            None => entries.list.iter().collect(),
            Some(version) => match appup::choose(entries, version, direction, found) {
                Ok(entry) => vec![entry],
                Err(NoEntry::Unmatched | NoEntry::Refused) => Vec::new(),
            },
        };
        for entry in chosen {
            let script = appup::read_script(&entry.script, found);
            unseen.extend(script.iter().filter_map(whole_application).filter(|other| app.is_none() || *other != name).cloned());
            // On a downgrade the older version's object code is read, and its modules count, which cannot be seen from here:
            // those that the script names are added.
            let own = || app.as_ref().map_or_else(|| appup.vsn.text().map(|text| text.into_owned()).unwrap_or_default(), |(vsn, _)| vsn.clone());
            let vsn = match direction {
                Direction::Up => own(),
                Direction::Down => args.from.clone().unwrap_or_else(|| older(&entry.version)),
            };
            let modules = match &app {
                Some((_, modules)) => merged(modules, &script, direction),
                None => merged(&[], &script, Direction::Down),
            };
            let contents = Contents::of_application(name, &vsn, &modules);
            let path = plan_entry(script, direction, &contents, found);
            expanded.push((direction, brief(&entry.version.to_term()), path.steps));
        }
    }
    expanded
}

/// What the version that a downgrade leads to is called where an entry is for more than one.
const ANY_VERSION: &str = "VSN";

/// The version that a downgrade entry leads to.
fn older(version: &Version) -> String {
    match version {
        Version::Exact(text, _) => text.clone(),
        Version::Pattern(_) | Version::Other(_) => ANY_VERSION.to_owned(),
    }
}

/// The application that an instruction is about as a whole.
fn whole_application(instruction: &Instruction) -> Option<&Atom> {
    match &instruction.op {
        Some(HighOp::AddApplication(name, _) | HighOp::RemoveApplication(name) | HighOp::RestartApplication(name)) => Some(&name.value),
        Some(HighOp::Module(_) | HighOp::Low(_)) | None => None,
    }
}

/// The modules of the `.app`, and on a downgrade those that a script names besides.
fn merged(modules: &[Spanned<Atom>], script: &[Instruction], direction: Direction) -> Vec<Spanned<Atom>> {
    let mut all = modules.to_vec();
    if direction == Direction::Up {
        return all;
    }
    let mut known: HashSet<Atom> = all.iter().map(|module| module.value.clone()).collect();
    for instruction in script {
        if let Some(HighOp::Module(dependent)) = &instruction.op
            && known.insert(dependent.module.value.clone())
        {
            all.push(dependent.module.clone());
        }
    }
    all
}
