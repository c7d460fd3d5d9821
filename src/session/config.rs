//! `relupc.toml`: the levels of a project, found upward from where the run begins.

use super::Unusable;
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
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

/// The name that is looked for.
const NAME: &str = "relupc.toml";
/// How many folders upward are looked into.
const UPWARD: usize = 64;

/// The levels that a project's `relupc.toml` sets: the one that is named, else the next one upward from a file or folder. A preset
/// that is given goes before the file's.
pub fn levels_of(tree: &dyn FileTree, from: &str, named: Option<&str>, preset: Option<PresetName>) -> Result<Levels, Unusable> {
    let config = match named {
        Some(file) => Some((file.to_owned(), read(tree, file)?.ok_or_else(|| Unusable(format!("`{file}` does not exist")))?)),
        None => find(tree, from)?,
    };
    let (file, config) = config.unwrap_or_default();
    let mut levels = Levels::new(preset.or(config.preset).map_or(Preset::Recommended, Preset::from));
    for (list, level) in [(&config.allow, Level::Allow), (&config.warn, Level::Warn), (&config.deny, Level::Deny)] {
        for what in list {
            if !levels.set(SetBy::File, what, level) {
                return Err(Unusable(unknown_level(&file, what)));
            }
        }
    }
    Ok(levels)
}

/// The words for a code or group that does not exist.
pub fn unknown_level(place: &str, what: &str) -> String {
    format!("{place}: unknown code or group `{what}`; `relupc rules` lists all")
}

fn find(tree: &dyn FileTree, from: &str) -> Result<Option<(String, Config)>, Unusable> {
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

fn read(tree: &dyn FileTree, file: &str) -> Result<Option<Config>, Unusable> {
    let bytes = match tree.read_text(file) {
        Ok(bytes) => bytes,
        Err(Refusal::Absent) => return Ok(None),
        Err(Refusal::Refused(words)) => return Err(Unusable(format!("`{file}` cannot be read: {words}"))),
        Err(Refusal::TooLarge(_)) => return Err(Unusable(format!("`{file}` is too large"))),
    };
    let source = Source::new(file, bytes);
    toml::from_str(&source.text).map(Some).map_err(|error| {
        let at = error.span().and_then(|span| u32::try_from(span.start).ok()).map(|start| source.place(start));
        let place = at.map_or_else(String::new, |at| format!(":{}:{}", at.line, at.column));
        Unusable(format!("{file}{place}: {}", error.message()))
    })
}
