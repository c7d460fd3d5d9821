//! What `lint` found, as JSON.

use super::{DiagnosticJson, SCHEMA, diagnostics};
use crate::diag::Diagnostic;
use crate::source::Files;
use schemars::JsonSchema;
use serde::Serialize;

/// What `lint --format json` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LintReport {
    /// The version of this document.
    pub schema: u32,
    /// Always `lint`.
    pub command: String,
    /// How many appups were looked at.
    pub files: usize,
    /// How many rules were left out because no releases were given.
    pub skipped_rules: usize,
    /// The findings.
    pub diagnostics: Vec<DiagnosticJson>,
}

impl LintReport {
    /// Of a run.
    pub fn new(looked_at: usize, skipped_rules: usize, findings: &[Diagnostic], files: &Files) -> LintReport {
        LintReport { schema: SCHEMA, command: "lint".to_owned(), files: looked_at, skipped_rules, diagnostics: diagnostics(findings, files) }
    }
}
