//! Findings as GitHub's workflow commands: annotations on the lines of a pull request.

use crate::diag::{Diagnostic, Severity};
use crate::escape;
use crate::source::Files;
use std::fmt::Write;

/// One line a finding.
pub fn github(findings: &[Diagnostic], files: &Files) -> String {
    let mut out = String::new();
    for found in findings {
        let level = match found.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Advice => "notice",
        };
        let mut properties = format!("title={}", property(&format!("{} {}", found.code.id, found.code.name)));
        if let Some(span) = found.position()
            && let Some(file) = files.get(span.file)
        {
            let (start, end) = (file.place(span.start), file.place(span.end));
            // Writing to a string cannot fail.
            let _ = write!(properties, ",file={},line={},endLine={}", property(&file.name), start.line, end.line);
            if start.line == end.line {
                let _ = write!(properties, ",col={},endColumn={}", start.column, end.column);
            }
        }
        let help = found.help.as_ref().map(|help| format!("%0A{}", data(help))).unwrap_or_default();
        let _ = writeln!(out, "::{level} {properties}::{}{help}", data(&found.message));
    }
    out
}

/// Text of a command: what an input says can neither begin a line nor end a property.
fn data(text: &str) -> String {
    escape::line(text).replace('%', "%25")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
