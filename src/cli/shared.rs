//! Arguments that several commands take.

use super::shell::Failure;
use crate::otp::Otp;
use crate::session::{Project, Settings};
use crate::source::{Disk, FileTree};
use clap::{Args, ValueEnum};

/// Where applications are searched, and which OTP version counts
#[derive(Debug, Args)]
pub struct Search {
    /// Search for applications in this folder; `*` matches any name, as in `lib/*/ebin`
    #[arg(long = "path", value_name = "DIR", value_parser = path, action = clap::ArgAction::Append)]
    pub path: Vec<String>,

    /// Take debug information that a release lacks from the modules in this folder that have the same code; `*` matches any name, as
    /// in `_build/prod/lib/*/ebin`
    #[arg(long, value_name = "DIR", value_parser = path, action = clap::ArgAction::Append)]
    pub debug_info: Vec<String>,

    /// Read the appup of an application from this folder if it has one, as `APP-VSN.appup` or `APP.appup`
    #[arg(long, value_name = "DIR", value_parser = path, action = clap::ArgAction::Append)]
    pub appups: Vec<String>,

    #[command(flatten)]
    pub language: Language,
}

impl Search {
    /// The settings of a session that looks at the code of releases.
    pub fn settings(&self, project: Project) -> Result<Settings, Failure> {
        // A folder that the project names may come with the first appup.
        if let Some(missing) = self.appups.iter().find(|path| !Disk.is_folder(path)) {
            return Err(Failure::Usage(format!("`--appups {missing}` is not a folder")));
        }
        Ok(Settings {
            otp: self.language.otp,
            search: self.path.clone(),
            debug_info: self.debug_info.clone(),
            appups: self.appups.iter().chain(&project.appups).cloned().collect(),
            policy: project.policy,
            format: project.format,
            paths: project.paths,
            levels: project.levels,
            with_code: true,
        })
    }
}

/// Which OTP version counts
#[derive(Debug, Args)]
pub struct Language {
    /// Behave as this OTP version: 25 to 29
    #[arg(long, value_name = "MAJOR", value_parser = parse_otp)]
    pub otp: Option<Otp>,
}

fn parse_otp(text: &str) -> Result<Otp, String> {
    let range = format!("{} to {}", Otp::OLDEST.major(), Otp::NEWEST.major());
    text.parse::<u8>().ok().and_then(Otp::from_major).ok_or_else(|| format!("use one of {range}"))
}

/// A file, a folder or a release. An empty name is most often a variable of a script that was never set; taken for the root
/// of the file system it would do harm.
pub fn path(text: &str) -> Result<String, String> {
    if text.is_empty() { Err("the name is empty; is a variable not set?".to_owned()) } else { Ok(text.to_owned()) }
}

/// The form of findings and products.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Reports for people
    Human,
    /// Findings on one line each
    Concise,
    /// One JSON document on standard output
    Json,
}

/// The form of findings where other tools take them in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FindingsFormat {
    /// Reports for people
    Human,
    /// Findings on one line each: `file:line:column: error[RL0105]: text`
    Concise,
    /// One JSON document on standard output
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub's workflows
    Github,
}
