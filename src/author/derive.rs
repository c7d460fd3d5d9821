//! Which downgrade entries are missing, and what they would be.

use super::faults;
use super::invert::invert_script;
use crate::appup::{Appup, Change, Direction, Entry, HighOp, NoEntry, Version, choose, entries_no_list, read_script};
use crate::diag::Findings;
use crate::term::Term;
use crate::term::print::brief;
use std::collections::HashSet;

/// A downgrade entry that was derived, and its place.
#[derive(Clone, Debug)]
pub struct Derived {
    /// The entry.
    pub entry: Entry,
    /// The index of the entry of the file that it must come before, as that one may match its versions, too; none for the end
    /// of the list.
    pub before: Option<usize>,
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
            derived.extend(derive(up, lossy, found).map(|entry| Derived { entry, before: ways.before(&up.version) }));
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
    derive(up, lossy, found)
}

/// The versions that a downgrade entry is for, or is being derived for.
struct WaysDown<'a> {
    /// By the letter: whether it is a pattern, and its bytes.
    written: HashSet<(bool, &'a [u8])>,
    /// Patterns of the file, which may take an exact version, and their places.
    patterns: Vec<(usize, &'a Version)>,
}

impl<'a> WaysDown<'a> {
    fn new(appup: &'a Appup) -> WaysDown<'a> {
        let versions = || appup.down.list.iter().map(|entry| &entry.version);
        let patterns = versions().enumerate().filter(|(_, version)| matches!(version, Version::Pattern(_)));
        WaysDown { written: versions().filter_map(letters).collect(), patterns: patterns.collect() }
    }

    fn has(&self, version: &Version) -> bool {
        let taken = |text: &str| self.patterns.iter().any(|(_, pattern)| pattern.takes(text).unwrap_or(false));
        // A version that is neither string nor binary matches no release, so that nothing is missing.
        letters(version).is_none_or(|letters| self.written.contains(&letters)) || matches!(version, Version::Exact(text, _) if taken(text))
    }

    /// The first entry of the file that may match what a new one is for. What an exact version matches, no pattern does: else no
    /// entry would be missing for it.
    fn before(&self, version: &Version) -> Option<usize> {
        self.patterns.first().filter(|_| matches!(version, Version::Pattern(_))).map(|(at, _)| *at)
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

fn derive(up: &Entry, lossy: bool, found: &mut Findings) -> Option<Entry> {
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
    found.push(faults::derived(&brief(&up.version.to_term()), up.span, &advanced(&script)));
    let script = Term::list(script.iter().map(|op| Term { span: up.script.span, ..op.to_term() }).collect());
    Some(Entry { version: up.version.clone(), script: Term { span: up.script.span, ..script }, span: up.span })
}

/// The modules whose state is changed, for a person to look at.
fn advanced(script: &[HighOp]) -> Vec<String> {
    let module = |op: &HighOp| match op {
        HighOp::Module(dependent) if matches!(dependent.change, Change::Update { extra: Some(_), is_static: false, .. }) => {
            Some(format!("`{}`", dependent.module.value))
        }
        HighOp::Module(_) | HighOp::AddApplication(..) | HighOp::RemoveApplication(_) | HighOp::RestartApplication(_) | HighOp::Low(_) => None,
    };
    script.iter().filter_map(module).collect()
}
