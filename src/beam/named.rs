//! Functions that are called by their names: by `spawn`, `apply`, timers and calls of other nodes, where module, function and
//! the number of arguments are written out. No import shows them.

use super::code::{ATOM, CALL_EXT, CALL_EXT_LAST, CALL_EXT_ONLY, FUNC_INFO, INT_CODE_END, LITERAL, Operand, X, instruction, instructions};
use super::container::Beam;
use super::tables::{Atoms, Mfa, each_literal};
use crate::term::Atom;
use std::collections::HashMap;

const MOVE: u8 = 64;
const PUT_LIST: u8 = 69;
/// Instructions that change no register but those they name: allocating, releasing and clearing of the stack, lines, and
/// taking lists and tuples apart.
const QUIET: &[u8] = &[12, 13, 14, 15, 16, 17, 18, 65, 66, 136, 153, 162, 163, 172];

/// A function that calls another one by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedCall {
    /// The calling function's name and arity.
    pub caller: (Atom, u32),
    /// The function that it names.
    pub called: Mfa,
}

/// What a register is known to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    /// An atom, by its number.
    Atom(u32),
    /// A list of so many elements.
    List(u32),
    /// A literal, by its number.
    Literal(u32),
}

/// Which argument of a function, from 0, is the module of one that it calls with the next two.
fn position(module: &str, function: &str, arity: u32) -> Option<u32> {
    match (module, function, arity) {
        ("erlang", "spawn" | "spawn_link" | "spawn_monitor" | "apply" | "hibernate", 3)
        | ("erlang", "spawn_opt", 4)
        | ("proc_lib", "spawn" | "spawn_link" | "spawn_monitor" | "hibernate", 3)
        | ("proc_lib", "spawn_opt", 4)
        | ("proc_lib", "start" | "start_link" | "start_monitor", 3..=5)
        | ("timer", "tc", 3)
        | ("Elixir.Task", "start" | "start_link" | "async", 3) => Some(0),
        ("erlang", "spawn" | "spawn_link" | "spawn_monitor", 4)
        | ("erlang", "spawn_opt", 5)
        | ("proc_lib", "spawn" | "spawn_link", 4)
        | ("proc_lib", "spawn_opt", 5)
        | ("timer", "apply_after" | "apply_interval" | "apply_repeatedly", 4)
        | ("rpc" | "erpc", "call", 4 | 5)
        | ("rpc" | "erpc", "cast" | "async_call" | "send_request", 4) => Some(1),
        _ => None,
    }
}

impl Beam<'_> {
    /// The functions that it calls by name, in order; none after an instruction that is not known.
    pub fn named_calls(&self, atoms: &Atoms<'_>, imports: &[(&str, &str, u32)]) -> Vec<NamedCall> {
        let positions = imports.iter().zip(0..).filter_map(|((module, function, arity), at)| Some((at, position(module, function, *arity)?)));
        let positions: HashMap<u32, u32> = positions.collect();
        if positions.is_empty() {
            return Vec::new();
        }
        let table = self.literals().ok().flatten();
        let literals: Vec<Option<u32>> = table.iter().flat_map(|table| each_literal(table)).map(|literal| u32::try_from(literal.length()?).ok()).collect();
        self.chunk(b"Code").map(|code| walk(code, &positions, atoms, &literals)).unwrap_or_default()
    }
}

fn walk(code: &[u8], positions: &HashMap<u32, u32>, atoms: &Atoms<'_>, literals: &[Option<u32>]) -> Vec<NamedCall> {
    let mut calls = Vec::new();
    let mut registers: HashMap<u32, Held> = HashMap::new();
    let mut caller = None;
    let mut rest = instructions(code).unwrap_or_default();
    let mut operands: Vec<Operand> = Vec::new();
    loop {
        operands.clear();
        let Some((opcode, after)) = instruction(rest, |_, operand| operands.push(operand)).filter(|(opcode, _)| *opcode != INT_CODE_END) else { break };
        rest = after;
        match (opcode, operands.as_slice()) {
            (FUNC_INFO, [_, name, arity]) => caller = atoms.get(name.value).ok().map(|name| (Atom::new(name), arity.value)),
            (MOVE, [from, to]) => {
                let held = held(*from, &registers);
                set(&mut registers, *to, held);
            }
            (PUT_LIST, [_, tail, to]) => {
                let list = match held(*tail, &registers) {
                    Some(Held::List(length)) => Some(Held::List(length.saturating_add(1))),
                    Some(Held::Literal(at)) => length(at, literals).map(|length| Held::List(length.saturating_add(1))),
                    Some(Held::Atom(_)) | None => None,
                };
                set(&mut registers, *to, list);
            }
            (CALL_EXT | CALL_EXT_LAST | CALL_EXT_ONLY, [_, import, ..]) => {
                let called = positions.get(&import.value).and_then(|first| called(*first, &registers, atoms, literals));
                calls.extend(caller.clone().zip(called).map(|(caller, called)| NamedCall { caller, called }));
                registers.clear();
            }
            (quiet, operands) if QUIET.contains(&quiet) => operands.iter().for_each(|operand| set(&mut registers, *operand, None)),
            // A call leaves nothing where it was, and what else is not known may do the same.
            (_, _) => registers.clear(),
        }
    }
    calls
}

fn held(operand: Operand, registers: &HashMap<u32, Held>) -> Option<Held> {
    match (operand.tag, operand.value) {
        (ATOM, 0) => Some(Held::List(0)),
        (ATOM, atom) => Some(Held::Atom(atom)),
        (LITERAL, literal) => Some(Held::Literal(literal)),
        (X, register) => registers.get(&register).copied(),
        _ => None,
    }
}

fn set(registers: &mut HashMap<u32, Held>, operand: Operand, held: Option<Held>) {
    if operand.tag == X {
        match held {
            Some(held) => registers.insert(operand.value, held),
            None => registers.remove(&operand.value),
        };
    }
}

/// The length of a literal, when it is a list.
fn length(literal: u32, literals: &[Option<u32>]) -> Option<u32> {
    literals.get(literal as usize).copied().flatten()
}

fn called(first: u32, registers: &HashMap<u32, Held>, atoms: &Atoms<'_>, literals: &[Option<u32>]) -> Option<Mfa> {
    let atom = |register: u32| if let Some(Held::Atom(atom)) = registers.get(&register) { atoms.get(*atom).ok().map(Atom::new) } else { None };
    let arity = match registers.get(&(first + 2))? {
        Held::List(length) => Some(*length),
        Held::Literal(at) => length(*at, literals),
        Held::Atom(_) => None,
    };
    Some(Mfa { module: atom(first)?, function: atom(first + 1)?, arity: arity? })
}
