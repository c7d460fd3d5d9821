//! The code of a release, or what runs at a step of a path, for the interpreter.

use super::relevant::{NOT_FOLLOWED, implementers};
use crate::beam::Program;
use crate::interpret::{Store, Value, World};
use crate::lint::lives::Stored;
use crate::lint::{Pair, Route};
use crate::release::Release;
use crate::term::{Atom, Term};
use std::sync::Arc;

/// What a process of a name replies to a request.
pub type Replies<'r> = &'r (dyn Fn(&Value, &Value) -> Option<Value> + Sync);

/// Where replies are not known.
pub const NO_REPLIES: fn(&Value, &Value) -> Option<Value> = |_, _| None;

/// The code of a release, or what runs at a step of a path.
pub struct Code<'p, 'a> {
    pair: &'p Pair<'a>,
    /// The release.
    pub release: &'a Release,
    /// The path and the step, where some modules are still those of the release before it.
    at: Option<(&'p Route<'a>, usize)>,
}

impl<'p, 'a> Code<'p, 'a> {
    /// The code of one of a pair's releases.
    pub fn of(pair: &'p Pair<'a>, release: &'a Release) -> Code<'p, 'a> {
        Code { pair, release, at: None }
    }

    /// The code that runs at a step of a path.
    pub fn at(pair: &'p Pair<'a>, route: &'p Route<'a>, step: usize) -> Code<'p, 'a> {
        Code { pair, release: pair.side(route.direction, false), at: Some((route, step)) }
    }

    /// The release whose code of a module runs.
    fn release_of(&self, module: &Atom) -> &'a Release {
        match self.at {
            Some((route, step)) if route.is_new_at(module, step) => self.pair.side(route.direction, true),
            _ => self.release,
        }
    }

    /// The functions of a module, where its code is followed.
    pub fn program(&self, module: &Atom) -> Option<Arc<Program>> {
        let release = self.release_of(module);
        let owner = release.owner_of(module.as_str())?;
        (!NOT_FOLLOWED.contains(&owner.name.value.as_str())).then(|| self.pair.program(release, module)).flatten()
    }

    fn exports(&self, module: &Atom, function: &Atom, arity: u32) -> Option<bool> {
        let release = self.release_of(module);
        let Some(owner) = release.owner_of(module.as_str()) else {
            // What only the other release has is not there, but for what the emulator itself holds, whichever release lists it.
            return self.pair.owner_of(module).filter(|owner| !NOT_FOLLOWED.contains(&owner.name.value.as_str())).map(|_| false);
        };
        if NOT_FOLLOWED.contains(&owner.name.value.as_str()) {
            return None;
        }
        Some(self.pair.look(release, module)?.interface()?.exports(function.as_str(), arity))
    }

    /// Runs something in this code, with what was put under names before.
    pub fn run<R>(&self, stored: Option<&Stored>, replies: Replies<'_>, work: impl FnOnce(&World<'_>) -> R) -> R {
        let program = |module: &Atom| self.program(module);
        let exports = |module: &Atom, function: &Atom, arity: u32| self.exports(module, function, arity);
        let known = |store: Store, name: &Value| stored?.get(store, name);
        let implementers = |function: &Atom, arity: u32| {
            self.pair.implementers.get_or_init(|| implementers(self.pair)).get(&(function.clone(), arity)).cloned().unwrap_or_default()
        };
        let environment = |application: &Atom, key: &Atom| {
            let env = self.release.application(application.as_str())?.file.env.as_list()?;
            let value = env.iter().filter_map(Term::as_tuple).find(|pair| pair.first().and_then(Term::as_atom) == Some(key)).and_then(|pair| pair.get(1));
            value.map(Value::of_term)
        };
        work(&World {
            program: &program,
            exports: &exports,
            stored: &known,
            replies,
            environment: &environment,
            implementers: &implementers,
            steps: self.pair.steps(),
        })
    }
}
