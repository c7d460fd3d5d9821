//! Two releases with what changed between them and the paths that lead over, as the rules see them.

use crate::appup::Direction;
use crate::compare::{ApplicationChange, Comparison, Fact, ModuleChange};
use crate::plan::path_name;
use crate::release::{Application, Release};
use crate::relup::{LowOp, Step};
use crate::span::Span;
use crate::term::Atom;
use std::collections::{HashMap, HashSet};

/// Two releases.
pub struct Pair<'a> {
    /// The release come from.
    pub base: &'a Release,
    /// The release gone to.
    pub target: &'a Release,
    /// What changed.
    pub comparison: &'a Comparison,
    /// The paths that could be compiled.
    pub ways: Vec<Way<'a>>,
}

/// A path between the two, and what it does to each module.
pub struct Way<'a> {
    /// Its direction.
    pub direction: Direction,
    /// Its name, for findings.
    pub name: String,
    /// Its script.
    pub steps: &'a [Step],
    /// Whether it restarts the emulator, so that all code is new anyway.
    pub restarts: bool,
    /// The modules whose code is replaced, with the place that asks for it.
    pub loaded: HashMap<&'a Atom, Span>,
    /// The modules that go.
    pub removed: HashMap<&'a Atom, Span>,
    /// The modules whose processes are suspended and changed.
    pub changed: HashSet<&'a Atom>,
}

impl<'a> Pair<'a> {
    /// Two releases and the scripts between them, as far as they could be compiled.
    pub fn new(base: &'a Release, target: &'a Release, comparison: &'a Comparison, up: Option<&'a [Step]>, down: Option<&'a [Step]>) -> Pair<'a> {
        let way = |direction, steps: &'a [Step]| Way::new(direction, path_name(&target.rel.vsn.value, &base.rel.vsn.value, direction), steps);
        let ways = up.map(|steps| way(Direction::Up, steps)).into_iter().chain(down.map(|steps| way(Direction::Down, steps))).collect();
        Pair { base, target, comparison, ways }
    }

    /// Tells whether the emulator is restarted on every path, so that what runs is new anyway.
    pub fn restarts(&self) -> bool {
        let all = !self.ways.is_empty() && self.ways.iter().all(|way| way.restarts);
        all || self.base.rel.erts.value != self.target.rel.erts.value
    }

    /// The modules that differ, each with its application.
    pub fn modules(&self) -> impl Iterator<Item = (&ApplicationChange, &ModuleChange)> {
        self.comparison.applications.iter().flat_map(|application| application.modules.iter().map(move |module| (application, module)))
    }

    /// The facts of some kinds about modules, each with its module.
    pub fn module_facts(&self, kinds: &'static [&'static str]) -> impl Iterator<Item = (&ApplicationChange, &ModuleChange, &Fact)> {
        self.modules().flat_map(move |(application, module)| {
            module.facts.iter().filter(move |fact| kinds.contains(&fact.kind)).map(move |fact| (application, module, fact))
        })
    }

    /// The facts of some kinds about applications.
    pub fn application_facts(&self, kinds: &'static [&'static str]) -> impl Iterator<Item = (&ApplicationChange, &Fact)> {
        self.comparison
            .applications
            .iter()
            .flat_map(move |application| application.facts.iter().filter(move |fact| kinds.contains(&fact.kind)).map(move |fact| (application, fact)))
    }

    /// An application of the target, else of the base.
    pub fn application(&self, name: &str) -> Option<&Application> {
        self.target.application(name).or_else(|| self.base.application(name))
    }

    /// Where a person would begin to mend something about an application: its version in the target's `.rel`, else in the base's.
    pub fn place(&self, name: &str) -> Span {
        self.application(name).map_or(Span::GENERATED, |application| application.vsn.span)
    }
}

impl<'a> Way<'a> {
    fn new(direction: Direction, name: String, steps: &'a [Step]) -> Way<'a> {
        let mut way = Way { direction, name, steps, restarts: false, loaded: HashMap::new(), removed: HashMap::new(), changed: HashSet::new() };
        for step in steps {
            let span = step.origin.span();
            match &step.op {
                LowOp::Load(module, ..) => {
                    way.loaded.entry(module).or_insert(span);
                }
                LowOp::Remove(module, ..) => {
                    way.removed.entry(module).or_insert(span);
                }
                LowOp::CodeChange(_, list) => way.changed.extend(list.iter().map(|(module, _)| module)),
                LowOp::RestartEmulator | LowOp::RestartNewEmulator => way.restarts = true,
                LowOp::LoadObjectCode { .. }
                | LowOp::PointOfNoReturn
                | LowOp::Purge(_)
                | LowOp::Suspend(_)
                | LowOp::Resume(_)
                | LowOp::Stop(_)
                | LowOp::Start(_)
                | LowOp::SyncNodes(..)
                | LowOp::Apply { .. }
                | LowOp::Restart
                | LowOp::Reboot => {}
            }
        }
        way
    }
}
