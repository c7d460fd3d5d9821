//! Where in the sources a fact can be checked.

use crate::beam::Facts;

/// Which module, and where in which file: what a fact can be checked against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, as the debug information or the release names it.
    pub file: String,
    /// The line, from 1; 0 when only the file is known.
    pub line: u32,
}

/// Where a module's source is, as far as its debug information says.
pub(super) fn source_of(facts: &Facts, line: u32) -> Option<Place> {
    facts.file.as_ref().map(|file| Place { file: in_project(file).to_owned(), line })
}

/// A source file as it is called in its project: of an absolute path, which is one of the machine that compiled it, the part
/// from the innermost `src`, `lib` or `test` on.
fn in_project(file: &str) -> &str {
    if !file.starts_with('/') && file.get(1..2) != Some(":") {
        return file;
    }
    let inside = ["/src/", "/lib/", "/test/"].iter().filter_map(|folder| file.rfind(folder)).max();
    inside.and_then(|at| file.get(at + 1..)).or_else(|| file.rsplit(['/', '\\']).next()).unwrap_or(file)
}
