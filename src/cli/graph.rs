//! `relupc graph`: the modules of a path, and what depends on what.

use super::Outcome;
use super::levels::ProjectArgs;
use super::shared::{Search, path};
use super::shell::{Failure, Shell};
use crate::appup::Direction;
use crate::render::{self, GraphReport};
use crate::session::{Session, Settings};
use crate::source::{Disk, Overlay};
use clap::ValueEnum;

/// Draw the modules of a path: which are replaced together, in which order, and why
///
/// An arrow leads from a module to one that it depends on; the numbers are the order in which processes are suspended.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The release to upgrade to
    #[arg(value_name = "TARGET", value_parser = path)]
    target: String,

    /// The release to upgrade from
    #[arg(long, value_name = "RELEASE", value_parser = path)]
    from: String,

    /// Draw the downgrade path instead
    #[arg(long)]
    down: bool,

    #[command(flatten)]
    search: Search,

    #[command(flatten)]
    project: ProjectArgs,

    /// The language of the picture
    #[arg(long, value_enum, default_value = "dot")]
    format: GraphFormat,
}

/// The language of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum GraphFormat {
    /// For Graphviz
    Dot,
    /// For Markdown that draws Mermaid
    Mermaid,
    /// One JSON document
    Json,
}

/// Runs the command.
pub(super) fn run(args: Args, shell: &mut Shell) -> Result<Outcome, Failure> {
    let settings = Settings { with_code: false, ..args.search.settings(args.project.of(&Disk, &args.target)?)? };
    let overlay = Overlay::new(&Disk);
    let mut session = Session::new(&overlay, settings);
    let releases = session.accepted_releases(&[args.target.clone(), args.from.clone()]);
    let direction = if args.down { Direction::Down } else { Direction::Up };
    let (drawn, on_path) = session.clusters(&releases, direction).unzip();
    let mut found = releases.found.clone();
    found.append(on_path.unwrap_or_default());
    let files = session.texts();
    let findings = found.sorted();
    let outcome = Outcome::new(&findings, drawn.is_some());
    let (name, clusters) = drawn.unwrap_or_default();
    let format = match args.format {
        GraphFormat::Dot => render::GraphFormat::Dot,
        GraphFormat::Mermaid => render::GraphFormat::Mermaid,
        GraphFormat::Json => {
            shell.print(render::document(&GraphReport::new(&name, &clusters, &findings, files)));
            return Ok(outcome);
        }
    };
    shell.report(&findings, files);
    if outcome == Outcome::CLEAN {
        shell.print(render::graph(&name, &clusters, format));
    }
    Ok(outcome)
}
