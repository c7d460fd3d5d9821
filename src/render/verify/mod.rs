//! What was proved of paths, for people: as text, as Markdown for a pull request; and what a path does step by step.

mod html;
mod markdown;
mod paths;
mod picture;
mod text;
mod trace;

pub use html::verify_html;
pub use markdown::markdown as verify_markdown;
pub use paths::{paths_concise, paths_markdown, paths_text, paths_verdict};
pub use picture::paths_picture;
pub use text::{text as verify_text, verdict};
pub use trace::trace;

use super::does;
use crate::diag::Accepted;
use crate::proof::{Outcome, Proof};

/// The reasons of an outcome, each a line.
fn reasons(outcome: &Outcome) -> Vec<String> {
    match outcome {
        Outcome::Proved(seen) => vec![seen.clone()],
        Outcome::Refuted(findings) => findings.iter().map(|finding| format!("{}: {}", finding.code.id, finding.message)).collect(),
        Outcome::Accepted(accepted, open) => {
            let words = |one: &Accepted| format!("{}: {} (accepted by {})", one.finding.code.id, one.finding.message, one.why);
            accepted.iter().map(words).chain(open.iter().cloned()).collect()
        }
        Outcome::NotVisible(reasons) => reasons.clone(),
    }
}

/// What a path does, with the heaviest effect first.
fn effect(proof: &Proof) -> String {
    let words = does(&proof.summary);
    if proof.suspended.is_empty() {
        return words;
    }
    let longest = match proof.longest_wait() {
        Some(wait) => format!("waits at most {} s for processes to be suspended", seconds(wait)),
        None => "how long it waits for processes to be suspended is not visible".to_owned(),
    };
    format!("{words}; {longest}")
}

/// Milliseconds as seconds, with as many digits as it needs.
fn seconds(milliseconds: u64) -> String {
    let (whole, rest) = (milliseconds / 1000, milliseconds % 1000);
    if rest == 0 { whole.to_string() } else { format!("{whole}.{rest:03}").trim_end_matches('0').to_owned() }
}
