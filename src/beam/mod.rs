//! BEAM files: chunks, tables, external terms, the module's MD5, and the facts that an upgrade depends on.
//!
//! In go the bytes of a `.beam` (plain or gzipped); out come a [`Beam`] whose tables are read when asked for, and
//! [`Facts`]. A run asks its [`Store`], which opens each file once. Nothing is trusted: counts are checked against the bytes that are there, what is packed is unpacked up to a
//! bound, and external terms are looked at in place, never built. It answers to `beam_lib` and the loader of OTP 25 to 29.

mod code;
mod container;
mod debug;
mod digest;
mod elixir;
mod erlang;
mod etf;
mod expr;
mod facts;
mod function;
mod known;
mod loops;
mod named;
mod program;
mod shape;
mod store;
mod tables;

pub use container::{Beam, Unreadable};
pub use debug::Language;
pub use etf::{Items, Kind, Value};
pub use expr::{Clause as SourceClause, Expr, Line, Qualifier, is_wildcard};
pub use facts::{Author, Call, Clause, CodeChange, Facts, STRIPPED, text_of_vsn};
pub use function::{Function, RawRecord};
pub use known::Known;
pub use loops::{ENDLESS, Loop, SPAWNS, WAITS};
pub use named::NamedCall;
pub use program::Program;
pub use shape::{Child, Field, Modules, Record, Shape, Supervision};
pub use store::{Beams, Interface, Look, Names, Opened, Store};
pub use tables::{Atoms, Attribute, Mfa};

/// How many bytes a packed part may unpack to, whatever it claims.
const MAX_UNPACKED: usize = 128 << 20;
/// How many times its packed size a part may unpack to: far more than any compiler's output does.
const MAX_RATIO: usize = 256;
/// How deep the expressions that are looked at may be nested; what is deeper is unknown.
const MAX_EXPR: usize = 48;
/// How many elements of a list, clauses of a function or fields of a record are looked at.
const MAX_ITEMS: usize = 4096;
