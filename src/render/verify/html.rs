//! For a release manager: one page that needs nothing else, the upgrades and the downgrades in sections of their own, the steps folded
//! away.

use super::super::page::{arrow, escaped, folding, marked, page};
use super::trace::{after, before, traced};
use super::{effect, reasons, verdict};
use crate::appup::Direction;
use crate::otp::Otp;
use crate::proof::{Missing, Outcome, Proof};
use crate::relup::Step;
use crate::source::Files;
use std::fmt::Write;

/// The paths with their properties and steps as a page, and the hash of each input by its name. `missing` are paths that could not be looked at. It carries no time of its
/// own: the same files give the same bytes.
pub fn verify_html(name: &str, paths: &[(&Proof, &[Step])], missing: &[Missing], inputs: &[(String, String)], files: &Files, otp: Otp) -> String {
    let mut out = String::from("<div class=\"verdicts\">\n");
    for (proof, _) in paths {
        let heading = format!("{} {}", proof.direction.word(), arrow(&proof.path));
        // Writing to a string cannot fail.
        let _ =
            writeln!(out, "<div class=\"verdict {}\"><small>{heading}</small><b>{}</b><p>{}</p></div>", class(proof), headline(proof), marked(&effect(proof)));
    }
    for one in missing {
        let why: String = one.why.iter().map(|why| format!("<p>{}</p>", marked(why))).collect();
        let _ = writeln!(out, "<div class=\"verdict restart\"><small>{} {}</small><b>missing</b>{why}</div>", one.direction.word(), arrow(&one.path));
    }
    let _ = writeln!(out, "</div>\n<p class=\"soft\">{}</p>", escaped(&verdict(paths.iter().map(|(proof, _)| *proof), missing.len())));
    for (direction, heading) in [(Direction::Up, "Upgrade"), (Direction::Down, "Downgrade")] {
        let own: Vec<&(&Proof, &[Step])> = paths.iter().filter(|(proof, _)| proof.direction == direction).collect();
        if !own.is_empty() {
            out.push_str(&folding(heading));
        }
        own.into_iter().for_each(|(proof, steps)| path(proof, steps, files, otp, &mut out));
    }
    if !inputs.is_empty() {
        out.push_str(&folding("Inputs"));
        out.push_str("<section>\n<table>\n<thead><tr><th>input</th><th>SHA-256</th></tr></thead>\n<tbody>\n");
        for (name, sha256) in inputs {
            let _ = writeln!(out, "<tr><td class=\"name\">{}</td><td data-label=\"SHA-256\"><code>{sha256}</code></td></tr>", escaped(name));
        }
        out.push_str("</tbody>\n</table>\n</section>\n");
    }
    let _ = writeln!(out, "<footer>Verified by relupc {} on a model of the node, as OTP {} behaves.</footer>", env!("CARGO_PKG_VERSION"), otp.major());
    page(&format!("Release upgrade of {}", escaped(name)), &out)
}

/// `hot, proved`.
fn headline(proof: &Proof) -> String {
    let restarts = if proof.summary.restarts_emulator { "restart" } else { "hot" };
    format!("{restarts}, {}", proof.word())
}

fn class(proof: &Proof) -> &'static str {
    match (proof.is_refuted(), proof.is_proved()) {
        (true, _) => "restart",
        (false, true) => "hot",
        (false, false) => "care",
    }
}

fn path(proof: &Proof, steps: &[Step], files: &Files, otp: Otp, out: &mut String) {
    let _ = writeln!(out, "<section>\n<h3>{}</h3> <span class=\"badge {}\">{}</span>", arrow(&proof.path), class(proof), headline(proof));
    out.push_str("<table>\n<thead><tr><th>property</th><th></th><th>reason</th></tr></thead>\n<tbody>\n");
    for (property, outcome) in &proof.outcomes {
        let class = match outcome {
            Outcome::Proved(_) => "hot",
            Outcome::Refuted(_) => "restart",
            Outcome::Accepted(..) | Outcome::NotVisible(_) => "care",
        };
        let reasons: Vec<String> = reasons(outcome).iter().map(|reason| marked(reason)).collect();
        let _ = writeln!(
            out,
            "<tr><td class=\"name\">{}</td><td class=\"version {class}\">{}</td><td data-label=\"reason\">{}</td></tr>",
            property.claim(),
            outcome.word(),
            reasons.join("<br>")
        );
    }
    out.push_str("</tbody>\n</table>\n");
    if !proof.suspended.is_empty() {
        out.push_str(
            "<table>\n<thead><tr><th>suspended processes of</th><th>at step</th><th>how many</th><th>waits for each at most</th></tr></thead>\n<tbody>\n",
        );
        for one in &proof.suspended {
            let count = one.processes.map_or_else(|| "not visible".to_owned(), |count| count.to_string());
            let timeout = one.timeout.map_or_else(|| "any time".to_owned(), |timeout| format!("{} s", super::seconds(timeout)));
            let _ = writeln!(
                out,
                "<tr><td class=\"name\"><code>{}</code></td><td data-label=\"at step\">{}</td><td data-label=\"how many\">{count}</td><td data-label=\"waits for each at most\">{timeout}</td></tr>",
                escaped(&one.module.to_string()),
                one.step + 1
            );
        }
        out.push_str("</tbody>\n</table>\n");
    }
    let open = if proof.is_refuted() { " open" } else { "" };
    let _ = writeln!(out, "<details{open}><summary>{}</summary>\n<div>", super::super::count(steps.len(), "step"));
    let note = |words: &String| format!("<p>{}</p>\n", marked(words));
    let _ = writeln!(out, "{}<ol>", before(proof).iter().map(note).collect::<String>());
    let purged = traced(steps, files, otp, |step| {
        let effects: Vec<String> = step.effects.iter().map(|words| marked(words)).collect();
        let _ = writeln!(
            out,
            "<li><code>{}</code> <span class=\"soft place\">{}</span><br>{}</li>",
            escaped(&step.term),
            escaped(&step.origin),
            effects.join("<br>")
        );
    });
    let _ = write!(out, "</ol>\n{}", after(proof).iter().chain(&purged).map(note).collect::<String>());
    out.push_str("</div>\n</details>\n</section>\n");
}
