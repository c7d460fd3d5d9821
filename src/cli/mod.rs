//! The command line: one file a command, each with its arguments and its function; the contract is the guide's
//! reference page.
//!
//! In go arguments; out come a product on standard output or in a file, reports on standard error, and a status: 0 done,
//! 1 the input has errors, 2 wrong usage or the file system refused.

mod completions;
mod config;
mod diff;
mod expand;
mod explain;
mod graph;
mod invert;
mod lint;
mod make;
mod man;
mod rules;
mod shared;
mod shell;
mod write;

pub use shell::Failure;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use shell::Shell;
use std::ffi::OsString;
use std::process::ExitCode;

/// Compile, check and explain Erlang/OTP release upgrades, with no Erlang installed
#[derive(Debug, Parser)]
#[command(name = "relupc", version, max_term_width = 100, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// When to use colours
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value = "auto")]
    color: shell::Colour,
}

#[derive(Debug, Subcommand)]
enum Command {
    Make(make::Args),
    Diff(diff::Args),
    Lint(lint::Args),
    Expand(expand::Args),
    Invert(invert::Args),
    Graph(graph::Args),
    Explain(explain::Args),
    Rules(rules::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// How a command that did its work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// Nothing at error level.
    Clean,
    /// The input has errors, or a check found a difference.
    Faulty,
}

/// The whole command tree, for help, completions and man pages.
pub fn command() -> clap::Command {
    Cli::command()
}

/// The JSON Schema of `relupc.toml`, under its file's name in `grammar/json`.
pub fn config_schema() -> (&'static str, String) {
    ("config.schema.json", config::schema())
}

/// Runs a command line and gives its status.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match command().try_get_matches_from(arguments).and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => {
            let status = u8::try_from(error.exit_code()).unwrap_or(2);
            return match error.print() {
                Err(why) if why.kind() != std::io::ErrorKind::BrokenPipe => ExitCode::from(2),
                Ok(()) | Err(_) => ExitCode::from(status),
            };
        }
    };
    let mut shell = Shell::new(cli.color);
    let outcome = match cli.command {
        Command::Make(args) => make::run(args, &mut shell),
        Command::Diff(args) => diff::run(args, &mut shell),
        Command::Lint(args) => lint::run(args, &mut shell),
        Command::Expand(args) => expand::run(args, &mut shell),
        Command::Invert(args) => invert::run(args, &mut shell),
        Command::Graph(args) => graph::run(args, &mut shell),
        Command::Explain(args) => explain::run(args, &mut shell),
        Command::Rules(args) => rules::run(args, &mut shell),
        Command::Completions(args) => completions::run(args, &mut shell),
        Command::Man(args) => man::run(args, &mut shell),
    };
    match outcome.and_then(|outcome| shell.flush().map(|()| outcome)) {
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Faulty) => ExitCode::from(1),
        // Whoever read the output has seen enough.
        Err(Failure::BrokenPipe) => ExitCode::SUCCESS,
        Err(failure) => {
            shell.failure(&failure);
            ExitCode::from(2)
        }
    }
}
