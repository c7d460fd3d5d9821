//! Entries as text: an instruction on a line, with the comments that belong to it.

use super::draft::Draft;
use crate::escape;
use crate::otp::Otp;
use crate::term::print::inline;
use crate::term::{Term, pretty_at};

/// An entry to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct EntryText {
    /// Its version, as a term.
    pub version: Term,
    /// Its version as it is written elsewhere, when it is.
    pub written: Option<String>,
    /// Comments on the entry as a whole.
    pub comments: Vec<String>,
    /// Its instructions.
    pub lines: Vec<LineText>,
}

/// An instruction to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct LineText {
    /// Comments, on the lines before it.
    pub comments: Vec<String>,
    /// The instruction.
    pub term: Term,
}

/// How a comment that asks something begins.
pub const ASKS: &str = "TODO:";
/// The widest line of a comment, in columns.
const WIDTH: usize = 98;
/// The least room for a comment, however far it is indented.
const LEAST: usize = 40;

impl EntryText {
    /// A draft as it is written for a version. Questions always are comments, reasons if they are wanted.
    pub fn of_draft(version: Term, draft: &Draft, with_reasons: bool) -> EntryText {
        let questions = |list: &[super::Question]| list.iter().map(|question| format!("{ASKS} {question}")).collect::<Vec<String>>();
        let mut comments: Vec<String> = Vec::new();
        if with_reasons || draft.lines.is_empty() {
            comments.extend(draft.remarks.iter().map(ToString::to_string));
        }
        comments.extend(questions(&draft.questions));
        let lines = draft.lines.iter().map(|line| {
            let mut comments: Vec<String> = Vec::new();
            if with_reasons {
                comments.push(match &line.module {
                    Some(module) => format!("`{module}`: {}", line.reason),
                    None => line.reason.to_string(),
                });
            }
            comments.extend(questions(&line.questions));
            LineText { comments, term: line.op.to_term() }
        });
        EntryText { version, written: None, comments, lines: lines.collect() }
    }

    /// It as a term.
    pub fn term(&self) -> Term {
        Term::tuple(vec![self.version.clone(), Term::list(self.lines.iter().map(|line| line.term.clone()).collect())])
    }

    /// Its text after an indentation.
    pub(super) fn text(&self, indent: &str, line_end: &str, otp: Otp) -> String {
        let version = self.written.clone().unwrap_or_else(|| inline(&self.version, otp));
        let outer = format!("{line_end}{indent} ");
        let inner = format!("{line_end}{indent}  ");
        let mut script = String::new();
        for comment in self.comments.iter().flat_map(|comment| wrapped(comment, indent.chars().count() + 2)) {
            script.push_str(&inner);
            script.push_str(&comment);
        }
        let count = self.lines.len();
        for (at, line) in self.lines.iter().enumerate() {
            let text = line.text(&inner, line_end, indent.chars().count() + 3, otp);
            if at > 0 || !self.comments.is_empty() || !line.comments.is_empty() {
                script.push_str(&inner);
            }
            script.push_str(&text);
            if at + 1 < count {
                script.push(',');
            }
        }
        let close = if self.lines.is_empty() && !self.comments.is_empty() { outer.as_str() } else { "" };
        format!("{{{version},{outer}[{script}{close}]}}")
    }
}

impl LineText {
    /// Its text; `gap` begins a line, and `column` is where it begins then, from 1.
    pub(super) fn text(&self, gap: &str, line_end: &str, column: usize, otp: Otp) -> String {
        let mut text = String::new();
        for comment in self.comments.iter().flat_map(|comment| wrapped(comment, column.saturating_sub(1))) {
            text.push_str(&comment);
            text.push_str(gap);
        }
        text + &pretty_at(&self.term, otp, column).replace('\n', line_end)
    }
}

/// A whole appup, with the entries of both directions.
pub fn new_file(vsn: &str, up: &[EntryText], down: &[EntryText], otp: Otp) -> String {
    let list = |entries: &[EntryText]| {
        let texts: Vec<String> = entries.iter().map(|entry| entry.text("  ", "\n", otp)).collect();
        format!("[{}]", texts.join(",\n  "))
    };
    let text = format!("{{{},\n {},\n {}}}.\n", inline(&Term::string(vsn), otp), list(up), list(down));
    // OTP 25 reads files as Latin-1 unless they say otherwise.
    if text.is_ascii() { text } else { format!("%% coding: utf-8\n{text}") }
}

/// A comment on lines that are not too wide.
fn wrapped(text: &str, indent: usize) -> Vec<String> {
    let room = WIDTH.saturating_sub(indent + 3).max(LEAST);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in escape::line(text).split(' ') {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
            lines.push(format!("%% {line}"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(format!("%% {line}"));
    lines
}
