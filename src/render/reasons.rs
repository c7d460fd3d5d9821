//! Generated entries with the reason of each instruction, for people.

use crate::appup::Direction;
use crate::author::{Draft, Drafted, Generated, Status};
use crate::otp::Otp;
use crate::term::print::inline;

/// Each entry that was drafted: its instructions and why they are there, what is worth knowing, and what is asked.
pub fn reasons(all: &[Generated]) -> String {
    let mut out = String::new();
    for one in all {
        for entry in &one.entries {
            let Drafted { versions, draft, status, .. } = entry;
            let old = versions.join(", ");
            let path = if draft.direction == Direction::Up { format!("{old} -> {}", one.version) } else { format!("{} -> {old}", one.version) };
            out.push_str(&format!("{} {} {path}{}\n", one.application, draft.direction.word(), words(*status)));
            body(draft, &mut out);
        }
    }
    out
}

fn words(status: Status) -> &'static str {
    match status {
        Status::New => "",
        Status::Covered => " (the existing entry covers it)",
        Status::Incomplete => " (the existing entry lacks some of it)",
        Status::Amended => " (added to the existing entry)",
        Status::Replaced => " (in the place of the existing entry)",
    }
}

fn body(draft: &Draft, out: &mut String) {
    for line in &draft.lines {
        out.push_str(&format!("  {}\n    {}\n", inline(&line.op.to_term(), Otp::NEWEST), line.reason));
        line.questions.iter().for_each(|question| out.push_str(&format!("    open: {question}\n")));
    }
    draft.remarks.iter().for_each(|remark| out.push_str(&format!("  {remark}\n")));
    draft.questions.iter().for_each(|question| out.push_str(&format!("  open: {question}\n")));
}
