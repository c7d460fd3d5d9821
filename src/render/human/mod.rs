//! Findings for people: one block a finding, its places drawn from the files, or one line each.

mod excerpt;
mod secrets;
mod wrap;

use crate::diag::{Diagnostic, Label, Severity};
use crate::escape;
use crate::source::Files;
use excerpt::Excerpt;
use std::collections::BTreeSet;
use std::fmt::Write;
pub(super) use wrap::wrapped;

/// How reports are drawn.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// With colours.
    pub colour: bool,
    /// The width of a line in columns; lines are not broken where there is none.
    pub width: Option<usize>,
    /// Which characters lines are drawn with.
    pub charset: Charset,
}

/// Which characters lines are drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// Box drawing.
    Unicode,
    /// For locales that can show nothing else.
    Ascii,
}

impl Style {
    /// Text in a colour and other attributes (`SGR`), where there are any.
    pub(super) fn painted(self, text: &str, attributes: &str) -> String {
        if self.colour { format!("\u{1b}[{attributes}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// How many findings are drawn; each costs a look at its file, and more are not read.
const DRAWN: usize = 200;
/// How many places of a finding are drawn.
const PLACES: usize = 5;

/// Draws findings, one block each.
pub fn human(findings: &[Diagnostic], files: &Files, style: Style) -> String {
    let mut out = String::new();
    // With one base, what is found on both of its paths is found everywhere.
    let paths: BTreeSet<&String> = findings.iter().flat_map(|found| &found.paths).collect();
    let everywhere = if paths.len() <= 2 { 2 } else { usize::MAX };
    for diagnostic in findings.iter().take(DRAWN) {
        block(diagnostic, files, style, everywhere, &mut out);
        out.push('\n');
    }
    if let Some(more) = findings.len().checked_sub(DRAWN).filter(|more| *more > 0) {
        let _ = writeln!(out, "... and {more} more; `--format json` lists more\n");
    }
    out
}

/// One line a finding: `file:line:column: error[RL0105]: text`.
pub fn concise(findings: &[Diagnostic], files: &Files) -> String {
    let mut out = String::new();
    for found in findings {
        let place = found.position().and_then(|span| Some((files.get(span.file)?, span)));
        if let Some((file, span)) = place {
            let at = file.place(span.start);
            // Writing to a string cannot fail.
            let _ = write!(out, "{}:{}:{}: ", escape::line(&file.name), at.line, at.column);
        }
        let _ = writeln!(out, "{}: {}", heading(found), escape::line(&found.message));
    }
    out
}

/// The last line of a report: how many findings of each level there were; empty when there were none.
pub fn summary(findings: &[Diagnostic]) -> String {
    let count = |severity: Severity| {
        let count = findings.iter().filter(|found| found.severity == severity).count();
        (count > 0).then(|| super::count(count, shown_level(severity)))
    };
    [Severity::Error, Severity::Warning, Severity::Advice].into_iter().filter_map(count).collect::<Vec<_>>().join(", ")
}

/// What a level is called in reports for people.
pub(super) fn shown_level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "note",
    }
}

fn heading(found: &Diagnostic) -> String {
    format!("{}[{}]", shown_level(found.severity), found.code.id)
}

/// Draws one finding; `everywhere` is the number of paths that need not be named.
fn block(found: &Diagnostic, files: &Files, style: Style, everywhere: usize, out: &mut String) {
    let colour = match found.severity {
        Severity::Error => "1;31",
        Severity::Warning => "1;33",
        Severity::Advice => "1;36",
    };
    let heading = heading(found);
    let text = format!("{heading}: {}", escape::line(&found.message));
    for (at, line) in wrapped(&text, style.width, "  ").iter().enumerate() {
        match line.strip_prefix(heading.as_str()).filter(|_| at == 0) {
            Some(rest) => out.push_str(&(style.painted(&heading, colour) + &style.painted(rest, "1"))),
            None => out.push_str(&style.painted(line, "1")),
        }
        out.push('\n');
    }
    let (places, more) = grouped(&found.labels, files);
    for place in &places {
        excerpt::draw(place, style, out);
    }
    if more > 0 {
        let _ = writeln!(out, "   ... and {}; `--format json` lists all", super::count(more, "further place"));
    }
    if !found.paths.is_empty() && found.paths.len() != everywhere {
        remark(if found.paths.len() == 1 { "path" } else { "paths" }, &found.paths.join(", "), style, out);
    }
    if let Some(help) = &found.help {
        remark("help", help, style, out);
    }
}

fn remark(word: &str, text: &str, style: Style, out: &mut String) {
    let text = format!("  {word}: {}", escape::line(text));
    for (at, line) in wrapped(&text, style.width, "        ").iter().enumerate() {
        match line.strip_prefix(&format!("  {word}:")).filter(|_| at == 0) {
            Some(rest) => {
                let _ = writeln!(out, "  {}{rest}", style.painted(&format!("{word}:"), "36"));
            }
            None => {
                let _ = writeln!(out, "{line}");
            }
        }
    }
}

/// The first places of a finding, those that one drawing can show together, and how many more there are; the primary one comes first.
fn grouped<'f>(labels: &'f [Label], files: &'f Files) -> (Vec<Excerpt<'f>>, usize) {
    let mut groups: Vec<Excerpt<'f>> = Vec::new();
    let mut more = 0;
    for label in labels {
        let Some(file) = files.get(label.span.file) else { continue };
        let is_drawn = groups.iter_mut().any(|group| group.add(label, file));
        if !is_drawn && groups.len() < PLACES {
            groups.push(Excerpt::new(label, file));
        } else if !is_drawn {
            more += 1;
        }
    }
    (groups, more)
}
