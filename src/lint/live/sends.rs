//! What processes send each other, as far as it is written out: it arrives.

use super::code::{Code, NO_REPLIES};
use crate::interpret::{Done, Machine, Message, Run, Value, is_own, messages};
use crate::lint::lives::Half;
use crate::parallel;
use crate::term::Atom;
use std::collections::BTreeMap;

/// How many messages of others arrive at the processes of a module.
pub(super) const MAX_SENT: usize = 16;

/// How many modules may have a clause for a message whose receiver is not known.
const MAX_RECEIVERS: usize = 2;
/// How often what arrives may be sent on.
const MAX_SENT_ON: usize = 2;

/// What calls send to servers, by the module that they run.
pub(super) fn sent<'d>(half: &Half, done: impl Iterator<Item = &'d Done>) -> BTreeMap<Atom, Vec<Message>> {
    let mut sent: BTreeMap<Atom, Vec<Message>> = BTreeMap::new();
    for (receiver, message) in done.flat_map(|done| sent_by(half, done)) {
        let all = sent.entry(receiver).or_default();
        if all.len() < MAX_SENT && !all.contains(&message) {
            all.push(message);
        }
    }
    sent
}

/// Lets what the calls send arrive which count: what others gave processes is among the things that they keep.
pub(super) fn send(half: &mut Half, code: &Code<'_, '_>, counts: &dyn Fn(&Done) -> bool) {
    let mut known: BTreeMap<Atom, Vec<Message>> = BTreeMap::new();
    for _ in 0..MAX_SENT_ON {
        let mut new = sent(half, half.all_done().filter(|done| counts(done)));
        new.retain(|receiver, messages| known.get(receiver) != Some(messages));
        arrive(half, code, &new);
        known.extend(new);
    }
}

/// Lets messages arrive at servers.
pub(super) fn arrive(half: &mut Half, code: &Code<'_, '_>, sent: &BTreeMap<Atom, Vec<Message>>) {
    let receivers: Vec<(&Atom, &Vec<Message>)> = sent.iter().collect();
    let met = parallel::map(&receivers, 1, |(receiver, sent)| {
        let (machine, living) = half.processes.get(*receiver)?;
        let (program, mut living) = (code.program(receiver)?, living.clone());
        code.run(None, &NO_REPLIES, |world| {
            let mut all = messages(world, &program, *machine);
            all.extend(sent.iter().cloned());
            living.meet(world, &program, *machine, &all);
        });
        Some(((*receiver).clone(), (*machine, living)))
    });
    half.processes.extend(met.into_iter().flatten());
}

/// What a server does about a call of a path: its callback runs in the code of that step.
pub(super) fn handle(code: &Code<'_, '_>, half: &Half, done: &Done) -> Vec<Done> {
    let handled = arrives(half, done, true).into_iter().flat_map(|(receiver, message)| {
        let states = half.processes.get(&receiver).map(|(_, living)| living.states.clone()).filter(|states| !states.is_empty());
        code.run(None, &NO_REPLIES, |world| {
            let mut run = Run::new(world);
            for state in states.unwrap_or_else(|| vec![Value::Any]) {
                let mut arguments = message.arguments.clone();
                arguments.last_mut().into_iter().for_each(|last| *last = state.clone());
                run.call(&receiver, &message.callback, arguments);
            }
            run.done
        })
    });
    handled.collect()
}

/// What a call sends to servers, where more is known of it than its tag, and which modules they run. A process that has no name that is
/// written out is one of those whose module asks it, or that have a clause for what is sent.
pub(super) fn sent_by(half: &Half, done: &Done) -> Vec<(Atom, Message)> {
    arrives(half, done, false)
}

/// What a call sends to servers; if it is asked for, also what is all said by its tag.
fn arrives(half: &Half, done: &Done, with_tags: bool) -> Vec<(Atom, Message)> {
    let [name, sent, ..] = done.arguments.as_slice() else { return Vec::new() };
    let callback = match (done.module.as_str(), done.function.as_str()) {
        ("gen_server" | "Elixir.GenServer", "call") => "handle_call",
        ("gen_server" | "Elixir.GenServer", "cast") => "handle_cast",
        ("erlang", "send") => "handle_info",
        _ => return Vec::new(),
    };
    let says_something = |value: &Value| *value != Value::Any && !value.is_never();
    let further = sent.as_tuple().and_then(<[Value]>::split_first).map(|(_, further)| further);
    let is_told = further.is_some_and(|further| further.iter().any(says_something)) || (with_tags && (further.is_some() || sent.as_atom().is_some()));
    if !is_told || is_own(name) {
        return Vec::new();
    }
    let server = |module: &Atom| half.processes.get_key_value(module).filter(|(_, (machine, _))| *machine == Machine::Server);
    let receivers: Vec<&Atom> = match half.of_name(name) {
        Some(module) => server(module).map(|(module, _)| module).into_iter().collect(),
        None if name.is_literal() => Vec::new(),
        None => {
            let is_for = |module: &&Atom| server(module).is_some_and(|(_, (_, living))| living.is_written_for(callback, sent));
            let takers = sent.tag().and_then(|tag| half.takers.get(&(Atom::new(callback), tag.clone())));
            let own = Some(&done.by).filter(is_for).and_then(server).map(|(module, _)| module);
            own.map(|own| vec![own]).unwrap_or_else(|| takers.into_iter().flatten().filter(is_for).take(MAX_RECEIVERS + 1).collect())
        }
    };
    // Of a message that many take it is not known whose it is.
    let receivers = if receivers.len() > MAX_RECEIVERS { Vec::new() } else { receivers };
    let rest = if callback == "handle_call" { vec![Value::Any; 2] } else { vec![Value::Any] };
    let arguments: Vec<Value> = std::iter::once(sent.clone()).chain(rest).collect();
    receivers.into_iter().map(|receiver| (receiver.clone(), Message { callback: Atom::new(callback), arguments: arguments.clone() })).collect()
}
