//! Calls: of functions of modules, of funs, of what is computed.

use super::noted::FaultKind;
use super::run::{Env, Run, bound};
use super::truth::spread;
use super::value::{Fun, Value};
use crate::beam::{Expr, Program, SourceClause};
use crate::term::Atom;

/// How deep calls are followed.
const MAX_CALLS: usize = 24;
/// How often a function that calls itself is run, each time with what it gave back before.
const MAX_ROUNDS: usize = 3;

impl Run<'_> {
    /// Calls a function of a module.
    pub fn call(&mut self, module: &Atom, function: &Atom, arguments: Vec<Value>) -> Value {
        if arguments.iter().any(Value::is_never) {
            return Value::NEVER;
        }
        let arity = u32::try_from(arguments.len()).unwrap_or(u32::MAX);
        if let Some(answer) = self.dispatched(module, function, &arguments) {
            return answer;
        }
        // What `mnesia` does with rows is known, and not read in its code.
        let program = if module.as_str() == "mnesia" { None } else { (self.world.program)(module) };
        if program.is_none()
            && let Some(known) = self.library(module, function, &arguments)
        {
            return known;
        }
        if let Some(program) = program
            && let Some(written) = program.function(function, arity)
        {
            // A loop that goes on by the name of its module goes on in whatever code is current then.
            if *module == self.module && written.waits() {
                self.note(module, function, &arguments);
            }
            return self.function(&program, function, &written.clauses, arguments);
        }
        if (self.world.exports)(module, function, arity) == Some(false) {
            return self.fail(FaultKind::NoFunction(module.clone(), function.clone(), arity), Value::tuple(arguments));
        }
        self.note(module, function, &arguments);
        // Funs that are given away may be called.
        for argument in &arguments {
            self.give_away(argument);
        }
        Value::Any
    }

    /// Runs the funs in a value that is given away, with arguments of which nothing is known.
    pub(super) fn give_away(&mut self, value: &Value) {
        if let Value::Fun(Fun::Clauses(_, clauses, _)) = value {
            let count = clauses.first().map_or(0, |clause| clause.patterns.len());
            self.apply(value, vec![Value::Any; count]);
        }
    }

    /// Runs a function.
    fn function(&mut self, program: &Program, name: &Atom, clauses: &[SourceClause], arguments: Vec<Value>) -> Value {
        let arity = u32::try_from(arguments.len()).unwrap_or(u32::MAX);
        let key = (program.module.clone(), name.clone(), arity);
        // With other arguments a function may call itself once more, as clauses that hand over to others do.
        let open = self.calls.iter().filter(|(known, _)| *known == key).count();
        if open > 1 || self.calls.iter().any(|(known, before)| *known == key && *before == arguments) {
            let known = self.again.entry(key).or_insert((Value::NEVER, false));
            known.1 = true;
            return known.0.clone();
        }
        if self.calls.len() >= MAX_CALLS {
            return Value::Any;
        }
        if !self.entered.contains(&program.module) {
            self.entered.push(program.module.clone());
        }
        let (line, module) = (self.line, std::mem::replace(&mut self.module, program.module.clone()));
        self.calls.push((key.clone(), arguments.clone()));
        let before = self.again.remove(&key);
        let mut result = Value::NEVER;
        for _ in 0..MAX_ROUNDS {
            let next = self.clauses(program, clauses, spread(arguments.clone()), &Env::new(), || FaultKind::NoFunctionClause(name.clone(), arity)).cut();
            let asked = self.again.get(&key).is_some_and(|(_, asked)| *asked);
            if !asked || next == result {
                result = next;
                break;
            }
            result = result.or_blend(next);
            self.again.insert(key.clone(), (result.clone(), false));
        }
        self.again.remove(&key);
        self.again.extend(before.map(|before| (key, before)));
        self.calls.pop();
        (self.line, self.module) = (line, module);
        result
    }

    pub(super) fn local(&mut self, program: &Program, name: &Atom, arguments: &[Expr], line: u32, env: &mut Env) -> Value {
        let arity = u32::try_from(arguments.len()).unwrap_or(u32::MAX);
        let Some(arguments) = self.each(program, arguments, env) else { return Value::NEVER };
        if line > 0 {
            self.line = line;
        }
        if let Some(written) = program.function(name, arity) {
            return self.function(program, name, &written.clauses, arguments);
        }
        if let ("record_info", [Value::Atom(what), Value::Atom(tag)]) = (name.as_str(), arguments.as_slice())
            && let Some(record) = program.record(tag)
        {
            let names = || record.fields.iter().map(|(field, _)| Value::Atom(field.clone())).collect();
            return if what.as_str() == "fields" { Value::List(names(), None) } else { Value::Number(Some((record.fields.len() + 1).to_string())) };
        }
        // The compiler adds the size of a record that it knows.
        if let ("is_record", [_, Value::Atom(tag)]) = (name.as_str(), arguments.as_slice())
            && let Some(record) = program.record(tag).filter(|record| !record.is_native)
        {
            let size = Value::Number(Some((record.fields.len() + 1).to_string()));
            return self.call(&Atom::new("erlang"), name, [arguments, vec![size]].concat());
        }
        self.call(&Atom::new("erlang"), name, arguments)
    }

    /// Calls a fun.
    pub fn apply(&mut self, fun: &Value, arguments: Vec<Value>) -> Value {
        // Which of several funs meets which of several values is not known.
        if fun.members().len() != 1 {
            let members = fun.members().to_vec().into_iter();
            return members.fold(Value::NEVER, |result, member| result.or(self.unsure(|run| run.apply(&member, arguments.clone()))));
        }
        let (Value::Fun(called), given) = (fun, arguments.len()) else { return Value::Any };
        if called.arity().is_some_and(|takes| takes != given) {
            return self.fail(FaultKind::BadArity(given), fun.clone());
        }
        match called {
            Fun::Named(module, name, _) => self.call(module, name, arguments),
            Fun::Local(module, name, _) => self.call_inside(module, name, arguments),
            Fun::Clauses(module, clauses, env) => self.fun(module, clauses, env, arguments),
        }
    }

    /// A fun of a module may be one of its local functions.
    fn call_inside(&mut self, module: &Atom, name: &Atom, arguments: Vec<Value>) -> Value {
        let arity = u32::try_from(arguments.len()).unwrap_or(u32::MAX);
        match (self.world.program)(module).and_then(|program| program.function(name, arity).map(|written| (program, written))) {
            Some((program, written)) => self.function(&program, name, &written.clauses, arguments),
            None => self.call(module, name, arguments),
        }
    }

    fn fun(&mut self, module: &Atom, clauses: &[SourceClause], env: &Env, arguments: Vec<Value>) -> Value {
        let Some(program) = (self.world.program)(module) else { return Value::Any };
        if self.calls.len() >= MAX_CALLS || arguments.iter().any(Value::is_never) {
            return Value::Any;
        }
        // The names in its head are its own.
        let mut own = env.clone();
        for clause in clauses {
            let mut names = Vec::new();
            clause.patterns.iter().for_each(|pattern| bound(pattern, &mut names));
            names.iter().for_each(|name| {
                own.remove(*name);
            });
        }
        let (line, owner) = (self.line, std::mem::replace(&mut self.module, module.clone()));
        self.calls.push(((module.clone(), Atom::new("fun"), u32::MAX), Vec::new()));
        let result = self.clauses(&program, clauses, spread(arguments), &own, || FaultKind::NoClause);
        self.calls.pop();
        (self.line, self.module) = (line, owner);
        result
    }

    /// `Module:Function(...)`, both computed.
    pub fn apply_named(&mut self, module: &Value, function: &Value, arguments: Vec<Value>) -> Value {
        if let (Value::Atom(module), Value::Atom(function)) = (module, function) {
            return self.call(module, function, arguments);
        }
        self.is_guessed = true;
        let mut result = Value::NEVER;
        for function in function.members() {
            let Value::Atom(function) = function else { return Value::Any };
            let named = module.members().iter().filter_map(Value::as_atom).cloned();
            let others = if module.members().iter().any(|one| one.as_atom().is_none()) {
                result = Value::Any;
                (self.world.implementers)(function, u32::try_from(arguments.len()).unwrap_or(u32::MAX))
            } else {
                Vec::new()
            };
            let mut modules: Vec<Atom> = named.chain(others).collect();
            modules.sort();
            modules.dedup();
            for module in &modules {
                result = result.or(self.guessed(module, function, &arguments, &modules));
            }
        }
        result
    }

    /// A call of one of several modules. What another one of them has made is not meant for it, and where nothing is seen that it has made
    /// itself it is not certain that it is the one.
    fn guessed(&mut self, module: &Atom, function: &Atom, arguments: &[Value], modules: &[Atom]) -> Value {
        let arity = u32::try_from(arguments.len()).unwrap_or(u32::MAX);
        if !self.guesses.contains(module) {
            self.guesses.push(module.clone());
        }
        if (self.world.exports)(module, function, arity) == Some(false) {
            return Value::Any;
        }
        let is_of = |value: &Value, wanted: &dyn Fn(&Atom) -> bool| value.made().is_some_and(|(owner, _)| wanted(owner));
        let own = |value: &Value| {
            let kept = value.members().iter().filter(|member| !is_of(member, &|owner| owner != module && modules.contains(owner)));
            kept.cloned().fold(Value::NEVER, Value::or)
        };
        let arguments: Vec<Value> = arguments.iter().map(own).collect();
        let is_meant = arguments.iter().flat_map(Value::members).any(|member| is_of(member, &|owner| owner == module));
        if is_meant { self.call(module, function, arguments) } else { self.unsure(|run| run.call(module, function, arguments)) }
    }
}
