//! The command line: one file a command, each with its arguments and its function; the contract is the guide's
//! reference page.
//!
//! In go arguments; out come a product on standard output or in a file, reports on standard error, and a status: 0 done;
//! 1 the input has errors, or what was asked for could not be made; 2 wrong usage, or the file system refused.

mod completions;
mod convert;
mod diff;
mod difference;
mod expand;
mod explain;
mod fmt;
mod generate;
mod graph;
mod invert;
mod levels;
mod lint;
mod make;
mod man;
mod reported;
mod rules;
mod shared;
mod shell;
mod status;
mod verify;
mod write;

pub use shell::Failure;
use status::Outcome;

use crate::escape;
use crate::session;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use shell::Shell;
use std::ffi::OsString;
use std::process::ExitCode;

/// Compile, check and explain Erlang/OTP release upgrades, with no Erlang installed
#[derive(Debug, Parser)]
#[command(name = "relupc", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// When to use colours
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value = "auto")]
    color: shell::Colour,

    /// Print no remarks, only products and findings
    #[arg(short, long, global = true)]
    quiet: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Make(make::Args),
    Diff(diff::Args),
    Lint(lint::Args),
    #[command(name = "gen")]
    Generate(generate::Args),
    Expand(expand::Args),
    Fmt(fmt::Args),
    Invert(invert::Args),
    Convert(convert::Args),
    Verify(verify::Args),
    Graph(graph::Args),
    Explain(explain::Args),
    Rules(rules::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// The whole command tree, for help, completions and man pages.
pub fn command() -> clap::Command {
    Cli::command()
}

/// The JSON Schema of `relupc.toml`, under its file's name in `grammar/json`.
pub fn config_schema() -> (&'static str, String) {
    ("config.schema.json", crate::render::document(&schemars::schema_for!(session::Config)))
}

/// Runs a command line and gives its status.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match command().try_get_matches_from(&arguments).and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return usage(error, &arguments),
    };
    let mut shell = Shell::new(cli.color, cli.quiet);
    let ran = match cli.command {
        Command::Make(args) => make::run(args, &mut shell),
        Command::Diff(args) => diff::run(args, &mut shell),
        Command::Lint(args) => lint::run(args, &mut shell),
        Command::Generate(args) => generate::run(args, &mut shell),
        Command::Expand(args) => expand::run(args, &mut shell),
        Command::Fmt(args) => fmt::run(args, &mut shell),
        Command::Invert(args) => invert::run(args, &mut shell),
        Command::Convert(args) => convert::run(args, &mut shell),
        Command::Verify(args) => verify::run(args, &mut shell),
        Command::Graph(args) => graph::run(args, &mut shell),
        Command::Explain(args) => explain::run(args, &mut shell),
        Command::Rules(args) => rules::run(args, &mut shell),
        Command::Completions(args) => completions::run(args, &mut shell),
        Command::Man(args) => man::run(args, &mut shell),
    };
    match ran.and_then(|outcome| shell.finish().map(|()| outcome)) {
        Ok(outcome) => ExitCode::from(outcome.status()),
        Err(failure) => {
            shell.failure(&failure);
            ExitCode::from(2)
        }
    }
}

/// Prints what is wrong with a command line, or the help or version that it asks for.
fn usage(error: clap::Error, arguments: &[OsString]) -> ExitCode {
    let status = u8::try_from(error.exit_code()).unwrap_or(2);
    // The words of the error repeat the arguments: where one could mislead, its escaped form is refused in its place.
    let shown: Vec<String> = arguments.iter().map(|argument| escape::line(&argument.to_string_lossy()).into_owned()).collect();
    let differs = shown.iter().zip(arguments).any(|(shown, own)| own.to_str() != Some(shown));
    let error = if differs { command().try_get_matches_from(shown).err().unwrap_or(error) } else { error };
    match error.print() {
        Err(why) if why.kind() != std::io::ErrorKind::BrokenPipe => ExitCode::from(2),
        Ok(()) | Err(_) => ExitCode::from(status),
    }
}
