//! The functions of `erlang`, of which Elixir's `Kernel` has some, and those that make and call processes.

use super::super::noted::FaultKind;
use super::super::opaque::Opaque;
use super::super::run::{Run, Store};
use super::super::sort::Sort;
use super::super::truth::{elements, is_of, known, operator};
use super::super::value::Value;
use super::maps;
use crate::term::Atom;

/// What a function gives back.
#[rustfmt::skip]
pub(super) fn call(run: &mut Run<'_>, name: &str, arguments: &[Value]) -> Option<Value> {
    let this = Atom::new("erlang");
    if let Some(refused) = no_number(name, arguments) {
        return Some(run.fail(FaultKind::BadArgument(this, Atom::new(name)), refused));
    }
    if let Some((kept, own)) = other_clock(name, arguments) {
        run.fail(FaultKind::OtherClock(own.clone()), kept.clone());
    }
    // A test of one of several values holds where it holds for each.
    if let (true, [Value::Union(members)]) = (name.starts_with("is_"), arguments) {
        return members.iter().try_fold(Value::NEVER, |all, member| Some(all.or(call(run, name, std::slice::from_ref(member))?)));
    }
    let pid = Value::Opaque(Opaque::Pid);
    Some(match (name, arguments) {
        ("is_atom", [value]) => is_of(value, Sort::Atom),
        ("is_tuple", [value]) => is_of(value, Sort::Tuple),
        ("is_list", [value]) => is_of(value, Sort::List),
        ("is_map", [value]) => is_of(value, Sort::Map),
        ("is_pid", [value]) => is_of(value, Sort::Pid),
        ("is_reference", [value]) => is_of(value, Sort::Reference),
        ("is_function", [Value::Fun(fun), arity]) => fun.arity().map_or(Value::Any, |own| operator("=:=", &[Value::Number(Some(own.to_string())), arity.clone()])),
        ("is_function", [value, ..]) => if value.is_fun() && arguments.len() == 1 { known(true) } else if value.kind().is_some_and(|kind| kind != Sort::Fun) { known(false) } else { Value::Any },
        ("is_number" | "is_integer" | "is_float", [value]) => if value.kind().is_some_and(|kind| kind != Sort::Number) || matches!(value, Value::Text(_) | Value::Binary(_)) { known(false) } else if name == "is_number" { is_of(value, Sort::Number) } else { whole(value, name) },
        ("is_binary" | "is_bitstring", [value]) => match value {
            Value::Binary(bytes) if bytes.is_complete() || name == "is_bitstring" => known(true),
            value => if value.kind().is_some() { known(false) } else { Value::Any },
        },
        ("is_boolean", [value]) => match value {
            Value::Atom(atom) => known(matches!(atom.as_str(), "true" | "false")),
            Value::Opaque(Opaque::Boolean) => known(true),
            value => if value.kind().is_some() || matches!(value, Value::Text(_) | Value::Binary(_)) { known(false) } else { Value::Any },
        },
        ("is_nil", [value]) => operator("=:=", &[value.clone(), Value::atom("nil")]),
        ("is_record", [value, tag, rest @ ..]) => is_record(value, tag, rest.first()),
        ("is_map_key", [key, map]) => match map {
            Value::Map(map) => map.get(key).map_or(known(false), |(_, always)| if always { known(true) } else { Value::Any }),
            _ => Value::Any,
        },
        ("map_get", [key, map]) => run.get(map, key),
        ("map_size", [Value::Map(map)]) if map.rest.is_none() && map.keys.iter().all(|(.., always)| *always) => Value::Number(Some(map.keys.len().to_string())),
        ("tuple_size" | "size", [Value::Tuple(items, _)]) => Value::Number(Some(items.len().to_string())),
        ("map_size" | "length" | "tuple_size" | "size" | "byte_size" | "bit_size", [value]) => match value {
            Value::List(items, None) if name == "length" => Value::Number(Some(items.len().to_string())),
            Value::Union(_) => Value::Number(None),
            other => match (name, other.kind()) {
                ("length", Some(kind)) if kind != Sort::List => return Some(run.fail(FaultKind::BadArgument(this, Atom::new(name)), other.clone())),
                ("map_size", Some(kind)) if kind != Sort::Map => return Some(run.fail(FaultKind::BadArgument(this, Atom::new(name)), other.clone())),
                _ => Value::Number(None),
            },
        },
        ("element", [at, tuple]) => of_tuple(run, name, tuple, |_, items| place(at).map(|at| items.get(at).cloned())),
        ("elem", [tuple, at]) => {
            let at = if let Value::Number(Some(at)) = at { at.parse::<usize>().ok() } else { None };
            of_tuple(run, name, tuple, |_, items| at.map(|at| items.get(at).cloned()))
        }
        ("setelement", [at, tuple, value]) => of_tuple(run, name, tuple, |run, items| {
            let mut items = items.to_vec();
            let at = place(at)?;
            Some(items.get_mut(at).map(|item| *item = value.clone()).map(|()| Value::Tuple(items, run.made())))
        }),
        ("append_element", [tuple, value]) => of_tuple(run, name, tuple, |run, items| {
            Some(Some(Value::Tuple(items.iter().cloned().chain([value.clone()]).collect(), run.made())))
        }),
        ("insert_element", [at, tuple, value]) => of_tuple(run, name, tuple, |run, items| {
            let (mut items, at) = (items.to_vec(), place(at)?);
            Some((at <= items.len()).then(|| { items.insert(at, value.clone()); Value::Tuple(items, run.made()) }))
        }),
        ("delete_element", [at, tuple]) => of_tuple(run, name, tuple, |run, items| {
            let (mut items, at) = (items.to_vec(), place(at)?);
            Some((at < items.len()).then(|| { items.remove(at); Value::Tuple(items, run.made()) }))
        }),
        ("tuple_to_list", [tuple]) => of_tuple(run, name, tuple, |_, items| Some(Some(Value::List(items.to_vec(), None)))),
        ("list_to_tuple", [list]) => each(list, |list| list.as_list().map_or(Value::Any, |items| Value::Tuple(items.to_vec(), run.made()))),
        ("hd", [list]) => match list {
            Value::List(items, _) if !items.is_empty() => items.first().cloned().unwrap_or(Value::Any),
            list => elements(list).or(Value::Any),
        },
        ("tl", [list]) => match list {
            Value::List(items, rest) => Value::List(items.get(1..).unwrap_or_default().to_vec(), rest.clone()),
            _ => Value::Any,
        },
        ("function_exported", [Value::Atom(module), Value::Atom(function), Value::Number(Some(arity))]) => {
            let exported = arity.parse().ok().and_then(|arity| (run.world.exports)(module, function, arity));
            exported.map_or(Value::Any, known)
        }
        ("whereis", [Value::Atom(name)]) => {
            run.note(&this, &Atom::new("whereis"), arguments);
            Value::Opaque(Opaque::Registered(name.clone())).or(Value::Any)
        }
        ("get" | "put" | "erase", [key, ..]) => {
            run.note(&this, &Atom::new(name), arguments);
            let own = Value::tuple(vec![Value::Atom(run.module.clone()), key.clone()]);
            (run.world.stored)(Store::Dictionary, &own).unwrap_or(Value::Any)
        }
        ("self", []) => Value::Opaque(run.own_process()),
        ("make_ref", []) => Value::Opaque(Opaque::Reference),
        ("monitor" | "send_after" | "start_timer" | "spawn_request", _) => { run.note(&this, &Atom::new(name), arguments); Value::Opaque(Opaque::Reference) }
        ("cancel_timer" | "read_timer", [timer, ..]) => {
            run.note(&this, &Atom::new(name), arguments);
            let mut result = Value::NEVER;
            for member in timer.members() {
                let refused = matches!(member, Value::Atom(_) | Value::Opaque(Opaque::Timer) | Value::Number(_));
                result = result.or(if refused { run.fail(FaultKind::BadArgument(this.clone(), Atom::new(name)), member.clone()) } else { Value::Any });
            }
            result
        }
        ("spawn" | "spawn_link" | "spawn_monitor" | "spawn_opt", _) => {
            run.note(&this, &Atom::new(name), arguments);
            start(run, arguments);
            if name == "spawn_monitor" { Value::tuple(vec![pid, Value::Opaque(Opaque::Reference)]) } else { pid }
        }
        ("apply", [fun, Value::List(arguments, None)]) => run.apply(fun, arguments.clone()),
        ("apply", [module, function, arguments]) => match arguments.as_list() {
            Some(arguments) => run.apply_named(module, function, arguments.to_vec()),
            None => Value::Any,
        },
        ("exit" | "error" | "throw" | "nif_error" | "raise" | "halt", list) if !(name == "exit" && list.len() == 2) => Value::NEVER,
        ("send" | "send_nosuspend", [_, message, ..]) => { run.note(&this, &Atom::new("send"), arguments); message.clone() }
        ("register" | "unregister" | "link" | "unlink" | "demonitor", _) => { run.note(&this, &Atom::new(name), arguments); known(true) }
        ("process_flag", _) => { run.note(&this, &Atom::new(name), arguments); Value::Any }
        ("monotonic_time" | "system_time" | "time_offset", given) => clock(name, given),
        ("unique_integer" | "phash2" | "abs" | "round" | "trunc", _) => Value::Number(None),
        ("max" | "min", [one, other]) => one.clone().or(other.clone()).or(Value::Any),
        ("atom_to_binary" | "integer_to_binary" | "list_to_binary" | "iolist_to_binary" | "term_to_binary" | "float_to_binary", _) => Value::Text(None),
        ("atom_to_list" | "integer_to_list" | "pid_to_list", _) => Value::Text(None),
        ("get_in" | "put_in" | "update_in", _) => maps::at_path(run, name, arguments)?,
        ("struct" | "struct!", [name, fields]) => maps::structure(run, name, fields)?,
        ("=:=" | "==" | "=/=" | "/=" | "<" | ">" | "=<" | ">=" | "++" | "--" | "not" | "and" | "or" | "xor" | "+" | "-" | "*" | "/" | "div" | "rem" | "band" | "bor" | "bsl" | "bsr", _) => operator(name, arguments),
        ("andalso", [one, other]) => operator("and", &[one.clone(), other.clone()]),
        ("orelse", [one, other]) => operator("or", &[one.clone(), other.clone()]),
        _ => return None,
    })
}

/// Units of time, by the names that were used for them as well.
const UNITS: &[(&str, &str)] = &[
    ("native", "native"),
    ("second", "second"),
    ("seconds", "second"),
    ("millisecond", "millisecond"),
    ("milliseconds", "millisecond"),
    ("milli_seconds", "millisecond"),
    ("microsecond", "microsecond"),
    ("microseconds", "microsecond"),
    ("micro_seconds", "microsecond"),
    ("nanosecond", "nanosecond"),
    ("nanoseconds", "nanosecond"),
    ("nano_seconds", "nanosecond"),
];

/// A time as a clock gives it, in a unit.
fn clock(name: &str, given: &[Value]) -> Value {
    let source = ["monotonic_time", "system_time", "os_time", "time_offset"].into_iter().find(|known| *known == name);
    let unit = match given {
        [] => Some("native"),
        [Value::Atom(unit)] => UNITS.iter().find(|(known, _)| *known == unit.as_str()).map(|(_, unit)| *unit),
        _ => None,
    };
    source.zip(unit).map_or(Value::Number(None), |(source, unit)| Value::Opaque(Opaque::Clock(source, unit)))
}

/// Two times of which one is of another clock, or of another unit: it makes no sense to compare them.
fn other_clock<'v>(name: &str, operands: &'v [Value]) -> Option<(&'v Value, &'v Value)> {
    let is_clock = |value: &&Value| matches!(value, Value::Opaque(Opaque::Clock(..)));
    let [one, other] = operands else { return None };
    if !matches!(name, "-" | "<" | ">" | "=<" | ">=") {
        return None;
    }
    // The one that is now is known; the other one may be several.
    let (own, kept) = if is_clock(&other) { (other, one) } else { (one, other) };
    let is_other = |member: &&Value| is_clock(member) && *member != own;
    Some((kept.members().iter().find(is_other).filter(|_| is_clock(&own))?, own))
}

/// What a function of `System` or `os` gives back: its clocks.
pub(super) fn time(module: &str, name: &str, arguments: &[Value]) -> Option<Value> {
    match (module, name) {
        ("os", "system_time") => Some(clock("os_time", arguments)),
        ("Elixir.System", "monotonic_time" | "system_time" | "os_time" | "time_offset") => Some(clock(name, arguments)),
        ("Elixir.System", "unique_integer") => Some(Value::Number(None)),
        _ => None,
    }
}

/// The operand of an operation on numbers that is none.
pub(in super::super) fn no_number(name: &str, operands: &[Value]) -> Option<Value> {
    let is_arithmetic = matches!(name, "+" | "-" | "*" | "/" | "div" | "rem" | "band" | "bor" | "bxor" | "bsl" | "bsr");
    let members = operands.iter().filter(|_| is_arithmetic).flat_map(Value::members);
    // Of values with parts it is often not certain that they get so far.
    members.into_iter().find(|member| matches!(member, Value::Atom(_))).cloned()
}

/// A place in a tuple, counted from 0.
fn place(at: &Value) -> Option<usize> {
    if let Value::Number(Some(at)) = at { at.parse::<usize>().ok()?.checked_sub(1) } else { None }
}

fn each(value: &Value, work: impl FnMut(&Value) -> Value) -> Value {
    value.members().iter().map(work).fold(Value::NEVER, Value::or)
}

fn whole(value: &Value, name: &str) -> Value {
    match value {
        Value::Number(Some(text)) => known(text.contains('.') == (name == "is_float")),
        _ => Value::Any,
    }
}

/// What becomes of each value that is a tuple: something unknown, a value, or none, which is a fault.
fn of_tuple(run: &mut Run<'_>, name: &str, value: &Value, work: impl Fn(&Run<'_>, &[Value]) -> Option<Option<Value>>) -> Value {
    let mut result = Value::NEVER;
    for member in value.members() {
        result = result.or(match member {
            Value::Tuple(items, _) => match work(run, items) {
                Some(Some(value)) => value,
                Some(None) => run.fail(FaultKind::BadArgument(Atom::new("erlang"), Atom::new(name)), member.clone()),
                None => Value::Any,
            },
            other if other.kind().is_some_and(|kind| kind != Sort::Tuple) => {
                run.fail(FaultKind::BadArgument(Atom::new("erlang"), Atom::new(name)), other.clone())
            }
            _ => Value::Any,
        });
    }
    result
}

fn is_record(value: &Value, tag: &Value, size: Option<&Value>) -> Value {
    match value {
        Value::Tuple(items, _) => {
            let is_tagged = items.first().is_some_and(|first| !first.is_other_than(tag));
            let is_sized = size.is_none_or(|size| *size == Value::Number(Some(items.len().to_string())));
            if is_tagged && is_sized && size.is_some() {
                known(true)
            } else if !is_tagged || !is_sized {
                known(false)
            } else {
                Value::Any
            }
        }
        value if value.kind().is_some_and(|kind| kind != Sort::Tuple) => known(false),
        _ => Value::Any,
    }
}

/// Runs what a new process starts with: a fun, or a function by its names.
fn start(run: &mut Run<'_>, arguments: &[Value]) {
    run.elsewhere(|run| match arguments {
        [fun] | [fun, Value::List(..)] => {
            run.apply(fun, Vec::new());
        }
        [module, function, arguments] | [module, function, arguments, _] => {
            if let Some(arguments) = arguments.as_list() {
                run.apply_named(module, function, arguments.to_vec());
            }
        }
        _ => {}
    });
}

/// What a function of `timer`, `Process` or `proc_lib` gives back. Each call is noted down.
pub(super) fn process(run: &mut Run<'_>, module: &Atom, function: &Atom, arguments: &[Value]) -> Option<Value> {
    if module.as_str() == "Elixir.Process" {
        let name = function.as_str();
        let given: Vec<Value> = match (name, arguments) {
            // Erlang's functions with other orders of arguments.
            ("send_after", [to, message, time] | [to, message, time, _]) => vec![time.clone(), to.clone(), message.clone()],
            ("monitor", [process]) => vec![Value::atom("process"), process.clone()],
            ("register", [process, name]) => vec![name.clone(), process.clone()],
            ("flag", [flag, value]) => vec![flag.clone(), value.clone()],
            ("send", [to, message, _]) => vec![to.clone(), message.clone()],
            ("cancel_timer", [timer, ..]) => vec![timer.clone()],
            ("whereis", [Value::Atom(registered)]) => {
                run.note(&Atom::new("erlang"), function, arguments);
                return Some(Value::Opaque(Opaque::Registered(registered.clone())).or(Value::Any));
            }
            ("put", [_, _]) => arguments.to_vec(),
            ("delete", [key]) => return call(run, "erase", std::slice::from_ref(key)),
            ("get", [key, default @ ..]) => {
                let kept = call(run, name, std::slice::from_ref(key))?;
                let default = default.first().cloned().unwrap_or_else(|| Value::atom("nil"));
                return Some(each(&kept, |value| if value.is_atom("undefined") { default.clone() } else { value.clone() }));
            }
            ("alive?", _) => return Some(super::super::truth::either()),
            _ => return None,
        };
        return call(run, if name == "flag" { "process_flag" } else { name }, &given);
    }
    run.note(module, function, arguments);
    let made = |value: Value| Some(Value::tuple(vec![Value::atom("ok"), value]));
    match (module.as_str(), function.as_str(), arguments) {
        ("timer", "send_after" | "send_interval" | "apply_after" | "apply_interval", _) => made(Value::Opaque(Opaque::Timer)),
        ("timer", "seconds" | "minutes" | "hours", _) => Some(Value::Number(None)),
        ("timer", "cancel", [timer]) => {
            if matches!(timer, Value::Atom(_) | Value::Number(_) | Value::Opaque(Opaque::Reference)) {
                return Some(Value::tuple(vec![Value::atom("error"), Value::Any]));
            }
            made(Value::atom("cancel"))
        }
        ("timer", "sleep", _) => Some(Value::atom("ok")),
        ("proc_lib", "spawn" | "spawn_link" | "start" | "start_link", _) => {
            start(run, arguments);
            Some(if function.as_str().starts_with("spawn") { Value::Opaque(Opaque::Pid) } else { Value::Any })
        }
        _ => Some(Value::Any),
    }
}

/// What a function gives back that reads the environment: what the `.app` file says, unless the configuration says something else.
pub(super) fn environment(run: &mut Run<'_>, module: &Atom, function: &Atom, arguments: &[Value]) -> Option<Value> {
    let (Some(Value::Atom(application)), Some(Value::Atom(key))) = (arguments.first(), arguments.get(1)) else { return None };
    let name = function.as_str();
    if !matches!(name, "get_env" | "fetch_env" | "fetch_env!") {
        return None;
    }
    run.note(module, function, arguments);
    let value = (run.world.environment)(application, key)?;
    let is_wrapped = name == "fetch_env" || (module.as_str() == "application" && arguments.len() == 2);
    Some(if is_wrapped { Value::tuple(vec![Value::atom("ok"), value]).or(Value::Any) } else { value.or(Value::Any) })
}
