//! What the code of after a path meets: what processes keep, what was put under names, what is under way. It runs on that, and fails
//! where it does not take it.

use super::causes::{caused, caused_by_others};
use super::code::{Code, NO_REPLIES, Replies};
use super::offer::{STORES, WORTH_A_THREAD, offer};
use super::sends::{sent, sent_by};
use crate::interpret::{Done, Fault, Living, Machine, Message, Store, Value, messages};
use crate::lint::lives::{Half, Passed, Stored, in_dictionary};
use crate::lint::{Pair, Route};
use crate::parallel;
use crate::term::Atom;
use std::collections::{BTreeMap, BTreeSet};

/// A path that was gone, and the releases before and after it.
pub(super) struct After<'p, 'a> {
    pair: &'p Pair<'a>,
    route: &'p Route<'a>,
    before: &'p Half,
    after: &'p Half,
    passed: &'p Passed,
    /// The code of after it, and that of before.
    code: Code<'p, 'a>,
    old_code: Code<'p, 'a>,
    changed: BTreeSet<&'p str>,
    /// The modules that run processes in both releases.
    stays: Vec<&'p Atom>,
    /// Those of which something is new, and those that send something to such a one.
    concerned: BTreeSet<&'p Atom>,
}

/// What was seen of it.
pub(super) struct Found {
    /// What fails, each with the module of the processes that it happens in.
    pub failing: Vec<(Atom, Fault)>,
    /// The processes as they go on.
    pub met: BTreeMap<Atom, Living>,
}

impl<'p, 'a> After<'p, 'a> {
    pub(super) fn new(pair: &'p Pair<'a>, route: &'p Route<'a>, (before, after): (&'p Half, &'p Half), passed: &'p Passed) -> After<'p, 'a> {
        let mut after = After {
            pair,
            route,
            before,
            after,
            passed,
            code: Code::of(pair, pair.side(route.direction, true)),
            old_code: Code::of(pair, pair.side(route.direction, false)),
            changed: pair.modules().map(|(_, change)| change.name.as_str()).collect(),
            stays: before.processes.keys().filter(|module| after.processes.contains_key(*module)).collect(),
            concerned: BTreeSet::new(),
        };
        after.concerned = after.stays.iter().copied().filter(|module| after.is_new(module) || after.sends(module)).collect();
        after
    }

    fn enters_new(&self, entered: &[Atom]) -> bool {
        entered.iter().any(|entered| self.changed.contains(entered.as_str()))
    }

    /// Whether something is new of the code that processes of a module run.
    fn is_new(&self, module: &Atom) -> bool {
        let both = [self.before.processes.get(module), self.after.processes.get(module)];
        self.changed.contains(module.as_str()) || both.into_iter().flatten().any(|(_, living)| self.enters_new(&living.entered))
    }

    /// Whether it sends something to processes of which something is new.
    fn sends(&self, module: &Atom) -> bool {
        let done = self.before.processes.get(module).into_iter().flat_map(|(_, living)| &living.done);
        done.flat_map(|(_, done)| sent_by(self.before, done)).any(|(receiver, _)| receiver != *module && self.is_new(&receiver))
    }

    fn ends(&self, module: &Atom) -> bool {
        self.pair.none_lives_on(self.route, self.passed, module)
    }

    /// What a process keeps; `None` where nothing is new of its code and of that which it sends to, or it starts again.
    pub(super) fn kept(&self, module: &Atom) -> Option<Vec<Value>> {
        let (_, old) = self.before.processes.get(module)?;
        let lives_on = self.concerned.contains(module) && !self.passed.asked.contains(module) && !self.ends(module);
        lives_on.then(|| self.passed.made_of(module).unwrap_or(&old.states).clone())
    }

    /// What a process keeps on a node that was upgraded before: what it kept then, and what its code makes later.
    pub(super) fn kept_of_upgraded(&self, module: &Atom, up: &Passed, base: &Half) -> Option<Vec<Value>> {
        let kept = self.kept(module)?;
        if self.passed.made_of(module).is_some() || up.stopped.contains_key(module) {
            return Some(kept);
        }
        let since = up.states.get(module).or_else(|| base.processes.get(module).map(|(_, living)| &living.states));
        Some(self.before.late.states.get(module).into_iter().chain(since).flatten().cloned().collect())
    }

    /// What was put under names and is still there, unless the path writes it again or its owner ends.
    pub(super) fn left(&self, stored: &Stored) -> Stored {
        let ends = |table: &Value| self.before.owners(table).any(|module| self.ends(module));
        let mut left = stored.left_by(self.passed.done(), ends);
        // What a process is registered with goes with it.
        let registers = |done: &Done, name: &Value| done.is("Elixir.Registry", &["register"]) && done.arguments.first() == Some(name);
        let ended = |name: &Value| self.before.all_done().any(|done| registers(done, name) && self.ends(&done.by));
        left.registered.retain(|(name, _)| !ended(name));
        // What only the new code puts into a process's dictionary when it begins is not there.
        let living = self.stays.iter().filter(|module| self.kept(module).is_some()).filter_map(|module| self.after.processes.get(*module));
        for done in living.flat_map(|(_, new)| &new.begun).filter(|done| done.is("erlang", &["put"])) {
            let Some(name) = done.arguments.first().map(|key| in_dictionary(&done.by, key)).filter(Value::is_literal) else { continue };
            let is_put = |again: &Done| again.is("erlang", &["put"]) && again.arguments.first().is_some_and(|key| in_dictionary(&again.by, key) == name);
            if stored.get(Store::Dictionary, &name).is_none() && !self.passed.done().any(is_put) {
                left.dictionary.push((name, Value::atom("undefined")));
            }
        }
        for (name, state) in &self.passed.agents {
            left.agents.iter_mut().filter(|(known, _)| known == name).for_each(|(_, kept)| *kept = state.clone());
        }
        left
    }

    /// What the code of before has under way to processes of a module.
    fn under_way(&self, module: &Atom, machine: Machine) -> Vec<Message> {
        let Some((_, old)) = self.before.processes.get(module).filter(|_| machine == Machine::Server) else { return Vec::new() };
        let all = caused(module, machine, old).into_iter().chain(caused_by_others(self.before, module, machine));
        all.map(|one| Message { callback: Atom::new("handle_info"), arguments: one.arrives.into_iter().chain([Value::Any]).collect() }).collect()
    }

    /// Processes that keep something, and what arrives at them.
    fn meet(&self, code: &Code<'_, '_>, module: &Atom, (states, sent): (Vec<Value>, &[Message]), stored: &Stored, replies: Replies<'_>) -> Option<Living> {
        let (machine, program) = (self.after.processes.get(module)?.0, code.program(module)?);
        let mut living = Living { states, ..Living::default() };
        code.run(Some(stored), replies, |world| {
            let mut all = messages(world, &program, machine);
            all.extend(self.under_way(module, machine));
            all.extend(sent.iter().cloned());
            living.meet(world, &program, machine, &all);
        });
        Some(living)
    }

    /// What fails where processes keep this and this was put under names.
    pub(super) fn fails(&self, kept: &(dyn Fn(&Atom) -> Option<Vec<Value>> + Sync), left: &Stored) -> Found {
        let (before, after) = (self.before, self.after);
        let meets = |module: &&Atom| Some(((*module).clone(), self.meet(&self.code, module, (kept(module)?, &[]), left, &NO_REPLIES)?));
        let met: BTreeMap<Atom, Living> = parallel::map(&self.stays, WORTH_A_THREAD, meets).into_iter().flatten().collect();
        // What they send of what was kept arrives.
        let arriving = sent(after, met.values().flat_map(|living| living.done.iter().map(|(_, done)| done)));
        // Those that ask them get what was kept.
        let reply = |name: &Value, request: &Value| met.get(after.of_name(name)?)?.reply_to(request);
        let fresh = |name: &Value, request: &Value| after.processes.get(after.of_name(name)?)?.1.reply_to(request);
        let former = |name: &Value, request: &Value| before.processes.get(before.of_name(name)?)?.1.reply_to(request);
        let failing = parallel::map(&self.stays, WORTH_A_THREAD, |module| {
            let (Some((_, old)), Some((_, new))) = (before.processes.get(*module), after.processes.get(*module)) else { return Vec::new() };
            let is_met = |done: &Done| {
                done.function.as_str() == "call" && done.arguments.first().and_then(|name| after.of_name(name)).is_some_and(|module| met.contains_key(module))
            };
            let asks = new.done.iter().chain(&old.done).any(|(_, done)| is_met(done));
            let sent = arriving.get(*module).map_or(&[] as &[Message], Vec::as_slice);
            let states = kept(module).or_else(|| asks.then(|| new.states.clone()));
            let Some(states) = states else { return Vec::new() };
            // Those that ask no other process, and that none sends anything, do the same again.
            let again = if asks || !sent.is_empty() { self.meet(&self.code, module, (states, sent), left, &reply) } else { None };
            let Some(living) = again.as_ref().or_else(|| met.get(*module)) else { return Vec::new() };
            let mut beside: Vec<Living> = Vec::new();
            // What code does anyway is looked for only where something fails.
            if living.faults_beside(&[old, new]).next().is_some() {
                beside.extend(self.meet(&self.code, module, (new.states.clone(), &[]), &after.stored, &fresh));
                beside.extend(self.meet(&self.old_code, module, (old.states.clone(), &[]), &before.stored, &former));
            }
            let known: Vec<&Living> = [old, new].into_iter().chain(&beside).collect();
            let guesses = [old.guesses.as_slice(), &new.guesses, &living.guesses].concat();
            let certain = living.faults_beside(&known).filter(|fault| !fault.is_guess(&guesses));
            certain.map(|fault| ((*module).clone(), fault.clone())).collect()
        });
        let mut failing: Vec<(Atom, Fault)> = failing.into_iter().flatten().collect();
        failing.extend(self.readers_fail(left, [&reply, &fresh, &former]));
        Found { failing, met }
    }

    /// What fails in exported functions that read what was put under names, or ask a process: with what is kept, and what the code of the
    /// two releases replies by itself.
    fn readers_fail(&self, left: &Stored, [kept, fresh, former]: [Replies<'_>; 3]) -> Vec<(Atom, Fault)> {
        let (before, after) = (self.before, self.after);
        // Code that neither changed nor calls what changed does what it did.
        let is_new = |module: &&Atom| {
            let offered = [before.offered.get(*module), after.offered.get(*module)];
            self.changed.contains(module.as_str()) || offered.into_iter().flatten().any(|offered| self.enters_new(&offered.entered))
        };
        let reads = |module: &&Atom| {
            after.offered.get(*module).is_some_and(|offered| offered.done.iter().any(|done| STORES.contains(&done.module.as_str()) || done.is_request()))
        };
        let in_both = after.offered.keys().filter(|module| before.offered.contains_key(*module));
        let reading: Vec<&Atom> = in_both.filter(|module| is_new(module) && reads(module)).collect();
        let found = offer(after, self.pair, &self.code, &reading, (Some(left), kept));
        let fails = |module: &&&Atom| found.get(**module).is_some_and(|offered| !offered.faults.is_empty());
        let failed: Vec<&Atom> = reading.iter().filter(fails).copied().collect();
        let one = offer(after, self.pair, &self.code, &failed, (Some(&after.stored), fresh));
        let other = offer(before, self.pair, &self.old_code, &failed, (Some(&before.stored), former));
        let mut failing = Vec::new();
        for (module, offered) in &found {
            let known = [one.get(module), other.get(module), after.offered.get(module), before.offered.get(module)];
            let is_known = |fault: &&Fault| known.iter().flatten().any(|offered| offered.faults.iter().any(|other| other.is_like(fault)));
            failing.extend(offered.faults.iter().filter(|fault| !is_known(fault)).map(|fault| (module.clone(), fault.clone())));
        }
        failing
    }
}
