//! What the processes of a module keep, do and answer: its callbacks, run on each other's states until nothing new comes.

use super::noted::{Done, Fault, FaultKind};
use super::opaque::Opaque;
use super::run::{Env, Run, World};
use super::truth::{Takes, elements};
use super::value::{Map, Value, add};
use crate::beam::{Expr, Facts, Program, SourceClause};
use crate::term::Atom;

/// How the processes of a module call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    /// `gen_server` and Elixir's `GenServer`.
    Server,
    /// `gen_statem` with a function for each state.
    States,
    /// `gen_statem` with `handle_event/4`.
    Events,
    /// A handler of `gen_event`.
    Handler,
}

/// A call of a callback, but for the state.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// The callback.
    pub callback: Atom,
    /// Its arguments; where the state stands they say nothing.
    pub arguments: Vec<Value>,
}

/// What is known of the processes of a module.
#[derive(Clone, Debug, Default)]
pub struct Living {
    /// What they keep, each form once; of a state machine `{State,Data}`.
    pub states: Vec<Value>,
    /// What they keep when they have started.
    pub first: Vec<Value>,
    /// What the callbacks answer.
    pub answers: Vec<Value>,
    /// What requests are replied to, each with the replies.
    pub replies: Vec<(Value, Value)>,
    /// The messages that the clauses of the callbacks are written for.
    pub written_for: Vec<Message>,
    /// The events that a state machine puts off until its next state, each with the line that does.
    pub postponed: Vec<(Message, u32)>,
    /// The calls that are made when a process begins.
    pub begun: Vec<Done>,
    /// The calls that are made when a process ends.
    pub ended: Vec<Done>,
    /// The calls that are made later, each with the message that they are made for.
    pub done: Vec<(Message, Done)>,
    /// What fails.
    pub faults: Vec<Fault>,
    /// The modules whose code they run.
    pub entered: Vec<Atom>,
    /// The modules that they may call, as far as it is not known which one.
    pub guesses: Vec<Atom>,
    /// Whether they do more than was looked at.
    pub is_cut_short: bool,
}

/// How many forms of states are kept, and how many messages are tried.
const MAX_STATES: usize = 8;
const MAX_MESSAGES: usize = 160;
/// How many calls are noted of the processes of a module.
const MAX_DONE: usize = 500;
/// How much of the steps of a module one message may take.
const SHARE: usize = 6;
/// How often the callbacks are run on what they gave back.
const MAX_ROUNDS: usize = 4;

/// How the processes of a module call it; `None` where it runs none that are known.
pub fn machine_of(facts: &Facts) -> Option<Machine> {
    let handles_events = || facts.exports.iter().any(|(name, arity)| name.as_str() == "handle_event" && *arity == 4);
    facts.behaviours.iter().find_map(|behaviour| match behaviour.as_str() {
        "gen_server" | "Elixir.GenServer" | "Elixir.GenStage" => Some(Machine::Server),
        "gen_statem" => Some(if handles_events() { Machine::Events } else { Machine::States }),
        "gen_event" => Some(Machine::Handler),
        _ => None,
    })
}

impl Machine {
    /// Its callbacks that take a state, by name and arity; the state is their last argument.
    fn callbacks(self, program: &Program) -> Vec<(Atom, u32)> {
        let named = |list: &[(&str, u32)]| list.iter().map(|(name, arity)| (Atom::new(name), *arity)).collect();
        match self {
            Machine::Server => named(&[("handle_call", 3), ("handle_cast", 2), ("handle_info", 2), ("handle_events", 3)]),
            Machine::Handler => named(&[("handle_event", 2), ("handle_call", 2), ("handle_info", 2)]),
            Machine::Events => named(&[("handle_event", 4)]),
            Machine::States => {
                program.names().into_iter().filter(|(name, arity)| *arity == 3 && !matches!(name.as_str(), "code_change" | "terminate")).collect()
            }
        }
    }

    /// Puts a state into the arguments of a callback; `None` where the callback is that of another state.
    fn with_state(self, message: &Message, state: &Value) -> Option<Vec<Value>> {
        let mut arguments = message.arguments.clone();
        match self {
            Machine::Server | Machine::Handler => *arguments.last_mut()? = state.clone(),
            Machine::Events | Machine::States => {
                let [name, data] = state.as_tuple()? else { return None };
                *arguments.last_mut()? = data.clone();
                if self == Machine::Events {
                    let given = arguments.get_mut(2)?;
                    // Of a clause for another state nothing is to be seen.
                    if given.is_other_than(name) {
                        return None;
                    }
                    *given = name.clone();
                } else if !name.members().iter().any(|name| name.as_atom() == Some(&message.callback) || *name == Value::Any) {
                    return None;
                }
            }
        }
        Some(arguments)
    }

    /// The states that an answer leaves a process with.
    fn after(self, answer: &Value, before: Option<&Value>) -> Vec<Value> {
        let Some((tag, rest)) = answer.as_tuple().and_then(<[Value]>::split_first) else { return Vec::new() };
        let Some(tag) = tag.as_atom() else { return Vec::new() };
        match self {
            Machine::Server => match (tag.as_str(), rest) {
                ("ok" | "noreply" | "consumer" | "producer" | "producer_consumer", [state, ..]) | ("reply", [_, state, ..]) => vec![state.clone()],
                _ => Vec::new(),
            },
            Machine::Handler => match (tag.as_str(), rest) {
                ("ok", [_, state]) if before.is_some() => vec![state.clone()],
                ("ok", [state, ..]) => vec![state.clone()],
                _ => Vec::new(),
            },
            Machine::States | Machine::Events => {
                let pair = |name: &Value, data: &Value| name.members().iter().map(|name| Value::tuple(vec![name.clone(), data.clone()])).collect();
                let known = before.and_then(Value::as_tuple).and_then(<[Value]>::first);
                match (tag.as_str(), rest) {
                    ("ok" | "next_state", [name, data, ..]) => pair(name, data),
                    ("keep_state" | "repeat_state", [data, ..]) => known.map(|name| pair(name, data)).unwrap_or_default(),
                    _ => Vec::new(),
                }
            }
        }
    }
}

/// The messages that the clauses of a module's callbacks are written for.
pub fn messages(world: &World<'_>, program: &Program, machine: Machine) -> Vec<Message> {
    let mut all = Vec::new();
    let mut run = Run::new(world);
    for (name, arity) in machine.callbacks(program) {
        let Some(function) = program.function(&name, arity) else { continue };
        for clause in &function.clauses {
            let mut arguments: Vec<Value> = clause.patterns.iter().map(|pattern| instance(&mut run, program, pattern)).collect();
            if let Some(state) = arguments.last_mut() {
                *state = Value::Any;
            }
            // Who asks is a process with a tag.
            if name.as_str() == "handle_call"
                && let [_, from, _] = arguments.as_mut_slice()
            {
                *from = Value::tuple(vec![Value::Opaque(Opaque::Pid), Value::Any]);
            }
            let message = Message { callback: name.clone(), arguments };
            if all.len() < MAX_MESSAGES && !all.contains(&message) {
                all.push(message);
            }
        }
    }
    all
}

/// A value that a pattern takes.
fn instance(run: &mut Run<'_>, program: &Program, pattern: &Expr) -> Value {
    match pattern {
        Expr::Bind(left, right) => {
            let (left, right) = (instance(run, program, left), instance(run, program, right));
            if left == Value::Any { right } else { left }
        }
        Expr::Tuple(items) => Value::tuple(items.iter().map(|item| instance(run, program, item)).collect()),
        Expr::List(items, tail) => {
            let rest = tail.as_ref().map(|_| Box::new(Value::Any));
            Value::List(items.iter().map(|item| instance(run, program, item)).collect(), rest)
        }
        Expr::Record(name, fields) => {
            let Some(record) = program.record(name) else { return Value::Any };
            let given = |known: &Atom| fields.iter().find(|(name, _)| name == known).map(|(_, pattern)| pattern);
            let mut items = vec![Value::Atom(name.clone())];
            for (known, _) in &record.fields {
                items.push(given(known).map_or(Value::Any, |pattern| instance(run, program, pattern)));
            }
            Value::tuple(items)
        }
        Expr::Map(pairs) | Expr::Struct(_, pairs) => {
            let mut map = Map::any();
            for (key, value) in pairs {
                let (key, value) = (run.eval(program, key, &mut Env::new()), instance(run, program, value));
                map.put(key, value);
            }
            if let Expr::Struct(name, _) = pattern {
                map.put(Value::atom("__struct__"), Value::Atom(name.clone()));
            }
            Value::Map(map)
        }
        Expr::Atom(_) | Expr::Number(_) | Expr::Text(_) => run.eval(program, pattern, &mut Env::new()),
        _ => Value::Any,
    }
}

/// The actions in an answer of a state machine, by its tag and its size: what ends a shorter one is its data.
pub fn actions(answer: &Value) -> Vec<Value> {
    let parts = answer.as_tuple().unwrap_or_default();
    let at = match parts.first().and_then(Value::as_atom).map(Atom::as_str) {
        Some("next_state" | "ok") => 3,
        Some("keep_state" | "repeat_state") => 2,
        Some("keep_state_and_data" | "repeat_state_and_data") => 1,
        _ => return Vec::new(),
    };
    let Some(given) = parts.get(at) else { return Vec::new() };
    if given.as_tuple().is_some() || given.as_atom().is_some() { vec![given.clone()] } else { elements(given).members().to_vec() }
}

/// Whether an answer of a state machine has the action that puts the event off.
fn postpones(answer: &Value) -> bool {
    let is_put_off =
        |action: &Value| action.is_atom("postpone") || action.tagged("postpone").is_some_and(|rest| rest.iter().any(|value| value.is_atom("true")));
    actions(answer).iter().any(is_put_off)
}

impl Living {
    /// The processes of a module, from their beginning on, with each of some arguments.
    pub fn of(world: &World<'_>, program: &Program, machine: Machine, given: &[Value]) -> Living {
        let mut run = Run::with_steps(world, world.steps);
        let mut living = Living::default();
        for argument in given {
            let answer = run.call(&program.module, &Atom::new("init"), vec![argument.clone()]);
            for answer in answer.members() {
                living.answers.push(answer.clone());
                for state in machine.after(answer, None) {
                    let after = continued(&mut run, program, machine, answer, state, 0);
                    after.into_iter().for_each(|state| living.keep(state));
                }
            }
        }
        living.is_cut_short |= run.steps() == 0;
        living.first = living.states.clone();
        living.begun = run.done;
        living.faults = run.faults;
        living.entered = run.entered;
        living.guesses = run.guesses;
        let messages = messages(world, program, machine);
        living.is_cut_short |= messages.len() >= MAX_MESSAGES;
        living.meet(world, program, machine, &messages);
        living.written_for = messages;
        living.ended = living.ends(world, program, machine);
        living
    }

    /// What processes do when they end.
    fn ends(&self, world: &World<'_>, program: &Program, machine: Machine) -> Vec<Done> {
        let mut run = Run::new(world);
        let name = Atom::new("terminate");
        if matches!(machine, Machine::Server | Machine::Handler) && program.function(&name, 2).is_some() {
            for state in &self.states {
                run.call(&program.module, &name, vec![Value::Any, state.clone()]);
            }
        }
        run.done
    }

    /// Lets further processes begin, with other arguments.
    pub fn begin(&mut self, world: &World<'_>, program: &Program, machine: Machine, given: &[Value]) {
        let further = Living::of(world, program, machine, given);
        further.states.into_iter().for_each(|state| self.keep(state));
        further.begun.into_iter().for_each(|done| add_new(&mut self.begun, done, MAX_DONE));
        further.done.into_iter().for_each(|done| add_new(&mut self.done, done, MAX_DONE));
        further.ended.into_iter().for_each(|done| add_new(&mut self.ended, done, MAX_DONE));
        further.postponed.into_iter().for_each(|event| add_new(&mut self.postponed, event, MAX_DONE));
        further.answers.into_iter().for_each(|answer| add_new(&mut self.answers, answer, MAX_MESSAGES));
        further.replies.into_iter().for_each(|(request, reply)| self.reply(&request, reply));
        further.faults.into_iter().for_each(|fault| add_new(&mut self.faults, fault, usize::MAX));
        further.entered.into_iter().for_each(|module| add_new(&mut self.entered, module, usize::MAX));
        further.guesses.into_iter().for_each(|module| add_new(&mut self.guesses, module, usize::MAX));
        self.is_cut_short |= further.is_cut_short;
    }

    /// Whether a clause of a callback was written for what arrives, and not for everything.
    pub fn is_written_for(&self, callback: &str, arrives: &Value) -> bool {
        self.written_for.iter().any(|message| {
            let is_meant = message.arguments.first().is_some_and(|own| own.tag().is_some() && own.tag() == arrives.tag() && !own.is_other_than(arrives));
            message.callback.as_str() == callback && is_meant
        })
    }

    /// Keeps a state.
    fn keep(&mut self, state: Value) {
        let mut states = std::mem::take(&mut self.states);
        for state in state.members() {
            add(&mut states, state.clone().cut());
        }
        self.is_cut_short |= states.len() > MAX_STATES;
        states.truncate(MAX_STATES);
        self.states = states;
    }

    fn reply(&mut self, request: &Value, reply: Value) {
        match self.replies.iter_mut().find(|(known, _)| known == request) {
            Some((_, known)) => *known = std::mem::replace(known, Value::Any).or_blend(reply),
            None => self.replies.push((request.clone(), reply)),
        }
    }

    /// What a request is replied to; `None` where that is not known.
    pub fn reply_to(&self, request: &Value) -> Option<Value> {
        // Of a request of which nothing is known, and of a clause that takes every one, nothing is to be seen.
        let is_known =
            |request: &Value| request.as_atom().is_some() || request.as_tuple().is_some_and(|items| items.first().is_some_and(|tag| tag.as_atom().is_some()));
        if !is_known(request) || self.replies.iter().any(|(known, _)| !is_known(known)) {
            return None;
        }
        let fitting = self.replies.iter().filter(|(known, _)| !known.is_other_than(request));
        let all = fitting.map(|(_, reply)| reply.clone()).fold(Value::NEVER, Value::or_blend);
        (!all.is_never()).then_some(all)
    }

    /// Lets messages arrive at processes that keep what is known.
    pub fn meet(&mut self, world: &World<'_>, program: &Program, machine: Machine, messages: &[Message]) {
        for name in self.states.clone().iter().filter_map(|state| state.as_tuple()?.first().cloned()) {
            self.fits(world, program, machine, &name);
        }
        let mut steps = world.steps;
        for _ in 0..MAX_ROUNDS {
            let before = self.states.clone();
            for state in &before {
                for message in messages {
                    self.arrives(world, program, machine, (message, state), &mut steps);
                }
            }
            if self.states == before {
                return;
            }
        }
        // More may come of them.
        self.is_cut_short = true;
    }

    /// Looks whether a state machine has code for a state.
    fn fits(&mut self, world: &World<'_>, program: &Program, machine: Machine, name: &Value) {
        let (Value::Atom(atom), line) = (name, crate::beam::Line::default()) else { return };
        let kind = match machine {
            Machine::States if program.function(atom, 3).is_none() => FaultKind::NoFunction(program.module.clone(), atom.clone(), 3),
            Machine::Events => {
                let Some(function) = program.function(&Atom::new("handle_event"), 4) else { return };
                let mut run = Run::new(world);
                let mut states = function.clauses.iter().filter_map(|clause| clause.patterns.get(2));
                if !states.all(|pattern| run.takes(program, pattern, name, &mut Env::new()).0 == Takes::No) {
                    return;
                }
                FaultKind::NoFunctionClause(Atom::new("handle_event"), 4)
            }
            Machine::States | Machine::Server | Machine::Handler => return,
        };
        let fault = Fault { kind, value: name.clone(), module: program.module.clone(), line, caught: false };
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    fn arrives(&mut self, world: &World<'_>, program: &Program, machine: Machine, (message, state): (&Message, &Value), steps: &mut usize) {
        let Some(arguments) = machine.with_state(message, state) else { return };
        let arity = u32::try_from(arguments.len()).unwrap_or(u32::MAX);
        if program.function(&message.callback, arity).is_none() {
            return;
        }
        // Each message gets its share, however much those before it took.
        let share = (*steps).min(world.steps / SHARE);
        let mut run = Run::with_steps(world, share);
        let answer = run.call(&program.module, &message.callback, arguments);
        for answer in answer.members() {
            for next in machine.after(answer, Some(state)) {
                let after = continued(&mut run, program, machine, answer, next, 0);
                after.into_iter().for_each(|state| self.keep(state));
            }
            if message.callback.as_str() == "handle_call"
                && let (Some(request), Some([reply, ..])) = (message.arguments.first(), answer.tagged("reply"))
            {
                self.reply(request, reply.clone().cut());
            }
            if matches!(machine, Machine::States | Machine::Events) && postpones(answer) && !self.postponed.iter().any(|(known, _)| known == message) {
                self.postponed.push((message.clone(), answer.made().map_or(0, |made| made.1)));
            }
            add_new(&mut self.answers, answer.clone(), MAX_MESSAGES);
        }
        *steps -= share - run.steps();
        self.is_cut_short |= run.steps() == 0;
        run.done.into_iter().for_each(|done| add_new(&mut self.done, (message.clone(), done), MAX_DONE));
        for fault in run.faults {
            // A message that no clause is written for is another matter.
            let is_message = fault.kind == FaultKind::NoFunctionClause(message.callback.clone(), arity) && message.arguments.contains(&fault.value);
            if !is_message {
                add_new(&mut self.faults, fault, usize::MAX);
            }
        }
        run.entered.into_iter().for_each(|module| add_new(&mut self.entered, module, usize::MAX));
        run.guesses.into_iter().for_each(|module| add_new(&mut self.guesses, module, usize::MAX));
    }

    /// What fails here and neither of others: what fails anyway is not the upgrade's.
    pub fn faults_beside<'l>(&'l self, others: &'l [&'l Living]) -> impl Iterator<Item = &'l Fault> {
        let is_known = |fault: &Fault| others.iter().any(|other| other.faults.iter().any(|known| known.is_like(fault)));
        self.faults.iter().filter(move |fault| !is_known(fault))
    }
}

/// Adds what is not there yet, while there are fewer than a number of them.
fn add_new<T: PartialEq>(list: &mut Vec<T>, one: T, most: usize) {
    if list.len() < most && !list.contains(&one) {
        list.push(one);
    }
}

/// How often an answer may continue with what continues.
const MAX_CONTINUED: usize = 4;

/// What a process keeps after an answer that leaves it with a state: what the answer continues with is done before anything else
/// arrives.
fn continued(run: &mut Run<'_>, program: &Program, machine: Machine, answer: &Value, state: Value, count: usize) -> Vec<Value> {
    let term = answer.as_tuple().and_then(<[Value]>::last).and_then(|last| last.tagged("continue")).and_then(<[Value]>::first);
    let Some(term) = term.filter(|_| machine == Machine::Server && count < MAX_CONTINUED) else { return vec![state] };
    let next = run.call(&program.module, &Atom::new("handle_continue"), vec![term.clone(), state.clone()]);
    let mut after = Vec::new();
    for answer in next.members() {
        for state in machine.after(answer, Some(&state)) {
            after.extend(continued(run, program, machine, answer, state, count + 1));
        }
    }
    // Where nothing is seen to come of it, the state is not known.
    if after.is_empty() { vec![Value::Any] } else { after }
}

/// Whether a clause of a module's callbacks was written for what arrives: one that may take it, and does not take everything.
pub fn is_meant(world: &World<'_>, program: &Program, machine: Machine, arrives: &[Value]) -> bool {
    let mut run = Run::new(world);
    arriving(program, machine).into_iter().any(|(name, arity)| {
        let Some(function) = program.function(&name, arity) else { return false };
        let mut values = vec![Value::Any; arity as usize];
        values.iter_mut().zip(arrives).for_each(|(value, given)| *value = given.clone());
        function.clauses.iter().any(|clause| {
            let pattern = clause.patterns.iter().zip(arrives).next_back().map(|(pattern, _)| pattern);
            let is_own = pattern.is_some_and(|pattern| !matches!(pattern, Expr::Var(_)) || clause.is_guarded());
            is_own && run.clause_takes(program, clause, &values, &mut Env::new()) != Takes::No
        })
    })
}

/// The callbacks that messages and timeouts arrive at.
fn arriving(program: &Program, machine: Machine) -> Vec<(Atom, u32)> {
    match machine {
        Machine::Server | Machine::Handler => vec![(Atom::new("handle_info"), 2)],
        Machine::States | Machine::Events => machine.callbacks(program),
    }
}

/// Whether a clause puts off what it takes.
fn puts_off(clause: &SourceClause) -> bool {
    let mut found = false;
    clause.body.iter().for_each(|expr| expr.visit(&mut |part| found |= matches!(part, Expr::Atom(atom) if atom.as_str() == "postpone")));
    found
}

/// Whether a clause of a module's callbacks takes what arrives: of a server the message, of a state machine type and content. For what
/// was put off a clause does not count that does so again.
pub fn is_taken(world: &World<'_>, program: &Program, machine: Machine, arrives: &[Value], was_put_off: bool) -> Takes {
    let taken = takes_of(world, program, &arriving(program, machine), arrives, was_put_off);
    // Without a callback a message is written to the log, and that is all.
    taken.unwrap_or(Takes::Yes)
}

/// Whether the callback of a server takes what is sent to it by `call` or `cast`; `None` without one.
pub fn is_request_taken(world: &World<'_>, program: &Program, callback: &str, message: &Value) -> Option<Takes> {
    let arity = if callback == "handle_call" { 3 } else { 2 };
    takes_of(world, program, &[(Atom::new(callback), arity)], std::slice::from_ref(message), false)
}

/// Whether clauses of callbacks take what arrives; `None` where there are none.
fn takes_of(world: &World<'_>, program: &Program, callbacks: &[(Atom, u32)], arrives: &[Value], was_put_off: bool) -> Option<Takes> {
    let mut run = Run::new(world);
    let mut all = None;
    for (name, arity) in callbacks {
        let Some(function) = program.function(name, *arity) else { continue };
        for clause in function.clauses.iter().filter(|clause| !(was_put_off && puts_off(clause))) {
            let mut values = vec![Value::Any; *arity as usize];
            values.iter_mut().zip(arrives).for_each(|(value, given)| *value = given.clone());
            let takes = run.clause_takes(program, clause, &values, &mut Env::new());
            // The state is not known, so a clause takes the message if nothing else is in its way.
            let patterns =
                clause.patterns.iter().zip(arrives).fold(Takes::Yes, |all, (pattern, value)| all.and(run.takes(program, pattern, value, &mut Env::new()).0));
            let takes = if takes == Takes::No {
                Takes::No
            } else if clause.is_guarded() {
                Takes::Maybe
            } else {
                patterns
            };
            all = Some(all.map_or(takes, |all: Takes| all.or(takes)));
        }
    }
    all
}
