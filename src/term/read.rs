//! A file's text in the form that its name says: Erlang's, or Elixir's.

use super::elixir;
use super::parse::{self, Document, Extent};
use crate::otp::Otp;
use crate::source::Source;
use crate::span::FileId;

/// Reads a file's text at the language level of a version.
pub fn parse(source: &Source, file: FileId, otp: Otp, extent: Extent) -> Document {
    if elixir::is_elixir(&source.name) { elixir::parse(source, file) } else { parse::erlang(source, file, otp, extent) }
}
