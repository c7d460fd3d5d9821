//! What is put under a name, and outlives the code that put it there: tables of `ets`, `persistent_term`.

use super::super::noted::FaultKind;
use super::super::opaque::Opaque;
use super::super::run::{Run, Store};
use super::super::truth::elements;
use super::super::value::Value;
use super::lists::folded;
use crate::term::Atom;

/// What a function of these modules gives back. Each call is noted down.
#[rustfmt::skip]
pub(super) fn call(run: &mut Run<'_>, module: &Atom, function: &Atom, arguments: &[Value]) -> Option<Value> {
    run.note(module, function, arguments);
    let row = |run: &Run<'_>, table: &Value| (run.world.stored)(Store::Table, table);
    Some(match (module.as_str(), function.as_str(), arguments) {
        ("ets", "new", [name, _]) => name.clone(),
        ("ets", "lookup" | "take", [table, key]) => found(row(run, table), key),
        ("ets", "tab2list", [table]) => Value::list_of(row(run, table).unwrap_or(Value::Any)),
        ("ets", "foldl" | "foldr", [fun, start, table]) => {
            let rows = Value::list_of(row(run, table).unwrap_or(Value::Any));
            folded(run, &rows, start.clone(), |run, row, value| run.apply(fun, vec![row, value]))
        }
        ("ets", "lookup_element", [table, key, at, default @ ..]) => {
            let Some(rows) = row(run, table).map(|rows| of_key(&rows, Some(key))) else { return Some(Value::Any) };
            let found = element(run, function, &rows, at);
            default.first().map_or(found.clone(), |default| found.or(default.clone()))
        }
        ("ets", "update_counter" | "update_element", [table, key, changes, ..]) => {
            let rows = row(run, table).map(|rows| of_key(&rows, Some(key)));
            let all = match changes {
                Value::Tuple(..) => changes.clone(),
                // One number is added at the place after that of the key, which may be any.
                Value::Number(_) => Value::NEVER,
                list => elements(list),
            };
            for (rows, at) in rows.iter().flat_map(|rows| all.members().iter().filter_map(move |change| Some((rows, change.as_tuple()?.first()?)))) {
                if element(run, function, rows, at).is_never() {
                    return Some(Value::NEVER);
                }
            }
            Value::Any
        }
        ("ets", "insert" | "delete" | "delete_all_objects" | "delete_object", _) => Value::atom("true"),
        ("persistent_term", "get", [key]) => (run.world.stored)(Store::Term, key).unwrap_or(Value::Any),
        ("persistent_term", "get", [key, default]) => match (run.world.stored)(Store::Term, key) {
            Some(known) => known.or(default.clone()),
            None => Value::Any,
        },
        ("persistent_term", "put", _) => Value::atom("ok"),
        ("Elixir.Registry", "lookup", [name, _]) => registered(run, name),
        ("Elixir.Registry", "values", [name, ..]) => Value::list_of((run.world.stored)(Store::Registry, name).unwrap_or(Value::Any)),
        ("Elixir.Registry", "dispatch", [name, _, work, ..]) => {
            let entries = registered(run, name);
            match work.as_tuple() {
                Some([owner, function, Value::List(given, None)]) => run.apply_named(owner, function, std::iter::once(entries).chain(given.iter().cloned()).collect()),
                _ => run.apply(work, vec![entries]),
            };
            Value::atom("ok")
        }
        _ => Value::Any,
    })
}

/// What a function of `counters` or `atomics` gives back: an array, or what is at a place in it.
pub(super) fn counters(run: &mut Run<'_>, module: &Atom, function: &Atom, arguments: &[Value]) -> Option<Value> {
    run.note(module, function, arguments);
    let number = |value: &Value| if let Value::Number(Some(text)) = value { text.parse::<u32>().ok() } else { None };
    let is_counters = module.as_str() == "counters";
    match (function.as_str(), arguments) {
        ("new", [size, _]) => Some(number(size).map_or(Value::Any, |size| Value::Opaque(Opaque::Counters(is_counters, size)))),
        ("info", _) => None,
        (_, [Value::Opaque(Opaque::Counters(own, size)), at, ..]) if *own != is_counters || number(at).is_some_and(|at| at == 0 || at > *size) => {
            Some(run.fail(FaultKind::BadArgument(module.clone(), function.clone()), arguments.first().cloned().unwrap_or(Value::Any)))
        }
        ("get", _) => Some(Value::Number(None)),
        _ => Some(Value::Any),
    }
}

/// What a function of `mnesia` or `dets` gives back. What it writes is noted down as `write` of a table and a row.
pub(super) fn database(run: &mut Run<'_>, module: &Atom, function: &Atom, arguments: &[Value]) -> Option<Value> {
    let row = |run: &Run<'_>, table: &Value| Value::list_of((run.world.stored)(Store::Database, table).unwrap_or(Value::Any));
    let name = function.as_str();
    // A record is in the table of its name.
    let of_record = |record: &Value| record.tag().map(|tag| Value::Atom(tag.clone()));
    if module.as_str() == "dets" {
        run.note(module, function, arguments);
        return Some(match (name, arguments) {
            ("open_file", [table, _]) => Value::tuple(vec![Value::atom("ok"), table.clone()]).or(Value::Any),
            ("insert", _) => Value::atom("ok"),
            ("lookup", [table, key]) => found((run.world.stored)(Store::Database, table), key),
            ("match_object", [table, _]) => row(run, table),
            ("foldl" | "foldr", [fun, start, table]) => {
                let rows = row(run, table);
                folded(run, &rows, start.clone(), |run, row, value| run.apply(fun, vec![row, value]))
            }
            _ => Value::Any,
        });
    }
    let write = Atom::new("write");
    Some(match (name, arguments) {
        ("write" | "dirty_write", [record]) => {
            let tables: Vec<(Value, Value)> = record.members().iter().filter_map(|record| Some((of_record(record)?, record.clone()))).collect();
            tables.into_iter().for_each(|(table, record)| run.note(module, &write, &[table, record]));
            Value::atom("ok")
        }
        ("write" | "dirty_write", [table, record, ..]) => {
            run.note(module, &write, &[table.clone(), record.clone()]);
            Value::atom("ok")
        }
        ("read" | "wread" | "dirty_read", [Value::Tuple(pair, _)]) => found((run.world.stored)(Store::Database, pair.first()?), &Value::Any),
        ("read" | "dirty_read", [table, _, ..]) => found((run.world.stored)(Store::Database, table), &Value::Any),
        ("index_read" | "dirty_index_read", [table, _, ..]) => row(run, table),
        ("match_object" | "dirty_match_object", [record]) => row(run, &of_record(record)?),
        ("match_object" | "dirty_match_object", [table, _, ..]) => row(run, table),
        ("foldl" | "foldr", [fun, start, table, ..]) => {
            let rows = row(run, table);
            folded(run, &rows, start.clone(), |run, row, value| run.apply(fun, vec![row, value]))
        }
        // What fails inside is answered as `{aborted,Reason}`.
        ("transaction" | "sync_transaction", [fun, given @ ..]) => {
            let result = run.caught(|run| transacted(run, fun, given.first()));
            let done = if result.is_never() { result } else { Value::tuple(vec![Value::atom("atomic"), result]) };
            done.or(Value::Any)
        }
        ("activity", [_, fun, given @ ..]) | ("async_dirty" | "sync_dirty" | "ets", [fun, given @ ..]) => transacted(run, fun, given.first()),
        _ => {
            run.note(module, function, arguments);
            Value::Any
        }
    })
}

/// What a fun gives back that is run on a database, with the arguments that it is given.
fn transacted(run: &mut Run<'_>, fun: &Value, given: Option<&Value>) -> Value {
    match given {
        None | Some(Value::Number(_) | Value::Atom(_)) => run.apply(fun, Vec::new()),
        Some(given) => given.as_list().map(<[Value]>::to_vec).map_or(Value::Any, |given| run.apply(fun, given)),
    }
}

/// The entries of a registry: each a process and what it is registered with.
fn registered(run: &Run<'_>, name: &Value) -> Value {
    let value = (run.world.stored)(Store::Registry, name).unwrap_or(Value::Any);
    let each = value.members().iter().map(|value| Value::tuple(vec![Value::Opaque(Opaque::Pid), value.clone()]));
    Value::list_of(each.fold(Value::NEVER, Value::or))
}

/// What rows have at a place, counted from 1; a row that is too short is a fault.
fn element(run: &mut Run<'_>, function: &Atom, rows: &Value, at: &Value) -> Value {
    let Value::Number(Some(at)) = at else { return Value::Any };
    let Some(at) = at.parse::<usize>().ok().and_then(|at| at.checked_sub(1)) else { return Value::Any };
    let mut result = Value::NEVER;
    // Which of several rows it is may not be known.
    let is_short = |row: &Value| row.as_tuple().is_some_and(|items| items.len() <= at);
    if !rows.members().iter().all(is_short) && rows.members().iter().any(is_short) {
        return Value::Any;
    }
    for row in rows.members() {
        result = result.or(match row.as_tuple().map(|items| items.get(at)) {
            Some(Some(item)) => item.clone(),
            Some(None) => run.fail(FaultKind::BadArgument(Atom::new("ets"), function.clone()), row.clone()),
            None => Value::Any,
        });
    }
    result
}

/// The rows of a key. Where none is left, the key is at another place.
fn of_key(rows: &Value, key: Option<&Value>) -> Value {
    let is_other = |row: &Value| key.is_some_and(|key| row.as_tuple().and_then(<[Value]>::first).is_some_and(|first| first.is_other_than(key)));
    let found = rows.members().iter().filter(|row| !is_other(row)).cloned().fold(Value::NEVER, Value::or);
    if found.is_never() { Value::Any } else { found }
}

/// What is found under a key: rows, or none; of rows of one form, one is what is mostly found.
fn found(rows: Option<Value>, key: &Value) -> Value {
    let Some(rows) = rows.map(|rows| of_key(&rows, Some(key))) else { return Value::list_of(Value::Any) };
    let one = Value::List(vec![rows.clone()], None);
    let any = Value::list_of(rows.clone());
    if matches!(rows, Value::Tuple(..)) { any.or(one) } else { any }
}

/// The rows that an insertion puts in, one by one.
pub fn rows(inserted: &Value) -> Value {
    match inserted {
        Value::List(..) => elements(inserted),
        other => other.clone(),
    }
}
