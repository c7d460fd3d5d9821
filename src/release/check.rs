//! Checks across the applications of a release, and the order they are started in (`systools_make:check_applications/1`
//! and `sort_appls/1`, OTP 25 to 29): every check runs, whatever the others found.

use super::faults::{self, Clash};
use super::{Application, Listed};
use crate::diag::Findings;
use crate::span::{Span, Spanned};
use crate::term::Atom;
use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

/// What the checks find out about applications that pass them.
pub struct Checked {
    /// The order that puts dependencies first.
    pub order: Vec<usize>,
    /// Which application each module belongs to.
    pub modules: HashMap<Atom, Listed>,
}

/// Checks the applications (in `.rel` order); `None` after an error.
pub fn check(applications: &[Application], listed: Span, found: &mut Findings) -> Option<Checked> {
    let before = found.count(crate::diag::Severity::Error);
    check_undefined(applications, listed, found);
    clashes(applications, |app| &app.file.registered, found, |clash| clash.registered());
    clashes(applications, |app| &app.includes, found, |clash| clash.included());
    let modules = clashes(applications, |app| &app.file.modules, found, |clash| clash.module());
    let includers = Includers::new(applications);
    let acyclic = includers.check_cycles(applications, found);
    if !acyclic || found.count(crate::diag::Severity::Error) > before {
        return None;
    }
    let needs = Needs::new(applications, &includers);
    let order = order(applications, &includers, &needs, found)?;
    Some(Checked { order, modules })
}

fn check_undefined(applications: &[Application], listed: Span, found: &mut Findings) {
    let known: HashSet<&str> = applications.iter().map(|app| app.name.value.as_str()).collect();
    for app in applications {
        let optional: HashSet<&str> = app.file.optional.iter().map(|name| name.value.as_str()).collect();
        let needed = app.file.applications.iter().filter(|name| !optional.contains(name.value.as_str()));
        for (name, how) in needed.map(|name| (name, "needs")).chain(app.includes.iter().map(|name| (name, "includes"))) {
            if !known.contains(name.value.as_str()) {
                found.push(faults::undefined_application(name, &app.name.value, how, Some(listed)));
            }
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

/// What each application needs to be started before it, as indices; names outside the release stay out.
struct Needs {
    lists: Vec<Vec<Need>>,
}

/// Something an application needs.
#[derive(Clone, Copy)]
struct Need {
    at: usize,
    /// Whether it may be missing.
    is_optional: bool,
}

impl Needs {
    /// Uses of included applications become uses of what includes them; both lists are sorted as in the `.rel`.
    fn new(applications: &[Application], includers: &Includers<'_>) -> Needs {
        let tops = includers.tops(applications);
        let top = |at: usize| tops.get(at).copied().unwrap_or(at);
        let index = |name: &Spanned<Atom>| includers.index.get(name.value.as_str()).copied();
        let mut lists = Vec::with_capacity(applications.len());
        for (at, app) in applications.iter().enumerate() {
            let mut kept: Vec<usize> = app.file.applications.iter().filter_map(index).collect();
            let mut present: HashSet<usize> = kept.iter().copied().collect();
            let mut added = Vec::new();
            kept.retain(|used| {
                if *used == top(at) {
                    return false;
                }
                if top(*used) == *used || (!present.contains(&top(*used)) && top(*used) == top(at)) {
                    return true;
                }
                if present.insert(top(*used)) {
                    added.push(top(*used));
                }
                false
            });
            kept.append(&mut added);
            kept.sort_unstable();
            let mut included: Vec<usize> = app.includes.iter().filter_map(index).collect();
            included.sort_unstable();
            let optional: HashSet<usize> = app.file.optional.iter().filter_map(index).collect();
            let used = kept.into_iter().map(|at| Need { at, is_optional: optional.contains(&at) });
            lists.push(used.chain(included.into_iter().map(|at| Need { at, is_optional: false })).collect());
        }
        Needs { lists }
    }
}

/// The work list of `sort_appls`: the first application is held back until those it needs, pulled before it, are
/// done.
fn order(applications: &[Application], includers: &Includers<'_>, needs: &Needs, found: &mut Findings) -> Option<Vec<usize>> {
    let mut list = WorkList::new(applications, includers);
    let mut result = Vec::with_capacity(applications.len());
    let mut circle: Vec<usize> = Vec::new();
    let mut sound = true;
    while let Some(at) = list.pop() {
        let mut pulled = Vec::new();
        for need in needs.lists.get(at).into_iter().flatten() {
            let includes_it = includers.includer(applications, at) == Some(need.at);
            match list.waiting(need.at).filter(|_| !includes_it) {
                Some(waiting) => {
                    list.set(waiting, None);
                    pulled.push(waiting);
                }
                None if list.is_visited(need.at) || need.is_optional => {}
                None => {
                    sound = false;
                    if let (Some(app), Some(missing)) = (applications.get(at), applications.get(need.at)) {
                        found.push(faults::unreachable(app, &missing.name.value, includes_it));
                    }
                }
            }
        }
        if pulled.is_empty() {
            result.push(at);
        } else {
            let (again, fresh): (Vec<usize>, Vec<usize>) = pulled.into_iter().partition(|needed| list.is_visited(*needed));
            if !again.is_empty() {
                circle.push(at);
                circle.extend(&again);
            }
            list.push(at);
            fresh.iter().rev().for_each(|needed| list.push(*needed));
        }
        list.visit(at);
    }
    if !circle.is_empty() {
        let mut seen = HashSet::new();
        circle.retain(|at| applications.get(*at).is_some_and(|app| seen.insert(app.name.value.as_str())));
        let names: Vec<(&Atom, Span)> = circle.iter().filter_map(|at| applications.get(*at)).map(|app| (&app.name.value, app.name.span)).collect();
        found.push(faults::circular_dependency(&names));
        return None;
    }
    sound.then_some(result)
}

/// The applications still to be ordered. Applications go by name there: one that is listed twice in a release is visited
/// when either is.
struct WorkList {
    /// Its head at the end; an entry whose ticket is out of date was taken out since.
    stack: Vec<(usize, u32)>,
    tickets: Vec<Option<u32>>,
    /// For each application the first one of its name.
    same: Vec<usize>,
    /// For each first one of a name all of that name.
    all: HashMap<usize, Vec<usize>>,
    visited: Vec<bool>,
}

impl WorkList {
    fn new(applications: &[Application], includers: &Includers<'_>) -> WorkList {
        let count = applications.len();
        let same: Vec<usize> = applications.iter().enumerate().map(|(at, app)| includers.index.get(app.name.value.as_str()).copied().unwrap_or(at)).collect();
        let mut all: HashMap<usize, Vec<usize>> = HashMap::new();
        for (at, first) in same.iter().enumerate() {
            all.entry(*first).or_default().push(at);
        }
        WorkList { stack: (0..count).rev().map(|at| (at, 0)).collect(), tickets: vec![Some(0); count], same, all, visited: vec![false; count] }
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

    fn visit(&mut self, at: usize) {
        let first = self.first(at);
        if let Some(slot) = self.visited.get_mut(first) {
            *slot = true;
        }
    }
}
