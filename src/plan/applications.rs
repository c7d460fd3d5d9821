//! Instructions for whole applications become ones for their modules (`systools_rc:translate_independent_instrs/4`).

use super::faults;
use super::gather::Item;
use crate::appup::{Change, Dependent, HighOp};
use crate::diag::Findings;
use crate::release::{Release, StartType};
use crate::relup::{LowOp, Origin, Pass, Purge};
use crate::span::{Span, Spanned};
use crate::term::{Atom, Term};
use foldhash::{HashMap, HashMapExt, HashSet};

/// What the passes need to know of the two releases of a path: the one being replaced and the one being installed.
pub struct Contents<'a> {
    from: HashMap<&'a str, Library<'a>>,
    to: HashMap<&'a str, Library<'a>>,
    /// Where the modules of the release being installed are loaded from.
    modules: Modules<'a>,
    /// Whether applications that are not known are taken to be there: without a release that is not known.
    assume: bool,
}

/// Which modules there are to load.
enum Modules<'a> {
    /// Those of a release.
    Of(&'a Release),
    /// Those of one application: its name, its version, and they.
    Alone(&'a Atom, &'a str, HashSet<&'a str>),
}

/// An application as the passes see it.
#[derive(Clone, Copy)]
struct Library<'a> {
    kind: StartType,
    modules: &'a [Spanned<Atom>],
}

impl<'a> Contents<'a> {
    /// Of two releases.
    pub fn of_releases(from: &'a Release, to: &'a Release) -> Contents<'a> {
        let mut contents = Contents { from: HashMap::new(), to: HashMap::new(), modules: Modules::Of(to), assume: false };
        for application in from.ordered() {
            let library = Library { kind: application.kind, modules: &application.file.modules };
            contents.from.entry(application.name.value.as_str()).or_insert(library);
        }
        for application in to.ordered() {
            let library = Library { kind: application.kind, modules: &application.file.modules };
            contents.to.entry(application.name.value.as_str()).or_insert(library);
        }
        contents
    }

    /// Of a single application without a release: the same in both, with these modules.
    pub fn of_application(name: &'a Atom, vsn: &'a str, modules: &'a [Spanned<Atom>]) -> Contents<'a> {
        let library = Library { kind: StartType::Permanent, modules };
        Contents {
            from: HashMap::from_iter([(name.as_str(), library)]),
            to: HashMap::from_iter([(name.as_str(), library)]),
            modules: Modules::Alone(name, vsn, modules.iter().map(|module| module.value.as_str()).collect()),
            assume: true,
        }
    }

    /// The application that a module is loaded from, and its version.
    pub(super) fn owner_of(&self, module: &str) -> Option<(&'a Atom, &'a str)> {
        match &self.modules {
            Modules::Of(release) => release.owner_of(module).map(|application| (&application.name.value, application.vsn.value.as_str())),
            Modules::Alone(name, vsn, modules) => modules.contains(module).then_some((*name, *vsn)),
        }
    }

    /// What is assumed of an application that is not known.
    fn assumed(&self) -> Option<&Library<'a>> {
        const UNKNOWN: Library<'static> = Library { kind: StartType::Permanent, modules: &[] };
        self.assume.then_some(&UNKNOWN)
    }

    /// A module of the release being installed whose name differs by case or by one word only, for a message.
    pub(super) fn near(&self, module: &str) -> Option<&'a Atom> {
        let plain = |name: &str| name.trim_start_matches("Elixir.").to_lowercase().replace(['_', '.'], "");
        let wanted = plain(module);
        let all = self.to.values().flat_map(|library| library.modules);
        all.map(|module| &module.value).filter(|name| plain(name.as_str()) == wanted).min()
    }
}

/// An instruction after this pass: for a module, or low-level.
#[derive(Clone, Debug)]
pub(super) enum Work {
    Module(Dependent),
    Low(LowOp),
}

/// An instruction and why it is there.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub work: Work,
    pub origin: Origin,
}

/// Replaces application instructions in place. Refused instructions are dropped; they are reported.
pub(super) fn expand(items: Vec<Item>, contents: &Contents<'_>, found: &mut Findings) -> Vec<Task> {
    let mut tasks = Vec::with_capacity(items.len());
    for item in items {
        let origin = Origin::new(item.cause);
        match item.op {
            None => {}
            Some(HighOp::Module(dependent)) => tasks.push(Task { work: Work::Module(dependent), origin }),
            Some(HighOp::Low(op)) => tasks.push(Task { work: Work::Low(op), origin }),
            Some(HighOp::AddApplication(name, kind)) => match contents.to.get(name.value.as_str()) {
                Some(library) => add(&name, library.modules, kind, &origin, &mut tasks, found),
                None if contents.assume => start(&name, kind, &origin, &mut tasks),
                None => found.push(faults::no_such_application(&name, "target")),
            },
            Some(HighOp::RemoveApplication(name)) => {
                let from = contents.from.get(name.value.as_str());
                match (from.or(contents.assumed()), contents.to.contains_key(name.value.as_str())) {
                    (_, true) => found.push(faults::removed_application_present(&name)),
                    (None, false) => found.push(faults::no_such_application(&name, "former")),
                    (Some(library), false) => {
                        remove(&name, library.modules, &origin, &mut tasks);
                        call(&mut tasks, &origin, "unload", vec![name.value.clone().into()]);
                    }
                }
            }
            Some(HighOp::RestartApplication(name)) => {
                let (from, to) = (contents.from.get(name.value.as_str()), contents.to.get(name.value.as_str()));
                let (from, to) = (from.or(contents.assumed()), to.or(contents.assumed()));
                match (from, to) {
                    (Some(from), Some(to)) => {
                        remove(&name, from.modules, &origin, &mut tasks);
                        add_modules(&name, to.modules, &origin, &mut tasks);
                        start(&name, to.kind, &origin, &mut tasks);
                    }
                    (None, _) => found.push(faults::no_such_application(&name, "former")),
                    (_, None) => found.push(faults::no_such_application(&name, "new")),
                }
            }
        }
    }
    tasks
}

fn push(tasks: &mut Vec<Task>, origin: &Origin, op: LowOp) {
    tasks.push(Task { work: Work::Low(op), origin: origin.through(Pass::Applications) });
}

fn call(tasks: &mut Vec<Task>, origin: &Origin, function: &str, arguments: Vec<Term>) {
    push(tasks, origin, LowOp::application_call(function, arguments));
}

fn add(name: &Spanned<Atom>, modules: &[Spanned<Atom>], kind: StartType, origin: &Origin, tasks: &mut Vec<Task>, found: &mut Findings) {
    if modules.is_empty() && kind != StartType::None {
        found.push(faults::not_on_code_path(&name.value, name.span));
    }
    add_modules(name, modules, origin, tasks);
    start(name, kind, origin, tasks);
}

/// The modules of an added application are placed at the instruction that adds it, which is what a person would change.
fn add_modules(name: &Spanned<Atom>, modules: &[Spanned<Atom>], origin: &Origin, tasks: &mut Vec<Task>) {
    for module in modules {
        let span = if origin.span().is_written() { name.span } else { Span::GENERATED };
        let module = Spanned::new(module.value.clone(), span);
        let dependent = Dependent { module, change: Change::Add, deps: Vec::new() };
        tasks.push(Task { work: Work::Module(dependent), origin: origin.through(Pass::Applications) });
    }
}

fn start(name: &Spanned<Atom>, kind: StartType, origin: &Origin, tasks: &mut Vec<Task>) {
    let application: Term = name.value.clone().into();
    match kind {
        StartType::None => {}
        StartType::Load => call(tasks, origin, "load", vec![application]),
        StartType::Permanent | StartType::Transient | StartType::Temporary => call(tasks, origin, "start", vec![application, Term::atom(kind.word())]),
    }
}

fn remove(name: &Spanned<Atom>, modules: &[Spanned<Atom>], origin: &Origin, tasks: &mut Vec<Task>) {
    call(tasks, origin, "stop", vec![name.value.clone().into()]);
    for module in modules {
        push(tasks, origin, LowOp::Remove(module.value.clone(), Purge::Brutal, Purge::Brutal));
    }
    push(tasks, origin, LowOp::Purge(modules.iter().map(|module| module.value.clone()).collect()));
}
