//! What the command line and the project decide: levels, folders of appups, what is written into appups.

use super::shared::path;
use super::shell::Failure;
use crate::lint::{Level, SetBy};
use crate::session::{self, PresetName, Project};
use crate::source::FileTree;
use clap::ValueEnum;

/// The levels that the command line sets
#[derive(Debug, clap::Args)]
pub struct LevelArgs {
    /// Do not report these codes, names or groups (`all` for everything); separate several with commas
    #[arg(long, value_name = "CODE", num_args = 1, value_delimiter = ',')]
    allow: Vec<String>,

    /// Report these as warnings
    #[arg(long, value_name = "CODE", num_args = 1, value_delimiter = ',')]
    warn: Vec<String>,

    /// Report these as errors
    #[arg(long, value_name = "CODE", num_args = 1, value_delimiter = ',')]
    deny: Vec<String>,

    /// Where levels begin
    #[arg(long, value_enum, value_name = "NAME")]
    preset: Option<PresetArg>,

    #[command(flatten)]
    file: ProjectArgs,
}

/// Where the project's decisions are
#[derive(Debug, clap::Args)]
pub struct ProjectArgs {
    /// Read this configuration instead of a `relupc.toml` further up
    #[arg(long, value_name = "FILE", value_parser = path)]
    config: Option<String>,
}

impl ProjectArgs {
    /// What the project decides.
    pub fn of(&self, tree: &dyn FileTree, from: &str) -> Result<Project, Failure> {
        Ok(session::project(tree, from, self.config.as_deref(), None)?)
    }
}

/// Where levels begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PresetArg {
    /// What OTP refuses and warns of
    Otp,
    /// Each code's own level
    Recommended,
    /// Warnings are errors, advice is a warning
    Strict,
}

impl LevelArgs {
    /// What the project decides, with the levels of the command line over its own.
    pub fn project(&self, tree: &dyn FileTree, from: &str) -> Result<Project, Failure> {
        let preset = self.preset.map(|preset| match preset {
            PresetArg::Otp => PresetName::Otp,
            PresetArg::Recommended => PresetName::Recommended,
            PresetArg::Strict => PresetName::Strict,
        });
        let mut project = session::project(tree, from, self.file.config.as_deref(), preset)?;
        for (option, list, level) in [("--allow", &self.allow, Level::Allow), ("--warn", &self.warn, Level::Warn), ("--deny", &self.deny, Level::Deny)] {
            for what in list {
                if !project.levels.set(SetBy::CommandLine, what, level) {
                    return Err(Failure::Usage(session::unknown_level(option, what)));
                }
            }
        }
        Ok(project)
    }
}
