//! For a terminal: each path with its seven properties.

use super::{effect, reasons};
use crate::escape;
use crate::proof::{Outcome, Proof};

/// How many reasons of a property are shown.
const SHOWN: usize = 6;

/// A path: what it does, and what is proved of it.
pub fn text(proof: &Proof) -> String {
    let mut out = format!("{} {}: {}\n  {}\n", proof.direction.word(), proof.path, proof.word(), effect(proof));
    for (property, outcome) in &proof.outcomes {
        out.push_str(&format!("  {:<12} {}\n", outcome.word(), property.claim()));
        let all = reasons(outcome);
        let few = if matches!(outcome, Outcome::Refuted(_)) { all.len() } else { SHOWN };
        all.iter().take(few).for_each(|reason| out.push_str(&format!("               {reason}\n")));
        if all.len() > few {
            out.push_str(&format!("               and {} more\n", all.len() - few));
        }
    }
    escape::lines(&out).into_owned()
}

/// The last line: how many paths there are, and what is proved of them.
pub fn verdict<'p>(proofs: impl Iterator<Item = &'p Proof>, missing: usize) -> String {
    let mut counts = [("proved", 0), ("accepted", 0), ("not refuted", 0), ("refuted", 0)];
    let mut all = 0;
    for proof in proofs {
        all += 1;
        counts.iter_mut().filter(|(known, _)| *known == proof.word()).for_each(|(_, count)| *count += 1);
    }
    let mut parts: Vec<String> = counts.iter().filter(|(_, count)| *count > 0).map(|(what, count)| format!("{count} {what}")).collect();
    if missing > 0 {
        parts.push(format!("{missing} missing"));
    }
    format!("{}: {}", super::super::count(all + missing, "path"), if parts.is_empty() { "nothing verified".to_owned() } else { parts.join(", ") })
}
