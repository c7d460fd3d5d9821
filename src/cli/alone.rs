//! An appup that a command reads on its own.

use super::shell::Failure;
use crate::appup::Appup;
use crate::diag::Findings;
use crate::release::Opener;
use crate::source::{Spot, TreeId, refused};
use crate::term::print::brief;
use crate::term::{Document, Extent};
use std::collections::HashSet;

/// Reads a file that is on its own, and what it holds.
pub(super) fn document(file: &str, opener: &mut Opener<'_>, found: &mut Findings) -> Option<Document> {
    match opener.read(&Spot::new(TreeId::Outside, file)) {
        Ok(id) => Some(opener.parse(id, Extent::First)),
        Err(why) => {
            found.push(refused(file, &why));
            None
        }
    }
}

/// A version that no entry is for is most likely mistyped.
pub(super) fn check_version(version: &str, appup: &Appup, file: &str) -> Result<(), Failure> {
    let all = || appup.up.list.iter().chain(&appup.down.list);
    if all().any(|entry| entry.version.takes(version).unwrap_or(true)) {
        return Ok(());
    }
    let mut listed: Vec<String> = all().map(|entry| brief(&entry.version.to_term())).collect();
    let mut seen = HashSet::new();
    listed.retain(|version| seen.insert(version.clone()));
    Err(Failure::Usage(format!("`{file}` has no entry for version `{version}`; it has entries for {}", listed.join(", "))))
}
