//! What a process keeps, and which children a supervisor has: read off `init/1` and its like, where they say so.
//!
//! Only what is written counts: a call into another module, a value from outside, is *unknown*.

use super::debug::Debug;
use super::expr::Expr;
use super::function::{Function, RawRecord};
use super::known::Known;
use crate::term::Atom;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// A field of a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its default, where it has one that can be shown.
    pub default: Option<String>,
}

/// A record as a module defines it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its name.
    pub name: Atom,
    /// The line of its definition.
    pub line: u32,
    /// Its fields, in order.
    pub fields: Vec<Field>,
}

/// The shape of a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A record and its fields, in order.
    Record(Atom, Vec<Field>),
    /// A native record of OTP 29 and its fields: a value keeps the fields that it was made with, and is matched by their names.
    Native(Atom, Vec<Field>),
    /// An Elixir struct and its fields, in order of their names; none when another module defines it.
    Struct(Atom, Option<Vec<Field>>),
    /// A map and the keys that it starts with.
    Map(Vec<Field>),
    /// A tuple of so many elements, and its tag when it has one.
    Tuple(usize, Option<Atom>),
    /// Something without parts, as it is written.
    Plain(String),
}

/// A child of a supervisor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Child {
    /// Its id.
    pub id: String,
    /// Its whole specification, as Erlang writes it.
    pub text: String,
    /// The module that its start function is in, when the specification says it.
    pub start: Option<Atom>,
    /// The start function and how many arguments it takes, when the specification says it.
    pub function: Option<(Atom, u32)>,
    /// The modules by which the release handler finds its process, when the specification says them.
    pub modules: Option<Modules>,
}

/// By which modules a process is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Modules {
    /// By these.
    Listed(Vec<Atom>),
    /// `dynamic`: the process is asked.
    Dynamic,
}

/// How deep calls of local functions are followed.
const MAX_CALLS: usize = 8;
/// How many expressions are looked at for one module.
const MAX_STEPS: usize = 10_000;
/// How many results are kept.
const MAX_RESULTS: usize = 64;

type Bindings<'e> = BTreeMap<&'e str, &'e Expr>;

/// Looks for what functions give back.
struct Search<'d, 'b> {
    debug: &'d Debug<'b>,
    steps: usize,
    /// The functions that were searched: what they give back does not depend on who calls them.
    known: HashSet<(String, u32)>,
    /// Whether some way out could not be followed.
    lost: bool,
}

impl Search<'_, '_> {
    /// Every value that a function may give back, as far as they are known.
    fn results(&mut self, function: &Function, calls: usize, out: &mut Vec<Expr>) {
        for clause in &function.clauses {
            let mut bindings = Bindings::new();
            self.block(&clause.body, &mut bindings, calls, out);
        }
    }

    /// Keeps a result.
    fn keep(&mut self, expr: Expr, out: &mut Vec<Expr>) {
        if out.contains(&expr) {
            return;
        }
        if out.len() < MAX_RESULTS {
            out.push(expr);
        } else {
            self.lost = true;
        }
    }

    fn block<'e>(&mut self, body: &'e [Expr], bindings: &mut Bindings<'e>, calls: usize, out: &mut Vec<Expr>) {
        let Some((last, before)) = body.split_last() else { return };
        for expr in before {
            if let Expr::Bind(pattern, value) = expr
                && let Expr::Var(name) = pattern.as_ref()
            {
                bindings.insert(name, value);
            }
        }
        self.value(last, bindings, calls, out);
    }

    fn value<'e>(&mut self, expr: &'e Expr, bindings: &mut Bindings<'e>, calls: usize, out: &mut Vec<Expr>) {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            self.lost = true;
            return;
        }
        match expr {
            Expr::Block(items) => self.block(items, bindings, calls, out),
            Expr::Case(_, clauses) => {
                for clause in clauses {
                    self.block(&clause.body, &mut bindings.clone(), calls, out);
                }
            }
            Expr::With(_, body, _) => self.value(body, bindings, calls, out),
            Expr::Bind(_, value) => self.value(value, bindings, calls, out),
            Expr::Var(name) => match bindings.remove(name.as_str()) {
                Some(value) => self.value(value, bindings, calls, out),
                None => self.lost = true,
            },
            Expr::Call(None, name, arguments, _) => {
                let Some(arity) = u32::try_from(arguments.len()).ok().filter(|_| calls > 0) else {
                    self.lost = true;
                    return;
                };
                if !self.known.insert((name.as_str().to_owned(), arity)) {
                    return;
                }
                match self.debug.function(name.as_str(), arity) {
                    Some(function) => self.results(&function, calls - 1, out),
                    None => self.lost = true,
                }
            }
            // What is thrown is not given back.
            Expr::Call(Some(module), name, ..) if module.as_str() == "erlang" && matches!(name.as_str(), "error" | "exit" | "throw" | "raise") => {}
            Expr::Call(..) | Expr::Tuple(_) | Expr::Binary(_) => {
                let mut room = MAX_RESOLVED;
                let expr = resolved(expr, bindings, 8, &mut room);
                self.keep(expr, out);
            }
            Expr::Atom(_) | Expr::Number(_) | Expr::Text(_) | Expr::List(..) | Expr::Map(_) | Expr::Record(..) | Expr::Struct(..) => {
                self.keep(expr.clone(), out)
            }
            // The fields that are set, of a record that is changed.
            Expr::RecordChange(_, name, fields) => self.keep(Expr::Record(name.clone(), fields.clone()), out),
            Expr::Apply(..) | Expr::Receive(..) | Expr::Try(..) | Expr::Comprehension(..) | Expr::Op(..) | Expr::Change(..) => self.lost = true,
            Expr::RecordField(..) | Expr::Field(..) | Expr::Fun(_) | Expr::Named(..) | Expr::Unknown => self.lost = true,
        }
    }
}

/// How many expressions one result may be put together of.
const MAX_RESOLVED: usize = 20_000;

/// The expression with variables replaced by what they are bound to, as long as there is room.
fn resolved(expr: &Expr, bindings: &Bindings<'_>, depth: usize, room: &mut usize) -> Expr {
    let (Some(depth), Some(left)) = (depth.checked_sub(1), room.checked_sub(1)) else { return Expr::Unknown };
    *room = left;
    let mut all = |items: &[Expr]| items.iter().map(|item| resolved(item, bindings, depth, room)).collect();
    match expr {
        Expr::Var(name) => match bindings.get(name.as_str()) {
            Some(value) => resolved(value, bindings, depth, room),
            None => expr.clone(),
        },
        Expr::Tuple(items) => Expr::Tuple(all(items)),
        Expr::Binary(items) => Expr::Binary(all(items)),
        Expr::List(items, tail) => Expr::List(all(items), tail.clone()),
        Expr::Call(module, name, arguments, line) => Expr::Call(module.clone(), name.clone(), all(arguments), *line),
        Expr::Bind(_, value) => resolved(value, bindings, depth, room),
        Expr::Block(items) => items.last().map_or(Expr::Unknown, |last| resolved(last, bindings, depth, room)),
        Expr::Atom(_)
        | Expr::Number(_)
        | Expr::Text(_)
        | Expr::Map(_)
        | Expr::Record(..)
        | Expr::Struct(..)
        | Expr::Apply(..)
        | Expr::Case(..)
        | Expr::Receive(..)
        | Expr::Try(..)
        | Expr::Comprehension(..)
        | Expr::With(..)
        | Expr::Op(..)
        | Expr::Change(..)
        | Expr::RecordChange(..)
        | Expr::RecordField(..)
        | Expr::Field(..)
        | Expr::Fun(_)
        | Expr::Named(..)
        | Expr::Unknown => expr.clone(),
    }
}

/// What a function gives back, and whether that is all of it.
fn results(debug: &Debug<'_>, name: &str, arity: u32) -> Option<(Vec<Expr>, bool)> {
    let function = debug.function(name, arity)?;
    let mut search = Search { debug, steps: 0, known: HashSet::from([(name.to_owned(), arity)]), lost: false };
    let mut out = Vec::new();
    search.results(&function, MAX_CALLS, &mut out);
    Some((out, !search.lost))
}

/// The shapes that the state of a process may have when it begins, in a fixed order.
pub(super) fn states(debug: &Debug<'_>, begins: Option<&Begins>, is_statem: bool, module: &Atom, fields: Option<&[Field]>) -> Known<Vec<Shape>> {
    let Some((results, complete)) = begins else { return Known::Unknown("`init/1` cannot be seen") };
    let records = debug.records();
    let mut shapes: Vec<Shape> = Vec::new();
    let mut lost = !complete;
    for result in results {
        let tags = ["ok", "consumer", "producer", "producer_consumer"];
        let Some(parts) = tags.into_iter().find_map(|tag| result.tagged(tag)) else {
            // `ignore` and `{stop,Reason}` start no process.
            lost |= !(result.as_atom().is_some() || result.tagged("stop").is_some() || result.tagged("error").is_some());
            continue;
        };
        let state = parts.get(usize::from(is_statem));
        // What is put in later, by `handle_continue` or the first message, is not what it starts with.
        lost |= parts.iter().any(|part| part.tagged("continue").is_some()) || state.is_some_and(|state| state.as_atom().is_some());
        match state.and_then(|state| shape(state, &records, module, fields)) {
            Some(shape) => {
                add(&mut shapes, shape);
                if let Some(state) = state {
                    nested(state, &records, module, &mut shapes);
                }
            }
            None => lost = true,
        }
    }
    if lost {
        for shape in matched(debug, &records, module, fields) {
            add(&mut shapes, shape);
        }
        // A placeholder says nothing beside what the callbacks work with.
        if shapes.iter().any(|shape| !matches!(shape, Shape::Plain(_))) {
            shapes.retain(|shape| !matches!(shape, Shape::Plain(_)));
        }
    }
    if shapes.is_empty() || (lost && shapes.iter().all(|shape| matches!(shape, Shape::Plain(_)))) {
        return Known::Unknown("`init/1` does not say what it starts with");
    }
    shapes.sort_by_key(|shape| format!("{shape:?}"));
    Known::Known(shapes)
}

fn add(shapes: &mut Vec<Shape>, shape: Shape) {
    if !shapes.contains(&shape) {
        shapes.push(shape);
    }
}

/// The records inside a state: when one of them changes, so does the state.
fn nested(state: &Expr, records: &[RawRecord], module: &Atom, shapes: &mut Vec<Shape>) {
    let Expr::Record(_, fields) = state else { return };
    for (_, value) in fields.iter().filter(|(_, value)| matches!(value, Expr::Record(..))) {
        if let Some(shape) = shape(value, records, module, None) {
            add(shapes, shape);
        }
        nested(value, records, module, shapes);
    }
}

/// The callbacks that take the state while a server runs: name, arity, and which argument it is.
const RUNNING: [(&str, u32, usize); 4] = [("handle_call", 3, 2), ("handle_cast", 2, 1), ("handle_info", 2, 1), ("handle_continue", 2, 1)];

/// A pattern, and where a name is bound to it the name.
fn sides(pattern: &Expr) -> impl Iterator<Item = &Expr> {
    let (one, other) = if let Expr::Bind(left, right) = pattern { (left.as_ref(), Some(right.as_ref())) } else { (pattern, None) };
    std::iter::once(one).chain(other)
}

/// The records and structs that the callbacks of a server match its state with.
fn matched(debug: &Debug<'_>, records: &[RawRecord], module: &Atom, fields: Option<&[Field]>) -> Vec<Shape> {
    let mut shapes = Vec::new();
    for (name, arity, state) in RUNNING.into_iter().chain([("code_change", 3, 1), ("terminate", 2, 1)]) {
        let clauses = debug.function(name, arity).map(|function| function.clauses).unwrap_or_default();
        let patterns = clauses.iter().filter_map(|clause| clause.patterns.get(state)).flat_map(sides);
        for pattern in patterns.filter(|pattern| matches!(pattern, Expr::Record(..) | Expr::Struct(..))) {
            if let Some(shape) = shape(pattern, records, module, fields) {
                add(&mut shapes, shape);
            }
        }
    }
    shapes
}

/// The tuples that are written out where callbacks of a running server take its state, by tag and size: a record of
/// another version that is taken all the same.
pub(super) fn taken(debug: &Debug<'_>) -> Vec<(Atom, usize)> {
    let tagged = |pattern: &Expr| if let Expr::Tuple(items) = pattern { Some((items.first()?.as_atom()?.clone(), items.len())) } else { None };
    let mut taken = Vec::new();
    for (name, arity, state) in RUNNING {
        taken.extend(debug.heads(name, arity).iter().filter_map(|head| head.get(state)).flat_map(sides).filter_map(tagged));
    }
    taken
}

/// The shape of an expression or a pattern.
pub(super) fn shape(expr: &Expr, records: &[RawRecord], module: &Atom, fields: Option<&[Field]>) -> Option<Shape> {
    match expr {
        Expr::Record(name, _) => {
            let RawRecord { fields, is_native, .. } = records.iter().find(|raw| raw.name == *name)?;
            let field = |(name, default): &(Atom, Option<Expr>)| Field {
                name: name.as_str().to_owned(),
                default: default.as_ref().filter(|default| default.is_literal()).map(ToString::to_string),
            };
            let fields = fields.iter().map(field).collect();
            Some(if *is_native { Shape::Native(name.clone(), fields) } else { Shape::Record(name.clone(), fields) })
        }
        Expr::Struct(name, _) => Some(Shape::Struct(name.clone(), (name == module).then(|| fields.map(<[Field]>::to_vec)).flatten())),
        Expr::Map(pairs) => {
            let mut fields: Vec<Field> =
                pairs.iter().map(|(key, value)| Field { name: key.to_string(), default: value.is_literal().then(|| value.to_string()) }).collect();
            fields.sort_by(|a, b| a.name.cmp(&b.name));
            Some(Shape::Map(fields))
        }
        Expr::Tuple(items) => Some(Shape::Tuple(items.len(), items.first().and_then(Expr::as_atom).cloned())),
        Expr::List(..) => Some(Shape::Plain("a list".to_owned())),
        Expr::Atom(_) | Expr::Number(_) | Expr::Text(_) => Some(Shape::Plain(expr.to_string())),
        Expr::Apply(..) | Expr::Receive(..) | Expr::Try(..) | Expr::Comprehension(..) | Expr::With(..) | Expr::Op(..) | Expr::Change(..) => None,
        Expr::RecordChange(..) | Expr::RecordField(..) | Expr::Field(..) | Expr::Named(..) => None,
        Expr::Binary(_) | Expr::Var(_) | Expr::Call(..) | Expr::Bind(..) | Expr::Block(_) | Expr::Case(..) | Expr::Fun(_) | Expr::Unknown => None,
    }
}

impl Supervision {
    /// Whether its one child is a template, of which children are started by calls.
    pub fn is_template(&self) -> bool {
        self.flags.as_ref().is_some_and(|flags| flags.contains("simple_one_for_one"))
    }
}

/// What `init/1` gives back, and whether that is all of it.
pub(super) type Begins = (Vec<Expr>, bool);

/// What the processes of a module begin with.
pub(super) fn begins(debug: &Debug<'_>) -> Option<Begins> {
    results(debug, "init", 1)
}

/// Whether a process may begin with a state that holds a fun of the module's own code.
pub(super) fn keeps_fun((results, _): &Begins) -> bool {
    results.iter().any(|result| result.tagged("ok").is_some_and(|parts| parts.iter().any(Expr::holds_fun)))
}

/// What `callback_mode/0` gives back, when that is one value in plain sight: one mode, or a list of which the order does not matter.
pub(super) fn callback_mode(debug: &Debug<'_>) -> Option<String> {
    let (results, complete) = results(debug, "callback_mode", 0)?;
    let [one] = results.as_slice() else { return None };
    let modes = if let Expr::List(items, None) = one { items.as_slice() } else { std::slice::from_ref(one) };
    let modes: BTreeSet<String> = modes.iter().map(ToString::to_string).collect();
    let shown = modes.into_iter().collect::<Vec<_>>().join(",");
    (complete && one.is_literal()).then(|| if matches!(one, Expr::List(..)) && shown.contains(',') { format!("[{shown}]") } else { shown })
}

/// The modules whose processes an application starts first, as its callback module says it in `start/2`.
pub(super) fn tops(debug: &Debug<'_>) -> Vec<Atom> {
    let results = results(debug, "start", 2).map(|(results, _)| results).unwrap_or_default();
    let top = |result: &Expr| if let Expr::Call(Some(module), name, ..) = result { (name.as_str() == "start_link").then(|| module.clone()) } else { None };
    results.iter().filter_map(top).collect()
}

/// What a supervisor does: how it watches, and over whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Supervision {
    /// Its flags, as they are written.
    pub flags: Option<String>,
    /// Its children, in order.
    pub children: Vec<Child>,
}

/// The children of a supervisor or of an application's top, where they are written out.
pub(super) fn children(debug: &Debug<'_>, function: &str, arity: u32) -> Known<Supervision> {
    const COMPUTED: &str = "its children are computed";
    let Some((results, true)) = results(debug, function, arity) else { return Known::Unknown(COMPUTED) };
    let mut supervision = Supervision::default();
    for result in &results {
        if result.as_atom().is_some_and(|atom| atom.as_str() == "ignore") {
            continue;
        }
        let (flags, listed) = if let Expr::Call(Some(module), name, arguments, _) = result {
            let starts = module.as_str() == "Elixir.Supervisor" && matches!(name.as_str(), "init" | "start_link");
            (arguments.get(1), arguments.first().filter(|_| starts))
        } else if let Some([Expr::Tuple(parts), ..]) = result.tagged("ok") {
            (parts.first(), parts.get(1))
        } else {
            (None, None)
        };
        supervision.flags = supervision.flags.or_else(|| flags.map(flags_text));
        let Some(Expr::List(items, None)) = listed else { return Known::Unknown(COMPUTED) };
        for item in items {
            let Some(child) = child(item).filter(|_| !item.has_unknown()) else { return Known::Unknown(COMPUTED) };
            if !supervision.children.contains(&child) {
                supervision.children.push(child);
            }
        }
    }
    Known::Known(supervision)
}

type Named<'e> = BTreeMap<String, &'e Expr>;

/// The flags with their defaults, whichever way they are written.
fn flags_text(flags: &Expr) -> String {
    let defaults = [("strategy", "one_for_one"), ("intensity", "1"), ("period", "5")];
    if let Expr::Map(pairs) = flags {
        filled(&named(pairs), &defaults)
    } else if let Expr::Tuple(items) = flags {
        filled(&["strategy", "intensity", "period"].into_iter().map(str::to_owned).zip(items).collect(), &defaults)
    } else {
        flags.to_string()
    }
}

fn named(pairs: &[(Expr, Expr)]) -> Named<'_> {
    pairs.iter().map(|(key, value)| (key.to_string(), value)).collect()
}

/// `key => value` for each key that is given or has a default.
fn filled(given: &Named<'_>, defaults: &[(&str, &str)]) -> String {
    let mut all: BTreeMap<String, String> = defaults.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    all.extend(given.iter().map(|(key, value)| (key.clone(), value.to_string())));
    all.into_iter().map(|(key, value)| format!("{key} => {value}")).collect::<Vec<_>>().join(",")
}

/// A child; `None` when its id is computed.
fn child(spec: &Expr) -> Option<Child> {
    if let Expr::Call(Some(module), name, arguments, _) = spec {
        let is_spec = module.as_str() == "Elixir.Supervisor" && name.as_str() == "child_spec";
        let [inner, Expr::List(options, None)] = arguments.as_slice() else { return None };
        let id = match options.iter().find_map(|option| option.tagged("id")).and_then(<[Expr]>::first) {
            Some(id) => literal(id)?,
            None => child(inner)?.id,
        };
        return is_spec.then(|| Child { id, text: spec.to_string(), start: None, function: None, modules: None });
    }
    let keys = ["id", "start", "restart", "shutdown", "type", "modules"];
    let given: Named<'_> = if let Expr::Map(pairs) = spec {
        named(pairs)
    } else if let Expr::Tuple(items) = spec
        && items.len() == keys.len()
    {
        keys.into_iter().map(str::to_owned).zip(items).collect()
    } else {
        // `Module` and `{Module,Argument}`: the module's own `child_spec/1` says the rest.
        let module = if let Expr::Tuple(items) = spec { items.first().filter(|_| items.len() == 2)?.as_atom()? } else { spec.as_atom()? };
        return Some(Child { id: module.to_string(), text: spec.to_string(), start: None, function: None, modules: None });
    };
    let id = literal(given.get("id")?)?;
    let is_supervisor = given.get("type").is_some_and(|kind| kind.as_atom().is_some_and(|kind| kind.as_str() == "supervisor"));
    let shutdown = if is_supervisor { "infinity" } else { "5000" };
    let parts = if let Some(Expr::Tuple(parts)) = given.get("start") { parts.as_slice() } else { &[] };
    let function = match parts {
        [_, Expr::Atom(function), Expr::List(arguments, None)] => u32::try_from(arguments.len()).ok().map(|arity| (function.clone(), arity)),
        _ => None,
    };
    let start = parts.first();
    let module = start.map(|module| format!("[{module}]"));
    let start = start.and_then(Expr::as_atom).cloned();
    let modules = match given.get("modules") {
        None => start.clone().map(|module| Modules::Listed(vec![module])),
        Some(Expr::List(items, None)) => items.iter().map(|item| item.as_atom().cloned()).collect::<Option<Vec<Atom>>>().map(Modules::Listed),
        Some(other) => other.as_atom().filter(|word| word.as_str() == "dynamic").map(|_| Modules::Dynamic),
    };
    let mut defaults = vec![("restart", "permanent"), ("shutdown", shutdown), ("type", "worker")];
    defaults.extend(module.as_deref().map(|module| ("modules", module)));
    Some(Child { id, text: filled(&given, &defaults), start, function, modules })
}

fn literal(id: &Expr) -> Option<String> {
    id.is_literal().then(|| id.to_string())
}
