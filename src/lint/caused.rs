//! What a module causes that arrives later: its own timers, timeouts in answers and actions, monitors; and who takes it.

use crate::beam::{Called, Expr, Outline, Takes, takes};
use crate::term::Atom;

/// How the callbacks of a process are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    /// `handle_info/2` and its like.
    Server,
    /// `handle_event/4`, or a function of arity 3 for each state.
    Statem,
}

/// A message or a timeout that a module causes to itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caused {
    /// What arrives: for a state machine `{Type,Content}`.
    pub arrives: Expr,
    /// What it is in words: "the timer", "the timeout".
    pub what: &'static str,
    /// The line of what causes it.
    pub line: u32,
}

/// How many things are looked at in one module; more than any real one causes.
const MAX_CAUSED: usize = 200;

/// Everything that a module causes to itself, each once.
pub fn caused(module: &Atom, outline: &Outline, machine: Machine) -> Vec<Caused> {
    let mut all: Vec<Caused> = Vec::new();
    let mut add = |arrives: Expr, what, line| {
        if all.len() < MAX_CAUSED && all.iter().all(|known| known.arrives != arrives) {
            all.push(Caused { arrives, what, line });
        }
    };
    // A function of its own may have the name of one that the compiler imports.
    let is_own = |call: &Called| {
        let arity = u32::try_from(call.arguments.len()).unwrap_or(u32::MAX);
        call.module.is_none() && outline.calls.contains_key(&(call.function.clone(), arity))
    };
    for call in outline.calls.values().flatten().filter(|call| !is_own(call)) {
        if let Some((message, what)) = message(module, call) {
            let arrives = match machine {
                Machine::Server => message,
                Machine::Statem => Expr::Tuple(vec![atom("info"), message]),
            };
            add(arrives, what, call.line);
        }
    }
    for (tuple, line) in outline.tuples.values().flatten() {
        let arrives = match machine {
            Machine::Server => is_answer_with_timeout(tuple).then(|| atom("timeout")),
            Machine::Statem => action(tuple),
        };
        if let Some(arrives) = arrives {
            add(arrives, "the timeout", *line);
        }
    }
    all
}

/// What the clauses of a process take where messages and timeouts arrive, each with whether a guard narrows it.
pub fn takers(outline: &Outline, machine: Machine) -> Vec<(Expr, bool)> {
    let heads = |name: &str, arity: u32| outline.heads.get(&(Atom::new(name), arity)).into_iter().flatten();
    match machine {
        Machine::Server => heads("handle_info", 2).filter_map(|(head, guarded)| Some((head.first()?.clone(), *guarded))).collect(),
        Machine::Statem => {
            let states = outline.heads.iter().filter(|((name, arity), _)| *arity == 3 && name.as_str() != "code_change" && name.as_str() != "terminate");
            let all = heads("handle_event", 4).chain(states.flat_map(|(_, heads)| heads));
            all.filter_map(|(head, guarded)| Some((Expr::Tuple(head.get(..2)?.to_vec()), *guarded))).collect()
        }
    }
}

/// Whether one of some clauses takes what arrives.
pub fn is_taken(takers: &[(Expr, bool)], arrives: &Expr) -> Takes {
    let each = takers.iter().map(|(pattern, guarded)| match takes(pattern, arrives) {
        Takes::Yes if *guarded => Takes::Maybe,
        known @ (Takes::Yes | Takes::No | Takes::Maybe) => known,
    });
    each.fold(Takes::No, |all, one| match (all, one) {
        (Takes::Yes, _) | (_, Takes::Yes) => Takes::Yes,
        (Takes::Maybe, _) | (_, Takes::Maybe) => Takes::Maybe,
        (Takes::No, Takes::No) => Takes::No,
    })
}

fn atom(text: &str) -> Expr {
    Expr::Atom(Atom::new(text))
}

/// Whether an expression is the process itself, by its pid or by the name of its module.
fn is_self(module: &Atom, to: &Expr) -> bool {
    if let Expr::Call(owner, name, arguments) = to {
        return arguments.is_empty() && name.as_str() == "self" && owner.as_ref().is_none_or(|owner| owner.as_str() == "erlang");
    }
    to.as_atom() == Some(module)
}

/// The message that a call sends to the process itself, now, later or when something happens.
fn message(module: &Atom, call: &Called) -> Option<(Expr, &'static str)> {
    let arguments = call.arguments.as_slice();
    let own = |to: &Expr, message: &Expr| is_self(module, to).then(|| message.clone());
    let name = |known: &str| call.is(known, &[call.function.as_str()]);
    let function = call.function.as_str();
    let is_erlang = name("erlang") || call.module.is_none();
    match (function, arguments) {
        ("send_after", [_, to, message] | [_, to, message, _]) if is_erlang => own(to, message).map(|message| (message, "the timer")),
        ("start_timer", [_, to, message] | [_, to, message, _]) if is_erlang => {
            own(to, message).map(|message| (Expr::Tuple(vec![atom("timeout"), Expr::Unknown, message]), "the timer"))
        }
        ("send", [to, message]) if is_erlang => own(to, message).map(|message| (message, "the message")),
        ("monitor", [Expr::Atom(kind), _]) if is_erlang && kind.as_str() == "process" => {
            let arrives = vec![atom("DOWN"), Expr::Unknown, atom("process"), Expr::Unknown, Expr::Unknown];
            Some((Expr::Tuple(arrives), "the monitor"))
        }
        ("process_flag", [Expr::Atom(flag), Expr::Atom(value)]) if is_erlang && flag.as_str() == "trap_exit" && value.as_str() == "true" => {
            Some((Expr::Tuple(vec![atom("EXIT"), Expr::Unknown, Expr::Unknown]), "a linked process"))
        }
        ("send_after" | "send_interval", [_, message]) if name("timer") => Some((message.clone(), "the timer")),
        ("send_after" | "send_interval", [_, to, message]) if name("timer") => own(to, message).map(|message| (message, "the timer")),
        ("send_after", [to, message, _] | [to, message, _, _]) if name("Elixir.Process") => own(to, message).map(|message| (message, "the timer")),
        ("monitor", [_]) if name("Elixir.Process") => {
            let arrives = vec![atom("DOWN"), Expr::Unknown, atom("process"), Expr::Unknown, Expr::Unknown];
            Some((Expr::Tuple(arrives), "the monitor"))
        }
        _ => None,
    }
}

/// `{noreply,State,Time}`, `{reply,Answer,State,Time}` or `{ok,State,Time}` with a number.
fn is_answer_with_timeout(tuple: &Expr) -> bool {
    let Expr::Tuple(items) = tuple else { return false };
    let tag = items.first().and_then(Expr::as_atom).map(Atom::as_str);
    let is_answer = matches!((tag, items.len()), (Some("noreply" | "ok"), 3) | (Some("reply"), 4));
    is_answer && matches!(items.last(), Some(Expr::Number(_)))
}

/// The timeout of a state machine that an action sets: `{state_timeout,Time,Content}` and its like.
fn action(tuple: &Expr) -> Option<Expr> {
    let Expr::Tuple(items) = tuple else { return None };
    let (kind, time, content) = match items.as_slice() {
        [kind, time, content] | [kind, time, content, _] => (kind, time, content),
        _ => return None,
    };
    // `cancel` and `update` set none.
    if matches!(time, Expr::Atom(word) if word.as_str() != "infinity") || matches!(content, Expr::Var(_) | Expr::Unknown) {
        return None;
    }
    let is_timeout = if let Expr::Tuple(named) = kind {
        named.len() == 2 && named.first().and_then(Expr::as_atom).is_some_and(|kind| kind.as_str() == "timeout")
    } else {
        kind.as_atom().is_some_and(|kind| matches!(kind.as_str(), "state_timeout" | "timeout")) && matches!(time, Expr::Number(_))
    };
    is_timeout.then(|| Expr::Tuple(vec![kind.clone(), content.clone()]))
}
