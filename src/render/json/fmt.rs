//! What `fmt --format json` prints.

use super::{DiagnosticJson, SCHEMA, diagnostics};
use crate::diag::Diagnostic;
use crate::source::Files;
use schemars::JsonSchema;
use serde::Serialize;

/// What `fmt --format json` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FmtReport {
    /// The version of this document.
    pub schema: u32,
    /// Always `fmt`.
    pub command: String,
    /// The files, in the order of their names.
    pub files: Vec<FormattedJson>,
    /// The findings.
    pub diagnostics: Vec<DiagnosticJson>,
}

/// A file.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FormattedJson {
    /// Its name.
    pub file: String,
    /// Its text as it is laid out; null when it does not change.
    pub text: Option<String>,
    /// Whether it was written.
    pub written: bool,
}

impl FmtReport {
    /// Of a run: each file with its text, where that changes.
    pub fn new<'f>(all: impl Iterator<Item = (&'f str, Option<&'f str>)>, writes: bool, findings: &[Diagnostic], files: &Files) -> FmtReport {
        let each = all.map(|(file, text)| FormattedJson { file: file.to_owned(), text: text.map(str::to_owned), written: writes && text.is_some() });
        FmtReport { schema: SCHEMA, command: "fmt".to_owned(), files: each.collect(), diagnostics: diagnostics(findings, files) }
    }
}
