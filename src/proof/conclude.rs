//! From what was seen and what was found to what is proved.

use super::{Evidence, Outcome, Proof};
use crate::diag::{Accepted, Bearing, Diagnostic, Property, Severity};
use crate::lint::Judged;

/// What is proved of a path, given the findings that count for this run.
pub fn conclude(evidence: Evidence, judged: &Judged) -> Proof {
    let on_path = |finding: &&Diagnostic| finding.paths.is_empty() || finding.paths.contains(&evidence.path);
    let outcomes = Property::ALL.into_iter().map(|property| {
        let (mut refuting, mut open) = (Vec::new(), evidence.unseen.get(&property).cloned().unwrap_or_default());
        for finding in judged.findings.iter().filter(on_path) {
            match bearing(finding, property) {
                Some(true) => refuting.push(finding.clone().severity(Severity::Error)),
                Some(false) if !open.contains(&finding.message) => open.push(finding.message.clone()),
                Some(false) | None => {}
            }
        }
        let is_accepted = |one: &&Accepted| on_path(&&one.finding) && bearing(&one.finding, property).is_some();
        let accepted: Vec<Accepted> = judged.accepted.iter().filter(is_accepted).cloned().collect();
        let outcome = match (refuting.is_empty(), accepted.is_empty(), open.is_empty()) {
            (false, _, _) => Outcome::Refuted(refuting),
            (true, false, _) => Outcome::Accepted(accepted, open),
            (true, true, false) => Outcome::NotVisible(open),
            (true, true, true) => Outcome::Proved(evidence.seen.get(&property).cloned().unwrap_or_default()),
        };
        (property, outcome)
    });
    let outcomes = outcomes.collect();
    let Evidence { path, direction, versions, summary, steps, suspended, environment, .. } = evidence;
    Proof { path, direction, versions, summary, steps, suspended, environment, outcomes }
}

/// Whether a finding refutes a property, or keeps it from being proved; `None` where it is about something else.
fn bearing(finding: &Diagnostic, property: Property) -> Option<bool> {
    let (Bearing::Refutes(own) | Bearing::Concerns(own) | Bearing::Doubts(own)) = finding.code.bearing?;
    (own == property).then(|| finding.refuted() == Some(property))
}
