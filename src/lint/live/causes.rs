//! What the code of a process causes that arrives at it later: its own timers, timeouts in answers and actions, monitors.

use super::code::{Code, NO_REPLIES};
use crate::appup::Direction;
use crate::interpret::{self, Done, Living, Machine, Message, Opaque, Takes, Value, is_taken, spread};
use crate::lint::Pair;
use crate::lint::lives::Half;
use crate::term::Atom;
use std::fmt;

/// What makes something arrive later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// A timer that sends a message.
    Timer,
    /// The timeout of an answer or of an action.
    Timeout,
    /// A message to itself.
    Message,
    /// A monitor of another process.
    Monitor,
    /// A link to another process.
    Link,
    /// A task that answers.
    Task,
    /// An event that was put off.
    Postponed,
}

impl fmt::Display for Means {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Means::Timer => "the timer",
            Means::Timeout => "the timeout",
            Means::Message => "the message",
            Means::Monitor => "the monitor",
            Means::Link => "a linked process",
            Means::Task => "the task",
            Means::Postponed => "the action `postpone`",
        })
    }
}

/// Something that arrives at a process later, because its code caused it.
#[derive(Clone, Debug)]
pub struct Caused {
    /// What arrives: the message; of a state machine its type and its content.
    pub arrives: Vec<Value>,
    /// What causes it.
    pub what: Means,
    /// The line that does.
    pub line: u32,
    /// Whether it comes again and again by itself.
    pub repeats: bool,
    /// The message that is being handled when it is caused; none where the process begins.
    pub handling: Option<Message>,
    /// The module whose code causes it; none for that of the process.
    pub by: Option<Atom>,
}

impl Caused {
    /// Where it is caused, in words.
    pub fn place(&self) -> String {
        let line = self.line;
        self.by.as_ref().map_or_else(|| format!("line {line} of its source"), |by| format!("line {line} of `{by}`"))
    }
}

/// What other code of a release causes at the processes of a module: timers, by the name that they are registered under, and what they
/// send to a state machine that puts it off.
pub fn caused_by_others(half: &Half, module: &Atom, machine: Machine) -> Vec<Caused> {
    let mut all: Vec<Caused> = Vec::new();
    for done in &half.timers {
        let Some((_, message)) = timer(done).filter(|(to, _)| to.as_atom().is_some() && half.of_name(to) == Some(module)) else { continue };
        let arrives = arriving(machine, message);
        if all.len() < MAX_BY_OTHERS && all.iter().all(|known| known.arrives != arrives) {
            all.push(Caused { arrives, what: Means::Timer, line: done.line.0, repeats: false, handling: None, by: Some(done.by.clone()) });
        }
    }
    let living = half.processes.get(module).map(|(_, living)| living);
    let open = living.into_iter().flat_map(|living| &living.postponed).filter(|(event, _)| event.arguments.get(1) == Some(&Value::Any));
    for (event, line) in open {
        let Some(kind) = event.arguments.first() else { continue };
        for done in half.all_done().filter(|done| sends_as(done, kind)) {
            let [to, content, ..] = done.arguments.as_slice() else { continue };
            let arrives = vec![kind.clone(), content.clone()];
            let is_for_it = half.of_name(to) == Some(module) || (!to.is_literal() && done.by == *module);
            if is_for_it && *content != Value::Any && all.len() < MAX_BY_OTHERS && all.iter().all(|known| known.arrives != arrives) {
                all.push(Caused { arrives, what: Means::Postponed, line: *line, repeats: false, handling: None, by: None });
            }
        }
    }
    all
}

/// Whether a call sends a state machine an event of a kind.
fn sends_as(done: &Done, kind: &Value) -> bool {
    let is_call = kind.tagged("call").is_some();
    let function = kind.as_atom().map_or(if is_call { "call" } else { "" }, Atom::as_str);
    done.module.as_str() == "gen_statem" && done.function.as_str() == function || function == "info" && done.is("erlang", &["send"])
}

/// How many timers of others are looked at for a module.
const MAX_BY_OTHERS: usize = 32;

/// Where a timer sends, and what.
fn timer(done: &Done) -> Option<(&Value, Value)> {
    match (done.module.as_str(), done.function.as_str(), done.arguments.as_slice()) {
        ("erlang", "send_after", [_, to, message, ..]) | ("timer", "send_after" | "send_interval", [_, to, message]) => Some((to, message.clone())),
        ("erlang", "start_timer", [_, to, message, ..]) => Some((to, Value::tuple(vec![Value::atom("timeout"), Value::Any, message.clone()]))),
        _ => None,
    }
}

/// Whether a call sets a timer for a process with a name.
pub(super) fn sets_timer(done: &Done) -> bool {
    timer(done).is_some_and(|(to, _)| to.as_atom().is_some())
}

/// A message as it arrives at a process.
fn arriving(machine: Machine, message: Value) -> Vec<Value> {
    match machine {
        Machine::Server | Machine::Handler => vec![message],
        Machine::States | Machine::Events => vec![Value::atom("info"), message],
    }
}

/// What the processes of a module cause to themselves, each once.
pub fn caused(module: &Atom, machine: Machine, living: &Living) -> Vec<Caused> {
    let mut all: Vec<Caused> = Vec::new();
    let mut add = |one: Caused| {
        if !all.iter().any(|known| known.arrives == one.arrives && known.handling == one.handling && known.repeats == one.repeats) {
            all.push(one);
        }
    };
    let begun = living.begun.iter().map(|done| (None, done));
    // Who waits for a task gets its result there, and not as a message.
    let awaits = living
        .done
        .iter()
        .any(|(_, done)| done.module.as_str().starts_with("Elixir.Task") && matches!(done.function.as_str(), "await" | "await_many" | "yield"));
    for (handling, done) in begun.chain(living.done.iter().map(|(message, done)| (Some(message), done))) {
        let Some((message, what)) = sent(module, done).filter(|_| !awaits || done.function.as_str() != "answers") else { continue };
        let repeats = done.is("timer", &["send_interval"]);
        // Of several forms that it may have each must be taken.
        for message in spread(vec![message]).into_iter().flatten() {
            add(Caused { arrives: arriving(machine, message), what, line: done.line.0, repeats, handling: handling.cloned(), by: None });
        }
    }
    for (event, line) in &living.postponed {
        let [kind, content, ..] = event.arguments.as_slice() else { continue };
        add(Caused { arrives: vec![kind.clone(), content.clone()], what: Means::Postponed, line: *line, repeats: false, handling: None, by: None });
    }
    for answer in &living.answers {
        let (line, parts) = (answer.made().map_or(0, |made| made.1), answer.as_tuple().unwrap_or_default());
        let tag = parts.first().and_then(Value::as_atom).map(Atom::as_str);
        match machine {
            Machine::Server => {
                let is_timed = matches!((tag, parts.len()), (Some("noreply" | "ok"), 3) | (Some("reply"), 4));
                if is_timed && matches!(parts.last(), Some(Value::Number(_))) {
                    add(Caused { arrives: vec![Value::atom("timeout")], what: Means::Timeout, line, repeats: false, handling: None, by: None });
                }
            }
            Machine::States | Machine::Events => {
                for action in interpret::actions(answer) {
                    if let Some((kind, content)) = timeout(&action) {
                        let line = action.made().map_or(line, |made| made.1);
                        add(Caused { arrives: vec![kind, content], what: Means::Timeout, line, repeats: false, handling: None, by: None });
                    }
                }
            }
            Machine::Handler => {}
        }
    }
    all
}

/// The message that a call sends to the process itself, now, later or when something happens.
fn sent(module: &Atom, done: &Done) -> Option<(Value, Means)> {
    let own = |to: &Value| crate::interpret::is_own(to) || to.as_atom() == Some(module);
    if let Some((to, message)) = timer(done) {
        return own(to).then_some((message, Means::Timer));
    }
    match (done.module.as_str(), done.function.as_str(), done.arguments.as_slice()) {
        ("erlang", "send", [to, message, ..]) if own(to) => Some((message.clone(), Means::Message)),
        ("Elixir.Task" | "Elixir.Task.Supervisor", "answers", [result]) => {
            Some((Value::tuple(vec![Value::Opaque(Opaque::Reference), result.clone()]), Means::Task))
        }
        ("erlang", "monitor", [kind, _, options]) if kind.is_atom("process") => {
            let tag = crate::interpret::elements(options).members().iter().find_map(|option| option.tagged("tag")?.first().cloned());
            let tag = tag.unwrap_or_else(|| Value::atom("DOWN"));
            Some((Value::tuple(vec![tag, Value::Any, Value::atom("process"), Value::Any, Value::Any]), Means::Monitor))
        }
        ("erlang", "monitor", [kind, ..]) if kind.is_atom("process") => {
            Some((Value::tuple(vec![Value::atom("DOWN"), Value::Any, Value::atom("process"), Value::Any, Value::Any]), Means::Monitor))
        }
        ("erlang", "process_flag", [flag, value]) if flag.is_atom("trap_exit") && value.is_atom("true") => {
            Some((Value::tuple(vec![Value::atom("EXIT"), Value::Any, Value::Any]), Means::Link))
        }
        ("timer", "send_after" | "send_interval", [_, message]) => Some((message.clone(), Means::Timer)),
        _ => None,
    }
}

/// The timeout of a state machine that an action sets: its kind and its content.
fn timeout(action: &Value) -> Option<(Value, Value)> {
    let (kind, time, content) = match action.as_tuple()? {
        [kind, time, content] | [kind, time, content, _] => (kind, time, content),
        _ => return None,
    };
    // `cancel` and `update` set none.
    if time.as_atom().is_some_and(|word| word.as_str() != "infinity") {
        return None;
    }
    let is_named = kind.tagged("timeout").is_some_and(|name| name.len() == 1);
    let is_plain = kind.is_atom("state_timeout") || kind.is_atom("timeout");
    (is_named || is_plain).then(|| (kind.clone(), content.clone()))
}

/// Whether the code of a module has a clause that was written for what arrives.
pub fn is_meant(pair: &Pair<'_>, direction: Direction, after: bool, module: &Atom, machine: Machine, arrives: &[Value]) -> bool {
    let code = Code::of(pair, pair.side(direction, after));
    let Some(program) = code.program(module) else { return true };
    code.run(None, &NO_REPLIES, |world| interpret::is_meant(world, &program, machine, arrives))
}

/// Whether the code of a module takes what arrives.
pub fn takes(pair: &Pair<'_>, direction: Direction, after: bool, module: &Atom, machine: Machine, one: &Caused) -> Takes {
    let code = Code::of(pair, pair.side(direction, after));
    let Some(program) = code.program(module) else { return Takes::Maybe };
    code.run(None, &NO_REPLIES, |world| is_taken(world, &program, machine, &one.arrives, one.what == Means::Postponed))
}

/// Whether a server of a module takes what is sent to it by `call` or `cast`; `None` without a callback for it.
pub fn takes_request(pair: &Pair<'_>, direction: Direction, after: bool, module: &Atom, callback: &str, message: &Value) -> Option<Takes> {
    let code = Code::of(pair, pair.side(direction, after));
    let program = code.program(module)?;
    code.run(None, &NO_REPLIES, |world| interpret::is_request_taken(world, &program, callback, message))
}
