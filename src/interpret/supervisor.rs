//! What supervisors start, as their `init/1` comes to it.

use super::noted::Done;
use super::opaque::{Made, Opaque};
use super::run::{Run, World};
use super::truth::elements;
use super::value::{Map, Value};
use crate::term::Atom;

/// A supervisor: its strategy, and its children as far as they are known.
#[derive(Clone, Debug, Default)]
pub struct Supervisor {
    /// `one_for_one` and the like.
    pub strategy: Option<Atom>,
    /// Its children; none where they are computed from what is not known.
    pub children: Option<Vec<Child>>,
    /// Whether these are all of them, and no more: its `init` has one answer, which lists each by an id of its own.
    pub is_certain: bool,
    /// All that its `init` answers.
    pub answer: Option<Value>,
}

/// A child of a supervisor.
#[derive(Clone, Debug, PartialEq)]
pub struct Child {
    /// Its id.
    pub id: Value,
    /// The module that its processes run: the callback module that the start function gives away, else the module of that.
    pub runs: Option<Atom>,
    /// What its `init/1` is given.
    pub begins_with: Option<Value>,
    /// The name that it is registered under.
    pub name: Option<Value>,
    /// The function that starts it: module, name, arguments.
    pub start: Option<(Atom, Atom, Value)>,
    /// `permanent`, `transient` or `temporary`, as the specification says it or leaves it.
    pub restart: Option<Atom>,
    /// `worker` or `supervisor`, as the specification says it or leaves it.
    pub kind: Option<Atom>,
    /// The modules by which the release handler finds its process; `None` where they are `dynamic`, or not known.
    pub modules: Option<Vec<Atom>>,
    /// Its specification as it is written: Elixir has `Module` and `{Module,Argument}` as well.
    pub written: Value,
}

impl Child {
    /// Whether another specification is known to start it in another way.
    pub fn starts_otherwise(&self, other: &Child) -> bool {
        let literal = |child: &Child| child.start.clone().filter(|start| start.2.is_literal());
        literal(self).zip(literal(other)).is_some_and(|(own, other)| own != other)
    }
}

impl Supervisor {
    /// Whether its children are made of one template.
    pub fn is_template(&self) -> bool {
        self.strategy.as_ref().is_some_and(|strategy| matches!(strategy.as_str(), "simple_one_for_one" | "dynamic"))
    }
}

/// What a supervisor's module starts; `None` where `init/1` does not answer what a supervisor does.
pub fn supervisor(world: &World<'_>, module: &Atom) -> Option<Supervisor> {
    let mut run = Run::new(world);
    let answer = run.call(module, &Atom::new("init"), vec![Value::Any]);
    let mut all: Option<Supervisor> = None;
    for answer in answer.members() {
        let Some([parts, ..]) = answer.tagged("ok") else { continue };
        let found = match parts.as_tuple() {
            Some([flags, specs]) => Supervisor { strategy: strategy(flags), children: children(world, specs), is_certain: is_certain(specs), answer: None },
            // `DynamicSupervisor.init/1` answers its options.
            _ => Supervisor { strategy: Some(Atom::new("dynamic")), children: Some(Vec::new()), is_certain: false, answer: None },
        };
        all = Some(match all {
            None => found,
            Some(Supervisor { strategy, children, .. }) => Supervisor {
                strategy: strategy.or(found.strategy),
                children: children.zip(found.children).map(|(one, other)| joined(one, other)),
                is_certain: false,
                answer: None,
            },
        });
    }
    all.map(|all| Supervisor { answer: Some(answer), ..all })
}

/// What an Elixir application starts in `start/2`, by `Supervisor.start_link(Children, Options)`.
pub fn started(world: &World<'_>, done: &Done) -> Option<Supervisor> {
    let [specs, options] = done.arguments.as_slice() else { return None };
    done.is("Elixir.Supervisor", &["start_link"]).then(|| Supervisor {
        strategy: strategy(options),
        children: children(world, specs),
        is_certain: is_certain(specs),
        answer: None,
    })
}

/// Whether a list of specifications has one form, and each of them an id of its own.
fn is_certain(specs: &Value) -> bool {
    let Value::List(items, None) = specs else { return false };
    let ids: Vec<Option<Value>> = items.iter().map(|item| id_of(item).or_else(|| item.as_atom().map(|module| Value::Atom(module.clone())))).collect();
    items.iter().all(|item| item.members().len() == 1)
        && ids.iter().enumerate().all(|(at, id)| id.is_none() || !ids.iter().skip(at + 1).any(|other| other == id))
}

fn joined(mut one: Vec<Child>, other: Vec<Child>) -> Vec<Child> {
    for child in other {
        if !one.contains(&child) {
            one.push(child);
        }
    }
    one
}

fn strategy(flags: &Value) -> Option<Atom> {
    let found = match flags {
        Value::Map(map) => map.get(&Value::atom("strategy")).map_or_else(|| Value::atom("one_for_one"), |(value, _)| value),
        Value::Tuple(items, _) => items.first()?.clone(),
        Value::List(options, None) => options.iter().find_map(|option| option.tagged("strategy"))?.first()?.clone(),
        _ => return None,
    };
    found.as_atom().cloned()
}

fn children(world: &World<'_>, specs: &Value) -> Option<Vec<Child>> {
    match specs {
        Value::List(items, None) => {
            let mut all = Vec::new();
            for item in items {
                for member in item.members() {
                    all.push(child(world, member)?);
                }
            }
            Some(all)
        }
        Value::List(_, Some(_)) => elements(specs).members().iter().map(|member| child(world, member)).collect(),
        Value::Union(members) => {
            members.iter().map(|member| children(world, member)).collect::<Option<Vec<_>>>().map(|all| all.into_iter().fold(Vec::new(), joined))
        }
        _ => None,
    }
}

/// The id in a child specification, where it is written out.
pub fn id_of(spec: &Value) -> Option<Value> {
    let id = match spec {
        Value::Map(map) => map.get(&Value::atom("id"))?.0,
        Value::Tuple(items, _) if items.len() == 6 => items.first()?.clone(),
        _ => return None,
    };
    Some(id).filter(Value::is_literal)
}

/// A child of a specification; `None` where its id is not known.
pub fn child(world: &World<'_>, spec: &Value) -> Option<Child> {
    let start = match spec {
        Value::Map(map) => map.get(&Value::atom("start")).map(|(start, _)| start),
        Value::Tuple(items, _) if items.len() == 6 => items.get(1).cloned(),
        // `Module` and `{Module,Argument}`: the module's own function says the rest.
        Value::Atom(module) => return given(world, module, Value::List(Vec::new(), None), spec),
        Value::Tuple(items, _) => match items.as_slice() {
            [Value::Atom(module), argument] => return given(world, module, argument.clone(), spec),
            _ => return None,
        },
        _ => return None,
    };
    let start = start.and_then(|start| match start.as_tuple() {
        Some([Value::Atom(module), Value::Atom(function), arguments]) => Some((module.clone(), function.clone(), arguments.clone())),
        _ => None,
    });
    let begun = start.as_ref().map(|(module, function, arguments)| begun(world, module, function, arguments));
    let (runs, begins_with, name) = begun.map_or((None, None, None), |(runs, given, name)| (Some(runs), given, name));
    let kind = match spec {
        Value::Map(map) => map.get(&Value::atom("type")).map_or_else(|| Value::atom("worker"), |(kind, _)| kind),
        Value::Tuple(items, _) => items.get(4).cloned().unwrap_or(Value::Any),
        _ => Value::Any,
    };
    let restart = match spec {
        Value::Map(map) => map.get(&Value::atom("restart")).map_or_else(|| Value::atom("permanent"), |(restart, _)| restart),
        Value::Tuple(items, _) => items.get(2).cloned().unwrap_or(Value::Any),
        _ => Value::Any,
    };
    let listed = match spec {
        Value::Map(map) => map.get(&Value::atom("modules")).map(|(modules, _)| modules),
        Value::Tuple(items, _) => items.get(5).cloned(),
        _ => None,
    };
    let modules = match &listed {
        Some(modules) => modules.as_list().and_then(|all| all.iter().map(|module| module.as_atom().cloned()).collect()),
        // What a map omits.
        None => start.as_ref().map(|(module, ..)| vec![module.clone()]),
    };
    Some(Child {
        id: id_of(spec)?,
        runs,
        begins_with,
        name,
        start,
        restart: restart.as_atom().cloned(),
        kind: kind.as_atom().cloned(),
        modules,
        written: spec.clone(),
    })
}

fn given(world: &World<'_>, module: &Atom, argument: Value, written: &Value) -> Option<Child> {
    let spec = match of_library(module, &argument) {
        Some(spec) => return child(world, &spec?).map(|child| Child { written: written.clone(), name: named(&argument), ..child }),
        None => Run::new(world).call(module, &Atom::new("child_spec"), vec![argument]),
    };
    match spec {
        Value::Map(_) => child(world, &spec).map(|child| Child { written: written.clone(), ..child }),
        _ => Some(Child {
            id: Value::Atom(module.clone()),
            runs: Some(module.clone()),
            begins_with: None,
            name: None,
            start: None,
            restart: None,
            kind: None,
            modules: None,
            written: written.clone(),
        }),
    }
}

/// What `child_spec/1` of one of Elixir's own modules gives (Elixir 1.14 to 1.18); within, `None` where the id cannot be seen.
fn of_library(module: &Atom, argument: &Value) -> Option<Option<Value>> {
    let (goes_by_name, kind, restart) = match module.as_str() {
        "Elixir.Registry" | "Elixir.DynamicSupervisor" | "Elixir.Task.Supervisor" | "Elixir.PartitionSupervisor" => (true, "supervisor", "permanent"),
        "Elixir.Agent" => (false, "worker", "permanent"),
        "Elixir.Task" => (false, "worker", "temporary"),
        _ => return None,
    };
    let id = match argument.as_list() {
        _ if !goes_by_name => Value::Atom(module.clone()),
        // Whether there is a name is not known.
        None => return Some(None),
        Some(_) => among(argument).map_or_else(|| Value::Atom(module.clone()), |name| own_name(name).unwrap_or(name).clone()),
    };
    let start = Value::tuple(vec![Value::Atom(module.clone()), Value::atom("start_link"), Value::List(vec![argument.clone()], None)]);
    let parts = [("id", id), ("start", start), ("type", Value::atom(kind)), ("restart", Value::atom(restart))];
    let spec = Map::of(parts.into_iter().map(|(key, value)| (Value::atom(key), value)).collect(), Made::default());
    Some(Some(Value::Map(spec)))
}

/// The name among the options of a start.
fn among(options: &Value) -> Option<&Value> {
    options.as_list()?.iter().find_map(|option| option.tagged("name"))?.first()
}

/// The same, where it is written out.
fn named(options: &Value) -> Option<Value> {
    among(options).cloned().filter(Value::is_literal)
}

/// What a name by `global` or `via` is made of.
fn own_name(name: &Value) -> Option<&Value> {
    name.tagged("global").or_else(|| name.tagged("via"))?.last()
}

/// The module whose callbacks a process runs that a function starts, what its `init/1` is given, and its name.
fn begun(world: &World<'_>, module: &Atom, function: &Atom, arguments: &Value) -> (Atom, Option<Value>, Option<Value>) {
    let arguments = arguments.as_list().map(<[Value]>::to_vec).unwrap_or_default();
    let mut run = Run::new(world);
    run.call(module, function, arguments);
    if let Some(name) = run.done.iter().find(|done| done.is("gen_event", &["start", "start_link"])).and_then(name_of) {
        // An event manager, whichever module starts it.
        return (Atom::new("gen_event"), None, Some(name));
    }
    match run.done.iter().find_map(|done| Some((started_with(done)?, name_of(done)))) {
        Some(((callback, given), name)) => (callback, Some(given), name),
        None => (module.clone(), None, None),
    }
}

/// The name that a start gives a process: `{local,Name}`, `{global,Name}`, `{via,Module,Name}`, `name: Name`.
pub fn name_of(done: &Done) -> Option<Value> {
    match (done.module.as_str(), done.arguments.as_slice()) {
        ("gen_server" | "gen_statem" | "supervisor", [name, _, _, ..]) | ("gen_event", [name, ..]) => {
            match (name.tagged("local"), name.tagged("global"), name.tagged("via")) {
                (Some([name]), _, _) => Some(name.clone()).filter(Value::is_literal),
                (_, Some([_]), _) | (_, _, Some([_, _])) => Some(name.clone()).filter(Value::is_literal),
                _ => None,
            }
        }
        ("Elixir.GenServer" | "Elixir.Supervisor" | "Elixir.DynamicSupervisor", [_, _, _]) => name_of_options(done),
        _ => None,
    }
}

/// The forms of the names that a start gives by `global` or `via`, where no more than that is known of them.
pub fn name_forms(done: &Done) -> Vec<Value> {
    let named = match done.module.as_str() {
        "gen_server" | "gen_statem" | "supervisor" => done.arguments.first().filter(|_| done.arguments.len() > 3),
        "Elixir.GenServer" | "Elixir.Supervisor" | "Elixir.DynamicSupervisor" => done.arguments.last().and_then(among),
        _ => None,
    };
    let is_form = |name: &&Value| own_name(name).is_some_and(|id| *id != Value::Any && !name.is_literal());
    named.map(Value::members).unwrap_or_default().iter().filter(is_form).cloned().collect()
}

/// The name among the options that a start ends with.
pub fn name_of_options(done: &Done) -> Option<Value> {
    named(done.arguments.last()?)
}

/// The callback module that a call starts a process with, and the argument of its `init/1`.
pub fn started_with(done: &Done) -> Option<(Atom, Value)> {
    if !done.function.as_str().starts_with("start") {
        return None;
    }
    match (done.module.as_str(), done.arguments.as_slice()) {
        ("gen_server" | "gen_statem" | "supervisor", [Value::Tuple(..), Value::Atom(module), argument, ..] | [Value::Atom(module), argument, ..])
        | ("Elixir.GenServer" | "Elixir.Supervisor" | "Elixir.DynamicSupervisor", [Value::Atom(module), argument, ..]) => {
            Some((module.clone(), argument.clone()))
        }
        _ => None,
    }
}

/// Whether two names are made of what a process is started with, each in a form of its own.
pub fn is_made_otherwise(one: &Value, other: &Value) -> bool {
    let shape = |name: &Value| {
        let mut given = Vec::new();
        let mut is_known = true;
        name.visit(&mut |part| match part {
            Value::Opaque(Opaque::Given(at)) if !given.contains(at) => given.push(*at),
            Value::Any | Value::Number(None) | Value::Text(None) | Value::Binary(_) | Value::Union(_) | Value::Bag(..) => is_known = false,
            _ => {}
        });
        // Which argument it is does not matter: another function may start it now.
        (is_known && given.len() == 1).then(|| renamed(name))
    };
    shape(one).zip(shape(other)).is_some_and(|(one, other)| one != other)
}

/// A name with its one argument in the first place.
fn renamed(name: &Value) -> Value {
    match name {
        Value::Opaque(Opaque::Given(_)) => Value::Opaque(Opaque::Given(0)),
        Value::Tuple(items, made) => Value::Tuple(items.iter().map(renamed).collect(), made.clone()),
        Value::List(items, rest) => Value::List(items.iter().map(renamed).collect(), rest.clone()),
        other => other.clone(),
    }
}
