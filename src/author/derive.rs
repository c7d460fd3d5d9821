//! Which downgrade entries are missing, and what they would be.

use super::faults;
use super::insert::EntryChange;
use super::invert::invert_script;
use super::text::{EntryText, LineText};
use crate::appup::{Appup, Change, Dependent, Direction, Entry, HighOp, NoEntry, Version, choose, entries_no_list, read_script};
use crate::diag::Findings;
use crate::source::Source;
use crate::span::Span;
use crate::term::print::brief;
use crate::term::{Form, Term};
use std::collections::{HashMap, HashSet};

/// A downgrade entry that was derived, and its place.
#[derive(Clone, Debug)]
pub struct Derived {
    /// The entry.
    pub entry: Entry,
    /// The index of the entry of the file that it must come before, as that one matches its versions, too; none for the end of
    /// the list.
    pub before: Option<usize>,
}

impl Derived {
    /// The change that puts it into the file that it was derived from.
    pub fn change(&self, source: &Source, form: Form) -> EntryChange {
        let lines = self.entry.script.as_list().unwrap_or_default().iter().map(|term| LineText { comments: Vec::new(), term: term.clone() });
        let entry = EntryText {
            version: self.entry.version.to_term(),
            // Entries are made in Erlang's form.
            written: source.text.get(self.entry.version.span().range()).filter(|_| form == Form::Erlang).map(str::to_owned),
            comments: Vec::new(),
            lines: lines.collect(),
        };
        EntryChange::Insert { direction: Direction::Down, before: self.before, entry }
    }
}

/// The downgrade entries that an appup lacks: one for each upgrade entry whose versions have no downgrade entry. With a
/// version only the entry that counts for it.
pub fn derive_missing(appup: &Appup, only: Option<&str>, lossy: bool, found: &mut Findings) -> Vec<Derived> {
    let mut derived: Vec<Derived> = Vec::new();
    if let Some(span) = appup.up.broken {
        found.push(entries_no_list(span, Direction::Up));
    }
    let mut ways = WaysDown::new(appup);
    for up in &appup.up.list {
        let wanted = only.is_none_or(|version| up.version.takes(version).unwrap_or(false));
        if wanted && !ways.has(&up.version) {
            ways.add(&up.version);
            let before = ways.before(&up.version);
            let shadowed = ways.shadows(&up.version, before);
            derived.extend(derive(up, shadowed, lossy, found).map(|entry| Derived { entry, before }));
            if only.is_some() {
                break;
            }
        }
    }
    derived
}

/// The downgrade entry to one version, when the appup has none but has the upgrade from it.
pub fn derive_for(appup: &Appup, version: &str, lossy: bool, found: &mut Findings) -> Option<Entry> {
    let mut ignored = Findings::default();
    if !matches!(choose(&appup.down, version, Direction::Down, &mut ignored), Err(NoEntry::Unmatched)) {
        return None;
    }
    let up = choose(&appup.up, version, Direction::Up, &mut ignored).ok()?;
    derive(up, None, lossy, found)
}

/// The versions that a downgrade entry is for, or is being derived for.
struct WaysDown<'a> {
    /// By the letter: whether it is a pattern, and its bytes.
    written: HashSet<(bool, &'a [u8])>,
    /// For each entry of the file: the first place that it and those after it have in the upgrade list; the last where they take
    /// every version, none where that says nothing.
    least: Vec<Option<usize>>,
    /// Where each is first in the upgrade list.
    order: HashMap<(bool, &'a [u8]), usize>,
    /// Patterns of the file, which may take an exact version, and their places.
    patterns: Vec<(usize, &'a Version)>,
}

impl<'a> WaysDown<'a> {
    fn new(appup: &'a Appup) -> WaysDown<'a> {
        let versions = || appup.down.list.iter().map(|entry| &entry.version);
        let patterns = versions().enumerate().filter(|(_, version)| matches!(version, Version::Pattern(_)));
        let order = appup.up.list.iter().enumerate().rev().filter_map(|(at, entry)| Some((letters(&entry.version)?, at)));
        let order: HashMap<_, _> = order.collect();
        let place = |version: &Version| match version {
            _ if takes_all(version) => Some(usize::MAX),
            Version::Pattern(_) => letters(version).and_then(|letters| order.get(&letters)).copied(),
            Version::Exact(..) | Version::Other(_) => None,
        };
        let mut least: Vec<Option<usize>> = versions().map(place).collect();
        let mut lowest = Some(usize::MAX);
        for place in least.iter_mut().rev() {
            lowest = lowest.min(*place);
            *place = lowest;
        }
        WaysDown { written: versions().filter_map(letters).collect(), least, order, patterns: patterns.collect() }
    }

    fn has(&self, version: &Version) -> bool {
        let taken = |text: &str| self.patterns.iter().any(|(_, pattern)| pattern.takes(text).unwrap_or(false));
        // A version that is neither string nor binary matches no release, so that nothing is missing.
        letters(version).is_none_or(|letters| self.written.contains(&letters)) || matches!(version, Version::Exact(text, _) if taken(text))
    }

    /// The entry of the file that a new one comes before: those at the end that take every version, or that come after it in the
    /// upgrade list, too. Before any other it might take versions that are meant for that one.
    fn before(&self, version: &Version) -> Option<usize> {
        matches!(version, Version::Pattern(_)).then_some(())?;
        let own = letters(version).and_then(|letters| self.order.get(&letters)).copied();
        let at = self.least.partition_point(|least| *least <= own);
        (at < self.least.len()).then_some(at)
    }

    /// The pattern of the file that comes before a new one and may match its versions. What an exact version matches, no pattern
    /// does: else no entry would be missing for it.
    fn shadows(&self, version: &Version, before: Option<usize>) -> Option<Span> {
        let first = self.patterns.first().filter(|_| matches!(version, Version::Pattern(_)))?;
        before.is_none_or(|before| first.0 < before).then(|| first.1.span())
    }

    fn add(&mut self, version: &'a Version) {
        self.written.extend(letters(version));
    }
}

/// Whether a pattern takes whatever version.
fn takes_all(version: &Version) -> bool {
    matches!(version, Version::Pattern(pattern) if matches!(pattern.bytes.as_slice(), b".*" | b"^.*" | b".*$" | b"^.*$" | b".+" | b"^.+$"))
}

fn letters(version: &Version) -> Option<(bool, &[u8])> {
    match version {
        Version::Exact(text, _) => Some((false, text.as_bytes())),
        Version::Pattern(pattern) => Some((true, &pattern.bytes)),
        Version::Other(_) => None,
    }
}

fn derive(up: &Entry, shadowed: Option<Span>, lossy: bool, found: &mut Findings) -> Option<Entry> {
    let mut on_entry = Findings::default();
    // What is wrong in the upgrade cannot become right in the downgrade.
    read_script(&up.script, &mut on_entry);
    if on_entry.has_errors() {
        found.extend(on_entry.sorted());
        return None;
    }
    let script = invert_script(&up.script, lossy, &mut on_entry);
    let failed = on_entry.has_errors();
    found.extend(on_entry.sorted());
    if failed {
        return None;
    }
    found.push(faults::derived(&brief(&up.version.to_term()), up.span, &advanced(&script), shadowed));
    let script = Term::list(script.iter().map(|op| Term { span: up.script.span, ..op.to_term() }).collect());
    Some(Entry { version: up.version.clone(), script: Term { span: up.script.span, ..script }, span: up.span })
}

/// The modules whose state is changed, for a person to look at.
fn advanced(script: &[HighOp]) -> Vec<String> {
    let module = |op: &HighOp| match op {
        HighOp::Module(dependent) if matches!(dependent.change, Change::Update { extra: Some(_), .. }) && !is_supervisor(dependent) => {
            Some(format!("`{}`", dependent.module.value))
        }
        HighOp::Module(_) | HighOp::AddApplication(..) | HighOp::RemoveApplication(_) | HighOp::RestartApplication(_) | HighOp::Low(_) => None,
    };
    script.iter().filter_map(module).collect()
}

/// Whether it is what `{update,Module,supervisor}` means: no state is converted there.
fn is_supervisor(dependent: &Dependent) -> bool {
    let short = HighOp::Module(dependent.clone()).to_term();
    matches!(short.as_tuple(), Some([_, _, what]) if what.as_atom().is_some_and(|what| what.as_str() == "supervisor"))
}
