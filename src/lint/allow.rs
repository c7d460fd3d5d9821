//! Comments that silence findings: `%% relupc:allow RLxxxx reason` on the line, or before the tuple, that it is for;
//! `%% relupc:allow-file RLxxxx reason` for a whole file.

use super::Check;
use super::levels::accepted_by_otp;
use crate::diag::{Accepted, Code, Diagnostic, Severity, codes};
use crate::otp::Otp;
use crate::source::{Files, Source};
use crate::span::{FileId, Span};
use crate::term::{Document, Extent, Term, parse};
use std::collections::BTreeSet;

codes! {
    ALLOW_UNUSED "RL0002" "allow-unused" Warning
    ALLOW_WITHOUT_REASON "RL0003" "allow-without-reason" Warning
    ALLOW_UNKNOWN "RL0004" "allow-unknown" Warning
}

/// What a comment that silences begins with.
const MARK: &str = "relupc:allow";

/// A comment that silences.
struct Allowance {
    /// The comment.
    span: Span,
    code: &'static Code,
    /// Why, in the words of the comment.
    reason: String,
    /// Where findings are silenced: those that begin in this range.
    range: std::ops::Range<u32>,
    used: bool,
}

/// Which rules were run: comments for others may well be used in another run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ran {
    /// None.
    Nothing,
    /// Those for appups on their own.
    Files,
    /// All, with two releases.
    Everything,
}

impl Ran {
    /// Whether a comment for a code would have been used if there were anything to silence.
    fn covers(self, code: &Code) -> bool {
        match super::rules().iter().find(|rule| rule.code == code).map(|rule| &rule.check) {
            Some(Check::File(_) | Check::Scripts(..) | Check::Relup(_)) => self != Ran::Nothing,
            Some(Check::Application(_) | Check::Pair(_) | Check::Kept(_)) => self == Ran::Everything,
            None => true,
        }
    }
}

/// Moves the findings that comments in their files silence to `accepted`, and adds what is wrong with the comments. What OTP refuses
/// is not for a comment to allow. No rule was run on the files `aside`.
pub fn apply(files: &Files, otp: Otp, ran: Ran, aside: &BTreeSet<FileId>, mut found: Vec<Diagnostic>, accepted: &mut Vec<Accepted>) -> Vec<Diagnostic> {
    for (file, source) in files.iter().filter(|(_, source)| source.text.contains(MARK)) {
        let document = parse(source, file, otp, Extent::All);
        let mut extra = Vec::new();
        let mut allowances = read(source, &document, &mut extra);
        found.retain(|diagnostic| {
            if refused_by_otp(diagnostic) {
                return true;
            }
            let at = diagnostic.position().filter(|span| span.file == file);
            let silenced =
                at.and_then(|span| allowances.iter_mut().find(|allowance| allowance.code == diagnostic.code && allowance.range.contains(&span.start)));
            let Some(allowance) = silenced else { return true };
            allowance.used = true;
            let why = if allowance.reason.is_empty() { "a comment without a reason".to_owned() } else { format!("a comment: {}", allowance.reason) };
            accepted.push(Accepted { finding: diagnostic.clone(), why });
            false
        });
        let ran = if aside.contains(&file) { Ran::Nothing } else { ran };
        for allowance in allowances.iter().filter(|allowance| !allowance.used && ran.covers(allowance.code)) {
            let is_here = |diagnostic: &Diagnostic| {
                let at = diagnostic.position().filter(|span| span.file == file);
                diagnostic.code == allowance.code && at.is_some_and(|span| allowance.range.contains(&span.start))
            };
            let (message, help) = if found.iter().any(is_here) {
                (format!("{} is what OTP refuses, and no comment allows it", allowance.code.id), "fix the cause and remove the comment")
            } else {
                (format!("no finding here is {}", allowance.code.id), "remove it, or put it on the line before what it is for")
            };
            extra.push(Diagnostic::new(&ALLOW_UNUSED, message).label(allowance.span, "this comment silences nothing").help(help));
        }
        found.extend(extra);
    }
    found
}

fn refused_by_otp(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error && !accepted_by_otp(diagnostic.code)
}

fn read(source: &Source, document: &Document, extra: &mut Vec<Diagnostic>) -> Vec<Allowance> {
    let mut allowances = Vec::new();
    for comment in &document.comments {
        let text = source.text.get(comment.range()).unwrap_or_default();
        let Some(rest) = text.trim_start_matches(['%', '#']).trim_start().strip_prefix(MARK) else { continue };
        let (whole, rest) = rest.strip_prefix("-file").map_or((false, rest), |rest| (true, rest));
        let mut words = rest.split_whitespace();
        let wanted = words.next().unwrap_or_default();
        let Some(code) = super::find(wanted) else {
            extra.push(
                Diagnostic::new(&ALLOW_UNKNOWN, format!("unknown code `{wanted}`"))
                    .label(*comment, "should be `relupc:allow RLxxxx reason`")
                    .help("`relupc rules` lists the codes"),
            );
            continue;
        };
        let reason: Vec<&str> = words.collect();
        if reason.is_empty() {
            extra.push(
                Diagnostic::new(&ALLOW_WITHOUT_REASON, format!("{} is allowed without a reason", code.id))
                    .label(*comment, "the reason belongs after the code")
                    .help("say why the finding does not apply here"),
            );
        }
        let line = source.line_around(comment.start);
        let alone = source.text.get(line.start..comment.start as usize).is_some_and(|before| before.trim().is_empty());
        let range = if whole {
            0..u32::MAX
        } else if alone {
            next(&document.terms.iter().collect::<Vec<_>>(), comment.end).map_or(comment.end..comment.end, |span| span.start..span.end.max(span.start + 1))
        } else {
            u32::try_from(line.start).unwrap_or(0)..comment.start
        };
        allowances.push(Allowance { span: *comment, code, reason: reason.join(" "), range, used: false });
    }
    allowances
}

/// The first and outermost term that begins after an offset.
fn next(terms: &[&Term], offset: u32) -> Option<Span> {
    for term in terms {
        if term.span.start >= offset {
            return Some(term.span);
        }
        if term.span.end > offset
            && let Some(inner) = next(&term.children(), offset)
        {
            return Some(inner);
        }
    }
    None
}
