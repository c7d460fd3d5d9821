//! `relupc verify`: what each path does to a node, proved or refuted.

use super::levels::LevelArgs;
use super::shared::{Search, path};
use super::shell::{Failure, Shell};
use super::status::Outcome;
use crate::diag::gathered;
use crate::proof::Proof;
use crate::render::{self, PathsReport, VerifyReport};
use crate::session::{PathsRequest, Session, VerifyRequest};
use crate::source::{Disk, Overlay};
use clap::ValueEnum;
use std::mem::ManuallyDrop;

/// Prove or refute what each upgrade and downgrade path does, on a model of the node
///
/// The paths are those of RELUP, whatever tool produced it, or without one those that the target's appups compile to. Of each
/// path seven properties are proved, refuted, or reported as not visible in the files. Status 1 when a path is refuted or
/// missing. With `--all-paths` every pair of releases is looked at: which have a path, and which only through other releases;
/// a missing path is then a fault only if it is required.
#[derive(Debug, clap::Args)]
#[command(override_usage = "relupc verify [OPTIONS] [RELUP] <TARGET> --from <RELEASE>\n       relupc verify [OPTIONS] --all-paths <RELEASE>...")]
pub struct Args {
    /// The release to upgrade to; before it the relup, when there is one; with `--all-paths` the releases
    #[arg(value_name = "TARGET", value_parser = path, required = true, num_args = 1..)]
    names: Vec<String>,

    /// A release to upgrade from and downgrade to; repeat it, or separate several with commas
    #[arg(long, value_name = "RELEASE", num_args = 1, value_delimiter = ',', value_parser = path, required_unless_present = "all_paths")]
    from: Vec<String>,

    /// Look at both paths of each pair of the releases, each compiled from the appups of the later one
    #[arg(long, conflicts_with = "from")]
    all_paths: bool,

    /// Fail if one cannot get from one release to another, directly or through others; each by its version
    #[arg(long, value_name = "FROM..TO", requires = "all_paths", value_parser = required)]
    require: Vec<(String, String)>,

    #[command(flatten)]
    search: Search,

    /// Show each step of each path, and what it does to the node
    #[arg(long, conflicts_with = "all_paths")]
    trace: bool,

    #[command(flatten)]
    levels: LevelArgs,

    /// The form of the output
    #[arg(long, value_enum, default_value = "human")]
    format: VerifyFormat,
}

/// The form of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum VerifyFormat {
    /// A report for a terminal
    Human,
    /// What refutes a path, one line each
    Concise,
    /// One JSON document
    Json,
    /// For a comment on a pull request
    Markdown,
    /// A page that needs nothing else, with each step of each path
    Html,
    /// With `--all-paths`: the releases as a picture, for Graphviz
    Dot,
    /// With `--all-paths`: the same for Markdown that draws Mermaid
    Mermaid,
}

/// `FROM..TO`.
fn required(text: &str) -> Result<(String, String), String> {
    match text.split_once("..") {
        Some((from, to)) if !from.is_empty() && !to.is_empty() => Ok((from.to_owned(), to.to_owned())),
        _ => Err("write it as `FROM..TO`, with the versions of two releases".to_owned()),
    }
}

/// Runs the command.
pub(super) fn run(args: Args, shell: &mut Shell) -> Result<Outcome, Failure> {
    if args.all_paths {
        return all_paths(args, shell);
    }
    if !args.require.is_empty() {
        return Err(Failure::Usage("`--require` is for `--all-paths`: without it every path is looked at".to_owned()));
    }
    let (relup, target) = match args.names.as_slice() {
        [target] => (None, target.clone()),
        [relup, target] => (Some(relup.clone()), target.clone()),
        _ => return Err(Failure::Usage("there is one target, and before it at most a relup; `--all-paths` takes more releases".to_owned())),
    };
    if args.trace && args.format != VerifyFormat::Human {
        return Err(Failure::Usage("`--trace` is part of the report for people: leave `--format` out".to_owned()));
    }
    if matches!(args.format, VerifyFormat::Dot | VerifyFormat::Mermaid) {
        return Err(Failure::Usage("this form is for `--all-paths`; `relupc graph` draws the modules of a path".to_owned()));
    }
    let settings = args.search.settings(args.levels.project(&Disk, &target)?)?;
    let overlay = ManuallyDrop::new(Overlay::new(&Disk));
    // The process ends with the run: what takes long to give back piece by piece is left to the system.
    let mut session = ManuallyDrop::new(Session::new(&overlay, settings));
    let request = VerifyRequest { relup, target: target.clone(), bases: args.from.clone() };
    let verification = session.verify(&request);
    let inputs: Vec<(String, String)> = match args.format {
        VerifyFormat::Json | VerifyFormat::Markdown | VerifyFormat::Html => {
            session.inputs(&request).into_iter().map(|input| (input.name, input.sha256)).collect()
        }
        VerifyFormat::Human | VerifyFormat::Concise | VerifyFormat::Dot | VerifyFormat::Mermaid => Vec::new(),
    };
    let findings = verification.reported();
    let proofs: Vec<&Proof> = verification.paths.iter().map(|path| &path.proof).collect();
    let files = session.texts();
    let name = verification.releases.first().map_or(target, |(name, version)| format!("{name} {version}"));
    match args.format {
        VerifyFormat::Human => {
            for path in &verification.paths {
                shell.print(render::verify_text(&path.proof));
                if args.trace {
                    shell.print(render::trace(&path.proof, &path.steps, files, session.otp()));
                }
            }
            verification.missing.iter().for_each(|one| shell.print(format!("{} {}: missing\n", one.direction.word(), one.path)));
            shell.print(render::human(&gathered(findings.clone()), files, shell.product()));
            shell.remark(&render::verdict(proofs.iter().copied(), verification.missing.len()));
        }
        VerifyFormat::Concise => shell.print(render::concise(&findings, files)),
        VerifyFormat::Json => {
            let report = VerifyReport::new(&proofs, &verification.missing, verification.complete, &inputs, &findings, files);
            shell.print(render::document(&report));
        }
        VerifyFormat::Markdown => {
            shell.report(&findings, files);
            shell.print(render::verify_markdown(&name, &proofs, &verification.missing, &inputs));
        }
        VerifyFormat::Html => {
            shell.report(&findings, files);
            let paths: Vec<_> = verification.paths.iter().map(|path| (&path.proof, path.steps.as_slice())).collect();
            shell.print(render::verify_html(&name, &paths, &verification.missing, &inputs, files, session.otp()));
        }
        VerifyFormat::Dot | VerifyFormat::Mermaid => {}
    }
    Ok(if verification.holds() { Outcome::CLEAN } else { Outcome::FAULTY })
}

/// The paths between all releases.
fn all_paths(args: Args, shell: &mut Shell) -> Result<Outcome, Failure> {
    let [first, _, ..] = args.names.as_slice() else {
        return Err(Failure::Usage("`--all-paths` takes two or more releases".to_owned()));
    };
    if args.format == VerifyFormat::Html {
        return Err(Failure::Usage("the page is for the paths of one target: `--all-paths` has `markdown`".to_owned()));
    }
    let settings = args.search.settings(args.levels.project(&Disk, first)?)?;
    let overlay = ManuallyDrop::new(Overlay::new(&Disk));
    let mut session = ManuallyDrop::new(Session::new(&overlay, settings));
    let request = PathsRequest { releases: args.names, required: args.require };
    let paths = session.all_paths(&request).map_err(Failure::from)?;
    let (graph, findings, files) = (&paths.graph, &paths.findings, session.texts());
    let picture = match args.format {
        VerifyFormat::Human => {
            if !graph.edges.is_empty() {
                shell.print(render::paths_text(graph));
            }
            shell.print(render::human(&gathered(findings.clone()), files, shell.product()));
            shell.remark(&render::paths_verdict(graph));
            None
        }
        VerifyFormat::Concise => {
            shell.report_concisely(findings, files);
            shell.print(render::paths_concise(graph));
            None
        }
        VerifyFormat::Json => {
            shell.print(render::document(&PathsReport::new(graph, (paths.complete, paths.holds()), findings, files)));
            None
        }
        VerifyFormat::Markdown => {
            shell.report(findings, files);
            shell.print(render::paths_markdown(graph));
            None
        }
        VerifyFormat::Html => None,
        VerifyFormat::Dot => Some(render::GraphFormat::Dot),
        VerifyFormat::Mermaid => Some(render::GraphFormat::Mermaid),
    };
    if let Some(format) = picture {
        shell.report(findings, files);
        shell.print(render::paths_picture(graph, format));
    }
    Ok(if paths.holds() { Outcome::CLEAN } else { Outcome::FAULTY })
}
