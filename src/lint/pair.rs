//! Two releases with what changed between them and the paths that lead over, as the rules see them.

use super::lives::{Half, Lives, Passed};
use crate::appup::{self, Direction, Entry, Instruction};
use crate::beam::{self, Beams, Expr, Facts, Known, Look, Program, SPAWNS, Supervision};
use crate::compare::{ApplicationChange, Change, Comparison, Depth, Habits, Impact, Link, ModuleChange};
use crate::diag::Findings;
use crate::interpret::{self, Done, Value};
use crate::node::{ModuleEvent, Timeline};
use crate::plan::{Appups, path_name};
use crate::release::{Application, Release};
use crate::relup::{Child, ChildAction, Relup, Step};
use crate::span::{Span, Spanned};
use crate::term::print::brief;
use crate::term::{Atom, Term};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

/// A base of the target, with the scripts between the two as far as they could be compiled.
#[derive(Clone, Copy, Debug)]
pub struct Between<'a> {
    /// The old release.
    pub base: &'a Release,
    /// The script to the target.
    pub up: Option<&'a [Step]>,
    /// The script back.
    pub down: Option<&'a [Step]>,
    /// The relup that the target has, when it is to be looked at.
    pub relup: Option<&'a Relup>,
    /// Whether the scripts are those of an existing relup, and not compiled from the appups.
    pub is_given: bool,
    /// What changed.
    pub comparison: &'a Comparison,
    /// The calls that only one of the releases can serve.
    pub links: &'a [Link],
}

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
    /// The compiled modules.
    pub beams: Beams<'a>,
    /// The paths that could be compiled, or that were given.
    pub routes: Vec<Route<'a>>,
    /// Whether they were given, and not compiled from the appups.
    pub is_given: bool,
    /// The paths of the target's relup that are others than those that could be compiled.
    existing: Vec<Route<'a>>,
    /// What the appups say, up and down, once it was asked for.
    instructions: [OnceLock<BTreeMap<&'a str, Vec<Instruction>>>; 2],
    /// The supervisors that were looked for, by release and application.
    supervisors: Mutex<Supervisors>,
    /// The modules that were looked for, in the old and in the new release.
    looks: [RwLock<foldhash::HashMap<Atom, Option<Arc<Look<'a>>>>>; 2],
    /// The modules of behaviours, by what they export.
    pub(super) implementers: OnceLock<BTreeMap<(Atom, u32), Vec<Atom>>>,
    /// What lives on between the two.
    pub(super) lives: Lives,
}

/// How many expressions and patterns are looked at in all, about; and for each module, at least and at most.
const ALL_STEPS: usize = 2_000_000;
const FEWEST_STEPS: usize = 1_500;
const MOST_STEPS: usize = 40_000;
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

/// A path on which the emulator runs on, and what lives on across it.
pub struct Passage<'p, 'a> {
    /// The path.
    pub route: &'p Route<'a>,
    /// What it does.
    pub passed: &'p Passed,
    /// The release before it.
    pub from: &'p Half,
    /// The release after it.
    pub to: &'p Half,
}

/// A path between the two, and what it does to each module.
pub struct Route<'a> {
    /// Its direction.
    pub direction: Direction,
    /// Its name, for findings.
    pub name: String,
    /// Its script.
    pub steps: &'a [Step],
    /// What the script does, and when.
    pub timeline: Timeline<'a>,
}

impl<'a> Pair<'a> {
    /// Two releases and the scripts between them, as far as they could be compiled.
    pub fn new(between: &Between<'a>, target: &'a Release, appups: &'a Appups, beams: Beams<'a>) -> Pair<'a> {
        let Between { base, comparison, links, .. } = *between;
        let route = |direction, steps: &'a [Step]| {
            let before = if direction == Direction::Up { base } else { target };
            Route::new(direction, path_name(&target.rel.vsn.value, &base.rel.vsn.value, direction), before, steps)
        };
        let up = between.up.map(|steps| route(Direction::Up, steps));
        let routes = up.into_iter().chain(between.down.map(|steps| route(Direction::Down, steps))).collect();
        let mut existing = Vec::new();
        if between.is_given {
            existing.extend([(Direction::Up, between.up), (Direction::Down, between.down)].into_iter().filter_map(|(way, steps)| Some(route(way, steps?))));
        }
        if let Some(relup) = between.relup {
            for (direction, entries, compiled) in [(Direction::Up, &relup.up, between.up), (Direction::Down, &relup.down, between.down)] {
                let entry = entries.iter().find(|entry| entry.version == base.rel.vsn.value);
                let is_same = |steps: &[Step]| compiled.is_some_and(|compiled| compiled.iter().map(|step| &step.op).eq(steps.iter().map(|step| &step.op)));
                existing.extend(entry.filter(|entry| !is_same(&entry.steps)).map(|entry| route(direction, entry.steps.as_slice())));
            }
        }
        Pair {
            base,
            target,
            comparison,
            links,
            appups,
            beams,
            routes,
            is_given: between.is_given,
            existing,
            instructions: Default::default(),
            supervisors: Mutex::default(),
            looks: Default::default(),
            implementers: OnceLock::new(),
            lives: Lives::default(),
        }
    }

    /// Whether the emulator is restarted on every path, so that what runs is new anyway.
    pub fn restarts(&self) -> bool {
        let all = !self.routes.is_empty() && self.routes.iter().all(|route| route.restarts());
        all || self.base.rel.erts.value != self.target.rel.erts.value
    }

    /// The paths of the target's relup that are others than those that could be compiled.
    pub fn existing_routes(&self) -> &[Route<'a>] {
        &self.existing
    }

    /// The paths on which the emulator runs on.
    pub fn hot_routes(&self) -> impl Iterator<Item = &Route<'a>> {
        self.routes.iter().filter(|route| !route.restarts())
    }

    /// The modules that differ, each with its application.
    pub fn modules(&self) -> impl Iterator<Item = (&ApplicationChange, &ModuleChange)> {
        self.comparison.applications.iter().flat_map(|application| application.modules.iter().map(move |module| (application, module)))
    }

    /// The facts about modules whose change is wanted, each with its module.
    pub fn module_impacts(&self, wanted: fn(&Change) -> bool) -> impl Iterator<Item = (&ApplicationChange, &ModuleChange, &Impact)> {
        self.modules()
            .flat_map(move |(application, module)| module.impacts.iter().filter(move |fact| wanted(&fact.change)).map(move |fact| (application, module, fact)))
    }

    /// The facts about applications whose change is wanted.
    pub fn application_impacts(&self, wanted: fn(&Change) -> bool) -> impl Iterator<Item = (&ApplicationChange, &Impact)> {
        self.comparison
            .applications
            .iter()
            .flat_map(move |application| application.impacts.iter().filter(move |fact| wanted(&fact.change)).map(move |fact| (application, fact)))
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
    pub fn owner_of(&self, module: &Atom) -> Option<&'a Application> {
        self.target.owner_of(module.as_str()).or_else(|| self.base.owner_of(module.as_str()))
    }

    /// Where a person would begin to fix something about an application: its version in the target's `.rel`, else in the base's.
    pub fn place(&self, name: &str) -> Span {
        self.application(name).map_or(Span::GENERATED, |application| application.vsn.span)
    }

    /// Where an application's change is written down: the entry of its appup that counts on an upgrade, else its version.
    pub fn change(&self, name: &str) -> Span {
        self.entry(name, Direction::Up).map_or_else(|| self.place(name), |entry| entry.version.span())
    }

    /// Where an application's change is written down for a direction.
    pub fn change_on(&self, name: &str, direction: Direction) -> Span {
        self.entry(name, direction).map_or_else(|| self.place(name), |entry| entry.version.span())
    }

    /// The entry of an application's appup that counts for a direction, when there is one.
    pub fn entry(&self, name: &str, direction: Direction) -> Option<&'a Entry> {
        let old = self.base.application(name)?;
        self.appups.get(name)?.entry(direction, &old.vsn.value)
    }

    /// What the appups of applications that change say for a direction: the instructions by application.
    pub fn instructions(&self, direction: Direction) -> &BTreeMap<&'a str, Vec<Instruction>> {
        let read = match direction {
            Direction::Up => &self.instructions[0],
            Direction::Down => &self.instructions[1],
        };
        read.get_or_init(|| {
            let both = self.comparison.applications.iter().filter(|application| application.base != application.target);
            let read = both.filter_map(|application| {
                let entry = self.entry(&application.name, direction)?;
                Some((application.name.as_str(), appup::read_script(&entry.script, &mut Findings::default())))
            });
            read.collect()
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
        let compiled = release.application(application).filter(|application| !application.compiled(self.beams.trees()).is_empty());
        let listed = compiled.map(|application| application.file.modules.as_slice()).unwrap_or_default();
        let supervisor = |module: &Spanned<Atom>| {
            let children = self.facts(release, &module.value)?.children.clone()?;
            Some(Supervisor { module: module.value.clone(), children })
        };
        let supervisors = Arc::new(listed.iter().filter_map(supervisor).collect());
        all().insert(key, Arc::clone(&supervisors));
        supervisors
    }

    /// Whether a call is about a child of a supervisor: its id, and the supervisor's name. A name that is not the module of another
    /// known supervisor may be any registered name.
    pub fn is_about(&self, release: &Release, supervisor: &Supervisor, supervision: &Supervision, child: &beam::Child, call: &Child<'_>) -> bool {
        let is_other = |name: &Atom| *name != supervisor.module && release.owner_of(name.as_str()).is_some();
        let names_it = call.supervisor.as_atom().is_none_or(|name| !is_other(name));
        // Children of a template are named by their pids.
        !supervision.is_template() && names_it && call.id.is_some_and(|id| brief(id) == child.id)
    }

    /// Whether the processes of a module are terminated by a call before a step, as far as the specifications of a release show
    /// which children run it; where they do not, a child called like the module counts.
    pub fn is_terminated(&self, route: &Route<'_>, release: &Release, module: &Atom, before: usize) -> bool {
        let calls = || route.timeline.children().iter().filter(|(at, call)| *at < before && call.action == ChildAction::Terminate).map(|(_, call)| call);
        if calls().next().is_none() {
            return false;
        }
        let application = release.owner_of(module.as_str()).map_or("", |library| library.name.value.as_str());
        let mut is_known = false;
        for supervisor in self.supervisors(release, application).iter() {
            let Known::Known(supervision) = &supervisor.children else { continue };
            for child in supervision.children.iter().filter(|child| child.start.as_ref() == Some(module)) {
                is_known = true;
                if calls().any(|call| self.is_about(release, supervisor, supervision, child, call)) {
                    return true;
                }
            }
        }
        !is_known && calls().any(|call| call.id.and_then(Term::as_atom) == Some(module))
    }

    /// Whether the processes of a module are stopped before its new code is loaded, and started again: by `stop` and `start`, by
    /// calls of their supervisor, or with the whole application.
    pub fn starts_again(&self, route: &Route<'_>, module: &Atom) -> bool {
        let from = self.side(route.direction, false);
        let replaced = route.timeline.replaced_at(module).unwrap_or_default();
        let stopped = route.timeline.first(module, ModuleEvent::Stopped).is_some_and(|at| at < replaced);
        let called = self.lives.passed(route.direction).and_then(|passed| passed.stopped.get(module)).is_some_and(|at| *at < replaced);
        let by_calls = (called || self.is_terminated(route, from, module, replaced)) && self.are_all_terminated(route, module, replaced);
        stopped || by_calls || route.is_away(from.owner_of(module.as_str()), replaced, replaced)
    }

    /// The paths on which the emulator runs on, with what they do and what lives on before and after them.
    pub fn passages(&self) -> impl Iterator<Item = Passage<'_, 'a>> {
        self.hot_routes().filter_map(|route| {
            let (from, to) = (self.lives.half(route.direction, false), self.lives.half(route.direction, true));
            Some(Passage { route, passed: self.lives.passed(route.direction)?, from, to })
        })
    }

    /// Whether `config_change/3` of an application's callback module is seen to do something with a key: it names it, or calls something.
    pub fn takes_in(&self, release: &Release, application: &str, key: &str) -> bool {
        let callback = release.application(application).and_then(|application| application.file.callback.as_ref());
        let program = callback.and_then(|callback| self.program(release, &callback.value));
        let Some(function) = program.and_then(|program| program.function(&Atom::new("config_change"), 3)) else { return false };
        let mut takes = false;
        function.visit(&mut |expr| {
            takes |= matches!(expr, Expr::Call(..) | Expr::Apply(..) | Expr::Op(..)) || matches!(expr, Expr::Atom(atom) if atom.to_string() == key);
        });
        takes
    }

    /// Where a path loads a module; else the version of its application.
    pub fn place_of(&self, route: &Route<'_>, module: &Atom) -> Span {
        let application = self.owner_of(module).map_or("", |application| application.name.value.as_str());
        route.loaded(module).unwrap_or_else(|| self.change_on(application, route.direction))
    }

    /// Whether a module is another one in the two releases, debug information aside.
    pub fn has_other_code(&self, module: &Atom) -> bool {
        self.modules().any(|(_, change)| change.name == module.as_str() && change.depth != Depth::Debug)
    }

    /// The modules being loaded whose processes calls of a path talk to.
    pub fn asked_by_path(&self, route: &Route<'_>) -> Vec<Atom> {
        let passed = self.lives.passed(route.direction);
        passed.into_iter().flat_map(|passed| &passed.asked).filter(|module| route.loaded(module).is_some()).cloned().collect()
    }

    /// Whether no process of a module lives on over a path: all begin again, or calls of the path stop them.
    pub fn none_lives_on(&self, route: &Route<'_>, passed: &Passed, module: &Atom) -> bool {
        passed.stopped.contains_key(module) || self.starts_again(route, module)
    }

    /// The modules being loaded of which processes are started that run their code outside of any behaviour, each with a call that does.
    pub fn started_in_own_code(&self, route: &Route<'_>) -> BTreeMap<Atom, Done> {
        let half = self.lives.half(route.direction, false);
        let mut started = BTreeMap::new();
        for done in half.all_done().filter(|done| SPAWNS.iter().any(|(owner, functions)| done.is(owner, functions))) {
            let mut funs = Vec::new();
            done.arguments.iter().for_each(|argument| argument.own_funs(&mut funs));
            let named = done.arguments.windows(2).filter_map(|pair| if let [Value::Atom(owner), Value::Atom(_)] = pair { Some(owner) } else { None });
            for module in funs.into_iter().map(|(module, _)| module).chain(named) {
                // One below `sys` goes on in the new code when it was suspended.
                let goes_on = || {
                    route.converts(module)
                        && self
                            .facts(self.side(route.direction, false), module)
                            .is_some_and(|facts| facts.exports.iter().any(|(name, _)| name.as_str() == "system_continue"))
                };
                if route.loaded(module).is_some() && !self.starts_again(route, module) && !goes_on() {
                    started.entry(module.clone()).or_insert_with(|| done.clone());
                }
            }
        }
        started
    }

    /// Whether calls before a step terminate each of the children that run a module, where there are several.
    fn are_all_terminated(&self, route: &Route<'_>, module: &Atom, before: usize) -> bool {
        let half = self.lives.half(route.direction, false);
        let ids: Vec<&Value> = half.children().filter(|child| child.runs.as_ref() == Some(module)).map(|child| &child.id).collect();
        let applied = self.lives.passed(route.direction).map(|passed| passed.applied.as_slice()).unwrap_or_default();
        let is_ended =
            |id: &Value| applied.iter().any(|(at, done)| *at < before && done.function.as_str() == "terminate_child" && done.arguments.get(1) == Some(id));
        // With a supervisor all that is below it ends.
        let is_above = |child: &interpret::Child| child.runs.as_ref().is_some_and(|runs| half.supervisors.contains_key(runs)) && is_ended(&child.id);
        ids.len() < 2 || half.children().any(is_above) || ids.into_iter().all(is_ended)
    }

    /// Whether the processes of a module are stopped at any step: by `stop`, or by calls of their supervisor.
    pub fn is_stopped(&self, route: &Route<'_>, module: &Atom) -> bool {
        let called = self.lives.passed(route.direction).is_some_and(|passed| passed.stopped.contains_key(module));
        let from = self.side(route.direction, false);
        called || route.timeline.has(module, ModuleEvent::Stopped) || self.is_terminated(route, from, module, route.steps.len())
    }

    /// The supervisors that run before a path, by module, as their own code comes to them.
    pub fn running_supervisors(&self, direction: Direction) -> &BTreeMap<Atom, interpret::Supervisor> {
        &self.lives.half(direction, false).supervisors
    }

    /// A look at a module of one of the releases; `None` when it has no compiled file.
    pub fn look(&self, release: &Release, module: &Atom) -> Option<Arc<Look<'a>>> {
        debug_assert!(std::ptr::eq(release, self.base) || std::ptr::eq(release, self.target), "one of the two");
        // Rules ask about the same modules again and again.
        let looks = if std::ptr::eq(release, self.base) { &self.looks[0] } else { &self.looks[1] };
        // A rule that panicked leaves the list whole.
        if let Some(known) = looks.read().unwrap_or_else(PoisonError::into_inner).get(module) {
            return known.clone();
        }
        let owner = release.owner_of(module.as_str()).filter(|library| library.compiled(self.beams.trees()).contains(module.as_str()));
        let look = owner.map(|library| Arc::new(self.beams.at(&library.beam(module.as_str()))));
        looks.write().unwrap_or_else(PoisonError::into_inner).insert(module.clone(), look.clone());
        look
    }

    /// The functions of a module in one of the releases; `None` when its debug information is missing.
    pub fn program(&self, release: &Release, module: &Atom) -> Option<Arc<Program>> {
        self.look(release, module)?.program()
    }

    /// Whether what the processes of a module keep, or the children of a supervisor, was seen to be the same in both releases, although
    /// it is not written out where they start.
    pub fn is_seen_to_stay(&self, module: &Atom) -> bool {
        let (base, target) = (&self.lives.base, &self.lives.target);
        // What is written out is compared as it is written.
        let is_computed = |release| self.facts(release, module).is_some_and(|facts| matches!(facts.children, Some(Known::Unknown(_))));
        if is_computed(self.base) || is_computed(self.target) {
            let both = base.supervisors.get(module).zip(target.supervisors.get(module));
            return both.is_some_and(|(old, new)| old.children.is_some() && old.answer.as_ref().is_some_and(Value::has_form) && old.answer == new.answer);
        }
        let definitions = |release| self.facts(release, module).map(|facts| (facts.records.clone(), facts.structure.clone()));
        if definitions(self.base) != definitions(self.target) {
            return false;
        }
        let Some(((_, old), (_, new))) = base.processes.get(module).zip(target.processes.get(module)) else { return false };
        let is_known = !old.is_cut_short && !new.is_cut_short && !old.states.is_empty() && old.states.iter().all(Value::has_form);
        is_known && old.states.len() == new.states.len() && old.states.iter().all(|state| new.states.contains(state))
    }

    /// The children of a supervisor in both releases, where each of them was seen, although they are not written out.
    pub fn computed_children(&self, module: &Atom) -> Option<(&[interpret::Child], &[interpret::Child])> {
        let known = |half: &Half| half.supervisors.get(module).is_some_and(|known| known.is_certain && known.children.is_some());
        if !known(&self.lives.base) || !known(&self.lives.target) {
            return None;
        }
        let (old, new) = (self.lives.base.supervisors.get(module)?.children.as_deref()?, self.lives.target.supervisors.get(module)?.children.as_deref()?);
        let is_seen = |child: &interpret::Child| child.start.as_ref().is_some_and(|start| start.2.has_form()) && child.id.is_literal();
        old.iter().chain(new).all(is_seen).then_some((old, new))
    }

    /// How many expressions and patterns may be looked at for one module: the more modules differ, the fewer.
    pub(super) fn steps(&self) -> usize {
        let modules = self.comparison.applications.iter().map(|application| application.modules.len() + application.same_modules).sum::<usize>();
        (ALL_STEPS / modules.max(1)).clamp(FEWEST_STEPS, MOST_STEPS)
    }

    /// What is known of a module of one of the releases; `None` when that cannot be read.
    pub fn facts(&self, release: &Release, module: &Atom) -> Option<Arc<Facts>> {
        self.look(release, module)?.facts()
    }
}

impl<'a> Route<'a> {
    fn new(direction: Direction, name: String, before: &'a Release, steps: &'a [Step]) -> Route<'a> {
        Route { direction, name, steps, timeline: Timeline::from(before, steps) }
    }

    /// Whether it restarts the emulator, so that all code is new anyway.
    pub fn restarts(&self) -> bool {
        self.timeline.restart().is_some()
    }

    /// What asks for a step.
    pub fn span(&self, at: usize) -> Span {
        self.steps.get(at).map_or(Span::GENERATED, |step| step.origin.span())
    }

    /// What asks for a module to be loaded, when it is.
    pub fn loaded(&self, module: &Atom) -> Option<Span> {
        self.timeline.first(module, ModuleEvent::Loaded).map(|at| self.span(at))
    }

    /// What asks for a module to be removed, when it is; it may be loaded again.
    pub fn removed(&self, module: &Atom) -> Option<Span> {
        self.timeline.first(module, ModuleEvent::Removed).map(|at| self.span(at))
    }

    /// Whether processes of a module convert their state.
    pub fn converts(&self, module: &Atom) -> bool {
        self.timeline.has(module, ModuleEvent::Converted)
    }

    /// Whether they do at a step: a `code_change` of processes that are not suspended reaches none.
    pub fn converts_at(&self, module: &Atom, at: usize) -> bool {
        self.timeline.module(module).any(|mark| mark.event == ModuleEvent::Converted && mark.step == at)
    }

    /// The modules that are removed for good, in order, with the place that asks for it.
    pub fn gone(&self) -> Vec<(&'a Atom, Span)> {
        let modules = self.timeline.modules().iter().copied();
        modules.filter(|module| self.timeline.is_gone(module)).filter_map(|module| Some((module, self.removed(module)?))).collect()
    }

    /// The modules that are loaded and whose processes are changed, in order, with the place that asks for it.
    pub fn updated(&self) -> Vec<(&'a Atom, Span)> {
        let modules = self.timeline.modules().iter().copied();
        modules.filter(|module| self.converts(module)).filter_map(|module| Some((module, self.loaded(module)?))).collect()
    }

    /// Whether the code of a module that runs at a step is that of the release being installed.
    pub fn is_new_at(&self, module: &Atom, at: usize) -> bool {
        self.timeline.last(module, ModuleEvent::Loaded).is_some_and(|loaded| loaded < at)
    }

    /// Whether the processes of a module do not run from one step to another: suspended, or their application stopped.
    pub fn is_still(&self, module: &Atom, application: Option<&Application>, from: usize, to: usize) -> bool {
        self.timeline.is_suspended(module, from, to) || self.is_away(application, from, to)
    }

    /// Whether the processes of an application do not exist from one step to another. Stopping a library stops no process.
    pub fn is_away(&self, application: Option<&Application>, from: usize, to: usize) -> bool {
        let own = application.filter(|application| application.file.callback.is_some());
        own.is_some_and(|application| self.timeline.is_stopped(application.name.value.as_str(), from, to))
    }

    /// Whether two modules are loaded or removed by one instruction for their whole application.
    pub fn is_one_instruction(&self, one: usize, other: usize) -> bool {
        let cause = |at: usize| self.steps.get(at).map(|step| &step.origin.cause);
        cause(one).is_some() && cause(one) == cause(other)
    }
}
