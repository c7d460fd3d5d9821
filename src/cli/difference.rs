//! What would change in a file, as `diff -u` shows it.

use crate::escape;
use similar::TextDiff;

/// The difference between two texts of a file, with whatever could mislead a reader escaped.
pub fn of(name: &str, before: &str, after: &str) -> String {
    let name = escape::line(name);
    let diff = TextDiff::from_lines(before, after);
    let mut out = String::new();
    for line in diff.unified_diff().header(&name, &name).to_string().split_inclusive('\n') {
        let text = line.strip_suffix('\n').unwrap_or(line);
        let text = text.strip_suffix('\r').unwrap_or(text);
        out.push_str(&escape::lines(text));
        out.push_str(line.get(text.len()..).unwrap_or_default());
    }
    out
}
