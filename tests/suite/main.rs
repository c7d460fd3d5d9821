//! The suite: everything that needs no Erlang, in one binary.

#![expect(clippy::disallowed_methods, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests may fail loudly, and lay out files")]

mod bad_input;
mod codes;
mod commands;
mod compose;
mod demo;
mod determinism;
mod diff;
mod downgrade;
mod elixir;
mod fixtures;
mod format;
mod framing;
mod generate;
mod grammar;
mod help;
mod layers;
mod lint;
mod opening;
mod otp_versions;
mod pages;
mod parity;
mod paths;
mod schemas;
mod seeds;
mod session;
mod together;
mod trust;
mod verify;
mod words;
mod writing;
