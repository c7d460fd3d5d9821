//! Release tarballs, read in place: nothing is unpacked to disk, and nothing in them is believed.

use super::faults;
use super::tree::{Digest, FileTree, MemoryTree, Refusal};
use crate::diag::Diagnostic;
use flate2::read::MultiGzDecoder;
use std::collections::HashMap;
use std::io::{Cursor, Read};
use tar::{Archive, EntryType};

/// The largest entry that a tarball may announce, in bytes.
const MAX_ENTRY: u64 = 1 << 30;
/// The most that a tarball may unpack to, in bytes.
const MAX_TOTAL: u64 = 4 << 30;
/// The most that is kept in memory of the entries that are wanted, in bytes.
const MAX_KEPT: u64 = 256 << 20;
/// The largest header extension (a long name), in bytes.
const MAX_HEADER: u64 = 64 << 10;
/// The longest name of an entry, in bytes: no system could unpack a longer one (`PATH_MAX`).
const MAX_NAME: usize = 4096;
/// How much the names of entries, folders and links may take in memory, in bytes.
const MAX_NAMES: usize = 64 << 20;
/// The longest entry name quoted in a message, in characters.
const NAME_SHOWN: usize = 80;

/// Which entries of a tarball are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// Those that describe a release: `.rel`, `.app`, `.appup` and the like.
    #[default]
    Description,
    /// The code and the configuration as well; of other files of applications their digests.
    Everything,
}

/// Reads a `.tar`, `.tar.gz` or `.tgz` and keeps the entries that are wanted.
pub fn open_archive(tree: &dyn FileTree, path: &str, keep: Keep) -> Result<MemoryTree, Box<Diagnostic>> {
    let bytes = tree.read(path).map_err(|why: Refusal| Box::new(faults::refused(path, &why)))?;
    if bytes.starts_with(&[0x1f, 0x8b]) {
        read_entries(path, MultiGzDecoder::new(Cursor::new(bytes)), keep)
    } else {
        read_entries(path, Cursor::new(bytes), keep)
    }
}

fn read_entries(path: &str, reader: impl Read, keep: Keep) -> Result<MemoryTree, Box<Diagnostic>> {
    let mut kept = MemoryTree::default();
    let mut room = MAX_KEPT;
    let mut entries_seen = false;
    let mut archive = Archive::new(Bounded { inner: reader, left: MAX_TOTAL });
    let mut long: Long = Long::default();
    let mut links: Vec<(String, String)> = Vec::new();
    let mut linked = 0;
    for entry in archive.entries().map_err(|error| overflow_or(path, error))?.raw(true) {
        let mut entry = entry.map_err(|error| overflow_or(path, error))?;
        entries_seen = true;
        let kind = entry.header().entry_type();
        if is_extension(kind) {
            // The name of the next entry, or other facts about it; the header may announce any size.
            if entry.size() > MAX_HEADER {
                return Err(Box::new(faults::too_large(path, "the name of an entry", MAX_HEADER)));
            }
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).map_err(|error| overflow_or(path, error))?;
            long.read(kind, &bytes);
            continue;
        }
        let long = std::mem::take(&mut long);
        let name = long.name.unwrap_or_else(|| String::from_utf8_lossy(&entry.path_bytes()).into_owned());
        let shown: String = name.chars().take(NAME_SHOWN).collect();
        if name.starts_with('/') || name.split('/').any(|part| part == "..") {
            return Err(Box::new(faults::unsafe_path(path, &shown)));
        }
        if name.len() > MAX_NAME {
            return Err(Box::new(faults::too_large(path, &format!("the name `{shown}...`"), MAX_NAME as u64)));
        }
        if entry.size() > MAX_ENTRY {
            return Err(Box::new(faults::too_large(path, &format!("the entry `{shown}`"), MAX_ENTRY)));
        }
        let name = name.trim_start_matches("./");
        if !is_regular(kind) {
            let target = long.link.or_else(|| Some(String::from_utf8_lossy(&entry.link_name_bytes()?).into_owned()));
            let target = target.filter(|target| target.len() <= MAX_NAME);
            linked += name.len() + target.as_ref().map_or(0, String::len);
            links.extend(target.and_then(|target| Some((name.to_owned(), leads_to(name, kind, &target)?))));
            check_names(&kept, linked, path)?;
            continue;
        }
        if describes_release(name) || (keep == Keep::Everything && is_code_or_configuration(name)) {
            let mut bytes = Vec::new();
            (&mut entry).take(room + 1).read_to_end(&mut bytes).map_err(|error| overflow_or(path, error))?;
            room = match room.checked_sub(bytes.len() as u64) {
                Some(room) => room,
                None => return Err(Box::new(faults::too_large(path, "what describes the release", MAX_KEPT))),
            };
            kept.insert(name, bytes);
        } else if keep == Keep::Everything && name.starts_with("lib/") {
            kept.insert_digest(name, Digest::of(&mut entry).map_err(|error| overflow_or(path, error))?);
        }
        check_names(&kept, linked, path)?;
    }
    follow(&mut kept, links, &mut room, path)?;
    // To the very end, so that a checksum that does not fit is noticed.
    std::io::copy(&mut archive.into_inner(), &mut std::io::sink()).map_err(|error| overflow_or(path, error))?;
    if entries_seen { Ok(kept) } else { Err(Box::new(faults::unreadable_archive(path, "it has no entries"))) }
}

/// Refuses what names alone would fill the memory with.
fn check_names(kept: &MemoryTree, linked: usize, path: &str) -> Result<(), Box<Diagnostic>> {
    if kept.names() + linked <= MAX_NAMES { Ok(()) } else { Err(Box::new(faults::too_large(path, "what its entries are called", MAX_NAMES as u64))) }
}

/// Entries that only say something about the next one: long names of GNU tar, records of POSIX pax.
fn is_extension(kind: EntryType) -> bool {
    kind.is_gnu_longname() || kind.is_gnu_longlink() || kind.is_pax_local_extensions() || kind.is_pax_global_extensions()
}

/// What such entries say of the next one.
#[derive(Default)]
struct Long {
    name: Option<String>,
    link: Option<String>,
}

impl Long {
    fn read(&mut self, kind: EntryType, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        let whole = || Some(text.trim_end_matches('\0').to_owned());
        // Each record is `LENGTH KEY=VALUE` and a line end.
        let record = |key: &str| text.lines().find_map(|record| record.split_once(' ')?.1.strip_prefix(key).map(str::to_owned));
        if kind.is_gnu_longname() {
            self.name = whole();
        } else if kind.is_gnu_longlink() {
            self.link = whole();
        } else if kind.is_pax_local_extensions() {
            self.name = record("path=").or(self.name.take());
            self.link = record("linkpath=").or(self.link.take());
        }
    }
}

/// Which entry a link leads to: a hard link names it, a symbolic one is relative to its own folder.
fn leads_to(name: &str, kind: EntryType, target: &str) -> Option<String> {
    if kind.is_hard_link() {
        return Some(target.trim_start_matches("./").to_owned());
    }
    if !kind.is_symlink() || target.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = name.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// How many links are followed one after the other.
const MAX_LINKS: usize = 8;

/// Puts what links lead to at their own places, as far as it is kept.
fn follow(kept: &mut MemoryTree, links: Vec<(String, String)>, room: &mut u64, path: &str) -> Result<(), Box<Diagnostic>> {
    let known: HashMap<&str, &str> = links.iter().map(|(name, target)| (name.as_str(), target.as_str())).collect();
    for (name, first) in &links {
        let mut target = first.as_str();
        for _ in 0..MAX_LINKS {
            target = known.get(target).copied().unwrap_or(target);
        }
        if let Ok(bytes) = kept.read(target) {
            *room = room.checked_sub(bytes.len() as u64).ok_or_else(|| Box::new(faults::too_large(path, "what describes the release", MAX_KEPT)))?;
            kept.insert(name, bytes);
        }
    }
    Ok(())
}

fn is_regular(kind: EntryType) -> bool {
    matches!(kind, EntryType::Regular | EntryType::Continuous)
}

fn describes_release(name: &str) -> bool {
    if name.starts_with("releases/") {
        return [".rel", "start_erl.data", "relup", "sys.config"].iter().any(|end| name.ends_with(end));
    }
    name.starts_with("lib/") && (name.ends_with(".app") || name.ends_with(".appup"))
}

fn is_code_or_configuration(name: &str) -> bool {
    name.starts_with("releases/") || name == "bin/install_upgrade.escript" || (name.starts_with("lib/") && name.ends_with(".beam"))
}

/// The words of a reader that gave up because the archive unpacks to more than it may.
const OVERFLOW: &str = "unpacked size over the bound";

fn overflow_or(path: &str, error: std::io::Error) -> Box<Diagnostic> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(current) = cause {
        // The readers in between wrap an error, or put their words around it.
        if current.to_string().contains(OVERFLOW) {
            return Box::new(faults::too_large(path, "what it unpacks to", MAX_TOTAL));
        }
        cause = current.source();
    }
    // The readers' own texts quote what they read.
    let words = if error.kind() == std::io::ErrorKind::UnexpectedEof {
        "it ends in the middle of an entry"
    } else if error.to_string().contains("corrupt") {
        "its compressed data is damaged"
    } else {
        "an entry does not begin where the one before it ends, or its header is damaged"
    };
    Box::new(faults::unreadable_archive(path, words))
}

/// A reader that fails, rather than ends, once it has given `left` bytes.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => {
                self.left = left;
                Ok(read)
            }
            None => Err(std::io::Error::other(OVERFLOW)),
        }
    }
}
