//! What functions of the libraries ask of an argument, whatever they do with it: a list, a map, a container of their own.

use super::super::sort::{Holder, Sort};
use super::super::value::Value;

/// What an argument has to be.
enum Demand {
    /// Of one of these sorts.
    Sorts(&'static [Sort]),
    /// A binary.
    Binary,
    /// Held so.
    Held(Holder),
}

impl Demand {
    /// Whether a value is certainly another one. Of text it is not known whether it is a list.
    fn refuses(&self, value: &Value) -> bool {
        match self {
            Demand::Sorts(sorts) => match value {
                Value::Binary(_) => true,
                Value::Text(_) => !sorts.contains(&Sort::List),
                value => value.kind().is_some_and(|kind| !sorts.contains(&kind)),
            },
            Demand::Binary => value.kind().is_some(),
            Demand::Held(holder) => is_held_otherwise(*holder, value),
        }
    }
}

/// The first of its arguments that a function does not take, where that is certain.
pub(super) fn refused<'v>(module: &str, name: &str, arguments: &'v [Value]) -> Option<&'v Value> {
    let (given, demand) = match module {
        "lists" => (listed(name, arguments)?, Demand::Sorts(&[Sort::List])),
        // Ranges and streams are maps and funs.
        "Elixir.Enum" => (enumerated(name, arguments)?, Demand::Sorts(&[Sort::List, Sort::Map, Sort::Fun])),
        "Elixir.String" => (arguments.first().filter(|_| !matches!(name, "valid?" | "module_info" | "__info__"))?, Demand::Binary),
        "Elixir.Keyword" => (arguments.first().filter(|_| !matches!(name, "new" | "keyword?"))?, Demand::Sorts(&[Sort::List])),
        "maps" | "Elixir.Map" => (mapped(module, name, arguments)?, Demand::Sorts(&[Sort::Map])),
        _ => (held(module, name, arguments)?, Demand::Held(Holder::of(module)?)),
    };
    given.members().iter().find(|member| demand.refuses(member))
}

/// The list of a function of `lists`.
fn listed<'v>(name: &str, arguments: &'v [Value]) -> Option<&'v Value> {
    match name {
        "seq" | "duplicate" => None,
        // The last argument may say what becomes of lists of other lengths.
        "zip" | "zip3" | "zipwith" | "zipwith3" => None,
        // The second one may be any tail.
        "append" if arguments.len() == 2 => arguments.first(),
        "keystore" | "keyreplace" => arguments.get(2),
        "sublist" | "reverse" => arguments.first(),
        _ => arguments.last(),
    }
}

/// What a function of `Enum` goes through.
fn enumerated<'v>(name: &str, arguments: &'v [Value]) -> Option<&'v Value> {
    arguments.first().filter(|_| !matches!(name, "zip" | "zip_with" | "zip_reduce" | "concat"))
}

/// The map of a function of `maps` or `Map`.
fn mapped<'v>(module: &str, name: &str, arguments: &'v [Value]) -> Option<&'v Value> {
    match name {
        "new" | "from_list" | "from_keys" | "next" | "from_struct" | "iterator" | "to_list" | "groups_from_list" => None,
        // These take an iterator as well, which may be an atom, a list or a tuple.
        "map" | "filter" | "fold" | "foreach" | "filtermap" if module == "maps" => None,
        "get" if module == "maps" => arguments.get(1),
        _ if module == "maps" => arguments.last(),
        _ => arguments.first(),
    }
}

/// The container of a function of its module: in Erlang's modules the last argument.
fn held<'v>(module: &str, name: &str, arguments: &'v [Value]) -> Option<&'v Value> {
    let makes = ["new", "from_", "is_set", "is_dict", "is_queue", "is_array", "singleton", "empty", "next"];
    if makes.iter().any(|word| name.starts_with(word)) {
        return None;
    }
    match (module, name, arguments) {
        // Of a list of sets; an iterator, whose order may come last.
        (_, "union" | "intersection", [_]) | (_, "iterator" | "iterator_from", _) => None,
        ("Elixir.MapSet", ..) | ("queue", "snoc" | "init" | "last" | "daeh" | "lait" | "liat", _) => arguments.first(),
        _ => arguments.last(),
    }
}

/// Whether a value is certainly not held so.
fn is_held_otherwise(own: Holder, value: &Value) -> bool {
    match (own, value) {
        (Holder::Set | Holder::MapOfSet, Value::Bag(Holder::Set | Holder::MapOfSet, _)) => false,
        (own, Value::Bag(other, _)) => own != *other,
        (Holder::Set, value) => value.kind().is_some_and(|kind| !matches!(kind, Sort::Tuple | Sort::Map)),
        (Holder::MapSet, Value::Map(map)) => match map.keys.iter().find(|(key, ..)| key.is_atom("__struct__")) {
            Some((_, name, _)) => name.is_other_than(&Value::atom("Elixir.MapSet")),
            // A map with keys of its own is no struct, whatever was put under keys that are not known.
            None => !map.keys.is_empty() || map.rest.as_ref().is_none_or(|rest| rest.0.members().iter().any(Value::is_literal)),
        },
        (own, value) => own.sort().zip(value.kind()).is_some_and(|(own, kind)| own != kind),
    }
}
