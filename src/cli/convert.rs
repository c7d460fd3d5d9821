//! `relupc convert`: an appup in Elixir's form as an `.appup`, and back.

use super::shared::{Language, path};
use super::shell::{Failure, Shell};
use super::write::{self, Goal};
use super::{Outcome, status::has_errors};
use crate::lint::{Purpose, Ran};
use crate::session::{self, Session, Settings};
use crate::source::{Disk, Overlay};
use crate::term::Form;

/// Write an appup in Elixir's form as an `.appup`, or the other way round
///
/// A file whose name ends in `.exs` or `.ex` is in Elixir's form; any other one is in Erlang's. Comments and layout are kept. What is not
/// written out in the file (variables, calls, interpolation) is refused, and never evaluated.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The appup
    #[arg(value_name = "FILE", value_parser = path)]
    file: String,

    /// Write it here; `-` is standard output
    #[arg(short, long, value_name = "FILE", default_value = "-", value_parser = path)]
    output: String,

    #[command(flatten)]
    language: Language,
}

/// Runs the command.
pub(super) fn run(args: Args, shell: &mut Shell) -> Result<Outcome, Failure> {
    session::something_else(&args.file, "`relupc convert` reads appups")?;
    let overlay = Overlay::new(&Disk);
    let mut session = Session::new(&overlay, Settings { otp: args.language.otp, ..Settings::default() });
    let (converted, found) = session.convert(&args.file);
    let findings = session.judge(found, Ran::Nothing, Purpose::Lint);
    shell.report(&findings, session.texts());
    let outcome = Outcome::new(&findings, converted.is_some());
    let Some(text) = converted.filter(|_| !has_errors(&findings)) else { return Ok(outcome) };
    match Goal::new(&args.output)? {
        Goal::File(file) if Form::of(&file) == Form::of(&args.file) => {
            let form = match Form::of(&file) {
                Form::Erlang => "Elixir's",
                Form::Elixir => "Erlang's",
            };
            return Err(Failure::Usage(format!("`{file}` would hold {form} form, and its name says the other one: a name that ends in `.exs` is Elixir's")));
        }
        Goal::Output => shell.print(text),
        Goal::File(file) => {
            for lost in write::replace(&file, text.as_bytes())? {
                shell.note(&format!("{file}: {lost}"));
            }
            shell.note(&format!("wrote {file}"));
        }
    }
    Ok(outcome)
}
