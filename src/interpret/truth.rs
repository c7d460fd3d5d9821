//! What can be said of values without running code: whether they are equal, true, of a sort; operators; lists.

use super::opaque::Opaque;
use super::sort::{Holder, Sort};
use super::value::{Fun, Map, Value};
use std::cmp::Ordering;

/// Whether a pattern or a guard takes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// That depends on what is not known.
    Maybe,
}

impl Takes {
    /// Both.
    pub fn and(self, other: Takes) -> Takes {
        match (self, other) {
            (Takes::No, _) | (_, Takes::No) => Takes::No,
            (Takes::Yes, Takes::Yes) => Takes::Yes,
            (Takes::Maybe, _) | (_, Takes::Maybe) => Takes::Maybe,
        }
    }

    /// One of them.
    pub fn or(self, other: Takes) -> Takes {
        match (self, other) {
            (Takes::Yes, _) | (_, Takes::Yes) => Takes::Yes,
            (Takes::No, Takes::No) => Takes::No,
            (Takes::Maybe, _) | (_, Takes::Maybe) => Takes::Maybe,
        }
    }

    /// Of what is known.
    pub(super) fn of(value: bool) -> Takes {
        if value { Takes::Yes } else { Takes::No }
    }
}

/// Whether a value is true.
pub fn truth(value: &Value) -> Takes {
    is_word(value, &["true"])
}

/// Whether a value stops a test of Elixir: `false` and `nil` do.
pub fn is_false(value: &Value) -> Takes {
    is_word(value, &["false", "nil"])
}

/// Whether a value is one of some atoms.
fn is_word(value: &Value, words: &[&str]) -> Takes {
    match value {
        Value::Atom(atom) => Takes::of(words.contains(&atom.as_str())),
        Value::Any | Value::Opaque(Opaque::Boolean | Opaque::Given(_)) => Takes::Maybe,
        Value::Union(members) => {
            let mut each = members.iter().map(|member| is_word(member, words));
            let first = each.next().unwrap_or(Takes::Maybe);
            if each.all(|one| one == first) { first } else { Takes::Maybe }
        }
        Value::Number(_)
        | Value::Text(_)
        | Value::Binary(_)
        | Value::Tuple(..)
        | Value::List(..)
        | Value::Bag(..)
        | Value::Map(_)
        | Value::Fun(_)
        | Value::Opaque(_) => Takes::No,
    }
}

/// Whether two values are equal.
pub fn equal(one: &Value, other: &Value) -> Takes {
    if one.is_other_than(other) {
        Takes::No
    } else if one.is_literal() && one == other && !matches!(one, Value::Text(_)) {
        Takes::Yes
    } else {
        Takes::Maybe
    }
}

pub fn text_takes(written: &Value, value: &Value) -> Takes {
    match (written, value) {
        // Where both are the same text, one may be a string and the other one a binary.
        (Value::Text(_), Value::Text(_) | Value::Binary(_)) | (Value::Binary(_), Value::Text(_)) if written.is_other_than(value) => Takes::No,
        (Value::Text(_), value) if value.kind().is_some_and(|kind| kind != Sort::List) => Takes::No,
        (written, Value::Text(_)) if written.kind().is_some_and(|kind| kind != Sort::List) => Takes::No,
        _ => Takes::Maybe,
    }
}

/// Whether a value is of a sort.
pub fn is_of(value: &Value, sort: Sort) -> Value {
    match value {
        Value::Union(members) => members.iter().map(|member| is_of(member, sort)).fold(Value::NEVER, Value::or),
        Value::Text(_) if sort != Sort::List => Value::atom("false"),
        Value::Binary(_) => Value::atom("false"),
        Value::Fun(Fun::Named(..) | Fun::Local(..) | Fun::Clauses(..)) => Value::atom(if sort == Sort::Fun { "true" } else { "false" }),
        _ => value.kind().map_or(Value::Any, |kind| Value::atom(if kind == sort { "true" } else { "false" })),
    }
}
/// A comparison of two values, as far as it is known.
pub fn compared(name: &str, one: &Value, other: &Value) -> Value {
    let is_equal = equal(one, other);
    let known = |yes: bool| Value::atom(if yes { "true" } else { "false" });
    match (name, is_equal) {
        ("=:=" | "==", Takes::Yes) | ("=/=" | "/=", Takes::No) => known(true),
        ("=:=" | "==", Takes::No) | ("=/=" | "/=", Takes::Yes) => known(false),
        _ => {
            let Some(order) = order(one, other) else { return either() };
            match name {
                "<" => known(order.is_lt()),
                ">" => known(order.is_gt()),
                "=<" => known(order.is_le()),
                ">=" => known(order.is_ge()),
                "=:=" | "==" => known(order.is_eq()),
                "=/=" | "/=" => known(order.is_ne()),
                _ => Value::Any,
            }
        }
    }
}

/// Which of two values comes first in the order of terms, where that is certain.
fn order(one: &Value, other: &Value) -> Option<Ordering> {
    let number = |value: &Value| if let Value::Number(Some(text)) = value { text.parse::<i64>().ok() } else { None };
    if let Some((one, other)) = number(one).zip(number(other)) {
        return Some(one.cmp(&other));
    }
    // `number < atom < reference < fun < port < pid < tuple < map < list < binary`.
    let rank = |value: &Value| match (value, value.kind()) {
        (Value::Text(_) | Value::Binary(_), _) | (_, Some(Sort::List)) => Some(7),
        (_, Some(Sort::Number)) => Some(0),
        (_, Some(Sort::Atom)) => Some(1),
        (_, Some(Sort::Reference)) => Some(2),
        (_, Some(Sort::Fun)) => Some(3),
        (_, Some(Sort::Pid)) => Some(4),
        (_, Some(Sort::Tuple)) => Some(5),
        (_, Some(Sort::Map)) => Some(6),
        (_, None) => None,
    };
    rank(one).zip(rank(other)).filter(|(one, other)| one != other).map(|(one, other)| one.cmp(&other))
}

/// What an operator makes of its operands.
pub fn operator(name: &str, values: &[Value]) -> Value {
    match (name, values) {
        ("=:=" | "==" | "=/=" | "/=" | "<" | ">" | "=<" | ">=", [one, other]) => compared(name, one, other),
        ("++", [one, other]) => append(one, other),
        ("--", [list, _]) => some_of(elements(list)),
        ("not", [value]) => match truth(value) {
            Takes::Yes => Value::atom("false"),
            Takes::No => Value::atom("true"),
            Takes::Maybe => Value::Any,
        },
        ("and" | "or" | "xor", [one, other]) => match (name, truth(one), truth(other)) {
            ("and", Takes::No, _) | ("and", _, Takes::No) | ("or", Takes::No, Takes::No) => Value::atom("false"),
            ("or", Takes::Yes, _) | ("or", _, Takes::Yes) | ("and", Takes::Yes, Takes::Yes) => Value::atom("true"),
            _ => Value::Any,
        },
        ("+" | "-" | "*", [Value::Number(Some(one)), Value::Number(Some(other))]) => {
            let numbers = one.parse::<i64>().ok().zip(other.parse::<i64>().ok());
            let result = numbers.and_then(|(one, other)| match name {
                "+" => one.checked_add(other),
                "-" => one.checked_sub(other),
                _ => one.checked_mul(other),
            });
            Value::Number(result.map(|number| number.to_string()))
        }
        // A time and the offset of another clock are a time of that one.
        ("+", [Value::Opaque(Opaque::Clock(..)), Value::Opaque(Opaque::Clock(..))]) => Value::Number(None),
        // A time moved by a number is of the same clock.
        ("+", [time @ Value::Opaque(Opaque::Clock(..)), _] | [_, time @ Value::Opaque(Opaque::Clock(..))])
        | ("-", [time @ Value::Opaque(Opaque::Clock(..)), Value::Number(_)]) => time.clone(),
        ("+" | "-" | "*" | "/" | "div" | "rem" | "band" | "bor" | "bxor" | "bsl" | "bsr" | "bnot", _) => Value::Number(None),
        _ => Value::Any,
    }
}

/// A list with elements put before it.
pub fn cons(mut items: Vec<Value>, tail: Value) -> Value {
    match tail {
        Value::List(more, rest) => {
            items.extend(more);
            Value::List(items, rest)
        }
        Value::Union(members) => members.into_iter().map(|tail| cons(items.clone(), tail)).fold(Value::NEVER, Value::or),
        Value::Bag(Holder::List, each) => Value::List(items, Some(each)),
        // A list that does not end as one is not followed.
        Value::Binary(_) => Value::Any,
        tail if tail.kind().is_some() => Value::Any,
        _ => Value::List(items, Some(Box::new(Value::Any))),
    }
}

/// One list after the other.
pub fn append(one: &Value, other: &Value) -> Value {
    match (one, other) {
        (Value::List(items, None), other) => cons(items.clone(), other.clone()),
        (Value::Bag(Holder::List, each), other) | (other, Value::Bag(Holder::List, each)) => {
            let all = each.as_ref().clone().or_blend(elements(other));
            if matches!(other, Value::List(items, _) if !items.is_empty()) { Value::list_of(all) } else { some_of(all) }
        }
        (Value::List(items, Some(rest)), other) => Value::List(items.clone(), Some(Box::new(rest.as_ref().clone().or_blend(elements(other))))),
        _ => Value::Any,
    }
}

/// Some of these elements, perhaps none.
pub fn some_of(each: Value) -> Value {
    if each.is_never() { Value::List(Vec::new(), None) } else { Value::Bag(Holder::List, Box::new(each)) }
}

/// What the elements are like that one goes through: of a list, of a container, of a map its pairs.
pub fn elements(value: &Value) -> Value {
    match value {
        // What a struct is gone through by is its module's matter: `1..3`, a stream.
        Value::Map(map) if map.keys.iter().any(|(key, ..)| key.is_atom("__struct__")) => Value::Any,
        Value::Map(map) => pairs(map),
        Value::Union(members) => members.iter().map(elements).fold(Value::NEVER, Value::or_blend),
        _ => value.elements(),
    }
}

fn pairs(map: &Map) -> Value {
    let own = map.keys.iter().map(|(key, value, _)| Value::tuple(vec![key.clone(), value.clone()])).fold(Value::NEVER, Value::or);
    let rest = map.rest.as_ref().map_or(Value::NEVER, |rest| Value::tuple(vec![rest.0.clone(), rest.1.clone()]));
    own.or(rest)
}

/// True or false.
pub fn known(yes: bool) -> Value {
    Value::atom(if yes { "true" } else { "false" })
}

/// `true` or `false`, which of them is not known.
pub fn either() -> Value {
    Value::Opaque(Opaque::Boolean)
}

/// A map of pairs.
pub fn of_pairs(list: &Value) -> Value {
    if let Value::List(items, None) = list
        && items.iter().all(|item| item.as_tuple().is_some_and(|pair| matches!(pair, [key, _] if key.is_literal())))
    {
        let pairs = items.iter().filter_map(|item| if let Some([key, value]) = item.as_tuple() { Some((key.clone(), value.clone())) } else { None });
        return Value::Map(Map::of(pairs.collect(), Default::default()));
    }
    let mut map = Map::default();
    let each = elements(list);
    for member in each.members() {
        let (key, value) = match member.as_tuple() {
            Some([key, value]) => (key.clone(), value.clone()),
            _ => (Value::Any, Value::Any),
        };
        let rest = map.rest.take().map_or((Value::NEVER, Value::NEVER), |rest| *rest);
        map.rest = Some(Box::new((rest.0.or_blend(key), rest.1.or_blend(value))));
    }
    Value::Map(map)
}

/// Into how many rows values are spread.
const MAX_SPREAD: usize = 8;

/// Values with alternatives of several parts spread over rows, so that what belongs together stays together.
pub fn spread(values: Vec<Value>) -> Vec<Vec<Value>> {
    let mut rows = vec![values];
    let mut at = 0;
    while let Some(row) = rows.get(at) {
        let split = row.iter().enumerate().find_map(|(place, value)| alternatives(value, 3).map(|members| (place, members)));
        match split {
            Some((place, members)) if rows.len() + members.len() <= MAX_SPREAD + 1 => {
                let row = rows.swap_remove(at);
                rows.extend(members.into_iter().map(|member| {
                    let mut row = row.clone();
                    if let Some(value) = row.get_mut(place) {
                        *value = member;
                    }
                    row
                }));
            }
            _ => at += 1,
        }
    }
    rows
}

/// A value once for each alternative of its first part that has some with parts of their own.
fn alternatives(value: &Value, depth: usize) -> Option<Vec<Value>> {
    let depth = depth.checked_sub(1)?;
    match value {
        Value::Union(members) if members.len() > 1 && members.iter().any(|member| matches!(member, Value::Tuple(..) | Value::Map(_))) => Some(members.clone()),
        Value::Tuple(items, made) => items.iter().enumerate().find_map(|(at, item)| {
            let members = alternatives(item, depth)?;
            let with = |member: Value| {
                let mut items = items.clone();
                if let Some(item) = items.get_mut(at) {
                    *item = member;
                }
                Value::Tuple(items, made.clone())
            };
            Some(members.into_iter().map(with).collect())
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tuple(tag: &str, items: &[Value]) -> Value {
        Value::tuple(std::iter::once(Value::atom(tag)).chain(items.iter().cloned()).collect())
    }

    fn number(text: &str) -> Value {
        Value::Number(Some(text.to_owned()))
    }

    #[test]
    fn what_is_not_known_is_never_certain() {
        assert_eq!(equal(&Value::Any, &Value::atom("a")), Takes::Maybe);
        assert_eq!(equal(&Value::atom("a"), &Value::atom("b")), Takes::No);
        assert_eq!(equal(&tuple("a", &[Value::Any]), &tuple("a", &[number("1")])), Takes::Maybe);
        assert_eq!(equal(&tuple("a", &[Value::Any]), &tuple("a", &[])), Takes::No);
        assert_eq!(equal(&number("1"), &number("1.0")), Takes::Maybe);
        assert_eq!(truth(&Value::atom("true").or(Value::Any)), Takes::Maybe);
        assert_eq!(truth(&Value::Opaque(Opaque::Given(0))), Takes::Maybe);
        let clock = |name| Value::Opaque(Opaque::Clock(name, "second"));
        assert_eq!(operator("+", &[clock("system_time"), Value::Any]), clock("system_time"));
        assert_eq!(operator("+", &[clock("monotonic_time"), clock("time_offset")]), Value::Number(None));
        assert_eq!(operator("<", &[number("1"), number("2")]), Value::atom("true"));
        assert_eq!(operator("<", &[Value::Number(None), number("2")]), either());
        assert_eq!(operator("+", &[number("40"), number("2")]), number("42"));
        assert_eq!(operator("+", &[number("9223372036854775807"), number("2")]), Value::Number(None));
    }

    #[test]
    fn lists_keep_what_is_known_of_them() {
        let known = Value::List(vec![number("1")], None);
        assert_eq!(append(&known, &known), Value::List(vec![number("1"), number("1")], None));
        assert_eq!(cons(vec![Value::atom("a")], Value::Any), Value::List(vec![Value::atom("a")], Some(Box::new(Value::Any))));
        assert_eq!(elements(&append(&Value::list_of(Value::atom("a")), &known)), Value::atom("a").or(number("1")));
        assert_eq!(elements(&Value::List(Vec::new(), None)), Value::NEVER);
    }

    #[test]
    fn pairs_make_maps_and_maps_pairs() {
        let pairs = Value::List(vec![Value::tuple(vec![Value::atom("k"), number("1")])], None);
        let Value::Map(map) = of_pairs(&pairs) else { panic!("no map") };
        assert_eq!(map.get(&Value::atom("k")), Some((number("1"), true)));
        assert_eq!(map.get(&Value::atom("other")), None);
        assert_eq!(elements(&Value::Map(map)), Value::tuple(vec![Value::atom("k"), number("1")]));
        let Value::Map(open) = of_pairs(&Value::list_of(Value::Any)) else { panic!("no map") };
        assert_eq!(open.get(&Value::atom("k")), Some((Value::Any, false)));
    }

    #[test]
    fn what_belongs_together_stays_together() {
        let pair = |name: &str| tuple(name, &[number("1")]);
        let rows = spread(vec![Value::tuple(vec![Value::atom("x"), pair("a").or(pair("b"))])]);
        assert_eq!(rows.len(), 2);
        assert!(rows.iter().flatten().all(|row| !matches!(row, Value::Union(_))));
        // Atoms alone are not worth a row.
        assert_eq!(spread(vec![Value::atom("a").or(Value::atom("b"))]).len(), 1);
    }
}
