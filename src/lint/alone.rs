//! An appup that is checked on its own, from its document on.

use super::{check_file, computed};
use crate::appup;
use crate::diag::Findings;
use crate::otp::Otp;
use crate::release::read_app;
use crate::source::Files;
use crate::term::{Atom, Document};
use std::collections::BTreeSet;

/// What is known of an appup on its own.
pub struct Alone<'a> {
    /// The name it is read under.
    pub path: &'a str,
    /// What the file holds.
    pub document: Document,
    /// The `.app` file beside it.
    pub app: Option<&'a Document>,
    /// The modules that have a compiled file beside it.
    pub beams: Option<&'a BTreeSet<String>>,
}

/// Finds what is wrong with it, as a version of OTP reads it.
pub fn check_alone(alone: Alone<'_>, otp: Otp, files: &Files, found: &mut Findings) {
    let Alone { path, document, app, beams } = alone;
    if let Some((file, source)) = document.terms.first().and_then(|term| Some((term.span.file, files.get(term.span.file)?)))
        && let Some(computed) = computed(path, file, &source.text, &document)
    {
        return found.push(computed);
    }
    let Some(appup) = appup::from_document(document, otp, found) else { return };
    let name = Atom::new(application_of(path));
    let app = app.filter(|document| document.faults.is_empty()).and_then(|document| read_app(document.terms.first()?, otp, &mut Findings::default()));
    check_file(&name, &appup, app.as_ref(), beams, true, found);
}

/// The application that an appup is for, by its name: `my_app` for `ebin/my_app.appup` and `src/my_app.appup.src`.
pub fn application_of(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    let name = name.strip_suffix(".src").unwrap_or(name);
    name.strip_suffix(".appup").unwrap_or(name)
}
