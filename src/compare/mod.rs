//! What really changed between two releases, and what that means for an upgrade that keeps the node running.
//!
//! In go two releases and the trees that their files are in; out comes a [`Comparison`]: facts, each with the verdict that
//! it alone would give, for the release, for each application, for each module. Code is judged by what the emulator runs
//! (`code:module_md5/1`), never by the bytes of a file. What cannot be seen in the files is a fact of its own.

mod applications;
mod callers;
mod change;
mod configuration;
mod environment;
mod faults;
mod files;
mod modules;
mod place;
mod shapes;
mod state;
mod verdict;
mod vm_args;
mod words;

pub use callers::{Link, links};
pub use change::{Caller, Change, DeadCall, Delta, Given, KINDS, Sign, StateChange, StateEffect, SystemConfig};
pub use configuration::computed_at_boot;
pub use environment::{EnvironmentChange, Environments};
pub use faults::{ALL as CODES, beam_missing};
pub use place::Place;
pub use shapes::Difference;
pub use verdict::{Both, Verdict};

use crate::diag::Findings;
use crate::release::{Opener, Release};
use crate::term::Atom;

/// Something that changed, and what it alone asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impact {
    /// What differs.
    pub change: Change,
    /// Where it can be seen.
    pub place: Option<Place>,
    /// What an upgrade needs.
    pub up: Verdict,
    /// What a downgrade needs.
    pub down: Verdict,
}

impl Impact {
    /// A fact that asks for the same in both directions.
    fn new(verdict: Verdict, change: Change) -> Impact {
        Impact { change, place: None, up: verdict, down: verdict }
    }

    fn at(mut self, place: Option<Place>) -> Impact {
        self.place = place;
        self
    }

    fn down(mut self, verdict: Verdict) -> Impact {
        self.down = verdict;
        self
    }

    /// The heavier of its two verdicts.
    pub fn verdict(&self) -> Verdict {
        self.up.max(self.down)
    }
}

/// How a module of an application changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// Only the target has it.
    Added,
    /// Only the base has it.
    Removed,
    /// It came from another application.
    Moved,
    /// The emulator would run other code.
    Code,
    /// Its code is the same, its attributes are not.
    Attributes,
    /// Only debug information, line numbers, compile information or documentation differ: nothing to load.
    Debug,
}

impl Depth {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Depth::Added => "added",
            Depth::Removed => "removed",
            Depth::Moved => "moved",
            Depth::Code => "changed",
            Depth::Attributes => "attributes only",
            Depth::Debug => "debug information only",
        }
    }
}

/// A module that differs.
#[derive(Clone, Debug)]
pub struct ModuleChange {
    /// Its name.
    pub name: String,
    /// How.
    pub depth: Depth,
    /// The behaviours that it has in the target, else in the base.
    pub behaviours: Vec<String>,
    /// Its MD5 in the base and in the target.
    pub md5: (Option<[u8; 16]>, Option<[u8; 16]>),
    /// The functions that only the target's version exports.
    pub gained: Vec<(Atom, u32)>,
    /// The functions that only the base's version exports.
    pub lost: Vec<(Atom, u32)>,
    /// What an upgrade has to know of its processes, in the base and in the target.
    pub habits: (Habits, Habits),
    /// What else is known.
    pub impacts: Vec<Impact>,
}

/// What processes of a module do that an upgrade has to know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    /// They wait in a loop of the module's own that takes no new code in.
    pub own_loop: bool,
    /// They begin with a fun of the module's own code in their state.
    pub keeps_fun: bool,
}

/// Whether an application is on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Only in the target.
    Added,
    /// Only in the base.
    Removed,
    /// In both.
    Both,
}

/// An application that differs.
#[derive(Clone, Debug)]
pub struct ApplicationChange {
    /// Its name.
    pub name: String,
    /// On which sides it is.
    pub presence: Presence,
    /// Its version in the base.
    pub base: Option<String>,
    /// Its version in the target.
    pub target: Option<String>,
    /// What changed but its modules.
    pub impacts: Vec<Impact>,
    /// Its modules that differ, by name.
    pub modules: Vec<ModuleChange>,
    /// How many of its modules are the same.
    pub same_modules: usize,
    /// Which applications it needs, of those that differ too.
    pub needs: Vec<String>,
}

/// One of the two releases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its ERTS version.
    pub erts: String,
    /// The versions of the compiler application that its changed modules name, each once.
    pub compilers: Vec<String>,
}

/// All that differs between two releases.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The old release.
    pub base: Side,
    /// The new release.
    pub target: Side,
    /// What changed besides the applications.
    pub impacts: Vec<Impact>,
    /// What an upgrade does to the environment of the applications.
    pub environments: Environments,
    /// The applications that differ, in the order in which an upgrade treats them: added ones, changed ones with their
    /// dependencies first, removed ones.
    pub applications: Vec<ApplicationChange>,
    /// How many applications are the same.
    pub same_applications: usize,
}

/// Compares two releases that the opener opened with their code.
pub fn compare(base: &Release, target: &Release, opener: &mut Opener<'_>, found: &mut Findings) -> Comparison {
    let side = |release: &Release| Side {
        name: release.rel.name.value.clone(),
        version: release.rel.vsn.value.clone(),
        erts: release.rel.erts.value.clone(),
        compilers: Vec::new(),
    };
    let (impacts, environments) = configuration::of_release(base, target, opener, found);
    let mut comparison = Comparison { base: side(base), target: side(target), impacts, environments, applications: Vec::new(), same_applications: 0 };
    applications::compare(base, target, opener, &mut comparison, found);
    comparison
}
