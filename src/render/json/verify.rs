//! What `verify --format json` prints.

use super::{DiagnosticJson, SCHEMA, diagnostics};
use crate::compare::Sign;
use crate::diag::{Diagnostic, Property};
use crate::proof::{Environment, Missing, Outcome, Proof, Suspension};
use crate::source::Files;
use schemars::JsonSchema;
use serde::Serialize;

/// What `verify --format json` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct VerifyReport {
    /// The version of this document.
    pub schema: u32,
    /// Always `verify`.
    pub command: String,
    /// Whether every release, the relup and every path could be looked at.
    pub complete: bool,
    /// Whether the emulator keeps running on every path.
    pub hot: bool,
    /// Whether no path is refuted and none is missing.
    pub holds: bool,
    /// The paths.
    pub paths: Vec<ProofJson>,
    /// The paths that should be there and are not.
    pub missing: Vec<MissingJson>,
    /// What it was made of.
    pub inputs: Vec<InputJson>,
    /// What refutes paths, and what keeps missing ones from being compiled.
    pub diagnostics: Vec<DiagnosticJson>,
}

/// A release or a relup.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct InputJson {
    /// The release with its version, or the name of the relup.
    pub name: String,
    /// A hash, whatever folder it is in: of the relup; or of the release's `.rel` and `sys.config` and, for the applications whose
    /// versions differ, of the `.app`, the appup and the MD5 of each module.
    pub sha256: String,
}

/// A path that is not there.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MissingJson {
    /// `upgrade` or `downgrade`.
    pub direction: String,
    /// Its name.
    pub path: String,
    /// What keeps it from being compiled.
    pub why: Vec<String>,
}

/// What is known of a path.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ProofJson {
    /// `upgrade` or `downgrade`.
    pub direction: String,
    /// Its name: `1.0.0 -> 1.1.0`.
    pub path: String,
    /// The version that runs before it.
    pub from: String,
    /// The version being installed.
    pub to: String,
    /// How many instructions it has.
    pub steps: usize,
    /// Whether the emulator is restarted.
    pub restarts_emulator: bool,
    /// What it suspends.
    pub suspended: Vec<SuspensionJson>,
    /// For how long the release handler waits at worst for processes to be suspended, in milliseconds; null where that is not visible.
    pub longest_wait: Option<u64>,
    /// The applications whose environment it changes, before the first step.
    pub environment: Vec<EnvironmentJson>,
    /// The seven properties, in order.
    pub properties: Vec<PropertyJson>,
}

/// Processes that are suspended.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SuspensionJson {
    /// The module that they are found by.
    pub module: String,
    /// The step, from 1.
    pub step: usize,
    /// How long the release handler waits for each, in milliseconds; null for any time.
    pub timeout: Option<u64>,
    /// How many there are; null where that is not visible.
    pub processes: Option<u64>,
}

/// The environment of an application, from `.app` and `sys.config`, as a path changes it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EnvironmentJson {
    /// The application.
    pub application: String,
    /// The keys whose values differ.
    pub changed: Vec<String>,
    /// The keys that are set and were not.
    pub new: Vec<String>,
    /// The keys that are removed.
    pub removed: Vec<String>,
    /// Whether its callback module has `config_change/3`, which is called after the last step; null where that is not visible.
    pub config_change: Option<bool>,
}

/// A property of a path.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PropertyJson {
    /// `steps`, `code`, `processes`, `state`, `leftovers`, `deaths`, `configuration`.
    pub name: String,
    /// What it claims.
    pub claim: String,
    /// `proved`, `refuted`, `accepted` (what speaks against it was allowed) or `not visible`.
    pub outcome: String,
    /// What was seen, or what cannot be.
    pub reasons: Vec<String>,
    /// What refutes it.
    pub refuted_by: Vec<DiagnosticJson>,
    /// What speaks against it and was accepted.
    pub accepted: Vec<AcceptedJson>,
}

/// A finding that was accepted.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AcceptedJson {
    /// The finding, with the level that it has by itself.
    pub finding: DiagnosticJson,
    /// Who accepted it, and why.
    pub why: String,
}

impl VerifyReport {
    /// Of some paths.
    pub fn new(proofs: &[&Proof], missing: &[Missing], complete: bool, inputs: &[(String, String)], findings: &[Diagnostic], files: &Files) -> VerifyReport {
        VerifyReport {
            schema: SCHEMA,
            command: "verify".to_owned(),
            complete: complete && missing.is_empty(),
            hot: !proofs.is_empty() && !proofs.iter().any(|proof| proof.summary.restarts_emulator),
            holds: complete && missing.is_empty() && !proofs.iter().any(|proof| proof.is_refuted()),
            paths: proofs.iter().map(|proof| ProofJson::new(proof, files)).collect(),
            missing: missing
                .iter()
                .map(|one| MissingJson { direction: one.direction.word().to_owned(), path: one.path.clone(), why: one.why.clone() })
                .collect(),
            inputs: inputs.iter().map(|(name, sha256)| InputJson { name: name.clone(), sha256: sha256.clone() }).collect(),
            diagnostics: diagnostics(findings, files),
        }
    }
}

impl ProofJson {
    fn new(proof: &Proof, files: &Files) -> ProofJson {
        ProofJson {
            direction: proof.direction.word().to_owned(),
            path: proof.path.clone(),
            from: proof.versions.0.clone(),
            to: proof.versions.1.clone(),
            steps: proof.steps,
            restarts_emulator: proof.summary.restarts_emulator,
            suspended: proof.suspended.iter().map(SuspensionJson::new).collect(),
            longest_wait: proof.longest_wait(),
            environment: proof.environment.iter().map(EnvironmentJson::new).collect(),
            properties: proof.outcomes.iter().map(|(property, outcome)| PropertyJson::new(*property, outcome, files)).collect(),
        }
    }
}

impl SuspensionJson {
    fn new(one: &Suspension) -> SuspensionJson {
        SuspensionJson { module: one.module.to_string(), step: one.step + 1, timeout: one.timeout, processes: one.processes }
    }
}

impl EnvironmentJson {
    fn new(one: &Environment) -> EnvironmentJson {
        let of = |sign: Sign| one.keys.iter().filter(|key| key.sign == sign).map(|key| key.name.clone()).collect();
        EnvironmentJson {
            application: one.application.clone(),
            changed: of(Sign::Changed),
            new: of(Sign::Added),
            removed: of(Sign::Removed),
            config_change: one.taken,
        }
    }
}

impl PropertyJson {
    fn new(property: Property, outcome: &Outcome, files: &Files) -> PropertyJson {
        let (reasons, refuting, accepted) = match outcome {
            Outcome::Proved(seen) => (vec![seen.clone()], [].as_slice(), [].as_slice()),
            Outcome::Accepted(accepted, open) => (open.clone(), [].as_slice(), accepted.as_slice()),
            Outcome::NotVisible(reasons) => (reasons.clone(), [].as_slice(), [].as_slice()),
            Outcome::Refuted(findings) => (Vec::new(), findings.as_slice(), [].as_slice()),
        };
        let refuted_by = diagnostics(refuting, files);
        let findings: Vec<Diagnostic> = accepted.iter().map(|one| one.finding.clone()).collect();
        let accepted = diagnostics(&findings, files).into_iter().zip(accepted).map(|(finding, one)| AcceptedJson { finding, why: one.why.clone() }).collect();
        PropertyJson { name: property.name().to_owned(), claim: property.claim().to_owned(), outcome: outcome.word().to_owned(), reasons, refuted_by, accepted }
    }
}
