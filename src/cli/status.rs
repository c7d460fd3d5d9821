//! How a run ends: the one place that decides the exit status.

use crate::diag::{Diagnostic, Severity};

/// How a command that was asked for something sensible ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    status: u8,
}

impl Outcome {
    /// What was asked for was made, and nothing is at error level.
    pub const CLEAN: Outcome = Outcome { status: 0 };
    /// A check that was asked for found what it looks for.
    pub const FAULTY: Outcome = Outcome { status: 1 };

    /// The outcome of a command with findings: 1 where one is an error, and where what was asked for could not be made,
    /// whatever the levels of the findings.
    pub fn new(findings: &[Diagnostic], made: bool) -> Outcome {
        if made && !has_errors(findings) { Outcome::CLEAN } else { Outcome::FAULTY }
    }

    /// The exit status.
    pub fn status(self) -> u8 {
        self.status
    }
}

/// Whether a finding is an error.
pub fn has_errors(findings: &[Diagnostic]) -> bool {
    findings.iter().any(|found| found.severity == Severity::Error)
}
