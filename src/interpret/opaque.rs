//! What of a value code cannot look into: what the runtime makes, and where a value was made.

use crate::term::Atom;

/// Something that only the runtime makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opaque {
    /// The process itself.
    Own,
    /// Another process.
    Pid,
    /// `true` or `false`.
    Boolean,
    /// The process that runs what another one starts or asks for: the release handler where a path calls it.
    Elsewhere,
    /// The process that was registered under a name when it was asked for.
    Registered(Atom),
    /// A reference, that of a timer of `erlang` as well.
    Reference,
    /// What `timer` answers, a tuple with a reference.
    Timer,
    /// A time of a clock, with the unit that it is counted in.
    Clock(&'static str, &'static str),
    /// An array of `counters`, a tuple, or of `atomics`, a reference; and how many it has.
    Counters(bool, u32),
    /// An argument of a function, by its place: nothing is known of it but that it is the same wherever it stands.
    Given(usize),
}

/// Where a value was made: the module, and a line of its source. Says nothing about whether two values are equal.
#[derive(Clone, Debug, Default)]
pub struct Made(pub Option<(Atom, u32)>);

impl PartialEq for Made {
    fn eq(&self, _: &Made) -> bool {
        true
    }
}
