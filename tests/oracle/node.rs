//! The model of the node against the release handler: random scripts, looked at after each instruction.

use crate::Tally;
use crate::ask::Vm;
use crate::rng::Rng;
use relupc::node::{Failure, ModuleEvent, Timeline};
use relupc::otp::Otp;
use relupc::relup::{ApplicationAction, LowOp, Mode, Purge, Suspended};
use relupc::term::{Atom, Term, print};
use std::fmt::Write;

/// Modules with a server each, which are found under their supervisor.
const SERVERS: &[&str] = &["w_a", "w_b", "w_c"];
/// All modules of the world; `w_l` waits in a loop of its own, `w_new` is only in the new version.
const MODULES: &[&str] = &["w_a", "w_b", "w_c", "w_f", "w_l", "w_new"];

/// Runs scripts on the node and in the model.
pub fn scripts(erl: &str, count: usize, seed: u64, tally: &mut Tally) {
    if count == 0 {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let vm = Vm::new(erl, folder.path());
    let scripts: Vec<Vec<LowOp>> = (0..count as u64).map(|at| script(&mut Rng::new((seed << 32) + at))).collect();
    let mut text = String::new();
    for script in &scripts {
        let _ = writeln!(text, "{}.", print::inline(&Term::list(script.iter().map(LowOp::to_term).collect()), Otp::NEWEST));
    }
    let answers = vm.scripts(&text);
    assert_eq!(answers.lines().count(), count);
    for (script, answer) in scripts.iter().zip(answers.lines()) {
        let mine = model(script);
        if mine == answer {
            tally.steps += mine.matches('|').count();
            tally.pass();
        } else {
            let ops: Vec<String> = script.iter().map(|op| print::inline(&op.to_term(), Otp::NEWEST)).collect();
            let (mine, theirs): (Vec<&str>, Vec<&str>) = (mine.split('|').collect(), answer.split('|').collect());
            let at = mine.iter().zip(&theirs).skip(1).position(|(mine, theirs)| mine != theirs);
            let at = at.unwrap_or(mine.len().min(theirs.len()).saturating_sub(1));
            tally.fail(&format!(
                "the node after step {at} (`{}`) of\n  {}\n  ours:   {} {:?}\n  theirs: {} {:?}",
                ops.get(at).map_or("", String::as_str),
                ops.join("\n  "),
                mine[0],
                mine.get(at + 1),
                theirs[0],
                theirs.get(at + 1)
            ));
        }
    }
}

/// What the model says of the node: the outcome, and the node after each instruction that was run.
fn model(script: &[LowOp]) -> String {
    let timeline = Timeline::run(script.iter());
    let fails = timeline.failures().iter().find(|(_, failure)| matches!(failure, Failure::NoObjectCode { .. })).map(|(at, _)| *at);
    let mut out = if fails.is_some() { "failed".to_owned() } else { "ok".to_owned() };
    for at in 0..fails.unwrap_or(script.len()) {
        out.push('|');
        let until = |module: &str, opens: &[ModuleEvent]| {
            timeline.module(&Atom::new(module)).filter(|mark| mark.step <= at && opens.contains(&mark.event)).last().map(|mark| mark.event)
        };
        for module in MODULES {
            let version = match until(module, &[ModuleEvent::Loaded, ModuleEvent::Removed]) {
                Some(ModuleEvent::Loaded) => 2,
                Some(_) => 0,
                None => i32::from(*module != "w_new"),
            };
            let _ = write!(out, "{module}={version},");
        }
        out.push(';');
        // Only a process that waits in the old code keeps it.
        if until("w_l", &[ModuleEvent::Loaded, ModuleEvent::Purged]) == Some(ModuleEvent::Loaded) {
            out.push_str("w_l,");
        }
        out.push(';');
        let stopped = |module: &str| until(module, &[ModuleEvent::Stopped, ModuleEvent::Started]) == Some(ModuleEvent::Stopped);
        for module in SERVERS.iter().filter(|module| until(module, &[ModuleEvent::Suspended, ModuleEvent::Resumed]) == Some(ModuleEvent::Suspended)) {
            let _ = write!(out, "{module},");
        }
        out.push(';');
        SERVERS.iter().filter(|module| !stopped(module)).for_each(|module| out.push_str(&format!("{module},")));
        out.push(';');
        for application in ["x", "y"] {
            let last = timeline.applications().iter().rfind(|(step, _, name)| *step <= at && name.as_str() == application);
            if last.is_none_or(|(_, action, _)| *action != ApplicationAction::Stop) {
                let _ = write!(out, "{application},");
            }
        }
    }
    out
}

/// A script that the release handler can run to its end, but for object code that may be missing.
fn script(rng: &mut Rng) -> Vec<LowOp> {
    let names = |list: &[&str]| list.iter().map(|name| Atom::new(name)).collect::<Vec<_>>();
    let mut read: Vec<&str> = MODULES.iter().copied().filter(|_| rng.chance(80)).collect();
    rng.shuffle(&mut read);
    let mut ops = Vec::new();
    for part in read.chunks(rng.between(1, 4)) {
        ops.push(LowOp::LoadObjectCode { lib: Atom::new("w"), vsn: Box::new(Term::string("2")), modules: names(part) });
    }
    ops.push(LowOp::PointOfNoReturn);
    let mut loaded: Vec<&str> = MODULES.iter().copied().filter(|module| *module != "w_new").collect();
    let (mut suspended, mut stopped): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    let purge = |rng: &mut Rng| if rng.chance(50) { Purge::Brutal } else { Purge::Soft };
    let mut loops = 1;
    for _ in 0..rng.between(3, 16) {
        let module = *rng.pick(MODULES);
        let server = *rng.pick(SERVERS);
        match rng.below(10) {
            0 | 1 if module != "w_l" || loops > 0 => {
                loops -= i32::from(module == "w_l");
                // The old code of what waits in it is not purged softly before a load.
                ops.push(LowOp::Load(Atom::new(module), Purge::Brutal, purge(rng)));
                if !loaded.contains(&module) {
                    loaded.push(module);
                }
            }
            2 if module != "w_l" && !stopped.contains(&module) && !suspended.contains(&module) => {
                ops.push(LowOp::Remove(Atom::new(module), Purge::Brutal, purge(rng)));
                loaded.retain(|known| *known != module);
            }
            3 => ops.push(LowOp::Purge(names(&[module]))),
            4 if !stopped.contains(&server) && !suspended.contains(&server) => {
                ops.push(LowOp::Suspend(vec![Suspended { module: Atom::new(server), timeout: None }]));
                suspended.push(server);
            }
            5 if suspended.contains(&server) && loaded.contains(&server) => {
                ops.push(LowOp::CodeChange(rng.chance(70).then_some(Mode::Up), vec![(Atom::new(server), Term::list(Vec::new()))]));
            }
            6 => {
                ops.push(LowOp::Resume(names(&[server])));
                suspended.retain(|known| *known != server);
            }
            7 if !suspended.contains(&server) && !stopped.contains(&server) => {
                ops.push(LowOp::Stop(names(&[server])));
                stopped.push(server);
            }
            8 if loaded.contains(&server) => {
                ops.push(LowOp::Start(names(&[server])));
                stopped.retain(|known| *known != server);
            }
            _ => {
                let function = *rng.pick(&["stop", "start", "ensure_started"]);
                let application = if rng.chance(50) { "x" } else { "y" };
                ops.push(LowOp::application_call(function, vec![Term::atom(application)]));
            }
        }
    }
    ops
}
