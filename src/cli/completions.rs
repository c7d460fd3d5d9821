//! `relupc completions`: completions for a shell.

use super::Outcome;
use super::shell::{Failure, Shell};

/// Print completions for a shell
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

/// Runs the command.
pub(super) fn run(args: Args, shell: &mut Shell) -> Result<Outcome, Failure> {
    let mut bytes = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "relupc", &mut bytes);
    shell.print(bytes);
    Ok(Outcome::CLEAN)
}
