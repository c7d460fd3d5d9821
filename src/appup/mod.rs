//! Appups: their entries, version patterns and high-level instructions (`appup(4)`), from terms to typed values.
//!
//! In goes the term of an `.appup` file; out comes an [`Appup`], whose scripts stay terms until one is chosen and
//! read into [`Instruction`]s by [`read_script`].

mod choose;
mod faults;
mod instruction;
mod terms;
mod version;

pub use choose::{NoEntry, choose};
pub use faults::{ALL as CODES, APPUP_MISSING, appup_missing, bad_vsn, entries_no_list, pattern_invalid, vsn_binary};
pub use instruction::{Change, Dependent, Effect, HighOp, Instruction, read_instruction, read_script};
pub use version::Version;

use crate::diag::Findings;
use crate::otp::Otp;
use crate::release::{FileKind, with_otp_tag};
use crate::span::Span;
use crate::term::{Document, Form, Term, TermKind, text_after_term};

/// The direction of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// From a base to the target.
    Up,
    /// From the target to a base.
    Down,
}

impl Direction {
    /// The opposite one.
    pub fn other(self) -> Direction {
        match self {
            Direction::Up => Direction::Down,
            Direction::Down => Direction::Up,
        }
    }

    /// The word for it in messages.
    pub fn word(self) -> &'static str {
        match self {
            Direction::Up => "upgrade",
            Direction::Down => "downgrade",
        }
    }
}

/// What an `.appup` file says.
#[derive(Clone, Debug)]
pub struct Appup {
    /// The version it is written for.
    pub vsn: Term,
    /// The entries to that version.
    pub up: Entries,
    /// The entries from that version.
    pub down: Entries,
    /// The whole term.
    pub span: Span,
    /// The form that it is written in.
    pub form: Form,
}

/// The entries of one direction.
#[derive(Clone, Debug)]
pub struct Entries {
    /// In order; the first whose version matches counts.
    pub list: Vec<Entry>,
    /// Where the list is.
    pub span: Span,
    /// Where it stops being a proper list: OTP crashes when it gets there.
    pub broken: Option<Span>,
}

/// One entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The versions it is for.
    pub version: Version,
    /// Its script, as written.
    pub script: Term,
    /// The whole entry.
    pub span: Span,
}

impl Appup {
    /// The entry that counts for a version, when there is one: the first that takes it.
    pub fn entry(&self, direction: Direction, version: &str) -> Option<&Entry> {
        self.entries(direction).list.iter().find(|entry| entry.version.takes(version) == Ok(true))
    }

    /// The entries of a direction.
    pub fn entries(&self, direction: Direction) -> &Entries {
        match direction {
            Direction::Up => &self.up,
            Direction::Down => &self.down,
        }
    }
}

/// Checks the shape of every instruction, for a file that is refused for something else: all it has wrong in one run.
fn check_scripts(appup: &Appup, found: &mut Findings) {
    for entry in appup.up.list.iter().chain(&appup.down.list) {
        read_script(&entry.script, found);
    }
}

/// Reads a parsed `.appup` file; `None`, with every reason, when it has a fault. What a syntax error did to the shape of the
/// whole is not reported as well.
pub fn from_document(document: Document, otp: Otp, found: &mut Findings) -> Option<Appup> {
    let (sound, form) = (document.faults.is_empty(), document.form);
    found.extend(document.faults.into_iter().map(|fault| with_otp_tag(fault, FileKind::Appup)));
    found.extend(document.rest.map(text_after_term));
    let term = document.terms.into_iter().next()?;
    if sound {
        return take_appup(term, form, otp, found);
    }
    if is_triple(&term)
        && let Some(appup) = take_appup(term, form, otp, found)
    {
        check_scripts(&appup, found);
    }
    None
}

fn is_triple(term: &Term) -> bool {
    matches!(term.as_tuple(), Some([_, _, _]))
}

/// The same for a document that is needed elsewhere: its term is copied.
pub fn read_document(document: &Document, otp: Otp, found: &mut Findings) -> Option<Appup> {
    let (terms, faults) = (document.terms.first().cloned().into_iter().collect(), document.faults.clone());
    from_document(Document { terms, faults, rest: document.rest, form: document.form, ..Document::default() }, otp, found)
}

/// Reads the term of an `.appup` file as a version of OTP reads it; `None` when it is not a triple.
fn take_appup(term: Term, form: Form, otp: Otp, found: &mut Findings) -> Option<Appup> {
    if !is_triple(&term) {
        if !term.is_invalid() {
            found.push(faults::appup_shape(&term));
        }
        return None;
    }
    let span = term.span;
    let TermKind::Tuple(parts) = term.kind else { return None };
    let mut parts = parts.into_iter();
    Some(Appup { vsn: parts.next()?, up: take_entries(parts.next()?, otp, found), down: take_entries(parts.next()?, otp, found), span, form })
}

fn take_entries(term: Term, otp: Otp, found: &mut Findings) -> Entries {
    let span = term.span;
    let (items, broken) = match term.kind {
        TermKind::List(items) => (items, None),
        TermKind::Improper(parts) => {
            let (items, tail) = *parts;
            (items, Some(tail.span))
        }
        TermKind::Invalid => (Vec::new(), None),
        // A string is a list of integers: none of them is an entry, and OTP passes over them.
        TermKind::Str(_) => {
            found.push(faults::entry_shape(&term));
            (Vec::new(), None)
        }
        TermKind::Atom(_)
        | TermKind::Int(_)
        | TermKind::Big(_)
        | TermKind::Float(_)
        | TermKind::Tuple(_)
        | TermKind::Map(_)
        | TermKind::Bits(_)
        | TermKind::Fun(_) => (Vec::new(), Some(span)),
    };
    let mut list = Vec::with_capacity(items.len());
    for item in items {
        let span = item.span;
        match item.as_tuple() {
            Some([version, _]) if Version::is_usable(version) => {
                let version = Version::read(version, otp);
                let script = if let TermKind::Tuple(parts) = item.kind { parts.into_iter().nth(1) } else { None };
                list.extend(script.map(|script| Entry { version, script, span }));
            }
            _ if item.is_invalid() => {}
            _ => found.push(faults::entry_shape(&item)),
        }
    }
    Entries { list, span, broken }
}
