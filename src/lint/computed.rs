//! Sources of appups that are not appups yet: Erlang expressions, or templates, that a build turns into one.
//!
//! Those whose only unknown is the version they are for (`{VSN,Up,Down}`, `{"%VSN%",...}`, `{{{vsn}},...}`) are read like appups.

use crate::diag::{Diagnostic, Edit, codes};
use crate::otp::Otp;
use crate::source::Source;
use crate::span::{FileId, Span};
use crate::term::{Document, Extent, is_expression, parse};
use std::ops::Range;

codes! {
    APPUP_COMPUTED "RL0338" "appup-computed" Advice
}

/// The finding for an `.appup.src` that holds expressions or a template's marks; `None` for one that can be read as a term.
pub fn computed(name: &str, file: FileId, text: &str, document: &Document) -> Option<Diagnostic> {
    if !name.ends_with(".src") {
        return None;
    }
    let expression = document.faults.iter().find(|fault| is_expression(fault)).and_then(|fault| fault.diagnostic.labels.first());
    let (span, what) = match (expression, mark(text)) {
        (Some(label), _) => (label.span, "an expression that a build evaluates"),
        (None, Some(at)) => (Span::new(file, at, at + 2), "a mark that a build fills in"),
        (None, None) => return None,
    };
    Some(
        Diagnostic::new(&APPUP_COMPUTED, "this appup is computed when the application is built, and was not checked")
            .label(span, what)
            .help("build the application and check the `.appup` beside its `.app`"),
    )
}

/// An appup with a version filled in that a build would fill in. Every place in it is that of the source.
pub struct Filled {
    /// The text with a version.
    pub source: Source,
    /// What that holds.
    pub document: Document,
    /// Puts back what was written there.
    pub restore: Edit,
}

/// The appup of an `.appup.src` whose only unknown is the version that it is for; `None` where that is written out, or where more
/// is unknown. Every place in it is that of the source.
pub fn without_version(source: &Source, file: FileId, otp: Otp) -> Option<Filled> {
    if !source.name.ends_with(".src") {
        return None;
    }
    let range = unknown_version(&source.text)?;
    // A value of the same length takes its place.
    let text = range.len().checked_sub(2).map_or_else(|| "0".to_owned(), |inside| format!("\"{}\"", " ".repeat(inside)));
    let span = Span::new(file, range.start, range.end);
    let restore = Edit { span, text: source.text.get(range)?.to_owned() };
    let filled = source.edited(&[Edit { span, text }]).ok()?;
    if mark(&filled.text).is_some() {
        return None;
    }
    let document = parse(&filled, file, otp, Extent::First);
    document.faults.iter().all(|fault| !is_expression(fault)).then_some(Filled { source: filled, document, restore })
}

/// Where the version of an appup stands, if a build fills it in: a variable, a mark, a string that holds nothing but a mark.
fn unknown_version(text: &str) -> Option<Range<usize>> {
    let inside = written(text)?.strip_prefix('{')?;
    let rest = written(inside)?;
    let start = text.len() - rest.len();
    let end = match rest.chars().next()? {
        'A'..='Z' | '_' => rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_')?,
        '{' if mark(rest) == Some(0) => rest.find("}}")? + 2,
        '"' => {
            let end = rest.get(1..)?.find('"')? + 2;
            let inner = rest.get(1..end - 1)?;
            let is_mark = [("%", "%"), ("{{", "}}"), ("${", "}"), ("@", "@"), ("<%=", "%>")]
                .iter()
                .any(|(open, close)| inner.len() > open.len() + close.len() && inner.starts_with(open) && inner.ends_with(close));
            is_mark.then_some(end)?
        }
        _ => return None,
    };
    written(rest.get(end..)?)?.starts_with(',').then_some(start..start + end)
}

/// A text from its first character that is neither blank nor in a comment.
fn written(text: &str) -> Option<&str> {
    let mut rest = text.trim_start();
    while rest.starts_with('%') {
        rest = rest.get(rest.find('\n')?..)?.trim_start();
    }
    Some(rest)
}

/// Where a template has its first mark: `{{name}}`.
fn mark(text: &str) -> Option<usize> {
    let is_mark = |rest: &str| {
        rest.split_once("}}").is_some_and(|(name, _)| !name.trim().is_empty() && name.trim().chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.')))
    };
    text.match_indices("{{").map(|(at, _)| at).find(|at| text.get(at + 2..).is_some_and(is_mark))
}
