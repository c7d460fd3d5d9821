//! Standard output and standard error, colours, and what ends a run early.

use super::Outcome;
use crate::diag::Diagnostic;
use crate::render::{self, Style};
use crate::source::Files;
use clap::ValueEnum;
use std::fmt;
use std::io::{self, IsTerminal, Write};

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless `NO_COLOR` is set; `CLICOLOR_FORCE` forces them
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How the output is called in messages.
const STANDARD_OUTPUT: &str = "standard output";

/// What ends a run: not a fact about the input, but the job itself could not be done.
#[derive(Debug)]
pub enum Failure {
    /// The command line asks for something that makes no sense.
    Usage(String),
    /// A file cannot be written.
    Write {
        /// The file.
        path: String,
        /// The system's words.
        why: io::Error,
    },
    /// The reader of the output went away.
    BrokenPipe,
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Usage(words) => out.write_str(words),
            Failure::Write { path, why } => {
                let text = why.to_string();
                let words = text.split(" (os error").next().unwrap_or_default().to_lowercase();
                write!(out, "`{path}` cannot be written: {words}")?;
                // A file is replaced whole or left alone; what went before on an output stays.
                if path == STANDARD_OUTPUT { Ok(()) } else { out.write_str("; nothing was changed") }
            }
            Failure::BrokenPipe => out.write_str("the reader of the output went away"),
        }
    }
}

impl Failure {
    fn from_output(error: io::Error) -> Failure {
        if error.kind() == io::ErrorKind::BrokenPipe { Failure::BrokenPipe } else { Failure::Write { path: STANDARD_OUTPUT.to_owned(), why: error } }
    }
}

/// The two outputs of a run.
pub struct Shell {
    out: io::BufWriter<io::Stdout>,
    err: anstream::Stderr,
    style: Style,
    product: Style,
}

/// The width of reports where there is no terminal, in columns.
const WIDTH: usize = 80;
/// The widest report.
const MAX_WIDTH: usize = 120;

impl Shell {
    /// The process's own outputs.
    pub fn new(colour: Colour) -> Shell {
        let choice = match colour {
            Colour::Auto => anstream::ColorChoice::Auto,
            Colour::Always => anstream::ColorChoice::Always,
            Colour::Never => anstream::ColorChoice::Never,
        };
        let (out, err) = (io::stdout(), io::stderr());
        let style = style_of(colour, err.is_terminal(), anstream::AutoStream::choice(&err));
        let product = style_of(colour, out.is_terminal(), anstream::AutoStream::choice(&out));
        Shell { out: io::BufWriter::new(out), err: anstream::AutoStream::new(err, choice), style, product }
    }

    /// How a product for people is drawn on standard output.
    pub fn product(&self) -> Style {
        self.product
    }

    /// Writes a product that need not be UTF-8 to standard output.
    pub fn print_bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.out.write_all(bytes).map_err(Failure::from_output)
    }

    /// Writes a product to standard output.
    pub fn print(&mut self, text: &str) -> Result<(), Failure> {
        self.print_bytes(text.as_bytes())
    }

    /// Writes a word about the run to standard error; that it cannot be read is no failure.
    pub fn note(&mut self, text: &str) {
        // What was printed before it is seen before it; a failure shows at the end of the run.
        let _ = self.out.flush();
        let _ = writeln!(self.err, "{}", render::plain(text));
    }

    /// Draws findings on standard error, and their count.
    pub fn report(&mut self, findings: &[Diagnostic], files: &Files) {
        let drawn = render::human(findings, files, self.style);
        let _ = self.err.write_all(drawn.as_bytes());
        let summary = render::summary(findings);
        if !summary.is_empty() {
            self.note(&format!("relupc: {summary}"));
        }
    }

    /// Says why the run ended.
    pub fn failure(&mut self, failure: &Failure) {
        self.note(&format!("relupc: {failure}"));
    }

    /// Hands everything over to the system.
    pub fn flush(&mut self) -> Result<(), Failure> {
        self.out.flush().map_err(Failure::from_output)
    }
}

fn style_of(colour: Colour, is_terminal: bool, choice: anstream::ColorChoice) -> Style {
    let colour = match colour {
        Colour::Auto => choice != anstream::ColorChoice::Never,
        Colour::Always => true,
        Colour::Never => false,
    };
    Style { colour, width: if is_terminal { terminal_width() } else { WIDTH } }
}

fn terminal_width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    columns.unwrap_or(MAX_WIDTH).clamp(WIDTH / 2, MAX_WIDTH)
}

/// The outcome that findings stand for.
pub(super) fn outcome(findings: &[Diagnostic]) -> Outcome {
    if findings.iter().any(|found| found.severity == crate::diag::Severity::Error) { Outcome::Faulty } else { Outcome::Clean }
}
