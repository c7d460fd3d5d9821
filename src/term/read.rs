//! A file's text in the form that its name says: Erlang's, or Elixir's.

use super::elixir;
use super::form::Form;
use super::parse::{self, Document, Extent};
use crate::otp::Otp;
use crate::source::Source;
use crate::span::FileId;

/// Reads a file's text at the language level of a version.
pub fn parse(source: &Source, file: FileId, otp: Otp, extent: Extent) -> Document {
    match Form::of(&source.name) {
        Form::Erlang => parse::erlang(source, file, otp, extent),
        Form::Elixir => elixir::parse(source, file),
    }
}
