//! Places that a test says something about: a variable, a field of one. Where one of several values takes a way, the place has that value
//! on it.

use super::run::{Env, Run};
use super::truth::Takes;
use super::value::Value;
use crate::beam::{Expr, Program};
use crate::term::Atom;

/// Into how many values a place is taken apart.
const MAX_APART: usize = 6;

/// What a place holds; `None` for what is none, and where nothing is known.
fn value_at(program: &Program, place: &Expr, env: &Env) -> Option<Value> {
    match place {
        Expr::Var(name) => env.get(name).cloned(),
        Expr::Field(base, field, _) => match value_at(program, base, env)? {
            Value::Map(map) => map.get(&Value::Atom(field.clone())).map(|(value, _)| value),
            _ => None,
        },
        Expr::RecordField(base, name, field) => {
            let at = position(program, name, field)?;
            match value_at(program, base, env)? {
                Value::Tuple(items, _) if items.first().and_then(Value::as_atom) == Some(name) => items.get(at).cloned(),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Puts a value at a place that holds one.
fn put_at(program: &Program, place: &Expr, env: &mut Env, value: Value) {
    match place {
        Expr::Var(name) => {
            env.insert(name.clone(), value);
        }
        Expr::Field(base, field, _) => {
            if let Some(Value::Map(mut map)) = value_at(program, base, env) {
                map.put(Value::Atom(field.clone()), value);
                put_at(program, base, env, Value::Map(map));
            }
        }
        Expr::RecordField(base, name, field) => {
            if let (Some(at), Some(Value::Tuple(mut items, made))) = (position(program, name, field), value_at(program, base, env)) {
                items.get_mut(at).into_iter().for_each(|item| *item = value.clone());
                put_at(program, base, env, Value::Tuple(items, made));
            }
        }
        _ => {}
    }
}

/// After a guard: what is known of a part of a value is known of the whole, where a pattern gives both a name (`#{k := V} = M when ...`).
pub(super) fn refit(program: &Program, pattern: &Expr, env: &mut Env) {
    let (name, parts) = match pattern {
        Expr::Bind(left, right) => match (left.as_ref(), right.as_ref()) {
            (Expr::Var(name), parts) | (parts, Expr::Var(name)) => (name, parts),
            _ => return,
        },
        _ => return,
    };
    let Some(whole) = env.get(name).cloned() else { return };
    let part = |part: &Expr| if let Expr::Var(name) = part { env.get(name).cloned() } else { None };
    let whole = match (parts, whole) {
        (Expr::Map(pairs) | Expr::Struct(_, pairs), Value::Map(mut map)) => {
            for (key, value) in pairs {
                if let (Expr::Atom(key), Some(value)) = (key, part(value)) {
                    map.put(Value::Atom(key.clone()), value);
                }
            }
            Value::Map(map)
        }
        (Expr::Tuple(items), Value::Tuple(mut values, made)) if items.len() == values.len() => {
            values.iter_mut().zip(items).for_each(|(value, item)| *value = part(item).unwrap_or_else(|| value.clone()));
            Value::Tuple(values, made)
        }
        (Expr::Record(record, fields), Value::Tuple(mut values, made)) => {
            for (field, value) in fields {
                let place = position(program, record, field).and_then(|at| values.get_mut(at));
                if let (Some(place), Some(value)) = (place, part(value)) {
                    *place = value;
                }
            }
            Value::Tuple(values, made)
        }
        (_, whole) => whole,
    };
    env.insert(name.clone(), whole);
}

/// Where a record has a field.
fn position(program: &Program, name: &Atom, field: &Atom) -> Option<usize> {
    let record = program.record(name).filter(|record| !record.is_native)?;
    record.fields.iter().position(|(known, _)| known == field).map(|at| at + 1)
}

/// The values of a place that has several, each with what variables are then bound to; none for a place that has one.
pub(super) fn taken_apart(program: &Program, place: &Expr, value: &Value, env: &Env) -> Vec<(Value, Env)> {
    let members = value.members();
    if !(2..=MAX_APART).contains(&members.len()) || value_at(program, place, env).as_ref() != Some(value) {
        return Vec::new();
    }
    let with = |member: &Value| {
        let mut own = env.clone();
        put_at(program, place, &mut own, member.clone());
        (member.clone(), own)
    };
    members.iter().map(with).collect()
}

impl Run<'_> {
    /// Takes the alternatives away that a test does not hold for, from the places that it names.
    pub(super) fn narrow(&mut self, program: &Program, test: &Expr, env: &mut Env) {
        let mut all = Vec::new();
        places(test, &mut all);
        for place in all {
            let Some(value) = value_at(program, place, env) else { continue };
            let mut kept = Value::NEVER;
            let apart = taken_apart(program, place, &value, env);
            if apart.is_empty() {
                continue;
            }
            for (member, mut own) in apart {
                if self.holds(program, test, &mut own) != Takes::No {
                    kept = kept.or(member);
                }
            }
            if !kept.is_never() {
                put_at(program, place, env, kept);
            }
        }
    }
}

/// The places of a test.
fn places<'e>(test: &'e Expr, all: &mut Vec<&'e Expr>) {
    match test {
        Expr::Var(_) | Expr::Field(..) | Expr::RecordField(..) if !all.contains(&test) => all.push(test),
        Expr::Call(_, _, parts, _) | Expr::Op(_, parts) | Expr::Tuple(parts) | Expr::Binary(parts) => parts.iter().for_each(|part| places(part, all)),
        _ => {}
    }
}
