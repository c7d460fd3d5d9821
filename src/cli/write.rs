//! Files are replaced whole or left alone.
#![expect(clippy::disallowed_methods, reason = "this is the one module that writes the disk")]

use super::Failure;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Puts bytes into a file: a new file beside it takes its name once everything is written and on disk.
pub fn replace(path: &str, bytes: &[u8]) -> Result<(), Failure> {
    try_replace(Path::new(path), bytes).map_err(|why| Failure::Write { path: path.to_owned(), why })
}

/// Which files a release is made of, by the ends of their names.
const INPUTS: &[&str] = &[
    ".rel", ".app", ".appup", ".src", ".beam", ".erl", ".ex", ".exs", ".tar", ".gz", ".tgz", ".boot", ".script", ".config", ".data", ".args", ".toml", ".so",
    ".dll",
];

/// Tells whether a file is there that a relup must not be written over, links followed.
pub fn is_input(path: &str) -> bool {
    let Some(name) = fs::canonicalize(path).ok().and_then(|whole| Some(whole.file_name()?.to_string_lossy().into_owned())) else { return false };
    INPUTS.iter().any(|end| name.ends_with(end)) && fs::metadata(path).is_ok_and(|about| about.is_file())
}

/// Tells whether one of several names leads to the same file as a name.
pub fn is_among<'n>(path: &str, mut others: impl Iterator<Item = &'n str>) -> bool {
    let name = |path: &Path| path.file_name().map(ToOwned::to_owned);
    let Ok(whole) = fs::canonicalize(path) else { return false };
    let wanted = name(&whole);
    others.any(|other| name(Path::new(other)) == wanted && fs::canonicalize(other).is_ok_and(|other| other == whole))
}

/// The one name of a file or folder, links followed; the name as it is when there is none.
pub fn whole(path: &str) -> String {
    fs::canonicalize(path).map_or_else(|_| path.to_owned(), |whole| whole.to_string_lossy().into_owned())
}

fn try_replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A link is followed, so that it stays one.
    let goal = match fs::canonicalize(path) {
        Ok(goal) => goal,
        // What it leads to is not there yet.
        Err(_) => match (fs::read_link(path), path.parent()) {
            (Ok(target), Some(folder)) => folder.join(target),
            _ => path.to_owned(),
        },
    };
    if goal.is_symlink() {
        return Err(io::Error::other("its links lead to nothing"));
    }
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
