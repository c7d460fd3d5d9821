//! From everything that was found to what is reported: the one place that applies the policy of a run.

use super::allow::{self, Ran};
use super::levels::Levels;
use crate::diag::{Accepted, Diagnostic, Findings, bounded};
use crate::otp::Otp;
use crate::source::Files;
use crate::span::FileId;
use std::collections::BTreeSet;

/// What a run does with its findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Findings are its product.
    Lint,
    /// A relup is its product: what OTP refuses is an error whatever the levels say, and notes of rules are left out.
    Compile,
}

/// What is left of everything that was found.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// What is reported.
    pub findings: Vec<Diagnostic>,
    /// What bears on a property of a path and is not reported, as a comment or a level allows it.
    pub accepted: Vec<Accepted>,
}

/// The findings to report, and those that were accepted: first what comments in the files allow is taken out, then each gets its level, and only what is left
/// counts for the bound of the list. No rule was run on the files `aside`.
pub fn judge(found: Findings, files: &Files, otp: Otp, ran: Ran, aside: &BTreeSet<FileId>, levels: &Levels, purpose: Purpose) -> Judged {
    let mut accepted = Vec::new();
    let mut sorted = Findings::default();
    for diagnostic in allow::apply(files, otp, ran, aside, found.all(), &mut accepted) {
        let bearing = diagnostic.code.bearing.map(|_| diagnostic.clone());
        let judged = match purpose {
            Purpose::Lint => levels.apply(diagnostic),
            Purpose::Compile => levels.for_compiler(diagnostic),
        };
        match judged {
            Some(diagnostic) => sorted.push(diagnostic),
            None => accepted.extend(bearing.map(|finding| Accepted { finding, why: "the levels of this run".to_owned() })),
        }
    }
    accepted.retain(|one| one.finding.code.bearing.is_some());
    Judged { findings: bounded(sorted.all()), accepted }
}
