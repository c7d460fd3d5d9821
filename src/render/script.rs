//! A low-level script for people: an instruction a line, with why it is there.

use crate::escape;
use crate::otp::Otp;
use crate::relup::{Cause, Pass, Step};
use crate::source::Files;
use crate::term::print;
use std::fmt::Write;

/// The column at which the reasons begin, unless an instruction is longer.
const REASONS_AT: usize = 60;

/// A script as one Erlang term, each instruction with a comment that names its origin.
pub fn script(steps: &[Step], files: &Files, otp: Otp) -> String {
    let mut out = String::new();
    let last = steps.len().saturating_sub(1);
    for (at, step) in steps.iter().enumerate() {
        let open = if at == 0 { '[' } else { ' ' };
        let close = if at == last { "]." } else { "," };
        // Inside quotes an escape is Erlang, too: the text stays a term.
        let line = format!("{open}{}{close}", escape::line(&print::inline(&step.op.to_term(), otp)));
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{line:<REASONS_AT$} % {}", origin_words(step, files));
    }
    out
}

/// Why an instruction is there, in a few words.
pub fn origin_words(step: &Step, files: &Files) -> String {
    let span = step.origin.span();
    let place = files.get(span.file).map(|file| format!("{}:{}", file.name.rsplit('/').next().unwrap_or(&file.name), file.place(span.start).line));
    let cause = match (&step.origin.cause, place) {
        (Cause::Written(_), Some(place)) => place,
        (Cause::Written(_), None) => "written".to_owned(),
        (Cause::ApplicationAdded(name, _), _) => format!("{name} is added"),
        (Cause::ApplicationRemoved(name, _), _) => format!("{name} is removed"),
        (Cause::ErtsChanged, _) => "ERTS changes".to_owned(),
        (Cause::RestartRequested, _) => "--restart-emulator".to_owned(),
        (Cause::Always, _) => "always".to_owned(),
    };
    let words = match step.origin.pass {
        Some(Pass::MergeObjectCode) => format!("{cause} and others"),
        Some(Pass::Applications | Pass::Lower | Pass::PlaceRestart) | None => cause,
    };
    escape::line(&words).into_owned()
}
