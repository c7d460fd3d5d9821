//! A comparison of two releases as JSON.

use super::{DiagnosticJson, SCHEMA, diagnostics};
use crate::compare::{ApplicationChange, Both, Comparison, Impact, KINDS, ModuleChange, Presence, Side};
use crate::diag::Diagnostic;
use crate::source::Files;
use schemars::JsonSchema;
use serde::Serialize;

/// What a change asks for, in each direction: `nothing`, `hot`, `hot-with-care`, `restart-application`,
/// `restart-emulator` or `rolling`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct VerdictJson {
    /// On an upgrade.
    pub up: String,
    /// On a downgrade.
    pub down: String,
}

impl From<Both> for VerdictJson {
    fn from(both: Both) -> VerdictJson {
        VerdictJson { up: both.up.word().to_owned(), down: both.down.word().to_owned() }
    }
}

/// Where a fact can be seen.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PlaceJson {
    /// The file, as the debug information or the release names it.
    pub file: String,
    /// The line, from 1; null when only the file is known.
    pub line: Option<u32>,
}

/// Something that changed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FactJson {
    /// What kind of change it is: a word that stays the same.
    #[schemars(schema_with = "kinds")]
    pub kind: &'static str,
    /// The change in a sentence.
    pub text: String,
    /// The names that it is about; what was added begins with `+ `, what is gone with `- `, what changed with `~ `.
    pub items: Vec<String>,
    /// Where it can be seen.
    pub place: Option<PlaceJson>,
    /// What it alone asks for.
    pub verdict: VerdictJson,
}

impl FactJson {
    fn new(fact: &Impact) -> FactJson {
        let place = fact.place.as_ref().map(|place| PlaceJson { file: place.file.clone(), line: Some(place.line).filter(|line| *line > 0) });
        let verdict = VerdictJson::from(Both { up: fact.up, down: fact.down });
        FactJson { kind: fact.change.kind(), text: fact.change.to_string(), items: fact.change.items(), place, verdict }
    }
}

/// A module that differs.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ModuleJson {
    /// Its name.
    pub name: String,
    /// `added`, `removed`, `moved`, `changed`, `attributes only` or `debug information only`.
    pub change: String,
    /// Its behaviours.
    pub behaviours: Vec<String>,
    /// Its MD5 in the base, as OTP computes it.
    pub base_md5: Option<String>,
    /// Its MD5 in the target.
    pub target_md5: Option<String>,
    /// What it asks for.
    pub verdict: VerdictJson,
    /// What else is known.
    pub facts: Vec<FactJson>,
}

impl ModuleJson {
    fn new(module: &ModuleChange) -> ModuleJson {
        let hex = |digest: Option<[u8; 16]>| digest.map(|digest| digest.iter().map(|byte| format!("{byte:02x}")).collect());
        ModuleJson {
            name: module.name.clone(),
            change: module.depth.word().to_owned(),
            behaviours: module.behaviours.clone(),
            base_md5: hex(module.md5.0),
            target_md5: hex(module.md5.1),
            verdict: module.verdict().into(),
            facts: module.impacts.iter().map(FactJson::new).collect(),
        }
    }
}

/// An application that differs.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ApplicationJson {
    /// Its name.
    pub name: String,
    /// `added`, `removed` or `both`.
    pub presence: String,
    /// Its version in the base.
    pub base: Option<String>,
    /// Its version in the target.
    pub target: Option<String>,
    /// What it asks for.
    pub verdict: VerdictJson,
    /// What changed but its modules.
    pub facts: Vec<FactJson>,
    /// Its modules that differ.
    pub modules: Vec<ModuleJson>,
    /// How many of its modules are the same.
    pub same_modules: usize,
    /// Which applications it needs, of those that differ too.
    pub needs: Vec<String>,
}

impl ApplicationJson {
    fn new(application: &ApplicationChange) -> ApplicationJson {
        ApplicationJson {
            name: application.name.clone(),
            presence: match application.presence {
                Presence::Added => "added",
                Presence::Removed => "removed",
                Presence::Both => "both",
            }
            .to_owned(),
            base: application.base.clone(),
            target: application.target.clone(),
            verdict: application.verdict().into(),
            facts: application.impacts.iter().map(FactJson::new).collect(),
            modules: application.modules.iter().map(ModuleJson::new).collect(),
            same_modules: application.same_modules,
            needs: application.needs.clone(),
        }
    }
}

/// One of the two releases.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SideJson {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its ERTS version.
    pub erts: String,
    /// The versions of the compiler that its changed modules name.
    pub compilers: Vec<String>,
}

impl From<&Side> for SideJson {
    fn from(side: &Side) -> SideJson {
        SideJson { name: side.name.clone(), version: side.version.clone(), erts: side.erts.clone(), compilers: side.compilers.clone() }
    }
}

/// All that differs.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ComparisonJson {
    /// The old release.
    pub base: SideJson,
    /// The new release.
    pub target: SideJson,
    /// What the whole release asks for.
    pub verdict: VerdictJson,
    /// What changed besides the applications.
    pub facts: Vec<FactJson>,
    /// The applications that differ, in the order in which an upgrade treats them.
    pub applications: Vec<ApplicationJson>,
    /// How many applications are the same.
    pub same_applications: usize,
}

/// What `diff --format json` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DiffReport {
    /// The version of this document.
    pub schema: u32,
    /// Always `diff`.
    pub command: String,
    /// The comparison; null when a release cannot be used.
    pub comparison: Option<ComparisonJson>,
    /// The findings.
    pub diagnostics: Vec<DiagnosticJson>,
}

impl DiffReport {
    /// Of a run.
    pub fn new(comparison: Option<&Comparison>, findings: &[Diagnostic], files: &Files) -> DiffReport {
        let comparison = comparison.map(|comparison| ComparisonJson {
            base: SideJson::from(&comparison.base),
            target: SideJson::from(&comparison.target),
            verdict: comparison.verdict().into(),
            facts: comparison.impacts.iter().map(FactJson::new).collect(),
            applications: comparison.applications.iter().map(ApplicationJson::new).collect(),
            same_applications: comparison.same_applications,
        });
        DiffReport { schema: SCHEMA, command: "diff".to_owned(), comparison, diagnostics: diagnostics(findings, files) }
    }
}

/// The kinds that there are.
fn kinds(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let all: std::collections::BTreeSet<&str> = KINDS.iter().copied().collect();
    schemars::json_schema!({ "type": "string", "enum": all })
}
