//! Compiles, checks and explains Erlang/OTP release upgrades, with no Erlang installed.
//!
//! The road of the data:
//!
//! ```text
//! paths --source--> text --term--> Term (with spans and comments) --release, appup--> Release, Appup
//!      \--beam--> Beam, Facts
//! Release x Release --plan--> Relup of Step (with its origin)
//!                   --compare--> Comparison: facts, verdicts
//! Appup --author--> new entries
//! all of them --> Findings --> render --> stderr, stdout, a file (replaced whole)
//! ```
//!
//! A module uses those below it in this list, never those above: [`cli`], [`session`], [`render`], [`proof`], [`lint`], [`author`], [`compare`],
//! [`plan`], [`appup`], [`release`], [`relup`], [`interpret`], [`beam`], [`term`], [`source`], [`diag`], [`escape`], [`parallel`], [`pattern`], [`otp`], [`span`].

pub mod appup;
pub mod author;
pub mod beam;
pub mod cli;
pub mod compare;
pub mod diag;
pub mod escape;
pub mod interpret;
pub mod lint;
pub mod node;
pub mod otp;
pub mod parallel;
pub mod pattern;
pub mod plan;
pub mod proof;
pub mod release;
pub mod relup;
pub mod render;
pub mod session;
pub mod source;
pub mod span;
pub mod term;
