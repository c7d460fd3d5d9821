//! Two releases with what changed between them and the paths that lead over, as the rules see them.

use super::Between;
use crate::appup::{self, Direction, Entry, Instruction};
use crate::beam::{Beam, Facts, Known, Supervision};
use crate::compare::{ApplicationChange, Comparison, Fact, Habits, Link, ModuleChange};
use crate::diag::Findings;
use crate::plan::{Appups, path_name};
use crate::release::{Application, Release};
use crate::relup::{LowOp, Step};
use crate::source::Trees;
use crate::span::{Span, Spanned};
use crate::term::{Atom, Term};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

/// Two releases.
pub struct Pair<'a> {
    /// The old release.
    pub base: &'a Release,
    /// The new release.
    pub target: &'a Release,
    /// What changed.
    pub comparison: &'a Comparison,
    /// The calls that only one of the releases can serve.
    pub links: &'a [Link],
    /// The target's appups.
    pub appups: &'a Appups,
    /// Where files are read from.
    pub trees: &'a Trees<'a>,
    /// The paths that could be compiled.
    pub ways: Vec<Way<'a>>,
    /// The paths of the target's relup that are others than those that could be compiled.
    written: Vec<Way<'a>>,
    /// The supervisors that were looked for, by release and application.
    supervisors: Mutex<Supervisors>,
}

/// Supervisors by release and application.
type Supervisors = HashMap<(usize, String), Arc<Vec<Supervisor>>>;

/// A supervisor, or the callback module of an Elixir application that starts children.
#[derive(Clone, Debug)]
pub struct Supervisor {
    /// Its module.
    pub module: Atom,
    /// What it starts, or why that is not known.
    pub children: Known<Supervision>,
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
    /// Until which step the code of a module is the old one.
    pub gone_at: HashMap<&'a Atom, usize>,
    /// From which step on the code of a module is the new one.
    pub come_at: HashMap<&'a Atom, usize>,
    /// From which step to which the processes of a module are suspended.
    pub suspended: HashMap<&'a Atom, (usize, usize)>,
    /// Whether it calls the code server itself: what that loads cannot be seen from the script.
    pub loads_by_call: bool,
    /// From which steps to which an application does not run.
    pub stopped: HashMap<&'a str, Vec<(usize, usize)>>,
}

impl<'a> Pair<'a> {
    /// Two releases and the scripts between them, as far as they could be compiled.
    pub fn new(
        between: &Between<'a>,
        target: &'a Release,
        comparison: &'a Comparison,
        links: &'a [Link],
        appups: &'a Appups,
        trees: &'a Trees<'a>,
    ) -> Pair<'a> {
        let base = between.base;
        let way = |direction, steps: &'a [Step]| Way::new(direction, path_name(&target.rel.vsn.value, &base.rel.vsn.value, direction), steps);
        let up = between.up.map(|steps| way(Direction::Up, steps));
        let ways = up.into_iter().chain(between.down.map(|steps| way(Direction::Down, steps))).collect();
        let mut written = Vec::new();
        if let Some(relup) = between.relup {
            for (direction, entries, compiled) in [(Direction::Up, &relup.up, between.up), (Direction::Down, &relup.down, between.down)] {
                let entry = entries.iter().find(|entry| entry.version == base.rel.vsn.value);
                let is_same = |steps: &[Step]| compiled.is_some_and(|compiled| compiled.iter().map(|step| &step.op).eq(steps.iter().map(|step| &step.op)));
                written.extend(entry.filter(|entry| !is_same(&entry.steps)).map(|entry| way(direction, entry.steps.as_slice())));
            }
        }
        Pair { base, target, comparison, links, appups, trees, ways, written, supervisors: Mutex::default() }
    }

    /// Whether the emulator is restarted on every path, so that what runs is new anyway.
    pub fn restarts(&self) -> bool {
        let all = !self.ways.is_empty() && self.ways.iter().all(|way| way.restarts);
        all || self.base.rel.erts.value != self.target.rel.erts.value
    }

    /// The paths of the target's relup that are others than those that could be compiled.
    pub fn written_ways(&self) -> &[Way<'a>] {
        &self.written
    }

    /// The paths on which the emulator runs on.
    pub fn hot_ways(&self) -> impl Iterator<Item = &Way<'a>> {
        self.ways.iter().filter(|way| !way.restarts)
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

    /// What an upgrade has to know of the processes that a path finds of each module that differs.
    pub fn habits(&self, direction: Direction) -> HashMap<&str, Habits> {
        let side = |module: &ModuleChange| match direction {
            Direction::Up => module.habits.0,
            Direction::Down => module.habits.1,
        };
        self.modules().map(|(_, module)| (module.name.as_str(), side(module))).collect()
    }

    /// An application of the target, else of the base.
    pub fn application(&self, name: &str) -> Option<&'a Application> {
        self.target.application(name).or_else(|| self.base.application(name))
    }

    /// The application that a module belongs to, in the target, else in the base.
    pub fn library_of(&self, module: &Atom) -> Option<&'a Application> {
        self.target.library_of(module.as_str()).or_else(|| self.base.library_of(module.as_str()))
    }

    /// Where a person would begin to fix something about an application: its version in the target's `.rel`, else in the base's.
    pub fn place(&self, name: &str) -> Span {
        self.application(name).map_or(Span::GENERATED, |application| application.vsn.span)
    }

    /// Where an application's change is written down: the entry of its appup that counts on an upgrade, else its version.
    pub fn change(&self, name: &str) -> Span {
        self.entry(name, Direction::Up).map_or_else(|| self.place(name), |entry| entry.version.span())
    }

    /// The entry of an application's appup that counts for a direction, when there is one.
    pub fn entry(&self, name: &str, direction: Direction) -> Option<&'a Entry> {
        let old = self.base.application(name)?;
        self.appups.get(name)?.entries(direction).list.iter().find(|entry| entry.version.takes(&old.vsn.value) == Ok(true))
    }

    /// What the appups of applications that change say for a direction: each application and its instructions.
    pub fn written(&self, direction: Direction) -> impl Iterator<Item = (&'a ApplicationChange, Vec<Instruction>)> {
        let both = self.comparison.applications.iter().filter(|application| application.base != application.target);
        both.filter_map(move |application| {
            let entry = self.entry(&application.name, direction)?;
            Some((application, appup::read_script(&entry.script, &mut Findings::default())))
        })
    }

    /// The release whose code runs before a path, or after it.
    pub fn side(&self, direction: Direction, after: bool) -> &'a Release {
        if (direction == Direction::Up) == after { self.target } else { self.base }
    }

    /// The supervisors of an application in one of the releases, with what they start, as far as it is written out.
    pub fn supervisors(&self, release: &Release, application: &str) -> Arc<Vec<Supervisor>> {
        let key = (std::ptr::from_ref(release).addr(), application.to_owned());
        // A rule that panicked leaves the list whole.
        let all = || self.supervisors.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all().get(&key) {
            return Arc::clone(known);
        }
        let listed = release.application(application).map(|application| application.file.modules.as_slice()).unwrap_or_default();
        let supervisor = |module: &Spanned<Atom>| {
            let children = self.look(release, &module.value, |beam| Facts::of(beam).ok()?.children)?;
            Some(Supervisor { module: module.value.clone(), children })
        };
        let supervisors = Arc::new(listed.iter().filter_map(supervisor).collect());
        all().insert(key, Arc::clone(&supervisors));
        supervisors
    }

    /// Has a look at the compiled file of a module in one of the releases; `None` when there is none that can be read.
    pub fn look<R>(&self, release: &Release, module: &Atom, see: impl FnOnce(&Beam<'_>) -> Option<R>) -> Option<R> {
        let library = release.library_of(module.as_str()).filter(|library| library.compiled(self.trees).contains(module.as_str()))?;
        let spot = library.beam(module.as_str());
        let bytes = self.trees.get(spot.tree).read(&spot.path).ok()?;
        see(&Beam::open(&bytes).ok()?)
    }
}

impl<'a> Way<'a> {
    fn new(direction: Direction, name: String, steps: &'a [Step]) -> Way<'a> {
        let mut way = Way {
            direction,
            name,
            steps,
            restarts: false,
            loaded: HashMap::new(),
            removed: HashMap::new(),
            changed: HashSet::new(),
            gone_at: HashMap::new(),
            come_at: HashMap::new(),
            suspended: HashMap::new(),
            stopped: HashMap::new(),
            loads_by_call: false,
        };
        for (at, step) in steps.iter().enumerate() {
            way.add(at, step);
        }
        way
    }

    fn add(&mut self, at: usize, step: &'a Step) {
        let span = step.origin.span();
        match &step.op {
            LowOp::Load(module, ..) => {
                self.loaded.entry(module).or_insert(span);
                self.gone_at.entry(module).or_insert(at);
                self.come_at.insert(module, at);
            }
            LowOp::Remove(module, ..) => {
                self.removed.entry(module).or_insert(span);
                self.gone_at.entry(module).or_insert(at);
            }
            LowOp::Suspend(list) => {
                for suspended in list {
                    self.suspended.insert(&suspended.module, (at, usize::MAX));
                }
            }
            LowOp::Resume(list) => {
                for module in list {
                    if let Some((_, end)) = self.suspended.get_mut(module) {
                        *end = at;
                    }
                }
            }
            LowOp::CodeChange(_, list) => self.changed.extend(list.iter().map(|(module, _)| module)),
            LowOp::RestartEmulator | LowOp::RestartNewEmulator => self.restarts = true,
            LowOp::Apply { module, function, arguments } => match (module.as_str(), function.as_str(), first_atom(arguments)) {
                ("code", function, _) if function.contains("load") => self.loads_by_call = true,
                ("application", "stop", Some(name)) => self.stopped.entry(name.as_str()).or_default().push((at, usize::MAX)),
                ("application", "start" | "ensure_started", Some(name)) => {
                    let spans = self.stopped.entry(name.as_str()).or_default();
                    match spans.last_mut().filter(|(_, end)| *end == usize::MAX) {
                        Some((_, end)) => *end = at,
                        // One that is started without being stopped before is new.
                        None => spans.push((0, at)),
                    }
                }
                _ => {}
            },
            LowOp::LoadObjectCode { .. }
            | LowOp::PointOfNoReturn
            | LowOp::Purge(_)
            | LowOp::Stop(_)
            | LowOp::Start(_)
            | LowOp::SyncNodes(..)
            | LowOp::Restart
            | LowOp::Reboot => {}
        }
    }

    /// Whether a module is removed before its new code is loaded, so that nothing of the old one is left by then.
    pub fn loads_afresh(&self, module: &str) -> bool {
        let at = |map: &HashMap<&Atom, usize>| map.iter().find(|(known, _)| known.as_str() == module).map(|(_, at)| *at);
        matches!((at(&self.gone_at), at(&self.come_at)), (Some(gone), Some(come)) if gone < come)
    }

    /// The modules that go for good, in order, with the place that asks for it.
    pub fn gone(&self) -> Vec<(&'a Atom, Span)> {
        let mut gone: Vec<_> = self.removed.iter().filter(|(module, _)| !self.loaded.contains_key(*module)).map(|(module, span)| (*module, *span)).collect();
        gone.sort_unstable();
        gone
    }

    /// The modules that are loaded and whose processes are changed, in order, with the place that asks for it.
    pub fn updated(&self) -> Vec<(&'a Atom, Span)> {
        let mut updated: Vec<_> = self.changed.iter().filter_map(|module| Some((*module, *self.loaded.get(module)?))).collect();
        updated.sort_unstable();
        updated
    }

    /// Whether the processes of a module are still from one step to another: suspended, or their application stopped.
    pub fn is_still(&self, module: &Atom, application: Option<&Application>, from: usize, to: usize) -> bool {
        self.suspended.get(module).is_some_and(|(start, end)| *start <= from && to <= *end) || self.is_away(application, from, to)
    }

    /// Whether the processes of an application are not there from one step to another. Stopping a library stops no process.
    fn is_away(&self, application: Option<&Application>, from: usize, to: usize) -> bool {
        let own = application.filter(|application| application.file.callback.is_some());
        own.is_some_and(|application| self.is_stopped(application.name.value.as_str(), from, to))
    }

    /// Whether the processes of a module are stopped before its new code comes and started again: by `stop` and `start`, by
    /// calls of its supervisor with a child called like the module, or with the whole application.
    pub fn starts_anew(&self, module: &Atom, application: Option<&Application>) -> bool {
        let gone = self.gone_at.get(module).copied().unwrap_or_default();
        let stops = |step: &Step| {
            if let LowOp::Stop(list) = &step.op {
                return list.contains(module);
            }
            let LowOp::Apply { module: supervisor, function, arguments } = &step.op else { return false };
            let child = arguments.as_list().and_then(|list| list.get(1)?.as_atom());
            supervisor.as_str() == "supervisor" && function.as_str() == "terminate_child" && child == Some(module)
        };
        self.steps.iter().take(gone).any(stops) || self.is_away(application, gone, gone)
    }

    /// Whether an application does not run from one step to another.
    pub fn is_stopped(&self, application: &str, from: usize, to: usize) -> bool {
        self.stopped.get(application).into_iter().flatten().any(|(start, end)| *start <= from && to <= *end)
    }

    /// Whether two modules come or go by one instruction for their whole application.
    pub fn is_one_instruction(&self, one: usize, other: usize) -> bool {
        let cause = |at: usize| self.steps.get(at).map(|step| &step.origin.cause);
        cause(one).is_some() && cause(one) == cause(other)
    }
}

/// The first of some arguments, when it is an atom.
fn first_atom(arguments: &Term) -> Option<&Atom> {
    arguments.as_list()?.first()?.as_atom()
}
