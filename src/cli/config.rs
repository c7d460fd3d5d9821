//! `relupc.toml`: the levels of a project, found upward from where the run begins.

use super::shared::path;
use super::shell::Failure;
use crate::lint::{Level, Levels, Preset, SetBy};
use crate::source::{FileTree, Refusal, Source};
use schemars::JsonSchema;
use serde::Deserialize;

/// The file `relupc.toml`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where levels begin: `otp`, `recommended` or `strict`.
    pub preset: Option<PresetName>,
    /// Codes, names or groups that are not reported.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Codes, names or groups that are warnings.
    #[serde(default)]
    pub warn: Vec<String>,
    /// Codes, names or groups that are errors.
    #[serde(default)]
    pub deny: Vec<String>,
}

/// Where levels begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum PresetName {
    /// What OTP refuses and warns of
    Otp,
    /// Each code's own level
    Recommended,
    /// Warnings are errors, advice is a warning
    Strict,
}

impl From<PresetName> for Preset {
    fn from(name: PresetName) -> Preset {
        match name {
            PresetName::Otp => Preset::Otp,
            PresetName::Recommended => Preset::Recommended,
            PresetName::Strict => Preset::Strict,
        }
    }
}

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
    preset: Option<PresetName>,

    /// Read this configuration instead of a `relupc.toml` further up
    #[arg(long, value_name = "FILE", value_parser = path)]
    config: Option<String>,
}

/// The name that is looked for.
const NAME: &str = "relupc.toml";
/// How many folders upward are looked into.
const UPWARD: usize = 64;

impl LevelArgs {
    /// The levels of a run: the configuration's, then those of the command line.
    pub fn levels(&self, tree: &dyn FileTree, from: &str) -> Result<Levels, Failure> {
        let config = match &self.config {
            Some(file) => Some((file.clone(), read(tree, file)?.ok_or_else(|| Failure::Usage(format!("`{file}` does not exist")))?)),
            None => find(tree, from)?,
        };
        let (file, config) = config.unwrap_or_default();
        let mut levels = Levels::new(self.preset.or(config.preset).map_or(Preset::Recommended, Preset::from));
        let lists = [
            (SetBy::File, file.as_str(), &config.allow, Level::Allow),
            (SetBy::File, file.as_str(), &config.warn, Level::Warn),
            (SetBy::File, file.as_str(), &config.deny, Level::Deny),
            (SetBy::CommandLine, "--allow", &self.allow, Level::Allow),
            (SetBy::CommandLine, "--warn", &self.warn, Level::Warn),
            (SetBy::CommandLine, "--deny", &self.deny, Level::Deny),
        ];
        for (source, place, list, level) in lists {
            for what in list {
                if !levels.set(source, what, level) {
                    return Err(Failure::Usage(format!("{place}: unknown code or group `{what}`; `relupc rules` lists all")));
                }
            }
        }
        Ok(levels)
    }
}

fn find(tree: &dyn FileTree, from: &str) -> Result<Option<(String, Config)>, Failure> {
    let mut folder = if tree.is_folder(from) { from.trim_end_matches('/').to_owned() } else { crate::source::parent(from).to_owned() };
    for _ in 0..UPWARD {
        let file = crate::source::join(&folder, NAME);
        if let Some(config) = read(tree, &file)? {
            return Ok(Some((file, config)));
        }
        folder = match folder.as_str() {
            "/" => return Ok(None),
            "" | "." => "..".to_owned(),
            other if other.ends_with("..") => format!("{other}/.."),
            other => crate::source::parent(other).to_owned(),
        };
    }
    Ok(None)
}

fn read(tree: &dyn FileTree, file: &str) -> Result<Option<Config>, Failure> {
    let bytes = match tree.read_text(file) {
        Ok(bytes) => bytes,
        Err(Refusal::Absent) => return Ok(None),
        Err(Refusal::Refused(words)) => return Err(Failure::Usage(format!("`{file}` cannot be read: {words}"))),
        Err(Refusal::TooLarge(_)) => return Err(Failure::Usage(format!("`{file}` is too large"))),
    };
    let source = Source::new(file, bytes);
    toml::from_str(&source.text).map(Some).map_err(|error| {
        let at = error.span().and_then(|span| u32::try_from(span.start).ok()).map(|start| source.place(start));
        let place = at.map_or_else(String::new, |at| format!(":{}:{}", at.line, at.column));
        Failure::Usage(format!("{file}{place}: {}", error.message()))
    })
}

/// The schema of the file.
pub(super) fn schema() -> String {
    crate::render::document(&schemars::schema_for!(Config))
}
