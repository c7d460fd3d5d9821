//! From everything that was found to what is reported: the one place that applies the policy of a run.

use super::allow::{self, Ran};
use super::levels::Levels;
use crate::diag::{Diagnostic, Findings, bounded};
use crate::otp::Otp;
use crate::source::Files;

/// What a run does with its findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Findings are its product.
    Lint,
    /// A relup is its product: what OTP refuses is an error whatever the levels say, and notes of rules are left out.
    Compile,
}

/// The findings to report: first what comments in the files allow is taken out, then each gets its level, and only what is left
/// counts for the bound of the list.
pub fn judge(found: Findings, files: &Files, otp: Otp, ran: Ran, levels: &Levels, purpose: Purpose) -> Vec<Diagnostic> {
    let wanted = allow::apply(files, otp, ran, found.all()).into_iter().filter_map(|diagnostic| match purpose {
        Purpose::Lint => levels.apply(diagnostic),
        Purpose::Compile => levels.for_compiler(diagnostic),
    });
    let mut sorted = Findings::default();
    sorted.extend(wanted);
    bounded(sorted.all())
}
