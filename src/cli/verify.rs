//! `relupc verify`: what each path does to a node, proved or refuted.

use super::levels::LevelArgs;
use super::shared::{Search, path};
use super::shell::{Failure, Shell};
use super::status::Outcome;
use crate::diag::gathered;
use crate::proof::Proof;
use crate::render::{self, VerifyReport};
use crate::session::{Session, VerifyRequest};
use crate::source::{Disk, Overlay};
use clap::ValueEnum;
use std::mem::ManuallyDrop;

/// Prove or refute what each upgrade and downgrade path does, on a model of the node
///
/// The paths are those of RELUP, whatever tool produced it, or without one those that the target's appups compile to. Of each
/// path seven properties are proved, refuted, or reported as not visible in the files. Status 1 when a path is refuted or
/// missing.
#[derive(Debug, clap::Args)]
#[command(override_usage = "relupc verify [OPTIONS] [RELUP] <TARGET> --from <RELEASE>")]
pub struct Args {
    /// The release to upgrade to; before it the relup, when there is one
    #[arg(value_name = "TARGET", value_parser = path, required = true, num_args = 1..=2)]
    names: Vec<String>,

    /// A release to upgrade from and downgrade to; repeat it, or separate several with commas
    #[arg(long, value_name = "RELEASE", num_args = 1, value_delimiter = ',', value_parser = path, required = true)]
    from: Vec<String>,

    #[command(flatten)]
    search: Search,

    /// Show each step of each path, and what it does to the node
    #[arg(long)]
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
}

/// Runs the command.
pub(super) fn run(args: Args, shell: &mut Shell) -> Result<Outcome, Failure> {
    let (relup, target) = match args.names.as_slice() {
        [relup, target] => (Some(relup.clone()), target.clone()),
        names => (None, names.first().cloned().unwrap_or_default()),
    };
    if args.trace && args.format != VerifyFormat::Human {
        return Err(Failure::Usage("`--trace` is part of the report for people: leave `--format` out".to_owned()));
    }
    let settings = args.search.settings(args.levels.project(&Disk, &target)?)?;
    let overlay = ManuallyDrop::new(Overlay::new(&Disk));
    // The process ends with the run: what takes long to give back piece by piece is left to the system.
    let mut session = ManuallyDrop::new(Session::new(&overlay, settings));
    let verification = session.verify(&VerifyRequest { relup, target: target.clone(), bases: args.from.clone() });
    let findings = verification.reported();
    let proofs: Vec<&Proof> = verification.paths.iter().map(|path| &path.proof).collect();
    let files = session.texts();
    let name = verification.releases.first().map_or(target, |(name, version)| format!("{name} {version}"));
    match args.format {
        VerifyFormat::Human => {
            for path in &verification.paths {
                shell.print(render::verify_text(&path.proof));
                if args.trace {
                    shell.print(render::trace(&path.steps, files, session.otp()));
                }
            }
            verification.missing.iter().for_each(|(direction, path)| shell.print(format!("{} {path}: missing\n", direction.word())));
            shell.print(render::human(&gathered(findings.clone()), files, shell.product()));
            shell.remark(&render::verdict(proofs.iter().copied(), verification.missing.len()));
        }
        VerifyFormat::Concise => shell.print(render::concise(&findings, files)),
        VerifyFormat::Json => {
            let report = VerifyReport::new(&proofs, &verification.missing, verification.complete, &findings, files);
            shell.print(render::document(&report));
        }
        VerifyFormat::Markdown => {
            shell.report(&findings, files);
            shell.print(render::verify_markdown(&name, &proofs, &verification.missing));
        }
    }
    Ok(if verification.holds() { Outcome::CLEAN } else { Outcome::FAULTY })
}
