//! The one road to the disk: a file is replaced whole or left alone.
#![expect(clippy::disallowed_methods, reason = "this is the one module that writes the disk")]

mod signals;

use super::Failure;
use crate::relup;
use signals::Unfinished;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Where a product goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Standard output.
    Output,
    /// A file.
    File(String),
}

impl Goal {
    /// The goal of an `-o`: `-` is standard output, under whatever name it is given.
    pub fn new(path: &str) -> Result<Goal, Failure> {
        match path {
            "-" | "/dev/stdout" | "/dev/fd/1" | "/proc/self/fd/1" => Ok(Goal::Output),
            "/dev/stdin" | "/dev/fd/0" | "/proc/self/fd/0" => Err(Failure::Usage(format!("`{path}` is for reading; `-` is standard output"))),
            _ => Ok(Goal::File(path.to_owned())),
        }
    }
}

/// Puts bytes into a file: a new file beside it takes its name once everything is written and on disk.
///
/// Mode, owner and extended attributes of a file that exists are kept. What could not be kept comes back in words.
pub fn replace(path: &str, bytes: &[u8]) -> Result<Vec<String>, Failure> {
    try_replace(Path::new(path), bytes).map_err(|why| Failure::Write { path: path.to_owned(), why })
}

/// Makes a folder, and those above it, unless they exist.
pub fn make_folder(path: &str) -> Result<(), Failure> {
    if path.is_empty() {
        return Ok(());
    }
    fs::create_dir_all(path).map_err(|why| Failure::Write { path: path.to_owned(), why })
}

/// The files a release is made of, by the ends of their names.
const INPUTS: &[&str] = &[
    ".rel", ".app", ".appup", ".src", ".beam", ".erl", ".ex", ".exs", ".tar", ".gz", ".tgz", ".boot", ".script", ".config", ".data", ".args", ".toml", ".so",
    ".dll",
];

/// How much of a file is read to see whether it is a relup, in bytes.
const HEAD: u64 = 4096;

/// Refuses to write a relup over a file that is none: one of the release's own files, or anything else without the shape of
/// a relup that is not called one.
pub fn may_become_relup<'n>(path: &str, mut inputs: impl Iterator<Item = &'n str>) -> Result<(), Failure> {
    let Ok(whole) = fs::canonicalize(path) else { return Ok(()) };
    if !fs::metadata(&whole).is_ok_and(|about| about.is_file()) {
        return Ok(());
    }
    let name = whole.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let is_input = INPUTS.iter().any(|end| name.ends_with(end)) || inputs.any(|input| is_same(&whole, input));
    if is_input {
        return Err(Failure::Usage(format!("`{path}` is not a relup but a file that a release is made of: it is not overwritten")));
    }
    let is_called_relup = name == "relup" || name.ends_with(".relup");
    if !is_called_relup && !relup::looks_like_relup(&head(&whole).map_err(|why| Failure::Write { path: path.to_owned(), why })?) {
        return Err(Failure::Usage(format!("`{path}` exists and is not a relup: it is not overwritten; remove it, or choose another name")));
    }
    Ok(())
}

fn head(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(HEAD).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Whether a name leads to a file, given by its canonical path.
fn is_same(whole: &Path, name: &str) -> bool {
    Path::new(name).file_name() == whole.file_name() && fs::canonicalize(name).is_ok_and(|other| other == whole)
}

fn try_replace(path: &Path, bytes: &[u8]) -> io::Result<Vec<String>> {
    if path.starts_with("/dev") || path.starts_with("/proc") {
        // A descriptor of the process: what it leads to belongs to the process that opened it.
        return fs::OpenOptions::new().append(true).open(path)?.write_all(bytes).map(|()| Vec::new());
    }
    let goal = goal_of(path)?;
    let known = fs::metadata(&goal).ok();
    if known.as_ref().is_some_and(fs::Metadata::is_dir) {
        return Err(io::Error::other("it is a folder"));
    }
    if known.as_ref().is_some_and(|about| !about.is_file()) {
        // A device or a pipe cannot be replaced, only written to.
        return open_stream(&goal)?.write_all(bytes).map(|()| Vec::new());
    }
    let folder = match goal.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = Unfinished::create(folder)?;
    file.as_file().write_all(bytes)?;
    let lost = match &known {
        Some(known) => keep(&goal, known, file.as_file())?,
        None => Vec::new(),
    };
    file.as_file().sync_all()?;
    file.persist(&goal)?;
    Ok(lost)
}

/// The file that a name leads to: a link is followed, so that it stays one, also to a file that is not there yet.
fn goal_of(path: &Path) -> io::Result<PathBuf> {
    let goal = match fs::canonicalize(path) {
        Ok(goal) => goal,
        Err(_) => match (fs::read_link(path), path.parent()) {
            (Ok(target), Some(folder)) => folder.join(target),
            _ => path.to_owned(),
        },
    };
    if goal.is_symlink() { Err(io::Error::other("its links lead to nothing")) } else { Ok(goal) }
}

/// Gives the new file what the old one has besides its content.
#[cfg(unix)]
fn keep(path: &Path, known: &fs::Metadata, new: &mut fs::File) -> io::Result<Vec<String>> {
    use std::os::unix::fs::{MetadataExt, fchown};
    use xattr::FileExt;
    let mut lost = Vec::new();
    let fresh = new.metadata()?;
    if (known.uid(), known.gid()) != (fresh.uid(), fresh.gid()) && fchown(&*new, Some(known.uid()), Some(known.gid())).is_err() {
        let group_kept = fchown(&*new, None, Some(known.gid())).is_ok();
        lost.push(format!("its owner was user {}{}", known.uid(), if group_kept { String::new() } else { format!(", group {}", known.gid()) }));
    }
    // After the owner: a change of owner takes special bits away.
    new.set_permissions(known.permissions())?;
    for name in xattr::list(path).into_iter().flatten() {
        let copied = xattr::get(path, &name).and_then(|value| value.map_or(Ok(()), |value| new.set_xattr(&name, &value)));
        if copied.is_err() {
            lost.push(format!("its extended attribute `{}` could not be copied", name.to_string_lossy()));
        }
    }
    if known.nlink() > 1 {
        lost.push(format!("it had {} names (hard links); the others keep the old content", known.nlink()));
    }
    Ok(lost)
}

#[cfg(not(unix))]
fn keep(_: &Path, known: &fs::Metadata, new: &mut fs::File) -> io::Result<Vec<String>> {
    new.set_permissions(known.permissions())?;
    Ok(Vec::new())
}

/// Opens a device, or a pipe that somebody reads from; one without a reader would be waited for without end.
#[cfg(unix)]
fn open_stream(path: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    match fs::OpenOptions::new().write(true).custom_flags(libc::O_NONBLOCK).open(path) {
        Err(why) if why.raw_os_error() == Some(libc::ENXIO) => Err(io::Error::other("it is a pipe, and nothing reads from it")),
        Err(why) => Err(why),
        // While the first one is open the reader stays.
        Ok(_reader_seen) => fs::OpenOptions::new().write(true).open(path),
    }
}

#[cfg(not(unix))]
fn open_stream(path: &Path) -> io::Result<fs::File> {
    fs::OpenOptions::new().write(true).open(path)
}
