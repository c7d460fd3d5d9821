//! Modules, one by one: the same, or what changed in them.

use super::place::source_of;
use super::{Change, Depth, Habits, Impact, ModuleChange, Verdict, faults, state};
use crate::beam::{Beam, Beams, Facts, Known, Look, Opened, Unreadable};
use crate::diag::Diagnostic;
use crate::otp::Otp;
use crate::source::{Refusal, Spot};
use crate::span::Span;
use crate::term::Atom;
use std::sync::Arc;

/// A module to compare: its file on either side, and where it is listed when it has none.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub application: usize,
    pub name: String,
    pub old: Option<Spot>,
    pub new: Option<Spot>,
    /// Whether the two files are in different applications.
    pub moved_from: Option<String>,
}

/// What came out of it.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// The change, when there is one.
    pub change: Option<ModuleChange>,
    /// The facts of both sides, when the code differs.
    pub sides: Option<Sides>,
    /// What kept a file from being read.
    pub faults: Vec<Diagnostic>,
}

/// What is known of a module that differs, on either side.
#[derive(Debug)]
pub(super) struct Sides {
    pub old: Option<Arc<Facts>>,
    pub new: Option<Arc<Facts>>,
}

/// A look at a file, where it is there.
type Side<'o> = Option<(Look<'o>, Opened)>;

/// Compares the two files of a module.
pub(super) fn compare(job: &Job, beams: Beams<'_>) -> Outcome {
    let mut faults = Vec::new();
    let mut read = |spot: &Option<Spot>| -> Side<'_> {
        let look = beams.at(spot.as_ref()?);
        match look.open() {
            Ok(opened) => Some((look, opened)),
            Err(why) => {
                let words = match why {
                    Refusal::Absent => "it is gone".to_owned(),
                    Refusal::Refused(words) => words,
                    Refusal::TooLarge(_) => "it is too large".to_owned(),
                };
                faults.push(faults::beam_unreadable(&beams.trees().display(look.spot()), &words));
                None
            }
        }
    };
    let (old, new) = (read(&job.old), read(&job.new));
    if !faults.is_empty() {
        return Outcome { faults, ..Outcome::default() };
    }
    if let (Some((old, before)), Some((new, after))) = (&old, &new)
        && before == after
    {
        beams.are_one(new.spot(), old.spot());
        if job.moved_from.is_none() {
            return Outcome::default();
        }
    }
    for (look, opened) in old.iter().chain(&new) {
        let fault = match opened.beam().and_then(|beam| beam.module()) {
            Err(Unreadable { why }) => faults::beam_unreadable(&beams.trees().display(look.spot()), &why),
            Ok(module) if module.as_str() != job.name => faults::beam_other_module(&beams.trees().display(look.spot()), module.as_str()),
            Ok(_) => continue,
        };
        faults.push(fault);
    }
    if !faults.is_empty() {
        return Outcome { faults, ..Outcome::default() };
    }
    match judge(job, &old, &new) {
        Ok(outcome) => outcome,
        Err((side, Unreadable { why })) => {
            let spot = if side { &job.new } else { &job.old };
            let name = spot.as_ref().map(|spot| beams.trees().display(spot)).unwrap_or_default();
            Outcome { faults: vec![faults::beam_unreadable(&name, &why)], ..Outcome::default() }
        }
    }
}

/// Which side could not be read (true for the target's), and why.
type OnSide = (bool, Unreadable);

fn opened<'s>(side: &'s Side<'_>) -> Result<Option<Beam<'s>>, Unreadable> {
    side.as_ref().map(|(_, opened)| opened.beam()).transpose()
}

fn judge(job: &Job, before: &Side<'_>, after: &Side<'_>) -> Result<Outcome, OnSide> {
    let (old, new) = (opened(before).map_err(|why| (false, why))?, opened(after).map_err(|why| (true, why))?);
    let md5_of = |side: &Side<'_>, beam: &Option<Beam<'_>>| side.as_ref().zip(beam.as_ref()).map(|((look, _), beam)| look.md5_of(beam));
    let md5 = (md5_of(before, &old), md5_of(after, &new));
    let depth = match (&old, &new) {
        (Some(_), None) => Depth::Removed,
        (None, Some(_)) => Depth::Added,
        (None, None) => return Ok(Outcome::default()),
        (Some(_), Some(_)) if job.moved_from.is_some() => Depth::Moved,
        (Some(before), Some(after)) if md5.0 == md5.1 => {
            let attributes = (before.own_attributes().map_err(|why| (false, why))?, after.own_attributes().map_err(|why| (true, why))?);
            if attributes.0 == attributes.1 { Depth::Debug } else { Depth::Attributes }
        }
        (Some(_), Some(_)) => Depth::Code,
    };
    if depth == Depth::Debug {
        let impacts = match (&old, &new) {
            (Some(old), Some(new)) => vec![debug_only(old, new)],
            _ => Vec::new(),
        };
        return Ok(Outcome {
            change: Some(ModuleChange {
                name: job.name.clone(),
                depth,
                behaviours: Vec::new(),
                md5,
                gained: Vec::new(),
                lost: Vec::new(),
                habits: Default::default(),
                impacts,
            }),
            ..Outcome::default()
        });
    }
    let same_source = match (&old, &new) {
        (Some(old), Some(new)) if depth == Depth::Code => old.same_source(new),
        _ => None,
    };
    let facts = |side: &Side<'_>, beam: &Option<Beam<'_>>, is_new| {
        let known = side.as_ref().zip(beam.as_ref()).map(|((look, _), beam)| look.facts_of(beam));
        known.transpose().map_err(|why| (is_new, why))
    };
    let (old, new) = (facts(before, &old, false)?, facts(after, &new, true)?);
    let behaviours = new.as_ref().or(old.as_ref()).map(|facts| facts.behaviours.iter().map(|name| name.as_str().to_owned()).collect()).unwrap_or_default();
    let mut impacts = Vec::new();
    match depth {
        Depth::Added => impacts.push(Impact::new(Verdict::Hot, Change::ModuleAdded)),
        Depth::Removed => impacts.push(Impact::new(Verdict::Hot, Change::ModuleRemoved)),
        Depth::Moved => {
            impacts.push(Impact::new(Verdict::HotWithCare, Change::ModuleMoved(job.moved_from.clone().unwrap_or_default())));
        }
        Depth::Code => impacts.push(code_fact(&old, &new, same_source)),
        Depth::Attributes | Depth::Debug => {}
    }
    if let (Some(old), Some(new)) = (&old, &new) {
        impacts.extend(between(old, new));
    }
    impacts.extend(native(old.as_deref(), new.as_deref()));
    let change = ModuleChange {
        name: job.name.clone(),
        depth,
        behaviours,
        md5,
        gained: only(&new, &old),
        lost: only(&old, &new),
        habits: (habits(&old), habits(&new)),
        impacts,
    };
    Ok(Outcome { change: Some(change), sides: Some(Sides { old, new }), faults: Vec::new() })
}

fn habits(facts: &Option<Arc<Facts>>) -> Habits {
    facts.as_ref().map(|facts| Habits { own_loop: facts.own_loop, keeps_fun: facts.keeps_fun }).unwrap_or_default()
}

/// The functions that one version of a module exports and the other does not.
fn only(one: &Option<Arc<Facts>>, other: &Option<Arc<Facts>>) -> Vec<(Atom, u32)> {
    let others = other.as_ref().map_or(&[][..], |other| other.exports.as_slice());
    let own = one.as_ref().map_or(&[][..], |one| one.exports.as_slice());
    own.iter().filter(|export| export.0.as_str() != "module_info" && others.binary_search(export).is_err()).cloned().collect()
}

/// Chunks that the emulator does not run, and what they are.
const ASIDE: &[(&[u8; 4], &str)] = &[
    (b"Line", "line numbers"),
    (b"Dbgi", "debug information"),
    (b"Abst", "debug information"),
    (b"Docs", "documentation"),
    (b"CInf", "compile information"),
    (b"Type", "types"),
    (b"ExCk", "Elixir's checks"),
    (b"LocT", "local functions"),
];

fn debug_only(old: &Beam<'_>, new: &Beam<'_>) -> Impact {
    let mut differ: Vec<&str> = ASIDE.iter().filter(|(tag, _)| old.chunk(tag) != new.chunk(tag)).map(|(_, words)| *words).collect();
    differ.dedup();
    if differ.is_empty() {
        differ.push("how the file is packed");
    }
    Impact::new(Verdict::Nothing, Change::DebugOnly(differ))
}

fn code_fact(old: &Option<Arc<Facts>>, new: &Option<Arc<Facts>>, same_source: Option<bool>) -> Impact {
    let compilers = old.as_ref().and_then(|old| old.compiler.clone()).zip(new.as_ref().and_then(|new| new.compiler.clone()));
    match (same_source, compilers) {
        (Some(true), compilers) => Impact::new(Verdict::Hot, Change::Recompiled(compilers.filter(|(before, after)| before != after))),
        (Some(false) | None, _) => Impact::new(Verdict::Hot, Change::Code),
    }
}

/// What differs between two versions of a module, each looked at in turn.
fn between(old: &Facts, new: &Facts) -> Vec<Impact> {
    let mut impacts = Vec::new();
    if new.stripped && old.state.is_none() && new.exports.iter().any(|(name, arity)| name.as_str() == "init" && *arity == 1) {
        impacts.push(Impact::new(Verdict::HotWithCare, Change::BehavioursUnknown));
    }
    impacts.extend(attributes(old, new));
    impacts.extend(exports(old, new));
    for (gained, these, others) in [(true, new, old), (false, old, new)] {
        for name in these.behaviours.iter().filter(|name| !others.stripped && !others.behaviours.contains(name)) {
            // A module that had the callbacks all along only says so now, or no longer.
            let declared = others.has_callbacks_of(name) && others.behaviours.iter().all(|other| these.behaviours.contains(other));
            // What was not a process before has none that would be of another kind now.
            let was_process = old.behaviours.iter().any(Facts::runs_processes);
            let other_processes = Facts::runs_processes(name) && was_process && !declared;
            let verdict = if other_processes { Verdict::RestartApplication } else { Verdict::Hot };
            impacts.push(Impact::new(verdict, Change::Behaviour { gained, name: name.clone(), other_processes }));
        }
    }
    impacts.extend(structures(old, new));
    impacts.extend(state::children(old, new));
    impacts.extend(state::machine(old, new));
    impacts.extend(state::callback_mode(old, new));
    impacts
}

fn attributes(old: &Facts, new: &Facts) -> Option<Impact> {
    let listed =
        |facts: &Facts, name: &str| facts.attributes.iter().filter(|(known, _)| known.as_str() == name).map(|(_, value)| value.clone()).collect::<Vec<_>>();
    let mut names: Vec<Atom> = old.attributes.iter().chain(&new.attributes).map(|(name, _)| name.clone()).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| !matches!(name.as_str(), "behaviour" | "behavior") && listed(old, name.as_str()) != listed(new, name.as_str()));
    (!names.is_empty()).then(|| Impact::new(Verdict::Hot, Change::Attributes(names)))
}

/// The functions that only the new version exports. Those that are lost are reported with their callers, which takes a look at
/// every other module.
fn exports(old: &Facts, new: &Facts) -> Option<Impact> {
    let gained: Vec<(Atom, u32)> = new.exports.iter().filter(|export| old.exports.binary_search(export).is_err()).cloned().collect();
    (!gained.is_empty()).then(|| Impact::new(Verdict::Hot, Change::ExportsGained(gained)))
}

/// Records and structs: reported once for the module that defines the struct; records are reported where a state is made of them.
fn structures(old: &Facts, new: &Facts) -> Option<Impact> {
    let (before, after) = (old.structure.get()?, new.structure.get()?);
    let difference = super::shapes::fields(before.as_deref()?, after.as_deref()?, false)?;
    Some(Impact::new(Verdict::HotWithCare, Change::Struct(difference)).at(source_of(new, 0)))
}

fn native(old: Option<&Facts>, new: Option<&Facts>) -> Option<Impact> {
    let facts = new.or(old)?;
    let is_native = |facts: &Facts| facts.loads_nif || facts.on_load == Known::Known(true);
    if !old.is_some_and(is_native) && !new.is_some_and(is_native) {
        return None;
    }
    // Loaded for the first time, nothing is in the way.
    let verdict = if old.is_none() || new.is_none() { Verdict::Hot } else { Verdict::HotWithCare };
    let change = if facts.loads_nif { Change::NativeCode } else { Change::OnLoad };
    Some(Impact::new(verdict, change).at(source_of(facts, 0)))
}

/// A module that its own release's emulator refuses to load.
pub(super) fn too_new(facts: &Facts, erts: &str) -> Option<Impact> {
    let otp = Otp::from_erts(erts);
    let known = otp.highest_opcode();
    let uses = facts.highest_opcode.filter(|highest| *highest > known)?;
    Some(Impact::new(Verdict::HotWithCare, Change::CompiledForNewer { uses, known, otp: otp.to_string() }))
}

/// The finding for a module that is listed and not there.
pub(super) fn missing(module: &str, application: &str, listed: Span) -> Diagnostic {
    faults::beam_missing(module, application, listed)
}
