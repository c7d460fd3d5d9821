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
const FUNC_INFO: u8 = 2;
const INT_CODE_END: u8 = 3;
const CALL_LAST: u8 = 5;
const CALL_ONLY: u8 = 6;
const CALL_EXT: u8 = 7;
const CALL_EXT_LAST: u8 = 8;
const WAIT: u8 = 25;
const CATCH: u8 = 62;
const TRY: u8 = 104;
const CALL_EXT_ONLY: u8 = 78;
const ON_LOAD: u8 = 149;

/// A call from one function to one of another module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The place of the calling function's name among the atoms.
    pub function: u32,
    /// Its arity.
    pub arity: u32,
    /// The place of the called one among the imports.
    pub import: u32,
    /// Whether it stands in a function that catches: the caller may be prepared for a function that is not there.
    pub guarded: bool,
}

/// What the instructions tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Walked {
    /// Whether the module runs code when it is loaded.
    pub on_load: bool,
    /// Whether one of its functions waits for messages, for as long as it takes, and goes on with itself by local calls in tail position.
    pub loops: bool,
    /// Each call to another module, in order.
    pub calls: Vec<Call>,
}

/// Walks the chunk `Code`; `None` when an instruction is not known or cut off.
pub(super) fn walk(chunk: &[u8]) -> Option<Walked> {
    let mut bytes = chunk.get(be32(chunk, 0)? as usize + 4..)?;
    let mut walked = Walked::default();
    let mut local = Local::default();
    let mut caller = (0, 0);
    let mut guarded = false;
    loop {
        let (opcode, rest) = bytes.split_first()?;
        bytes = rest;
        let operands = *OPERANDS.get(usize::from(*opcode).checked_sub(1)?)?;
        let mut values = [0u64; 3];
        for at in 0..usize::from(operands) {
            let (value, rest) = operand(bytes)?;
            bytes = rest;
            if let Some(slot) = values.get_mut(at) {
                *slot = value;
            }
        }
        let [first, second, third] = values.map(|value| u32::try_from(value).unwrap_or(0));
        match *opcode {
            LABEL => local.label(first),
            FUNC_INFO => {
                caller = (second, third);
                guarded = false;
                local.function();
            }
            // A call that something is still to be done after is no loop: the function comes back.
            CALL_LAST | CALL_ONLY => local.call(second),
            CALL_EXT | CALL_EXT_LAST | CALL_EXT_ONLY => walked.calls.push(Call { function: caller.0, arity: caller.1, import: second, guarded }),
            CATCH | TRY => guarded = true,
            WAIT => local.wait(),
            ON_LOAD => walked.on_load = true,
            INT_CODE_END => {
                walked.loops = local.has_loop();
                return Some(walked);
            }
            _ => {}
        }
    }
}

/// How many calls are followed when loops are looked for.
const MAX_FOLLOWED: usize = 1 << 20;

/// The functions of a module, their local tail calls, and which of them wait.
#[derive(Default)]
struct Local {
    /// Which function each label stands in, by label.
    labels: HashMap<u32, usize>,
    /// The labels that each function calls.
    calls: Vec<Vec<u32>>,
    waiting: Vec<usize>,
}

impl Local {
    fn function(&mut self) {
        self.calls.push(Vec::new());
    }

    /// The label that a function is called by stands behind its `func_info`.
    fn label(&mut self, label: u32) {
        if let Some(function) = self.calls.len().checked_sub(1) {
            self.labels.insert(label, function);
        }
    }

    fn call(&mut self, label: u32) {
        if let Some(function) = self.calls.last_mut() {
            function.push(label);
        }
    }

    fn wait(&mut self) {
        if let Some(function) = self.calls.len().checked_sub(1).filter(|function| self.waiting.last() != Some(function)) {
            self.waiting.push(function);
        }
    }

    /// Tells whether a function that waits comes back to itself.
    fn has_loop(&self) -> bool {
        let mut room = MAX_FOLLOWED;
        self.waiting.iter().any(|start| {
            let mut seen = HashSet::new();
            let mut todo = vec![*start];
            while let Some(function) = todo.pop() {
                for called in self.calls.get(function).into_iter().flatten().filter_map(|label| self.labels.get(label)) {
                    if called == start {
                        return true;
                    }
                    if seen.insert(*called) && room > 0 {
                        todo.push(*called);
                    }
                    room = room.saturating_sub(1);
                }
            }
            false
        })
    }
}

/// One operand, whatever it holds: the number in it, or 0 for a list, and what stands behind it.
fn operand(bytes: &[u8]) -> Option<(u64, &[u8])> {
    const EXTENDED: u8 = 7;
    let head = *bytes.first()?;
    if head & 7 != EXTENDED {
        return compact(bytes);
    }
    let mut rest = bytes.get(1..)?;
    match head >> 4 {
        // A list: operands that are no lists themselves.
        1 => {
            let (length, behind) = compact(rest)?;
            rest = behind;
            for _ in 0..length {
                rest = if rest.first()? & 7 == EXTENDED { flat(rest)? } else { compact(rest)?.1 };
            }
            Some((0, rest))
        }
        // What an allocation needs: pairs of numbers.
        3 => {
            let (length, behind) = compact(rest)?;
            rest = behind;
            for _ in 0..length {
                rest = compact(compact(rest)?.1)?.1;
            }
            Some((0, rest))
        }
        _ => Some((0, flat(bytes)?)),
    }
}

/// An extended operand that is no list: a register of floats, a literal, a register with a type.
fn flat(bytes: &[u8]) -> Option<&[u8]> {
    let (head, rest) = bytes.split_first()?;
    match head >> 4 {
        2 | 4 => Some(compact(rest)?.1),
        5 => Some(compact(compact(rest)?.1)?.1),
        _ => None,
    }
}

/// A tagged number (`beam_asm:encode/2`) and what stands behind it; those of more than eight bytes count as 0.
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
    use super::{Call, compact, walk};

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
        assert_eq!(walked.map(|walked| walked.calls), Some(vec![Call { function: 2, arity: 2, import: 3, guarded: false }]));
        assert_eq!(walk(&[0, 0, 0, 0, 255]), None, "an unknown instruction");
        assert_eq!(walk(&[0, 0, 0, 0, 7, 0x20]), None, "cut off");
    }
}
