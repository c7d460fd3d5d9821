//! Which entry counts for a version (`systools_relup:appup_search_for_version/2`, OTP 25 to 29).

use super::{Direction, Entries, Entry, faults};
use crate::diag::Findings;

/// Why no entry can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoEntry {
    /// None matches.
    Unmatched,
    /// OTP crashes on the way; reported.
    Refused,
}

/// The first entry that takes a version. What OTP crashes on before it gets there is reported and ends the search.
pub fn choose<'e>(entries: &'e Entries, version: &str, direction: Direction, found: &mut Findings) -> Result<&'e Entry, NoEntry> {
    for entry in &entries.list {
        match entry.version.takes(version) {
            Ok(true) => return Ok(entry),
            Ok(false) => {}
            Err(error) => {
                found.push(faults::pattern_invalid(&entry.version, error));
                return Err(NoEntry::Refused);
            }
        }
    }
    if let Some(span) = entries.broken {
        found.push(faults::entries_no_list(span, direction));
        return Err(NoEntry::Refused);
    }
    Err(NoEntry::Unmatched)
}
