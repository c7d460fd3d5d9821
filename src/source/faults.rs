//! What can be wrong with files before anything in them is read.

use super::tree::Refusal;
use crate::diag::{Diagnostic, Severity, codes};

codes! {
    ARCHIVE_UNREADABLE "RL0230" "archive-unreadable" Error [Refused]
    ARCHIVE_UNSAFE_PATH "RL0231" "archive-unsafe-path" Error [Refused]
    ARCHIVE_TOO_LARGE "RL0232" "archive-too-large" Error [Refused]
    FOLDER_UNREADABLE "RL0233" "folder-unreadable" Warning
    FILE_UNREADABLE "RL0235" "file-unreadable" Error [Refused]
}

/// A file that cannot be read, though it is there or must be.
pub fn refused(path: &str, why: &Refusal) -> Diagnostic {
    let message = match why {
        Refusal::Absent => format!("`{path}` does not exist"),
        Refusal::Refused(words) => format!("`{path}` cannot be read: {words}"),
        Refusal::TooLarge(limit) => format!("`{path}` is larger than {} MiB", limit >> 20),
    };
    let help = match why {
        Refusal::Absent => "check the name; relative names start at the current folder",
        Refusal::Refused(_) => "check its permissions, what its link leads to, and the name",
        Refusal::TooLarge(_) => "nothing that describes a release is that large; is it the right file?",
    };
    Diagnostic::new(&FILE_UNREADABLE, message).help(help)
}

/// A folder on the search path that cannot be listed.
pub fn unreadable_folder(path: &str, words: &str) -> Diagnostic {
    Diagnostic::new(&FOLDER_UNREADABLE, format!("the folder `{path}` cannot be listed: {words}"))
        .help("applications in it are not found; OTP ignores such a folder silently")
}

/// The folder that names the releases cannot be listed: nothing that was asked for can be done.
pub fn unreadable_releases(path: &str, words: &str) -> Diagnostic {
    Diagnostic::new(&FOLDER_UNREADABLE, format!("the folder `{path}` cannot be listed: {words}"))
        .help("its releases are not found: change its permissions, or name the `.rel` file itself")
        .severity(Severity::Error)
}

pub(super) fn unreadable_archive(path: &str, words: &str) -> Diagnostic {
    Diagnostic::new(&ARCHIVE_UNREADABLE, format!("the tarball `{path}` cannot be read: {words}"))
        .help("build it again, or copy it again: the copy may be incomplete")
}

pub(super) fn unsafe_path(archive: &str, entry: &str) -> Diagnostic {
    let message = format!("the tarball `{archive}` holds `{entry}`, which would be unpacked outside its folder");
    Diagnostic::new(&ARCHIVE_UNSAFE_PATH, message)
        .help("a release tarball has relative names below `lib/`, `releases/` and `erts-*/` only; do not unpack this one")
}

pub(super) fn too_large(archive: &str, what: &str, limit: u64) -> Diagnostic {
    let size = if limit >= 1 << 20 { format!("{} MiB", limit >> 20) } else { format!("{limit} bytes") };
    let message = format!("the tarball `{archive}` is refused: {what} is larger than {size}");
    Diagnostic::new(&ARCHIVE_TOO_LARGE, message).help("unpack it where there is room and give relupc the folder, if it is what it says")
}
