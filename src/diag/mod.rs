//! Facts for the user: plain data, never thrown; collected by the passes, sorted once, drawn by `render`.

mod code;
mod findings;

pub use code::{Bearing, Code, Otp, Property};
pub(crate) use code::{code, codes};
pub use findings::{ALL as CODES, Findings, bounded, gathered};

use crate::span::Span;
use std::borrow::Cow;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The input is refused.
    Error,
    /// Likely to hurt; a person should look.
    Warning,
    /// A better way, or something worth knowing.
    Advice,
}

impl Severity {
    /// The word for it in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Advice => "advice",
        }
    }
}

/// A place in a file, and what is to be seen there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is to be seen there.
    pub text: Cow<'static, str>,
}

/// A replacement of bytes by other text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// What is there afterwards.
    pub text: String,
}

/// A fix that can be applied by byte range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What the edits do, in the imperative.
    pub title: String,
    /// The edits; they do not overlap.
    pub edits: Vec<Edit>,
    /// Whether the file means what its author meant afterwards, whatever that was; otherwise a person should look.
    pub safe: bool,
}

/// What findings of one cause have in common: together they are one finding with a list of places.
#[derive(Clone, Debug)]
pub struct Cause {
    /// Which findings of a code belong together; `None` for all of them, once they are many.
    pub key: Option<String>,
    /// What this one is about.
    pub subject: String,
    /// The message for several: what they are about, and how many they are.
    pub words: fn(subjects: &str, count: usize) -> String,
}

/// One fact for the user.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Which kind of finding it is.
    pub code: &'static Code,
    /// How much it weighs in this run.
    pub severity: Severity,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// The places; the first is the one a person would change.
    pub labels: Vec<Label>,
    /// The next move.
    pub help: Option<String>,
    /// A fix, where there is one.
    pub fix: Option<Fix>,
    /// The tag of the error or warning term that OTP's `systools` gives for the same fault; nested tags are joined by
    /// `/`, and where OTP crashes the tag is `crash/` and the class.
    pub otp: Option<Cow<'static, str>>,
    /// The paths it was found on (`1.0.0 -> 1.1.0`), when it belongs to paths.
    pub paths: Vec<String>,
    /// The application that it is about, when there is one.
    pub application: Option<String>,
    /// The module that it is about, when there is one.
    pub about: Option<String>,
    /// What it shares with other findings, when it does.
    pub cause: Option<Cause>,
}

/// A finding that is not reported, as somebody accepted it.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// The finding, with the level that it has by itself.
    pub finding: Diagnostic,
    /// Who accepted it, and why.
    pub why: String,
}

/// Among how many places one is looked for.
const FEW_LABELS: usize = 32;

impl Diagnostic {
    /// The property of its paths that it refutes, at the level it has.
    pub fn refuted(&self) -> Option<Property> {
        match self.code.bearing? {
            Bearing::Refutes(property) => (self.severity <= Severity::Warning).then_some(property),
            Bearing::Concerns(property) => (self.severity == Severity::Error).then_some(property),
            Bearing::Doubts(_) => None,
        }
    }

    /// A finding at the code's own level, without a place yet.
    pub fn new(code: &'static Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: code.severity,
            message: message.into(),
            labels: Vec::new(),
            help: None,
            fix: None,
            otp: None,
            paths: Vec::new(),
            application: None,
            about: None,
            cause: None,
        }
    }

    /// Adds a place; spans that point into no file are left out.
    pub fn label(mut self, span: Span, text: impl Into<Cow<'static, str>>) -> Diagnostic {
        if span.is_written() {
            self.labels.push(Label { span, text: text.into() });
        }
        self
    }

    /// Sets the next move.
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// Sets the fix.
    pub fn fix(mut self, title: impl Into<String>, edits: Vec<Edit>) -> Diagnostic {
        self.fix = Some(Fix { title: title.into(), edits, safe: true });
        self
    }

    /// Sets a fix that a person should look at, as it may change what the file means.
    pub fn unsafe_fix(mut self, title: impl Into<String>, edits: Vec<Edit>) -> Diagnostic {
        self.fix = Some(Fix { title: title.into(), edits, safe: false });
        self
    }

    /// Sets OTP's tag.
    pub fn otp(mut self, tag: impl Into<Cow<'static, str>>) -> Diagnostic {
        self.otp = Some(tag.into());
        self
    }

    /// Changes the level.
    pub fn severity(mut self, severity: Severity) -> Diagnostic {
        self.severity = severity;
        self
    }

    /// Makes it one of several findings with a cause.
    pub fn because(mut self, key: impl Into<String>, subject: impl Into<String>, words: fn(&str, usize) -> String) -> Diagnostic {
        self.cause = Some(Cause { key: Some(key.into()), subject: subject.into(), words });
        self
    }

    /// Makes it one of several that a person looks at one by one, unless they are many.
    pub fn one_of_many(mut self, subject: impl Into<String>, words: fn(&str, usize) -> String) -> Diagnostic {
        self.cause = Some(Cause { key: None, subject: subject.into(), words });
        self
    }

    /// Says which module it is about.
    pub fn about(mut self, module: &str) -> Diagnostic {
        self.about = Some(module.to_owned());
        self
    }

    /// Says on which path it was found.
    pub fn on_path(mut self, path: &str) -> Diagnostic {
        self.paths.push(path.to_owned());
        self
    }

    /// Takes in the places and paths of another finding that says the same. A fix of one place is no fix of all.
    fn take_in(&mut self, other: Diagnostic) {
        if self.fix != other.fix {
            self.fix = None;
        }
        // The places of two that say the same may have one in common.
        let known = self.labels.len();
        let is_new = |label: &Label| known > FEW_LABELS || !self.labels.contains(label);
        let new: Vec<Label> = other.labels.into_iter().filter(is_new).collect();
        self.labels.extend(new);
        self.severity = self.severity.min(other.severity);
        for path in other.paths {
            if !self.paths.contains(&path) {
                self.paths.push(path);
            }
        }
    }

    /// Where it is in the order of findings: by file, then by position.
    pub fn position(&self) -> Option<Span> {
        self.labels.first().map(|label| label.span)
    }
}
