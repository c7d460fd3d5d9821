//! Putting entries into the author's file: comments and layout around them stay as they are.

use super::text::{EntryText, LineText};
use crate::appup::{Appup, Direction};
use crate::otp::Otp;
use crate::source::Source;
use crate::span::Span;
use crate::term::edit::{Editor, Setting, apply};
use crate::term::print::inline;
use crate::term::{Document, Term};
use std::collections::{BTreeMap, HashMap};

/// A change of an appup's entries.
#[derive(Clone, Debug)]
pub enum EntryChange {
    /// A new entry.
    Insert {
        /// The direction that it is for.
        direction: Direction,
        /// The index of the entry that it comes before; none for the end of the list.
        before: Option<usize>,
        /// The entry.
        entry: EntryText,
    },
    /// Another entry in the place of one.
    Replace {
        /// The direction that it is for.
        direction: Direction,
        /// The index of the entry.
        at: usize,
        /// The new entry.
        entry: EntryText,
    },
    /// Further instructions in an entry.
    Amend {
        /// The direction that it is for.
        direction: Direction,
        /// The index of the entry.
        at: usize,
        /// The instructions, each with the index of the one that it comes before.
        lines: Vec<(usize, LineText)>,
    },
}

/// The file with its entries changed; `None` when its lists are written so that this has no place, or when the file's encoding
/// cannot hold it. `document` is what the file holds now.
pub fn change_entries(source: &Source, document: &Document, appup: &Appup, changes: &[EntryChange], otp: Otp) -> Option<Source> {
    if changes.is_empty() {
        return source.edited(&[]).ok();
    }
    let term = document.terms.first()?;
    let editor = Editor::new(source, document);
    let mut parts = term.as_tuple()?.to_vec();
    let mut edits = Vec::new();
    for (direction, part) in [(Direction::Up, 1), (Direction::Down, 2)] {
        let of_direction: Vec<&EntryChange> = changes.iter().filter(|change| change.direction() == direction).collect();
        if of_direction.is_empty() {
            continue;
        }
        let list = parts.get(part).filter(|_| appup.entries(direction).broken.is_none())?;
        let (more, intended) = change_list(&editor, list, &of_direction, appup, direction, otp)?;
        edits.extend(more);
        let span = list.span;
        *parts.get_mut(part)? = Term { span, ..Term::list(intended) };
    }
    apply(source, &edits, &Term { span: term.span, ..Term::tuple(parts) }, otp).ok()
}

impl EntryChange {
    fn direction(&self) -> Direction {
        match self {
            EntryChange::Insert { direction, .. } | EntryChange::Replace { direction, .. } | EntryChange::Amend { direction, .. } => *direction,
        }
    }
}

/// The edits of one list, and what it holds then.
fn change_list(
    editor: &Editor<'_>,
    list: &Term,
    changes: &[&EntryChange],
    appup: &Appup,
    direction: Direction,
    otp: Otp,
) -> Option<(Vec<crate::diag::Edit>, Vec<Term>)> {
    let items = list.as_list()?;
    let indent = editor.indentation(list);
    let written = |entry: &EntryText| editor.written(&entry.text(&indent, editor.line_end(), otp), otp);
    // Some elements of the list may be no entries.
    let places: HashMap<Span, usize> = items.iter().enumerate().map(|(place, item)| (item.span, place)).collect();
    let place_of = |entry: usize| places.get(&appup.entries(direction).list.get(entry)?.span).copied();
    let mut edits = Vec::new();
    let mut inserted: BTreeMap<usize, Vec<&EntryText>> = BTreeMap::new();
    let mut held = items.to_vec();
    for change in changes {
        match change {
            EntryChange::Insert { before, entry, .. } => inserted.entry(before.and_then(place_of).unwrap_or(items.len())).or_default().push(entry),
            EntryChange::Replace { at, entry, .. } => {
                let place = place_of(*at)?;
                edits.push(editor.replace(items.get(place)?, written(entry)?));
                *held.get_mut(place)? = entry.term();
            }
            EntryChange::Amend { at, lines, .. } => {
                let place = place_of(*at)?;
                let [version, script] = items.get(place)?.as_tuple()? else { return None };
                let (more, script) = amend(editor, script, lines, otp)?;
                edits.extend(more);
                *held.get_mut(place)? = Term::tuple(vec![version.clone(), script]);
            }
        }
    }
    let texts =
        inserted.iter().map(|(place, entries)| Some((*place, entries.iter().map(|entry| written(entry)).collect::<Option<_>>()?))).collect::<Option<_>>()?;
    edits.extend(editor.insert_each(list, &texts, Setting::Line(&indent))?);
    let mut intended = Vec::with_capacity(held.len() + changes.len());
    for (place, item) in held.into_iter().map(Some).chain([None]).enumerate() {
        intended.extend(inserted.get(&place).into_iter().flatten().map(|entry| entry.term()));
        intended.extend(item);
    }
    Some((edits, intended))
}

/// Further instructions in a script.
fn amend(editor: &Editor<'_>, script: &Term, lines: &[(usize, LineText)], otp: Otp) -> Option<(Vec<crate::diag::Edit>, Term)> {
    let items = script.as_list()?;
    let indent = editor.indentation(script);
    let gap = format!("{}{indent}", editor.line_end());
    let mut texts: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let mut terms: BTreeMap<usize, Vec<Term>> = BTreeMap::new();
    for (place, line) in lines {
        let place = (*place).min(items.len());
        texts.entry(place).or_default().push(editor.written(&line.text(&gap, editor.line_end(), indent.chars().count() + 1, otp), otp)?);
        terms.entry(place).or_default().push(line.term.clone());
    }
    let mut edits = editor.insert_each(script, &texts, Setting::Line(&indent))?;
    // In Elixir's form nothing stands beside a `key: value` but others of its kind.
    for pair in items.iter().filter(|item| editor.is_bare(item)) {
        edits.push(editor.replace(pair, editor.written(&inline(pair, otp), otp)?));
    }
    let mut intended = Vec::with_capacity(items.len() + lines.len());
    for (place, item) in items.iter().map(Some).chain([None]).enumerate() {
        intended.extend(terms.remove(&place).into_iter().flatten());
        intended.extend(item.cloned());
    }
    Some((edits, Term { span: script.span, ..Term::list(intended) }))
}
