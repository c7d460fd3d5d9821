//! Planning: two releases and the target's appups in, a [`Relup`] out, pass by pass as `systools_relup` and
//! `systools_rc` do it (OTP 25 to 29).
//!
//! The passes, each in a file of its own:
//!
//! 1. `gather`: which scripts a path is made of, and in which order;
//! 2. `split`: each cut at its point of no return, the parts joined;
//! 3. `check`: hand-written low-level instructions against each other;
//! 4. `applications`: instructions for whole applications become ones for modules;
//! 5. `order`: groups of dependent modules, and the order in each;
//! 6. `lower`: what a group does, in low-level instructions;
//! 7. `merge`: object code read once for each library;
//! 8. `restart`: restarts of the emulator where they take effect;
//! 9. `framing`: instructions of the release itself.
//!
//! A pass that finds errors still returns the best it has, so that one run reports everything.

mod applications;
mod check;
mod difference;
mod faults;
mod framing;
mod gather;
mod lower;
mod merge;
mod order;
mod restart;
mod review;
mod split;

pub use applications::Contents;
pub use difference::first_difference;
pub use faults::{ALL as CODES, NO_RELUP_ENTRY, NO_SUCH_MODULE, PATH_UNMATCHED, UNDEFINED_DEPENDENCY, path_unmatched, restart_forbidden};
pub use framing::Framing;
pub use gather::{AppupFiles, Appups};
pub use order::{Cluster, Preference, knots};

use crate::appup::{Direction, Instruction};
use crate::diag::Findings;
use crate::parallel;
use crate::release::Release;
use crate::relup::{Cause, Entry, LowOp, Origin, Relup, Step};
use crate::term::Term;
use applications::Task;
use gather::Script;
use order::Groups;

/// A base, and how its path is described.
#[derive(Clone, Copy, Debug)]
pub struct Base<'a> {
    /// The release.
    pub release: &'a Release,
    /// The description of the path, for the release handler's caller.
    pub description: &'a Term,
}

/// What to plan.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The new release.
    pub target: &'a Release,
    /// The releases to upgrade from, in the order given.
    pub up_from: Vec<Base<'a>>,
    /// The releases to downgrade to, in the order given.
    pub down_to: Vec<Base<'a>>,
    /// Whether each path ends in a restart of the emulator.
    pub restart_emulator: bool,
    /// Instructions of the release itself.
    pub framings: &'a [Framing],
}

/// One path to compile.
#[derive(Clone, Debug)]
pub struct PathRequest<'a> {
    /// The new release.
    pub target: &'a Release,
    /// The old release.
    pub base: &'a Release,
    /// The way.
    pub direction: Direction,
    /// Whether the path ends in a restart of the emulator.
    pub restart_emulator: bool,
    /// What decides where the dependencies leave a choice; empty for the order of the script.
    pub preference: Preference,
    /// Instructions of the release itself.
    pub framings: &'a [Framing],
}

/// One path of a plan: what goes into the relup, and how its modules hang together.
#[derive(Clone, Debug)]
pub struct Path {
    /// The low-level script.
    pub steps: Vec<Step>,
    /// What the low-level script was made of.
    tasks: Vec<Task>,
    groups: Groups,
}

impl Path {
    /// The groups of dependent modules, in the order of their emission.
    pub fn clusters(&self) -> Vec<Cluster> {
        self.groups.named(&self.tasks)
    }
}

/// How a path is called in messages.
pub fn path_name(target: &str, base: &str, direction: Direction) -> String {
    match direction {
        Direction::Up => format!("{base} -> {target}"),
        Direction::Down => format!("{target} -> {base}"),
    }
}

/// Compiles all paths; the lists of the relup are in reverse order of the request, as OTP has them.
pub fn plan(request: &Request<'_>, appups: &Appups, found: &mut Findings) -> Relup {
    faults::check_versions(request, found);
    let target = request.target;
    let ups = request.up_from.iter().map(|base| (base, Direction::Up));
    let downs = request.down_to.iter().map(|base| (base, Direction::Down));
    let wanted: Vec<(&Base<'_>, Direction)> = ups.chain(downs).collect();
    // Paths do not depend on each other.
    let mut paths = parallel::map(&wanted, 1, |(base, direction)| {
        let restart_emulator = request.restart_emulator;
        let wanted =
            PathRequest { target, base: base.release, direction: *direction, restart_emulator, preference: Preference::default(), framings: request.framings };
        let mut on_path = Findings::default();
        let path = plan_path(&wanted, appups, &mut on_path);
        let entry = Entry { version: base.release.rel.vsn.value.clone(), description: base.description.clone(), steps: path.steps };
        (entry, on_path)
    })
    .into_iter();
    let mut entries = |count: usize| {
        let mut entries: Vec<Entry> = Vec::with_capacity(count);
        for (entry, on_path) in paths.by_ref().take(count) {
            entries.push(entry);
            found.append(on_path);
        }
        entries.reverse();
        entries
    };
    let up = entries(request.up_from.len());
    let down = entries(request.down_to.len());
    Relup { version: target.rel.vsn.value.clone(), up, down }
}

/// Compiles one path.
pub fn plan_path(wanted: &PathRequest<'_>, appups: &Appups, found: &mut Findings) -> Path {
    let (target, base) = (wanted.target, wanted.base);
    let mut on_path = Findings::default();
    let scripts = gather::gather(wanted, appups, &mut on_path);
    let contents = match wanted.direction {
        Direction::Up => Contents::of_releases(base, target),
        Direction::Down => Contents::of_releases(target, base),
    };
    let (mut from, mut to) = (base.rel.vsn.value.as_str(), target.rel.vsn.value.as_str());
    if wanted.direction == Direction::Down {
        std::mem::swap(&mut from, &mut to);
    }
    let frame = |steps: &mut Vec<Step>, found: &mut Findings| framing::frame(steps, wanted.framings, from, to, found);
    let mut path = translate(scripts, wanted.direction, &contents, &wanted.preference, frame, &mut on_path);
    if wanted.direction == Direction::Up {
        restart::old_emulator(&mut path.steps, base, &mut on_path);
    }
    let name = path_name(&target.rel.vsn.value, &base.rel.vsn.value, wanted.direction);
    found.append(on_path.map(|diagnostic| diagnostic.on_path(&name)));
    path
}

/// Translates scripts to one low-level script (`systools_rc:translate_scripts/4`), which is then framed.
fn translate(
    scripts: Vec<Script>,
    direction: Direction,
    contents: &Contents<'_>,
    preference: &Preference,
    frame: impl FnOnce(&mut Vec<Step>, &mut Findings),
    found: &mut Findings,
) -> Path {
    let halves = split::split(scripts, found);
    check::check(&halves, found);
    let tasks = applications::expand(halves.after, contents, found);
    let groups = order::order(&tasks, preference, found);
    let (mut before, after) = lower::lower(halves.before, &tasks, &groups, direction, contents, found);
    merge::merge(&mut before, found);
    let mut steps = restart::place(&mut before, after, direction);
    before.push(Step { op: LowOp::PointOfNoReturn, origin: Origin::new(Cause::Always) });
    steps.splice(0..0, before);
    frame(&mut steps, found);
    if !found.has_errors() {
        // In the script of refused input much looks odd that only follows from what was refused.
        review::review(&steps, found);
    }
    Path { steps, tasks, groups }
}

/// Translates the script of a single entry, for an application on its own.
pub fn plan_entry(script: Vec<Instruction>, direction: Direction, contents: &Contents<'_>, found: &mut Findings) -> Path {
    translate(vec![Script::written(script)], direction, contents, &Preference::default(), |_, _| {}, found)
}
