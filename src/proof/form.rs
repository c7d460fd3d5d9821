//! Whether what old code has kept has the form that the new code itself gives to it: otherwise it may read it in another way than it was
//! meant, without a failure.

use crate::interpret::{Map, Opaque, Value};

/// How deep values are compared.
const MAX_DEPTH: usize = 12;

/// Whether each form that a kept value may have is one of those that the new code makes.
pub(super) fn covers(made: &Value, kept: &Value) -> bool {
    within(made, kept, MAX_DEPTH)
}

fn within(made: &Value, kept: &Value, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return true };
    let one_of = |kept: &Value| made.members().iter().any(|made| is_like(made, kept, depth));
    made == kept || kept.members().iter().all(one_of)
}

fn is_like(made: &Value, kept: &Value, depth: usize) -> bool {
    match (made, kept) {
        (Value::Any, _) => true,
        (Value::Tuple(made, _), Value::Tuple(kept, _)) => made.len() == kept.len() && made.iter().zip(kept).all(|(made, kept)| within(made, kept, depth)),
        (Value::Map(made), Value::Map(kept)) => has_keys(made, kept, depth),
        (Value::List(..) | Value::Bag(..), Value::List(items, None)) if items.is_empty() => made.kind() == kept.kind(),
        (Value::List(..) | Value::Bag(..), Value::List(..) | Value::Bag(..)) if made.kind() == kept.kind() => within(&made.elements(), &kept.elements(), depth),
        (Value::Opaque(Opaque::Boolean), Value::Atom(atom)) => matches!(atom.as_str(), "true" | "false"),
        (Value::Opaque(made @ Opaque::Clock(..)), Value::Opaque(kept)) => made == kept,
        (Value::Atom(made), Value::Atom(kept)) => made == kept,
        (Value::Binary(_), Value::Text(_) | Value::Binary(_)) | (Value::Text(_), Value::Binary(_)) => !made.is_other_than(kept),
        (Value::Text(_), Value::Text(_) | Value::List(..)) | (Value::List(..), Value::Text(_)) => true,
        (made, kept) => made.kind().is_some() && made.kind() == kept.kind(),
    }
}

/// Whether a map has the keys that the new code gives to it, each with what it gives to it.
fn has_keys(made: &Map, kept: &Map, depth: usize) -> bool {
    let is_there = made.keys.iter().filter(|(_, _, always)| *always).all(|(key, ..)| kept.get(key).is_some());
    let is_known = kept.keys.iter().all(|(key, value, _)| made.get(key).is_some_and(|(own, _)| within(&own, value, depth)));
    let further = match (&made.rest, &kept.rest) {
        (_, None) => true,
        (Some(made), Some(kept)) => within(&made.0, &kept.0, depth) && within(&made.1, &kept.1, depth),
        (None, Some(_)) => false,
    };
    is_there && is_known && further
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_one_of_those_that_are_made() {
        let number = Value::Number(None);
        let pair = |one: &Value, other: &Value| Value::tuple(vec![one.clone(), other.clone()]);
        assert!(covers(&pair(&Value::Any, &number), &pair(&Value::Any, &number)));
        assert!(covers(&Value::list_of(number.clone()), &Value::List(Vec::new(), None)));
        assert!(!covers(&pair(&number, &number), &pair(&Value::Any, &number)), "what is not known may be of another form");
        assert!(!covers(&Value::atom("a").or(Value::atom("b")), &Value::atom("c")));
        let clock = |name| Value::Opaque(Opaque::Clock(name, "native"));
        assert!(!covers(&clock("system_time"), &clock("monotonic_time")));
        let map = |key: &str| Value::Map(Map::of(vec![(Value::atom(key), number.clone())], Default::default()));
        assert!(!covers(&map("a"), &map("b")) && covers(&map("a"), &map("a")));
    }
}
