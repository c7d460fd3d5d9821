//! For a search or a log: one line a change, the heaviest first.

use super::{heaviest_facts, heaviest_first, place, title, verdict_line};
use crate::compare::{Comparison, Impact};
use crate::escape;
use std::fmt::Write;

/// The comparison as lines: `application/module: change [verdict]`.
pub fn concise(comparison: &Comparison) -> String {
    let mut out = format!("{}: {}\n", escape::line(&title(comparison)), verdict_line(comparison.verdict()));
    heaviest_facts(&comparison.impacts).into_iter().for_each(|fact| line("release", fact, &mut out));
    for application in heaviest_first(comparison) {
        heaviest_facts(&application.impacts).into_iter().for_each(|fact| line(&application.name, fact, &mut out));
        for module in &application.modules {
            heaviest_facts(&module.impacts).into_iter().for_each(|fact| line(&format!("{}/{}", application.name, module.name), fact, &mut out));
        }
    }
    out
}

fn line(subject: &str, fact: &Impact, out: &mut String) {
    let names = fact.change.unsaid();
    let items = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
    let at = fact.place.as_ref().map(|at| format!(" ({})", place(at))).unwrap_or_default();
    let verdict = if fact.up == fact.down { fact.up.words().to_owned() } else { format!("upgrade: {}, downgrade: {}", fact.up.words(), fact.down.words()) };
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}", escape::line(&format!("{subject}: {}{items}{at} [{verdict}]", fact.change)));
}
