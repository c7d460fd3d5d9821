//! What the supervisors that run before a path know and run when it has ended, as the calls about their children and their updates show.

use super::Route;
use super::lives::Passed;
use super::pair::Pair;
use crate::interpret::{Child, Done, Supervisor, Value, id_of};
use crate::node::ModuleEvent;
use crate::term::Atom;
use std::collections::HashMap;

/// A child that a supervisor knows.
#[derive(Clone)]
pub(super) struct Known<'a> {
    /// Its id.
    pub id: &'a Value,
    /// Its specification.
    pub spec: &'a Child,
    /// Whether it runs.
    pub runs: bool,
    /// The specification that it was started by.
    pub started_by: &'a Child,
    /// The last step that stopped or started it.
    pub changed_at: Option<usize>,
    /// Whether that step fails to start it, as its code is not there yet.
    pub fails: bool,
}

/// Calls about children that cannot be followed.
pub struct Unclear {
    /// What they are about, in words.
    pub about: String,
    /// Whether the call itself may fail.
    pub fails: bool,
}

/// A supervisor of both releases at the end of a path.
pub(super) struct Followed<'a> {
    /// Its module.
    pub module: &'a Atom,
    /// What the new release starts.
    pub after: &'a [Child],
    /// What it knows.
    pub known: Vec<Known<'a>>,
    /// Whether calls are about its children.
    pub has_calls: bool,
}

impl Pair<'_> {
    /// The supervisors whose children can be followed through a path, and the names of those about which there are calls that cannot.
    pub(super) fn followed(&self, route: &Route<'_>) -> (Vec<Followed<'_>>, Vec<Unclear>) {
        let (from, to) = (self.lives.half(route.direction, false), self.lives.half(route.direction, true));
        let Some(passed) = self.lives.passed(route.direction) else { return (Vec::new(), Vec::new()) };
        let calls: Vec<&(usize, Done)> = passed.applied.iter().filter(|(_, done)| done.is_about_child()).collect();
        let mut unclear: Vec<Unclear> = Vec::new();
        // A supervisor of unknown name may be any, and so may one that a converted process calls, now or later.
        let is_known = |name: &Value| from.of_name(name).is_some() || to.of_name(name).is_some();
        for (_, done) in &calls {
            match done.arguments.first() {
                Some(name) if is_known(name) => {}
                name => {
                    let about = name.map_or_else(
                        || "children of a supervisor".to_owned(),
                        |name| format!("children of `{name}`, a name that was not seen to be registered"),
                    );
                    unclear.push(Unclear { about, fails: true });
                }
            }
        }
        let others = passed.converted.values().flat_map(|conversion| &conversion.done).chain(passed.later.values().flatten().map(|(_, done)| done));
        unclear.extend(others.filter(|done| done.is_about_child()).map(|done| Unclear { about: format!("children, which `{}` makes", done.by), fails: false }));
        if !unclear.is_empty() {
            return (Vec::new(), unclear);
        }
        // Each call by its supervisor, and how many children run a module: neither is looked for again for each supervisor.
        let mut own: HashMap<&Atom, Vec<&(usize, Done)>> = HashMap::new();
        for call in calls {
            if let Some(module) = call.1.arguments.first().and_then(|name| from.of_name(name)) {
                own.entry(module).or_default().push(call);
            }
        }
        let mut running: HashMap<&Atom, usize> = HashMap::new();
        for child in from.children().filter_map(|child| child.runs.as_ref()) {
            *running.entry(child).or_default() += 1;
        }
        let mut followed = Vec::new();
        for (module, old) in &from.supervisors {
            let own = own.get(module).map(Vec::as_slice).unwrap_or_default();
            let Some(new) = to.supervisors.get(module) else { continue };
            match self.follow(route, (passed, &running), module, (old, new), own) {
                Some(one) => followed.push(one),
                None if !own.is_empty() => unclear.push(Unclear { about: format!("children of `{module}`"), fails: false }),
                None => {}
            }
        }
        (followed, unclear)
    }

    /// The calls about children that cannot be followed.
    pub fn unclear_children(&self, route: &Route<'_>) -> Vec<Unclear> {
        self.followed(route).1
    }

    fn follow<'a>(
        &self,
        route: &Route<'_>,
        (passed, running): (&'a Passed, &HashMap<&Atom, usize>),
        module: &'a Atom,
        (old, new): (&'a Supervisor, &'a Supervisor),
        calls: &[&'a (usize, Done)],
    ) -> Option<Followed<'a>> {
        if old.is_template() || new.is_template() || !old.is_certain || !new.is_certain || self.ends(route, passed, module) {
            return None;
        }
        let (before, after) = (old.children.as_ref()?, new.children.as_ref()?);
        let known = |child: &'a Child| Known { id: &child.id, spec: child, runs: true, started_by: child, changed_at: None, fails: false };
        let mut all: Vec<Known<'a>> = before.iter().map(known).collect();
        let mut updates = route.timeline.module(module).filter(|mark| mark.event == ModuleEvent::Converted).map(|mark| mark.step).peekable();
        for (step, done) in calls {
            while updates.peek().is_some_and(|update| update < step) {
                self.take_in(route, &mut all, (before, after), module, updates.next()?);
            }
            // A function of one's own may look at what a call returns.
            let [_, given] = done.arguments.as_slice() else { return None };
            let id = if done.function.as_str() == "start_child" { id_of(given)? } else { given.clone() };
            let child = before.iter().chain(after).find(|child| child.id == id);
            // The specification of a temporary child goes with its process.
            let of_id = before.iter().chain(after).filter(|child| child.id == id);
            let stays = of_id.clone().all(|child| child.restart.as_ref().is_some_and(|restart| restart.as_str() != "temporary"));
            if !done.by.as_str().is_empty() || !id.is_literal() || !stays {
                return None;
            }
            let starts = matches!(done.function.as_str(), "start_child" | "restart_child");
            let runs = child.and_then(|child| child.runs.as_ref());
            // Another child may still have its name.
            let own = before.iter().filter(|other| other.id == id && other.runs.as_ref() == runs).count();
            if starts && runs.is_some_and(|runs| running.get(runs).is_some_and(|all| *all > own)) {
                return None;
            }
            let is_new = runs.is_some_and(|runs| self.side(route.direction, false).owner_of(runs.as_str()).is_none());
            let fails = starts && is_new && runs.is_some_and(|runs| !route.is_new_at(runs, *step));
            let place = all.iter().position(|known| *known.id == id);
            match (done.function.as_str(), place.and_then(|place| all.get_mut(place))) {
                ("start_child", None) => {
                    // One that the new release does not have is of no interest here.
                    all.extend(after.iter().find(|child| child.id == id).map(|child| Known { runs: !fails, changed_at: Some(*step), fails, ..known(child) }));
                }
                ("restart_child", Some(child)) if !child.runs => {
                    (child.runs, child.started_by, child.changed_at, child.fails) = (!fails, child.spec, Some(*step), fails)
                }
                ("terminate_child", Some(child)) => (child.runs, child.changed_at) = (false, Some(*step)),
                ("delete_child", Some(child)) if !child.runs => all.retain(|known| *known.id != id),
                // The supervisor refuses the rest (RL0622).
                _ => {}
            }
        }
        for update in updates {
            self.take_in(route, &mut all, (before, after), module, update);
        }
        Some(Followed { module, after, known: all, has_calls: !calls.is_empty() })
    }

    /// Whether a supervisor ends at some step, and so do all its children.
    fn ends(&self, route: &Route<'_>, passed: &Passed, module: &Atom) -> bool {
        let from = self.lives.half(route.direction, false);
        let owner = self.side(route.direction, false).owner_of(module.as_str()).map_or("", |application| application.name.value.as_str());
        let is_stopped = route.timeline.applications().iter().any(|(_, _, name)| name.as_str() == owner);
        let above = |other: &Atom| from.supervisors.contains_key(other) && other != module;
        is_stopped || self.is_stopped(route, module) || self.starts_again(route, module) || passed.stopped.keys().any(above)
    }

    /// What an update of a supervisor does, by the code that runs then: what it knows gets its new specification, what is new is known
    /// and does not run, and what is gone stays as it is (`supervisor:code_change/3`, OTP 25 to 29).
    fn take_in<'a>(&self, route: &Route<'_>, known: &mut Vec<Known<'a>>, (before, after): (&'a [Child], &'a [Child]), module: &Atom, at: usize) {
        for child in if route.is_new_at(module, at) { after } else { before } {
            match known.iter_mut().find(|known| *known.id == child.id) {
                Some(known) => known.spec = child,
                None => known.push(Known { id: &child.id, spec: child, runs: false, started_by: child, changed_at: None, fails: false }),
            }
        }
    }
}
