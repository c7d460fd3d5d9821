//! What happens on one path, by module, application and child.

use super::state::Module;
use super::{Event, Failure, ModuleEvent, Node, Phase, Touched};
use crate::release::{Application, Release};
use crate::relup::{ApplicationAction, Child, LowOp, Step};
use crate::term::Atom;
use foldhash::HashMap;
use std::sync::OnceLock;

/// Something that happens to a module at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What.
    pub event: ModuleEvent,
    /// The index of the step.
    pub step: usize,
}

/// The marks of all modules are in one list; each knows the next one of its module.
#[derive(Debug)]
struct Link {
    event: ModuleEvent,
    step: u32,
    next: u32,
}

/// The first and the last mark of a module.
#[derive(Clone, Copy, Debug)]
struct Lane {
    first: u32,
    last: u32,
}

const END: u32 = u32::MAX;

/// What a path does, and at which steps; steps are counted from 0.
#[derive(Debug, Default)]
pub struct Timeline<'a> {
    /// The release that runs before the first step, when it is known.
    before: Option<&'a Release>,
    /// The modules that are named, each with the place of its lane.
    modules: HashMap<&'a Atom, Module>,
    lanes: Vec<Lane>,
    links: Vec<Link>,
    /// The modules by name, once they were asked for.
    sorted: OnceLock<Vec<&'a Atom>>,
    /// What happens to applications, in order.
    applications: Vec<(usize, ApplicationAction, &'a Atom)>,
    /// What happens to children, in order.
    children: Vec<(usize, Child<'a>)>,
    /// Where another function is called, or a process by its name.
    calls: Vec<usize>,
    /// What fails, or does nothing.
    failures: Vec<(usize, Failure<'a>)>,
    restart: Option<usize>,
    no_return: Option<usize>,
    calls_code_server: bool,
}

impl<'a> Timeline<'a> {
    /// Of the script of a path.
    pub fn of(steps: &'a [Step]) -> Timeline<'a> {
        Timeline::run(steps.iter().map(|step| &step.op))
    }

    /// Of the script of a path that begins in a release.
    pub fn from(before: &'a Release, steps: &'a [Step]) -> Timeline<'a> {
        Timeline { before: Some(before), ..Timeline::of(steps) }
    }

    /// Of instructions.
    pub fn run(ops: impl ExactSizeIterator<Item = &'a LowOp> + Clone) -> Timeline<'a> {
        let no_return = ops.clone().position(|op| *op == LowOp::PointOfNoReturn);
        let mut node = Node::new(no_return, ops.len());
        let mut timeline = Timeline { lanes: Vec::with_capacity(ops.len() / 2), links: Vec::with_capacity(ops.len()), ..Timeline::default() };
        for (at, op) in ops.enumerate() {
            node.step(op, &mut |event| timeline.note(at, event));
        }
        timeline.modules = node.into_modules();
        timeline
    }

    fn note(&mut self, at: usize, event: Event<'a>) {
        match event {
            Event::Module(module, event) => self.mark(module, at, event),
            Event::Application(action, name) => self.applications.push((at, action, name)),
            Event::Child(child) => self.children.push((at, child)),
            Event::Code(..) => {
                self.calls_code_server = true;
                self.calls.push(at);
            }
            Event::Process(..) | Event::Called => self.calls.push(at),
            Event::NoReturn => self.no_return = Some(at),
            Event::EmulatorRestarts => self.restart = self.restart.or(Some(at)),
            Event::Failure(failure) => self.failures.push((at, failure)),
        }
    }

    fn mark(&mut self, module: Touched<'_>, at: usize, event: ModuleEvent) {
        // A script has fewer steps than this: it would not fit into memory.
        let (own, step) = (u32::try_from(self.links.len()).unwrap_or(END), u32::try_from(at).unwrap_or(END));
        self.links.push(Link { event, step, next: END });
        let lane = module.index as usize;
        if lane >= self.lanes.len() {
            // Nothing has happened to those that were only named.
            self.lanes.resize(lane + 1, Lane { first: END, last: END });
        }
        let Some(lane) = self.lanes.get_mut(lane) else { return };
        match self.links.get_mut(lane.last as usize) {
            Some(last) => last.next = own,
            None => lane.first = own,
        }
        lane.last = own;
    }

    /// What happens to a module, in order.
    pub fn module(&self, module: &Atom) -> impl Iterator<Item = Mark> + '_ {
        let first = self.lane(module).map_or(END, |lane| lane.first);
        let links = std::iter::successors(self.links.get(first as usize), |link| self.links.get(link.next as usize));
        links.map(|link| Mark { event: link.event, step: link.step as usize })
    }

    fn lane(&self, module: &Atom) -> Option<&Lane> {
        self.lanes.get(self.modules.get(module)?.index as usize).filter(|lane| lane.first != END)
    }

    /// The modules to which something happens, in no order.
    fn touched(&self) -> impl Iterator<Item = &'a Atom> {
        let is_touched = |module: &Module| self.lanes.get(module.index as usize).is_some_and(|lane| lane.first != END);
        self.modules.iter().filter(move |(_, module)| is_touched(module)).map(|(name, _)| *name)
    }

    /// The modules to which something happens, by name.
    pub fn modules(&self) -> &[&'a Atom] {
        self.sorted.get_or_init(|| {
            let mut modules: Vec<&'a Atom> = self.touched().collect();
            modules.sort_unstable();
            modules
        })
    }

    /// How many modules have what is wanted of them.
    pub fn count(&self, wanted: impl Fn(&Atom) -> bool) -> usize {
        self.touched().filter(|module| wanted(module)).count()
    }

    /// At which step something first happens to a module.
    pub fn first(&self, module: &Atom, event: ModuleEvent) -> Option<usize> {
        self.module(module).find(|mark| mark.event == event).map(|mark| mark.step)
    }

    /// At which step something last happens to a module.
    pub fn last(&self, module: &Atom, event: ModuleEvent) -> Option<usize> {
        self.module(module).filter(|mark| mark.event == event).last().map(|mark| mark.step)
    }

    /// Whether something happens to a module.
    pub fn has(&self, module: &Atom, event: ModuleEvent) -> bool {
        self.first(module, event).is_some()
    }

    /// The step that ends the time of a module's former code: it is loaded again, or removed.
    pub fn replaced_at(&self, module: &Atom) -> Option<usize> {
        self.module(module).find(|mark| matches!(mark.event, ModuleEvent::Loaded | ModuleEvent::Removed)).map(|mark| mark.step)
    }

    /// Whether a module is removed before its new code is loaded, so that nothing of the former code is left by then.
    pub fn is_loaded_afresh(&self, module: &Atom) -> bool {
        let removed = self.first(module, ModuleEvent::Removed);
        removed.zip(self.last(module, ModuleEvent::Loaded)).is_some_and(|(removed, loaded)| removed < loaded)
    }

    /// Whether a module is removed for good.
    pub fn is_gone(&self, module: &Atom) -> bool {
        let turns = self.module(module).filter(|mark| matches!(mark.event, ModuleEvent::Removed | ModuleEvent::Loaded));
        turns.last().is_some_and(|mark| mark.event == ModuleEvent::Removed)
    }

    /// Whether the processes of a module are suspended from one step to another.
    pub fn is_suspended(&self, module: &Atom, from: usize, to: usize) -> bool {
        self.is_within(module, (ModuleEvent::Suspended, ModuleEvent::Resumed), from, to)
    }

    /// Whether one event opens a span of steps that holds others, and nothing closes it before their end.
    fn is_within(&self, module: &Atom, (opens, closes): (ModuleEvent, ModuleEvent), from: usize, to: usize) -> bool {
        let mut open = None;
        for mark in self.module(module) {
            if mark.event == opens {
                open = open.or(Some(mark.step));
            } else if mark.event == closes && open.take().is_some_and(|start| start <= from && to <= mark.step) {
                return true;
            }
        }
        open.is_some_and(|start| start <= from)
    }

    /// What a module's last event of two kinds is, when it is the first kind: what was opened and stays open.
    pub fn left(&self, module: &Atom, opens: ModuleEvent, closes: &[ModuleEvent]) -> Option<usize> {
        let mut left = None;
        for mark in self.module(module) {
            if mark.event == opens {
                left = Some(mark.step);
            } else if closes.contains(&mark.event) {
                left = None;
            }
        }
        left
    }

    /// What happens to applications, in order.
    pub fn applications(&self) -> &[(usize, ApplicationAction, &'a Atom)] {
        &self.applications
    }

    /// From which steps to which an application does not run, in order. One that is started without being stopped before does
    /// not run from the beginning, unless the release before has it.
    pub fn stops(&self, application: &str) -> Vec<(usize, usize)> {
        let mut spans: Vec<(usize, usize)> = Vec::new();
        for (at, action, _) in self.applications.iter().filter(|(_, _, name)| name.as_str() == application) {
            match action {
                ApplicationAction::Stop => spans.push((*at, usize::MAX)),
                ApplicationAction::Start | ApplicationAction::StartAll => match spans.last_mut() {
                    Some((_, end)) => *end = (*end).min(*at),
                    None if self.before.is_some_and(|release| release.application(application).is_some_and(Application::starts)) => {}
                    None => spans.push((0, *at)),
                },
                ApplicationAction::Load | ApplicationAction::Unload => {}
            }
        }
        spans
    }

    /// Whether an application does not run from one step to another.
    pub fn is_stopped(&self, application: &str, from: usize, to: usize) -> bool {
        self.stops(application).into_iter().any(|(start, end)| start <= from && to <= end)
    }

    /// What happens to children of supervisors, in order.
    pub fn children(&self) -> &[(usize, Child<'a>)] {
        &self.children
    }

    /// The steps that call a function of which only its code says what it does.
    pub fn calls(&self) -> &[usize] {
        &self.calls
    }

    /// What fails on the node, or does nothing there.
    pub fn failures(&self) -> &[(usize, Failure<'a>)] {
        &self.failures
    }

    /// When a failure at a step is noticed; `None` where the step does not fail.
    pub fn phase(&self, at: usize, failure: Failure<'_>) -> Option<Phase> {
        failure.phase(self.no_return.is_some_and(|point| at < point))
    }

    /// The step that restarts the emulator.
    pub fn restart(&self) -> Option<usize> {
        self.restart
    }

    /// The point of no return.
    pub fn no_return(&self) -> Option<usize> {
        self.no_return
    }

    /// Whether the code server is called: what that loads cannot be seen from the script.
    pub fn calls_code_server(&self) -> bool {
        self.calls_code_server
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relup::{Purge, Suspended};
    use crate::term::Term;

    fn load(module: &str) -> LowOp {
        LowOp::Load(Atom::new(module), Purge::Brutal, Purge::Brutal)
    }

    fn read(modules: &[&str]) -> LowOp {
        LowOp::LoadObjectCode { lib: Atom::new("a"), vsn: Box::new(Term::string("1")), modules: modules.iter().map(|name| Atom::new(name)).collect() }
    }

    fn names(names: &[&str]) -> Vec<Atom> {
        names.iter().map(|name| Atom::new(name)).collect()
    }

    fn suspend(module: &str) -> LowOp {
        LowOp::Suspend(vec![Suspended { module: Atom::new(module), timeout: None }])
    }

    #[test]
    fn a_load_uses_up_what_was_read() {
        let ops = [load("m"), read(&["m"]), LowOp::PointOfNoReturn, load("m"), load("m")];
        let timeline = Timeline::run(ops.iter());
        let failures: Vec<usize> =
            timeline.failures().iter().filter(|(_, failure)| matches!(failure, Failure::NoObjectCode { .. })).map(|(at, _)| *at).collect();
        assert_eq!(failures, [0, 4]);
        assert_eq!(timeline.first(&Atom::new("m"), ModuleEvent::Loaded), Some(0));
        assert_eq!(timeline.last(&Atom::new("m"), ModuleEvent::Loaded), Some(4));
    }

    #[test]
    fn spans_have_two_ends() {
        let m = Atom::new("m");
        let ops = [LowOp::PointOfNoReturn, suspend("m"), load("n"), LowOp::Resume(names(&["m"])), load("n"), suspend("m"), load("n")];
        let timeline = Timeline::run(ops.iter());
        assert!(timeline.is_suspended(&m, 2, 2) && !timeline.is_suspended(&m, 4, 4) && timeline.is_suspended(&m, 6, 6));
        assert_eq!(timeline.left(&m, ModuleEvent::Suspended, &[ModuleEvent::Resumed]), Some(5));
    }

    #[test]
    fn an_application_that_was_not_stopped_is_new() {
        let call = |function: &str, name: &str| LowOp::application_call(function, vec![Term::atom(name)]);
        let ops = [LowOp::PointOfNoReturn, call("start", "new"), call("stop", "old"), load("m"), call("ensure_all_started", "old"), call("stop", "gone")];
        let timeline = Timeline::run(ops.iter());
        assert_eq!(timeline.stops("new"), [(0, 1)]);
        assert_eq!(timeline.stops("old"), [(2, 4)]);
        assert_eq!(timeline.stops("gone"), [(5, usize::MAX)]);
    }

    #[test]
    fn what_the_release_handler_refuses() {
        let ops =
            [suspend("m"), LowOp::PointOfNoReturn, read(&["m"]), LowOp::RestartEmulator, LowOp::PointOfNoReturn, LowOp::Reboot, LowOp::RestartNewEmulator];
        let timeline = Timeline::run(ops.iter());
        let failures: Vec<Failure<'_>> = timeline.failures().iter().map(|(_, failure)| *failure).collect();
        let expected = [Failure::ChangesEarly, Failure::ReadLate, Failure::NotLast, Failure::SecondNoReturn, Failure::Unknown, Failure::NewEmulatorLate];
        assert_eq!(failures, expected);
    }
}
