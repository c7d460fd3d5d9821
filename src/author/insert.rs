//! Putting derived entries into the author's file: comments and layout around them stay as they are.

use crate::appup::{Appup, Entry};
use crate::diag::Edit;
use crate::otp::Otp;
use crate::source::Source;
use crate::span::Span;
use crate::term::pretty_at;

/// The edits that add entries to the end of the downgrade list; none when there are no entries.
pub fn insert(source: &Source, appup: &Appup, derived: &[Entry], otp: Otp) -> Vec<Edit> {
    if derived.is_empty() {
        return Vec::new();
    }
    let list = appup.down.span;
    let Some(last) = appup.down.list.iter().map(|entry| entry.span).max() else {
        // An empty list; what stands between its brackets (comments) stays in front of the closing one.
        let open = Span { start: list.start + 1, end: list.start + 1, ..list };
        let column = source.place(list.start).column + 1;
        return vec![Edit { span: open, text: entries(source, derived, column, otp) }];
    };
    let column = source.place(last.start).column;
    let new_line = format!("\n{}", " ".repeat(column - 1));
    let text = format!("{new_line}{}", entries(source, derived, column, otp));
    let close = list.end.saturating_sub(1);
    let between = source.text.get(last.end as usize..close as usize).unwrap_or_default();
    if between.contains('%') {
        // A comment behind the last entry stays with it: the comma goes before it, the new entry behind it.
        let kept = between.trim_end_matches([' ', '\t', '\n', '\r']).len();
        let at = Span { start: last.end + u32::try_from(kept).unwrap_or(0), end: close, ..list };
        return vec![Edit { span: last.after(), text: ",".to_owned() }, Edit { span: at, text: format!("{text}{new_line}") }];
    }
    vec![Edit { span: last.after(), text: format!(",{text}") }]
}

/// The entries as text from a column on: an instruction a line.
fn entries(source: &Source, derived: &[Entry], column: usize, otp: Otp) -> String {
    let indent = |extra: usize| format!("\n{}", " ".repeat(column + extra - 1));
    let entry = |entry: &Entry| {
        let version = source.text.get(entry.version.span().range()).unwrap_or_default();
        let script = entry.script.as_list().unwrap_or_default();
        let lines: Vec<String> = script.iter().map(|instruction| pretty_at(instruction, otp, column + 2)).collect();
        format!("{{{version},{}[{}]}}", indent(1), lines.join(&format!(",{}", indent(2))))
    };
    derived.iter().map(entry).collect::<Vec<_>>().join(&format!(",{}", indent(0)))
}
