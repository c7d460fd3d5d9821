//! What `lint` found, as JSON.

use super::super::tally::by_application;
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
    /// The rules that were passed over, by what they need.
    pub skipped_rules: Skipped,
    /// The findings.
    pub diagnostics: Vec<DiagnosticJson>,
    /// How many findings there are about each application, the worst first.
    pub applications: Vec<TallyJson>,
}

/// What was found about an application.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TallyJson {
    /// Its name.
    pub name: String,
    /// How many errors.
    pub errors: usize,
    /// How many warnings.
    pub warnings: usize,
    /// How many notes.
    pub notes: usize,
}

/// What was passed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Skipped {
    /// Those that need the `.app` beside an appup, when any appup has none.
    pub need_app: usize,
    /// Those that need releases, when none were given.
    pub need_releases: usize,
    /// How many names in folders were passed over, as they are not UTF-8.
    pub names: usize,
}

impl LintReport {
    /// Of a run.
    pub fn new(looked_at: usize, skipped_rules: &Skipped, findings: &[Diagnostic], files: &Files) -> LintReport {
        LintReport {
            schema: SCHEMA,
            command: "lint".to_owned(),
            files: looked_at,
            skipped_rules: skipped_rules.clone(),
            diagnostics: diagnostics(findings, files),
            applications: by_application(findings)
                .into_iter()
                .map(|(name, tally)| {
                    let [errors, warnings, notes] = tally.counts;
                    TallyJson { name, errors, warnings, notes }
                })
                .collect(),
        }
    }
}
