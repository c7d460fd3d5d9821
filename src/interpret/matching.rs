//! Which values a pattern takes, and what is left of a value when it is not taken.

use super::bytes::Bytes;
use super::opaque::Opaque;
use super::places::refit;
use super::run::{Env, Run, merge};
use super::sort::{Holder, Sort};
use super::truth::{Takes, equal, is_false, text_takes, truth};
use super::value::{Map, Value};
use crate::beam::{Expr, Program, SourceClause, is_wildcard};

/// Into how many parts a value is taken apart.
const MAX_PARTS: usize = 16;

/// Matches patterns of one module.
impl Run<'_> {
    /// Whether a clause takes some values, with its guards; what its variables are then bound to is put into the environment.
    pub(super) fn clause_takes(&mut self, program: &Program, clause: &SourceClause, values: &[Value], env: &mut Env) -> Takes {
        if clause.patterns.len() != values.len() {
            return Takes::No;
        }
        let mut all = Takes::Yes;
        for (pattern, value) in clause.patterns.iter().zip(values) {
            all = all.and(self.takes(program, pattern, value, env).0);
            if all == Takes::No {
                return all;
            }
        }
        let all = all.and(self.guards_take(program, &clause.guards, env));
        if clause.is_guarded() && all != Takes::No {
            clause.patterns.iter().for_each(|pattern| refit(program, pattern, env));
        }
        all
    }

    /// Whether one of some guards holds. Variables of which only some alternatives hold keep those.
    pub(super) fn guards_take(&mut self, program: &Program, guards: &[Vec<Expr>], env: &mut Env) -> Takes {
        let Some((first, others)) = guards.split_first() else { return Takes::Yes };
        if others.is_empty() {
            let mut all = Takes::Yes;
            for test in first {
                self.narrow(program, test, env);
                all = all.and(self.holds(program, test, env));
            }
            return all;
        }
        let mut any = Takes::No;
        for guard in guards {
            let each = guard.iter().fold(Takes::Yes, |all, test| all.and(self.holds(program, test, env)));
            any = any.or(each);
        }
        any
    }

    /// Whether a test holds.
    pub(super) fn holds(&mut self, program: &Program, test: &Expr, env: &mut Env) -> Takes {
        let value = self.tested(|run| run.eval(program, test, env));
        match truth(&value) {
            // A guard that fails does not hold; what a test of `cond` calls ends the process.
            _ if value.is_never() && is_guard(program, test) => Takes::No,
            // In `cond` whatever is neither `false` nor `nil` holds.
            Takes::No if is_false(&value) == Takes::No => Takes::Maybe,
            known => known,
        }
    }

    /// Whether a pattern takes a value, and what of it is taken.
    pub(super) fn takes(&mut self, program: &Program, pattern: &Expr, value: &Value, env: &mut Env) -> (Takes, Value) {
        if !self.step() {
            return (Takes::Maybe, value.clone());
        }
        if let Value::Union(members) = value {
            return self.union_takes(program, pattern, members, env);
        }
        // An argument may be anything.
        let value = if matches!((pattern, value), (Expr::Var(_) | Expr::Bind(..), _)) || !value.is_given() { value } else { &Value::Any };
        match pattern {
            Expr::Var(name) => (self.variable_takes(name, value, env), value.clone()),
            Expr::Bind(left, right) => {
                let (one, narrowed) = self.takes(program, left, value, env);
                let (other, narrowed) = self.takes(program, right, &narrowed, env);
                // The side that was matched first may be a name for what the other one narrows.
                if let Expr::Var(name) = left.as_ref() {
                    env.insert(name.clone(), narrowed.clone());
                }
                (one.and(other), narrowed)
            }
            Expr::Tuple(patterns) => self.items_take(program, &patterns.iter().collect::<Vec<_>>(), value, env),
            Expr::Record(name, fields) => {
                let Some(record) = program.record(name).filter(|record| !record.is_native) else { return (Takes::Maybe, value.clone()) };
                let tag = Expr::Atom(name.clone());
                let ignored = Expr::Var("_".to_owned());
                let field = |known: &crate::term::Atom| fields.iter().find(|(name, _)| name == known).map_or(&ignored, |(_, pattern)| pattern);
                let patterns: Vec<&Expr> = std::iter::once(&tag).chain(record.fields.iter().map(|(name, _)| field(name))).collect();
                self.items_take(program, &patterns, value, env)
            }
            // Elixir's charlists are lists of numbers.
            Expr::List(items, None) if matches!(value, Value::Text(Some(_))) && characters(items).is_some() => {
                let is_same = characters(items).map(|text| Value::Text(Some(text))).as_ref() == Some(value);
                (if is_same { Takes::Maybe } else { Takes::No }, value.clone())
            }
            Expr::List(items, tail) => self.list_takes(program, items, tail.as_deref(), value, env),
            Expr::Map(pairs) => {
                let pairs: Vec<(Value, &Expr)> = pairs.iter().map(|(key, value)| (self.eval(program, key, env), value)).collect();
                self.map_takes(program, &pairs, value, env)
            }
            Expr::Struct(name, pairs) => {
                let tag = Expr::Atom(name.clone());
                let mut all = vec![(Value::atom("__struct__"), &tag)];
                all.extend(pairs.iter().map(|(key, value)| (self.eval(program, key, env), value)));
                self.map_takes(program, &all, value, env)
            }
            Expr::Atom(_) | Expr::Number(_) | Expr::Text(_) => {
                let written = self.eval(program, pattern, env);
                if matches!((&written, value), (Value::Text(_), _) | (_, Value::Text(_))) {
                    return (text_takes(&written, value), value.clone());
                }
                (equal(&written, value), if matches!(value, Value::Any) { written } else { value.clone() })
            }
            Expr::Binary(parts) => self.binary_takes(parts, value, env),
            Expr::Call(None, pin, parts, _) if pin.as_str() == "^" => {
                let written = parts.first().map_or(Value::Any, |part| self.eval(program, part, env));
                (equal(&written, value), value.clone())
            }
            _ => (Takes::Maybe, value.clone()),
        }
    }

    /// A binary: which of its parts is how long is not known, only what it begins with.
    fn binary_takes(&mut self, parts: &[Expr], value: &Value, env: &mut Env) -> (Takes, Value) {
        let begins = beginning(parts);
        let takes = match value.bytes() {
            Some(bytes) if bytes.is_other_than(&begins) => Takes::No,
            None if value.kind().is_some() => Takes::No,
            _ => Takes::Maybe,
        };
        for part in parts {
            if let Expr::Var(name) = part {
                env.insert(name.clone(), Value::Any);
            }
        }
        (takes, if matches!(value, Value::Any) { Value::of_bytes(begins) } else { value.clone() })
    }

    fn union_takes(&mut self, program: &Program, pattern: &Expr, members: &[Value], env: &mut Env) -> (Takes, Value) {
        let (mut some, mut all, mut narrowed, mut bound) = (false, true, Value::NEVER, Vec::new());
        for member in members {
            let mut own = env.clone();
            let (takes, taken) = self.takes(program, pattern, member, &mut own);
            if takes != Takes::No {
                some = true;
                narrowed = narrowed.or(taken);
                bound.push(own);
            }
            all &= takes == Takes::Yes;
        }
        merge(env, bound);
        let takes = if !some {
            Takes::No
        } else if all {
            Takes::Yes
        } else {
            Takes::Maybe
        };
        (takes, narrowed)
    }

    fn variable_takes(&mut self, name: &str, value: &Value, env: &mut Env) -> Takes {
        if is_wildcard(name) {
            return Takes::Yes;
        }
        match env.get(name) {
            Some(known) => equal(known, value),
            None => {
                env.insert(name.to_owned(), value.clone());
                Takes::Yes
            }
        }
    }

    fn items_take(&mut self, program: &Program, patterns: &[&Expr], value: &Value, env: &mut Env) -> (Takes, Value) {
        match value {
            Value::Tuple(items, made) if items.len() == patterns.len() => {
                let (mut all, mut narrowed) = (Takes::Yes, Vec::with_capacity(items.len()));
                for (pattern, item) in patterns.iter().zip(items) {
                    let (takes, taken) = self.takes(program, pattern, item, env);
                    all = all.and(takes);
                    narrowed.push(taken);
                }
                (all, Value::Tuple(narrowed, made.clone()))
            }
            value if matches!(value, Value::Any | Value::Bag(..)) && value.kind().is_none_or(|kind| kind == Sort::Tuple) => {
                let mut narrowed = Vec::with_capacity(patterns.len());
                for pattern in patterns {
                    narrowed.push(self.takes(program, pattern, &Value::Any, env).1);
                }
                (Takes::Maybe, Value::tuple(narrowed))
            }
            Value::Opaque(Opaque::Timer) => {
                for pattern in patterns {
                    self.takes(program, pattern, &Value::Any, env);
                }
                (if patterns.len() == 2 { Takes::Maybe } else { Takes::No }, value.clone())
            }
            _ => (Takes::No, value.clone()),
        }
    }

    fn list_takes(&mut self, program: &Program, patterns: &[Expr], tail: Option<&Expr>, value: &Value, env: &mut Env) -> (Takes, Value) {
        let (items, rest) = match value {
            Value::List(items, rest) => (items.as_slice(), rest.as_deref().cloned()),
            Value::Any | Value::Text(_) => (&[][..], Some(Value::Any)),
            Value::Bag(Holder::List, each) => (&[][..], Some(each.as_ref().clone())),
            _ => return (Takes::No, value.clone()),
        };
        // Whether there are enough elements; how many there are may not be known.
        let mut all = match &rest {
            _ if items.len() >= patterns.len() => Takes::Yes,
            Some(_) => Takes::Maybe,
            None => return (Takes::No, value.clone()),
        };
        let mut narrowed = Vec::with_capacity(patterns.len());
        for (at, pattern) in patterns.iter().enumerate() {
            let item = items.get(at).or(rest.as_ref()).cloned().unwrap_or(Value::Any);
            let (takes, taken) = self.takes(program, pattern, &item, env);
            all = all.and(takes);
            narrowed.push(taken);
        }
        let left: Vec<Value> = items.get(patterns.len()..).unwrap_or_default().to_vec();
        match tail {
            Some(tail) => {
                // What is not known may end as no list does.
                let is_open = left.is_empty() && rest == Some(Value::Any);
                let after = if is_open { Value::Any } else { Value::List(left.clone(), rest.clone().map(Box::new)) };
                all = all.and(self.takes(program, tail, &after, env).0);
                narrowed.extend(left);
                (all, Value::List(narrowed, rest.map(Box::new)))
            }
            None if !left.is_empty() => (Takes::No, value.clone()),
            None => (if rest.is_some() { all.and(Takes::Maybe) } else { all }, Value::List(narrowed, None)),
        }
    }

    fn map_takes(&mut self, program: &Program, pairs: &[(Value, &Expr)], value: &Value, env: &mut Env) -> (Takes, Value) {
        let mut map = match value {
            Value::Map(map) => map.clone(),
            Value::Any | Value::Bag(Holder::Set | Holder::MapOfSet | Holder::MapSet, _) => Map::any(),
            _ => return (Takes::No, value.clone()),
        };
        let mut all = if matches!(value, Value::Map(_)) { Takes::Yes } else { Takes::Maybe };
        for (key, pattern) in pairs {
            let Some((known, always)) = map.get(key) else { return (Takes::No, value.clone()) };
            let (takes, taken) = self.takes(program, pattern, &known, env);
            all = all.and(takes).and(if always { Takes::Yes } else { Takes::Maybe });
            if all != Takes::No {
                map.put(key.clone(), taken);
            }
        }
        (all, Value::Map(map))
    }

    /// What of a value a pattern does not take: alternatives are taken apart, and lists into those that are empty and those that are
    /// not.
    pub(super) fn left(&mut self, program: &Program, pattern: &Expr, value: &Value, env: &Env) -> Vec<Value> {
        if self.steps() == 0 {
            return Vec::new();
        }
        if let Value::Union(members) = value {
            let mut left: Vec<Value> = members.iter().flat_map(|member| self.left(program, pattern, member, env)).collect();
            left.truncate(MAX_PARTS);
            return left;
        }
        match self.takes(program, pattern, value, &mut env.clone()).0 {
            Takes::Yes => return Vec::new(),
            Takes::No => return vec![value.clone()],
            Takes::Maybe => {}
        }
        match (pattern, value) {
            (Expr::Bind(left, right), _) => {
                let inner = if matches!(left.as_ref(), Expr::Var(_)) { right } else { left };
                self.left(program, inner, value, env)
            }
            (Expr::Tuple(patterns), Value::Tuple(items, made)) => {
                let pairs: Vec<(&Expr, &Value)> = patterns.iter().zip(items).collect();
                self.items_left(program, &pairs, env).into_iter().map(|items| Value::Tuple(items, made.clone())).collect()
            }
            (Expr::Record(name, fields), Value::Tuple(items, made)) => {
                let Some(record) = program.record(name) else { return vec![value.clone()] };
                let names: Vec<crate::term::Atom> = record.fields.iter().map(|(name, _)| name.clone()).collect();
                let ignored = Expr::Var("_".to_owned());
                let tag = Expr::Atom(name.clone());
                let field = |known: &crate::term::Atom| fields.iter().find(|(name, _)| name == known).map_or(&ignored, |(_, pattern)| pattern);
                let patterns = std::iter::once(&tag).chain(names.iter().map(field));
                let pairs: Vec<(&Expr, &Value)> = patterns.zip(items).collect();
                self.items_left(program, &pairs, env).into_iter().map(|items| Value::Tuple(items, made.clone())).collect()
            }
            (Expr::List(patterns, tail), Value::List(items, rest)) => self.list_left(program, patterns, tail.as_deref(), (items, rest.as_deref()), env),
            (Expr::Map(pairs) | Expr::Struct(_, pairs), Value::Map(map)) => {
                let mut left = Vec::new();
                for (key, pattern) in pairs {
                    let key = self.tested(|run| run.eval(program, key, &mut env.clone()));
                    let Some((known, _)) = map.get(&key) else { return vec![value.clone()] };
                    for other in self.left(program, pattern, &known, env) {
                        let mut map = map.clone();
                        map.put(key.clone(), other);
                        left.push(Value::Map(map));
                    }
                }
                left.truncate(MAX_PARTS);
                left
            }
            _ => vec![value.clone()],
        }
    }

    /// What of some values is left: of each one in turn, the others as they are.
    pub(super) fn items_left(&mut self, program: &Program, pairs: &[(&Expr, &Value)], env: &Env) -> Vec<Vec<Value>> {
        let mut left = Vec::new();
        let mut items: Vec<Value> = pairs.iter().map(|(_, value)| (*value).clone()).collect();
        for (at, (pattern, value)) in pairs.iter().enumerate() {
            if !self.step() {
                return Vec::new();
            }
            for other in self.left(program, pattern, value, env) {
                let mut changed = items.clone();
                if let Some(item) = changed.get_mut(at) {
                    *item = other;
                }
                left.push(changed);
            }
            if left.len() >= MAX_PARTS {
                left.truncate(MAX_PARTS);
                break;
            }
            // The further ones are left only where this one is taken.
            let taken = self.takes(program, pattern, value, &mut env.clone()).1;
            if let Some(item) = items.get_mut(at) {
                *item = taken;
            }
        }
        left
    }

    fn list_left(&mut self, program: &Program, patterns: &[Expr], tail: Option<&Expr>, value: (&[Value], Option<&Value>), env: &Env) -> Vec<Value> {
        let (items, rest) = value;
        let list = |items: Vec<Value>| Value::List(items, rest.map(|rest| Box::new(rest.clone())));
        let Some((pattern, others)) = patterns.split_first() else {
            // An empty list is taken; what is left holds something. A name for the tail takes all.
            return match (items, rest, tail) {
                ([], Some(element), None) => vec![list(vec![element.clone()])],
                _ => vec![list(items.to_vec())],
            };
        };
        // That the list may be empty is not certain, so it is not what is left.
        let Some(first) = items.first().or(rest) else { return vec![list(Vec::new())] };
        let after: Vec<Value> = items.get(1..).unwrap_or_default().to_vec();
        let mut left = Vec::new();
        // Which of several forms comes first in a list whose elements are not known one by one is not certain.
        let is_uncertain = items.is_empty() && self.takes(program, pattern, first, &mut env.clone()).0 != Takes::No;
        for other in if is_uncertain { Vec::new() } else { self.left(program, pattern, first, env) } {
            left.push(list(std::iter::once(other).chain(after.iter().cloned()).collect()));
        }
        // How many further elements a list has whose end is not known is not certain either.
        if !items.is_empty() && (!others.is_empty() || tail.is_none()) && (!after.is_empty() || rest.is_none()) {
            let further = self.list_left(program, others, tail, (&after, rest), env);
            left.extend(further.into_iter().map(|further| {
                let Value::List(items, rest) = further else { return further };
                Value::List(std::iter::once(first.clone()).chain(items).collect(), rest)
            }));
        }
        left.truncate(MAX_PARTS);
        left
    }
}

/// Whether a test only calls what guards may call.
fn is_guard(program: &Program, test: &Expr) -> bool {
    let mut is_guard = true;
    test.visit(&mut |expr| {
        is_guard &= match expr {
            Expr::Call(Some(module), ..) => module.as_str() == "erlang",
            Expr::Call(None, name, arguments, _) => program.function(name, u32::try_from(arguments.len()).unwrap_or(u32::MAX)).is_none(),
            Expr::Apply(..) => false,
            _ => true,
        };
    });
    is_guard
}

/// What a binary begins with that a pattern of these parts takes.
fn beginning(parts: &[Expr]) -> Bytes {
    let mut bytes = Bytes::empty();
    for part in parts {
        match part {
            Expr::Text(text) => bytes.add(text.as_bytes()),
            Expr::Number(number) => match number.parse() {
                Ok(byte) => bytes.add(&[byte]),
                Err(_) => bytes.add_unknown(),
            },
            _ => bytes.add_unknown(),
        }
    }
    bytes
}

/// The text of a list of characters that are written out.
fn characters(items: &[Expr]) -> Option<String> {
    let character = |item: &Expr| if let Expr::Number(text) = item { text.parse().ok().and_then(char::from_u32) } else { None };
    items.iter().map(character).collect()
}
