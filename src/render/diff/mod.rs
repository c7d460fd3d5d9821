//! A comparison of two releases for people: as text, as Markdown for a pull request, as a page of its own.

mod html;
mod markdown;
mod picture;
mod text;

pub use html::html;
pub use markdown::markdown;
pub use text::{text, verdict_line};

use crate::compare::{ApplicationChange, Both, Comparison, Depth, Fact, ModuleChange, Place, Presence, Verdict};
use crate::otp::Otp;

/// `name 1.0.0 -> 1.1.0`, and both names when they differ.
fn title(comparison: &Comparison) -> String {
    let (base, target) = (&comparison.base, &comparison.target);
    if base.name == target.name {
        format!("{} {} -> {}", base.name, base.version, target.version)
    } else {
        format!("{} {} -> {} {}", base.name, base.version, target.name, target.version)
    }
}

/// `1.0.0 -> 1.1.0`, `1.0.0`, `new`, `gone`.
fn versions(application: &ApplicationChange) -> String {
    let version = |version: &Option<String>| version.clone().unwrap_or_default();
    match application.presence {
        Presence::Added => format!("{}, new", version(&application.target)),
        Presence::Removed => format!("{}, gone", version(&application.base)),
        Presence::Both if application.base == application.target => version(&application.target),
        Presence::Both => format!("{} -> {}", version(&application.base), version(&application.target)),
    }
}

/// `file:12`, or the file when the line is not known.
fn place(place: &Place) -> String {
    if place.line > 0 { format!("{}:{}", place.file, place.line) } else { place.file.clone() }
}

/// The verdict of a fact in words, where it asks for more than plain hot code; by direction where these differ.
fn asks(both: Both) -> Option<String> {
    let heavy = |verdict: Verdict| verdict >= Verdict::HotWithCare;
    match (both.up, both.down) {
        (up, down) if up == down => heavy(up).then(|| up.words().to_owned()),
        (up, down) if heavy(up) && heavy(down) => Some(format!("up {}, down {}", up.words(), down.words())),
        (up, _) if heavy(up) => Some(format!("up {}", up.words())),
        (_, down) => heavy(down).then(|| format!("down {}", down.words())),
    }
}

fn of_fact(fact: &Fact) -> Both {
    Both { up: fact.up, down: fact.down }
}

/// The items of a fact, when its sentence leaves one of them out.
fn omitted(fact: &Fact) -> &[String] {
    // These sentences are made of their items, though not as names.
    if matches!(fact.kind, "debug-only" | "recompiled" | "start-type") {
        return &[];
    }
    let named = |item: &String| fact.text.contains(&format!("`{}`", item.trim_start_matches(['+', '-', '~', ' '])));
    if fact.items.iter().all(|item| item.contains(" -> ") || named(item)) { &[] } else { &fact.items }
}

/// How the compilers changed; `None` when they did not.
fn compilers(comparison: &Comparison) -> Option<String> {
    let (before, after) = (&comparison.base.compilers, &comparison.target.compilers);
    let named = |version: &String| match Otp::from_compiler(version) {
        Some(otp) => format!("{version} ({otp})"),
        None => version.clone(),
    };
    let list = |versions: &[String]| versions.iter().map(named).collect::<Vec<_>>().join(", ");
    (before != after && !before.is_empty() && !after.is_empty())
        .then(|| format!("changed modules were compiled by compiler {}, and are by compiler {}", list(before), list(after)))
}

/// The modules of an application that need no look of their own, by what happened to them.
fn quiet(application: &ApplicationChange) -> Vec<(Depth, Vec<&ModuleChange>)> {
    let all = [Depth::Added, Depth::Removed, Depth::Moved, Depth::Code, Depth::Attributes, Depth::Debug];
    let of = |depth: Depth| application.modules.iter().filter(|module| module.depth == depth && !is_loud(module)).collect::<Vec<_>>();
    all.into_iter().map(|depth| (depth, of(depth))).filter(|(_, list)| !list.is_empty()).collect()
}

/// Tells whether a module asks for more than plain hot code.
fn is_loud(module: &ModuleChange) -> bool {
    module.verdict().heavier() >= Verdict::HotWithCare
}

/// `3 modules`.
fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}
