//! The trees of a run: the outside one that names are relative to, and the insides of tarballs.

use super::archive::{Keep, open_archive};
use super::tree::{FileTree, MemoryTree};
use crate::diag::Diagnostic;

/// Which tree a file is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TreeId {
    /// The tree that names are relative to: the disk.
    Outside,
    /// The inside of a tarball, by its number.
    Archive(usize),
}

/// A folder or file and the tree it is in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Spot {
    /// The tree.
    pub tree: TreeId,
    /// The path in it.
    pub path: String,
}

impl Spot {
    /// A path in a tree.
    pub fn new(tree: TreeId, path: impl Into<String>) -> Spot {
        Spot { tree, path: path.into() }
    }
}

/// A tarball that was read.
struct Archive {
    path: String,
    tree: MemoryTree,
    /// Whether the tarball has changed since.
    stale: bool,
}

/// All trees of a run.
pub struct Trees<'a> {
    outside: &'a dyn FileTree,
    archives: Vec<Archive>,
    /// What is kept of tarballs.
    pub keep: Keep,
}

impl<'a> Trees<'a> {
    /// The outside tree alone.
    pub fn new(outside: &'a dyn FileTree) -> Trees<'a> {
        Trees { outside, archives: Vec::new(), keep: Keep::default() }
    }

    /// The outside tree.
    pub fn outside(&self) -> &dyn FileTree {
        self.outside
    }

    /// A tarball, read unless it was read before, with what is wanted of it.
    pub fn archive(&mut self, path: &str) -> Result<TreeId, Box<Diagnostic>> {
        if let Some(at) = self.archives.iter().position(|known| known.path == path && !known.stale) {
            self.outside.used(path);
            return Ok(TreeId::Archive(at));
        }
        let tree = open_archive(self.outside, path, self.keep)?;
        self.archives.push(Archive { path: path.to_owned(), tree, stale: false });
        Ok(TreeId::Archive(self.archives.len() - 1))
    }

    /// Forgets a tarball that has changed; what was read of it keeps its place.
    pub fn forget_archive(&mut self, path: &str) {
        self.archives.iter_mut().filter(|archive| archive.path == path).for_each(|archive| archive.stale = true);
    }

    /// The tree with an id.
    pub fn get(&self, id: TreeId) -> &dyn FileTree {
        match id {
            TreeId::Outside => self.outside,
            TreeId::Archive(at) => self.archives.get(at).map_or(self.outside, |archive| &archive.tree),
        }
    }

    /// How a file is called in reports: inside a tarball, with the tarball's name in front.
    pub fn display(&self, spot: &Spot) -> String {
        match spot.tree {
            TreeId::Archive(at) => self.archives.get(at).map_or_else(|| spot.path.clone(), |archive| format!("{}:{}", archive.path, spot.path)),
            TreeId::Outside => spot.path.clone(),
        }
    }
}
