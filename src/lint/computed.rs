//! Sources of appups that are not appups yet: Erlang expressions, or templates, that a build turns into one.

use crate::diag::{Diagnostic, codes};
use crate::span::{FileId, Span};
use crate::term::{Document, is_expression};

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

/// Where a template has its first mark: `{{name}}`.
fn mark(text: &str) -> Option<usize> {
    let is_mark = |rest: &str| {
        rest.split_once("}}").is_some_and(|(name, _)| !name.trim().is_empty() && name.trim().chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.')))
    };
    text.match_indices("{{").map(|(at, _)| at).find(|at| text.get(at + 2..).is_some_and(is_mark))
}
