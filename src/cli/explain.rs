//! `relupc explain`: the page of a code.

use super::Outcome;
use super::shell::{Failure, Shell};
use crate::{lint, render};

/// Explain a code: what it means, why it matters, an example and its fix
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The code (`RL0401`) or its name (`no-relup-entry`)
    #[arg(value_name = "CODE")]
    code: String,
}

/// Runs the command.
pub(super) fn run(args: Args, shell: &mut Shell) -> Result<Outcome, Failure> {
    let code = lint::find(&args.code).ok_or_else(|| Failure::Usage(format!("unknown code `{}`; `relupc rules` lists all", args.code)))?;
    shell.print(render::explain(code));
    Ok(Outcome::CLEAN)
}
