//! Code is run on values: expressions, calls, clauses.

use super::bytes::Bytes;
use super::noted::{Done, Fault, FaultKind};
use super::opaque::{Made, Opaque};
use super::truth::{Takes, cons, some_of};
use super::value::{Fun, Map, Value};
use crate::beam::{Expr, Program, Qualifier, SourceClause};
use crate::term::Atom;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What variables are bound to.
pub type Env = BTreeMap<String, Value>;

/// The code that is run: of one release, or of one while parts of another are left over.
pub struct World<'w> {
    /// The functions of a module as they were written; `None` where that cannot be seen, or is not followed.
    pub program: &'w (dyn Fn(&Atom) -> Option<Arc<Program>> + Sync),
    /// Whether a module of the release exports a function; `None` where that is not known.
    pub exports: &'w (dyn Fn(&Atom, &Atom, u32) -> Option<bool> + Sync),
    /// What was put under a name: rows of a table, a term, in the release that ran before.
    pub stored: &'w (dyn Fn(Store, &Value) -> Option<Value> + Sync),
    /// What a process of a name replies to a request.
    pub replies: &'w (dyn Fn(&Value, &Value) -> Option<Value> + Sync),
    /// What the `.app` file of an application says about a key of its environment.
    pub environment: &'w (dyn Fn(&Atom, &Atom) -> Option<Value> + Sync),
    /// The modules of behaviours that are not OTP's which export a function, for calls of a module that is not known.
    pub implementers: &'w (dyn Fn(&Atom, u32) -> Vec<Atom> + Sync),
    /// How many expressions and patterns may be looked at for one module.
    pub steps: usize,
}

/// Where values are put under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// Rows of a table of `ets`.
    Table,
    /// Rows of a table of `mnesia` or `dets`.
    Database,
    /// `persistent_term`.
    Term,
    /// An `Agent` of a name.
    Agent,
    /// What processes are registered with in a `Registry`.
    Registry,
    /// The dictionaries of processes: a name is a module and a key.
    Dictionary,
}

/// How many values are kept of which it is not certain that a clause leaves them.
const MAX_DOUBTFUL: usize = 4;
/// How deep expressions are followed, calls included: each takes some of the stack.
const MAX_NESTED: usize = 160;
/// How many calls and faults are noted.
const MAX_NOTED: usize = 400;

/// A function: its module, name and arity.
pub(super) type Key = (Atom, Atom, u32);

/// One run of some code.
pub struct Run<'w> {
    pub(super) world: &'w World<'w>,
    steps: usize,
    nested: usize,
    pub(super) calls: Vec<(Key, Vec<Value>)>,
    /// What functions that call themselves gave back so far, and whether that was asked for.
    pub(super) again: HashMap<Key, (Value, bool)>,
    pub(super) line: u32,
    pub(super) module: Atom,
    pub(super) caught: usize,
    /// Above 0 nothing is noted: what is run is a test.
    quiet: usize,
    /// Above 0 it is not certain that what is run meets the values that it is given.
    unsure: usize,
    /// Above 0 what is run is a process that the code starts.
    started: usize,
    /// Whether a function was called of which it is not known which one it is.
    pub is_guessed: bool,
    /// The modules of which it is not known whether they were called.
    pub guesses: Vec<Atom>,
    /// The calls that were made, each once.
    pub done: Vec<Done>,
    /// The failures, each once.
    pub faults: Vec<Fault>,
    /// The modules whose functions were run.
    pub entered: Vec<Atom>,
}

impl<'w> Run<'w> {
    /// A run in a world.
    pub fn new(world: &'w World<'w>) -> Run<'w> {
        Run {
            world,
            steps: world.steps,
            nested: 0,
            calls: Vec::new(),
            again: HashMap::new(),
            line: 0,
            module: Atom::new(""),
            caught: 0,
            quiet: 0,
            unsure: 0,
            started: 0,
            is_guessed: false,
            guesses: Vec::new(),
            done: Vec::new(),
            faults: Vec::new(),
            entered: Vec::new(),
        }
    }

    /// A run of so many steps.
    pub fn with_steps(world: &'w World<'w>, steps: usize) -> Run<'w> {
        Run { steps, ..Run::new(world) }
    }

    /// How many steps are left.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Uses a step up; false where none is left: then expressions come to something unknown, and nothing more is reported.
    pub(super) fn step(&mut self) -> bool {
        match self.steps.checked_sub(1) {
            Some(left) => {
                self.steps = left;
                true
            }
            None => false,
        }
    }

    /// Where a value that is made now is made.
    pub(super) fn made(&self) -> Made {
        Made(Some((self.module.clone(), self.line)))
    }

    /// Does something of which nothing is noted.
    pub(super) fn tested<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> R {
        self.quiet += 1;
        let result = work(self);
        self.quiet -= 1;
        result
    }

    /// Does something of which it is not certain that it happens.
    pub(super) fn unsure<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> R {
        self.unsure += 1;
        let result = work(self);
        self.unsure -= 1;
        result
    }

    /// Does something whose failures are caught.
    pub(super) fn caught<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> R {
        self.caught += 1;
        let result = work(self);
        self.caught -= 1;
        result
    }

    /// The process that runs this.
    pub(super) fn own_process(&self) -> Opaque {
        match self.started {
            0 => Opaque::Own,
            1 => Opaque::Elsewhere,
            _ => Opaque::Pid,
        }
    }

    /// Runs what another process does: one that the code starts, or the release handler.
    pub fn elsewhere<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> R {
        self.started += 1;
        let result = work(self);
        self.started -= 1;
        result
    }

    pub(super) fn note(&mut self, module: &Atom, function: &Atom, arguments: &[Value]) {
        let done = Done {
            module: module.clone(),
            function: function.clone(),
            arguments: arguments.to_vec(),
            by: self.module.clone(),
            line: crate::beam::Line(self.line),
            elsewhere: self.started > 0,
        };
        if self.quiet == 0 && self.done.len() < MAX_NOTED && !self.done.contains(&done) {
            self.done.push(done);
        }
    }

    /// Notes a failure down; the code gets no further. Code that does not go on after an error is meant to end there.
    pub(super) fn fail(&mut self, kind: FaultKind, value: Value) -> Value {
        if value.is_atom("error") || value.tagged("error").is_some() {
            return Value::NEVER;
        }
        let fault = Fault { kind, value, module: self.module.clone(), line: crate::beam::Line(self.line), caught: self.caught > 0 };
        let is_seen = self.unsure == 0 || matches!(fault.kind, FaultKind::BadArity(_) | FaultKind::NoFunction(..));
        if is_seen && self.quiet == 0 && self.steps > 0 && self.faults.len() < MAX_NOTED && !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
        Value::NEVER
    }

    /// Runs the clauses that take values: each way what it gives back. What no clause takes is a fault.
    pub(super) fn clauses(&mut self, program: &Program, clauses: &[SourceClause], values: Vec<Vec<Value>>, env: &Env, kind: impl Fn() -> FaultKind) -> Value {
        if self.steps == 0 {
            return Value::Any;
        }
        let start = self.line;
        let mut left = values;
        // What further clauses may take as well, which is not certain.
        let mut doubtful: Vec<Vec<Value>> = Vec::new();
        let mut result = Value::NEVER;
        for clause in clauses {
            let mut ways = Vec::new();
            let mut next = Vec::new();
            for values in &doubtful {
                let mut own = env.clone();
                if self.clause_takes(program, clause, values, &mut own) != Takes::No {
                    self.line = clause.line.0;
                    let way = self.unsure(|run| run.block(program, &clause.body, &mut own));
                    result = result.or(way);
                }
            }
            for values in left {
                let mut own = env.clone();
                match self.clause_takes(program, clause, &values, &mut own) {
                    Takes::No => next.push(values),
                    Takes::Yes => ways.push(own),
                    Takes::Maybe => {
                        ways.push(own);
                        if clause.is_guarded() || clause.repeats_a_variable() {
                            next.push(values);
                        } else {
                            let pairs: Vec<(&Expr, &Value)> = clause.patterns.iter().zip(&values).collect();
                            let others = self.items_left(program, &pairs, env);
                            if others.is_empty() && doubtful.len() < MAX_DOUBTFUL {
                                doubtful.push(values);
                            }
                            next.extend(others);
                        }
                    }
                }
            }
            next.truncate(32);
            left = next;
            if ways.len() > 4 {
                let mut all = Env::new();
                merge(&mut all, ways);
                ways = vec![all];
            }
            for mut own in ways {
                self.line = clause.line.0;
                result = result.or(self.block(program, &clause.body, &mut own));
            }
            if left.is_empty() && doubtful.is_empty() {
                break;
            }
        }
        self.line = clauses.first().map_or(start, |clause| clause.line.0);
        for values in if self.steps == 0 { Vec::new() } else { left } {
            let is_lost = clauses.iter().all(|clause| self.clause_takes(program, clause, &values, &mut env.clone()) == Takes::No);
            if is_lost {
                let shown = match values.as_slice() {
                    [one] => one.clone(),
                    _ => self.refused(program, clauses, &values, env).unwrap_or_else(|| Value::tuple(values.clone())),
                };
                self.fail(kind(), shown);
            }
        }
        self.line = start;
        result
    }

    /// The one of some values that no clause takes.
    fn refused(&mut self, program: &Program, clauses: &[SourceClause], values: &[Value], env: &Env) -> Option<Value> {
        let refuses = |run: &mut Self, at: usize, value: &Value| {
            let mut patterns = clauses.iter().filter_map(|clause| clause.patterns.get(at));
            patterns.all(|pattern| run.takes(program, pattern, value, &mut env.clone()).0 == Takes::No)
        };
        let lost = (0..values.len()).find(|at| values.get(*at).is_some_and(|value| refuses(self, *at, value)))?;
        values.get(lost).cloned()
    }

    pub(super) fn block(&mut self, program: &Program, body: &[Expr], env: &mut Env) -> Value {
        let mut value = Value::Any;
        for expr in body {
            value = self.eval(program, expr, env);
            if value.is_never() {
                return value;
            }
        }
        value
    }

    /// What an expression comes to.
    pub(super) fn eval(&mut self, program: &Program, expr: &Expr, env: &mut Env) -> Value {
        if !self.step() || self.nested >= MAX_NESTED {
            return Value::Any;
        }
        self.nested += 1;
        let value = self.known(program, expr, env);
        self.nested -= 1;
        // `{X, X}` of `{X, X}` of ... must not grow.
        value.cut()
    }

    /// The values of several expressions; `None` where one does not get so far.
    pub(super) fn each(&mut self, program: &Program, items: &[Expr], env: &mut Env) -> Option<Vec<Value>> {
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            let value = self.eval(program, item, env);
            if value.is_never() {
                return None;
            }
            values.push(value);
        }
        Some(values)
    }

    fn known(&mut self, program: &Program, expr: &Expr, env: &mut Env) -> Value {
        match expr {
            Expr::Atom(atom) => Value::Atom(atom.clone()),
            Expr::Number(text) => Value::Number(Some(text.clone())),
            Expr::Text(text) => Value::Text(Some(text.clone())),
            Expr::Tuple(items) => self.each(program, items, env).map_or(Value::NEVER, |items| Value::Tuple(items, self.made())),
            Expr::List(items, tail) => {
                let Some(items) = self.each(program, items, env) else { return Value::NEVER };
                match tail {
                    None => Value::List(items, None),
                    Some(tail) => match self.eval(program, tail, env) {
                        never if never.is_never() => never,
                        tail => cons(items, tail),
                    },
                }
            }
            Expr::Map(pairs) => self.pairs(program, pairs, env).map_or(Value::NEVER, |pairs| Value::Map(Map::of(pairs, self.made()))),
            Expr::Struct(name, pairs) => {
                let Some(mut pairs) = self.pairs(program, pairs, env) else { return Value::NEVER };
                pairs.push((Value::atom("__struct__"), Value::Atom(name.clone())));
                Value::Map(Map::of(pairs, self.made()))
            }
            Expr::Record(name, fields) => self.record(program, name, fields, env),
            Expr::RecordChange(changed, name, fields) => {
                let value = self.eval(program, changed, env);
                self.record_change(program, &value, name, fields, env)
            }
            Expr::RecordField(record, name, field) => {
                let value = self.eval(program, record, env);
                let Some(defined) = program.record(name).filter(|record| !record.is_native) else { return Value::Any };
                let at = defined.fields.iter().position(|(known, _)| known == field);
                self.of_record(&value, name, defined.fields.len(), |_, items| at.and_then(|at| items.get(at + 1)).cloned().unwrap_or(Value::Any))
            }
            Expr::Var(name) => env.get(name).cloned().unwrap_or(Value::Any),
            Expr::Binary(written) => match self.each(program, written, env) {
                Some(parts) => joined(written, &parts),
                None => Value::NEVER,
            },
            Expr::Call(None, name, arguments, line) => self.local(program, name, arguments, line.0, env),
            Expr::Call(Some(module), name, arguments, line) => {
                if line.0 > 0 {
                    self.line = line.0;
                }
                match self.each(program, arguments, env) {
                    Some(arguments) => {
                        if line.0 > 0 {
                            self.line = line.0;
                        }
                        self.call(module, name, arguments)
                    }
                    None => Value::NEVER,
                }
            }
            Expr::Apply(module, function, arguments, line) => {
                let (owner, called) = (module.as_ref().map(|module| self.eval(program, module, env)), self.eval(program, function, env));
                let Some(arguments) = self.each(program, arguments, env) else { return Value::NEVER };
                self.line = line.0;
                match owner {
                    None => self.apply(&called, arguments),
                    Some(owner) => self.apply_named(&owner, &called, arguments),
                }
            }
            Expr::Bind(pattern, value) => {
                let value = self.eval(program, value, env);
                self.bind(program, pattern, value, env)
            }
            Expr::Block(items) => self.block(program, items, env),
            Expr::Case(subject, clauses) => self.case(program, subject.as_deref(), clauses, env),
            Expr::Receive(clauses, timeout, after) => {
                let time = timeout.as_ref().map_or(Value::atom("infinity"), |timeout| self.eval(program, timeout, env));
                if let Some(clause) = clauses.first().filter(|clause| clause.line.0 > 0) {
                    self.line = clause.line.0;
                }
                self.note(&Atom::new("erlang"), &Atom::new("receive"), &[time]);
                let mut result = Value::NEVER;
                for clause in clauses {
                    let mut own = env.clone();
                    if self.clause_takes(program, clause, &[Value::Any], &mut own) != Takes::No {
                        result = result.or(self.block(program, &clause.body, &mut own));
                    }
                }
                if after.is_empty() { result } else { result.or(self.block(program, after, &mut env.clone())) }
            }
            Expr::Try(body, of, catches, after) => self.attempt(program, (body, of, catches, after), env),
            Expr::Comprehension(parts, body) => {
                if let [Qualifier::Each(clause, list)] = parts.as_slice() {
                    return self.made_of_each(program, clause, list, body, env);
                }
                if let Some(made) = self.tested(|run| run.made_of_some(program, parts, body, env)) {
                    return made;
                }
                let made = self.comprehension(program, parts, body, &mut env.clone());
                // A test may let nothing through.
                let is_tested = parts.iter().any(|part| !matches!(part, Qualifier::Each(..)));
                if is_tested { some_of(made) } else { Value::list_of(made) }
            }
            Expr::With(parts, body, otherwise) => self.with(program, parts, body, otherwise, env),
            Expr::Fun(clauses) => Value::Fun(Fun::Clauses(program.module.clone(), Arc::new(clauses.clone()), Arc::new(env.clone()))),
            Expr::Named(module, name, arity) => {
                Value::Fun(match module {
                    Some(module) => Fun::Named(module.clone(), name.clone(), *arity),
                    None if program.function(name, *arity).is_some() => Fun::Local(program.module.clone(), name.clone(), *arity),
                    // `fun atom_to_list/1` is that of `erlang`.
                    None => Fun::Named(Atom::new("erlang"), name.clone(), *arity),
                })
            }
            Expr::Op(name, operands) => self.operator(program, name, operands, env),
            Expr::Change(changed, pairs) => {
                let value = self.eval(program, changed, env);
                let mut added = Vec::with_capacity(pairs.len());
                for (key, value, exact) in pairs {
                    let (key, value) = (self.eval(program, key, env), self.eval(program, value, env));
                    if value.is_never() {
                        return value;
                    }
                    added.push((key, value, *exact));
                }
                self.change(&value, &added)
            }
            Expr::Field(map, field, line) => {
                let value = self.eval(program, map, env);
                self.line = line.0;
                if let Value::Atom(module) = &value
                    && (module.as_str().starts_with("Elixir.") || (self.world.exports)(module, field, 0).is_some())
                {
                    // Without brackets a function of a module looks the same.
                    return self.call(&module.clone(), field, Vec::new());
                }
                self.get(&value, &Value::Atom(field.clone()))
            }
            Expr::Unknown => Value::Any,
        }
    }

    fn pairs(&mut self, program: &Program, pairs: &[(Expr, Expr)], env: &mut Env) -> Option<Vec<(Value, Value)>> {
        let mut all = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            let (key, value) = (self.eval(program, key, env), self.eval(program, value, env));
            if key.is_never() || value.is_never() {
                return None;
            }
            all.push((key, value));
        }
        Some(all)
    }

    pub(super) fn bind(&mut self, program: &Program, pattern: &Expr, value: Value, env: &mut Env) -> Value {
        if value.is_never() {
            return value;
        }
        let before = env.clone();
        let (takes, taken) = self.takes(program, pattern, &value, env);
        match takes {
            Takes::Yes => taken,
            Takes::No => {
                self.fail(FaultKind::NoClause, value);
                Value::NEVER
            }
            Takes::Maybe => {
                for left in self.left(program, pattern, &value, &before) {
                    if self.takes(program, pattern, &left, &mut before.clone()).0 == Takes::No {
                        self.fail(FaultKind::NoClause, left);
                    }
                }
                taken
            }
        }
    }
}

/// Puts together what variables are bound to on several ways.
pub(super) fn merge(env: &mut Env, ways: Vec<Env>) {
    let mut ways = ways.into_iter();
    let Some(mut all) = ways.next() else { return };
    for way in ways {
        for (name, value) in way {
            match all.get_mut(&name) {
                Some(known) if *known == value => {}
                Some(known) => *known = std::mem::replace(known, Value::Any).or(value),
                None => {
                    all.insert(name, value);
                }
            }
        }
    }
    *env = all;
}

/// The variables that a pattern binds.
pub(super) fn bound<'e>(pattern: &'e Expr, names: &mut Vec<&'e String>) {
    match pattern {
        Expr::Var(name) => names.push(name),
        Expr::Tuple(items) => items.iter().for_each(|item| bound(item, names)),
        Expr::List(items, tail) => items.iter().chain(tail.as_deref()).for_each(|item| bound(item, names)),
        Expr::Map(pairs) | Expr::Struct(_, pairs) => pairs.iter().for_each(|(_, value)| bound(value, names)),
        Expr::Record(_, fields) => fields.iter().for_each(|(_, value)| bound(value, names)),
        Expr::Bind(left, right) => {
            bound(left, names);
            bound(right, names);
        }
        _ => {}
    }
}

/// Whether a value is the process itself.
pub fn is_own(value: &Value) -> bool {
    matches!(value, Value::Opaque(Opaque::Own))
}

/// A binary of these parts.
fn joined(written: &[Expr], parts: &[Value]) -> Value {
    let text = |part: &Value| if let Value::Text(text) = part { text.clone() } else { None };
    if let Some(text) = parts.iter().map(text).collect() {
        return Value::Text(Some(text));
    }
    let mut bytes = Bytes::empty();
    for (written, part) in written.iter().zip(parts) {
        match part {
            Value::Text(Some(text)) => bytes.add(text.as_bytes()),
            Value::Binary(next) => bytes.append(next),
            // A number that is written out is a byte; how another one is encoded is not known.
            Value::Number(Some(number)) => match number.parse::<u8>() {
                Ok(byte) if byte < 128 || matches!(written, Expr::Number(_)) => bytes.add(&[byte]),
                _ => bytes.add_unknown(),
            },
            _ => bytes.add_unknown(),
        }
    }
    Value::of_bytes(bytes)
}
