//! Putting derived entries into the author's file: comments and layout around them stay as they are.

use crate::appup::{Appup, Entry, read_appup};
use crate::diag::{Edit, Findings};
use crate::otp::Otp;
use crate::source::Source;
use crate::span::Span;
use crate::term::{Extent, parse, pretty_at};

/// The file with entries added to the end of its downgrade list; `None` when the list is written so that they have no
/// place, or when the file's encoding cannot hold them. The result is read again: it must be what was there and the entries.
pub fn insert(source: &Source, appup: &Appup, derived: &[Entry], otp: Otp) -> Option<Source> {
    let edited = source.edited(&edits(source, appup, derived, otp)?).ok()?;
    holds_both(&edited, appup, derived, otp).then_some(edited)
}

/// Reads the changed file and compares its downgrade entries.
fn holds_both(edited: &Source, appup: &Appup, derived: &[Entry], otp: Otp) -> bool {
    let document = parse(edited, appup.span.file, otp, Extent::First);
    let read = document.terms.first().and_then(|term| read_appup(term, otp, &mut Findings::default()));
    let Some(read) = read.filter(|_| document.faults.is_empty()) else { return false };
    let wanted = appup.down.list.iter().chain(derived);
    read.down.broken == appup.down.broken
        && read.down.list.len() == appup.down.list.len() + derived.len()
        && read.down.list.iter().zip(wanted).all(|(found, wanted)| found.version.is_same(&wanted.version) && found.script == wanted.script)
}

/// The deepest indentation that is taken over from the file, in columns. Every line of an entry has it: with that of a
/// file written on one line the entries would grow with the square of its length.
const DEEPEST: usize = 40;

/// The indentation of new entries in a list whose first or last element begins at an offset: that of the element where only
/// blanks and brackets come before it on its line, else one column more than the line's own.
fn indentation(source: &Source, offset: u32) -> String {
    let line = source.line_around(offset);
    let before = source.text.get(line.start..offset as usize).unwrap_or_default();
    let own: String = before.chars().take_while(|c| matches!(c, ' ' | '\t')).take(DEEPEST).collect();
    let is_layout = |c: char| matches!(c, ' ' | '\t' | '[' | '{' | '(');
    match before.chars().count() {
        _ if before.len() == own.len() => own,
        column if column <= DEEPEST && before.chars().all(is_layout) => " ".repeat(column),
        _ => own + " ",
    }
}

fn edits(source: &Source, appup: &Appup, derived: &[Entry], otp: Otp) -> Option<Vec<Edit>> {
    let list = appup.down.span;
    let written = source.text.get(list.range())?;
    if derived.is_empty() {
        return Some(Vec::new());
    }
    if !written.starts_with('[') || !written.ends_with(']') || appup.down.broken.is_some() {
        return None;
    }
    let Some(last) = appup.down.last else {
        // An empty list: comments between its brackets come after the entries.
        let open = Span { start: list.start + 1, end: list.start + 1, ..list };
        return Some(vec![Edit { span: open, text: entries(source, derived, &indentation(source, open.start), otp) }]);
    };
    let indent = indentation(source, last.start);
    let new_line = format!("{}{indent}", line_end(source));
    let text = format!("{new_line}{}", entries(source, derived, &indent, otp));
    let close = list.end.saturating_sub(1);
    let between = source.text.get(last.end as usize..close as usize).unwrap_or_default();
    if between.contains('%') {
        // A comment after the last entry stays with it: the comma goes before the comment, the new entry after it.
        let kept = between.trim_end_matches([' ', '\t', '\n', '\r']).len();
        let at = Span { start: last.end + u32::try_from(kept).unwrap_or(0), end: close, ..list };
        return Some(vec![Edit { span: last.after(), text: ",".to_owned() }, Edit { span: at, text: format!("{text}{new_line}") }]);
    }
    Some(vec![Edit { span: last.after(), text: format!(",{text}") }])
}

/// The line end that the file uses.
fn line_end(source: &Source) -> &'static str {
    if source.text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// The entries as text after an indentation: an instruction a line.
fn entries(source: &Source, derived: &[Entry], indent: &str, otp: Otp) -> String {
    let line_end = line_end(source);
    let new_line = |extra: usize| format!("{line_end}{indent}{}", " ".repeat(extra));
    let column = indent.chars().count() + 3;
    let entry = |entry: &Entry| {
        let version = source.text.get(entry.version.span().range()).unwrap_or_default();
        let script = entry.script.as_list().unwrap_or_default();
        let lines: Vec<String> = script.iter().map(|instruction| pretty_at(instruction, otp, column)).collect();
        format!("{{{version},{}[{}]}}", new_line(1), lines.join(&format!(",{}", new_line(2))))
    };
    derived.iter().map(entry).collect::<Vec<_>>().join(&format!(",{}", new_line(0)))
}
