//! The instructions of a module, walked: which of its functions calls which function of another, and whether it has code
//! that runs when it is loaded. Answers to `beam_disasm`; an instruction that is not known ends the walk with *unknown*.

use super::container::be32;
use std::collections::{HashMap, HashSet};

/// How many operands each instruction has, from instruction 1 (`beam_opcodes`, OTP 29).
const OPERANDS: &[u8] = &[
    1, 3, 0, 2, 3, 2, 2, 3, 2, 4, 5, 2, 3, 2, 3, 2, 1, 1, 0, 0, 0, 0, 2, 1, 1, 2, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 3, 3, 3, 1, 2, 1, 2, 3, 3, 3, 3, 3, 2, 1, 1, 0, 1, 1, 3, 2, 2, 2, 5, 5, 5, 4, 2, 1, 1, 2, 2, 5, 5, 5, 2, 1, 0, 1, 2, 2, 4, 4, 4, 4, 3, 1, 2,
    1, 1, 1, 2, 6, 3, 5, 1, 2, 2, 3, 5, 7, 7, 7, 5, 3, 2, 2, 5, 6, 2, 2, 2, 2, 1, 3, 4, 0, 8, 6, 2, 6, 5, 4, 5, 4, 5, 4, 3, 3, 3, 3, 3, 0, 1, 1, 7, 1, 5, 5, 2,
    3, 3, 4, 0, 0, 2, 2, 2, 3, 4, 3, 2, 2, 4, 3, 1, 2, 1, 1, 1, 6, 3, 0, 1, 5, 3, 2, 4, 6, 2, 4, 3, 6, 3,
];
const LABEL: u8 = 1;
pub(super) const FUNC_INFO: u8 = 2;
pub(super) const INT_CODE_END: u8 = 3;
const CALL_LAST: u8 = 5;
const CALL_ONLY: u8 = 6;
pub(super) const CALL_EXT: u8 = 7;
pub(super) const CALL_EXT_LAST: u8 = 8;
const WAIT: u8 = 25;
const WAIT_TIMEOUT: u8 = 26;
const CATCH: u8 = 62;
const TRY: u8 = 104;
pub(super) const CALL_EXT_ONLY: u8 = 78;
const ON_LOAD: u8 = 149;

/// An operand as far as it is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Operand {
    /// What kind it is: one of `beam_opcodes.hrl`'s tags, or [`LITERAL`].
    pub tag: u8,
    /// The number in it; 0 for a list.
    pub value: u32,
}

/// The tag of an atom; number 0 is the empty list.
pub(super) const ATOM: u8 = 2;
/// The tag of an x register.
pub(super) const X: u8 = 3;
/// The tag of what takes more than one number: lists, float registers, allocations.
const EXTENDED: u8 = 7;
/// A literal of the module's table.
pub(super) const LITERAL: u8 = 8;

/// Where the instructions begin in the chunk `Code`.
pub(super) fn instructions(chunk: &[u8]) -> Option<&[u8]> {
    chunk.get((be32(chunk, 0)? as usize).checked_add(4)?..)
}

/// The number of the first instruction and what follows it, its operands handed out one by one; `None` when it is not
/// known or cut off.
pub(super) fn instruction(bytes: &[u8], mut each: impl FnMut(usize, Operand)) -> Option<(u8, &[u8])> {
    let (opcode, mut bytes) = bytes.split_first()?;
    for at in 0..usize::from(*OPERANDS.get(usize::from(*opcode).checked_sub(1)?)?) {
        let (operand, rest) = operand(bytes)?;
        bytes = rest;
        each(at, operand);
    }
    Some((*opcode, bytes))
}

/// A call from one function to one of another module, as the instructions say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RawCall {
    /// The place of the calling function's name among the atoms.
    pub function: u32,
    /// Its arity.
    pub arity: u32,
    /// The place of the called one among the imports.
    pub import: u32,
    /// Whether it is in a function that catches: the caller may be prepared for a function that is not there.
    pub guarded: bool,
}

/// What the instructions show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Walked {
    /// Whether the module runs code when it is loaded.
    pub on_load: bool,
    /// Whether one of its functions waits for messages, for as long as it takes, and continues with itself by local calls in tail position.
    pub loops: bool,
    /// Whether one of its functions waits for messages.
    pub waits: bool,
    /// Each call to another module, in order.
    pub calls: Vec<RawCall>,
}

/// Walks the chunk `Code`; `None` when an instruction is not known or cut off.
pub(super) fn walk(chunk: &[u8]) -> Option<Walked> {
    let mut bytes = instructions(chunk)?;
    let mut walked = Walked::default();
    let mut local = Local::default();
    let mut caller = (0, 0);
    let mut guarded = false;
    loop {
        let mut values = [0; 3];
        let (opcode, rest) = instruction(bytes, |at, operand| {
            if let Some(slot) = values.get_mut(at) {
                *slot = operand.value;
            }
        })?;
        bytes = rest;
        let [first, second, third] = values;
        match opcode {
            LABEL => local.label(first),
            FUNC_INFO => {
                caller = (second, third);
                guarded = false;
                local.begins = true;
            }
            // A call that something is still to be done after is not a loop: the function comes back.
            CALL_LAST | CALL_ONLY => local.call(second),
            CALL_EXT | CALL_EXT_LAST | CALL_EXT_ONLY => walked.calls.push(RawCall { function: caller.0, arity: caller.1, import: second, guarded }),
            CATCH | TRY => guarded = true,
            WAIT => local.wait(),
            ON_LOAD => walked.on_load = true,
            WAIT_TIMEOUT => walked.waits = true,
            INT_CODE_END => {
                walked.waits |= !local.waiting.is_empty();
                walked.loops = local.has_loop();
                return Some(walked);
            }
            _ => {}
        }
    }
}

/// How many calls are followed when loops are looked for.
const MAX_FOLLOWED: usize = 1 << 20;

/// The functions of a module, their local tail calls, and which of them wait. Put in order only when one waits.
#[derive(Default)]
struct Local {
    /// The label that each function is called by, in order.
    entries: Vec<u32>,
    /// The function that calls, and the label that it calls.
    calls: Vec<(usize, u32)>,
    waiting: Vec<usize>,
    /// Whether the next label is the one that a function is called by: it follows its `func_info`.
    begins: bool,
}

impl Local {
    fn label(&mut self, label: u32) {
        if std::mem::take(&mut self.begins) {
            self.entries.push(label);
        }
    }

    fn call(&mut self, label: u32) {
        self.calls.extend(self.entries.len().checked_sub(1).map(|function| (function, label)));
    }

    fn wait(&mut self) {
        let function = self.entries.len().checked_sub(1);
        self.waiting.extend(function.filter(|function| self.waiting.last() != Some(function)));
    }

    /// Whether a function that waits continues with itself.
    fn has_loop(&self) -> bool {
        if self.waiting.is_empty() {
            return false;
        }
        let functions: HashMap<u32, usize> = self.entries.iter().enumerate().map(|(function, label)| (*label, function)).collect();
        let mut called: Vec<Vec<usize>> = vec![Vec::new(); self.entries.len()];
        for (caller, label) in &self.calls {
            if let (Some(list), Some(function)) = (called.get_mut(*caller), functions.get(label)) {
                list.push(*function);
            }
        }
        let mut room = MAX_FOLLOWED;
        self.waiting.iter().any(|start| {
            let mut seen = HashSet::new();
            let mut todo = vec![*start];
            while let Some(function) = todo.pop() {
                for next in called.get(function).into_iter().flatten() {
                    if next == start {
                        return true;
                    }
                    room = room.saturating_sub(1);
                    if room > 0 && seen.insert(*next) {
                        todo.push(*next);
                    }
                }
            }
            false
        })
    }
}

/// One operand, whatever it holds, and what follows it.
fn operand(bytes: &[u8]) -> Option<(Operand, &[u8])> {
    let head = *bytes.first()?;
    if head & 7 != EXTENDED {
        return simple(bytes);
    }
    let extended = Operand { tag: EXTENDED, value: 0 };
    let mut rest = bytes.get(1..)?;
    match head >> 4 {
        // A list: operands that are not lists themselves.
        1 => {
            let (length, after) = compact(rest)?;
            rest = after;
            for _ in 0..length {
                rest = if rest.first()? & 7 == EXTENDED { flat(rest)?.1 } else { compact(rest)?.1 };
            }
            Some((extended, rest))
        }
        // What an allocation needs: pairs of numbers.
        3 => {
            let (length, after) = compact(rest)?;
            rest = after;
            for _ in 0..length {
                rest = compact(compact(rest)?.1)?.1;
            }
            Some((extended, rest))
        }
        _ => flat(bytes),
    }
}

fn simple(bytes: &[u8]) -> Option<(Operand, &[u8])> {
    let (value, rest) = compact(bytes)?;
    Some((Operand { tag: bytes.first()? & 7, value: u32::try_from(value).unwrap_or(0) }, rest))
}

/// An extended operand that is not a list: a register of floats, a literal, a register with a type.
fn flat(bytes: &[u8]) -> Option<(Operand, &[u8])> {
    let (head, rest) = bytes.split_first()?;
    match head >> 4 {
        2 => Some((Operand { tag: EXTENDED, value: 0 }, compact(rest)?.1)),
        4 => simple(rest).map(|(number, rest)| (Operand { tag: LITERAL, ..number }, rest)),
        5 => {
            let (register, rest) = simple(rest)?;
            Some((register, compact(rest)?.1))
        }
        _ => None,
    }
}

/// A tagged number (`beam_asm:encode/2`) and what follows it; those of more than eight bytes count as 0.
pub(super) fn compact(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (head, rest) = bytes.split_first()?;
    if head & 0x08 == 0 {
        return Some((u64::from(head >> 4), rest));
    }
    if head & 0x10 == 0 {
        let (low, rest) = rest.split_first()?;
        return Some((u64::from(head & 0xe0) << 3 | u64::from(*low), rest));
    }
    let (length, rest) = match head >> 5 {
        7 => {
            // The length is a number of its own; a length of a length has never been needed.
            let (more, rest) = if rest.first()? & 0x18 == 0x18 { None? } else { compact(rest)? };
            (usize::try_from(more).ok()?.checked_add(9)?, rest)
        }
        short => (usize::from(short) + 2, rest),
    };
    let (digits, rest) = rest.split_at_checked(length)?;
    let value = if length > 8 { 0 } else { digits.iter().fold(0, |value, digit| value << 8 | u64::from(*digit)) };
    Some((value, rest))
}

#[cfg(test)]
mod tests {
    use super::{RawCall, compact, walk};

    #[test]
    fn numbers_of_every_length() {
        assert_eq!(compact(&[0x50, 9]), Some((5, &[9][..])));
        assert_eq!(compact(&[0x28, 0x01]), Some((0x101, &[][..])));
        assert_eq!(compact(&[0x18, 0x12, 0x34]), Some((0x1234, &[][..])));
        assert_eq!(compact(&[0xf8, 0x00, 1, 2, 3, 4, 5, 6, 7, 8, 9]), Some((0, &[][..])));
        assert_eq!(compact(&[0xf8, 0xf8, 0xf8]), None);
        assert_eq!(compact(&[0x18, 0x12]), None);
    }

    #[test]
    fn calls_belong_to_the_function_they_stand_in() {
        // label 1; func_info m f/2; on_load; call_ext 2 import 3; int_code_end.
        let code = [0, 0, 0, 0, 1, 0x10, 2, 0x12, 0x22, 0x20, 149, 7, 0x20, 0x30, 3];
        let walked = walk(&code);
        assert_eq!(walked.as_ref().map(|walked| walked.on_load), Some(true));
        assert_eq!(walked.map(|walked| walked.calls), Some(vec![RawCall { function: 2, arity: 2, import: 3, guarded: false }]));
        assert_eq!(walk(&[0, 0, 0, 0, 255]), None, "an unknown instruction");
        assert_eq!(walk(&[0, 0, 0, 0, 7, 0x20]), None, "cut off");
    }

    #[test]
    fn a_loop_waits_and_goes_on_with_itself() {
        // label 1; func_info m f/2; label 2; wait 2; and then a call of label 2 in some form; int_code_end.
        let module = |call: &[u8]| [&[0, 0, 0, 0, 1, 0x10, 2, 0x12, 0x22, 0x20, 1, 0x20, 25, 0x25], call, &[3]].concat();
        let loops = |call: &[u8]| walk(&module(call)).map(|walked| walked.loops);
        assert_eq!(loops(&[6, 0x10, 0x25]), Some(true), "call_only");
        assert_eq!(loops(&[5, 0x10, 0x25, 0x00]), Some(true), "call_last");
        assert_eq!(loops(&[4, 0x10, 0x25]), Some(false), "a call that comes back");
        assert_eq!(loops(&[6, 0x10, 0x15]), Some(false), "the label before the function is not called");
        assert_eq!(loops(&[]), Some(false));
    }

    #[test]
    fn calls_behind_a_catch_are_guarded() {
        // label 1; func_info m f/2; catch y0 2; call_ext 2 import 3; int_code_end.
        let code = [0, 0, 0, 0, 1, 0x10, 2, 0x12, 0x22, 0x20, 62, 0x04, 0x25, 7, 0x20, 0x30, 3];
        assert_eq!(walk(&code).map(|walked| walked.calls.iter().map(|call| call.guarded).collect::<Vec<_>>()), Some(vec![true]));
    }
}
