//! `relupc man`: the manual pages.

use super::Outcome;
use super::shell::{Failure, Shell};

/// Print the manual page, of one command or of relupc itself
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The command
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

/// Runs the command.
pub(super) fn run(args: Args, shell: &mut Shell) -> Result<Outcome, Failure> {
    let mut whole = super::command();
    whole.build();
    let page = match &args.command {
        None => whole,
        Some(name) => match whole.find_subcommand(name) {
            Some(command) => command.clone().name(format!("relupc-{name}")).version(env!("CARGO_PKG_VERSION")),
            None => return Err(Failure::Usage(format!("unknown command `{name}`"))),
        },
    };
    let mut bytes = Vec::new();
    clap_mangen::Man::new(page).render(&mut bytes).map_err(|why| Failure::Write { path: "standard output".to_owned(), why })?;
    shell.print(bytes);
    Ok(Outcome::CLEAN)
}
