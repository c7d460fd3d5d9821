//! Entries as they are drafted: instructions, each with its reason, and the questions that a person has to answer.

use crate::appup::{Direction, HighOp};
use crate::compare::Change;
use crate::term::{Atom, Term};

/// The entry of an application for one direction, as the two releases call for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The direction.
    pub direction: Direction,
    /// Its instructions, in order.
    pub lines: Vec<Line>,
    /// What is worth knowing of the entry as a whole.
    pub remarks: Vec<Reason>,
    /// What is asked about the entry as a whole.
    pub questions: Vec<Question>,
}

impl Draft {
    /// Its script.
    pub fn script(&self) -> Term {
        Term::list(self.lines.iter().map(|line| line.op.to_term()).collect())
    }

    /// Takes in what another draft with the same script says and asks.
    pub fn take_in(&mut self, other: Draft) {
        fn unite<T: PartialEq>(list: &mut Vec<T>, more: Vec<T>) {
            for one in more {
                if !list.contains(&one) {
                    list.push(one);
                }
            }
        }
        unite(&mut self.remarks, other.remarks);
        unite(&mut self.questions, other.questions);
        for (line, other) in self.lines.iter_mut().zip(other.lines) {
            unite(&mut line.questions, other.questions);
        }
    }

    /// Every question, those of its instructions as well.
    pub fn all_questions(&self) -> impl Iterator<Item = &Question> {
        self.questions.iter().chain(self.lines.iter().flat_map(|line| &line.questions))
    }
}

/// An instruction of a draft.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The instruction.
    pub op: HighOp,
    /// Why it is there.
    pub reason: Reason,
    /// The module that it is about, when there is one.
    pub module: Option<Atom>,
    /// What is asked about it.
    pub questions: Vec<Question>,
}

/// Why an instruction is there, or why an entry has none.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    // ---- of a module ----
    /// Only the release being installed has it.
    Arrives,
    /// The release being installed has it no longer.
    Leaves,
    /// Its code differs, and no process of a behaviour runs it.
    Plain,
    /// Only attributes of it differ.
    AttributesOnly,
    /// Its code differs, and its processes keep a state that does not.
    StateKept,
    /// Its code differs, and whether the state does cannot be seen.
    StateUnseen,
    /// The state of its processes differs.
    StateChanged(Change),
    /// Its `code_change` has clauses that the other release does not have.
    ConversionWritten,
    /// It is a special process: it exports `system_code_change/4`.
    Special,
    /// It is a supervisor, whose update asks `init/1` for the flags and the specifications.
    Supervisor,
    /// It is the same, and its children are not: their specifications are made in other modules.
    ChildrenElsewhere,
    /// Its processes become processes of another kind, which are started again.
    OtherProcesses(Change),
    /// None of its processes runs while it is loaded: a supervisor above them stops a child.
    StartedAgain,
    /// Its processes have another name afterwards, which only a start gives them.
    Renamed,
    /// The release handler would not find its processes: the specification of their child does not name it.
    NotFound(String),

    // ---- of a child of a supervisor ----
    /// The release being installed no longer has the child.
    ChildLeaves(String),
    /// The release being installed has a child that was not there.
    ChildArrives(String),
    /// The child is started in another way.
    ChildChanges(String),
    /// The child has to start again, for what its module's instruction says.
    ChildStartsAgain(String),

    // ---- of an application ----
    /// A change of the application that only a restart brings in.
    Restart(Change),
    /// A change of one of its modules that only a restart brings in.
    RestartFor(Atom, Change),
    /// `start/2` is given other arguments, which only a start gives it.
    StartArguments,
    /// The strategy of a supervisor changes to one whose children are kept in another way.
    RestartForStrategy(Atom),
    /// A supervisor has another name afterwards, which only a start gives it.
    RestartForName(Atom),
    /// It is a library without processes, and `relupc.toml` restarts those.
    Library,
    /// `relupc.toml` always restarts it.
    AlwaysRestarted,
    /// `relupc.toml` says so.
    Configured,
    /// The emulator boots with it.
    Emulator,

    // ---- of an entry without instructions ----
    /// No module has other code.
    NoCode {
        /// What differs of the application.
        changes: Vec<Change>,
        /// How many of its modules differ in what the emulator does not run.
        debug_only: usize,
        /// How many of its modules `relupc.toml` ignores.
        ignored: usize,
        /// How many of its modules are in another application now.
        moved: usize,
    },
    /// A change that the upgrade does not bring in by itself.
    Beside(Change),
}

/// What a person has to answer, because the files do not.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// The state of a module's processes differs, and its `code_change` does not convert it: why.
    Conversion {
        /// The module.
        module: Atom,
        /// What is known of its `code_change`.
        change: Change,
        /// The direction: on a downgrade the version comes as `{down,Vsn}`.
        direction: Direction,
    },
    /// The `code_change` of a module looks at what the appup gives it besides.
    Extra {
        /// The module.
        module: Atom,
    },
    /// Whether the state of a module's processes differs cannot be seen: why.
    State {
        /// The module.
        module: Atom,
        /// Why.
        why: &'static str,
        /// Whether the entry runs `code_change`.
        converts: bool,
    },
    /// Which children a supervisor starts cannot be seen.
    Children {
        /// The supervisor's module.
        module: Atom,
    },
    /// Its processes wait in a loop of its own, which takes no new code in.
    OwnLoop {
        /// The module.
        module: Atom,
    },
    /// Under which name a supervisor is registered cannot be seen, so its children cannot be started or stopped.
    SupervisorName {
        /// The supervisor's module.
        module: Atom,
        /// The children.
        children: Vec<String>,
    },
    /// The specification or the id of a child cannot be written down.
    Child {
        /// The supervisor's module.
        module: Atom,
        /// The child.
        child: String,
    },
    /// The processes of a module have to start again, and which child they are cannot be seen.
    StartAgain {
        /// The module.
        module: Atom,
        /// Why.
        reason: Box<Reason>,
    },
    /// Something that the old code keeps, and that the new code was seen to fail on.
    LivesOn {
        /// The module, when it is about one.
        module: Option<Atom>,
        /// The code of the rule that reports it.
        code: &'static str,
        /// What it says.
        what: String,
    },
    /// A module was in an application that is removed, and the removal comes last.
    MovedFromRemoved {
        /// The module.
        module: Atom,
    },
    /// Something asks for a restart of an application that another one includes.
    Included {
        /// The application.
        application: Atom,
        /// The one that includes it.
        by: Atom,
        /// What asks for it.
        reason: Box<Reason>,
    },
    /// A child is new in a place that is not the last one, under a supervisor that stops those after one that ends.
    ChildPlace {
        /// The module that starts the supervisor.
        module: Atom,
        /// The child.
        child: String,
    },
    /// Modules that each have to be replaced before the other.
    Circle(Vec<Atom>),
    /// A change that a hot upgrade does not bring in: what is to be done about it.
    Beside(Change),
}
