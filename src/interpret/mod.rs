//! What code does with values, as far as it is written out: an abstract interpreter for Erlang and Elixir.
//!
//! In go functions as their debug information shows them, and values of which parts may be unknown; out come what they give back,
//! the calls that they make, and their *faults*: a value that no clause takes, a key that a map has not, a function that is not
//! there. A fault is reported only where it is certain, for a value that was seen to be made; what is not known never fails.
//! So code of one release can be run on the values that the other one created. Everything has a bound: steps, depth, the number of
//! alternatives.

#![expect(clippy::wildcard_enum_match_arm, reason = "of a form of value or code that a function is not written for, nothing is known")]

mod bytes;
mod calls;
mod forms;
mod library;
mod matching;
mod noted;
mod opaque;
mod places;
mod process;
mod run;
mod sort;
mod supervisor;
mod truth;
mod value;

pub use bytes::Bytes;
pub use library::rows;
pub use noted::{Done, Fault, FaultKind};
pub use opaque::{Made, Opaque};
pub use process::{Living, Machine, Message, actions, is_meant, is_request_taken, is_taken, machine_of, messages};
pub use run::{Run, Store, World, is_own};
pub use sort::Sort;
pub use supervisor::{Child, Supervisor, child, id_of, is_made_otherwise, name_forms, name_of, name_of_options, started, started_with, supervisor};
pub use truth::{Takes, elements, spread};
pub use value::{Fun, Map, Value};
