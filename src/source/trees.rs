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

/// All trees of a run.
pub struct Trees<'a> {
    outside: &'a dyn FileTree,
    archives: Vec<(String, MemoryTree)>,
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

    /// Reads a tarball and keeps what is wanted of it.
    pub fn open_archive(&mut self, path: &str) -> Result<TreeId, Box<Diagnostic>> {
        let tree = open_archive(self.outside, path, self.keep)?;
        self.archives.push((path.to_owned(), tree));
        Ok(TreeId::Archive(self.archives.len() - 1))
    }

    /// The tree with an id.
    pub fn get(&self, id: TreeId) -> &dyn FileTree {
        match id {
            TreeId::Outside => self.outside,
            TreeId::Archive(at) => self.archives.get(at).map_or(self.outside, |(_, tree)| tree),
        }
    }

    /// How a file is called in reports: inside a tarball, with the tarball's name in front.
    pub fn display(&self, spot: &Spot) -> String {
        match spot.tree {
            TreeId::Archive(at) if at < self.archives.len() => self.archives.get(at).map_or_else(String::new, |(name, _)| format!("{name}:{}", spot.path)),
            TreeId::Outside | TreeId::Archive(_) => spot.path.clone(),
        }
    }
}
