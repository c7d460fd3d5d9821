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
        let about = about_file(path)?;
        if about.len() > MAX_FILE {
            return Err(Refusal::TooLarge(MAX_FILE));
        }
        let file = fs::File::open(path).map_err(refusal)?;
        let mut bytes = Vec::with_capacity(usize::try_from(about.len()).unwrap_or(0) + 1);
        file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(refusal)?;
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

    fn whole(&self, path: &str) -> String {
        fs::canonicalize(path).map_or_else(|_| path.to_owned(), |whole| whole.to_string_lossy().into_owned())
    }

    fn unnamed(&self, folder: &str) -> usize {
        let entries = fs::read_dir(if folder.is_empty() { "." } else { folder }).into_iter().flatten().flatten();
        entries.filter(|entry| entry.file_name().to_str().is_none()).count()
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
        about_file(path)?;
        fs::File::open(path).and_then(Digest::of).map_err(refusal)
    }
}

/// Looks at a file before it is opened: opening a pipe would wait for a writer.
fn about_file(path: &str) -> Result<fs::Metadata, Refusal> {
    let about = fs::metadata(path).map_err(refusal)?;
    if about.is_dir() {
        return Err(Refusal::Refused("it is a folder".to_owned()));
    }
    if !about.is_file() {
        return Err(Refusal::Refused("it is not a regular file".to_owned()));
    }
    Ok(about)
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
