//! What a release resource file says (`rel(4)`).

use super::StartType;
use crate::span::{Span, Spanned};
use crate::term::Atom;

/// What a `.rel` file says.
#[derive(Clone, Debug)]
pub struct Rel {
    /// The release's name.
    pub name: Spanned<String>,
    /// Its version.
    pub vsn: Spanned<String>,
    /// The version of its runtime system.
    pub erts: Spanned<String>,
    /// Its applications, in order.
    pub apps: Vec<RelApp>,
    /// Where the list of applications is.
    pub apps_span: Span,
}

/// An application as a `.rel` names it.
#[derive(Clone, Debug)]
pub struct RelApp {
    /// Its name.
    pub name: Spanned<Atom>,
    /// Its version.
    pub vsn: Spanned<String>,
    /// How it is started; with the span of the entry when no type is written.
    pub kind: Spanned<StartType>,
    /// The applications it includes, when the `.rel` says so.
    pub includes: Option<Vec<Spanned<Atom>>>,
    /// The whole entry.
    pub span: Span,
}
