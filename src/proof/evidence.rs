//! What was seen of a path, and what was not.

use super::by_hand::unseen;
use super::environment::{Environment, environments};
use super::form::covers;
use crate::appup::Direction;
use crate::compare::{Change, Presence, computed_at_boot};
use crate::diag::Property;
use crate::interpret::{Child, Supervisor, Value};
use crate::lint::{Pair, Passage, Route};
use crate::node::{ModuleEvent, Summary};
use crate::release::Release;
use crate::relup::{Call, LowOp, Timeout};
use crate::source::{Trees, join};
use crate::term::{Atom, TermKind};
use std::collections::{BTreeMap, BTreeSet};

/// How long the release handler waits for a process to be suspended unless an instruction says otherwise, in milliseconds
/// (`release_handler_1`, OTP 25 to 29).
const DEFAULT_TIMEOUT: u64 = 5_000;

/// Processes that a path suspends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspension {
    /// The module that they are found by.
    pub module: Atom,
    /// The step, from 0.
    pub step: usize,
    /// How long the release handler waits for each, in milliseconds; `None` for any time.
    pub timeout: Option<u64>,
    /// How many there are, where supervisors list them one by one.
    pub processes: Option<u64>,
}

/// What was seen of a path.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// Its name.
    pub path: String,
    /// Its direction.
    pub direction: Direction,
    /// The version before and the version after it.
    pub versions: (String, String),
    /// What it does.
    pub summary: Summary,
    /// How many instructions it has.
    pub steps: usize,
    /// What it suspends.
    pub suspended: Vec<Suspension>,
    /// What it does to the environment of applications.
    pub environment: Vec<Environment>,
    /// What proves a property, unless a finding says otherwise.
    pub seen: BTreeMap<Property, String>,
    /// What keeps a property from being proved.
    pub unseen: BTreeMap<Property, Vec<String>>,
}

/// Looks at a path between two releases.
pub fn evidence(pair: &Pair<'_>, route: &Route<'_>, trees: &Trees<'_>) -> Evidence {
    let (from, to) = (pair.side(route.direction, false), pair.side(route.direction, true));
    let mut evidence = Evidence {
        path: route.name.clone(),
        direction: route.direction,
        versions: (from.rel.vsn.value.clone(), to.rel.vsn.value.clone()),
        summary: Summary::of(&route.timeline),
        steps: route.steps.len(),
        suspended: suspended(pair, route),
        environment: Vec::new(),
        seen: BTreeMap::new(),
        unseen: BTreeMap::new(),
    };
    steps(pair, route, to, trees, &mut evidence);
    if let Some(at) = route.timeline.restart() {
        let new = format!("the emulator restarts at step {}, and starts release {}", at + 1, to.rel.vsn.value);
        for property in Property::ALL.into_iter().filter(|property| *property != Property::Steps) {
            evidence.saw(property, new.clone());
        }
        return evidence;
    }
    code(pair, route, to, &mut evidence);
    processes(pair, route, &mut evidence);
    for module in route.timeline.modules() {
        if route.timeline.module(module).filter(|mark| mark.event == ModuleEvent::Converted).count() > 1 {
            let why = format!("`{module}` converts its states twice: whether `code_change` takes what it has returned is not visible");
            evidence.missed(Property::State, why);
        }
    }
    for module in route.timeline.modules() {
        let is_unread = |after: bool| {
            let release = pair.side(route.direction, after);
            release.owner_of(module.as_str()).is_some() && pair.facts(release, module).is_none()
        };
        if is_unread(false) || is_unread(true) {
            evidence.missed(Property::State, format!("`{module}` could not be read: what its processes keep was not followed"));
        }
    }
    for module in pair.asked_by_path(route) {
        evidence.missed(Property::State, format!("the path calls processes of `{module}`: what it makes of their state is not followed"));
    }
    forms(pair, route, &mut evidence);
    let converted = route.updated().len();
    let loaded = route.timeline.count(|module| route.timeline.has(module, ModuleEvent::Loaded));
    evidence.saw(Property::State, format!("modules loaded: {loaded}, converted: {converted}; what their processes keep was followed through both releases"));
    unseen(pair, route).into_iter().for_each(|(property, why)| evidence.missed(property, why));
    for (module, done) in pair.started_in_own_code(route) {
        let place = format!("line {} of `{}`", done.line.0, done.by);
        evidence.missed(
            Property::Deaths,
            format!("`{module}` starts processes that run its code ({place}): one that lasts until the old code is purged is killed"),
        );
    }
    leftovers(route, &mut evidence);
    let purged = route.timeline.count(|module| route.timeline.has(module, ModuleEvent::Purged));
    evidence.saw(Property::Deaths, format!("modules purged: {purged}; no process was seen to run their old code"));
    configuration(pair, route, to, trees, &mut evidence);
    evidence
}

impl Evidence {
    fn saw(&mut self, property: Property, what: String) {
        self.seen.entry(property).or_insert(what);
    }

    fn missed(&mut self, property: Property, why: String) {
        let reasons = self.unseen.entry(property).or_default();
        if !reasons.contains(&why) {
            reasons.push(why);
        }
    }
}

/// Whether what is kept has the form that the new code gives to it.
fn forms(pair: &Pair<'_>, route: &Route<'_>, evidence: &mut Evidence) {
    for Passage { passed, from, to, .. } in pair.passages().filter(|passage| passage.route.direction == route.direction) {
        let any_of = |states: &[Value]| states.iter().cloned().fold(Value::NEVER, Value::or);
        for (module, (_, old)) in &from.processes {
            let Some((_, new)) = to.processes.get(module).filter(|_| !pair.none_lives_on(route, passed, module)) else { continue };
            let kept = passed.made_of(module).unwrap_or(&old.states);
            let (kept, made) = (any_of(kept), any_of(&new.states));
            if !kept.is_never() && !made.is_never() && !covers(&made, &kept) {
                evidence.missed(Property::State, format!("processes of `{module}` keep something of another form than the code after the path gives to it"));
            }
        }
        for (what, name, kept) in passed.left.each() {
            if to.stored.each().any(|(other, known, made)| (what, name) == (other, known) && !covers(made, kept)) {
                evidence.missed(Property::State, format!("{what} `{name}` has something of another form than the code after the path puts there"));
            }
        }
    }
}

/// Whether each step finds what it needs: object code in the release being installed, functions that are called.
fn steps(pair: &Pair<'_>, route: &Route<'_>, to: &Release, trees: &Trees<'_>, evidence: &mut Evidence) {
    for (at, step) in route.steps.iter().enumerate() {
        if let LowOp::LoadObjectCode { lib, .. } = &step.op
            && to.application(lib.as_str()).is_some_and(|library| library.compiled(trees).is_empty())
        {
            evidence.missed(Property::Steps, format!("`{lib}` has no compiled modules in the files that were given"));
        }
        if let LowOp::Apply { module, function, arguments } = &step.op
            && Call::of(&step.op).is_none()
        {
            let side = pair.side(route.direction, route.is_new_at(module, at));
            let arity = arguments.items().map_or(0, |items| items.len());
            let what = if pair.look(side, module).is_some() { "whether it fails" } else { "whether it exists" };
            evidence.missed(Property::Steps, format!("step {} calls `{module}:{function}/{arity}`: {what} is not visible", at + 1));
        }
        if let LowOp::SyncNodes(..) = &step.op {
            evidence.missed(Property::Steps, format!("step {} waits for other nodes", at + 1));
        }
    }
    evidence.saw(Property::Steps, format!("instructions: {}; all object code is in release {}", route.steps.len(), to.rel.vsn.value));
}

/// Whether all code was compared.
fn code(pair: &Pair<'_>, route: &Route<'_>, to: &Release, evidence: &mut Evidence) {
    if route.timeline.calls_code_server() {
        evidence.missed(Property::Code, "a call of the code server loads what the script does not name".to_owned());
    }
    let mut compared = 0;
    for application in &pair.comparison.applications {
        let unread = application.impacts.iter().chain(application.modules.iter().flat_map(|module| &module.impacts));
        if unread.clone().any(|impact| matches!(impact.change, Change::CodeMissing(_) | Change::CodeUnreadable(_))) {
            evidence.missed(Property::Code, format!("some compiled modules of `{}` cannot be read", application.name));
        }
        compared += application.modules.len() + application.same_modules;
    }
    for impact in &pair.comparison.impacts {
        if let Change::NotCompared(names) = &impact.change {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            evidence.missed(Property::Code, format!("not compared: {}", names.join(", ")));
        }
    }
    let gone = pair.comparison.applications.iter().filter(|application| application.presence != Presence::Both).count();
    let words = format!(
        "applications that differ: {} ({gone} of them added or removed), modules compared by MD5: {compared}; those that differ are loaded from release {} or removed",
        pair.comparison.applications.len(),
        to.rel.vsn.value
    );
    evidence.saw(Property::Code, words);
}

/// Whether processes that are updated are children of supervisors that list their module.
fn processes(pair: &Pair<'_>, route: &Route<'_>, evidence: &mut Evidence) {
    let mut wanted: BTreeSet<&Atom> = BTreeSet::new();
    for module in route.timeline.modules() {
        if route.timeline.module(module).any(|mark| matches!(mark.event, ModuleEvent::Suspended | ModuleEvent::Converted | ModuleEvent::Stopped)) {
            wanted.insert(module);
        }
    }
    let mut found = Vec::new();
    for module in &wanted {
        match place(pair, route, module) {
            Some(words) => found.push(words),
            None => evidence.missed(Property::Processes, format!("no supervisor was seen that lists `{module}`")),
        }
    }
    let words = match found.len() {
        0 => "no process is updated".to_owned(),
        _ => found.join("; "),
    };
    evidence.saw(Property::Processes, words);
}

/// Where the release handler finds the processes of a module.
fn place(pair: &Pair<'_>, route: &Route<'_>, module: &Atom) -> Option<String> {
    let supervisors = pair.running_supervisors(route.direction);
    let lists = |child: &Child| child.modules.as_ref().is_some_and(|modules| modules.contains(module));
    let children = |supervisor: &Supervisor| supervisor.children.iter().flatten().find(|child| lists(child)).map(|child| child.id.to_string());
    let listed = supervisors.iter().find_map(|(name, supervisor)| Some((name, children(supervisor)?)));
    if let Some((supervisor, id)) = listed {
        return Some(format!("`{module}` is child `{id}` of `{supervisor}`"));
    }
    // The topmost supervisor of an application is found by its own module.
    let from = pair.side(route.direction, false);
    let is_top = |application: &crate::release::Application| {
        let callback = application.file.callback.as_ref();
        callback.and_then(|callback| pair.facts(from, &callback.value)).is_some_and(|facts| facts.tops.contains(module))
    };
    let top = from.applications.iter().filter(|application| application.starts()).find(|application| is_top(application))?;
    Some(format!("`{module}` is the topmost supervisor of `{}`", top.name.value))
}

/// What the path suspends, with the number of processes that supervisors list one by one.
fn suspended(pair: &Pair<'_>, route: &Route<'_>) -> Vec<Suspension> {
    let supervisors = pair.running_supervisors(route.direction);
    let count = |module: &Atom| {
        let is_template = |supervisor: &Supervisor| supervisor.is_template() || supervisor.children.is_none();
        let children = || supervisors.values().filter(|supervisor| !is_template(supervisor)).flat_map(|supervisor| supervisor.children.iter().flatten());
        let listed = children().filter(|child| child.modules.as_ref().is_some_and(|modules| modules.contains(module))).count();
        u64::try_from(listed).ok().filter(|listed| *listed > 0)
    };
    let steps = route.steps.iter().enumerate().filter_map(|(at, step)| if let LowOp::Suspend(list) = &step.op { Some((at, list)) } else { None });
    steps
        .flat_map(|(at, list)| list.iter().map(move |suspended| (at, suspended)))
        .map(|(step, suspended)| Suspension {
            module: suspended.module.clone(),
            step,
            timeout: match &suspended.timeout {
                None | Some(Timeout::Default) => Some(DEFAULT_TIMEOUT),
                Some(Timeout::Infinity) => None,
                // A number that does not fit is longer than any upgrade.
                Some(Timeout::Milliseconds(term)) => {
                    Some(if let TermKind::Int(value) = term.kind { u64::try_from(value).unwrap_or(u64::MAX) } else { u64::MAX })
                }
            },
            processes: count(&suspended.module),
        })
        .collect()
}

/// What is suspended or stopped is counted; the rules report what stays so.
fn leftovers(route: &Route<'_>, evidence: &mut Evidence) {
    let count = |event| route.timeline.count(|module| route.timeline.has(module, event));
    let (suspended, stopped, removed) = (count(ModuleEvent::Suspended), count(ModuleEvent::Stopped), count(ModuleEvent::Removed));
    let words = format!("modules suspended and resumed: {suspended}, stopped and started: {stopped}, removed and purged: {removed}");
    evidence.saw(Property::Leftovers, words);
}

/// Files that compute configuration when a node boots; an upgrade reads only `.app` files and `sys.config`.
fn configuration(pair: &Pair<'_>, route: &Route<'_>, to: &Release, trees: &Trees<'_>, evidence: &mut Evidence) {
    let folder = to.folder();
    for (name, what) in computed_at_boot(trees, &folder) {
        evidence.missed(Property::Configuration, format!("`{name}` {what}, which an upgrade does not do: what it sets is lost"));
    }
    let side = if evidence.direction == Direction::Up { 1 } else { 0 };
    for file in pair.comparison.environments.included.get(side).into_iter().flatten() {
        evidence.missed(Property::Configuration, format!("`sys.config` has `{file}` read besides, whose keys are not followed"));
    }
    evidence.environment = environments(&pair.comparison.environments, evidence.direction, |name| !route.timeline.stops(name).is_empty());
    let mut untaken: Vec<String> = Vec::new();
    for one in evidence.environment.iter().filter(|one| one.taken == Some(true) && !one.restarts) {
        let keys: Vec<String> = one.keys.iter().filter(|key| !pair.takes_in(to, &one.application, &key.name)).map(|key| format!("`{}`", key.name)).collect();
        if !keys.is_empty() {
            untaken.push(format!("whether `config_change/3` of `{}` takes in {} is not visible", one.application, keys.join(", ")));
        }
    }
    untaken.into_iter().for_each(|why| evidence.missed(Property::Configuration, why));
    let has_config = trees.get(folder.tree).is_file(&join(&folder.path, "sys.config"));
    let from = if has_config { "`.app` files and `sys.config`" } else { "`.app` files" };
    let changes: Vec<String> = evidence.environment.iter().map(|one| format!("; keys of `{}` that differ: {}", one.application, one.keys.len())).collect();
    evidence.saw(Property::Configuration, format!("built from the {from} of release {}, as at a start{}", to.rel.vsn.value, changes.concat()));
}
