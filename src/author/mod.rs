//! Writing appup entries: those that two releases call for, the downgrade that an upgrade implies, and the entry that others together
//! make.
//!
//! In go two releases with what changed between them ([`Ground`]), or an [`Appup`](crate::appup::Appup); out come entries, each
//! instruction with its reason, and the changes that put them into the author's file with its comments and layout kept.

mod children;
mod cover;
mod derive;
mod draft;
mod faults;
mod generate;
mod generated;
mod ground;
mod insert;
mod invert;
mod join;
mod modules;
mod order;
mod policy;
mod text;
mod words;

pub use cover::missing;
pub use derive::{Derived, derive_for, derive_missing};
pub use draft::{Draft, Line, Question, Reason};
pub use faults::{
    ALL as CODES, added_early, appup_of_other_version, composed, computed, entry_differs, entry_incomplete, generated, is_not_composed, is_question, no_place,
    not_bumped, not_compared, not_composed, question as open_question, still_open,
};
pub use generate::{ask, draft, is_not_bumped, path, unread, wanting};
pub use generated::{Drafted, Generated, Status};
pub use ground::{Ground, Tree};
pub use insert::{EntryChange, change_entries};
pub use invert::invert_script;
pub use join::{Unjoinable, Written, join};
pub use policy::{Framed, Library, Policy, Purges, Unchanged};
pub use text::{ASKS, EntryText, LineText, new_file};
