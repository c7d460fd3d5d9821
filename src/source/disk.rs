//! The disk as a file tree: the only place that reads it.
#![expect(clippy::disallowed_methods, reason = "this is the one module that reads the disk")]

use super::tree::{Digest, FileTree, Kind, MAX_FILE, Refusal};
use std::fs;
use std::io::{ErrorKind, Read};

/// The machine's own file system, relative to the current folder.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl FileTree for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, Refusal> {
        let (file, length) = open_regular(path)?;
        // The system's own files have no length that it tells.
        let limit = if length == 0 { MAX_FILE + 1 } else { length };
        if length > MAX_FILE {
            return Err(Refusal::TooLarge(MAX_FILE));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        file.take(limit).read_to_end(&mut bytes).map_err(refusal)?;
        if bytes.len() as u64 > MAX_FILE { Err(Refusal::TooLarge(MAX_FILE)) } else { Ok(bytes) }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, Refusal> {
        let mut names = Vec::new();
        for entry in fs::read_dir(if folder.is_empty() { "." } else { folder }).map_err(refusal)? {
            // A name that is not UTF-8 can be neither an application nor a wildcard's match; it is passed over.
            if let Ok(name) = entry.map_err(refusal)?.file_name().into_string() {
                names.push(name);
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    fn kind(&self, path: &str) -> Result<Kind, Refusal> {
        let about = fs::metadata(if path.is_empty() { "." } else { path }).map_err(refusal)?;
        Ok(if about.is_dir() {
            Kind::Folder
        } else if about.is_file() {
            Kind::File
        } else {
            Kind::Other
        })
    }

    fn digest(&self, path: &str) -> Result<Digest, Refusal> {
        Digest::of(open_regular(path)?.0).map_err(refusal)
    }
}

/// Opens a regular file and tells its length.
fn open_regular(path: &str) -> Result<(fs::File, u64), Refusal> {
    let mut options = fs::OpenOptions::new();
    options.read(true);
    // Opening a pipe would wait for a writer.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    let not_regular = || Refusal::Refused("it is not a regular file".to_owned());
    let file = match options.open(path) {
        Ok(file) => file,
        // A socket cannot be opened.
        Err(error) => return Err(if fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir()) { not_regular() } else { refusal(error) }),
    };
    let about = file.metadata().map_err(refusal)?;
    if about.is_dir() {
        return Err(Refusal::Refused("it is a folder".to_owned()));
    }
    if about.is_file() { Ok((file, about.len())) } else { Err(not_regular()) }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "io::ErrorKind is open; all but absence is passed on in words")]
fn refusal(error: std::io::Error) -> Refusal {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Refusal::Absent,
        _ => {
            let text = error.to_string();
            let words = text.split(" (os error").next().unwrap_or_default();
            Refusal::Refused(words.to_lowercase())
        }
    }
}
