//! What a path does to a node, proved or refuted before any node runs it.
//!
//! In go two releases with a path between them, as the rules see them ([`Pair`](crate::lint::Pair)), and what the rules found; out comes a [`Proof`]:
//! for each [`Property`] whether the path has it, and why. A finding refutes a property if its code says so
//! ([`Bearing`](crate::diag::Bearing)). Without one the property is proved only if everything that it depends on was seen;
//! otherwise it is not visible, with the reasons.

mod by_hand;
mod conclude;
mod environment;
mod evidence;
mod form;
mod graph;

pub use conclude::conclude;
pub use environment::Environment;
pub use evidence::{Evidence, Suspension, evidence};
pub use graph::{Direct, Edge, Graph, Required, Way};

use crate::appup::Direction;
use crate::diag::{Accepted, Diagnostic, Property};
use crate::node::Summary;

/// Whether a path has a property.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It has: what was seen.
    Proved(String),
    /// It does not: the findings, the first step first.
    Refuted(Vec<Diagnostic>),
    /// What speaks against it was accepted: those findings, and what the files do not show besides.
    Accepted(Vec<Accepted>, Vec<String>),
    /// The files do not show it: the reasons.
    NotVisible(Vec<String>),
}

impl Outcome {
    /// Its name in JSON and in reports.
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Proved(_) => "proved",
            Outcome::Refuted(_) => "refuted",
            Outcome::Accepted(..) => "accepted",
            Outcome::NotVisible(_) => "not visible",
        }
    }
}

/// A path that should be there and is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Its direction.
    pub direction: Direction,
    /// Its name.
    pub path: String,
    /// What keeps it from being compiled.
    pub why: Vec<String>,
}

/// What is known of a path.
#[derive(Clone, Debug)]
pub struct Proof {
    /// Its name: `1.0.0 -> 1.1.0`.
    pub path: String,
    /// Its direction.
    pub direction: Direction,
    /// The version that runs before it, and the version being installed.
    pub versions: (String, String),
    /// What it does, counted.
    pub summary: Summary,
    /// How many instructions it has.
    pub steps: usize,
    /// What is suspended, in the order of the script.
    pub suspended: Vec<Suspension>,
    /// What it does to the environment of applications; nothing where the emulator restarts.
    pub environment: Vec<Environment>,
    /// What was found out about each property, in the order of [`Property::ALL`].
    pub outcomes: Vec<(Property, Outcome)>,
}

impl Proof {
    /// Whether the path lacks a property.
    pub fn is_refuted(&self) -> bool {
        self.outcomes.iter().any(|(_, outcome)| matches!(outcome, Outcome::Refuted(_)))
    }

    /// Whether it has all of them.
    pub fn is_proved(&self) -> bool {
        self.outcomes.iter().all(|(_, outcome)| matches!(outcome, Outcome::Proved(_)))
    }

    /// The one word for it in reports: `proved`, `accepted` where what speaks against it was allowed, `refuted`, `not refuted`.
    pub fn word(&self) -> &'static str {
        let is_accepted = self.outcomes.iter().any(|(_, outcome)| matches!(outcome, Outcome::Accepted(..)));
        match (self.is_refuted(), self.is_proved()) {
            (true, _) => "refuted",
            (false, true) => "proved",
            (false, false) if is_accepted => "accepted",
            (false, false) => "not refuted",
        }
    }

    /// The findings that refute it.
    pub fn refutations(&self) -> impl Iterator<Item = &Diagnostic> {
        self.outcomes.iter().flat_map(|(_, outcome)| if let Outcome::Refuted(findings) = outcome { findings.as_slice() } else { &[] })
    }

    /// For how long processes are suspended at worst, in milliseconds: the release handler suspends one after the other, and waits
    /// for each as long as its timeout. `None` where a timeout is `infinity` or the number of processes is not known.
    pub fn longest_wait(&self) -> Option<u64> {
        self.suspended.iter().map(|one| Some(one.timeout?.saturating_mul(one.processes?))).sum()
    }
}
