//! The question of `make`: the relup of a target.

use super::Session;
use super::author::{GenBase, GenRequest};
use super::releases::Releases;
use crate::appup::{self, Direction, Entry, HighOp, Version};
use crate::author::{self, derive_for};
use crate::diag::{Diagnostic, Findings, Severity};
use crate::lint::{self, Between};
use crate::otp::Otp;
use crate::plan::{self, Appups, Base, Request};
use crate::release::Release;
use crate::relup::{self, Cause, LowOp, Relup, Step};
use crate::source::{Source, Spot, TreeId};
use crate::term::{Atom, Extent, Term, read_differently};
use std::collections::{BTreeSet, HashMap};
use std::mem::ManuallyDrop;
use std::sync::Arc;

/// A base of a relup, and for which directions it is one.
#[derive(Clone, Debug)]
pub struct BaseRequest {
    /// The release, as it is named.
    pub reference: String,
    /// Whether there is to be a path from it.
    pub up: bool,
    /// Whether there is to be a path to it.
    pub down: bool,
    /// The description of its paths: any term.
    pub description: Term,
}

/// What a path may be forbidden to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forbidden {
    /// Restart the emulator.
    Restart,
}

/// What to make.
#[derive(Clone, Debug)]
pub struct MakeRequest {
    /// The release to upgrade to, as it is named.
    pub target: String,
    /// The older releases.
    pub bases: Vec<BaseRequest>,
    /// Whether each path ends in a restart of the emulator.
    pub restart_emulator: bool,
    /// Whether missing downgrade entries are derived.
    pub derive_downgrade: bool,
    /// Whether what has no inverse is left out of them.
    pub allow_lossy: bool,
    /// Whether entries that no appup has are generated.
    pub generate: bool,
    /// Whether generated entries may leave questions open.
    pub allow_questions: bool,
    /// Whether entries that no appup has are composed of entries for parts of their path, if the paths are proved.
    pub compose: bool,
    /// What paths must not do.
    pub forbid: Option<Forbidden>,
    /// Whether the rules of `lint` are run on the paths; without them nothing is verified.
    pub with_rules: bool,
    /// Whether what refutes a path is an error; otherwise it is at most a warning, as OTP accepts it.
    pub verify: bool,
}

impl MakeRequest {
    /// The releases, the target first.
    pub fn references(&self) -> Vec<String> {
        std::iter::once(&self.target).chain(self.bases.iter().map(|base| &base.reference)).cloned().collect()
    }
}

/// What was made.
pub struct Made {
    /// The relup, as far as it could be compiled; to be used only when nothing is wrong.
    pub relup: Option<Relup>,
    /// Whether every release could be opened.
    pub complete: bool,
    /// What was found.
    pub found: Findings,
    /// Whether the rules were run: not on paths that OTP refuses.
    pub checked: bool,
    /// The folder of the target, in which the release handler looks for its relup.
    pub target: Option<Spot>,
}

impl Session<'_> {
    /// Compiles the relup of a target.
    pub fn make(&mut self, request: &MakeRequest) -> Made {
        self.parts.clear();
        let releases = self.accepted_releases(&request.references());
        let mut found = releases.found.clone();
        let compiled = releases.target().map(|target| self.compile(request, target, &releases, &mut found));
        let (relup, checked) = compiled.map_or((None, false), |(relup, checked)| (Some(relup), checked));
        let complete = releases.bases().iter().all(Option::is_some);
        Made { relup, complete, found, checked, target: releases.target().map(|target| target.folder()) }
    }

    /// The relup, and whether its paths were checked.
    fn compile(&mut self, request: &MakeRequest, target: &Arc<Release>, releases: &Releases, found: &mut Findings) -> (Relup, bool) {
        let opened: Vec<&Release> = releases.bases().iter().flatten().map(Arc::as_ref).collect();
        // Giving them back takes long, and the process most often ends here.
        let mut appups = ManuallyDrop::new(Appups::load(&mut self.opener, &mut self.appups, target, opened));
        let bases = |wanted: fn(&BaseRequest) -> bool| -> Vec<Base<'_>> {
            let all = releases.bases().iter().zip(&request.bases).filter(|(_, base)| wanted(base));
            all.filter_map(|(release, base)| Some(Base { release: release.as_deref()?, description: &base.description })).collect()
        };
        let (up_from, down_to) = (bases(|base| base.up), bases(|base| base.down));
        if request.generate {
            self.generate_for(request, target, releases, &mut appups, found);
        }
        if request.derive_downgrade {
            self.derive(request, target, releases, &mut appups, found);
        }
        let composed = if request.compose { self.compose(request, releases, &mut appups, found) } else { Vec::new() };
        let planned = plan::plan(&Request { target, up_from, down_to, restart_emulator: request.restart_emulator, framings: &self.framings }, &appups, found);
        if request.compose {
            without_consequences(found);
        }
        if !found.has_errors() {
            let bases: Vec<&Release> = releases.bases().iter().flatten().map(Arc::as_ref).collect();
            self.check_framed(target, &bases, &planned, found);
        }
        let checked = request.with_rules && !found.has_errors();
        if checked {
            self.check_rules(request, target, releases, &planned, &appups, found);
            if !composed.is_empty() {
                self.check_composed(&composed, releases, &appups, &planned, found);
            }
        }
        if request.forbid == Some(Forbidden::Restart) {
            forbid_restart(&planned, found);
        }
        check_language(target, releases, &appups, self.otp(), found);
        (planned, checked)
    }

    /// Adds the entries that the paths need and no appup has, in memory only.
    fn generate_for(&mut self, request: &MakeRequest, target: &Release, releases: &Releases, appups: &mut Appups, found: &mut Findings) {
        let bases = request.bases.iter().map(|base| GenBase { reference: base.reference.clone(), up: base.up, down: base.down });
        let wanted = GenRequest::in_memory(&request.target, bases.collect(), Vec::new());
        let mut on_entries = Findings::default();
        let Ok((generated, _)) = self.generate_from(releases, &wanted, &mut on_entries) else { return };
        let level = if request.allow_questions { Severity::Warning } else { Severity::Error };
        found.append(on_entries.map(|finding| match finding.code.id {
            _ if author::is_question(&finding) => finding.severity(level),
            // The relup leaves such an application alone, as it does without `--gen`.
            "RL1003" => finding.severity(Severity::Warning),
            _ => finding,
        }));
        for one in generated {
            let (Some(application), Some(after)) = (target.application(&one.application), one.after) else { continue };
            for entry in one.entries.iter().filter(|entry| entry.status.is_written()) {
                let direction = entry.draft.direction;
                let path = plan::path_name(&one.version, &entry.versions.join(", "), direction);
                found.push(author::generated(&one.application, &entry.draft.script(), application.vsn.span, &path));
            }
            let spot = Spot::new(TreeId::Outside, after.name.clone());
            let file = self.opener.files_mut().add(Source::new(format!("{} (generated)", after.name), after.bytes().into_owned()));
            let document = self.opener.parse(file, Extent::First);
            appups.put(application, spot, document, self.opener.otp(), self.opener.trees());
        }
    }

    /// Adds the downgrade entries that the paths down need and the appups lack: the inverse of the upgrade, in the order and with the
    /// instructions that the code of both releases calls for, where that can be seen.
    fn derive(&mut self, request: &MakeRequest, target: &Release, releases: &Releases, appups: &mut Appups, found: &mut Findings) {
        let down_to = releases.bases().iter().zip(&request.bases).filter(|(_, base)| base.down).filter_map(|(release, _)| release.as_deref());
        let down_to: Vec<&Release> = down_to.collect();
        let mut derived: Vec<(String, String, Entry, Findings)> = Vec::new();
        appups.each(|name, appup| {
            let current = target.application(name).map(|application| &application.vsn.value);
            for old in down_to.iter().filter_map(|base| base.application(name)).filter(|old| Some(&old.vsn.value) != current) {
                let mut on_entry = Findings::default();
                match derive_for(appup, &old.vsn.value, request.allow_lossy, &mut on_entry) {
                    Some(entry) => {
                        appup.down.list.push(entry.clone());
                        derived.push((name.to_owned(), old.vsn.value.clone(), entry, on_entry));
                    }
                    None => found.append(on_entry),
                }
            }
        });
        let names: Vec<String> = derived.iter().map(|(name, ..)| name.clone()).collect();
        let computed = if names.is_empty() { HashMap::new() } else { self.computed_downgrades(request, names, releases) };
        for (name, version, entry, on_entry) in derived {
            let scripts = computed.get(&(name.clone(), version.clone()));
            // What was decided by hand for the upgrade holds for the downgrade as well.
            let written = appups.get(&name).and_then(|appup| appup::choose(&appup.up, &version, Direction::Up, &mut Findings::default()).ok());
            let script =
                scripts.filter(|(up, down)| *down != entry.script && written.is_some_and(|written| do_the_same(&written.script, up))).map(|(_, down)| down);
            // What is for several versions stays the inverse.
            let is_it = |known: &&mut Entry| {
                matches!(known.version, Version::Exact(..)) && known.version.span() == entry.version.span() && known.script == entry.script
            };
            let known = script.and_then(|script| Some((script, appups.get_mut(&name)?.down.list.iter_mut().find(is_it)?)));
            match known {
                Some((script, known)) => {
                    known.script = script.clone();
                    found.push(author::computed(&name, &version, script, entry.span));
                    found.extend(on_entry.all().into_iter().filter(|finding| finding.severity < Severity::Advice));
                }
                None => found.append(on_entry),
            }
        }
    }

    /// The scripts that the code of both releases calls for on the upgrade and on the downgrade, where none leaves a question open, by
    /// application and old version.
    fn computed_downgrades(&mut self, request: &MakeRequest, only: Vec<String>, releases: &Releases) -> HashMap<(String, String), (Term, Term)> {
        let bases = request.bases.iter().map(|base| GenBase { reference: base.reference.clone(), up: base.down, down: base.down });
        let wanted = GenRequest::in_memory(&request.target, bases.collect(), only);
        let mut on_entries = Findings::default();
        let Ok((generated, _)) = self.generate_from(releases, &wanted, &mut on_entries) else { return HashMap::new() };
        let mut scripts = HashMap::new();
        for one in generated.iter().filter(|_| !on_entries.iter().any(|finding| finding.severity == Severity::Error && !author::is_question(finding))) {
            let of = |direction: Direction| one.entries.iter().filter(move |entry| entry.draft.direction == direction && !entry.draft.lines.is_empty());
            for entry in of(Direction::Down).filter(|entry| entry.draft.all_questions().next().is_none()) {
                for version in &entry.versions {
                    if let Some(up) = of(Direction::Up).find(|up| up.versions.contains(version)) {
                        scripts.insert((one.application.clone(), version.clone()), (up.draft.script(), entry.draft.script()));
                    }
                }
            }
        }
        scripts
    }

    /// Runs the rules of `lint` on the paths that were compiled.
    fn check_rules(&mut self, request: &MakeRequest, target: &Release, releases: &Releases, relup: &Relup, appups: &Appups, found: &mut Findings) {
        let mut by_rules = Findings::default();
        let mut compared = Vec::new();
        for at in 0..request.bases.len() {
            let one = self.comparison(releases, at);
            one.iter().for_each(|one| by_rules.append(one.found.clone()));
            compared.push(one);
        }
        // The entries are in reverse order of the request.
        let (mut ups, mut downs) = (relup.up.iter().rev(), relup.down.iter().rev());
        let mut between = Vec::new();
        for ((release, base), compared) in releases.bases().iter().zip(&request.bases).zip(&compared) {
            let (Some(release), Some(compared)) = (release, compared) else { continue };
            between.push(Between {
                base: release,
                up: if base.up { ups.next().map(steps_of) } else { None },
                down: if base.down { downs.next().map(steps_of) } else { None },
                // The existing relup is about to be replaced.
                relup: None,
                is_given: false,
                comparison: &compared.comparison,
                links: &compared.links,
            });
        }
        lint::check_releases(target, &between, appups, self.opener.beams(), &mut by_rules);
        // OTP accepts all of it: only what refutes a path is an error. The compiler's own findings may do so as well.
        let level = |finding: Diagnostic| match (request.verify && finding.refuted().is_some(), finding.severity) {
            (true, _) => finding.severity(Severity::Error),
            (false, own) => finding.severity(own.max(Severity::Warning)),
        };
        *found = std::mem::take(found).map(level);
        found.append(by_rules.map(level));
    }
}

impl Made {
    /// The paths that findings refute, the upgrades first.
    pub fn refuted(&self, findings: &[Diagnostic]) -> Vec<(Direction, String)> {
        let refuting: Vec<&Diagnostic> = findings.iter().filter(|finding| finding.severity == Severity::Error && finding.refuted().is_some()).collect();
        let is_refuted = |path: &String| refuting.iter().any(|finding| finding.paths.is_empty() || finding.paths.contains(path));
        let of = |relup: &Relup, entries: &[relup::Entry], direction: Direction| -> Vec<(Direction, String)> {
            let names = entries.iter().map(|entry| plan::path_name(&relup.version, &entry.version, direction));
            names.filter(|path| is_refuted(path)).map(|path| (direction, path)).collect()
        };
        self.relup.iter().flat_map(|relup| [of(relup, &relup.up, Direction::Up), of(relup, &relup.down, Direction::Down)].concat()).collect()
    }
}

/// Takes out what follows from a path that cannot be composed: that entries are missing on it is why it was to be.
fn without_consequences(found: &mut Findings) {
    let refused: BTreeSet<String> = found.iter().filter(|finding| author::is_not_composed(finding)).flat_map(|finding| finding.paths.clone()).collect();
    let follows = |finding: &Diagnostic| {
        [&plan::NO_RELUP_ENTRY, &plan::UNDEFINED_DEPENDENCY].contains(&finding.code)
            && !finding.paths.is_empty()
            && finding.paths.iter().all(|path| refused.contains(path))
    };
    let kept: Vec<Diagnostic> = std::mem::take(found).all().into_iter().filter(|finding| !follows(finding)).collect();
    found.extend(kept);
}

/// Whether two scripts do the same to the same modules, whatever their order and their dependencies, and nothing else.
fn do_the_same(one: &Term, other: &Term) -> bool {
    let changes = |script: &Term| -> Option<Vec<(Atom, appup::Change)>> {
        let of = |instruction: appup::Instruction| match instruction.op {
            Some(HighOp::Module(dependent)) => Some((dependent.module.value, dependent.change)),
            Some(HighOp::AddApplication(..) | HighOp::RemoveApplication(_) | HighOp::RestartApplication(_) | HighOp::Low(_)) | None => None,
        };
        appup::read_script(script, &mut Findings::default()).into_iter().map(of).collect()
    };
    let (Some(one), Some(other)) = (changes(one), changes(other)) else { return false };
    one.len() == other.len() && one.iter().all(|change| other.contains(change))
}

fn steps_of(entry: &relup::Entry) -> &[Step] {
    &entry.steps
}

fn forbid_restart(relup: &Relup, found: &mut Findings) {
    for (entries, direction) in [(&relup.up, Direction::Up), (&relup.down, Direction::Down)] {
        for entry in entries {
            let restart = entry.steps.iter().find(|step| matches!(step.op, LowOp::RestartEmulator | LowOp::RestartNewEmulator));
            let Some(step) = restart else { continue };
            let path = plan::path_name(&relup.version, &entry.version, direction);
            let why = match &step.origin.cause {
                Cause::ErtsChanged => "its ERTS changes",
                Cause::RestartRequested => "`--restart-emulator` is given",
                Cause::Written(_) | Cause::ApplicationAdded(..) | Cause::ApplicationRemoved(..) | Cause::Always => "an instruction asks for it",
            };
            found.push(plan::restart_forbidden(&path, step.origin.span(), why));
        }
    }
}

/// Warns of what a version between base and target reads otherwise than the one that counts.
fn check_language(target: &Release, releases: &Releases, appups: &Appups, counts: Otp, found: &mut Findings) {
    let all = || std::iter::once(target).chain(releases.bases().iter().flatten().map(Arc::as_ref));
    let versions: BTreeSet<Otp> = all().map(|release| Otp::from_erts(&release.rel.erts.value)).collect();
    for sensitive in all().flat_map(|release| &release.sensitive).chain(appups.sensitive()) {
        let other = versions.iter().find(|other| (**other < sensitive.since) != (counts < sensitive.since));
        if let Some(other) = other {
            found.push(read_differently(sensitive.span, sensitive.what, sensitive.since, *other));
        }
    }
}
