//! A path step by step: each instruction, where it is from, and what it does to the node.

use super::super::script::origin_words;
use crate::escape;
use crate::node::{Event, Failure, ModuleEvent, Node, Phase};
use crate::otp::Otp;
use crate::proof::{Environment, Proof};
use crate::relup::{ApplicationAction, ChildAction, CodeAction, LowOp, ProcessAction, Purge, Step};
use crate::source::Files;
use crate::term::print::{brief, inline};
use std::fmt::Write;

/// A step, and what it does to the node, in words.
pub(super) struct Traced {
    /// The instruction.
    pub term: String,
    /// Where it is from.
    pub origin: String,
    /// What it does, in order.
    pub effects: Vec<String>,
}

/// The steps of a path, numbered from 1, with what each does, and what the release handler does before and after them.
pub fn trace(proof: &Proof, steps: &[Step], files: &Files, otp: Otp) -> String {
    let mut out = String::new();
    let note = |words: Vec<String>, out: &mut String| words.iter().for_each(|words| out.push_str(&format!("       {}\n", escape::line(words))));
    note(before(proof), &mut out);
    let mut at = 0;
    let purged = traced(steps, files, otp, |step| {
        at += 1;
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{at:>5}  {}  % {}", escape::line(&step.term), step.origin);
        step.effects.iter().for_each(|words| out.push_str(&format!("         {}\n", escape::line(words))));
    });
    note(after(proof), &mut out);
    note(purged, &mut out);
    out
}

/// What the release handler does to the environment before the first step.
pub(super) fn before(proof: &Proof) -> Vec<String> {
    let words = |one: &Environment| {
        let keys: Vec<String> = one.keys.iter().map(ToString::to_string).collect();
        format!("the environment of `{}` becomes that of release {}: {}", one.application, proof.versions.1, keys.join(", "))
    };
    proof.environment.iter().map(words).collect()
}

/// What it has applications do about that after the last one.
pub(super) fn after(proof: &Proof) -> Vec<String> {
    let words = |one: &Environment| match one.taken {
        Some(true) => format!("`config_change/3` of `{}` is called with the keys that differ", one.application),
        _ if one.restarts => format!("`{}` was restarted on this path, with its new environment", one.application),
        Some(false) => format!("`{}` has no `config_change/3`: what its processes have read of its environment stays", one.application),
        None => format!("`config_change/3` of `{}` is called if there is one", one.application),
    };
    proof.environment.iter().map(words).collect()
}

/// Runs a path on a node, and has each step looked at. What comes back is what happens to old code once the path is installed.
pub(super) fn traced(steps: &[Step], files: &Files, otp: Otp, mut look: impl FnMut(&Traced)) -> Vec<String> {
    let no_return = steps.iter().position(|step| step.op == LowOp::PointOfNoReturn);
    let mut node = Node::new(no_return, steps.len());
    let mut fails = false;
    for step in steps {
        let mut effects = Vec::new();
        let is_before = node.is_before_no_return();
        let mut is_failed = false;
        node.step(&step.op, &mut |event| {
            // A step that fails does no more.
            if !is_failed {
                effects.push(words(event, is_before));
            }
            is_failed |= matches!(event, Event::Failure(failure) if failure.phase(is_before).is_some());
        });
        fails |= is_failed;
        look(&Traced { term: inline(&step.op.to_term(), otp), origin: origin_words(step, files), effects });
    }
    // A path that fails is not made permanent.
    if fails {
        return Vec::new();
    }
    let left = |purge| {
        let modules: Vec<String> = node.left_to_purge(purge).into_iter().map(|module| format!("`{module}`")).collect();
        (!modules.is_empty()).then(|| some_of(&modules))
    };
    let brutal = left(Purge::Brutal).map(|modules| format!("`make_permanent` kills any process that still runs the old code of {modules}"));
    let soft = left(Purge::Soft).map(|modules| format!("the old code of {modules} is purged once no process runs it"));
    brutal.into_iter().chain(soft).collect()
}

/// The first of some names, and how many more there are.
fn some_of(names: &[String]) -> String {
    const NAMED: usize = 5;
    let (first, rest) = names.split_at(names.len().min(NAMED));
    let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
    format!("{}{more}", first.join(", "))
}

fn words(event: Event<'_>, is_before: bool) -> String {
    match event {
        Event::Module(module, event) => {
            let what = match event {
                ModuleEvent::Read => "its object code is read",
                ModuleEvent::Loaded => "the new code is current, the former code is old",
                ModuleEvent::Removed => "it has no current code, the former code is old",
                ModuleEvent::Purged => "the old code is purged",
                ModuleEvent::Suspended => "its processes are suspended",
                ModuleEvent::Resumed => "its processes run again",
                ModuleEvent::Converted => "its suspended processes convert their state",
                ModuleEvent::Stopped => "its processes are terminated",
                ModuleEvent::Started => "its processes are started again",
            };
            format!("`{}`: {what}", module.name)
        }
        Event::Application(action, name) => {
            let what = match action {
                ApplicationAction::Start => "started",
                ApplicationAction::StartAll => "started with all that it needs",
                ApplicationAction::Stop => "stopped",
                ApplicationAction::Load => "loaded",
                ApplicationAction::Unload => "unloaded",
            };
            format!("application `{name}` is {what}")
        }
        Event::Child(child) => {
            let what = match child.action {
                ChildAction::Start | ChildAction::Restart => "started",
                ChildAction::Terminate => "terminated",
                ChildAction::Delete => "deleted",
            };
            let id = child.id.map_or_else(|| "a child".to_owned(), |id| format!("child `{}`", brief(id)));
            format!("{id} of `{}` is {what}", brief(child.supervisor))
        }
        Event::Code(action, module) => {
            let what = match action {
                CodeAction::Load => "loaded",
                CodeAction::Purge => "purged",
                CodeAction::Delete => "deleted",
            };
            format!("`{module}` is {what} by the code server")
        }
        Event::Process(action, process) => {
            let what = match action {
                ProcessAction::Suspend => "suspended",
                ProcessAction::Resume => "resumed",
                ProcessAction::ChangeCode => "asked to convert its state",
                ProcessAction::ReplaceState => "given another state",
                ProcessAction::Stop => "stopped",
            };
            format!("process `{}` is {what}", brief(process))
        }
        Event::Called if is_before => "a function is called, also when the upgrade is only checked; what it returns is ignored".to_owned(),
        Event::Called => "a function is called; what it returns is ignored".to_owned(),
        Event::NoReturn => "from here on a failure restarts the node".to_owned(),
        Event::EmulatorRestarts => "the emulator restarts".to_owned(),
        Event::Failure(failure) => match failure.phase(is_before) {
            Some(Phase::Check) => format!("fails, already in `check_install_release`, and the node goes on: {}", failed(failure)),
            Some(Phase::Install) => format!("fails while the upgrade is installed, and the node restarts: {}", failed(failure)),
            None => format!("not as meant: {}", failed(failure)),
        },
    }
}

fn failed(failure: Failure<'_>) -> String {
    match failure {
        Failure::NoObjectCode { module, loads, reads } => format!("load {loads} of `{module}`, whose object code was read {reads} times"),
        Failure::NotSuspended(module) => format!("no process of `{module}` is suspended, so nothing is converted"),
        Failure::Unknown => "the release handler does not know the instruction".to_owned(),
        Failure::SecondNoReturn => "a second point of no return".to_owned(),
        Failure::NewEmulatorLate => "it must be the first instruction".to_owned(),
        Failure::NotLast => "what follows is never run".to_owned(),
        Failure::ReadLate => "object code is read before the point of no return only".to_owned(),
        Failure::ChangesEarly => "it is run when the upgrade is only checked".to_owned(),
    }
}
