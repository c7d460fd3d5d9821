//! Findings for people: drawn by miette, the source line with the place marked.

use crate::diag::{Diagnostic, Label, Severity};
use crate::source::{Files, Source};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents, ThemeStyles};
use std::borrow::Cow;
use std::fmt::{self, Display, Write};

/// How reports are drawn.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// With colours.
    pub colour: bool,
    /// The width of a line, in columns.
    pub width: usize,
}

/// How many reports are drawn; each costs a look at its file, and nobody reads more.
const DRAWN: usize = 200;

/// Draws findings one after the other.
pub fn human(findings: &[Diagnostic], files: &Files, style: Style) -> String {
    let mut theme = GraphicalTheme::unicode();
    theme.styles = if style.colour { ThemeStyles::ansi() } else { ThemeStyles::none() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(style.width).with_links(false).with_context_lines(1);
    let mut out = String::new();
    for diagnostic in findings.iter().take(DRAWN) {
        let report = Report::new(diagnostic, files);
        if handler.render_report(&mut out, &report).is_err() {
            // A place that cannot be drawn is no reason to lose the message.
            let _ = writeln!(out, "{} {}", diagnostic.code.id, plain(&diagnostic.message));
        }
        out.push('\n');
    }
    if let Some(more) = findings.len().checked_sub(DRAWN).filter(|more| *more > 0) {
        let _ = writeln!(out, "... and {more} more; `--format json` lists more\n");
    }
    out
}

/// The last line: how many findings of each level there were; empty when there were none.
pub fn summary(findings: &[Diagnostic]) -> String {
    let count = |severity: Severity, one: &str, many: &str| {
        let count = findings.iter().filter(|found| found.severity == severity).count();
        (count > 0).then(|| format!("{count} {}", if count == 1 { one } else { many }))
    };
    let parts = [
        count(Severity::Error, "error", "errors"),
        count(Severity::Warning, "warning", "warnings"),
        count(Severity::Advice, "piece of advice", "pieces of advice"),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A finding as miette wants it: one source; what stands in other files becomes a related report.
struct Report<'a> {
    message: String,
    code: &'static str,
    help: Option<String>,
    severity: miette::Severity,
    source: Option<Shown<'a>>,
    labels: Vec<LabeledSpan>,
    related: Vec<Report<'a>>,
}

/// A file as miette reads it: what would steer a terminal stands as something of the same length.
struct Shown<'a>(&'a Source, Cow<'a, str>);

impl<'a> Shown<'a> {
    fn new(file: &'a Source) -> Shown<'a> {
        let steers = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
        if !file.text.contains(steers) {
            return Shown(file, Cow::Borrowed(&file.text));
        }
        let shown = |c: char| match c {
            '\r' => ' ',
            _ if !steers(c) => c,
            _ if c.is_ascii() => '?',
            _ => '\u{bf}',
        };
        Shown(file, Cow::Owned(file.text.chars().map(shown).collect()))
    }
}

/// How far from each other two places on one line may be to share a drawing, in bytes.
const FAR: usize = 1000;

/// How much of a line is drawn before and behind a place, in bytes: files written by machines have lines of any length.
const AROUND: usize = 200;

impl<'a> Report<'a> {
    fn new(diagnostic: &'a Diagnostic, files: &'a Files) -> Report<'a> {
        let first = diagnostic.labels.first().map(|label| label.span.file);
        // What stands in another file, or far off on a long line, becomes a drawing of its own.
        let near = |label: &&Label| {
            let primary = diagnostic.labels.first().map_or(label.span, |primary| primary.span);
            let together = label.span.start.abs_diff(primary.start) as usize <= FAR;
            let line = files.get(primary.file).map(|file| (file.place(primary.start).line, file.place(label.span.start).line));
            Some(label.span.file) == first && (together || line.is_some_and(|(own, other)| own != other && file_is_narrow(files, label)))
        };
        let (own, others): (Vec<&Label>, Vec<&Label>) = diagnostic.labels.iter().partition(near);
        let shown = |label: &Label| files.get(label.span.file).map(Shown::new);
        let labelled = |label: &Label, primary: bool| {
            let offset = label.span.start as usize;
            let length = files.get(label.span.file).map_or(0, |file| drawn_length(file, label));
            let text = Some(plain(&label.text));
            if primary { LabeledSpan::new_primary_with_span(text, (offset, length)) } else { LabeledSpan::new(text, offset, length) }
        };
        let mut message = plain(&diagnostic.message);
        if !diagnostic.paths.is_empty() {
            let _ = write!(message, " ({})", diagnostic.paths.join(", "));
        }
        let severity = match diagnostic.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Advice => miette::Severity::Advice,
        };
        let related = others.iter().map(|label| Report {
            message: files
                .get(label.span.file)
                .map_or_else(String::new, |file| format!("{}, line {}", shown_name(&file.name), file.place(label.span.start).line)),
            code: "",
            help: None,
            severity: miette::Severity::Advice,
            source: shown(label),
            labels: vec![labelled(label, true)],
            related: Vec::new(),
        });
        Report {
            message,
            code: diagnostic.code.id,
            help: diagnostic.help.as_deref().map(plain),
            severity,
            source: own.first().and_then(|label| shown(label)),
            labels: own.iter().enumerate().map(|(at, label)| labelled(label, at == 0)).collect(),
            related: related.collect(),
        }
    }
}

/// Tells whether a label's line is short enough to be drawn whole.
fn file_is_narrow(files: &Files, label: &Label) -> bool {
    files.get(label.span.file).is_some_and(|file| file.line_around(label.span.start).len() <= FAR)
}

/// Words as they may go to a terminal.
pub fn plain(text: &str) -> String {
    without_control(text, &['\n', '\t'])
}

fn without_control(text: &str, but_for: &[char]) -> String {
    text.chars().map(|c| if c.is_control() && !but_for.contains(&c) { '\u{fffd}' } else { c }).collect()
}

/// A file's name as it may go to a terminal.
pub(super) fn shown_name(name: &str) -> String {
    without_control(name, &[])
}

/// A label that goes over several lines is drawn on its first one; the rest of a long list says nothing more.
fn drawn_length(file: &Source, label: &Label) -> usize {
    let line = file.line_around(label.span.start);
    let end = (label.span.end as usize).min(line.end.max(label.span.start as usize));
    end.saturating_sub(label.span.start as usize).min(AROUND)
}

impl SourceCode for Shown<'_> {
    fn read_span<'s>(&'s self, span: &SourceSpan, before: usize, after: usize) -> Result<Box<dyn SpanContents<'s> + 's>, MietteError> {
        let (file, start, end) = (self.0, span.offset(), span.offset() + span.len());
        let offset = |at: usize| u32::try_from(at).map_err(|_| MietteError::OutOfBounds);
        // The lines before and behind, as far as they are short.
        let first = file.line_around(offset(start.saturating_sub(1).min(start))?).start.min(file.line_around(offset(start)?).start);
        let line = file.line_around(offset(end)?);
        let last = file.line_around(offset((line.end + 1).min(file.text.len()))?).end.max(line.end);
        let mut from = file.line_around(offset(first.saturating_sub(1))?).start.min(first).max(start.saturating_sub(AROUND));
        let mut to = last.min(end + AROUND).min(file.text.len());
        while !file.text.is_char_boundary(from) {
            from -= 1;
        }
        while !file.text.is_char_boundary(to) {
            to += 1;
        }
        if before == 0 && after == 0 {
            // Only the place itself is asked for, to name its line and column.
            (from, to) = (start, end);
        }
        let data = self.1.get(from..to).ok_or(MietteError::OutOfBounds)?;
        let place = file.place(offset(from)?);
        let lines = data.lines().count();
        let covered = SourceSpan::new(from.into(), data.len());
        Ok(Box::new(MietteSpanContents::new_named(shown_name(&file.name), data.as_bytes(), covered, place.line - 1, place.column - 1, lines)))
    }
}

impl fmt::Debug for Report<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl Display for Report<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        (!self.code.is_empty()).then(|| Box::new(self.code) as Box<dyn Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        (!self.labels.is_empty()).then(|| Box::new(self.labels.iter().cloned()) as Box<dyn Iterator<Item = LabeledSpan>>)
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        (!self.related.is_empty())
            .then(|| Box::new(self.related.iter().map(|report| report as &dyn miette::Diagnostic)) as Box<dyn Iterator<Item = &dyn miette::Diagnostic>>)
    }
}
