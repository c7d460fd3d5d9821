//! `relupc rules`: every code.

use super::Outcome;
use super::shared::Format;
use super::shell::{Failure, Shell};
use crate::render::RulesReport;
use crate::{lint, render};

/// List every code with its level, its name and what it is about
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The form of the output
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
}

/// Runs the command.
pub(super) fn run(args: Args, shell: &mut Shell) -> Result<Outcome, Failure> {
    let codes = lint::codes();
    let text = match args.format {
        Format::Human | Format::Concise => render::rules(&codes),
        Format::Json => render::document(&RulesReport::new(&codes)),
    };
    shell.print(text);
    Ok(Outcome::CLEAN)
}
