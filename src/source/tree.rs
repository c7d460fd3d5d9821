//! File trees: what a release is read from, whether on disk, in a tarball or in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hasher};
use std::io::Read;

/// The largest file that is read, in bytes: a release tarball.
pub const MAX_FILE: u64 = 1 << 30;
/// The largest `.rel`, `.app` or `.appup`, in bytes; the largest seen in the wild is a hundred times smaller. Reading one
/// costs up to ninety times its size.
pub const MAX_TEXT: u64 = 8 << 20;

/// What a name in a tree stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A pipe, a device: nothing to read a release from.
    Other,
}

/// Why a file or a folder cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is none.
    Absent,
    /// It is there, but reading it fails: the system's own words.
    Refused(String),
    /// It is larger than so many bytes.
    TooLarge(u64),
}

/// A digest: whether two files hold the same bytes, without keeping them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest {
    /// The size in bytes.
    pub size: u64,
    /// A hash of the bytes: the same in every run.
    pub hash: u64,
}

impl Digest {
    /// Of what a reader gives, read in pieces.
    pub fn of(mut reader: impl Read) -> std::io::Result<Digest> {
        let mut hasher = DefaultHasher::new();
        let mut piece = vec![0; 64 << 10];
        let mut size = 0;
        loop {
            match reader.read(&mut piece)? {
                0 => return Ok(Digest { size, hash: hasher.finish() }),
                read => {
                    size += read as u64;
                    hasher.write(piece.get(..read).unwrap_or_default());
                }
            }
        }
    }
}

/// A tree of files; paths are separated by `/`.
pub trait FileTree: Sync {
    /// The bytes of a file.
    fn read(&self, path: &str) -> Result<Vec<u8>, Refusal>;
    /// The names in a folder, sorted.
    fn list(&self, folder: &str) -> Result<Vec<String>, Refusal>;
    /// What a path leads to, links followed.
    fn kind(&self, path: &str) -> Result<Kind, Refusal>;
    /// The digest of a file, equal for equal bytes, whatever its size.
    fn digest(&self, path: &str) -> Result<Digest, Refusal>;

    /// How many names in a folder [`FileTree::list`] passes over, as they are not UTF-8.
    fn unnamed(&self, _folder: &str) -> usize {
        0
    }

    /// The one name of a file or folder, links followed; the name as it is where it leads to nothing.
    fn whole(&self, path: &str) -> String {
        path.to_owned()
    }

    /// Notes that what was read of a file or folder before is used again.
    fn used(&self, _path: &str) {}

    /// The bytes of a file that describes a release.
    fn read_text(&self, path: &str) -> Result<Vec<u8>, Refusal> {
        let bytes = self.read(path)?;
        if bytes.len() as u64 > MAX_TEXT { Err(Refusal::TooLarge(MAX_TEXT)) } else { Ok(bytes) }
    }

    /// Whether a path leads to a regular file.
    fn is_file(&self, path: &str) -> bool {
        self.kind(path) == Ok(Kind::File)
    }

    /// Whether a path leads to a folder.
    fn is_folder(&self, path: &str) -> bool {
        self.kind(path) == Ok(Kind::Folder)
    }
}

/// A tree held in memory: an archive's entries, or a test's files.
#[derive(Debug, Default)]
pub struct MemoryTree {
    files: BTreeMap<String, Vec<u8>>,
    /// Files of which only this is kept.
    digests: BTreeMap<String, Digest>,
    folders: BTreeMap<String, BTreeSet<String>>,
    names: usize,
}

impl MemoryTree {
    /// Puts a file at a path and makes the folders above it.
    pub fn insert(&mut self, path: &str, bytes: Vec<u8>) {
        let path = self.enter(path);
        self.files.insert(path, bytes);
    }

    /// Puts a file there of which only the digest is kept.
    pub fn insert_digest(&mut self, path: &str, digest: Digest) {
        let path = self.enter(path);
        self.digests.insert(path, digest);
    }

    /// How many bytes the names of its files and folders take.
    pub fn names(&self) -> usize {
        self.names
    }

    /// Makes the folders above a path.
    fn enter(&mut self, path: &str) -> String {
        let path = path.trim_start_matches("./").to_owned();
        let mut below = path.as_str();
        loop {
            let (folder, name) = below.rsplit_once('/').unwrap_or(("", below));
            self.names += folder.len() + name.len();
            let is_new = self.folders.entry(folder.to_owned()).or_default().insert(name.to_owned());
            if !is_new || folder.is_empty() {
                break;
            }
            below = folder;
        }
        self.names += path.len();
        path
    }

    fn key(path: &str) -> &str {
        let path = path.trim_start_matches("./").trim_end_matches('/');
        if path == "." { "" } else { path }
    }
}

impl FileTree for MemoryTree {
    fn read(&self, path: &str) -> Result<Vec<u8>, Refusal> {
        self.files.get(MemoryTree::key(path)).cloned().ok_or(Refusal::Absent)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, Refusal> {
        self.folders.get(MemoryTree::key(folder)).map(|names| names.iter().cloned().collect()).ok_or(Refusal::Absent)
    }

    fn kind(&self, path: &str) -> Result<Kind, Refusal> {
        let key = MemoryTree::key(path);
        if self.files.contains_key(key) || self.digests.contains_key(key) {
            Ok(Kind::File)
        } else if key.is_empty() || self.folders.contains_key(key) {
            Ok(Kind::Folder)
        } else {
            Err(Refusal::Absent)
        }
    }

    fn digest(&self, path: &str) -> Result<Digest, Refusal> {
        let key = MemoryTree::key(path);
        match self.files.get(key) {
            Some(bytes) => Digest::of(bytes.as_slice()).map_err(|_| Refusal::Absent),
            None => self.digests.get(key).copied().ok_or(Refusal::Absent),
        }
    }
}

/// `folder/name`, without a prefix for the current folder.
pub fn join(folder: &str, name: &str) -> String {
    match folder {
        "" | "." => name.to_owned(),
        _ if folder.ends_with('/') => format!("{folder}{name}"),
        _ => format!("{folder}/{name}"),
    }
}

/// The folder that holds a path; `.` for a bare name.
pub fn parent(path: &str) -> &str {
    match path.trim_end_matches('/').rsplit_once('/') {
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
        None => ".",
    }
}

#[cfg(test)]
mod tests {
    use super::{FileTree, Kind, MemoryTree, Refusal, join, parent};

    #[test]
    fn a_tree_in_memory_lists_its_folders() {
        let mut tree = MemoryTree::default();
        tree.insert("lib/b-1/ebin/b.app", vec![1]);
        tree.insert("lib/a-1/ebin/a.app", vec![2]);
        tree.insert("top", vec![]);
        assert_eq!(tree.list("lib"), Ok(vec!["a-1".to_owned(), "b-1".to_owned()]));
        assert_eq!(tree.list(""), Ok(vec!["lib".to_owned(), "top".to_owned()]));
        assert_eq!(tree.kind("lib/a-1/"), Ok(Kind::Folder));
        assert_eq!(tree.kind("./top"), Ok(Kind::File));
        assert_eq!(tree.read("lib"), Err(Refusal::Absent));
    }

    #[test]
    fn paths_are_joined_and_parted() {
        assert_eq!(join(".", "a"), "a");
        assert_eq!(join("/", "a"), "/a");
        assert_eq!(join("x", "a"), "x/a");
        assert_eq!(parent("/a"), "/");
        assert_eq!(parent("a/b/"), "a");
        assert_eq!(parent("a"), ".");
    }
}
