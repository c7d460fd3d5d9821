//! Findings for people: drawn by miette, the source line with the place marked.

use crate::diag::{Diagnostic, Label, Severity};
use crate::source::Files;
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents, ThemeStyles};
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
    let handler = GraphicalReportHandler::new_themed(theme).with_width(style.width).with_links(style.colour).with_context_lines(1);
    let mut out = String::new();
    for diagnostic in findings.iter().take(DRAWN) {
        let report = Report::new(diagnostic, files);
        if handler.render_report(&mut out, &report).is_err() {
            // A place that cannot be drawn is no reason to lose the message.
            let _ = writeln!(out, "{} {}", diagnostic.code.id, diagnostic.message);
        }
        out.push('\n');
    }
    if let Some(more) = findings.len().checked_sub(DRAWN).filter(|more| *more > 0) {
        let _ = writeln!(out, "... and {more} more; `--format json` has them all\n");
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
    url: String,
    help: Option<&'a str>,
    severity: miette::Severity,
    source: Option<Named<'a>>,
    labels: Vec<LabeledSpan>,
    related: Vec<Report<'a>>,
}

/// A text under its file's name.
#[derive(Clone, Copy)]
struct Named<'a> {
    name: &'a str,
    text: &'a str,
}

impl<'a> Report<'a> {
    fn new(diagnostic: &'a Diagnostic, files: &'a Files) -> Report<'a> {
        let first = diagnostic.labels.first().map(|label| label.span.file);
        let (own, others): (Vec<&Label>, Vec<&Label>) = diagnostic.labels.iter().partition(|label| Some(label.span.file) == first);
        let named = |label: &Label| files.get(label.span.file).map(|file| Named { name: &file.name, text: &file.text });
        let labelled = |label: &Label, primary: bool| {
            let (offset, length) = (label.span.start as usize, (label.span.end - label.span.start) as usize);
            let text = Some(label.text.to_string());
            if primary { LabeledSpan::new_primary_with_span(text, (offset, length)) } else { LabeledSpan::new(text, offset, length) }
        };
        let mut message = diagnostic.message.clone();
        if !diagnostic.paths.is_empty() {
            let _ = write!(message, " ({})", diagnostic.paths.join(", "));
        }
        let severity = match diagnostic.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Advice => miette::Severity::Advice,
        };
        let related = others.iter().map(|label| Report {
            message: label.text.to_string(),
            code: "",
            url: String::new(),
            help: None,
            severity: miette::Severity::Advice,
            source: named(label),
            labels: vec![labelled(label, true)],
            related: Vec::new(),
        });
        Report {
            message,
            code: diagnostic.code.id,
            url: diagnostic.code.url(),
            help: diagnostic.help.as_deref(),
            severity,
            source: own.first().and_then(|label| named(label)),
            labels: own.iter().enumerate().map(|(at, label)| labelled(label, at == 0)).collect(),
            related: related.collect(),
        }
    }
}

impl SourceCode for Named<'_> {
    fn read_span<'s>(&'s self, span: &SourceSpan, before: usize, after: usize) -> Result<Box<dyn SpanContents<'s> + 's>, MietteError> {
        let contents = self.text.read_span(span, before, after)?;
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.to_owned(),
            contents.data(),
            *contents.span(),
            contents.line(),
            contents.column(),
            contents.line_count(),
        )))
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

    fn url<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        (!self.url.is_empty()).then(|| Box::new(&self.url) as Box<dyn Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        self.help.map(|help| Box::new(help) as Box<dyn Display>)
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
