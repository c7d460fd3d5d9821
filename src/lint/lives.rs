//! What lives on across a path, as the rules read it.

use crate::appup::Direction;
use crate::interpret::{Child, Done, Fault, Living, Machine, Message, Store, Supervisor, Value, rows};
use crate::term::Atom;
use std::collections::{BTreeMap, BTreeSet};

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
    /// The calls that processes of no behaviour make from their start on, by module.
    pub special: BTreeMap<Atom, Vec<Done>>,
    /// The supervisors by module, and by the callback modules of applications that start one in place.
    pub supervisors: BTreeMap<Atom, Supervisor>,
    /// What other functions do, by module.
    pub offered: BTreeMap<Atom, Offered>,
    /// The names of processes, each with the module that they run.
    pub names: Vec<(Value, Atom)>,
    /// The forms of their names that are made of something that is not known, by `global` or `via`.
    pub name_forms: Vec<(Value, Atom)>,
    /// The modules that processes run by their names that are atoms.
    by_name: BTreeMap<Atom, Atom>,
    /// The modules whose processes have names.
    renamed: BTreeSet<Atom>,
    /// The servers that have a clause for a message, by callback and by the tag of the message.
    pub takers: BTreeMap<(Atom, Atom), Vec<Atom>>,
    /// The calls that set timers for processes with names.
    pub timers: Vec<Done>,
    /// What it puts under names.
    pub stored: Stored,
    /// The same without what is done only when applications and processes start.
    pub late: Late,
}

/// What is kept, that of `init/1` included, without what only calls do that are made when applications and processes start: a node that was upgraded has
/// in its place what the release before did.
#[derive(Debug, Default)]
pub struct Late {
    /// What the processes keep, by module.
    pub states: BTreeMap<Atom, Vec<Value>>,
    /// What is put under names.
    pub stored: Stored,
}

/// What the functions that a module exports do, with arguments of which nothing is known.
#[derive(Debug, Default)]
pub struct Offered {
    /// The calls that they make.
    pub done: Vec<Done>,
    /// What fails in them.
    pub faults: Vec<Fault>,
    /// The modules whose code they run.
    pub entered: Vec<Atom>,
}

/// What is put under literal names.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// The rows of tables.
    pub tables: Vec<(Value, Value)>,
    /// The rows of tables of `mnesia` and `dets`.
    pub database: Vec<(Value, Value)>,
    /// Persistent terms.
    pub terms: Vec<(Value, Value)>,
    /// What agents keep.
    pub agents: Vec<(Value, Value)>,
    /// What processes are registered with in registries.
    pub registered: Vec<(Value, Value)>,
    /// What processes have in their dictionaries, by the module that puts it there and the key.
    pub dictionary: Vec<(Value, Value)>,
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
    /// What agents keep after their conversion, by their names.
    pub agents: Vec<(Value, Value)>,
    /// The modules whose processes are converted once more, for another module that their child lists, each with that one and the step.
    pub twice: Vec<(Atom, Atom, usize)>,
    /// What processes keep after calls of the path replaced it (`sys:replace_state`), by module.
    pub replaced: BTreeMap<Atom, Vec<Value>>,
    /// The modules whose processes calls of the path ask something or tell something: what that does to their state is not followed.
    pub asked: BTreeSet<Atom>,
    /// The calls that upgraded processes make, each with the message that they are made for.
    pub later: BTreeMap<Atom, Vec<(Message, Done)>>,
    /// What fails afterwards, each with the module of the processes that it happens in.
    pub failing: Vec<(Atom, Fault)>,
    /// What fails when something starts again with what it was given before, each with the module that is started.
    pub restarting: Vec<(Atom, Fault)>,
    /// What fails after a downgrade only of a node that was started with the newer release, and not upgraded to it.
    pub seldom: Vec<(Atom, Fault)>,
    /// What processes keep at its end, by module.
    pub states: BTreeMap<Atom, Vec<Value>>,
    /// What is kept under names that the path does not write to itself.
    pub left: Stored,
}

/// What `code_change` makes of the states of a module's processes.
#[derive(Debug)]
pub struct Conversion {
    /// At which step.
    pub at: usize,
    /// The module that the instruction names.
    pub named: Atom,
    /// What the processes keep afterwards.
    pub states: Vec<Value>,
    /// An answer that a state machine is refused for.
    pub refused: Option<Value>,
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
    /// The children that supervisors list.
    pub fn children(&self) -> impl Iterator<Item = &Child> {
        self.supervisors.values().flat_map(|supervisor| supervisor.children.iter().flatten())
    }

    /// Puts in order what is asked for by a name, once all names are known.
    pub fn index(&mut self) {
        for (name, module) in &self.names {
            if let Some(atom) = name.as_atom() {
                self.by_name.entry(atom.clone()).or_insert_with(|| module.clone());
            }
            self.renamed.insert(module.clone());
        }
        for (module, (_, living)) in self.processes.iter().filter(|(_, (machine, _))| *machine == Machine::Server) {
            for message in &living.written_for {
                let Some(tag) = message.arguments.first().and_then(Value::tag) else { continue };
                let all = self.takers.entry((message.callback.clone(), tag.clone())).or_default();
                if all.last() != Some(module) {
                    all.push(module.clone());
                }
            }
        }
    }

    /// The module that a process of a name runs.
    pub fn of_name(&self, name: &Value) -> Option<&Atom> {
        let Some(atom) = name.as_atom() else { return self.names.iter().find(|(known, _)| known == name).map(|(_, module)| module) };
        self.by_name.get(atom).or_else(|| {
            // A process that is registered under another name has not that of its module.
            let module = Some(atom).filter(|module| !self.renamed.contains(*module))?;
            self.processes.get_key_value(module).map(|(module, _)| module).or_else(|| self.supervisors.get_key_value(module).map(|(module, _)| module))
        })
    }

    /// The modules whose processes make a table when they begin, and own it.
    pub fn owners<'h>(&'h self, table: &'h Value) -> impl Iterator<Item = &'h Atom> {
        let makes = move |living: &Living| living.begun.iter().any(|done| done.is("ets", &["new"]) && done.arguments.first() == Some(table));
        self.processes.iter().filter(move |(_, (_, living))| makes(living)).map(|(module, _)| module)
    }

    /// The modules that the processes run which the release handler finds by a module: itself, or the callback module of a child that
    /// lists it.
    pub fn found_by<'h>(&'h self, module: &'h Atom) -> Vec<&'h Atom> {
        let lists = |child: &&Child| child.modules.as_ref().is_some_and(|modules| modules.contains(module));
        let mut found: Vec<&Atom> = self.children().filter(lists).filter_map(|child| child.runs.as_ref()).collect();
        found.push(module);
        found.sort();
        found.dedup();
        found
    }

    /// The modules whose processes a call stops.
    pub fn stopped_by(&self, done: &Done) -> Vec<Atom> {
        let mut stopped = Vec::new();
        match (done.module.as_str(), done.function.as_str(), done.arguments.as_slice()) {
            ("supervisor" | "Elixir.Supervisor" | "Elixir.DynamicSupervisor", "terminate_child", [supervisor, id]) => {
                let Some(known) = self.of_name(supervisor).and_then(|module| self.supervisors.get(module)) else {
                    // Without a module of its own: its children are those that are started by calls.
                    if supervisor.is_literal() && !id.is_literal() {
                        stopped.extend(self.dynamic(supervisor));
                    }
                    return stopped;
                };
                for child in known.children.iter().flatten().filter(|child| if known.is_template() { !id.is_literal() } else { child.id == *id }) {
                    self.below(child, &mut stopped);
                }
                if known.is_template() && !id.is_literal() {
                    stopped.extend(self.dynamic(supervisor));
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

    /// The modules whose processes are started by calls under a supervisor of a name.
    fn dynamic(&self, supervisor: &Value) -> Vec<Atom> {
        let calls = self.all_done().filter(|done| done.is("Elixir.DynamicSupervisor", &["start_child"]));
        let under = calls.filter(|done| done.arguments.first() == Some(supervisor));
        under.filter_map(|done| started(done.arguments.get(1)?).cloned()).collect()
    }

    /// All calls that the code of a release is seen to make while it runs, but for those that a path makes.
    pub fn all_done(&self) -> impl Iterator<Item = &Done> {
        let of_processes = self.processes.values().flat_map(|(_, living)| living.begun.iter().chain(living.done.iter().map(|(_, done)| done)));
        of_processes.chain(self.starts.values().chain(self.special.values()).flatten()).chain(self.offered.values().flat_map(|offered| &offered.done))
    }
}

/// Functions of `ets` that change the rows of a table.
const WRITES: &[&str] = &[
    "insert",
    "insert_new",
    "update_element",
    "update_counter",
    "delete",
    "delete_all_objects",
    "delete_object",
    "take",
    "match_delete",
    "select_delete",
    "select_replace",
    "init_table",
    "from_dets",
    "rename",
];

/// Functions of `mnesia` after which rows are others.
const REWRITES: &[&str] = &["write", "transform_table", "delete_table", "clear_table"];

/// The module whose code a child runs: what starts it, of a task what it is given.
fn started(spec: &Value) -> Option<&Atom> {
    let Value::Map(map) = spec else { return spec.as_module() };
    let (_, start, _) = map.keys.iter().find(|(key, ..)| key.is_atom("start"))?;
    match start.as_tuple()? {
        [owner, _, Value::List(given, _)] if owner.is_atom("Elixir.Task") => given.first()?.as_module(),
        _ => start.as_module(),
    }
}

impl Passed {
    /// What a path made of what the processes of a module keep: by a conversion, or by a call that replaced it.
    pub fn made_of(&self, module: &Atom) -> Option<&Vec<Value>> {
        self.converted.get(module).map(|conversion| &conversion.states).or_else(|| self.replaced.get(module))
    }

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
            Store::Database => &self.database,
            Store::Term => &self.terms,
            Store::Agent => &self.agents,
            Store::Registry => &self.registered,
            Store::Dictionary => &self.dictionary,
        };
        list.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    /// Everything that was put under a name: what that is, the name, the value.
    pub fn each(&self) -> impl Iterator<Item = (&'static str, &Value, &Value)> {
        let all = [
            ("the table", &self.tables),
            ("the database table", &self.database),
            ("the persistent term", &self.terms),
            ("the agent", &self.agents),
            ("the registry", &self.registered),
        ];
        all.into_iter().flat_map(|(what, list)| list.iter().map(move |(name, value)| (what, name, value)))
    }

    /// Takes out what a path writes to itself, and the tables that are lost with their owners.
    pub fn left_by<'d>(&self, written: impl Iterator<Item = &'d Done>, lost: impl Fn(&Value) -> bool) -> Stored {
        let mut left = self.clone();
        left.tables.retain(|(name, _)| !lost(name));
        for done in written {
            let Some(name) = done.arguments.first() else { continue };
            match done.module.as_str() {
                "ets" if WRITES.contains(&done.function.as_str()) => left.tables.retain(|(known, _)| known.is_other_than(name)),
                "dets" if WRITES.contains(&done.function.as_str()) => left.database.retain(|(known, _)| known.is_other_than(name)),
                "mnesia" if REWRITES.contains(&done.function.as_str()) => left.database.retain(|(known, _)| known.is_other_than(name)),
                "persistent_term" if done.function.as_str() != "get" => left.terms.retain(|(known, _)| known.is_other_than(name)),
                "Elixir.Registry" if matches!(done.function.as_str(), "register" | "update_value" | "unregister") => {
                    left.registered.retain(|(known, _)| known.is_other_than(name));
                }
                // What the release handler puts is in its own dictionary.
                "erlang" if done.function.as_str() == "put" && !done.elsewhere => {
                    let name = in_dictionary(&done.by, name);
                    left.dictionary.retain(|(known, _)| known.is_other_than(&name));
                }
                "Elixir.Agent" if done.function.as_str() == "keeps" => left.agents.retain(|(known, _)| known.is_other_than(name)),
                _ => {}
            }
        }
        left
    }

    /// This and what another one has.
    pub fn with(&self, other: &Stored) -> Stored {
        let mut all = self.clone();
        let both = [
            (&mut all.tables, &other.tables),
            (&mut all.database, &other.database),
            (&mut all.terms, &other.terms),
            (&mut all.agents, &other.agents),
            (&mut all.registered, &other.registered),
            (&mut all.dictionary, &other.dictionary),
        ];
        for (list, further) in both {
            further.iter().for_each(|(name, value)| put_in(list, name, value.clone()));
        }
        all
    }

    /// Puts in what a call does.
    pub fn put(&mut self, done: &Done) {
        let own;
        let (list, name, value) = match (done.module.as_str(), done.function.as_str(), done.arguments.as_slice()) {
            ("mnesia", "write", [name, row]) => (&mut self.database, name, row.clone()),
            ("dets", "insert" | "insert_new", [name, inserted]) => (&mut self.database, name, rows(inserted)),
            ("ets", "insert" | "insert_new", [name, inserted]) => (&mut self.tables, name, rows(inserted)),
            ("ets", "update_counter", [name, _, _, row]) => (&mut self.tables, name, row.clone()),
            ("persistent_term", "put", [name, value]) => (&mut self.terms, name, value.clone()),
            ("Elixir.Registry", "register", [name, _, value]) => (&mut self.registered, name, value.clone()),
            ("Elixir.Registry", "update_value", [name, ..]) => (&mut self.registered, name, Value::Any),
            ("Elixir.Agent", "keeps", [name, value]) => (&mut self.agents, name, value.clone()),
            ("erlang", "put", [key, value]) => {
                own = in_dictionary(&done.by, key);
                (&mut self.dictionary, &own, value.clone())
            }
            _ => return,
        };
        if !name.is_literal() || value.is_never() {
            return;
        }
        put_in(list, name, value);
    }
}

/// Adds what a name may have.
fn put_in(list: &mut Vec<(Value, Value)>, name: &Value, value: Value) {
    match list.iter_mut().find(|(known, _)| known == name) {
        Some((_, known)) => *known = std::mem::replace(known, Value::Any).or_blend(value).cut(),
        None => list.push((name.clone(), value.cut())),
    }
}

/// The name of what a module puts into the dictionary of a process.
pub fn in_dictionary(module: &Atom, key: &Value) -> Value {
    Value::tuple(vec![Value::Atom(module.clone()), key.clone()])
}
