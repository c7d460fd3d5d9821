//! A few lines of a file with places marked in them, drawn by miette.
//!
//! The lines are copied out of the file first, each unsafe character written as an escape, so that neither a terminal nor
//! the reader is misled, and however long a line is.

use super::secrets::{self, Hidden};
use super::{Charset, Style};
use crate::diag::Label;
use crate::escape;
use crate::source::Source;
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents, ThemeStyles};
use std::fmt::{self, Display, Write};
use std::ops::Range;

/// How much of a line is drawn before and after a place, in bytes: files written by machines have lines of any length.
const AROUND: usize = 200;
/// How many places one drawing has.
const LABELS: usize = 8;
/// How many lines apart two places may be to share a drawing.
const APART: usize = 3;

/// The places of one drawing.
pub struct Excerpt<'f> {
    file: &'f Source,
    labels: Vec<&'f Label>,
    /// The first and the last line with a place, from 1.
    lines: (usize, usize),
}

impl<'f> Excerpt<'f> {
    /// The drawing of one place.
    pub fn new(label: &'f Label, file: &'f Source) -> Excerpt<'f> {
        let line = file.place(label.span.start).line;
        Excerpt { file, labels: vec![label], lines: (line, line) }
    }

    /// Takes a place in if it is near those that are there.
    pub fn add(&mut self, label: &'f Label, file: &'f Source) -> bool {
        if !std::ptr::eq(self.file, file) || self.labels.len() >= LABELS {
            return false;
        }
        let line = file.place(label.span.start).line;
        let (first, last) = self.lines;
        let far = |other: &&Label| other.span.start.abs_diff(label.span.start) as usize > AROUND && file.place(other.span.start).line == line;
        let near = line + APART >= first && line <= last + APART && !self.labels.iter().any(far);
        if near {
            self.lines = (first.min(line), last.max(line));
            self.labels.push(label);
        }
        near
    }
}

/// Draws the lines with their places; of a file that may hold secrets only where the places are.
pub fn draw(excerpt: &Excerpt<'_>, style: Style, out: &mut String) {
    let place = |label: &Label| excerpt.file.place(label.span.start);
    let name = escape::line(&excerpt.file.name);
    let listed = |out: &mut String| {
        for label in &excerpt.labels {
            let at = place(label);
            // Writing to a string cannot fail.
            let _ = writeln!(out, "   at {name}:{}:{}: {}", at.line, at.column, escape::line(&label.text));
        }
    };
    let Hidden::Bytes(hidden) = secrets::hidden(excerpt.file) else { return listed(out) };
    let mut theme = match style.charset {
        Charset::Unicode => GraphicalTheme::unicode(),
        Charset::Ascii => GraphicalTheme::none(),
    };
    theme.styles = if style.colour { ThemeStyles::ansi() } else { ThemeStyles::none() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(style.width.unwrap_or(usize::MAX >> 1)).with_links(false).with_context_lines(1);
    let drawn = Drawn::new(excerpt, &name, &hidden);
    let mut text = String::new();
    if handler.render_report(&mut text, &drawn).is_err() {
        // A place that cannot be drawn is not lost.
        return listed(out);
    }
    // The first line is that of the message, which is not given: it heads the whole finding.
    out.push_str(text.split_once('\n').map_or("", |(_, rest)| rest));
}

/// The excerpt as text, and the places in it.
struct Drawn<'n> {
    name: &'n str,
    text: String,
    /// The number of the first line, from 0.
    line: usize,
    labels: Vec<LabeledSpan>,
    /// Line and column of the primary place in the file, from 0.
    primary: (usize, usize),
}

impl<'n> Drawn<'n> {
    fn new(excerpt: &Excerpt<'_>, name: &'n str, hidden: &[Range<usize>]) -> Drawn<'n> {
        let file = excerpt.file;
        let (first, last) = excerpt.lines;
        let primary = excerpt.labels.first().map_or((0, 0), |label| {
            let at = file.place(label.span.start);
            (at.line - 1, at.column - 1)
        });
        let mut drawn = Drawn { name, text: String::new(), line: first.saturating_sub(2), labels: Vec::new(), primary };
        for line in first.saturating_sub(1).max(1)..=last + 1 {
            let Some(range) = file.line(line) else { break };
            if line > last && range.start == file.text.len() {
                // The file ends with the line before.
                break;
            }
            drawn.add_line(excerpt, line, range, hidden);
        }
        drawn
    }

    fn add_line(&mut self, excerpt: &Excerpt<'_>, line: usize, range: Range<usize>, hidden: &[Range<usize>]) {
        let file = excerpt.file;
        let own: Vec<(usize, Range<usize>, &Label)> = excerpt
            .labels
            .iter()
            .enumerate()
            .filter(|(_, label)| file.place(label.span.start).line == line)
            .map(|(at, label)| {
                // A place that goes over several lines is marked on its first one.
                let start = (label.span.start as usize).min(range.end);
                let end = (label.span.end as usize).min(range.end).min(start + AROUND);
                (at, start..end.max(start), *label)
            })
            .collect();
        let from = own.iter().map(|(_, place, _)| place.start.saturating_sub(AROUND)).min().unwrap_or(range.start).max(range.start);
        let to = own.iter().map(|(_, place, _)| place.end + AROUND).max().unwrap_or(range.start + AROUND).min(range.end);
        let from = boundary(&file.text, from);
        let text = secrets::masked(file.text.get(from..boundary(&file.text, to)).unwrap_or_default(), from, hidden);
        let start = self.text.len();
        // Where each offset of the line is in the excerpt: escapes are longer than what they stand for.
        let shown = |offset: usize| escaped_length(text.get(..boundary(&text, offset.saturating_sub(from).min(text.len()))).unwrap_or_default());
        for (at, place, label) in own {
            let (open, close) = (start + shown(place.start), start + shown(place.end));
            let words = (!label.text.is_empty()).then(|| escape::line(&label.text).into_owned());
            self.labels.push(if at == 0 {
                LabeledSpan::new_primary_with_span(words, (open, close - open))
            } else {
                LabeledSpan::new(words, open, close - open)
            });
        }
        self.text.push_str(&escape::lines(text.trim_end_matches('\r')));
        self.text.push('\n');
    }
}

/// The next place between two characters at or before an offset.
fn boundary(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn escaped_length(text: &str) -> usize {
    escape::lines(text).len()
}

impl SourceCode for Drawn<'_> {
    fn read_span<'s>(&'s self, span: &SourceSpan, before: usize, after: usize) -> Result<Box<dyn SpanContents<'s> + 's>, MietteError> {
        let is_place = before == 0 && after == 0;
        let range = if is_place { span.offset()..span.offset() + span.len() } else { 0..self.text.len() };
        let data = self.text.get(range.clone()).ok_or(MietteError::OutOfBounds)?;
        let (line, column) = if is_place { self.primary } else { (self.line, 0) };
        let covered = SourceSpan::new(range.start.into(), data.len());
        Ok(Box::new(MietteSpanContents::new_named(self.name.to_owned(), data.as_bytes(), covered, line, column, data.lines().count())))
    }
}

impl fmt::Debug for Drawn<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name)
    }
}

impl Display for Drawn<'_> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Drawn<'_> {}

impl miette::Diagnostic for Drawn<'_> {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
