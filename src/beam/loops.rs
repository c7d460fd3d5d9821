//! Loops of processes: functions that wait and go on with themselves by local calls, so that a process stays in the code that it
//! began in.

#![expect(clippy::wildcard_enum_match_arm, reason = "a few forms of expressions matter here; any other one ends a function")]

use super::expr::{Clause, Expr, Line};
use super::program::{Name, Program, reached};
use crate::term::Atom;
use std::collections::{BTreeMap, BTreeSet};

/// A loop that a process stays in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loop {
    /// The function that waits.
    pub function: Atom,
    /// Its arity.
    pub arity: u32,
    /// A line of it; 0 where that is not known.
    pub line: Line,
    /// Whether a message ends it, and nothing in the module starts a process with it: it may wait for just that message.
    pub may_be_a_wait: bool,
}

/// Calls that start a process with a fun, or with a function and arguments.
pub const SPAWNS: &[(&str, &[&str])] = &[
    ("erlang", &["spawn", "spawn_link", "spawn_monitor", "spawn_opt", "spawn_request"]),
    ("proc_lib", &["spawn", "spawn_link", "spawn_opt", "start", "start_link", "start_monitor"]),
    ("Elixir.Task", &["start", "start_link", "async"]),
    ("Elixir.Task.Supervisor", &["start_child", "async", "async_nolink"]),
    ("Elixir.Kernel", &["spawn", "spawn_link", "spawn_monitor"]),
];
/// Calls that take their time.
pub const WAITS: &[(&str, &[&str])] =
    &[("timer", &["sleep"]), ("Elixir.Process", &["sleep"]), ("gen_tcp", &["accept", "recv"]), ("ssl", &["transport_accept", "recv"])];
/// Streams that have no end by themselves.
pub const ENDLESS: &[(&str, &[&str])] = &[("Elixir.Stream", &["interval", "repeatedly", "cycle", "iterate"])];
/// Calls that go through all of a stream.
const GOES_THROUGH: &[(&str, &[&str])] = &[("Elixir.Enum", &["each", "reduce"]), ("Elixir.Stream", &["run"])];
/// Calls after which a stream may have an end.
const ENDS: &[(&str, &[&str])] = &[
    ("Elixir.Stream", &["take", "take_while", "zip", "zip_with", "transform"]),
    ("Elixir.Enum", &["take", "take_while", "find", "find_index", "find_value", "any?", "reduce_while", "at", "zip", "zip_with", "zip_reduce"]),
];

/// How a function ends.
#[derive(Default)]
struct Ends {
    /// The local functions that it ends with, each with whether it does so only where a message makes it.
    calls: BTreeMap<Name, bool>,
    /// Whether it ends with something else, where no message makes it.
    returns: bool,
    /// Whether a message makes it end.
    stops: bool,
    /// Whether it waits.
    waits: bool,
    line: Line,
}

impl Program {
    /// The loops that a process stays in until a message ends it, or for ever: those that wait for something, and go on by local calls in
    /// tail position. Whatever can end otherwise, such as a loop that counts down, is none.
    pub fn endless_loops(&self) -> Vec<Loop> {
        let mut functions: BTreeMap<Name, Ends> = BTreeMap::new();
        let mut begun: BTreeSet<Name> = BTreeSet::new();
        for (name, arity) in self.names() {
            let Some(function) = self.function(&name, arity) else { continue };
            let mut ends = Ends { line: function.clauses.first().map_or(Line::default(), |clause| clause.line), ..Ends::default() };
            for clause in &function.clauses {
                self.ends(&clause.body, false, &mut ends);
                clause.body.iter().for_each(|expr| {
                    expr.visit(&mut |expr| {
                        ends.waits |= waits(expr);
                        self.spawned(expr, &mut begun);
                    });
                });
            }
            functions.insert((name, arity), ends);
        }
        let mut loops = self.endless_streams();
        if !functions.values().any(|ends| ends.waits) {
            return loops;
        }
        let mut callers: BTreeMap<&Name, Vec<&Name>> = BTreeMap::new();
        for (name, ends) in &functions {
            ends.calls.keys().for_each(|next| callers.entry(next).or_default().push(name));
        }
        let called = |name: &Name| functions.get(name).into_iter().flat_map(|ends| ends.calls.keys()).cloned().collect::<Vec<Name>>();
        let calling = |name: &Name| callers.get(name).into_iter().flatten().map(|name| Name::clone(name)).collect::<Vec<Name>>();
        let bodies: BTreeSet<Name> = reached(begun.iter().cloned(), called).into_iter().chain(begun.iter().cloned()).collect();
        for (name, ends) in functions.iter().filter(|(_, ends)| ends.waits) {
            let after = reached([name.clone()], called);
            if !after.contains(name) {
                continue;
            }
            let before = reached([name.clone()], calling);
            let round: BTreeSet<&Name> = after.intersection(&before).collect();
            let parts: Vec<&Ends> = round.iter().filter_map(|name| functions.get(*name)).collect();
            let out = |by_message: bool| parts.iter().flat_map(|part| &part.calls).any(|(next, only)| *only == by_message && !round.contains(next));
            let leaves = parts.iter().any(|part| part.returns) || out(false);
            let stops = parts.iter().any(|part| part.stops) || out(true);
            if !leaves {
                loops.push(Loop { function: name.0.clone(), arity: name.1, line: ends.line, may_be_a_wait: stops && !bodies.contains(name) });
            }
        }
        loops
    }

    /// The functions that go through a stream without an end: the funs that they give it are those of the old code for as long.
    fn endless_streams(&self) -> Vec<Loop> {
        let goes_on = |(name, arity): (Atom, u32)| {
            let function = self.function(&name, arity)?;
            let (mut begins, mut goes_through, mut ends) = (false, false, false);
            function.visit(&mut |expr| {
                begins |= is_call(expr, ENDLESS);
                goes_through |= is_call(expr, GOES_THROUGH);
                ends |= is_call(expr, ENDS);
            });
            let line = function.clauses.first().map_or(Line::default(), |clause| clause.line);
            (begins && goes_through && !ends).then_some(Loop { function: name, arity, line, may_be_a_wait: false })
        };
        self.names().into_iter().filter_map(goes_on).collect()
    }

    /// Looks at how a body ends.
    fn ends(&self, body: &[Expr], by_message: bool, ends: &mut Ends) {
        let mut each = |clauses: &[Clause], by_message: bool| clauses.iter().for_each(|clause| self.ends(&clause.body, by_message, ends));
        match body.last() {
            Some(Expr::Block(items)) => self.ends(items, by_message, ends),
            Some(Expr::Case(_, clauses)) => each(clauses, by_message),
            Some(Expr::Receive(clauses, _, after)) => {
                each(clauses, true);
                if !after.is_empty() {
                    self.ends(after, by_message, ends);
                }
            }
            Some(Expr::Try(body, of, catches, _)) => {
                each(catches, by_message);
                if of.is_empty() { self.ends(body, by_message, ends) } else { each(of, by_message) }
            }
            Some(Expr::With(_, body, otherwise)) => {
                each(otherwise, by_message);
                self.ends(std::slice::from_ref(body), by_message, ends);
            }
            Some(Expr::Call(module, name, arguments, _)) => {
                let arity = u32::try_from(arguments.len()).unwrap_or(u32::MAX);
                let is_local = module.is_none() && self.function(name, arity).is_some();
                let is_own = module.as_ref() == Some(&self.module);
                match is_local {
                    true => {
                        let only = ends.calls.entry((name.clone(), arity)).or_insert(true);
                        *only &= by_message;
                    }
                    // It goes on in the code that is current.
                    false if is_own => ends.returns = true,
                    false if by_message => ends.stops = true,
                    false => ends.returns = true,
                }
            }
            _ if by_message => ends.stops = true,
            _ => ends.returns = true,
        }
    }

    /// Notes down the functions that a process is started with.
    fn spawned(&self, expr: &Expr, begun: &mut BTreeSet<Name>) {
        let arguments = match expr {
            Expr::Call(module, name, arguments, _) => {
                let module = module.as_ref().map_or("erlang", Atom::as_str);
                let is_spawn = SPAWNS.iter().any(|(known, names)| *known == module && names.contains(&name.as_str()));
                if is_spawn { arguments.as_slice() } else { &[] }
            }
            // A child specification of a task.
            Expr::Tuple(items) if items.first().and_then(Expr::as_atom).is_some_and(|module| module.as_str() == "Elixir.Task") => items.as_slice(),
            _ => &[],
        };
        for (at, argument) in arguments.iter().enumerate() {
            match argument {
                Expr::Fun(clauses) => {
                    let mut ends = Ends::default();
                    clauses.iter().for_each(|clause| self.ends(&clause.body, false, &mut ends));
                    begun.extend(ends.calls.into_keys());
                }
                Expr::Named(None, name, arity) => {
                    begun.insert((name.clone(), *arity));
                }
                Expr::Atom(module) if *module == self.module => {
                    if let (Some(Expr::Atom(name)), Some(Expr::List(items, None))) = (arguments.get(at + 1), arguments.get(at + 2)) {
                        begun.insert((name.clone(), u32::try_from(items.len()).unwrap_or(u32::MAX)));
                    }
                }
                _ => {}
            }
        }
    }
}

/// Whether an expression waits.
fn waits(expr: &Expr) -> bool {
    match expr {
        Expr::Receive(..) => true,
        other => is_call(other, WAITS),
    }
}

/// Whether an expression is a call of one of these functions.
fn is_call(expr: &Expr, functions: &[(&str, &[&str])]) -> bool {
    let Expr::Call(Some(module), name, ..) = expr else { return false };
    functions.iter().any(|(known, names)| *known == module.as_str() && names.contains(&name.as_str()))
}
