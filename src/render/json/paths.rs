//! What `verify --all-paths --format json` prints.

use super::{DiagnosticJson, SCHEMA, diagnostics};
use crate::diag::Diagnostic;
use crate::proof::{Direct, Edge, Graph, Required};
use crate::source::Files;
use schemars::JsonSchema;
use serde::Serialize;

/// What `verify --all-paths --format json` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PathsReport {
    /// The version of this document.
    pub schema: u32,
    /// Always `verify-paths`.
    pub command: String,
    /// Whether every release could be opened, and OTP accepts it.
    pub complete: bool,
    /// Whether all files could be read, and every path that is required is there; where none is, whether no path is refuted.
    pub holds: bool,
    /// The releases, the earliest version first.
    pub releases: Vec<ReleaseJson>,
    /// The paths, by the release that they lead from, then by the one that they lead to.
    pub paths: Vec<EdgeJson>,
    /// The paths that are required.
    pub required: Vec<RequiredJson>,
    /// What keeps releases from being opened, and what refutes paths.
    pub diagnostics: Vec<DiagnosticJson>,
}

/// A release.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ReleaseJson {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// A path.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EdgeJson {
    /// `upgrade` or `downgrade`.
    pub direction: String,
    /// The version that runs before it.
    pub from: String,
    /// The version that runs after it.
    pub to: String,
    /// How one gets there: `direct`, `restart` (a direct path that restarts the emulator), `through` (other releases), `refuted`
    /// (the one path that there is), `none`.
    pub way: String,
    /// The versions between, in their order.
    pub through: Vec<String>,
    /// Whether the emulator is restarted on that way.
    pub restarts: bool,
    /// What is known of the direct path: `proved`, `accepted`, `not refuted`, `refuted`; null where there is none.
    pub direct: Option<String>,
    /// What keeps a direct path from being compiled.
    pub missing: Vec<String>,
    /// The codes of the findings that refute it.
    pub refuted_by: Vec<String>,
}

/// A path that is required.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RequiredJson {
    /// The version that runs before it.
    pub from: String,
    /// The version that runs after it.
    pub to: String,
    /// How one gets there, as in `paths`.
    pub way: String,
    /// Whether the emulator is restarted on that way.
    pub restarts: bool,
    /// Whether there is a way that is not refuted.
    pub holds: bool,
}

impl PathsReport {
    /// Of all paths between some releases.
    pub fn new(graph: &Graph, (complete, holds): (bool, bool), findings: &[Diagnostic], files: &Files) -> PathsReport {
        let release = |(name, version): &(String, String)| ReleaseJson { name: name.clone(), version: version.clone() };
        let required = |one: &Required| RequiredJson {
            from: one.from.clone(),
            to: one.to.clone(),
            way: one.way.word().to_owned(),
            restarts: one.restarts,
            holds: one.holds(),
        };
        PathsReport {
            schema: SCHEMA,
            command: "verify-paths".to_owned(),
            complete,
            holds,
            releases: graph.releases.iter().map(release).collect(),
            paths: graph.edges.iter().map(|edge| EdgeJson::new(graph, edge)).collect(),
            required: graph.required.iter().map(required).collect(),
            diagnostics: diagnostics(findings, files),
        }
    }
}

impl EdgeJson {
    fn new(graph: &Graph, edge: &Edge) -> EdgeJson {
        let version = |at: &usize| graph.version(*at).to_owned();
        let (direct, missing, mut refuted_by) = match &edge.direct {
            Direct::Missing(reasons) => (None, reasons.clone(), Vec::new()),
            Direct::Compiled(proof) => {
                (Some(proof.word().to_owned()), Vec::new(), proof.refutations().map(|finding| finding.code.id.to_owned()).collect::<Vec<_>>())
            }
        };
        refuted_by.sort_unstable();
        refuted_by.dedup();
        EdgeJson {
            direction: edge.direction.word().to_owned(),
            from: version(&edge.from),
            to: version(&edge.to),
            way: edge.way().word().to_owned(),
            through: edge.through.iter().flatten().map(version).collect(),
            restarts: graph.restarts(edge),
            direct,
            missing,
            refuted_by,
        }
    }
}
