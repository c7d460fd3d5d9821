//! An existing relup, whatever tool produced it, as the rules see it.

use crate::appup::Direction;
use crate::plan::path_name;
use crate::release::Release;
use crate::relup::{Entry, Relup};
use crate::source::Trees;
use crate::span::Span;

/// A relup, and as much as is known of the releases that it is for.
pub struct Existing<'a> {
    /// The relup.
    pub relup: &'a Relup,
    /// Where it begins.
    pub start: Span,
    /// The release that it is in.
    pub target: Option<&'a Release>,
    /// The files of the releases.
    pub trees: &'a Trees<'a>,
    /// The releases that it should lead from and to, each with its own relup where there is one.
    pub bases: Vec<(&'a Release, Option<&'a Relup>)>,
}

impl<'a> Existing<'a> {
    /// Its paths: how each is called, its direction, and its entry.
    pub fn paths(&self) -> impl Iterator<Item = (String, Direction, &'a Entry)> {
        let all = |direction, list: &'a [Entry]| list.iter().map(move |entry| (path_name(&self.relup.version, &entry.version, direction), direction, entry));
        all(Direction::Up, &self.relup.up).chain(all(Direction::Down, &self.relup.down))
    }

    /// The base of a path, when it is known.
    pub fn base(&self, entry: &Entry) -> Option<&'a Release> {
        self.bases.iter().map(|(base, _)| *base).find(|base| base.rel.vsn.value == entry.version)
    }

    /// The release being installed on a path, when it is known.
    pub fn installed(&self, direction: Direction, entry: &Entry) -> Option<&'a Release> {
        match direction {
            Direction::Up => self.target,
            Direction::Down => self.base(entry),
        }
    }
}
