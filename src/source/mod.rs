//! The outside world as data: file trees (disk, tarball, memory), texts decoded, lines counted.
//!
//! In go paths; out come [`Source`]s, each a decoded text with lines and columns. This is the one module that
//! reads the disk.

mod archive;
mod disk;
mod edit;
mod encoding;
mod faults;
mod files;
mod overlay;
mod tree;
mod trees;
mod wildcard;

pub use archive::Keep;
pub use disk::Disk;
pub use edit::Unfit;
pub use faults::ALL as CODES;
pub use files::{Files, Place, Source, is_configuration};
pub use overlay::{MadeOf, Overlay};
pub use tree::{Digest, FileTree, Kind, MAX_FILE, MAX_TEXT, MemoryTree, Refusal, join, parent};
pub use trees::{Spot, TreeId, Trees};
pub use wildcard::expand;

pub use faults::{refused, unreadable_folder, unreadable_releases};
