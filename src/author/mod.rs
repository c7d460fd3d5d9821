//! Writing appup entries: the downgrade that an upgrade implies.
//!
//! In goes an [`Appup`](crate::appup::Appup); out come entries for its other direction, as terms, and the edits that put
//! them into the author's file with its comments and layout kept.

mod derive;
mod faults;
mod insert;
mod invert;

pub use derive::{Derived, derive_for, derive_missing};
pub use faults::{ALL as CODES, no_place};
pub use insert::insert;
pub use invert::invert_script;
