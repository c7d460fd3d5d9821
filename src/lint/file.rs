//! An appup on its own, as the rules see it.

use crate::appup::{self, Appup, Direction, Entry, HighOp, Instruction};
use crate::diag::{Diagnostic, Findings, Severity};
use crate::otp::Otp;
use crate::plan::{Contents, NO_SUCH_MODULE, Path, UNDEFINED_DEPENDENCY, plan_entry};
use crate::release::AppFile;
use crate::relup::Step;
use crate::span::{Span, Spanned};
use crate::term::Atom;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeSet, HashSet};

/// An entry with its script read.
pub struct Script<'a> {
    /// The direction it is for.
    pub direction: Direction,
    /// The entry.
    pub entry: &'a Entry,
    /// Its instructions, as far as they could be read.
    pub instructions: Vec<Instruction>,
    /// What becomes of it, once that was asked for.
    path: OnceCell<Path>,
    /// Whose it is, and the modules that the application lists, where those are the ones that count.
    of: (&'a Atom, &'a Appup),
    listed: Option<&'a [Spanned<Atom>]>,
}

impl Script<'_> {
    /// What becomes of it.
    pub fn steps(&self) -> &[Step] {
        &self.path.get_or_init(|| self.plan(&mut Findings::default())).steps
    }

    fn plan(&self, found: &mut Findings) -> Path {
        let (name, appup) = self.of;
        let vsn = appup.vsn.text().unwrap_or_default();
        let modules = self.listed.map_or_else(|| Cow::Owned(named(&self.instructions)), Cow::Borrowed);
        plan_entry(self.instructions.clone(), self.direction, &Contents::of_application(name, &vsn, &modules), found)
    }

    /// Whether it has instructions that concern more than modules.
    pub fn has_calls(&self) -> bool {
        self.modules().count() < self.instructions.len()
    }

    /// The instructions that concern whole modules.
    pub fn modules(&self) -> impl Iterator<Item = &crate::appup::Dependent> {
        self.instructions.iter().filter_map(|instruction| if let Some(HighOp::Module(dependent)) = &instruction.op { Some(dependent) } else { None })
    }
}

/// What is beside an appup: the `.app`, and the modules that have a compiled file.
pub type Beside<'a> = (Option<&'a AppFile>, Option<&'a BTreeSet<String>>);

/// An appup and what is beside it.
pub struct File<'a> {
    /// The application's name, from the file's.
    pub name: &'a Atom,
    /// The appup.
    pub appup: &'a Appup,
    /// The `.app` beside it.
    pub app: Option<&'a AppFile>,
    /// The modules that have a compiled file beside it.
    pub beams: Option<&'a BTreeSet<String>>,
    /// Every entry, the upgrades first.
    pub scripts: Vec<Script<'a>>,
}

impl<'a> File<'a> {
    /// Reads every script; what OTP refuses in them is found on the way, but for the entries that were `compiled` as part of a path.
    pub fn new((name, appup): (&'a Atom, &'a Appup), (app, beams): Beside<'a>, alone: bool, compiled: &HashSet<Span>, found: &mut Findings) -> File<'a> {
        let mut scripts = Vec::new();
        for direction in [Direction::Up, Direction::Down] {
            for entry in &appup.entries(direction).list {
                let mut on_path = Findings::default();
                let instructions = appup::read_script(&entry.script, &mut on_path);
                // On a downgrade the modules of the older version count, which are not to be seen here.
                let listed = app.filter(|_| alone && direction == Direction::Up).map(|app| app.modules.as_slice());
                let script = Script { direction, entry, instructions, path: OnceCell::new(), of: (name, appup), listed };
                if !compiled.contains(&entry.span) {
                    let path = script.plan(&mut on_path);
                    script.path.get_or_init(|| path);
                }
                found.extend(on_path.sorted().into_iter().filter_map(|finding| beside_others(finding, alone)));
                scripts.push(script);
            }
        }
        File { name, appup, app, beams, scripts }
    }

    /// A term in Erlang's form as it is written in this file.
    pub fn written(&self, erlang: &str) -> Option<String> {
        self.appup.form.write(erlang, Otp::NEWEST)
    }

    /// The scripts of one direction.
    pub fn scripts(&self, direction: Direction) -> impl Iterator<Item = &Script<'a>> {
        self.scripts.iter().filter(move |script| script.direction == direction)
    }
}

/// A finding about one script as it is where other applications may have their part: OTP looks through the whole release.
fn beside_others(finding: Diagnostic, alone: bool) -> Option<Diagnostic> {
    if *finding.code == NO_SUCH_MODULE {
        let help = "does it belong to another application? with `--target` and `--from` all of them are searched";
        return Some(finding.severity(Severity::Warning).help(help));
    }
    if *finding.code == UNDEFINED_DEPENDENCY {
        // OTP joins the scripts of all applications; beside releases the path itself says whether one is missing.
        let help = "is it in the appup of another application that changes with this one? with `--target` and `--from` all of them are read";
        return alone.then(|| finding.severity(Severity::Advice).help(help));
    }
    Some(finding)
}

/// The modules that a script names.
fn named(instructions: &[Instruction]) -> Vec<Spanned<Atom>> {
    let mut known = HashSet::new();
    let modules =
        instructions.iter().filter_map(|instruction| if let Some(HighOp::Module(dependent)) = &instruction.op { Some(&dependent.module) } else { None });
    modules.filter(|module| known.insert(&module.value)).cloned().collect()
}
