//! Which level a finding has in the end: the rule's own, changed by presets, configuration and the command line.

use super::rules;
use crate::diag::{Code, Diagnostic, Otp, Severity};

/// A level that a user sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Not reported.
    Allow,
    /// A warning.
    Warn,
    /// An error.
    Deny,
}

/// Where the levels begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// What OTP refuses, and what it warns of.
    Otp,
    /// Each code's own level.
    #[default]
    Recommended,
    /// Warnings are errors, advice is a warning.
    Strict,
}

/// The levels of a run: a preset and what was set after it. What the command line says counts before what a file says, and of
/// each the most specific setting wins: a code before its group, its group before `all`.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    preset: Preset,
    set: Vec<Setting>,
    warnings_as_errors: bool,
}

/// Who sets a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SetBy {
    /// A configuration file.
    File,
    /// The command line.
    CommandLine,
}

#[derive(Clone, Debug)]
struct Setting {
    set_by: SetBy,
    what: String,
    level: Level,
}

impl Levels {
    /// Levels that begin with a preset.
    pub fn new(preset: Preset) -> Levels {
        Levels { preset, set: Vec::new(), warnings_as_errors: false }
    }

    /// The same levels, with what is a warning by them treated as an error.
    #[must_use]
    pub fn warnings_as_errors(self, wanted: bool) -> Levels {
        Levels { warnings_as_errors: wanted, ..self }
    }

    /// Sets the level of a code (by id or name), of a group of codes, or of `all`; whether there is such a thing.
    #[must_use]
    pub fn set(&mut self, set_by: SetBy, what: &str, level: Level) -> bool {
        let known = super::codes().iter().any(|code| names(code, what));
        if known {
            self.set.push(Setting { set_by, what: what.to_owned(), level });
        }
        known
    }

    /// The finding at its level where a relup is compiled: what OTP refuses is an error whatever the run says, and
    /// advice of rules is left to `lint`.
    pub fn for_compiler(&self, diagnostic: Diagnostic) -> Option<Diagnostic> {
        let is_accepted = accepted_by_otp(diagnostic.code);
        if diagnostic.severity == Severity::Error && !is_accepted {
            return Some(diagnostic);
        }
        self.apply(diagnostic).filter(|found| found.severity != Severity::Advice || !is_accepted)
    }

    /// What was set last about a code.
    fn word_for(&self, code: &Code) -> Option<Level> {
        let fitting = self.set.iter().enumerate().filter(|(_, setting)| names(code, &setting.what));
        fitting.max_by_key(|(at, setting)| (setting.set_by, breadth(code, &setting.what), *at)).map(|(_, setting)| setting.level)
    }

    /// The finding at its level of this run; `None` when it is allowed.
    pub fn apply(&self, mut diagnostic: Diagnostic) -> Option<Diagnostic> {
        if rules::OPTIONAL.contains(&diagnostic.code) && !self.set.iter().any(|setting| is_one(diagnostic.code, &setting.what)) {
            return None;
        }
        diagnostic.severity = match (self.word_for(diagnostic.code), self.preset) {
            (Some(Level::Allow), _) => return None,
            (Some(Level::Warn), _) => Severity::Warning,
            (Some(Level::Deny), _) => Severity::Error,
            (None, Preset::Otp) if is_silent(&diagnostic) => return None,
            (None, Preset::Otp | Preset::Recommended) => diagnostic.severity,
            (None, Preset::Strict) => match diagnostic.severity {
                Severity::Error | Severity::Warning => Severity::Error,
                Severity::Advice => Severity::Warning,
            },
        };
        if self.warnings_as_errors && diagnostic.severity == Severity::Warning {
            diagnostic.severity = Severity::Error;
        }
        Some(diagnostic)
    }
}

/// Whether OTP does not say what a finding says. That relupc itself cannot go on, and what was asked of it beyond OTP (derived
/// entries, the bound of the list), is reported all the same.
fn is_silent(diagnostic: &Diagnostic) -> bool {
    let code = diagnostic.code;
    let is_own = crate::author::CODES.contains(&code) || crate::diag::CODES.contains(&code);
    code.otp == Otp::Silent && !is_own
}

/// Whether a code is about something that OTP accepts: a rule's, one about compiled code, which OTP does not read, or one about what a
/// path does, which OTP does not ask.
pub(super) fn accepted_by_otp(code: &Code) -> bool {
    rules::ALL.iter().any(|rule| rule.code == code) || crate::compare::CODES.contains(&code) || code.bearing.is_some()
}

/// Whether a word of the user names a code.
fn names(code: &Code, what: &str) -> bool {
    what == "all" || code.group() == what || is_one(code, what)
}

/// How specific a word is that names a code.
fn breadth(code: &Code, what: &str) -> u8 {
    match what {
        "all" => 0,
        _ if is_one(code, what) => 2,
        _ => 1,
    }
}

/// Whether a word of the user names one code only.
fn is_one(code: &Code, what: &str) -> bool {
    code.id.eq_ignore_ascii_case(what) || code.name.eq_ignore_ascii_case(what)
}

#[cfg(test)]
mod tests {
    use super::{Level, Levels, Preset, SetBy};
    use crate::diag::{Diagnostic, Severity};

    fn severity(levels: &Levels) -> Option<Severity> {
        let code = crate::lint::find("many-suspended")?;
        levels.apply(Diagnostic::new(code, "x")).map(|found| found.severity)
    }

    #[test]
    fn the_narrower_word_counts() {
        let mut levels = Levels::new(Preset::Recommended);
        assert_eq!(severity(&levels), Some(Severity::Advice));
        assert!(levels.set(SetBy::File, "order", Level::Deny));
        assert_eq!(severity(&levels), Some(Severity::Error));
        assert!(levels.set(SetBy::File, "rl0503", Level::Allow));
        assert_eq!(severity(&levels), None);
        assert!(levels.set(SetBy::File, "all", Level::Warn));
        assert_eq!(severity(&levels), None);
        assert!(levels.set(SetBy::CommandLine, "all", Level::Warn));
        assert_eq!(severity(&levels), Some(Severity::Warning));
        assert!(!levels.set(SetBy::File, "nothing", Level::Deny));
        assert_eq!(severity(&Levels::new(Preset::Strict)), Some(Severity::Warning));
        assert_eq!(severity(&Levels::new(Preset::Otp)), None);
    }
}
