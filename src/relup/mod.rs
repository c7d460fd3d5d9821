//! `relup` files and their low-level instructions: from terms and back to terms (`relup(4)`).
//!
//! In goes a term; out comes a [`Relup`] whose steps are typed and know where they are, or the findings why not. A
//! compiled [`Relup`] goes back to the term that OTP writes.

mod call;
pub mod faults;
mod op;
mod read;
mod syntax;

pub use call::{ApplicationAction, Call, Child, ChildAction, CodeAction, ProcessAction, child_id};
pub use op::{LowOp, Mode, Purge, Suspended, SyncWith, Timeout};
pub use read::{looks_like_relup, read, read_instruction};
pub use syntax::Syntax;

use crate::otp::Otp;
use crate::span::Span;
use crate::term::{Atom, Doc, Script, Term, pretty_file};

/// A whole relup: the scripts to one release from others, and back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relup {
    /// The version of the release it belongs to.
    pub version: String,
    /// The scripts that lead to it.
    pub up: Vec<Entry>,
    /// The scripts that lead from it.
    pub down: Vec<Entry>,
}

/// One path of a relup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The version of the other release.
    pub version: String,
    /// The description that the release handler hands out.
    pub description: Term,
    /// The instructions.
    pub steps: Vec<Step>,
}

/// An instruction and why it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it does.
    pub op: LowOp,
    /// Why it is there.
    pub origin: Origin,
}

/// Why an instruction is there: what OTP forgets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// What asked for it.
    pub cause: Cause,
    /// What made it out of that, when it is not as written.
    pub pass: Option<Pass>,
}

/// What asked for an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// An instruction written at this place.
    Written(Span),
    /// An application that only the release being installed has; its entry in that `.rel`.
    ApplicationAdded(Atom, Span),
    /// An application that only the release being replaced has; its entry in that `.rel`.
    ApplicationRemoved(Atom, Span),
    /// The two releases have different ERTS versions.
    ErtsChanged,
    /// The option `--restart-emulator`.
    RestartRequested,
    /// Every script has it.
    Always,
}

/// The pass that turned a high-level instruction into this low-level one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pass {
    /// Instructions for a whole application became ones for its modules.
    Applications,
    /// A group of dependent modules was ordered and lowered.
    Lower,
    /// Object code of one library was collected into one instruction.
    MergeObjectCode,
    /// A restart of the emulator moved to where it takes effect.
    PlaceRestart,
}

impl Origin {
    /// The origin of an instruction that is as it was asked for.
    pub fn new(cause: Cause) -> Origin {
        Origin { cause, pass: None }
    }

    /// The same cause, through a pass.
    pub fn through(&self, pass: Pass) -> Origin {
        Origin { cause: self.cause.clone(), pass: Some(pass) }
    }

    /// The place to show for it; generated when nothing was written.
    pub fn span(&self) -> Span {
        match &self.cause {
            Cause::Written(span) | Cause::ApplicationAdded(_, span) | Cause::ApplicationRemoved(_, span) => *span,
            Cause::ErtsChanged | Cause::RestartRequested | Cause::Always => Span::GENERATED,
        }
    }
}

impl Relup {
    /// The text of the file that `systools:make_relup/4` writes for it.
    pub fn to_file(&self, otp: Otp) -> String {
        let [up, down] = [&self.up, &self.down].map(|entries| Doc::list(entries.iter().map(|entry| entry.to_doc(otp)).collect()));
        pretty_file(&Doc::tuple(vec![Doc::string(&self.version, otp), up, down]), otp)
    }

    /// The term that `systools:make_relup/4` gives for it.
    pub fn to_term(&self) -> Term {
        let entries = |list: &[Entry]| Term::list(list.iter().map(Entry::to_term).collect());
        Term::tuple(vec![Term::string(&self.version), entries(&self.up), entries(&self.down)])
    }
}

impl Script for Vec<Step> {
    fn count(&self) -> usize {
        self.len()
    }

    fn term(&self, at: usize) -> Option<Term> {
        self.get(at).map(|step| step.op.to_term())
    }
}

impl Entry {
    fn to_doc(&self, otp: Otp) -> Doc<'_> {
        Doc::tuple(vec![Doc::string(&self.version, otp), Doc::term(&self.description, otp), Doc::script(&self.steps, otp)])
    }

    fn to_term(&self) -> Term {
        let steps = self.steps.iter().map(|step| step.op.to_term()).collect();
        Term::tuple(vec![Term::string(&self.version), self.description.clone(), Term::list(steps)])
    }
}
