//! Files are replaced whole or left alone.
#![expect(clippy::disallowed_methods, reason = "this is the one module that writes the disk")]

use super::Failure;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Puts bytes into a file: a new file beside it takes its name once everything is written and on disk.
pub fn replace(path: &str, bytes: &[u8]) -> Result<(), Failure> {
    try_replace(Path::new(path), bytes).map_err(|why| Failure::Write { path: path.to_owned(), why })
}

/// Tells whether two names lead to one file.
pub fn is_same(one: &str, other: &str) -> bool {
    let name = |path: &str| Path::new(path).file_name().map(ToOwned::to_owned);
    let whole = |path: &str| fs::canonicalize(path).ok();
    name(one) == name(other) && whole(one).is_some_and(|one| Some(one) == whole(other))
}

/// The one name of a file or folder, links followed; the name as it is when there is none.
pub fn whole(path: &str) -> String {
    fs::canonicalize(path).map_or_else(|_| path.to_owned(), |whole| whole.to_string_lossy().into_owned())
}

fn try_replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A link is followed, so that it stays one.
    let goal: PathBuf = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let known = fs::metadata(&goal).ok();
    if known.as_ref().is_some_and(fs::Metadata::is_dir) {
        return Err(io::Error::other("it is a folder"));
    }
    if known.as_ref().is_some_and(|about| !about.is_file()) {
        // A device or a pipe cannot be replaced, only written to.
        return fs::OpenOptions::new().write(true).open(&goal)?.write_all(bytes);
    }
    let folder = match goal.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".relupc-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // What a plainly created file would have; the process's mask is applied.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    if let Some(known) = known {
        file.as_file().set_permissions(known.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(&goal).map(|_| ()).map_err(|error| error.error)
}
