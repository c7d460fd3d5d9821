//! `relupc gen`: writes the appups that two releases call for.

use super::levels::LevelArgs;
use super::shared::{Format, Search, path};
use super::shell::{Failure, Shell};
use super::status::{Outcome, has_errors};
use super::{difference, write};
use crate::author::{self, Generated};
use crate::diag::{Diagnostic, Severity, gathered};
use crate::escape;
use crate::lint::{Purpose, Ran};
use crate::render::{self, GenReport};
use crate::session::{Existing, GenBase, GenRequest, Goal, Session};
use crate::source::{Disk, Overlay, parent};
use crate::term::Form;
use clap::ValueEnum;

/// Write the appups that the changes between two releases call for, upgrade and downgrade
///
/// The last RELEASE is the new one, the others are those to upgrade from. Applications that have an entry for a path keep it.
/// What the files do not show is left as a question: a comment that begins with TODO, and a warning.
#[derive(Debug, clap::Args)]
#[command(override_usage = "relupc gen [OPTIONS] <BASE>... <TARGET>")]
pub struct Args {
    /// The old releases, then the new one
    #[arg(value_name = "RELEASE", value_parser = path, required = true)]
    releases: Vec<String>,

    /// Only this application; repeat it, or separate several with commas
    #[arg(long, value_name = "NAME", num_args = 1, value_delimiter = ',')]
    app: Vec<String>,

    #[command(flatten)]
    search: Search,

    /// Write into the appups of the new release
    #[arg(long, conflicts_with = "out")]
    in_place: bool,

    /// Write into this folder: `APP-VSN.appup` for each application
    #[arg(long, value_name = "DIR", value_parser = path)]
    out: Option<String>,

    /// Write nothing; status 1 if something would be written
    #[arg(long)]
    check: bool,

    /// Show what would change, and write nothing
    #[arg(long, conflicts_with = "format")]
    diff: bool,

    /// Add what existing entries lack
    #[arg(long, conflicts_with = "force")]
    amend: bool,

    /// Write existing entries again
    #[arg(long)]
    force: bool,

    /// The form of appups: what is written with `--out` is `APP-VSN.appup.exs` in Elixir's
    #[arg(long, value_enum, value_name = "FORM", default_value = "erlang")]
    syntax: Syntax,

    /// Write one entry with a version pattern for old versions that need the same instructions
    #[arg(long)]
    pattern: bool,

    /// Write the reason of each instruction as a comment
    #[arg(long)]
    comments: bool,

    /// Report the reason of each instruction
    #[arg(long, conflicts_with = "format")]
    explain: bool,

    /// Fail with status 1 while a question is open
    #[arg(long)]
    strict: bool,

    #[command(flatten)]
    levels: LevelArgs,

    /// The form of the output
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
}

/// The form of appups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Syntax {
    /// As OTP reads them
    Erlang,
    /// As Elixir terms, for `relupc convert` and `--appups`
    Elixir,
}

/// Runs the command.
pub(super) fn run(args: Args, shell: &mut Shell) -> Result<Outcome, Failure> {
    let Some((target, bases)) = args.releases.split_last().filter(|(_, bases)| !bases.is_empty()) else {
        let only = args.releases.first().map_or("TARGET", String::as_str);
        return Err(Failure::Usage(format!("an appup leads from one release to another: write `relupc gen OLD {only}`")));
    };
    if args.out.as_deref() == Some("-") {
        return Err(Failure::Usage("`--out` names a folder; without it the appups go to standard output".to_owned()));
    }
    if args.in_place && args.syntax == Syntax::Elixir {
        return Err(Failure::Usage("OTP reads only `.appup` beside an `.app`: write Elixir's form into a folder with `--out`".to_owned()));
    }
    let project = args.levels.project(&Disk, target)?;
    let settings = args.search.settings(project)?;
    let overlay = Overlay::new(&Disk);
    let mut session = Session::new(&overlay, settings);
    let (generated, complete, mut found) = session.generate(&request(&args, target, bases))?;
    if args.strict {
        found = found.map(|found| if author::is_question(&found) { found.severity(Severity::Error) } else { found });
    }
    let findings = session.judge(found, Ran::Everything, Purpose::Lint);
    let changed: Vec<&Generated> = generated.iter().filter(|one| one.after.is_some()).collect();
    match args.format {
        Format::Human => shell.report(&gathered(findings.clone()), session.texts()),
        Format::Concise => shell.report_concisely(&findings, session.texts()),
        Format::Json => {}
    }
    if args.explain {
        shell.report_text(&render::reasons(&generated));
    }
    if args.diff {
        let texts = changed.iter().filter_map(|one| Some((one.before.as_deref().unwrap_or_default(), one.after.as_ref()?)));
        shell.print(texts.map(|(before, after)| difference::of(&after.name, before, &after.text)).collect::<String>());
    }
    let writes = (args.in_place || args.out.is_some()) && !args.check && !args.diff;
    // An entry with a fault is written as well: the others do not suffer from it.
    let mut written = Vec::new();
    if let Some(packed) = changed.iter().find(|one| writes && one.is_packed) {
        return Err(Failure::Usage(format!("`{}` is inside a tarball: name a folder with `--out`", packed.file)));
    }
    if writes {
        for one in &changed {
            written.extend(write_appup(one, shell)?);
        }
    }
    match args.format {
        Format::Json => {
            let report = GenReport::new(target, bases, &generated, &written, &findings, session.texts(), session.otp());
            shell.print(render::document(&report));
        }
        Format::Human | Format::Concise => {
            if !writes && !args.check && !args.diff {
                shell.print(appups(&changed));
            }
            shell.note(&summary(&generated, &written, &findings, writes, complete));
        }
    }
    if args.check && !changed.is_empty() {
        return Ok(Outcome::FAULTY);
    }
    Ok(Outcome::new(&findings, complete))
}

fn request(args: &Args, target: &str, bases: &[String]) -> GenRequest {
    GenRequest {
        target: target.to_owned(),
        bases: bases.iter().map(|reference| GenBase { reference: reference.clone(), up: true, down: true }).collect(),
        only: args.app.clone(),
        goal: args.out.clone().map_or(Goal::InPlace, Goal::Folder),
        existing: match (args.force, args.amend) {
            (true, _) => Existing::Replace,
            (false, true) => Existing::Amend,
            (false, false) => Existing::Keep,
        },
        with_reasons: args.comments,
        with_patterns: args.pattern,
        form: if args.syntax == Syntax::Elixir { Form::Elixir } else { Form::Erlang },
    }
}

/// Writes an appup; gives its name.
fn write_appup(one: &Generated, shell: &mut Shell) -> Result<Option<String>, Failure> {
    let Some(after) = &one.after else { return Ok(None) };
    write::make_folder(parent(&after.name))?;
    for lost in write::replace(&after.name, &after.bytes())? {
        shell.note(&format!("{}: {lost}", after.name));
    }
    Ok(Some(after.name.clone()))
}

/// The appups on standard output: one alone as it is, several each with its name before it.
fn appups(changed: &[&Generated]) -> String {
    let texts = || changed.iter().filter_map(|one| one.after.as_ref());
    if changed.len() == 1 {
        return texts().map(|after| format!("{}\n", after.text.trim_end())).collect();
    }
    let named = texts().map(|after| format!("{} {}\n{}\n", Form::of(&after.name).comment(), escape::line(&after.name), after.text.trim_end()));
    named.collect::<Vec<_>>().join("\n")
}

/// What was done, in words.
fn summary(generated: &[Generated], written: &[String], findings: &[Diagnostic], writes: bool, complete: bool) -> String {
    let count = |number: usize, one: &str, many: &str| if number == 1 { format!("1 {one}") } else { format!("{number} {many}") };
    let open = findings.iter().filter(|found| author::is_question(found)).count();
    let questions = if open == 0 { String::new() } else { format!("; {}", count(open, "question is open", "questions are open")) };
    let changed = generated.iter().filter(|one| one.after.is_some()).count();
    let what = match (writes, changed) {
        (true, 1..) => format!("wrote {}", written.join(", ")),
        (_, 0) if has_errors(findings) || !complete => "nothing was generated".to_owned(),
        (_, 0) if generated.is_empty() => "no application needs an appup for this path".to_owned(),
        (_, 0) => "every application that changes has its entries".to_owned(),
        (false, _) => format!("generated {}", count(changed, "appup", "appups")),
    };
    what + &questions
}
