//! Queues, sets, trees: of which it counts what their elements are like.

use super::super::run::{FaultKind, Run};
use super::super::truth::{either, elements};
use super::super::value::Value;
use crate::term::Atom;

/// What a function of such a module gives back.
#[rustfmt::skip]
pub(super) fn call(run: &mut Run<'_>, module: &str, name: &str, arguments: &[Value]) -> Option<Value> {
    // A queue is a pair of lists, neither a list nor a map.
    if module == "queue" && !matches!(name, "new" | "from_list" | "is_queue") {
        let place = if matches!(name, "in" | "in_r" | "cons" | "member" | "filter" | "delete" | "split" | "any" | "all" | "delete_r" | "delete_with" | "filtermap") { 1 } else if name == "fold" { 2 } else { 0 };
        let refused = arguments.get(place).and_then(|queue| queue.members().iter().find(|member| matches!(member, Value::List(..) | Value::Map(_) | Value::Atom(_))));
        if let Some(refused) = refused.cloned() {
            return Some(run.fail(FaultKind::BadArgument(Atom::new(module), Atom::new(name)), refused));
        }
    }
    let bag = |element: Value| Value::Bag(Box::new(element));
    let with = |container: &Value, element: &Value| match container {
        Value::Bag(known) => bag(known.as_ref().clone().or_blend(element.clone())),
        _ => Value::Any,
    };
    let one = |element: Value, tag: &str| if element.is_never() { element } else { Value::tuple(vec![Value::atom(tag), element]) };
    Some(match (module, name, arguments) {
        (_, "new" | "empty", []) => bag(Value::NEVER),
        (_, "from_list", [list]) | ("Elixir.MapSet", "new", [list]) => bag(elements(list)),
        (_, "new", [_]) => bag(Value::NEVER),
        ("queue", "in" | "in_r" | "cons", [element, queue]) => with(queue, element),
        ("queue", "snoc", [queue, element]) | ("sets" | "Elixir.MapSet", "put", [queue, element]) => with(queue, element),
        (_, "add_element" | "add" | "insert", [element, set]) => with(set, element),
        ("dict" | "orddict", "store", [key, value, dict]) => with(dict, &Value::tuple(vec![key.clone(), value.clone()])),
        ("gb_trees", "insert" | "enter", [key, value, tree]) => with(tree, &Value::tuple(vec![key.clone(), value.clone()])),
        ("queue", "out" | "out_r", [queue @ Value::Bag(element)]) => {
            if element.is_never() { return Some(Value::tuple(vec![Value::atom("empty"), queue.clone()])) }
            // That it is empty is not certain.
            Value::tuple(vec![one(element.as_ref().clone(), "value"), queue.clone()]).or(Value::Any)
        }
        ("queue", "peek" | "peek_r", [Value::Bag(element)]) => one(element.as_ref().clone(), "value").or(Value::Any),
        ("queue", "get" | "get_r" | "head" | "last", [Value::Bag(element)]) => element.as_ref().clone(),
        ("queue", "drop" | "drop_r" | "tail" | "reverse", [queue]) => queue.clone(),
        ("queue", "filter" | "delete", [_, queue]) => queue.clone(),
        ("queue", "join", [one, other]) => match (one, other) {
            (Value::Bag(one), Value::Bag(other)) => bag(one.as_ref().clone().or_blend(other.as_ref().clone())),
            _ => Value::Any,
        },
        (_, "to_list", [container]) => Value::list_of(elements(container)),
        (_, "del_element" | "delete" | "erase" | "delete_any", [_, set]) if matches!(set, Value::Bag(_)) => set.clone(),
        ("Elixir.MapSet", "delete", [set, _]) => set.clone(),
        (_, "is_element" | "is_member" | "is_empty" | "is_key" | "member" | "is_defined" | "member?", _) => either(),
        (_, "len" | "size", _) => Value::Number(None),
        _ => return None,
    })
}
