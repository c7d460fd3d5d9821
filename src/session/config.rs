//! `relupc.toml`: what a project decides, found upward from where the run begins.

use super::{PathInstructions, Unusable};
use crate::appup::{self, Direction, HighOp};
use crate::author::{Framed, Library, Policy, Purges, Unchanged};
use crate::diag::Findings;
use crate::lint::{Level, Levels, Preset, SetBy};
use crate::otp::Otp;
use crate::plan::Framing;
use crate::relup::{self, Cause, Origin, Purge, Step, Timeout};
use crate::source::{FileTree, Refusal, Source, join, parent};
use crate::span::{FileId, Span};
use crate::term::{Extent, Format, Term, TermKind, parse};
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

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
    /// Folders with appups that go before those of the applications, relative to this file.
    #[serde(default)]
    pub appups: Vec<String>,
    /// What `relupc gen` writes.
    #[serde(default, rename = "gen")]
    pub author: GenConfig,
    /// How `relupc fmt` lays files out.
    #[serde(default)]
    pub fmt: FmtConfig,
    /// Instructions of the release itself, at the head and the end of paths.
    #[serde(default)]
    pub path: Vec<PathConfig>,
}

/// Low-level instructions of the release itself, which belong to no application.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PathConfig {
    /// The version that the path leaves; `*` matches any characters.
    pub from: String,
    /// The version that it leads to.
    pub to: String,
    /// What comes first, before the point of no return: low-level instructions, as in a relup.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub first: Vec<Spanned<String>>,
    /// What comes last.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub last: Vec<Spanned<String>>,
}

/// How `relupc fmt` lays files out.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FmtConfig {
    /// The longest line, in characters: 98 by default.
    pub width: Option<u16>,
}

/// What `relupc gen` writes.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct GenConfig {
    /// For a process whose state was seen to stay the same: `load` (the default) or `update`, which suspends it.
    pub unchanged_state: Option<UnchangedName>,
    /// For an application without processes: `modules` (the default), or `restart` for one entry that restarts it from any version.
    pub library: Option<LibraryName>,
    /// How long suspending a process may take, in milliseconds; 0 for any time.
    pub suspend_timeout: Option<u32>,
    /// The argument of `{advanced,Extra}`, an Erlang term.
    #[schemars(with = "Option<String>")]
    pub extra: Option<Spanned<String>>,
    /// Applications that are always restarted; `*` matches any characters.
    #[serde(default)]
    pub restart: Vec<String>,
    /// Modules that no instruction is written for; `*` matches any characters.
    #[serde(default)]
    pub ignore: Vec<String>,
    /// How the old code of modules is purged; the first entry that matches counts.
    #[serde(default)]
    pub purge: Vec<PurgeConfig>,
    /// Instructions that are written into entries besides.
    #[serde(default)]
    pub instructions: Vec<InstructionsConfig>,
}

/// How the old code of modules is purged.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PurgeConfig {
    /// Which modules; `*` matches any characters.
    pub modules: String,
    /// Before the new code is loaded.
    pub pre: Option<PurgeName>,
    /// After it.
    pub post: Option<PurgeName>,
}

/// Instructions for the beginning and the end of entries.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InstructionsConfig {
    /// Which applications; `*` matches any characters.
    pub application: String,
    /// For which direction; both if there is none.
    pub direction: Option<DirectionName>,
    /// At the beginning: Erlang terms, as in an appup.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub first: Vec<Spanned<String>>,
    /// At the end.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub last: Vec<Spanned<String>>,
}

/// What is written for a process whose state stays the same.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum UnchangedName {
    /// `load_module`
    Load,
    /// `update`
    Update,
}

/// What is written for a library.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LibraryName {
    /// An instruction for each module
    Modules,
    /// `restart_application`, from any version
    Restart,
}

/// How old code is purged.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PurgeName {
    /// Not while processes run it
    SoftPurge,
    /// Processes that run it are killed
    BrutalPurge,
}

/// A direction.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DirectionName {
    /// The upgrade
    Up,
    /// The downgrade
    Down,
}

/// What a project decides.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// Which findings are reported, and at which level.
    pub levels: Levels,
    /// Folders with appups that go before those of the applications.
    pub appups: Vec<String>,
    /// What is written into appups.
    pub policy: Policy,
    /// How files are laid out.
    pub format: Format,
    /// Instructions of the release itself.
    pub paths: PathInstructions,
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

/// What a project's `relupc.toml` decides: the one that is named, else the next one upward from a file or folder. A preset that is
/// given goes before the file's.
pub fn project(tree: &dyn FileTree, from: &str, named: Option<&str>, preset: Option<PresetName>) -> Result<Project, Unusable> {
    let config = match named {
        Some(file) => Some(read(tree, file)?.ok_or_else(|| Unusable::Words(format!("`{file}` does not exist")))?),
        None => find(tree, from)?,
    };
    let Some((source, config)) = config else {
        return Ok(Project { levels: Levels::new(preset.map_or(Preset::Recommended, Preset::from)), ..Project::default() });
    };
    let mut levels = Levels::new(preset.or(config.preset).map_or(Preset::Recommended, Preset::from));
    let mut reader = Reader { source: &source, faults: Vec::new() };
    for (list, level) in [(&config.allow, Level::Allow), (&config.warn, Level::Warn), (&config.deny, Level::Deny)] {
        for what in list {
            if !levels.set(SetBy::File, what, level) {
                reader.faults.push(unknown_level(&source.name, what));
            }
        }
    }
    let folder = parent(&source.name);
    let appups = config.appups.iter().map(|path| if path.starts_with('/') { path.clone() } else { join(folder, path) }).collect();
    let format = config.fmt.width.map_or_else(Format::default, |width| Format { width: usize::from(width) });
    let (policy, framings) = (reader.policy(&config.author), reader.framings(&config.path));
    if !reader.faults.is_empty() {
        return Err(Unusable::Lines(reader.faults));
    }
    Ok(Project { levels, appups, policy, format, paths: PathInstructions::new(source, framings) })
}

/// Reads what is written in the file in Erlang's terms, and notes what is wrong with it.
struct Reader<'s> {
    source: &'s Source,
    /// In words, each with its place and its line.
    faults: Vec<String>,
}

impl Reader<'_> {
    /// What is decided about appups.
    fn policy(&mut self, config: &GenConfig) -> Policy {
        let purge = |name: Option<PurgeName>| match name {
            Some(PurgeName::SoftPurge) => Purge::Soft,
            Some(PurgeName::BrutalPurge) | None => Purge::Brutal,
        };
        let purges = config.purge.iter().map(|one| Purges { modules: one.modules.clone(), pre: purge(one.pre), post: purge(one.post) });
        let mut framed = Vec::new();
        for one in &config.instructions {
            let direction = one.direction.map(|name| match name {
                DirectionName::Up => Direction::Up,
                DirectionName::Down => Direction::Down,
            });
            framed.push(Framed { application: one.application.clone(), direction, first: self.instructions(&one.first), last: self.instructions(&one.last) });
        }
        Policy {
            unchanged_state: match config.unchanged_state {
                Some(UnchangedName::Update) => Unchanged::Update,
                Some(UnchangedName::Load) | None => Unchanged::Load,
            },
            library: match config.library {
                Some(LibraryName::Restart) => Library::Restart,
                Some(LibraryName::Modules) | None => Library::Modules,
            },
            timeout: match config.suspend_timeout {
                None => Timeout::Default,
                Some(0) => Timeout::Infinity,
                Some(milliseconds) => Timeout::Milliseconds(Box::new(Term::new(TermKind::Int(i64::from(milliseconds))))),
            },
            extra: config.extra.as_ref().and_then(|text| self.term(text)).unwrap_or_else(|| Term::list(Vec::new())),
            purges: purges.collect(),
            restarts: config.restart.clone(),
            ignored: config.ignore.clone(),
            framed,
        }
    }

    /// What is put around the scripts of paths.
    fn framings(&mut self, paths: &[PathConfig]) -> Vec<Framing> {
        let mut framing =
            |path: &PathConfig| Framing { from: path.from.clone(), to: path.to.clone(), first: self.steps(&path.first), last: self.steps(&path.last) };
        paths.iter().map(&mut framing).collect()
    }

    /// Low-level instructions that are written in the file, and where.
    fn steps(&mut self, list: &[Spanned<String>]) -> Vec<Step> {
        let step = |text: &Spanned<String>| {
            let mut found = Findings::default();
            let op = relup::read_instruction(&self.term(text)?, &mut found);
            let op = op.or_else(|| self.wrong(text, "a low-level instruction of a relup", found.iter().next().map(|fault| fault.message.as_str())))?;
            let span = text.span();
            Some(Step { op, origin: Origin::new(Cause::Written(Span::new(FileId(0), span.start, span.end))) })
        };
        list.iter().filter_map(step).collect()
    }

    /// Instructions that are written in the file.
    fn instructions(&mut self, list: &[Spanned<String>]) -> Vec<HighOp> {
        let instruction = |text: &Spanned<String>| {
            let mut found = Findings::default();
            let read = appup::read_instruction(&self.term(text)?, &mut found);
            read.op.or_else(|| self.wrong(text, "an instruction of an appup", found.iter().next().map(|fault| fault.message.as_str())))
        };
        list.iter().filter_map(instruction).collect()
    }

    /// An Erlang term that is written in the file, with no places of its own.
    fn term(&mut self, text: &Spanned<String>) -> Option<Term> {
        let own = Source::new("", format!("{}\n.", text.get_ref()).into_bytes());
        let document = parse(&own, FileId(0), Otp::NEWEST, Extent::All);
        match (document.faults.first(), document.terms.as_slice()) {
            (None, [term]) => Some(term.at(Span::GENERATED)),
            _ => self.wrong(text, "an Erlang term", document.faults.first().map(|fault| fault.diagnostic.message.as_str())),
        }
    }

    /// Notes a text in the file that is not what it should be, with its line.
    fn wrong<T>(&mut self, text: &Spanned<String>, wanted: &str, why: Option<&str>) -> Option<T> {
        let at = self.source.place(u32::try_from(text.span().start).unwrap_or_default());
        let why = why.map_or_else(String::new, |why| format!(": {why}"));
        let line = self.source.text.lines().nth(at.line.saturating_sub(1)).unwrap_or_default();
        let number = at.line.to_string();
        let (margin, before) = (" ".repeat(number.len()), " ".repeat(at.column.saturating_sub(1)));
        self.faults.push(format!("{}:{}:{}: `{}` is not {wanted}{why}", self.source.name, at.line, at.column, text.get_ref()));
        self.faults.extend([format!("{margin} |"), format!("{number} | {line}"), format!("{margin} | {before}^")]);
        None
    }
}

/// The words for a code or group that does not exist.
pub fn unknown_level(place: &str, what: &str) -> String {
    format!("{place}: unknown code or group `{what}`; `relupc rules` lists all")
}

fn find(tree: &dyn FileTree, from: &str) -> Result<Option<(Source, Config)>, Unusable> {
    let mut folder = if tree.is_folder(from) { from.trim_end_matches('/').to_owned() } else { crate::source::parent(from).to_owned() };
    for _ in 0..UPWARD {
        let file = crate::source::join(&folder, NAME);
        if let Some(config) = read(tree, &file)? {
            return Ok(Some(config));
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

fn read(tree: &dyn FileTree, file: &str) -> Result<Option<(Source, Config)>, Unusable> {
    let bytes = match tree.read_text(file) {
        Ok(bytes) => bytes,
        Err(Refusal::Absent) => return Ok(None),
        Err(Refusal::Refused(words)) => return Err(Unusable::Words(format!("`{file}` cannot be read: {words}"))),
        Err(Refusal::TooLarge(_)) => return Err(Unusable::Words(format!("`{file}` is too large"))),
    };
    let source = Source::new(file, bytes);
    let config = toml::from_str(&source.text).map_err(|error| {
        let at = error.span().and_then(|span| u32::try_from(span.start).ok()).map(|start| source.place(start));
        let place = at.map_or_else(String::new, |at| format!(":{}:{}", at.line, at.column));
        // Its own words begin with the place, and show the line.
        let shown = error.to_string();
        let excerpt = shown.trim_end().lines().skip(1).map(str::to_owned);
        Unusable::Lines(std::iter::once(format!("{file}{place}: {}", error.message())).chain(excerpt).collect())
    })?;
    Ok(Some((source, config)))
}
