//! For a comment on a pull request: the upgrades, then the downgrades.

use super::{effect, reasons};
use crate::appup::Direction;
use crate::escape;
use crate::proof::{Missing, Outcome, Proof};
use std::fmt::Write;

/// The paths with their properties as tables, and the hash of each input by its name. `missing` are paths that could not be looked at.
pub fn markdown(name: &str, proofs: &[&Proof], missing: &[Missing], inputs: &[(String, String)]) -> String {
    let mut out = format!("## Release upgrade of {}\n\n", escaped(name));
    // Writing to a string cannot fail.
    let _ = writeln!(out, "**{}**\n", super::verdict(proofs.iter().copied(), missing.len()));
    for (direction, heading) in [(Direction::Up, "Upgrade"), (Direction::Down, "Downgrade")] {
        let own: Vec<&&Proof> = proofs.iter().filter(|proof| proof.direction == direction).collect();
        let without: Vec<&Missing> = missing.iter().filter(|missing| missing.direction == direction).collect();
        if own.is_empty() && without.is_empty() {
            continue;
        }
        let _ = writeln!(out, "### {heading}\n");
        for missing in without {
            let why: Vec<String> = missing.why.iter().map(|why| escaped(why)).collect();
            let why = if why.is_empty() { String::new() } else { format!(": {}", why.join("; ")) };
            let _ = writeln!(out, "**{}**: missing{why}\n", escaped(&missing.path));
        }
        own.into_iter().for_each(|proof| of_path(proof, &mut out));
    }
    let inputs: Vec<String> = inputs.iter().map(|(name, sha256)| format!("{} `{sha256}`", escaped(name))).collect();
    if !inputs.is_empty() {
        let _ = writeln!(out, "<sub>Inputs, SHA-256: {}</sub>", inputs.join(", "));
    }
    out
}

fn of_path(proof: &Proof, out: &mut String) {
    let _ = writeln!(out, "**{}**: {}. {}\n\n| property | | reason |\n| --- | --- | --- |", escaped(&proof.path), proof.word(), escaped(&effect(proof)));
    for (property, outcome) in &proof.outcomes {
        let mark = if matches!(outcome, Outcome::Refuted(_)) { "**refuted**" } else { outcome.word() };
        let reasons: Vec<String> = reasons(outcome).iter().map(|reason| escaped(reason)).collect();
        let _ = writeln!(out, "| {} | {mark} | {} |", property.claim(), reasons.join("<br>"));
    }
    out.push('\n');
}

/// Text that Markdown shows as it is, but for code in backticks.
pub(super) fn escaped(text: &str) -> String {
    let line = escape::line(text);
    let mut out = String::with_capacity(line.len());
    let mut in_code = false;
    for c in line.chars() {
        match c {
            '`' => in_code = !in_code,
            '|' => out.push('\\'),
            '<' | '>' | '*' | '_' | '[' | ']' | '#' | '\\' | '&' | '@' if !in_code => out.push('\\'),
            _ => {}
        }
        out.push(c);
    }
    out
}
