//! Queues, sets, trees: of which it counts what their elements are like.

use super::super::run::Run;
use super::super::sort::Holder;
use super::super::truth::{Takes, either, elements, truth};
use super::super::value::Value;

/// Whether a value is such a container without elements as it is built inside: a struct has it as its default, written out by the compiler.
fn is_empty(holder: Holder, value: &Value) -> bool {
    match (holder, value) {
        (Holder::Queue, Value::Tuple(items, _)) => items.len() == 2 && items.iter().all(|item| item.as_list().is_some_and(<[Value]>::is_empty)),
        (Holder::Tree | Holder::TreeOfPairs, Value::Tuple(items, _)) => {
            matches!(items.as_slice(), [Value::Number(Some(size)), nil] if size == "0" && nil.is_atom("nil"))
        }
        (Holder::MapSet, Value::Map(map)) => {
            let is_bare = |inner: &Value| matches!(inner, Value::Map(inner) if inner.keys.is_empty() && inner.rest.is_none());
            map.struct_name().is_some_and(|name| name.as_str() == "Elixir.MapSet") && map.get(&Value::atom("map")).is_some_and(|(inner, _)| is_bare(&inner))
        }
        _ => false,
    }
}

/// What a function of such a module gives back.
#[rustfmt::skip]
pub(super) fn call(run: &mut Run<'_>, module: &str, name: &str, arguments: &[Value]) -> Option<Value> {
    let holder = Holder::of(module)?;
    if arguments.iter().any(|argument| is_empty(holder, argument)) {
        let bag = |argument: &Value| if is_empty(holder, argument) { Value::Bag(holder, Box::new(Value::NEVER)) } else { argument.clone() };
        return call(run, module, name, &arguments.iter().map(bag).collect::<Vec<Value>>());
    }
    if matches!(module, "dict" | "orddict" | "gb_trees")
        && let Some(known) = keyed(run, module, name, arguments)
    {
        return Some(known);
    }
    let bag = |element: Value| Value::Bag(holder, Box::new(element));
    let with = |container: &Value, element: &Value| match container {
        Value::Bag(own, known) => Value::Bag(*own, Box::new(known.as_ref().clone().or_blend(element.clone()))),
        _ => Value::Any,
    };
    let is_map = |options: &Value| elements(options).members().iter().any(|option| option.tagged("version").is_some_and(|version| version.iter().any(|version| *version == Value::Number(Some("2".to_owned())))));
    let one = |element: Value, tag: &str| if element.is_never() { element } else { Value::tuple(vec![Value::atom(tag), element]) };
    Some(match (module, name, arguments) {
        ("sets", "new", [options]) if is_map(options) => Value::Bag(Holder::MapOfSet, Box::new(Value::NEVER)),
        ("sets", "from_list", [list, options]) if is_map(options) => Value::Bag(Holder::MapOfSet, Box::new(elements(list))),
        (_, "new" | "empty", []) => bag(Value::NEVER),
        (_, "from_list", [list]) | ("Elixir.MapSet", "new", [list]) => bag(elements(list)),
        (_, "new", [_]) => bag(Value::NEVER),
        ("queue", "in" | "in_r" | "cons", [element, queue]) => with(queue, element),
        ("queue", "snoc", [queue, element]) | ("sets" | "Elixir.MapSet", "put", [queue, element]) => with(queue, element),
        (_, "add_element" | "add" | "insert", [element, set]) => with(set, element),
        ("dict" | "orddict", "store", [key, value, dict]) => with(dict, &Value::tuple(vec![key.clone(), value.clone()])),
        ("gb_trees", "insert" | "enter", [key, value, tree]) => with(tree, &Value::tuple(vec![key.clone(), value.clone()])),
        ("queue", "out" | "out_r", [queue @ Value::Bag(_, element)]) => {
            if element.is_never() { return Some(Value::tuple(vec![Value::atom("empty"), queue.clone()])) }
            // That it is empty is not certain.
            Value::tuple(vec![one(element.as_ref().clone(), "value"), queue.clone()]).or(Value::Any)
        }
        ("queue", "peek" | "peek_r", [Value::Bag(_, element)]) => one(element.as_ref().clone(), "value").or(Value::Any),
        ("queue", "get" | "get_r" | "head" | "last", [Value::Bag(_, element)]) => element.as_ref().clone(),
        ("queue", "drop" | "drop_r" | "tail" | "reverse", [queue]) => queue.clone(),
        ("queue", "filter" | "filtermap", [fun, Value::Bag(_, element)]) if fun.is_fun() => {
            // A list takes the place of an element.
            let mut kept = Value::NEVER;
            for member in element.members().to_vec() {
                for answer in run.apply(fun, vec![member.clone()]).members() {
                    kept = kept.or_blend(match answer {
                        Value::List(..) | Value::Bag(..) => elements(answer),
                        Value::Tuple(..) => answer.tagged("true").and_then(<[Value]>::first).cloned().unwrap_or(Value::Any),
                        answer if truth(answer) == Takes::No => Value::NEVER,
                        _ => member.clone(),
                    });
                }
            }
            bag(kept)
        }
        ("queue", "filter" | "delete", [_, queue]) => queue.clone(),
        ("queue", "join", [one, other]) => match (one, other) {
            (Value::Bag(_, one), Value::Bag(_, other)) => bag(one.as_ref().clone().or_blend(other.as_ref().clone())),
            _ => Value::Any,
        },
        ("gb_sets", "smallest" | "largest", [Value::Bag(_, element)]) if !element.is_never() => element.as_ref().clone(),
        ("gb_sets", "take_smallest" | "take_largest", [set @ Value::Bag(_, element)]) if !element.is_never() => Value::tuple(vec![element.as_ref().clone(), set.clone()]),
        ("array", "set", [_, value, array]) => with(array, value),
        ("array", "get", [_, Value::Bag(_, element)]) if !element.is_never() => element.as_ref().clone(),
        ("array", "map", [fun, Value::Bag(_, element)]) => bag(each(run, element, |run, value| run.apply(fun, vec![Value::Number(None), value]))),
        (_, "map", [fun, Value::Bag(_, element)]) => bag(each(run, element, |run, value| run.apply(fun, vec![value]))),
        (_, "fold" | "foldl", [fun, start, Value::Bag(_, element)]) if !matches!(module, "dict" | "orddict" | "gb_trees") => {
            let element = element.as_ref().clone();
            let folded = each(run, &element, |run, value| match module {
                "array" => run.apply(fun, vec![Value::Number(None), value, start.clone()]),
                _ => run.apply(fun, vec![value, start.clone()]),
            });
            folded.or_blend(start.clone())
        }
        (_, "to_list", [container]) => Value::list_of(elements(container)),
        (_, "del_element" | "delete" | "erase" | "delete_any", [_, set]) if matches!(set, Value::Bag(..)) => set.clone(),
        ("Elixir.MapSet", "delete", [set, _]) => set.clone(),
        (_, "is_element" | "is_member" | "is_empty" | "is_key" | "member" | "is_defined" | "member?", _) => either(),
        (_, "len" | "size", _) => Value::Number(None),
        _ => return None,
    })
}

/// What is made of each element.
fn each(run: &mut Run<'_>, element: &Value, mut work: impl FnMut(&mut Run<'_>, Value) -> Value) -> Value {
    element.members().iter().map(|member| work(run, member.clone())).fold(Value::NEVER, Value::or)
}

/// Dictionaries and trees: their elements are pairs of a key and a value.
fn keyed(run: &mut Run<'_>, module: &str, name: &str, arguments: &[Value]) -> Option<Value> {
    let pair = |key: &Value, value: Value| Value::tuple(vec![key.clone(), value]);
    let with = |dict: &Value, pair: Value| match dict {
        Value::Bag(holder, known) => Value::Bag(*holder, Box::new(known.as_ref().clone().or_blend(pair))),
        _ => Value::Any,
    };
    // What is kept under a key; everything, where the key is not written out.
    let values = |dict: &Value, key: Option<&Value>| -> Option<Value> {
        let Value::Bag(_, pairs) = dict else { return None };
        let fits = |pair: &&Value| key.is_none_or(|key| pair.as_tuple().and_then(<[Value]>::first).is_none_or(|own| !own.is_other_than(key)));
        let found = pairs.members().iter().filter(fits).map(|pair| pair.as_tuple().and_then(|pair| pair.get(1)).cloned().unwrap_or(Value::Any));
        Some(found.fold(Value::NEVER, Value::or)).filter(|found| !found.is_never())
    };
    Some(match (module, name, arguments) {
        ("dict" | "orddict", "fetch", [key, dict]) | ("gb_trees", "get", [key, dict]) => values(dict, Some(key))?,
        ("dict" | "orddict", "find", [key, dict]) => Value::tuple(vec![Value::atom("ok"), values(dict, Some(key))?]).or(Value::atom("error")),
        ("gb_trees", "lookup", [key, dict]) => Value::tuple(vec![Value::atom("value"), values(dict, Some(key))?]).or(Value::atom("none")),
        ("gb_trees", "smallest" | "largest", [Value::Bag(_, pairs)]) if !pairs.is_never() => pairs.as_ref().clone(),
        ("gb_trees", "take_smallest" | "take_largest", [tree @ Value::Bag(_, pairs)]) if !pairs.is_never() => {
            each(run, pairs, |_, pair| match pair.as_tuple() {
                Some([key, value]) => Value::tuple(vec![key.clone(), value.clone(), tree.clone()]),
                _ => Value::Any,
            })
        }
        ("gb_trees", "take" | "take_any", [key, tree]) => {
            let taken = Value::tuple(vec![values(tree, Some(key))?, tree.clone()]);
            if name == "take" { taken } else { taken.or(Value::Any) }
        }
        ("gb_trees", "values", [dict]) => Value::list_of(values(dict, None)?),
        ("gb_trees", "update", [key, value, dict]) => with(dict, pair(key, value.clone())),
        ("dict" | "orddict", "update", [key, fun, dict]) => {
            let value = values(dict, Some(key))?;
            let made = each(run, &value, |run, value| run.apply(fun, vec![value]));
            if made.is_never() { made } else { with(dict, pair(key, made)) }
        }
        ("dict" | "orddict", "update", [key, fun, first, dict]) => {
            let made = values(dict, Some(key)).map_or(Value::NEVER, |value| each(run, &value, |run, value| run.apply(fun, vec![value])));
            with(dict, pair(key, made.or(first.clone())))
        }
        ("dict" | "orddict" | "gb_trees", "map", [fun, Value::Bag(holder, pairs)]) => {
            let part = |pair: &Value, at: usize| pair.as_tuple().and_then(|pair| pair.get(at)).cloned().unwrap_or(Value::Any);
            Value::Bag(
                *holder,
                Box::new(each(run, pairs, |run, one| {
                    let made = run.apply(fun, vec![part(&one, 0), part(&one, 1)]);
                    if made.is_never() { made } else { pair(&part(&one, 0), made) }
                })),
            )
        }
        ("dict" | "orddict", "fold", [fun, start, Value::Bag(_, pairs)]) => {
            let part = |pair: &Value, at: usize| pair.as_tuple().and_then(|pair| pair.get(at)).cloned().unwrap_or(Value::Any);
            each(run, pairs, |run, one| run.apply(fun, vec![part(&one, 0), part(&one, 1), start.clone()])).or_blend(start.clone())
        }
        _ => return None,
    })
}
