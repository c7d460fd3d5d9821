//! The registry: every code of every layer, in the order of their numbers. `explain`, `rules` and the index of the pages
//! read this list; there is no other.

use crate::diag::Code;

/// The codes of all layers.
pub fn codes() -> Vec<&'static Code> {
    let layers = [
        crate::diag::CODES,
        crate::term::CODES,
        crate::source::CODES,
        crate::release::CODES,
        crate::relup::faults::ALL,
        crate::appup::CODES,
        crate::plan::CODES,
        crate::compare::CODES,
        crate::author::CODES,
    ];
    let mut codes: Vec<&'static Code> = layers.into_iter().flatten().copied().collect();
    codes.sort_by_key(|code| code.id);
    codes
}

/// The code with an id (`RL0401`, in any case) or a name (`no-relup-entry`).
pub fn find(wanted: &str) -> Option<&'static Code> {
    codes().into_iter().find(|code| code.id.eq_ignore_ascii_case(wanted) || code.name.eq_ignore_ascii_case(wanted))
}
