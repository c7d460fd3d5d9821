//! Appups that were generated, as they are reported and written.

use super::draft::Draft;
use crate::source::Source;
use crate::term::Term;

/// The appup of an application.
#[derive(Debug)]
pub struct Generated {
    /// The application.
    pub application: String,
    /// Its new version.
    pub version: String,
    /// The file that it belongs into.
    pub file: String,
    /// Whether that is inside a tarball, where nothing is written.
    pub is_packed: bool,
    /// What the file holds now; `None` when it does not exist.
    pub before: Option<String>,
    /// What it should hold; `None` when nothing has to be changed.
    pub after: Option<Source>,
    /// The entries of the paths that were asked for.
    pub entries: Vec<Drafted>,
}

/// An entry for one version in one direction.
#[derive(Clone, Debug)]
pub struct Drafted {
    /// The old versions that it is for.
    pub versions: Vec<String>,
    /// The version as it is written in the entry.
    pub version: Term,
    /// What the two releases call for.
    pub draft: Draft,
    /// What becomes of it.
    pub status: Status,
}

/// What becomes of a drafted entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is new.
    New,
    /// An entry exists and does all of it.
    Covered,
    /// An entry exists, lacks something, and is left as it is.
    Incomplete,
    /// An entry exists and gets what it lacks.
    Amended,
    /// An entry exists and is written again.
    Replaced,
}

impl Status {
    /// Whether the file is changed for it.
    pub fn is_written(self) -> bool {
        matches!(self, Status::New | Status::Amended | Status::Replaced)
    }
}
