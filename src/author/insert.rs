//! Putting derived entries into the author's file: comments and layout around them stay as they are.

use crate::appup::{Appup, Entry, read_appup};
use crate::diag::{Edit, Findings};
use crate::otp::Otp;
use crate::source::Source;
use crate::span::Span;
use crate::term::{Extent, parse, pretty_at};

/// The file's text with entries added to the end of the downgrade list; `None` when the list is written so that they find no
/// place: the result is read again, and must be what was there and the entries.
pub fn insert(source: &Source, appup: &Appup, derived: &[Entry], otp: Otp) -> Option<String> {
    let mut text = source.text.clone();
    for edit in edits(source, appup, derived, otp)?.iter().rev() {
        text.replace_range(edit.span.range(), &edit.text);
    }
    holds_both(&text, appup, derived, otp).then_some(text)
}

/// Reads the changed text and compares its downgrade entries.
fn holds_both(text: &str, appup: &Appup, derived: &[Entry], otp: Otp) -> bool {
    // The encoding is the original's: only the decoded text is looked at.
    let document = parse(&Source::decoded(text), appup.span.file, otp, Extent::First);
    let read = document.terms.first().and_then(|term| read_appup(term, otp, &mut Findings::default()));
    let Some(read) = read.filter(|_| document.faults.is_empty()) else { return false };
    let wanted = appup.down.list.iter().chain(derived);
    read.down.broken == appup.down.broken
        && read.down.list.len() == appup.down.list.len() + derived.len()
        && read.down.list.iter().zip(wanted).all(|(found, wanted)| found.version.is_same(&wanted.version) && found.script == wanted.script)
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
        // An empty list; what stands between its brackets (comments) comes behind the entries.
        let open = Span { start: list.start + 1, end: list.start + 1, ..list };
        let column = source.place(list.start).column + 1;
        return Some(vec![Edit { span: open, text: entries(source, derived, &" ".repeat(column - 1), otp) }]);
    };
    let line = source.line_around(last.start);
    let before = source.text.get(line.start..last.start as usize).unwrap_or_default();
    let indent = if before.trim().is_empty() { before.to_owned() } else { " ".repeat(before.chars().count()) };
    let new_line = format!("{}{indent}", line_end(source));
    let text = format!("{new_line}{}", entries(source, derived, &indent, otp));
    let close = list.end.saturating_sub(1);
    let between = source.text.get(last.end as usize..close as usize).unwrap_or_default();
    if between.contains('%') {
        // A comment behind the last entry stays with it: the comma goes before it, the new entry behind it.
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

/// The entries as text behind an indentation: an instruction a line.
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
