//! Erlang terms: read as `file:consult/1` and `systools` read them, printed as `io:format("~tp.~n")` prints them.
//!
//! In goes the text of a file; out comes a [`Document`] of [`Term`]s that know where they are, its comments, and every
//! syntax error of one run. Terms go back to text in [`print`](mod@print) (OTP's own layout); the text of a file is changed by
//! [`edit`].

mod bits;
mod cmp;
mod convert;
pub mod edit;
mod elixir;
mod faults;
mod form;
mod format;
mod layout;
mod lex;
mod nodes;
mod parse;
pub mod print;
mod read;
mod scan;
mod segment;
mod trivia;
mod value;
mod write;

pub use convert::convert;
pub use faults::{ALL as CODES, FaultClass, ILLEGAL_CHARACTER, SyntaxFault, is_expression, not_converted, read_differently, text_after_term};
pub use form::Form;
pub use format::{Format, format};
pub use layout::{Doc, pretty, pretty_at, pretty_file};
pub use lex::Sensitive;
pub use nodes::{Layout, Script};
pub use parse::{Document, Extent};
pub use read::parse;
pub use value::{Atom, Bits, ExternalFun, Term, TermKind};

/// How deep brackets may be nested. OTP has no bound but memory; nothing that describes a release comes near this one.
pub const MAX_DEPTH: usize = 512;
/// How many digits a number may have.
pub const MAX_DIGITS: usize = 4096;
/// How many bits the bit strings of one text may have together, besides the bits of the text itself: a few characters can
/// ask for any number.
pub const MAX_BITS: u64 = 1 << 20;
/// How many characters an atom may have (OTP's own bound).
pub const MAX_ATOM: usize = 255;
