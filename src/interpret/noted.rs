//! What a run notes down: the calls that code makes, and its failures.

use super::value::Value;
use crate::term::Atom;

/// A call that was made of something outside of the code that is followed.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// The called function.
    pub module: Atom,
    /// Its name.
    pub function: Atom,
    /// Its arguments.
    pub arguments: Vec<Value>,
    /// The calling module.
    pub by: Atom,
    /// The line of the call.
    pub line: crate::beam::Line,
    /// Whether another process makes it: one that the code starts, or the release handler.
    pub elsewhere: bool,
}

impl Done {
    /// Whether it is sent to a server or a state machine, which may wait for it.
    pub fn is_request(&self) -> bool {
        ["gen_server", "gen_statem", "Elixir.GenServer"].iter().any(|module| self.is(module, &["call", "cast"]))
    }

    /// Whether it is about one child of a supervisor.
    pub fn is_about_child(&self) -> bool {
        let calls = ["start_child", "restart_child", "terminate_child", "delete_child"];
        self.is("supervisor", &calls) || self.is("Elixir.Supervisor", &calls)
    }

    /// Whether it puts one handler of an event manager in the place of another (`gen_event:swap_handler/3`, `swap_sup_handler/3`).
    pub fn swaps(&self) -> bool {
        self.is("gen_event", &["swap_handler", "swap_sup_handler"])
    }

    /// The handler among its arguments: a swap gives each with the arguments of its `init`.
    pub fn handler(&self, at: usize) -> Option<&Value> {
        let argument = self.arguments.get(at)?;
        let of_swap = argument.as_tuple().and_then(<[Value]>::first).filter(|_| self.swaps());
        Some(of_swap.unwrap_or(argument))
    }

    /// Whether it is one of these functions.
    pub fn is(&self, module: &str, functions: &[&str]) -> bool {
        self.module.as_str() == module && functions.contains(&self.function.as_str())
    }
}

/// Why code fails.
#[derive(Clone, Debug, PartialEq)]
pub enum FaultKind {
    /// No clause of a function takes the arguments: its name and arity.
    NoFunctionClause(Atom, u32),
    /// No clause of a `case`, a match, a fun takes the value.
    NoClause,
    /// A map has not the key that is asked for.
    NoKey(Value),
    /// A record is asked for a field, and the value is none.
    NoRecord(Atom),
    /// A module of the release has not the function that is called.
    NoFunction(Atom, Atom, u32),
    /// A comprehension leaves an element out, which is no failure by itself.
    Dropped,
    /// A fun is called with so many arguments, and takes another number.
    BadArity(usize),
    /// A time is counted against that of another clock.
    OtherClock(Value),
    /// A function of the library does not take its argument.
    BadArgument(Atom, Atom),
}

/// A failure that is certain, for a value that was seen to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Why.
    pub kind: FaultKind,
    /// The value.
    pub value: Value,
    /// The module whose code fails.
    pub module: Atom,
    /// The line.
    pub line: crate::beam::Line,
    /// Whether the code that fails catches failures.
    pub caught: bool,
}

impl Fault {
    /// Whether it is not certain, as its module is one of several that may have been meant, and has not made the value.
    pub fn is_guess(&self, guesses: &[Atom]) -> bool {
        guesses.contains(&self.module) && self.value.made().is_none_or(|(owner, _)| *owner != self.module)
    }

    /// Whether another one is the same but for its line.
    pub fn is_like(&self, other: &Fault) -> bool {
        self.module == other.module && self.kind == other.kind && self.value == other.value
    }
}
