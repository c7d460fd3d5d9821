//! Putting derived entries into the author's file: comments and layout around them stay as they are.

use super::derive::Derived;
use crate::appup::{Appup, Entry};
use crate::otp::Otp;
use crate::source::Source;
use crate::span::Span;
use crate::term::edit::{Editor, Setting, apply};
use crate::term::{Document, Term, pretty_at};
use std::collections::{BTreeMap, HashMap};

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
    // Some elements of the list may be no entries.
    let places: HashMap<Span, usize> = items.iter().enumerate().map(|(place, item)| (item.span, place)).collect();
    let place_of = |entry: usize| places.get(&appup.down.list.get(entry)?.span).copied();
    let mut at: BTreeMap<usize, Vec<&Entry>> = BTreeMap::new();
    for one in derived {
        at.entry(one.before.and_then(place_of).unwrap_or(items.len())).or_default().push(&one.entry);
    }
    let texts = at.iter().map(|(place, entries)| (*place, entries.iter().map(|entry| text(source, &editor, entry, &indent, otp)).collect())).collect();
    let edits = editor.insert_each(list, &texts, Setting::Line(&indent))?;
    let mut intended = Vec::with_capacity(items.len() + derived.len());
    for (place, item) in items.iter().map(Some).chain([None]).enumerate() {
        let here = at.get(&place).into_iter().flatten();
        intended.extend(here.map(|entry| Term::tuple(vec![entry.version.to_term(), entry.script.clone()])));
        intended.extend(item.cloned());
    }
    let mut parts = term.as_tuple()?.to_vec();
    *parts.get_mut(2)? = Term { span: list.span, ..Term::list(intended) };
    apply(source, &edits, &Term { span: term.span, ..Term::tuple(parts) }, otp).ok()
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
