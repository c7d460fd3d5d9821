//! What drafts are made from: two releases, what changed between them, and their supervisors.

use super::policy::Policy;
use crate::appup::Direction;
use crate::beam::{Beams, Facts};
use crate::compare::{Comparison, Link};
use crate::interpret::{Supervisor, Value};
use crate::release::Release;
use crate::term::Atom;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is known of two releases.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// The old release.
    pub base: &'a Release,
    /// The new release.
    pub target: &'a Release,
    /// What changed.
    pub comparison: &'a Comparison,
    /// The calls that only one of the releases can serve.
    pub links: &'a [Link],
    /// The supervisors of the base and of the target.
    pub trees: &'a [Tree; 2],
    /// The compiled modules.
    pub beams: Beams<'a>,
    /// What the project decides.
    pub policy: &'a Policy,
}

/// The supervisors of a release, as far as their code shows them.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// By module, and by the callback modules of applications that start one in place.
    pub supervisors: BTreeMap<Atom, Supervisor>,
    /// The names of processes, each with the module that they run.
    pub names: Vec<(Value, Atom)>,
}

impl<'a> Ground<'a> {
    /// The release before a path, or after it.
    fn side(&self, direction: Direction, after: bool) -> &'a Release {
        if (direction == Direction::Up) == after { self.target } else { self.base }
    }

    /// The supervisors before a path, or after it.
    pub(super) fn tree(&self, direction: Direction, after: bool) -> &'a Tree {
        let [base, target] = self.trees;
        if (direction == Direction::Up) == after { target } else { base }
    }

    /// What is known of a module before a path, or after it.
    pub(super) fn facts(&self, direction: Direction, after: bool, module: &Atom) -> Option<Arc<Facts>> {
        let owner = self.side(direction, after).owner_of(module.as_str())?;
        owner.compiled(self.beams.trees()).contains(module.as_str()).then(|| self.beams.at(&owner.beam(module.as_str())).facts())?
    }
}
