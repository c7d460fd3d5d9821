//! The forms of expressions that choose, go through lists, or work on maps and records.

use super::noted::FaultKind;
use super::places::taken_apart;
use super::run::{Env, Run, bound};
use super::truth::{Takes, either, elements, is_false, operator, spread, truth};
use super::value::{Map, Value};
use crate::beam::{Expr, Program, Qualifier, SourceClause};
use crate::term::Atom;

/// How many elements of a list are gone through one by one.
const MAX_EACH: usize = 16;

impl Run<'_> {
    /// The value of a key that must be there.
    pub(super) fn get(&mut self, value: &Value, key: &Value) -> Value {
        let mut result = Value::NEVER;
        for member in value.members() {
            result = result.or(match member {
                Value::Map(map) => match map.get(key) {
                    Some((value, _)) => value,
                    None => self.fail(FaultKind::NoKey(key.clone()), member.clone()),
                },
                Value::Any | Value::Bag(..) => Value::Any,
                other => self.fail(FaultKind::NoKey(key.clone()), other.clone()),
            });
        }
        result
    }

    /// A map with keys put in; those that must be there are asked for.
    pub(super) fn change(&mut self, value: &Value, pairs: &[(Value, Value, bool)]) -> Value {
        let mut result = Value::NEVER;
        for member in value.members() {
            let mut map = match member {
                Value::Map(map) => map.clone(),
                Value::Any | Value::Bag(..) => Map::any(),
                other => {
                    self.fail(FaultKind::NoClause, other.clone());
                    continue;
                }
            };
            let lacking = pairs.iter().find(|(key, _, exact)| *exact && key.is_literal() && map.get(key).is_none());
            if let Some((key, ..)) = lacking {
                self.fail(FaultKind::NoKey(key.clone()), member.clone());
                continue;
            }
            for (key, value, _) in pairs {
                map.put(key.clone(), value.clone());
            }
            map.made = self.made();
            result = result.or(Value::Map(map));
        }
        result
    }

    pub(super) fn case(&mut self, program: &Program, subject: Option<&Expr>, clauses: &[SourceClause], env: &mut Env) -> Value {
        let (values, apart) = match subject {
            Some(subject) => match self.eval(program, subject, env) {
                never if never.is_never() => return never,
                value => (vec![value.clone()], taken_apart(program, subject, &value, env)),
            },
            None => (Vec::new(), Vec::new()),
        };
        // What the ways bind stays bound after them.
        let mut ways = Vec::new();
        for clause in clauses {
            let mut own = env.clone();
            if self.clause_takes(program, clause, &values, &mut own) != Takes::No {
                ways.push(own);
            }
        }
        let result = match apart.as_slice() {
            [] => self.clauses(program, clauses, spread(values), env, || FaultKind::NoClause),
            // What is tested is one of its values on each way.
            apart => apart
                .iter()
                .fold(Value::NEVER, |result, (value, own)| result.or(self.clauses(program, clauses, spread(vec![value.clone()]), own, || FaultKind::NoClause))),
        };
        for way in ways {
            for (name, value) in way {
                env.entry(name).or_insert(value);
            }
        }
        result
    }

    pub(super) fn attempt(
        &mut self,
        program: &Program,
        (body, of, catches, after): (&[Expr], &[SourceClause], &[SourceClause], &[Expr]),
        env: &mut Env,
    ) -> Value {
        let mut own = env.clone();
        self.caught += usize::from(!catches.is_empty());
        let mut result = self.block(program, body, &mut own);
        self.caught -= usize::from(!catches.is_empty());
        if !of.is_empty() && !result.is_never() {
            result = self.clauses(program, of, vec![vec![result]], &own, || FaultKind::NoClause);
        }
        // That the body fails is certain only where it gets no further.
        let fails = result.is_never();
        for clause in catches {
            let mut own = env.clone();
            for pattern in &clause.patterns {
                self.takes(program, pattern, &Value::Any, &mut own);
            }
            let caught = self.block(program, &clause.body, &mut own);
            // Of a function that calls itself the first round gets no further, which is no failure.
            if fails && !caught.is_never() {
                result = result.or(Value::Any);
            }
        }
        if !after.is_empty() {
            self.block(program, after, &mut env.clone());
        }
        result
    }

    /// What a comprehension makes of one list: of each element its own, where they are few and written out.
    pub(super) fn made_of_each(&mut self, program: &Program, clause: &SourceClause, list: &Expr, body: &Expr, env: &Env) -> Value {
        let listed = self.eval(program, list, &mut env.clone());
        let each = |run: &mut Self, list: Value| run.each_of(program, (clause, list), (&[], body), &mut env.clone());
        match &listed {
            Value::List(items, None) if items.len() <= MAX_EACH && !items.iter().any(|item| item.members().len() > 1) => {
                let mut made = Vec::with_capacity(items.len());
                for item in items {
                    let one = each(self, Value::List(vec![item.clone()], None));
                    // One that the pattern does not take is left out.
                    if !one.is_never() {
                        made.push(one);
                    }
                }
                Value::List(made, None)
            }
            _ => Value::list_of(each(self, listed)),
        }
    }

    /// What a comprehension with tests makes of a list that is written out, where it is known of each element whether it gets through.
    pub(super) fn made_of_some(&mut self, program: &Program, parts: &[Qualifier], body: &Expr, env: &Env) -> Option<Value> {
        let (Qualifier::Each(clause, list), tests) = parts.split_first()? else { return None };
        let Value::List(items, None) = self.eval(program, list, &mut env.clone()) else { return None };
        if items.len() > MAX_EACH {
            return None;
        }
        let mut made = Vec::with_capacity(items.len());
        for item in items {
            let mut own = env.clone();
            match self.clause_takes(program, clause, std::slice::from_ref(&item), &mut own) {
                Takes::No => continue,
                Takes::Maybe => return None,
                Takes::Yes => {}
            }
            let mut gets_through = true;
            for test in tests {
                let Qualifier::Test(test) = test else { return None };
                let holds = self.eval(program, test, &mut own);
                match truth(&holds) {
                    Takes::Maybe => return None,
                    holds => gets_through &= holds == Takes::Yes,
                }
            }
            if gets_through {
                made.push(self.eval(program, body, &mut own));
            }
        }
        (!made.iter().any(Value::is_never)).then_some(Value::List(made, None))
    }

    /// What a comprehension makes of each element that gets through its parts.
    pub(super) fn comprehension(&mut self, program: &Program, parts: &[Qualifier], body: &Expr, env: &mut Env) -> Value {
        let Some((part, parts)) = parts.split_first() else { return self.eval(program, body, env) };
        match part {
            Qualifier::Each(clause, list) => {
                let list = self.eval(program, list, env);
                self.each_of(program, (clause, list), (parts, body), env)
            }
            Qualifier::Test(Expr::Bind(pattern, value)) => {
                let value = self.eval(program, value, env);
                match self.bind(program, pattern, value, env) {
                    stops if stops.is_never() || is_false(&stops) == Takes::Yes => Value::NEVER,
                    _ => self.comprehension(program, parts, body, env),
                }
            }
            Qualifier::Test(test) => {
                self.guards_take(program, std::slice::from_ref(&vec![test.clone()]), env);
                let value = self.eval(program, test, env);
                if value.is_never() || is_false(&value) == Takes::Yes { Value::NEVER } else { self.comprehension(program, parts, body, env) }
            }
            Qualifier::Takes(..) => self.comprehension(program, parts, body, env),
        }
    }

    /// What is made of the elements of a list that a pattern takes, by the parts after it.
    fn each_of(&mut self, program: &Program, (clause, list): (&SourceClause, Value), (parts, body): (&[Qualifier], &Expr), env: &mut Env) -> Value {
        let elements = elements(&list);
        let mut names = Vec::new();
        clause.patterns.iter().for_each(|pattern| bound(pattern, &mut names));
        let mut made = Value::NEVER;
        for mut element in elements.members().iter().flat_map(|member| spread(vec![member.clone()])) {
            let mut own = env.clone();
            names.iter().for_each(|name| {
                own.remove(*name);
            });
            let Some(element) = element.pop().filter(|element| !element.is_never()) else { continue };
            if self.clause_takes(program, clause, std::slice::from_ref(&element), &mut own) == Takes::No {
                self.fail(FaultKind::Dropped, element);
            } else {
                made = made.or(self.comprehension(program, parts, body, &mut own));
            }
        }
        made
    }

    pub(super) fn with(&mut self, program: &Program, parts: &[Qualifier], body: &Expr, otherwise: &[SourceClause], env: &Env) -> Value {
        let mut own = env.clone();
        let mut result = Value::NEVER;
        for part in parts {
            match part {
                Qualifier::Takes(clause, value) => {
                    let value = self.eval(program, value, &mut own);
                    if value.is_never() {
                        return result;
                    }
                    let takes = self.clause_takes(program, clause, std::slice::from_ref(&value), &mut own);
                    if takes != Takes::Yes {
                        let left = clause.patterns.first().map(|pattern| self.left(program, pattern, &value, env)).unwrap_or_default();
                        let left = left.into_iter().fold(Value::NEVER, Value::or);
                        result = result.or(if otherwise.is_empty() || left.is_never() {
                            left
                        } else {
                            self.clauses(program, otherwise, vec![vec![left]], env, || FaultKind::NoClause)
                        });
                    }
                    if takes == Takes::No {
                        return result;
                    }
                }
                Qualifier::Test(test) => {
                    if self.eval(program, test, &mut own).is_never() {
                        return result;
                    }
                }
                Qualifier::Each(..) => {}
            }
        }
        result.or(self.eval(program, body, &mut own))
    }

    pub(super) fn operator(&mut self, program: &Program, name: &str, operands: &[Expr], env: &mut Env) -> Value {
        if let ("andalso" | "orelse", [left, right]) = (name, operands) {
            let stops = if name == "andalso" { Takes::No } else { Takes::Yes };
            let left = self.eval(program, left, env);
            return match truth(&left) {
                known if known == stops => left,
                Takes::Maybe => {
                    let right = self.eval(program, right, env);
                    if truth(&right) == stops { right } else { either().or(right) }
                }
                Takes::Yes | Takes::No => self.eval(program, right, env),
            };
        }
        let Some(values) = self.each(program, operands, env) else { return Value::NEVER };
        if let ("!", [to, message]) = (name, values.as_slice()) {
            self.note(&Atom::new("erlang"), &Atom::new("send"), &[to.clone(), message.clone()]);
            return message.clone();
        }
        if let Some(known) = self.library(&Atom::new("erlang"), &Atom::new(name), &values) {
            return known;
        }
        operator(name, &values)
    }

    pub(super) fn record(&mut self, program: &Program, name: &Atom, fields: &[(Atom, Expr)], env: &mut Env) -> Value {
        let Some(record) = program.record(name).filter(|record| !record.is_native) else { return Value::Any };
        let mut items = vec![Value::Atom(name.clone())];
        for (field, default) in &record.fields {
            let given = fields.iter().find(|(known, _)| known == field).or_else(|| fields.iter().find(|(known, _)| known.as_str() == "_"));
            let value = match (given, default) {
                (Some((_, value)), _) | (None, Some(value)) => self.eval(program, value, env),
                (None, None) => Value::atom("undefined"),
            };
            if value.is_never() {
                return value;
            }
            items.push(value);
        }
        Value::Tuple(items, self.made())
    }

    pub(super) fn record_change(&mut self, program: &Program, value: &Value, name: &Atom, fields: &[(Atom, Expr)], env: &mut Env) -> Value {
        let Some(record) = program.record(name).filter(|record| !record.is_native) else { return Value::Any };
        let mut changes = Vec::with_capacity(fields.len());
        for (field, value) in fields {
            let value = self.eval(program, value, env);
            if value.is_never() {
                return value;
            }
            changes.push((record.fields.iter().position(|(known, _)| known == field), value));
        }
        self.of_record(value, name, record.fields.len(), |run, items| {
            let mut items = items.to_vec();
            for (at, value) in &changes {
                if let Some(item) = at.and_then(|at| items.get_mut(at + 1)) {
                    *item = value.clone();
                }
            }
            Value::Tuple(items, run.made())
        })
    }

    /// What becomes of each value that is such a record; the others are faults.
    pub(super) fn of_record(&mut self, value: &Value, name: &Atom, fields: usize, work: impl Fn(&Self, &[Value]) -> Value) -> Value {
        let mut result = Value::NEVER;
        for member in value.members() {
            result = result.or(match member {
                Value::Tuple(items, _) if items.len() == fields + 1 && !items.first().is_some_and(|tag| tag.is_other_than(&Value::Atom(name.clone()))) => {
                    work(self, items)
                }
                Value::Any | Value::Bag(..) => {
                    let mut items = vec![Value::Any; fields + 1];
                    if let Some(tag) = items.first_mut() {
                        *tag = Value::Atom(name.clone());
                    }
                    work(self, &items)
                }
                other => self.fail(FaultKind::NoRecord(name.clone()), other.clone()),
            });
        }
        result
    }
}
