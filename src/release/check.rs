//! Checks across the applications of a release, and the order they are started in (`systools_make:check_applications/1`
//! and `sort_appls/1`, OTP 25 to 29): every check runs, whatever the others found.

use super::faults::{self, Clash};
use super::{Application, Listed};
use crate::diag::Findings;
use crate::span::{Span, Spanned};
use crate::term::Atom;
use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

/// What the checks find out about applications.
pub struct Checked {
    /// The order that puts dependencies first; where there is none, that of the `.rel`.
    pub order: Vec<usize>,
    /// Which application each module belongs to.
    pub modules: HashMap<Atom, Listed>,
}

/// Checks the applications (in `.rel` order). Those that are `absent` are known to be, and it was said why.
pub fn check(applications: &[Application], absent: &HashSet<Atom>, listed: Span, found: &mut Findings) -> Checked {
    let before = found.count(crate::diag::Severity::Error);
    check_undefined(applications, absent, listed, found);
    clashes(applications, |app| &app.file.registered, found, |clash| clash.registered());
    clashes(applications, |app| &app.includes, found, |clash| clash.included());
    let modules = clashes(applications, |app| &app.file.modules, found, |clash| clash.module());
    let includers = Includers::new(applications);
    let acyclic = includers.check_cycles(applications, found);
    let is_sound = acyclic && absent.is_empty() && found.count(crate::diag::Severity::Error) == before;
    let ordered = acyclic.then(|| {
        let needs = Needs::new(applications, &includers);
        // What follows from a fault that is known is not said.
        let mut followed = Findings::default();
        order(applications, &includers, &needs, if is_sound { found } else { &mut followed })
    });
    let order = ordered.flatten().unwrap_or_else(|| (0..applications.len()).collect());
    Checked { order, modules }
}

fn check_undefined(applications: &[Application], absent: &HashSet<Atom>, listed: Span, found: &mut Findings) {
    let absent = absent.iter().map(Atom::as_str);
    let known: HashSet<&str> = applications.iter().map(|app| app.name.value.as_str()).chain(absent).collect();
    for app in applications {
        let mut optional = Spared::new(app);
        let needed = app.file.applications.iter().filter(|name| !optional.spares(name.value.as_str()));
        for (name, how) in needed.map(|name| (name, "needs")).chain(app.includes.iter().map(|name| (name, "includes"))) {
            if !known.contains(name.value.as_str()) {
                found.push(faults::undefined_application(name, &app.name.value, how, Some(listed)));
            }
        }
    }
}

/// The optional applications of one: each name in the list spares one use of it (`Uses -- Optional`).
struct Spared<'a> {
    left: HashMap<&'a str, usize>,
}

impl<'a> Spared<'a> {
    fn new(app: &'a Application) -> Spared<'a> {
        let mut left = HashMap::new();
        for name in &app.file.optional {
            *left.entry(name.value.as_str()).or_default() += 1;
        }
        Spared { left }
    }

    fn spares(&mut self, name: &str) -> bool {
        match self.left.get_mut(name) {
            Some(count @ 1..) => {
                *count -= 1;
                true
            }
            Some(0) | None => false,
        }
    }
}

/// Reports names that are in the lists of two applications, or twice in one; gives the first application of each.
fn clashes<'a>(
    applications: &'a [Application],
    names: impl Fn(&'a Application) -> &'a [Spanned<Atom>],
    found: &mut Findings,
    report: impl Fn(&Clash<'_>) -> crate::diag::Diagnostic,
) -> HashMap<Atom, Listed> {
    let mut first: HashMap<Atom, Listed> = HashMap::with_capacity(applications.iter().map(|app| names(app).len()).sum());
    for (at, app) in applications.iter().enumerate() {
        for (position, name) in names(app).iter().enumerate() {
            let known = first.get(&name.value).and_then(|listed| Some((listed, applications.get(listed.application)?)));
            match known {
                Some((listed, known)) => {
                    let written = names(known).get(listed.position).unwrap_or(name);
                    found.push(report(&Clash { name, by: &app.name.value, first: written, first_by: &known.name.value }));
                }
                None => {
                    first.insert(name.value.clone(), Listed { application: at, position });
                }
            }
        }
    }
    first
}

/// Which application includes which.
struct Includers<'a> {
    by: HashMap<&'a str, usize>,
    index: HashMap<&'a str, usize>,
}

impl<'a> Includers<'a> {
    fn new(applications: &'a [Application]) -> Includers<'a> {
        let mut index = HashMap::new();
        let mut by = HashMap::new();
        for (at, app) in applications.iter().enumerate() {
            index.entry(app.name.value.as_str()).or_insert(at);
            for name in &app.includes {
                by.entry(name.value.as_str()).or_insert(at);
            }
        }
        Includers { by, index }
    }

    /// The application that includes this one.
    fn includer(&self, applications: &[Application], at: usize) -> Option<usize> {
        let name = applications.get(at)?.name.value.as_str();
        self.by.get(name).copied()
    }

    fn check_cycles(&self, applications: &[Application], found: &mut Findings) -> bool {
        // 0: not seen, 1: on the chain from the current one, 2: known to end.
        let mut state = vec![0u8; applications.len()];
        let mut acyclic = true;
        for start in 0..applications.len() {
            let mut way = Vec::new();
            let mut at = Some(start);
            while let Some(current) = at {
                match state.get_mut(current) {
                    Some(seen @ 0) => *seen = 1,
                    Some(1) => {
                        acyclic = false;
                        if let Some(app) = applications.get(current) {
                            found.push(faults::inclusion_cycle(&app.name.value, app.name.span));
                        }
                        break;
                    }
                    _ => break,
                }
                way.push(current);
                at = self.includer(applications, current);
            }
            for seen in way {
                if let Some(seen) = state.get_mut(seen) {
                    *seen = 2;
                }
            }
        }
        acyclic
    }

    /// For each application the outermost one that includes it, itself when none does.
    fn tops(&self, applications: &[Application]) -> Vec<usize> {
        let mut tops: Vec<Option<usize>> = vec![None; applications.len()];
        for start in 0..applications.len() {
            let mut way = vec![start];
            let top = loop {
                let current = way.last().copied().unwrap_or(start);
                if let Some(Some(top)) = tops.get(current) {
                    break *top;
                }
                match self.includer(applications, current) {
                    Some(next) => way.push(next),
                    None => break current,
                }
            };
            for at in way {
                if let Some(slot) = tops.get_mut(at) {
                    *slot = Some(top);
                }
            }
        }
        tops.into_iter().enumerate().map(|(at, top)| top.unwrap_or(at)).collect()
    }
}

/// What each application needs to be started before it.
struct Needs<'a> {
    lists: Vec<Vec<Need<'a>>>,
}

/// Something an application needs.
#[derive(Clone, Copy)]
struct Need<'a> {
    name: &'a str,
    /// Where it is in the release; nowhere for an optional one that the release does not have.
    at: Option<usize>,
    /// Whether it is included, not used.
    is_included: bool,
}

impl<'a> Needs<'a> {
    /// Uses of included applications become uses of what includes them; both lists are sorted as in the `.rel`.
    fn new(applications: &'a [Application], includers: &Includers<'a>) -> Needs<'a> {
        let tops = includers.tops(applications);
        let needs = |app: &'a Application| {
            let need = |name: &'a str, is_included| Need { name, at: includers.index.get(name).copied(), is_included };
            let mut used: Vec<Need<'_>> = uses(app, applications, includers, &tops).into_iter().map(|name| need(name, false)).collect();
            let mut included: Vec<Need<'_>> = app.includes.iter().map(|name| need(name.value.as_str(), true)).collect();
            used.sort_by_key(|need| need.at.unwrap_or(usize::MAX));
            included.sort_by_key(|need| need.at.unwrap_or(usize::MAX));
            used.append(&mut included);
            used
        };
        Needs { lists: applications.iter().map(needs).collect() }
    }
}

/// The names that an application uses, where one that is included in another stands for its outermost includer
/// (`add_top_apps_to_uses/3`): name by name, each look at the list as the names before it have left it.
fn uses<'a>(app: &'a Application, applications: &'a [Application], includers: &Includers<'a>, tops: &[usize]) -> Vec<&'a str> {
    let name_at = |at: usize| applications.get(at).map_or("", |app| app.name.value.as_str());
    let top_of = |name: &'a str| match includers.by.get(name) {
        None => name,
        Some(includer) => name_at(tops.get(*includer).copied().unwrap_or(*includer)),
    };
    let written = || app.file.applications.iter().map(|name| name.value.as_str());
    let own_top = top_of(app.name.value.as_str());
    let mut counts: HashMap<&str, usize> = HashMap::new();
    written().for_each(|name| *counts.entry(name).or_default() += 1);
    let mut order: Vec<&'a str> = written().collect();
    let remove = |counts: &mut HashMap<&str, usize>, name: &str| {
        if let Some(count) = counts.get_mut(name) {
            *count = count.saturating_sub(1);
        }
    };
    for used in written() {
        if used == own_top {
            // What is included may use its own top.
            remove(&mut counts, used);
        } else if includers.by.contains_key(used) {
            let top = top_of(used);
            if counts.get(top).is_some_and(|count| *count > 0) {
                remove(&mut counts, used);
            } else if top != own_top {
                remove(&mut counts, used);
                *counts.entry(top).or_default() += 1;
                order.push(top);
            }
        }
    }
    order.retain(|name| {
        let left = counts.get_mut(name).filter(|count| **count > 0);
        left.map(|count| *count -= 1).is_some()
    });
    order
}

/// The work list of `sort_appls`: the first application is held back until those it needs, pulled before it, are
/// done.
fn order(applications: &[Application], includers: &Includers<'_>, needs: &Needs<'_>, found: &mut Findings) -> Option<Vec<usize>> {
    let mut list = WorkList::new(applications, includers);
    let mut result = Vec::with_capacity(applications.len());
    let mut circle: Vec<usize> = Vec::new();
    let mut missing: Vec<(usize, Need<'_>, bool)> = Vec::new();
    while let Some(at) = list.pop() {
        let mut pulled = Vec::new();
        let mut lost: Vec<(Need<'_>, bool)> = Vec::new();
        for need in needs.lists.get(at).into_iter().flatten() {
            let waiting = need.at.and_then(|other| list.waiting(other));
            let includes_it = waiting.is_some() && includers.includer(applications, at) == waiting;
            match waiting.filter(|_| !includes_it) {
                Some(waiting) => {
                    list.set(waiting, None);
                    pulled.push(waiting);
                }
                None if need.at.is_some_and(|other| list.is_visited(other)) => {}
                None => lost.push((*need, includes_it)),
            }
        }
        if let Some(app) = applications.get(at).filter(|_| !lost.is_empty()) {
            let mut optional = Spared::new(app);
            missing.extend(
                lost.into_iter().filter(|(need, _)| need.is_included || !optional.spares(need.name)).map(|(need, includes_it)| (at, need, includes_it)),
            );
        }
        if pulled.is_empty() {
            result.push(at);
        } else {
            let (again, fresh): (Vec<usize>, Vec<usize>) = pulled.into_iter().partition(|needed| list.is_again(*needed));
            if !again.is_empty() {
                circle.push(at);
                circle.extend(&again);
            }
            list.push(at);
            fresh.iter().rev().for_each(|needed| list.push(*needed));
        }
        list.visit(at);
    }
    let both = !circle.is_empty() && !missing.is_empty();
    for (at, need, includes_it) in &missing {
        if let Some(app) = applications.get(*at) {
            found.push(faults::unreachable(app, need.name, *includes_it, both));
        }
    }
    if !circle.is_empty() {
        let mut seen = HashSet::new();
        circle.retain(|at| applications.get(*at).is_some_and(|app| seen.insert(app.name.value.as_str())));
        let names: Vec<(&Atom, Span)> = circle.iter().filter_map(|at| applications.get(*at)).map(|app| (&app.name.value, app.name.span)).collect();
        found.push(faults::circular_dependency(&names, both));
        return None;
    }
    missing.is_empty().then_some(result)
}

/// The applications still to be ordered. One that is listed twice in a release is found by its name; only the same version of
/// it is seen again.
struct WorkList {
    /// Its head at the end; an entry whose ticket is out of date was taken out since.
    stack: Vec<(usize, u32)>,
    tickets: Vec<Option<u32>>,
    /// For each application the first one of its name.
    same: Vec<usize>,
    /// For each first one of a name all of that name.
    all: HashMap<usize, Vec<usize>>,
    /// For each application the first one of its name and version.
    keys: Vec<usize>,
    /// By the first one of a name.
    visited: Vec<bool>,
    /// By the first one of a name and version.
    seen: Vec<bool>,
}

impl WorkList {
    fn new(applications: &[Application], includers: &Includers<'_>) -> WorkList {
        let count = applications.len();
        let same: Vec<usize> = applications.iter().enumerate().map(|(at, app)| includers.index.get(app.name.value.as_str()).copied().unwrap_or(at)).collect();
        let mut all: HashMap<usize, Vec<usize>> = HashMap::new();
        for (at, first) in same.iter().enumerate() {
            all.entry(*first).or_default().push(at);
        }
        let mut first: HashMap<(&str, &str), usize> = HashMap::new();
        let keys = applications.iter().enumerate().map(|(at, app)| *first.entry((app.name.value.as_str(), app.vsn.value.as_str())).or_insert(at));
        WorkList {
            stack: (0..count).rev().map(|at| (at, 0)).collect(),
            tickets: vec![Some(0); count],
            same,
            all,
            keys: keys.collect(),
            visited: vec![false; count],
            seen: vec![false; count],
        }
    }

    fn first(&self, at: usize) -> usize {
        self.same.get(at).copied().unwrap_or(at)
    }

    fn set(&mut self, at: usize, ticket: Option<u32>) {
        if let Some(slot) = self.tickets.get_mut(at) {
            *slot = ticket;
        }
    }

    fn pop(&mut self) -> Option<usize> {
        while let Some((at, ticket)) = self.stack.pop() {
            if self.tickets.get(at) == Some(&Some(ticket)) {
                self.set(at, None);
                return Some(at);
            }
        }
        None
    }

    fn push(&mut self, at: usize) {
        let ticket = u32::try_from(self.stack.len()).unwrap_or(u32::MAX);
        self.set(at, Some(ticket));
        self.stack.push((at, ticket));
    }

    /// The first application of this name that is still on the list.
    fn waiting(&self, at: usize) -> Option<usize> {
        let all = self.all.get(&self.first(at))?;
        all.iter().copied().find(|at| self.tickets.get(*at).is_some_and(Option::is_some))
    }

    fn is_visited(&self, at: usize) -> bool {
        self.visited.get(self.first(at)) == Some(&true)
    }

    /// Whether it was on the list before, in this version.
    fn is_again(&self, at: usize) -> bool {
        self.keys.get(at).and_then(|key| self.seen.get(*key)) == Some(&true)
    }

    fn visit(&mut self, at: usize) {
        let first = self.first(at);
        if let Some(slot) = self.visited.get_mut(first) {
            *slot = true;
        }
        if let Some(slot) = self.keys.get(at).and_then(|key| self.seen.get_mut(*key)) {
            *slot = true;
        }
    }
}
