//! Lists, by Erlang's names and by Elixir's: `lists`, `Enum`, `List`.

use super::super::noted::FaultKind;
use super::super::run::Run;
use super::super::truth::{Takes, append, either, elements, equal, known, of_pairs, some_of, truth};
use super::super::value::{Map, Value};
use crate::term::Atom;

/// How many elements of a list are gone through one by one.
const MAX_EACH: usize = 6;

/// A list whose elements are made of those of another one.
fn mapped(run: &mut Run<'_>, list: &Value, mut work: impl FnMut(&mut Run<'_>, Value) -> Value) -> Value {
    if let Value::List(items, None) = list
        && items.len() <= MAX_EACH
    {
        let made: Vec<Value> = items.iter().map(|item| work(run, item.clone())).collect();
        return if made.iter().any(Value::is_never) { Value::NEVER } else { Value::List(made, None) };
    }
    match elements(list) {
        Value::Any => {
            let made = work(run, Value::Any);
            Value::list_of(made)
        }
        each if each.is_never() => Value::List(Vec::new(), None),
        each if matches!(list, Value::Bag(..)) => {
            let members: Vec<Value> = each.members().to_vec();
            some_of(members.into_iter().map(|member| work(run, member)).fold(Value::NEVER, Value::or))
        }
        each => {
            let members: Vec<Value> = each.members().to_vec();
            let made = members.into_iter().map(|member| work(run, member)).fold(Value::NEVER, Value::or);
            Value::list_of(made)
        }
    }
}

/// The elements for which a test may hold, and those for which it may not.
fn parted(run: &mut Run<'_>, fun: &Value, list: &Value) -> (Value, Value) {
    let (mut held, mut refused) = (Value::NEVER, Value::NEVER);
    for member in elements(list).members() {
        let holds = truth(&run.apply(fun, vec![member.clone()]));
        if holds != Takes::No {
            held = held.or(member.clone());
        }
        if holds != Takes::Yes {
            refused = refused.or(member.clone());
        }
    }
    (some_of(held), some_of(refused))
}

/// What a fold comes to.
pub(super) fn folded(run: &mut Run<'_>, list: &Value, start: Value, step: impl Fn(&mut Run<'_>, Value, Value) -> Value) -> Value {
    if let Value::List(items, None) = list
        && items.len() <= MAX_EACH
    {
        return items.iter().fold(start, |value, item| if value.is_never() { value } else { step(run, item.clone(), value) });
    }
    let each = elements(list);
    // How many elements there are is not known; that there are none is left out where they change the form.
    let (mut value, mut made) = (start.clone(), Value::NEVER);
    for round in 0..2 {
        for member in each.members() {
            // Which element meets which value is known where all are of one form, and of the first.
            let is_certain = round == 0 && each.members().len() == 1;
            if round == 0 && !is_certain {
                step(run, member.clone(), Value::Any);
            }
            let next = if is_certain { step(run, member.clone(), value.clone()) } else { run.unsure(|run| step(run, member.clone(), value.clone())) };
            value = value.or_blend(next.clone());
            made = made.or_blend(next);
        }
    }
    match made.members().len() {
        0 => start,
        // Which of several steps come, and in which order, is not known.
        2.. if each.members().len() > 1 => Value::Any,
        _ => made,
    }
}

/// A list whose elements are written out, from its end on.
fn turned(list: &Value) -> Value {
    match list {
        Value::List(items, None) => Value::List(items.iter().rev().cloned().collect(), None),
        other => any_order(other),
    }
}

/// The tuples that have a key at a place, as `lists:keyfind/3` looks for it, and whether one certainly has.
fn keyed(list: &Value, key: &Value, at: &Value) -> (Value, bool) {
    let Value::Number(Some(at)) = at else { return (Value::Any, false) };
    let at = at.parse::<usize>().ok().and_then(|at| at.checked_sub(1));
    let Some(at) = at else { return (Value::Any, false) };
    let has = |value: &Value| match value {
        Value::Tuple(items, _) => items.get(at).map_or(Takes::No, |item| equal(item, key)),
        Value::Any | Value::Bag(..) => Takes::Maybe,
        _ => Takes::No,
    };
    let all = elements(list);
    let found = all.members().iter().filter(|member| has(member) != Takes::No).cloned().fold(Value::NEVER, Value::or);
    let is_certain = list.as_list().is_some_and(|items| items.iter().any(|item| has(item) == Takes::Yes));
    (found, is_certain)
}

/// The element at a place, where the list is written out so far; else one of them.
fn element_at(list: &Value, at: Option<usize>) -> Value {
    let exact = match (list, at) {
        (Value::List(items, _), Some(at)) => items.get(at).cloned(),
        _ => None,
    };
    exact.unwrap_or_else(|| one_of(list))
}

/// One of the elements; which, is not known.
fn one_of(list: &Value) -> Value {
    match elements(list) {
        one if one.members().len() == 1 => one,
        several => several.or(Value::Any),
    }
}

/// What is left of a list from a place on, and not more than some elements of it: these very ones, where the list is written out.
fn slice(list: &Value, from: Option<usize>, count: Option<usize>) -> Value {
    let part = |list: &Value| match (list, from, count) {
        (Value::List(items, None), Some(from), Some(count)) => Value::List(items.iter().skip(from).take(count).cloned().collect(), None),
        _ => some_of(elements(list)),
    };
    list.members().iter().map(part).fold(Value::NEVER, Value::or)
}

/// Whether a list that is written out has fewer elements than this.
fn is_beyond(list: &Value, count: Option<usize>) -> bool {
    list.as_list().zip(count).is_some_and(|(items, count)| items.len() < count)
}

/// The number that a value is, when it counts something.
fn number(value: &Value) -> Option<usize> {
    if let Value::Number(Some(text)) = value { text.parse().ok() } else { None }
}

/// A place of each pair in a list.
fn part(pairs: &Value, at: usize) -> Value {
    let each = |pair: &Value| pair.as_tuple().and_then(|pair| pair.get(at)).cloned().unwrap_or(Value::Any);
    pairs.members().iter().map(each).fold(Value::NEVER, Value::or)
}

fn run_each(run: &mut Run<'_>, fun: &Value, list: &Value) -> Value {
    mapped(run, list, |run, item| run.apply(fun, vec![item]))
}

fn any_order(list: &Value) -> Value {
    match list {
        Value::List(items, None) if items.len() < 2 => list.clone(),
        Value::Bag(_, each) => some_of(each.as_ref().clone()),
        list => Value::list_of(elements(list)),
    }
}

fn flattened(list: &Value) -> Value {
    // How deep lists are nested is not known.
    let is_flat = |member: &Value| !matches!(member, Value::List(..) | Value::Text(_) | Value::Any | Value::Bag(..));
    let each = elements(list);
    Value::list_of(if each.members().iter().all(is_flat) { each } else { Value::Any })
}

fn map_reduced(run: &mut Run<'_>, fun: &Value, start: &Value, list: &Value) -> Value {
    let pair = elements(list).members().iter().map(|member| run.apply(fun, vec![member.clone(), start.clone()])).fold(Value::NEVER, Value::or);
    Value::tuple(vec![Value::list_of(part(&pair, 0)), part(&pair, 1).or(start.clone())])
}

fn zipped(one: &Value, other: &Value) -> Value {
    match (elements(one), elements(other)) {
        (one, other) if one.is_never() || other.is_never() => Value::List(Vec::new(), None),
        (one, other) => Value::list_of(Value::tuple(vec![one, other])),
    }
}

/// What a function of `lists` gives back.
#[rustfmt::skip]
pub(super) fn erlang(run: &mut Run<'_>, name: &str, arguments: &[Value]) -> Option<Value> {
    Some(match (name, arguments) {
        ("map", [fun, list]) if fun.is_fun() => run_each(run, fun, list),
        ("foreach", [fun, list]) if fun.is_fun() => { run_each(run, fun, list); Value::atom("ok") }
        ("flatmap", [fun, list]) if fun.is_fun() => { let lists = run_each(run, fun, list); Value::list_of(elements(&elements(&lists))) }
        ("filter" | "takewhile", [fun, list]) if fun.is_fun() => parted(run, fun, list).0,
        ("dropwhile", [fun, list]) if fun.is_fun() => parted(run, fun, list).1,
        ("partition" | "splitwith", [fun, list]) if fun.is_fun() => { let (held, refused) = parted(run, fun, list); Value::tuple(vec![held, refused]) }
        ("filtermap", [fun, list]) if fun.is_fun() => {
            let mut kept = Value::NEVER;
            for member in elements(list).members() {
                for answer in run.apply(fun, vec![member.clone()]).members() {
                    match answer.tagged("true") {
                        Some([made]) => kept = kept.or(made.clone()),
                        _ if truth(answer) != Takes::No => kept = kept.or(member.clone()),
                        _ => {}
                    }
                }
            }
            some_of(kept)
        }
        ("foldl" | "foldr", [fun, start, list]) if fun.is_fun() => {
            let list = if name == "foldr" { &turned(list) } else { list };
            folded(run, list, start.clone(), |run, item, value| run.apply(fun, vec![item, value]))
        }
        ("mapfoldl" | "mapfoldr", [fun, start, list]) if fun.is_fun() => map_reduced(run, fun, start, list),
        ("search", [fun, list]) if fun.is_fun() => {
            let found = elements(&parted(run, fun, list).0);
            // That nothing is found is not certain.
            if found.is_never() { known(false) } else { Value::tuple(vec![Value::atom("value"), found]).or(Value::Any) }
        }
        ("any" | "all", [fun, list]) if fun.is_fun() => { parted(run, fun, list); either() }
        ("sort" | "usort", [fun, list]) if fun.is_fun() => {
            let element = elements(list);
            run.apply(fun, vec![element.clone(), element]);
            any_order(list)
        }
        ("reverse", [list]) => turned(list),
        ("sort" | "usort", [list]) | ("sort" | "keysort" | "ukeysort", [_, list]) => any_order(list),
        ("sublist", [list, count]) => slice(list, Some(0), number(count)),
        ("sublist", [list, from, count]) => slice(list, number(from).and_then(|from| from.checked_sub(1)), number(count)),
        ("nthtail" | "split", [from, list]) if is_beyond(list, number(from)) => run.fail(FaultKind::BadArgument(Atom::new("lists"), Atom::new(name)), list.clone()),
        ("nthtail", [from, list]) => slice(list, number(from), Some(usize::MAX)),
        ("droplast", [list @ Value::List(items, None)]) => slice(list, Some(0), items.len().checked_sub(1)),
        ("delete", [_, list]) | ("droplast", [list]) | ("keydelete", [_, _, list]) => some_of(elements(list)),
        ("append", [one, other]) => append(one, other),
        ("reverse", [one, other]) => append(&any_order(one), other),
        ("append" | "flatten", [list]) => flattened(list),
        ("member" | "keymember", _) => either(),
        ("keyfind", [key, at, list]) => match keyed(list, key, at) {
            (found, true) => found,
            (found, false) if found.is_never() => known(false),
            (found, false) => found.or(Value::Any),
        },
        ("keyreplace" | "keystore", [_, _, list, new]) => Value::list_of(elements(list).or_blend(new.clone())),
        ("keytake", [key, at, list]) => {
            let (found, is_certain) = keyed(list, key, at);
            if found.is_never() { return Some(known(false)) }
            let taken = Value::tuple(vec![Value::atom("value"), found, Value::list_of(elements(list))]);
            if is_certain { taken } else { taken.or(Value::Any) }
        }
        ("seq", _) => Value::list_of(Value::Number(None)),
        ("zip", [one, other]) => zipped(one, other),
        ("unzip", [list]) => { let each = elements(list); Value::tuple(vec![Value::list_of(part(&each, 0)), Value::list_of(part(&each, 1))]) }
        ("duplicate", [_, item]) => Value::list_of(item.clone()),
        ("nth", [at, list]) => element_at(list, number(at).and_then(|at| at.checked_sub(1))),
        ("last", [list]) => element_at(list, list.as_list().and_then(|items| items.len().checked_sub(1))),
        ("max" | "min", [list]) => one_of(list),
        ("length" | "sum", _) => Value::Number(None),
        ("split", [at, list]) => Value::tuple(vec![slice(list, Some(0), number(at)), slice(list, number(at), Some(usize::MAX))]),
        _ => return None,
    })
}

/// What a function of `Enum` or `List` gives back.
#[rustfmt::skip]
pub(super) fn elixir(run: &mut Run<'_>, name: &str, arguments: &[Value]) -> Option<Value> {
    // Functions that are given each element, whatever is made of what they answer.
    const GIVEN_EACH: &[&str] = &[
        "sort_by", "uniq_by", "dedup_by", "chunk_by", "min_by", "max_by", "min_max_by", "sum_by", "product_by", "frequencies_by", "count", "find_value", "find_index",
        "map_join", "map_every", "map_intersperse", "into",
    ];
    if let (Some(list), Some(fun)) = (arguments.first(), arguments.iter().find(|argument| argument.is_fun()))
        && GIVEN_EACH.contains(&name)
    {
        run_each(run, fun, list);
    }
    Some(match (name, arguments) {
        ("map", [list, fun]) if fun.is_fun() => run_each(run, fun, list),
        ("each", [list, fun]) if fun.is_fun() => { run_each(run, fun, list); Value::atom("ok") }
        ("flat_map", [list, fun]) if fun.is_fun() => { let lists = run_each(run, fun, list); Value::list_of(elements(&elements(&lists))) }
        ("filter" | "take_while", [list, fun]) if fun.is_fun() => parted(run, fun, list).0,
        ("reject" | "drop_while", [list, fun]) if fun.is_fun() => parted(run, fun, list).1,
        ("split_with" | "split_while", [list, fun]) if fun.is_fun() => { let (held, refused) = parted(run, fun, list); Value::tuple(vec![held, refused]) }
        ("foldr", [list, start, fun]) if fun.is_fun() => folded(run, &turned(list), start.clone(), |run, item, value| run.apply(fun, vec![item, value])),
        ("reduce" | "foldl", [list, start, fun]) if fun.is_fun() => folded(run, list, start.clone(), |run, item, value| run.apply(fun, vec![item, value])),
        ("map_reduce", [list, start, fun]) if fun.is_fun() => map_reduced(run, fun, start, list),
        ("find", [list, fun]) if fun.is_fun() => match elements(&parted(run, fun, list).0) {
            found if found.is_never() => Value::atom("nil"),
            found => found.or(Value::Any),
        },
        ("any?" | "all?", [list, fun]) if fun.is_fun() => { parted(run, fun, list); either() }
        ("group_by", [list, fun, of @ ..]) if fun.is_fun() => {
            run_each(run, fun, list);
            let grouped = of.first().map_or_else(|| list.clone(), |of| run_each(run, of, list));
            Value::Map(Map { rest: Some(Box::new((Value::Any, Value::list_of(elements(&grouped))))), ..Map::default() })
        }
        ("reverse", [one, other]) => append(&any_order(one), other),
        ("reverse", [list]) => turned(list),
        ("sort" | "uniq" | "to_list" | "sort_by" | "uniq_by" | "dedup" | "shuffle", [list, ..]) => any_order(list),
        ("take", [list, count]) => slice(list, Some(0), number(count)),
        ("drop", [list, from]) => slice(list, number(from), Some(usize::MAX)),
        ("delete" | "slice" | "delete_at", [list, ..]) => some_of(elements(list)),
        ("concat", [one, other]) => append(one, other),
        ("concat" | "flatten", [list]) => flattened(list),
        ("keyfind", [list, key, at] | [list, key, at, _]) => {
            // Elixir counts from 0.
            let at = if let Value::Number(Some(at)) = at { Value::Number(at.parse::<i64>().ok().map(|at| (at + 1).to_string())) } else { at.clone() };
            let none = arguments.get(3).cloned().unwrap_or_else(|| Value::atom("nil"));
            match keyed(list, key, &at) {
                (found, true) => found,
                (found, false) if found.is_never() => none,
                (found, false) => found.or(Value::Any),
            }
        }
        ("member?" | "empty?", _) => either(),
        ("zip", [one, other]) => zipped(one, other),
        ("unzip", [list]) => { let each = elements(list); Value::tuple(vec![Value::list_of(part(&each, 0)), Value::list_of(part(&each, 1))]) }
        ("duplicate", [item, _]) => Value::list_of(item.clone()),
        ("at" | "random" | "first" | "last", [list, ..]) => match elements(list) {
            none if none.is_never() && arguments.len() < 3 && name != "at" => Value::atom("nil"),
            found => found.or(Value::Any),
        },
        ("fetch!" | "max" | "min" | "max_by" | "min_by", [list, ..]) => one_of(list),
        ("count" | "sum", _) => Value::Number(None),
        ("split", [list, at]) => Value::tuple(vec![slice(list, Some(0), number(at)), slice(list, number(at), Some(usize::MAX))]),
        ("into", [list, Value::Map(map)]) if map.keys.is_empty() && map.rest.is_none() => of_pairs(list),
        ("wrap", [list @ Value::List(..)]) => list.clone(),
        ("with_index", [list, fun]) if fun.is_fun() => mapped(run, list, |run, item| run.apply(fun, vec![item, Value::Number(None)])),
        ("with_index", [list, ..]) => Value::list_of(Value::tuple(vec![elements(list), Value::Number(None)])),
        _ => return None,
    })
}
