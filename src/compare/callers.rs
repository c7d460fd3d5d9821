//! Who still calls what is gone: functions that a module lost, and modules that were removed.

use super::modules::Sides;
use super::place::source_of;
use super::{Caller, Change, Comparison, DeadCall, Depth, Impact, ModuleChange, Verdict};
use crate::beam::{Beams, Mfa, Names};
use crate::parallel;
use crate::release::Release;
use crate::source::Spot;
use crate::term::Atom;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// A module of the target, and where it is.
#[derive(Debug)]
pub(super) struct Module {
    pub name: String,
    pub spot: Spot,
}

/// How many other arities of a lost function are named.
const ARITIES: usize = 4;
/// How many modules are worth a thread.
const WORTH_A_THREAD: usize = 8;

/// The functions that the target lacks and the base had: of modules that changed, and of those that are gone.
pub(super) fn lost<'s>(sides: impl Iterator<Item = &'s Sides>) -> BTreeSet<Mfa> {
    let mut lost = BTreeSet::new();
    for Sides { old, new } in sides {
        let Some(old) = old else { continue };
        for (function, arity) in &old.exports {
            let stays = new.as_ref().is_some_and(|new| new.exports.binary_search(&(function.clone(), *arity)).is_ok());
            if !stays && function.as_str() != "module_info" {
                lost.insert(Mfa { module: old.module.clone(), function: function.clone(), arity: *arity });
            }
        }
    }
    lost
}

/// The functions that call each lost one, and whether all their calls are prepared to find nothing there.
pub(super) type Callers = BTreeMap<Mfa, BTreeMap<Caller, bool>>;

/// For each lost function the functions of the target that still call it.
pub(super) fn find(beams: Beams<'_>, lost: &BTreeSet<Mfa>, modules: &[Module]) -> Callers {
    let mut callers = Callers::new();
    if lost.is_empty() {
        return callers;
    }
    let wanted = Names::of(lost.iter().map(|mfa| mfa.module.as_str()));
    let calls = parallel::map(modules, WORTH_A_THREAD, |module| calls_of(beams, module, lost, &wanted).unwrap_or_default());
    for (called, caller, guarded) in calls.into_iter().flatten() {
        *callers.entry(called).or_default().entry(caller).or_insert(true) &= guarded;
    }
    callers
}

/// The lost functions that a module calls, and which of its functions do.
fn calls_of(beams: Beams<'_>, module: &Module, lost: &BTreeSet<Mfa>, wanted: &Names) -> Option<Vec<(Mfa, Caller, bool)>> {
    let look = beams.at(&module.spot);
    let interface = look.interface()?;
    let asks = interface.imports.iter().any(|mfa| (mfa.module.as_str(), mfa.function.as_str()) == ("erlang", "function_exported"));
    let funs = look.external_funs();
    let by = |function| Caller { module: module.name.clone(), function };
    let mut found: Vec<(Mfa, Caller, bool)> = funs.iter().filter(|mfa| lost.contains(mfa)).map(|mfa| (mfa.clone(), by(None), asks)).collect();
    if look.names_any(wanted) {
        let calls = look.named_calls();
        let dead = calls.iter().filter(|call| lost.contains(&call.called));
        // What a caller catches is not the failure of the process that it starts.
        found.extend(dead.map(|call| (call.called.clone(), by(Some(call.caller.clone())), false)));
    }
    let dead: HashMap<u32, &Mfa> = (0..).zip(&interface.imports).filter(|(_, mfa)| lost.contains(mfa)).collect();
    let mut named: HashSet<u32> = HashSet::new();
    let calls = if dead.is_empty() { None } else { look.calls() };
    for call in calls.iter().flat_map(|calls| calls.iter()) {
        if let Some(mfa) = dead.get(&call.import) {
            named.insert(call.import);
            found.push(((*mfa).clone(), by(Some(call.caller.clone())), asks || call.guarded));
        }
    }
    // What is imported and not called by an instruction that is known is used in another way.
    found.extend(dead.into_iter().filter(|(at, _)| !named.contains(at)).map(|(_, mfa)| (mfa.clone(), by(None), asks)));
    Some(found)
}

/// The facts about what a module lost.
pub(super) fn facts(sides: &Sides, depth: Depth, callers: &Callers) -> Vec<Impact> {
    let lost = lost(std::iter::once(sides));
    let Some(old) = &sides.old else { return Vec::new() };
    let place = sides.new.as_ref().or(Some(old)).and_then(|facts| source_of(facts, 0));
    let mut facts = Vec::new();
    let mut quiet: Vec<(Atom, u32)> = Vec::new();
    for mfa in &lost {
        // The exports are sorted: those of one name are together.
        let exports = sides.new.as_ref().map_or(&[][..], |new| new.exports.as_slice());
        let first = exports.partition_point(|(name, _)| *name < mfa.function);
        let now: Vec<u32> = exports.iter().skip(first).take_while(|(name, _)| *name == mfa.function).map(|(_, arity)| *arity).take(ARITIES).collect();
        let function = (mfa.function.clone(), mfa.arity);
        let Some(list) = callers.get(mfa) else {
            quiet.push(function);
            continue;
        };
        let call = DeadCall { function, now, is_removed: depth == Depth::Removed, callers: list.keys().cloned().collect() };
        let change = if list.values().all(|guarded| *guarded) { Change::GuardedCall(call) } else { Change::DeadCall(call) };
        // On a downgrade the function exists again.
        facts.push(Impact::new(Verdict::HotWithCare, change).down(Verdict::Hot).at(place.clone()));
    }
    if !quiet.is_empty() && depth != Depth::Removed {
        facts.push(Impact::new(Verdict::Hot, Change::ExportsLost(quiet)));
    }
    facts
}

/// How many callers are named.
pub(super) const NAMED: usize = 2;

/// One or two callers by name, more by number.
pub(super) fn shown(callers: &[Caller]) -> String {
    match callers {
        [one] => format!("`{one}`"),
        [one, two] => format!("`{one}` and `{two}`"),
        several => format!("{} functions", several.len()),
    }
}

/// A call that only holds inside one of the two releases: from a module that differs to a function which the other release's
/// version of the called module does not export. Between the two loads one of them calls into nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// The module that calls.
    pub caller: Atom,
    /// The function that it calls.
    pub called: Mfa,
    /// Whether it is the target's release that holds both; else the base's.
    pub newer: bool,
}

/// The calls between modules that differ which only one of the releases can serve, in order.
pub fn links(base: &Release, target: &Release, comparison: &Comparison, beams: Beams<'_>) -> Vec<Link> {
    let changes: Vec<(&str, &ModuleChange)> = comparison
        .applications
        .iter()
        .flat_map(|application| application.modules.iter().map(move |module| (application.name.as_str(), module)))
        .filter(|(_, module)| module.depth < Depth::Debug)
        .collect();
    let exports = |list: fn(&ModuleChange) -> &Vec<(Atom, u32)>| -> HashSet<Mfa> {
        let all = changes.iter().flat_map(|(_, module)| list(module).iter().map(|(function, arity)| (Atom::new(&module.name), function.clone(), *arity)));
        all.map(|(module, function, arity)| Mfa { module, function, arity }).collect()
    };
    let (gained, lost) = (exports(|module| &module.gained), exports(|module| &module.lost));
    let mut jobs: Vec<(&str, Spot, &HashSet<Mfa>, bool)> = Vec::new();
    for (name, module) in &changes {
        for (release, wanted, newer, gone) in [(target, &gained, true, Depth::Removed), (base, &lost, false, Depth::Added)] {
            if let Some(application) = release.application(name).filter(|_| !wanted.is_empty() && module.depth != gone) {
                jobs.push((&module.name, application.beam(&module.name), wanted, newer));
            }
        }
    }
    let found = parallel::map(&jobs, WORTH_A_THREAD, |(caller, spot, wanted, newer)| {
        let called = imported(beams, spot, wanted).unwrap_or_default();
        let own = |called: &Mfa| called.module.as_str() == *caller;
        called.into_iter().filter(|called| !own(called)).map(|called| Link { caller: Atom::new(caller), called, newer: *newer }).collect::<Vec<_>>()
    });
    let mut links: Vec<Link> = found.into_iter().flatten().collect();
    links.sort_unstable();
    links
}

/// The functions among those wanted that a module calls by name, or makes a fun of.
fn imported(beams: Beams<'_>, spot: &Spot, wanted: &HashSet<Mfa>) -> Option<Vec<Mfa>> {
    let look = beams.at(spot);
    let (interface, funs) = (look.interface()?, look.external_funs());
    let mut called: Vec<Mfa> = interface.imports.iter().chain(funs.iter()).filter(|mfa| wanted.contains(mfa)).cloned().collect();
    called.sort_unstable();
    called.dedup();
    Some(called)
}
