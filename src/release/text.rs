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

/// Binaries of UTF-8, and lists of code points, binaries and such lists (`unicode:chardata()`).
fn is_character_data(term: &Term) -> bool {
    match &term.kind {
        TermKind::Bits(bits) => bits.trailing == 0,
        TermKind::Str(_) => true,
        TermKind::List(items) => items.iter().all(|item| item.as_char().is_some() || is_character_data(item)),
        TermKind::Improper(parts) => {
            parts.0.iter().all(|item| item.as_char().is_some() || is_character_data(item)) && matches!(parts.1.kind, TermKind::Bits(_))
        }
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
