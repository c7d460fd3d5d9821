//! Putting derived entries into the author's file: comments and layout around them stay as they are.

use super::derive::Derived;
use crate::appup::{Appup, Entry};
use crate::diag::Edit;
use crate::otp::Otp;
use crate::source::Source;
use crate::term::edit::{Editor, Setting, apply};
use crate::term::{Document, Term, pretty_at};

/// The file with entries put into its downgrade list, each on a line of its own; `None` when the list is written so that they
/// have no place, or when the file's encoding cannot hold them. `document` is what the file holds now.
pub fn insert(source: &Source, document: &Document, appup: &Appup, derived: &[Derived], otp: Otp) -> Option<Source> {
    if derived.is_empty() {
        return source.edited(&[]).ok();
    }
    let term = document.terms.first()?;
    let list = term.as_tuple()?.get(2).filter(|_| appup.down.broken.is_none())?;
    let items = list.as_list()?;
    let editor = Editor::new(source, document);
    let indent = editor.indentation(list);
    let mut edits: Vec<Edit> = Vec::new();
    let mut intended = items.to_vec();
    // From the end on, so that places stay what they are.
    for place in (0..=items.len()).rev() {
        let here = |derived: &&Derived| derived.before.and_then(|before| place_of(appup, items, before)).unwrap_or(items.len()) == place;
        let entries: Vec<&Entry> = derived.iter().filter(here).map(|derived| &derived.entry).collect();
        let texts: Vec<String> = entries.iter().map(|entry| text(source, &editor, entry, &indent, otp)).collect();
        edits.extend(editor.insert(list, place, &texts, Setting::Line(&indent))?);
        let terms = entries.iter().map(|entry| Term::tuple(vec![entry.version.to_term(), entry.script.clone()]));
        intended.splice(place..place, terms);
    }
    let mut parts = term.as_tuple()?.to_vec();
    *parts.get_mut(2)? = Term { span: list.span, ..Term::list(intended) };
    apply(source, &edits, &Term { span: term.span, ..Term::tuple(parts) }, otp).ok()
}

/// Where an entry is among the elements of its list, some of which may be no entries.
fn place_of(appup: &Appup, items: &[Term], entry: usize) -> Option<usize> {
    let span = appup.down.list.get(entry)?.span;
    items.iter().position(|item| item.span == span)
}

/// An entry as text after an indentation: an instruction a line.
fn text(source: &Source, editor: &Editor<'_>, entry: &Entry, indent: &str, otp: Otp) -> String {
    let new_line = |extra: usize| format!("{}{indent}{}", editor.line_end(), " ".repeat(extra));
    let column = indent.chars().count() + 3;
    let version = source.text.get(entry.version.span().range()).unwrap_or_default();
    let script = entry.script.as_list().unwrap_or_default();
    let lines: Vec<String> = script.iter().map(|instruction| pretty_at(instruction, otp, column)).collect();
    format!("{{{version},{}[{}]}}", new_line(1), lines.join(&format!(",{}", new_line(2))))
}
