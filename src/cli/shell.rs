//! Standard output and standard error, colours, and what ends a run early.

use crate::diag::Diagnostic;
use crate::escape;
use crate::render::{self, Charset, Style};
use crate::session::Unusable;
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

/// What the output is called in messages.
const STANDARD_OUTPUT: &str = "standard output";

/// What ends a run: not a fact about the input, but the job itself could not be done.
#[derive(Debug)]
pub enum Failure {
    /// The command line asks for something that makes no sense.
    Usage(String),
    /// `relupc.toml` cannot be used: what is wrong with it, line by line.
    Configuration(Vec<String>),
    /// A file cannot be written.
    Write {
        /// The file.
        path: String,
        /// The system's words.
        why: io::Error,
    },
}

impl From<Unusable> for Failure {
    fn from(unusable: Unusable) -> Failure {
        match unusable {
            Unusable::Words(words) => Failure::Usage(words),
            Unusable::Lines(lines) => Failure::Configuration(lines),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Usage(words) => out.write_str(words),
            Failure::Configuration(lines) => {
                let lines: Vec<_> = lines.iter().map(|line| escape::line(line)).collect();
                out.write_str(&lines.join("\n"))
            }
            Failure::Write { path, why } => {
                let text = why.to_string();
                let words = text.split(" (os error").next().unwrap_or_default().to_lowercase();
                write!(out, "`{path}` cannot be written: {words}")?;
                // A file is replaced whole or left alone; what was printed before stays printed.
                if path == STANDARD_OUTPUT { Ok(()) } else { out.write_str("; nothing was changed") }
            }
        }
    }
}

/// The two outputs of a run.
pub struct Shell {
    /// What is printed and not yet handed to the system.
    pending: Vec<Vec<u8>>,
    out: io::Stdout,
    /// Why the output takes no more.
    broken: Option<io::Error>,
    err: anstream::Stderr,
    quiet: bool,
    reports: Style,
    product: Style,
}

/// The width of reports where the terminal does not say it, in columns.
const WIDTH: usize = 80;
/// The widest report, in columns.
const MAX_WIDTH: usize = 120;

impl Shell {
    /// The process's own outputs; `quiet` drops notes.
    pub fn new(colour: Colour, quiet: bool) -> Shell {
        let choice = match colour {
            Colour::Auto => anstream::ColorChoice::Auto,
            Colour::Always => anstream::ColorChoice::Always,
            Colour::Never => anstream::ColorChoice::Never,
        };
        let (out, err) = (io::stdout(), io::stderr());
        let reports = style_of(colour, err.is_terminal(), anstream::AutoStream::choice(&err));
        let product = style_of(colour, out.is_terminal(), anstream::AutoStream::choice(&out));
        Shell { pending: Vec::new(), out, broken: None, err: anstream::AutoStream::new(err, choice), quiet, reports, product }
    }

    /// How a product for people is drawn on standard output.
    pub fn product(&self) -> Style {
        self.product
    }

    /// Prints a product to standard output. It is handed to the system before the next note, and at the end of the run.
    pub fn print(&mut self, product: impl Into<Vec<u8>>) {
        self.pending.push(product.into());
    }

    /// Prints a remark about the run to standard error; that it cannot be read is not a failure.
    pub fn note(&mut self, text: &str) {
        if !self.quiet {
            self.say(&format!("relupc: {text}"));
        }
    }

    /// Prints a remark that belongs to a report on standard output.
    pub fn remark(&mut self, text: &str) {
        if !self.quiet {
            self.print(format!("{}\n", escape::lines(text)));
        }
    }

    fn say(&mut self, text: &str) {
        // The two outputs may be one terminal: what was printed first is seen first.
        self.hand_over();
        let _ = writeln!(self.err, "{}", escape::lines(text));
    }

    /// Prints findings to standard error, a line each.
    pub fn report_concisely(&mut self, findings: &[Diagnostic], files: &Files) {
        self.print_report(&render::concise(findings, files));
    }

    /// Prints a report that is text to standard error.
    pub fn report_text(&mut self, text: &str) {
        self.print_report(&escape::lines(text));
    }

    fn print_report(&mut self, text: &str) {
        self.hand_over();
        let _ = self.err.write_all(text.as_bytes());
    }

    /// Draws findings and their count on standard error.
    pub fn report(&mut self, findings: &[Diagnostic], files: &Files) {
        self.print_report(&render::human(findings, files, self.reports));
        let summary = render::summary(findings);
        if !summary.is_empty() {
            self.note(&summary);
        }
    }

    /// Says why the run ended.
    pub fn failure(&mut self, failure: &Failure) {
        let words = failure.to_string();
        // Names may hold anything; what is shown of a file has its lines escaped one by one.
        let words = if matches!(failure, Failure::Configuration(_)) { words.into() } else { escape::line(&words) };
        self.say(&format!("relupc: {words}"));
    }

    fn hand_over(&mut self) {
        for product in self.pending.drain(..) {
            if self.broken.is_none() {
                self.broken = self.out.write_all(&product).err();
            }
        }
        if self.broken.is_none() {
            self.broken = self.out.flush().err();
        }
    }

    /// Hands everything over to the system. A reader who went away has seen enough: that is not a failure.
    pub fn finish(&mut self) -> Result<(), Failure> {
        self.hand_over();
        match self.broken.take() {
            Some(why) if why.kind() != io::ErrorKind::BrokenPipe => Err(Failure::Write { path: STANDARD_OUTPUT.to_owned(), why }),
            Some(_) | None => Ok(()),
        }
    }
}

fn style_of(colour: Colour, is_terminal: bool, choice: anstream::ColorChoice) -> Style {
    let colour = match colour {
        Colour::Auto => choice != anstream::ColorChoice::Never,
        Colour::Always => true,
        Colour::Never => false,
    };
    Style { colour, width: is_terminal.then(terminal_width), charset: charset() }
}

/// How wide the terminal is; `COLUMNS` goes before what it says itself.
fn terminal_width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let own = || terminal_size::terminal_size_of(io::stderr()).map(|(width, _)| usize::from(width.0));
    columns.or_else(own).unwrap_or(WIDTH).clamp(WIDTH / 2, MAX_WIDTH)
}

/// What the locale can show: the first of the variables that is set decides, as for `setlocale(3)`.
fn charset() -> Charset {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok()).find(|value| !value.is_empty());
    let name = set.unwrap_or_default().to_ascii_lowercase();
    if name.contains("utf-8") || name.contains("utf8") { Charset::Unicode } else { Charset::Ascii }
}
