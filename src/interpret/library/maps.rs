//! Maps and lists of pairs: `maps`, `Map`, `proplists`, `Keyword`, `Access`.

use super::super::noted::FaultKind;
use super::super::run::Run;
use super::super::sort::Sort;
use super::super::truth::{Takes, either, elements, equal, known, of_pairs, truth};
use super::super::value::{Map, Value};
use super::lists::folded;
use crate::term::Atom;

/// Each map that a value may be, something else as it is not known.
fn each_map(run: &mut Run<'_>, value: &Value, mut work: impl FnMut(&mut Run<'_>, &Map) -> Value) -> Value {
    let mut result = Value::NEVER;
    for member in value.members() {
        let found = match member {
            Value::Map(map) => work(run, map),
            Value::Any | Value::Bag(..) => work(run, &Map::any()),
            _ => Value::Any,
        };
        result = result.or(found);
    }
    result
}

fn is_map(value: &Value) -> bool {
    value.members().iter().any(|member| matches!(member, Value::Map(_)))
}

/// The map and the key of a call: Erlang gives the key first, Elixir the map.
fn sides<'v>(is_elixir: bool, one: &'v Value, other: &'v Value) -> (&'v Value, &'v Value) {
    if is_elixir { (one, other) } else { (other, one) }
}

/// A key that may be there, or something else.
fn get_or(run: &mut Run<'_>, map: &Value, key: &Value, default: &Value) -> Value {
    each_map(run, map, |_, map| match map.get(key) {
        Some((value, true)) => value,
        // That it is not there is not certain; what is given for that is as good.
        Some((value, false)) => value.or(if default.is_atom("nil") || default.is_atom("undefined") { Value::Any } else { default.clone() }),
        None => default.clone(),
    })
}

/// What a function of `maps` or `Map` gives back.
#[rustfmt::skip]
pub(super) fn call(run: &mut Run<'_>, is_elixir: bool, name: &str, arguments: &[Value]) -> Option<Value> {
    let nil = Value::atom("nil");
    let made = run.made();
    Some(match (name, arguments) {
        ("new", []) => Value::Map(Map { made, ..Map::default() }),
        ("new" | "from_list", [list]) => of_pairs(list),
        ("new", [list, fun]) if is_elixir && fun.is_fun() => {
            let members = elements(list).members().to_vec();
            let made = members.into_iter().map(|member| run.apply(fun, vec![member])).fold(Value::NEVER, Value::or_blend);
            of_pairs(&Value::list_of(made))
        }
        ("get", [map, key]) if is_elixir => get_or(run, map, key, &nil),
        ("get", [key, map]) => run.get(map, key),
        ("fetch!" | "fetch", [map, key]) => {
            if name == "fetch!" { return Some(run.get(map, key)) }
            each_map(run, map, |_, map| found(map.get(key), "ok", "error"))
        }
        ("find", [key, map]) => each_map(run, map, |_, map| found(map.get(key), "ok", "error")),
        ("get", [one, other, default]) => {
            let (map, key) = sides(is_elixir, one, other);
            get_or(run, map, key, default)
        }
        ("is_key" | "has_key?", [one, other]) => {
            let (map, key) = sides(is_elixir, one, other);
            each_map(run, map, |_, map| match map.get(key) {
                Some((_, true)) => known(true),
                Some((_, false)) => either(),
                None => known(false),
            })
        }
        ("put", [map, key, value]) if is_elixir => run.change(map, &[(key.clone(), value.clone(), false)]),
        ("put", [key, value, map]) => run.change(map, &[(key.clone(), value.clone(), false)]),
        ("put_new", [map, key, value]) => each_map(run, map, |_, map| {
            let mut map = map.clone();
            match map.get(key) {
                Some((_, true)) => {}
                Some((known, false)) => map.put(key.clone(), known.or(value.clone())),
                None => map.put(key.clone(), value.clone()),
            }
            Value::Map(map)
        }),
        ("update", [key, value, map]) if !map.is_fun() => run.change(map, &[(key.clone(), value.clone(), true)]),
        ("replace!", [map, key, value]) => run.change(map, &[(key.clone(), value.clone(), true)]),
        ("update!", [map, key, fun]) | ("update_with", [key, fun, map]) => {
            let old = run.get(map, key);
            let new = if old.is_never() { old } else { run.apply(fun, vec![old]) };
            run.change(map, &[(key.clone(), new, true)])
        }
        ("update", [map, key, default, fun]) | ("update_with", [key, fun, default, map]) if fun.is_fun() => {
            let old = get_or(run, map, key, &Value::NEVER);
            let new = if old.is_never() { old } else { run.apply(fun, vec![old]) };
            run.change(map, &[(key.clone(), new.or_blend(default.clone()), false)])
        }
        ("remove" | "delete" | "drop" | "pop" | "take" | "without", [one, other]) => {
            let (map, key) = sides(is_elixir, one, other);
            let rest = each_map(run, map, |_, map| {
                let mut map = map.clone();
                match key {
                    Value::List(keys, None) if matches!(name, "drop" | "without") => keys.iter().for_each(|key| map.remove(key)),
                    key => map.remove(key),
                }
                Value::Map(map)
            });
            match name {
                "pop" => { let value = get_or(run, map, key, &nil); Value::tuple(vec![value, rest]) }
                "take" if is_elixir => match key {
                    Value::List(keys, None) if keys.iter().all(Value::is_literal) => each_map(run, map, |_, map| {
                        let kept = keys.iter().filter_map(|key| map.get(key).map(|(value, always)| (key.clone(), value, always)));
                        Value::Map(Map { keys: kept.collect(), rest: None, made: map.made.clone() })
                    }),
                    _ => Value::Any,
                },
                "take" => each_map(run, map, |_, map| match map.get(key) {
                    Some((value, always)) => {
                        let taken = Value::tuple(vec![value, rest.clone()]);
                        if always { taken } else { taken.or(Value::Any) }
                    }
                    None => Value::atom("error"),
                }),
                _ => rest,
            }
        }
        ("get_lazy", [map, key, fun]) if fun.is_fun() => {
            let default = run.apply(fun, Vec::new());
            get_or(run, map, key, &default)
        }
        ("put_new_lazy", [map, key, fun]) if fun.is_fun() => {
            let value = run.apply(fun, Vec::new());
            return call(run, is_elixir, "put_new", &[map.clone(), key.clone(), value]);
        }
        ("pop!", [map, key]) => {
            let value = run.get(map, key);
            if value.is_never() { return Some(value) }
            Value::tuple(vec![value, call(run, is_elixir, "delete", arguments)?])
        }
        ("pop", [map, key, default]) => Value::tuple(vec![get_or(run, map, key, default), call(run, is_elixir, "delete", &[map.clone(), key.clone()])?]),
        ("keys", [map]) => each_map(run, map, |_, map| Value::list_of(map.all_keys())),
        ("values", [map]) => each_map(run, map, |_, map| Value::list_of(map.values())),
        ("to_list", [map]) => Value::list_of(elements(map)),
        ("size", _) => Value::Number(None),
        ("merge", [one, other]) => merged(run, one, other),
        ("map", [fun, map]) if fun.is_fun() => each_value(run, map, |run, key, value| run.apply(fun, vec![key, value])),
        ("new", [list, fun]) if fun.is_fun() => { let pairs = run.apply(fun, vec![elements(list)]); of_pairs(&Value::list_of(pairs)) }
        ("filter", [fun, map]) if fun.is_fun() => each_map(run, map, |run, map| {
            let mut kept = map.clone();
            kept.keys.retain_mut(|(key, value, always)| {
                let holds = truth(&run.apply(fun, vec![key.clone(), value.clone()]));
                *always &= holds == Takes::Yes;
                holds != Takes::No
            });
            Value::Map(kept)
        }),
        ("fold", [fun, start, map]) if fun.is_fun() => {
            let pairs = Value::list_of(elements(map));
            folded(run, &pairs, start.clone(), |run, pair, value| {
                let [key, item] = pair.as_tuple().and_then(|pair| <[Value; 2]>::try_from(pair.to_vec()).ok()).unwrap_or([Value::Any, Value::Any]);
                run.apply(fun, vec![key, item, value])
            })
        }
        ("foreach", [fun, map]) if fun.is_fun() => { each_value(run, map, |run, key, value| run.apply(fun, vec![key, value])); Value::atom("ok") }
        ("from_struct", [map]) => each_map(run, map, |_, map| {
            let mut map = map.clone();
            map.remove(&Value::atom("__struct__"));
            Value::Map(map)
        }),
        _ => return None,
    })
}

/// `{ok,Value}` and its like where a key may be there, another atom where it may not.
fn found(value: Option<(Value, bool)>, there: &str, not: &str) -> Value {
    match value {
        Some((value, true)) => Value::tuple(vec![Value::atom(there), value]),
        Some((value, false)) => Value::tuple(vec![Value::atom(there), value]).or(Value::Any),
        None => Value::atom(not),
    }
}

fn each_value(run: &mut Run<'_>, map: &Value, work: impl Fn(&mut Run<'_>, Value, Value) -> Value) -> Value {
    each_map(run, map, |run, map| {
        let mut map = map.clone();
        for (key, value, _) in &mut map.keys {
            *value = work(run, key.clone(), value.clone());
        }
        map.keys.retain(|(_, value, _)| !value.is_never());
        if let Some(rest) = &mut map.rest {
            let mut made = Value::NEVER;
            for member in rest.1.members().to_vec() {
                made = made.or_blend(work(run, rest.0.clone(), member));
            }
            rest.1 = made;
        }
        map.rest = map.rest.filter(|rest| !rest.1.is_never());
        Value::Map(map)
    })
}

fn merged(run: &mut Run<'_>, one: &Value, other: &Value) -> Value {
    let mut result = Value::NEVER;
    for added in other.members() {
        let Value::Map(added) = added else { return Value::Any };
        result = result.or(each_map(run, one, |_, map| {
            let mut map = map.clone();
            for (key, value, always) in &added.keys {
                let before = map.get(key).filter(|_| !always).map(|(value, _)| value);
                map.put(key.clone(), before.map_or_else(|| value.clone(), |before| before.or(value.clone())));
            }
            if let Some(rest) = &added.rest {
                let before = map.rest.take().map_or((Value::NEVER, Value::NEVER), |rest| *rest);
                map.rest = Some(Box::new((before.0.or_blend(rest.0.clone()), before.1.or_blend(rest.1.clone()))));
                map.keys.iter_mut().for_each(|(_, value, _)| *value = std::mem::replace(value, Value::Any).or_blend(rest.1.clone()));
            }
            Value::Map(map)
        }));
    }
    result
}

/// What a function of `proplists`, `Keyword` or `Access` gives back.
pub(super) fn listed(run: &mut Run<'_>, name: &str, arguments: &[Value]) -> Option<Value> {
    if let Some(changed) = changed_options(name, arguments) {
        return Some(changed);
    }
    let (list, key, default) = match (name, arguments) {
        ("get_value", [key, list]) => (list, key, Value::atom("undefined")),
        ("get_value", [key, list, default]) => (list, key, default.clone()),
        ("get", [list, key]) => (list, key, Value::atom("nil")),
        ("get", [list, key, default]) => (list, key, default.clone()),
        ("fetch!" | "fetch", [list, key]) => (list, key, Value::NEVER),
        _ => return None,
    };
    if name == "fetch" {
        let value = run.tested(|run| listed(run, "fetch!", arguments)).unwrap_or(Value::Any);
        let is_certain = key.is_literal()
            && list.as_list().is_some_and(|items| {
                items.iter().all(|item| item.as_tuple().is_some_and(|pair| pair.len() == 2 && pair.iter().take(1).all(Value::is_literal)))
            });
        let found = Value::tuple(vec![Value::atom("ok"), value.clone()]);
        return Some(match (value.is_never(), is_certain) {
            (true, _) => Value::atom("error"),
            (false, true) => found,
            (false, false) => Value::Any,
        });
    }
    if is_map(list) {
        return Some(get_or(run, list, key, &default));
    }
    // `nil[:key]` is nil.
    let Value::List(items, rest) = list else { return Some(Value::Any) };
    let mut result = Value::NEVER;
    for item in items {
        match item {
            Value::Tuple(pair, _) if pair.len() == 2 => {
                let (Some(first), Some(value)) = (pair.first(), pair.get(1)) else { continue };
                match equal(first, key) {
                    Takes::Yes => return Some(result.or(value.clone())),
                    Takes::Maybe => result = result.or(value.clone()),
                    Takes::No => {}
                }
            }
            Value::Atom(atom) if key.as_atom() == Some(atom) => return Some(result.or(known(true))),
            Value::Atom(_) => {}
            _ => result = Value::Any,
        }
    }
    // Further elements may all have another key.
    let is_elsewhere = rest.as_ref().is_none_or(|rest| {
        rest.members()
            .iter()
            .all(|item| item.as_tuple().is_some_and(|pair| pair.len() == 2 && pair.first().is_some_and(|first| equal(first, key) == Takes::No)))
    });
    // What further pairs have under the key, where all keys are written out.
    let further = || {
        let pairs: Option<Vec<(&Value, &Value)>> = rest.as_ref()?.members().iter().map(option).collect();
        let pairs = pairs.filter(|pairs| pairs.iter().all(|(key, _)| key.is_literal()))?;
        Some(pairs.into_iter().filter(|(own, _)| equal(own, key) != Takes::No).map(|(_, value)| value.clone()).fold(Value::NEVER, Value::or))
    };
    Some(match (is_elsewhere, name) {
        (false, "fetch!") => further().map_or(Value::Any, |found| result.or(found)),
        // That there is none is not certain; a default that is given is as good.
        (false, _) => further().map_or(Value::Any, |found| result.or(found).or(if arguments.len() == 3 { default } else { Value::Any })),
        (true, "fetch!") if result.is_never() => run.fail(FaultKind::NoKey(key.clone()), list.clone()),
        (true, _) => result.or(default),
    })
}

/// A pair of a list of options: its key and its value.
fn option(item: &Value) -> Option<(&Value, &Value)> {
    if let Some([key, value]) = item.as_tuple() { Some((key, value)) } else { None }
}

/// What functions of `Keyword` make of options: others of them, or with other values.
fn changed_options(name: &str, arguments: &[Value]) -> Option<Value> {
    let pair = |key: &Value, value: Value| Value::tuple(vec![key.clone(), value]);
    let has = |items: &[Value], key: &Value| items.iter().any(|item| option(item).is_some_and(|(known, _)| known == key));
    match (name, arguments) {
        // The second ones go before the first ones.
        ("merge", [Value::List(first, rest), second]) => Some(match second {
            Value::List(items, further) => {
                // Of what is not known some may have these keys as well.
                let kept = first.iter().filter(|item| option(item).is_none_or(|(key, _)| !has(items, key)));
                let kept = kept.map(|item| match option(item).filter(|_| further.is_some()) {
                    Some((key, value)) => pair(key, value.clone().or(Value::Any)),
                    None => item.clone(),
                });
                let rest = match (rest, further) {
                    (Some(one), Some(other)) => Some(Box::new(one.as_ref().clone().or(other.as_ref().clone()))),
                    (one, other) => one.clone().or_else(|| other.clone()),
                };
                Value::List(items.iter().cloned().chain(kept).collect(), rest)
            }
            Value::Any => {
                let known = first.iter().map(|item| option(item).map_or_else(|| item.clone(), |(key, value)| pair(key, value.clone().or(Value::Any))));
                Value::List(known.collect(), Some(Box::new(Value::Any)))
            }
            _ => return None,
        }),
        ("merge", [Value::Any, Value::List(second, _)]) => Some(Value::List(second.clone(), Some(Box::new(Value::Any)))),
        // Only these keys, each where it is there.
        ("take", [list, keys]) => {
            let keys = keys.as_list().filter(|keys| keys.iter().all(Value::is_literal))?;
            let (items, rest) = match list {
                Value::List(items, rest) => (items.as_slice(), rest.is_some()),
                Value::Any => (&[] as &[Value], true),
                _ => return None,
            };
            let kept = items.iter().filter(|item| option(item).is_none_or(|(key, _)| !key.is_literal() || keys.contains(key)));
            let further = keys.iter().filter(|key| rest && !has(items, key)).map(|key| pair(key, Value::Any)).fold(Value::NEVER, Value::or);
            Some(Value::List(kept.cloned().collect(), (!further.is_never()).then(|| Box::new(further))))
        }
        ("put", [Value::List(items, rest), key, value]) if key.is_literal() => {
            let kept = items.iter().filter(|item| option(item).is_none_or(|(known, _)| known != key)).cloned();
            Some(Value::List(std::iter::once(pair(key, value.clone())).chain(kept).collect(), rest.clone()))
        }
        ("put_new", [Value::List(items, rest), key, value]) if key.is_literal() && !has(items, key) => {
            let value = if rest.is_some() { value.clone().or(Value::Any) } else { value.clone() };
            Some(Value::List(std::iter::once(pair(key, value)).chain(items.iter().cloned()).collect(), rest.clone()))
        }
        ("put_new", [list @ Value::List(..), key, _]) if key.is_literal() => Some(list.clone()),
        ("keys" | "values", [Value::List(items, rest)]) => {
            let part = |item: &Value| option(item).map(|(key, value)| if name == "keys" { key.clone() } else { value.clone() });
            let known = items.iter().map(part).collect::<Option<Vec<Value>>>()?;
            let rest = rest.as_ref().map(|rest| Box::new(rest.members().iter().map(|item| part(item).unwrap_or(Value::Any)).fold(Value::NEVER, Value::or)));
            Some(Value::List(known, rest))
        }
        ("delete", [Value::List(items, rest), key]) if key.is_literal() => {
            Some(Value::List(items.iter().filter(|item| option(item).is_none_or(|(known, _)| known != key)).cloned().collect(), rest.clone()))
        }
        _ => None,
    }
}

/// A struct with some of its fields set (`struct/2`): made by the module that defines it.
pub(super) fn structure(run: &mut Run<'_>, name: &Value, fields: &Value) -> Option<Value> {
    let base = match name {
        Value::Atom(module) => run.call(module, &Atom::new("__struct__"), Vec::new()),
        other => other.clone(),
    };
    let Value::Map(mut made) = base else { return Some(Value::Any) };
    let given = match fields {
        Value::Map(given) => given.clone(),
        // A keyword list: of one that is not known each field may be in it.
        list => match of_pairs(list) {
            Value::Map(given) if list.kind() == Some(Sort::List) => given,
            _ => Map::any(),
        },
    };
    for (key, value, always) in &given.keys {
        if let Some((before, _)) = made.get(key).filter(|_| !key.is_atom("__struct__")) {
            made.put(key.clone(), if *always { value.clone() } else { before.or(value.clone()) });
        }
    }
    if let Some(rest) = &given.rest {
        let may_be = |key: &Value| !key.is_atom("__struct__") && !rest.0.is_other_than(key);
        made.keys.iter_mut().filter(|(key, ..)| may_be(key)).for_each(|(_, value, _)| *value = std::mem::replace(value, Value::Any).or_blend(rest.1.clone()));
    }
    made.made = run.made();
    Some(Value::Map(made))
}

/// What `get_in/2`, `put_in/3` or `update_in/3` gives back for a path that is a list.
pub(super) fn at_path(run: &mut Run<'_>, name: &str, arguments: &[Value]) -> Option<Value> {
    let (data, path) = (arguments.first()?, arguments.get(1)?.as_list()?);
    Some(match (name, arguments) {
        ("get_in", [..]) => path.iter().fold(data.clone(), |value, key| {
            let is_known = key.as_atom().is_some() || matches!(key, Value::Text(_) | Value::Number(_));
            if is_known {
                each_map(run, &value, |_, map| map.get(key).map_or(Value::atom("nil"), |(value, always)| if always { value } else { value.or(Value::Any) }))
            } else {
                Value::Any
            }
        }),
        ("put_in", [_, _, value]) => changed_at(run, data, path, &mut |_, _| value.clone()),
        ("update_in", [_, _, fun]) if fun.is_fun() => changed_at(run, data, path, &mut |run, old| run.apply(fun, vec![old])),
        _ => return None,
    })
}

/// A value with a part of it changed. What is at a key of another kind may be at any.
fn changed_at(run: &mut Run<'_>, value: &Value, path: &[Value], work: &mut dyn FnMut(&mut Run<'_>, Value) -> Value) -> Value {
    let Some((key, further)) = path.split_first() else { return work(run, value.clone()) };
    let is_known = key.as_atom().is_some() || matches!(key, Value::Text(Some(_)) | Value::Number(Some(_)));
    each_map(run, value, |run, map| {
        let mut map = map.clone();
        if is_known {
            let old = map.get(key).map_or(Value::atom("nil"), |(old, always)| if always { old } else { Value::Any });
            let new = changed_at(run, &old, further, work);
            if new.is_never() {
                return new;
            }
            map.put(key.clone(), new);
        } else {
            map.keys
                .iter_mut()
                .filter(|(key, ..)| !key.is_atom("__struct__"))
                .for_each(|(_, value, _)| *value = std::mem::replace(value, Value::Any).or(Value::Any));
        }
        Value::Map(map)
    })
}
