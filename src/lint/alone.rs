//! An appup that is checked on its own, from its document on.

use super::check_file;
use super::computed::{Filled, computed, without_version};
use crate::appup::{self, Appup};
use crate::diag::Findings;
use crate::otp::Otp;
use crate::release::read_app;
use crate::source::Files;
use crate::term::{Atom, Document, Term};
use std::collections::{BTreeSet, HashSet};

/// What a version that a build fills in is called where it is not known.
const UNKNOWN_VERSION: &str = "VSN";

/// What is known of an appup on its own.
pub struct Alone<'a> {
    /// The name it is read under.
    pub path: &'a str,
    /// What the file holds.
    pub document: Document,
    /// The `.app` file beside it.
    pub app: Option<&'a Document>,
    /// The version of the `.app`, or of the source of one, beside it.
    pub version: Option<String>,
    /// The modules that have a compiled file beside it.
    pub beams: Option<&'a BTreeSet<String>>,
}

/// Finds what is wrong with it, as a version of OTP reads it.
pub fn check_alone(alone: Alone<'_>, otp: Otp, files: &Files, found: &mut Findings) {
    let Alone { path, document, app, version, beams } = alone;
    let filled = filled_in(&document, otp, files);
    let text = document.terms.first().and_then(|term| Some((term.span.file, files.get(term.span.file)?)));
    if let Some((file, source)) = text
        && filled.is_none()
        && let Some(computed) = computed(path, file, &source.text, &document)
    {
        return found.push(computed);
    }
    let Some(appup) = read(document, filled, version.as_deref(), otp, found) else { return };
    let name = Atom::new(application_of(path));
    let app = app.filter(|document| document.faults.is_empty()).and_then(|document| read_app(document.terms.first()?, otp, &mut Findings::default()));
    check_file((&name, &appup), (app.as_ref(), beams), true, &HashSet::new(), found);
}

/// An appup with a version filled in, where a build would do that.
pub fn filled_in(document: &Document, otp: Otp, files: &Files) -> Option<Filled> {
    let file = document.terms.first()?.span.file;
    without_version(files.get(file)?, file, otp)
}

/// Reads an appup on its own. A version that a build fills in is that of the application, where it is known.
pub fn read_alone(document: Document, version: Option<&str>, otp: Otp, files: &Files, found: &mut Findings) -> Option<Appup> {
    let filled = filled_in(&document, otp, files);
    read(document, filled, version, otp, found)
}

fn read(document: Document, filled: Option<Filled>, version: Option<&str>, otp: Otp, found: &mut Findings) -> Option<Appup> {
    let is_filled_in = filled.is_some();
    let mut appup = appup::from_document(filled.map_or(document, |filled| filled.document), otp, found)?;
    if is_filled_in {
        let span = appup.vsn.span;
        appup.vsn = Term { span, ..Term::string(version.unwrap_or(UNKNOWN_VERSION)) };
    }
    Some(appup)
}

/// The application that an appup is for, by its name: `my_app` for `ebin/my_app.appup` and `src/my_app.appup.src`.
pub fn application_of(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    let name = [".src", ".exs", ".ex"].into_iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    name.strip_suffix(".appup").unwrap_or(name)
}
