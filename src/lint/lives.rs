//! What lives on across a path, as the rules read it.

use crate::appup::Direction;
use crate::interpret::{Child, Done, Fault, Living, Machine, Store, Supervisor, Value, rows};
use crate::term::Atom;
use std::collections::BTreeMap;

/// What is known of two releases.
#[derive(Debug, Default)]
pub struct Lives {
    /// The base.
    pub base: Half,
    /// The target.
    pub target: Half,
    /// What the paths do on which the emulator runs on.
    pub passed: Vec<(Direction, Passed)>,
}

/// What one of the releases keeps.
#[derive(Debug, Default)]
pub struct Half {
    /// The processes of each module.
    pub processes: BTreeMap<Atom, (Machine, Living)>,
    /// The calls that are made when an application starts, by its callback module.
    pub starts: BTreeMap<Atom, Vec<Done>>,
    /// The supervisors by module, and by the callback modules of applications that start one in place.
    pub supervisors: BTreeMap<Atom, Supervisor>,
    /// The calls that other functions make, by module.
    pub offered: BTreeMap<Atom, Vec<Done>>,
    /// The names of processes, each with the module that they run.
    pub names: Vec<(Value, Atom)>,
    /// What it puts under names.
    pub stored: Stored,
}

/// What is put under literal names.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// The rows of tables.
    pub tables: Vec<(Value, Value)>,
    /// Persistent terms.
    pub terms: Vec<(Value, Value)>,
}

/// What a path does besides loading code.
#[derive(Debug, Default)]
pub struct Passed {
    /// The calls of its `apply` instructions, followed, each with its step.
    pub applied: Vec<(usize, Done)>,
    /// The modules whose processes are stopped by its calls, each with the first step that does it.
    pub stopped: BTreeMap<Atom, usize>,
    /// What is converted, by module.
    pub converted: BTreeMap<Atom, Conversion>,
    /// What fails afterwards, each with the module of the processes that it happens in.
    pub failing: Vec<(Atom, Fault)>,
}

/// What `code_change` makes of the states of a module's processes.
#[derive(Debug, Default)]
pub struct Conversion {
    /// At which step.
    pub at: usize,
    /// What the processes keep afterwards.
    pub states: Vec<Value>,
    /// What it answers.
    pub answers: Vec<Value>,
    /// The calls that it makes.
    pub done: Vec<Done>,
    /// What fails.
    pub faults: Vec<Fault>,
    /// The modules whose code it runs.
    pub entered: Vec<Atom>,
}

impl Lives {
    /// One of the releases, as it is before a path or after it.
    pub fn half(&self, direction: Direction, after: bool) -> &Half {
        if (direction == Direction::Up) == after { &self.target } else { &self.base }
    }

    /// What a path does.
    pub fn passed(&self, direction: Direction) -> Option<&Passed> {
        self.passed.iter().find(|(known, _)| *known == direction).map(|(_, passed)| passed)
    }
}

impl Half {
    /// The module that a process of a name runs.
    pub fn of_name(&self, name: &Value) -> Option<&Atom> {
        let registered = self.names.iter().find(|(known, _)| known == name).map(|(_, module)| module);
        registered.or_else(|| {
            let module = name.as_atom()?;
            self.processes.get_key_value(module).map(|(module, _)| module).or_else(|| self.supervisors.get_key_value(module).map(|(module, _)| module))
        })
    }

    /// The modules whose processes a call stops.
    pub fn stopped_by(&self, done: &Done) -> Vec<Atom> {
        let mut stopped = Vec::new();
        match (done.module.as_str(), done.function.as_str(), done.arguments.as_slice()) {
            ("supervisor" | "Elixir.Supervisor" | "Elixir.DynamicSupervisor", "terminate_child", [supervisor, id]) => {
                for (module, known) in &self.supervisors {
                    let is_other = self.of_name(supervisor).is_some_and(|named| named != module);
                    let Some(children) = known.children.as_ref().filter(|_| !is_other) else { continue };
                    for child in children.iter().filter(|child| if known.is_template() { !id.is_literal() } else { !child.id.is_other_than(id) }) {
                        self.below(child, &mut stopped);
                    }
                    // Children of a dynamic supervisor are those that are started by calls.
                    if known.is_template() && children.is_empty() && !id.is_literal() {
                        stopped.extend(self.dynamic(module));
                    }
                }
            }
            ("gen_server" | "gen_statem" | "Elixir.GenServer", "stop", [process, ..]) => stopped.extend(self.of_name(process).cloned()),
            _ => {}
        }
        stopped
    }

    /// A child's module, and all below it when it is a supervisor.
    fn below(&self, child: &Child, all: &mut Vec<Atom>) {
        let Some(module) = child.runs.as_ref().filter(|module| !all.contains(module)) else { return };
        all.push(module.clone());
        for child in self.supervisors.get(module).and_then(|supervisor| supervisor.children.as_ref()).into_iter().flatten() {
            self.below(child, all);
        }
    }

    /// The modules whose processes are started under a dynamic supervisor.
    fn dynamic(&self, supervisor: &Atom) -> Vec<Atom> {
        let calls = self.all_done().filter(|done| done.is("Elixir.DynamicSupervisor", &["start_child"]));
        let under = calls.filter(|done| done.arguments.first().is_some_and(|name| self.of_name(name) == Some(supervisor)));
        under
            .filter_map(|done| match done.arguments.get(1)?.as_tuple() {
                Some([Value::Atom(module), _]) => Some(module.clone()),
                _ => None,
            })
            .collect()
    }

    /// All calls that the code of a release is seen to make while it runs, but for those that a path makes.
    pub fn all_done(&self) -> impl Iterator<Item = &Done> {
        let of_processes = self.processes.values().flat_map(|(_, living)| living.begun.iter().chain(living.done.iter().map(|(_, done)| done)));
        of_processes.chain(self.starts.values().flatten()).chain(self.offered.values().flatten())
    }
}

impl Passed {
    /// The calls that a path makes: by `apply`, and by conversions.
    pub fn done(&self) -> impl Iterator<Item = &Done> {
        self.applied.iter().map(|(_, done)| done).chain(self.converted.values().flat_map(|conversion| &conversion.done))
    }
}

impl Stored {
    /// What is put under a name.
    pub fn get(&self, store: Store, name: &Value) -> Option<Value> {
        let list = match store {
            Store::Table => &self.tables,
            Store::Term => &self.terms,
        };
        list.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    /// Puts in what a call does.
    pub fn put(&mut self, done: &Done) {
        let (list, name, value) = match (done.module.as_str(), done.function.as_str(), done.arguments.as_slice()) {
            ("ets", "insert" | "insert_new", [name, inserted]) => (&mut self.tables, name, rows(inserted)),
            ("persistent_term", "put", [name, value]) => (&mut self.terms, name, value.clone()),
            _ => return,
        };
        if !name.is_literal() || value.is_never() {
            return;
        }
        match list.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = std::mem::replace(known, Value::Any).or_blend(value).cut(),
            None => list.push((name.clone(), value.cut())),
        }
    }
}
