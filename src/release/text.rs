//! Strings as `systools` checks them.

use crate::term::{Term, TermKind};

/// Why a value is not a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFault {
    /// A binary or a nested list: OTP's regular error.
    NotText,
    /// Anything else: OTP fails with `{'EXIT',{badarg,_}}`.
    Crash,
}

/// A flat list of code points.
pub fn read_text(term: &Term) -> Result<String, TextFault> {
    if let Some(text) = term.text() {
        return Ok(text.into_owned());
    }
    if is_character_data(term) { Err(TextFault::NotText) } else { Err(TextFault::Crash) }
}

/// Binaries, and lists of integers, binaries and such lists: `unicode:characters_to_list/1` takes them for text, be it bad text.
fn is_character_data(term: &Term) -> bool {
    let is_part = |item: &Term| matches!(item.kind, TermKind::Int(_) | TermKind::Big(_)) || is_character_data(item);
    match &term.kind {
        TermKind::Bits(bits) => bits.trailing == 0,
        TermKind::Str(_) => true,
        TermKind::List(items) => items.iter().all(is_part),
        TermKind::Improper(parts) => parts.0.iter().all(is_part) && matches!(parts.1.kind, TermKind::Bits(_)),
        TermKind::Atom(_)
        | TermKind::Int(_)
        | TermKind::Big(_)
        | TermKind::Float(_)
        | TermKind::Tuple(_)
        | TermKind::Map(_)
        | TermKind::Fun(_)
        | TermKind::Invalid => false,
    }
}
