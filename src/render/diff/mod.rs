//! A comparison of two releases for people: as text, as Markdown for a pull request, as a page of its own.

mod concise;
mod html;
mod markdown;
mod picture;
mod text;

pub use concise::concise;
pub use html::html;
pub use markdown::markdown;
pub use text::{text, verdict_line};

use super::count;
use crate::appup::Direction;
use crate::compare::{ApplicationChange, Both, Comparison, Depth, Impact, ModuleChange, Place, Presence, Verdict};
use crate::otp::Otp;
use std::cmp::Reverse;

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

/// The same for a page that leaves the machine: a file of a release is named from the release's own folder.
fn place_in_release(at: &Place) -> String {
    let inside = ["/releases/", "/lib/"].iter().filter_map(|folder| at.file.rfind(folder)).max();
    let file = inside.and_then(|start| at.file.get(start + 1..)).unwrap_or(&at.file);
    place(&Place { file: file.to_owned(), line: at.line })
}

/// The verdict of a fact in words, where it asks for more than plain hot code; by direction where these differ.
fn asks(both: Both) -> Option<String> {
    let heavy = |verdict: Verdict| verdict >= Verdict::HotWithCare;
    match (both.up, both.down) {
        (up, down) if up == down => heavy(up).then(|| up.words().to_owned()),
        (up, down) if heavy(up) && heavy(down) => Some(format!("upgrade: {}, downgrade: {}", up.words(), down.words())),
        (up, _) if heavy(up) => Some(format!("upgrade: {}", up.words())),
        (_, down) => heavy(down).then(|| format!("downgrade: {}", down.words())),
    }
}

fn of_fact(fact: &Impact) -> Both {
    Both { up: fact.up, down: fact.down }
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

/// Whether a module asks for more than plain hot code.
fn is_loud(module: &ModuleChange) -> bool {
    module.verdict().heavier() >= Verdict::HotWithCare
}

/// The directions with the words for them; both under one where they have the same verdict for the same reason.
fn headings(comparison: &Comparison) -> Vec<(&'static str, Direction)> {
    let both = comparison.verdict();
    let reason = |direction| because(comparison, direction).map(|because| because.words());
    if both.up == both.down && reason(Direction::Up) == reason(Direction::Down) {
        return vec![("upgrade and downgrade", Direction::Up)];
    }
    vec![("upgrade", Direction::Up), ("downgrade", Direction::Down)]
}

/// The verdict of one direction.
fn one(both: Both, direction: Direction) -> Verdict {
    match direction {
        Direction::Up => both.up,
        Direction::Down => both.down,
    }
}

/// The applications that differ, the heaviest first; of the same weight in the order in which an upgrade treats them.
fn heaviest_first(comparison: &Comparison) -> Vec<&ApplicationChange> {
    let mut all: Vec<&ApplicationChange> = comparison.applications.iter().collect();
    all.sort_by_key(|application| Reverse(application.verdict().heavier()));
    all
}

/// The modules that differ, the heaviest first.
fn heaviest_modules(application: &ApplicationChange) -> Vec<&ModuleChange> {
    let mut all: Vec<&ModuleChange> = application.modules.iter().collect();
    all.sort_by_key(|module| Reverse(module.verdict().heavier()));
    all
}

/// Facts, the heaviest first.
fn heaviest_facts<'f>(facts: impl IntoIterator<Item = &'f Impact>) -> Vec<&'f Impact> {
    let mut all: Vec<&Impact> = facts.into_iter().collect();
    all.sort_by_key(|fact| Reverse(fact.verdict()));
    all
}

/// What a verdict rests on: what the first fact that asks for it is about, the fact, and how many others ask for the same.
struct Because<'c> {
    subject: String,
    fact: &'c Impact,
    others: usize,
}

/// Why a direction has its verdict; `None` where there is nothing to do and nothing to look at.
fn because(comparison: &Comparison, direction: Direction) -> Option<Because<'_>> {
    let of = |both: Both| one(both, direction);
    let verdict = of(comparison.verdict());
    if verdict < Verdict::HotWithCare {
        return None;
    }
    let own = comparison.impacts.iter().map(|fact| ("the release".to_owned(), fact));
    let all = own.chain(comparison.applications.iter().flat_map(|application| {
        let name = format!("`{}`", application.name);
        let modules = application.modules.iter().flat_map(|module| module.impacts.iter().map(move |fact| (format!("`{}`", module.name), fact)));
        application.impacts.iter().map(move |fact| (name.clone(), fact)).chain(modules)
    }));
    let mut asking = all.filter(|(_, fact)| of(of_fact(fact)) == verdict);
    let (subject, fact) = asking.next()?;
    Some(Because { subject, fact, others: asking.count() })
}

impl Because<'_> {
    /// The reason in a sentence.
    fn words(&self) -> String {
        let others = if self.others == 0 { String::new() } else { format!(" (and {})", count(self.others, "more reason")) };
        format!("{}: {}{others}", self.subject, self.fact.change)
    }
}

/// How many applications differ, and what they ask for.
fn tally(comparison: &Comparison) -> String {
    let (differ, same) = (comparison.applications.len(), comparison.same_applications);
    if differ == 0 {
        return format!("no application differs; {} the same", is_or_are(same, "application"));
    }
    let levels = [Verdict::Rolling, Verdict::RestartEmulator, Verdict::RestartApplication, Verdict::HotWithCare, Verdict::Hot, Verdict::Nothing];
    let of = |verdict: Verdict| {
        let number = comparison.applications.iter().filter(|application| application.verdict().heavier() == verdict).count();
        (number > 0).then(|| format!("{number} {}", verdict.words()))
    };
    let parts: Vec<String> = levels.into_iter().filter_map(of).collect();
    format!("{differ} of {} differ: {}", count(differ + same, "application"), parts.join(", "))
}

/// `1 module is`, `3 modules are`.
fn is_or_are(number: usize, one: &str) -> String {
    format!("{} {}", count(number, one), if number == 1 { "is" } else { "are" })
}
