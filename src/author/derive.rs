//! Which downgrade entries are missing, and what they would be.

use super::faults;
use super::invert::invert_script;
use crate::appup::{Appup, Direction, Entry, NoEntry, Version, choose, entries_no_list, read_script};
use crate::diag::Findings;
use crate::span::Span;
use crate::term::Term;
use crate::term::print::brief;
use std::collections::HashSet;

/// The downgrade entries that an appup lacks: one for each upgrade entry whose versions have no downgrade entry. With a
/// version only the entry that counts for it.
pub fn derive_missing(appup: &Appup, only: Option<&str>, lossy: bool, found: &mut Findings) -> Vec<Entry> {
    let mut derived: Vec<Entry> = Vec::new();
    if let Some(span) = appup.up.broken {
        found.push(entries_no_list(span, Direction::Up));
    }
    let mut ways = WaysDown::new(appup);
    for up in &appup.up.list {
        let wanted = only.is_none_or(|version| up.version.takes(version).unwrap_or(false));
        if wanted && !ways.has(&up.version) {
            ways.add(&up.version);
            derived.extend(derive(up, ways.before(&up.version), lossy, found));
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
    /// Patterns of the file, which may take an exact version.
    patterns: Vec<&'a Version>,
}

impl<'a> WaysDown<'a> {
    fn new(appup: &'a Appup) -> WaysDown<'a> {
        let versions = || appup.down.list.iter().map(|entry| &entry.version);
        WaysDown { written: versions().filter_map(letters).collect(), patterns: versions().filter(|version| matches!(version, Version::Pattern(_))).collect() }
    }

    fn has(&self, version: &Version) -> bool {
        let taken = |text: &str| self.patterns.iter().any(|pattern| pattern.takes(text).unwrap_or(false));
        // A version that is neither string nor binary matches no release, so that nothing is missing.
        letters(version).is_none_or(|letters| self.written.contains(&letters)) || matches!(version, Version::Exact(text, _) if taken(text))
    }

    /// A pattern that comes before the place of an entry with this pattern.
    fn before(&self, version: &Version) -> Option<Span> {
        self.patterns.first().filter(|_| matches!(version, Version::Pattern(_))).map(|pattern| pattern.span())
    }

    fn add(&mut self, version: &'a Version) {
        self.written.extend(letters(version));
    }
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
    let script = script.filter(|_| !failed)?;
    found.push(faults::derived(&brief(&up.version.to_term()), up.span, &advanced(&script), shadowed));
    Some(Entry { version: up.version.clone(), script: Term { span: up.script.span, ..Term::list(script) }, span: up.span })
}

/// The modules whose state is changed, for a person to look at.
fn advanced(script: &[Term]) -> Vec<String> {
    let changes_state = |term: &Term| matches!(term.as_tuple(), Some([tag, _]) if tag.is_atom("advanced"));
    let updates = script.iter().filter_map(Term::as_tuple).filter(|items| items.first().is_some_and(|tag| tag.is_atom("update")));
    updates.filter(|items| items.iter().any(changes_state)).filter_map(|items| items.get(1)).map(|module| format!("`{}`", brief(module))).collect()
}
