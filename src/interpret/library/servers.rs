//! Processes with callbacks: `gen_server`, `gen_statem`, and Elixir's names for them.

use super::super::noted::FaultKind;
use super::super::opaque::Opaque;
use super::super::run::{Run, Store};
use super::super::sort::Sort;
use super::super::value::Value;
use crate::term::Atom;

/// What a function of these modules gives back. Each call is noted down.
pub(super) fn call(run: &mut Run<'_>, module: &Atom, function: &Atom, arguments: &[Value]) -> Option<Value> {
    run.note(module, function, arguments);
    if let ("gen_server" | "gen_statem" | "Elixir.GenServer", "reply", [client, _]) = (module.as_str(), function.as_str(), arguments)
        && client.kind().is_some_and(|kind| !matches!(kind, Sort::Tuple | Sort::List))
    {
        return Some(run.fail(FaultKind::BadArgument(module.clone(), function.clone()), client.clone()));
    }
    Some(match (module.as_str(), function.as_str(), arguments) {
        ("gen_server" | "gen_statem" | "Elixir.GenServer", "cast" | "reply", _) => Value::atom("ok"),
        ("gen_server" | "gen_statem" | "Elixir.GenServer", "call", [server, request, ..]) => (run.world.replies)(server, request).unwrap_or(Value::Any),
        ("Elixir.GenServer", "whereis", [Value::Atom(name)]) => Value::Opaque(Opaque::Registered(name.clone())).or(Value::Any),
        ("Elixir.Supervisor", "init", [children, flags]) => Value::tuple(vec![Value::atom("ok"), Value::tuple(vec![flags.clone(), children.clone()])]),
        ("Elixir.Supervisor", "child_spec", [spec, overrides]) => adapted(run, spec, overrides),
        ("Elixir.DynamicSupervisor", "init", [options]) => Value::tuple(vec![Value::atom("ok"), options.clone()]),
        ("Elixir.Agent", "start" | "start_link", [fun, options] | [fun, _, _, options]) => {
            let state = match arguments {
                [module, function, given, _] => run.apply_named(module, function, given.as_list().map(<[Value]>::to_vec).unwrap_or_default()),
                _ => run.apply(fun, Vec::new()),
            };
            let name = options.as_list().and_then(|options| options.iter().find_map(|option| option.tagged("name")?.first().cloned()));
            if let Some(name) = name {
                run.note(module, &Atom::new("keeps"), &[name, state]);
            }
            Value::tuple(vec![Value::atom("ok"), Value::Opaque(Opaque::Pid)])
        }
        ("Elixir.Agent", "get" | "update" | "get_and_update" | "cast", [agent, called @ ..]) => {
            let Some(state) = (run.world.stored)(Store::Agent, agent) else { return Some(Value::Any) };
            let answer = match called {
                [fun] | [fun, _] => run.apply(fun, vec![state]),
                [owner, name, given, ..] => match given.as_list() {
                    Some(given) => run.apply_named(owner, name, std::iter::once(state).chain(given.iter().cloned()).collect()),
                    None => return Some(Value::Any),
                },
                [] => return Some(Value::Any),
            };
            let (reply, state) = match (function.as_str(), answer) {
                ("get", reply) => (reply, None),
                ("get_and_update", pairs) => (Value::Any, pairs.as_tuple().and_then(|pair| pair.get(1)).cloned()),
                (_, state) => (Value::atom("ok"), Some(state)),
            };
            if let Some(state) = state {
                run.note(module, &Atom::new("keeps"), &[agent.clone(), state]);
            }
            reply
        }
        ("Elixir.Task", "start" | "start_link", [fun]) => {
            run.elsewhere(|run| run.give_away(fun));
            Value::tuple(vec![Value::atom("ok"), Value::Opaque(Opaque::Pid)])
        }
        // What the task comes to is sent to who has started it.
        ("Elixir.Task", "async", [fun]) | ("Elixir.Task.Supervisor", "async" | "async_nolink", [_, fun]) => {
            let result = run.elsewhere(|run| run.apply(fun, Vec::new()));
            run.note(module, &Atom::new("answers"), &[result]);
            Value::Any
        }
        ("Elixir.Task", "async", [owner, name, given]) | ("Elixir.Task.Supervisor", "async" | "async_nolink", [_, owner, name, given]) => {
            let result = run.elsewhere(|run| run.apply_named(owner, name, given.as_list().map(<[Value]>::to_vec).unwrap_or_default()));
            run.note(module, &Atom::new("answers"), &[result]);
            Value::Any
        }
        ("Elixir.Task.Supervisor", "start_child", [_, fun]) => {
            run.elsewhere(|run| run.give_away(fun));
            Value::tuple(vec![Value::atom("ok"), Value::Opaque(Opaque::Pid)])
        }
        ("Elixir.Task", "start" | "start_link", [owner, name, given]) | ("Elixir.Task.Supervisor", "start_child", [_, owner, name, given]) => {
            run.elsewhere(|run| run.apply_named(owner, name, given.as_list().map(<[Value]>::to_vec).unwrap_or_default()));
            Value::tuple(vec![Value::atom("ok"), Value::Opaque(Opaque::Pid)])
        }
        ("Elixir.Task" | "Elixir.Task.Supervisor", "await" | "yield", _) => Value::Any,
        _ => Value::Any,
    })
}

/// A child specification with some of its keys replaced (`Supervisor.child_spec/2`).
fn adapted(run: &mut Run<'_>, spec: &Value, overrides: &Value) -> Value {
    let given = match spec {
        Value::Atom(module) => run.call(module, &Atom::new("child_spec"), vec![Value::List(Vec::new(), None)]),
        Value::Tuple(items, _) => match items.as_slice() {
            [Value::Atom(module), argument] => run.call(module, &Atom::new("child_spec"), vec![argument.clone()]),
            _ => Value::Any,
        },
        other => other.clone(),
    };
    let (Value::Map(mut map), Some(options)) = (given, overrides.as_list()) else { return Value::Any };
    for option in options {
        if let Some([key, value]) = option.as_tuple() {
            map.put(key.clone(), value.clone());
        }
    }
    Value::Map(map)
}
