//! Everything as JSON: one document a run. The schemas in `grammar/json` are made from these types.

mod diff;
mod fmt;
mod generated;
mod lint;
mod paths;
mod sarif;
mod verify;

pub use diff::DiffReport;
pub use fmt::FmtReport;
pub use generated::GenReport;
pub use lint::{LintReport, Skipped};
pub use paths::PathsReport;
pub use sarif::sarif;
pub use verify::VerifyReport;

use crate::appup::Direction;
use crate::diag::{Code, Diagnostic};
use crate::escape;
use crate::otp::Otp;
use crate::plan::Cluster;
use crate::relup::{Cause, Entry, Pass, Relup, Step};
use crate::source::Files;
use crate::span::Span;
use crate::term::print;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter};
use std::io::{self, Write};

/// The version of the documents; it changes when a reader would have to.
const SCHEMA: u32 = 1;

/// A place in a file.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PositionJson {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The offset in bytes, from 0.
    pub byte: usize,
}

/// A labelled range of a file.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LabelJson {
    /// The file.
    pub file: String,
    /// Where the range begins.
    pub start: PositionJson,
    /// Where it ends; this place is no longer part of it.
    pub end: PositionJson,
    /// What is to be seen there.
    pub text: String,
}

/// A replacement of bytes by text.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EditJson {
    /// The file.
    pub file: String,
    /// Where the replaced range begins.
    pub start: PositionJson,
    /// Where it ends; this place is no longer part of it.
    pub end: PositionJson,
    /// The new text.
    pub text: String,
}

/// A fix.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FixJson {
    /// What the edits do.
    pub title: String,
    /// The edits; they do not overlap.
    pub edits: Vec<EditJson>,
    /// Whether it can be applied without a look.
    pub safe: bool,
}

/// A finding.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DiagnosticJson {
    /// The stable code, `RLxxxx`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// `error`, `warning` or `advice`.
    pub severity: String,
    /// What is wrong.
    pub message: String,
    /// The next move.
    pub help: Option<String>,
    /// Where the page about the code is published; null as long as it is not: `relupc explain CODE` prints it.
    pub url: Option<String>,
    /// The places; the first is the one to change.
    pub labels: Vec<LabelJson>,
    /// The fix, where there is one.
    pub fix: Option<FixJson>,
    /// The tag of OTP's error or warning term for the same fault, or null where OTP says nothing.
    pub otp: Option<String>,
    /// The paths it was found on.
    pub paths: Vec<String>,
}

impl DiagnosticJson {
    /// A finding, its places resolved.
    pub fn new(diagnostic: &Diagnostic, files: &Files) -> DiagnosticJson {
        let fix = diagnostic.fix.as_ref().map(|fix| FixJson {
            title: fix.title.clone(),
            safe: fix.safe,
            edits: fix
                .edits
                .iter()
                .map(|edit| {
                    let (file, start, end) = range(edit.span, files);
                    EditJson { file, start, end, text: edit.text.clone() }
                })
                .collect(),
        });
        let labels = diagnostic.labels.iter().map(|label| {
            let (file, start, end) = range(label.span, files);
            LabelJson { file, start, end, text: label.text.to_string() }
        });
        DiagnosticJson {
            code: diagnostic.code.id.to_owned(),
            name: diagnostic.code.name.to_owned(),
            severity: diagnostic.severity.word().to_owned(),
            message: diagnostic.message.clone(),
            help: diagnostic.help.clone(),
            url: diagnostic.code.url(),
            labels: labels.collect(),
            fix,
            otp: diagnostic.otp.as_ref().map(ToString::to_string),
            paths: diagnostic.paths.clone(),
        }
    }
}

fn range(span: Span, files: &Files) -> (String, PositionJson, PositionJson) {
    let place = |offset: u32| {
        let place = files.get(span.file).map(|file| file.place(offset));
        place.map_or(PositionJson { line: 0, column: 0, byte: 0 }, |place| PositionJson { line: place.line, column: place.column, byte: place.byte })
    };
    (files.get(span.file).map(|file| file.name.clone()).unwrap_or_default(), place(span.start), place(span.end))
}

/// Why an instruction is there.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct OriginJson {
    /// `written`, `application_added`, `application_removed`, `erts_changed`, `restart_requested` or `always`.
    pub kind: String,
    /// The application, where one is the reason.
    pub application: Option<String>,
    /// The file it was written in.
    pub file: Option<String>,
    /// Where the instruction that asked for it begins.
    pub start: Option<PositionJson>,
    /// Where it ends.
    pub end: Option<PositionJson>,
    /// The pass that made it: `applications`, `lower`, `merge_object_code` or `place_restart`; null when it is as
    /// written.
    pub pass: Option<String>,
}

/// A low-level instruction.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct StepJson {
    /// OTP's name of it.
    pub op: String,
    /// The whole instruction as an Erlang term.
    pub term: String,
    /// The modules it names.
    pub modules: Vec<String>,
    /// Why it is there.
    pub origin: OriginJson,
}

impl StepJson {
    fn new(step: &Step, files: &Files, otp: Otp) -> StepJson {
        StepJson {
            op: step.op.name().to_owned(),
            term: print::inline(&step.op.to_term(), otp),
            modules: step.op.modules().into_iter().map(|module| module.as_str().to_owned()).collect(),
            origin: OriginJson::new(step, files),
        }
    }
}

impl OriginJson {
    fn new(step: &Step, files: &Files) -> OriginJson {
        let (kind, application) = match &step.origin.cause {
            Cause::Written(_) => ("written", None),
            Cause::ApplicationAdded(name, _) => ("application_added", Some(name)),
            Cause::ApplicationRemoved(name, _) => ("application_removed", Some(name)),
            Cause::ErtsChanged => ("erts_changed", None),
            Cause::RestartRequested => ("restart_requested", None),
            Cause::Always => ("always", None),
        };
        let span = step.origin.span();
        let place = span.is_written().then(|| range(span, files));
        let (file, start, end) = match place {
            Some((file, start, end)) => (Some(file), Some(start), Some(end)),
            None => (None, None, None),
        };
        let pass = step.origin.pass.map(|pass| match pass {
            Pass::Applications => "applications",
            Pass::Lower => "lower",
            Pass::MergeObjectCode => "merge_object_code",
            Pass::PlaceRestart => "place_restart",
        });
        OriginJson { kind: kind.to_owned(), application: application.map(|name| name.as_str().to_owned()), file, start, end, pass: pass.map(str::to_owned) }
    }
}

/// One path of a relup.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PathJson {
    /// The version of the other release.
    pub version: String,
    /// The description, as an Erlang term; null when there is none (OTP writes `[]`).
    pub description: Option<String>,
    /// The script.
    pub instructions: Vec<StepJson>,
}

/// A relup.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RelupJson {
    /// The version of the target.
    pub version: String,
    /// The paths to it.
    pub up: Vec<PathJson>,
    /// The paths from it.
    pub down: Vec<PathJson>,
}

impl RelupJson {
    fn new(relup: &Relup, files: &Files, otp: Otp) -> RelupJson {
        let path = |entry: &Entry| PathJson {
            version: entry.version.clone(),
            description: (!entry.description.is_nil()).then(|| print::inline(&entry.description, otp)),
            instructions: entry.steps.iter().map(|step| StepJson::new(step, files, otp)).collect(),
        };
        RelupJson { version: relup.version.clone(), up: relup.up.iter().map(path).collect(), down: relup.down.iter().map(path).collect() }
    }
}

fn diagnostics(findings: &[Diagnostic], files: &Files) -> Vec<DiagnosticJson> {
    findings.iter().map(|diagnostic| DiagnosticJson::new(diagnostic, files)).collect()
}

/// What `make --format json` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MakeReport {
    /// The version of this document.
    pub schema: u32,
    /// Always `make`.
    pub command: String,
    /// The OTP version whose behaviour counted.
    pub otp: u8,
    /// The relup; null when an input was refused.
    pub relup: Option<RelupJson>,
    /// Where the relup was written; null when it was not.
    pub written: Option<String>,
    /// The paths that are refuted, for which nothing is written unless `--no-verify` is given; nothing is listed with it.
    pub refuted: Vec<String>,
    /// The findings.
    pub diagnostics: Vec<DiagnosticJson>,
}

impl MakeReport {
    /// Of a run.
    pub fn new(relup: Option<&Relup>, written: Option<&str>, refuted: &[(Direction, String)], findings: &[Diagnostic], files: &Files, otp: Otp) -> MakeReport {
        MakeReport {
            schema: SCHEMA,
            command: "make".to_owned(),
            otp: otp.major(),
            relup: relup.map(|relup| RelupJson::new(relup, files, otp)),
            written: written.map(str::to_owned),
            refuted: refuted.iter().map(|(_, path)| path.clone()).collect(),
            diagnostics: diagnostics(findings, files),
        }
    }
}

/// One entry of an appup, translated.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ExpandedJson {
    /// `upgrade` or `downgrade`.
    pub direction: String,
    /// The version of the entry, as an Erlang term.
    pub version: String,
    /// The script.
    pub instructions: Vec<StepJson>,
}

/// What `expand --format json` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ExpandReport {
    /// The version of this document.
    pub schema: u32,
    /// Always `expand`.
    pub command: String,
    /// The application.
    pub application: String,
    /// The entries.
    pub entries: Vec<ExpandedJson>,
    /// The findings.
    pub diagnostics: Vec<DiagnosticJson>,
}

impl ExpandReport {
    /// Of a run: each entry with its direction, version and steps.
    pub fn new<'e>(
        application: &str,
        entries: impl Iterator<Item = (Direction, &'e str, &'e [Step])>,
        findings: &[Diagnostic],
        files: &Files,
        otp: Otp,
    ) -> ExpandReport {
        let entry = |(direction, version, steps): (Direction, &str, &[Step])| ExpandedJson {
            direction: direction.word().to_owned(),
            version: version.to_owned(),
            instructions: steps.iter().map(|step| StepJson::new(step, files, otp)).collect(),
        };
        ExpandReport {
            schema: SCHEMA,
            command: "expand".to_owned(),
            application: application.to_owned(),
            entries: entries.map(entry).collect(),
            diagnostics: diagnostics(findings, files),
        }
    }
}

/// What `invert --format json` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct InvertReport {
    /// The version of this document.
    pub schema: u32,
    /// Always `invert`.
    pub command: String,
    /// The file.
    pub file: String,
    /// The versions of the derived entries, as Erlang terms.
    pub derived: Vec<String>,
    /// The whole file with the derived entries in it; null when something has no inverse.
    pub text: Option<String>,
    /// Whether the file was changed.
    pub written: bool,
    /// The findings.
    pub diagnostics: Vec<DiagnosticJson>,
}

impl InvertReport {
    /// Of a run.
    pub fn new(file: &str, derived: Vec<String>, text: Option<String>, written: bool, findings: &[Diagnostic], files: &Files) -> InvertReport {
        let diagnostics = diagnostics(findings, files);
        InvertReport { schema: SCHEMA, command: "invert".to_owned(), file: file.to_owned(), derived, text, written, diagnostics }
    }
}

/// A group of modules that are replaced together.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ClusterJson {
    /// Its modules, in the order they are suspended in.
    pub modules: Vec<String>,
    /// Which depends on which.
    pub dependencies: Vec<DependencyJson>,
}

/// An arrow of the graph.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DependencyJson {
    /// The module that depends.
    pub from: String,
    /// The module it depends on.
    pub to: String,
}

/// What `graph --format json` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct GraphReport {
    /// The version of this document.
    pub schema: u32,
    /// Always `graph`.
    pub command: String,
    /// The path, `from -> to`.
    pub path: String,
    /// The groups, in the order they are emitted in.
    pub clusters: Vec<ClusterJson>,
    /// The findings.
    pub diagnostics: Vec<DiagnosticJson>,
}

impl GraphReport {
    /// Of a path.
    pub fn new(path: &str, clusters: &[Cluster], findings: &[Diagnostic], files: &Files) -> GraphReport {
        let clusters = clusters.iter().map(|cluster| ClusterJson {
            modules: cluster.modules.iter().map(|module| module.as_str().to_owned()).collect(),
            dependencies: cluster.dependencies.iter().map(|(from, to)| DependencyJson { from: from.as_str().to_owned(), to: to.as_str().to_owned() }).collect(),
        });
        GraphReport {
            schema: SCHEMA,
            command: "graph".to_owned(),
            path: path.to_owned(),
            clusters: clusters.collect(),
            diagnostics: diagnostics(findings, files),
        }
    }
}

/// A code, for `rules --format json`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RuleJson {
    /// `RLxxxx`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its group.
    pub group: String,
    /// Its level.
    pub severity: String,
    /// What it is about.
    pub summary: String,
    /// Where its page is published; null as long as it is not.
    pub url: Option<String>,
}

/// What `rules --format json` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RulesReport {
    /// The version of this document.
    pub schema: u32,
    /// Always `rules`.
    pub command: String,
    /// Every code.
    pub rules: Vec<RuleJson>,
}

impl RulesReport {
    /// Of all codes.
    pub fn new(codes: &[&Code]) -> RulesReport {
        let rule = |code: &&Code| RuleJson {
            code: code.id.to_owned(),
            name: code.name.to_owned(),
            group: code.group().to_owned(),
            severity: code.severity.word().to_owned(),
            summary: code.summary().replace('\n', " "),
            url: code.url(),
        };
        RulesReport { schema: SCHEMA, command: "rules".to_owned(), rules: codes.iter().map(rule).collect() }
    }
}

/// A report as the text of one document.
pub fn document(report: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    // The reports hold strings, numbers and lists only: nothing in them can fail to be written.
    let _ = report.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, Escaping::default()));
    bytes.push(b'\n');
    String::from_utf8(bytes).unwrap_or_default()
}

/// Indented, and every character that could mislead a reader written as an escape: JSON itself asks for C0 only.
#[derive(Default)]
struct Escaping(PrettyFormatter<'static>);

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| escape::is_unsafe(*c)) {
            writer.write_all(rest.get(..at).unwrap_or_default().as_bytes())?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = rest.get(at + c.len_utf8()..).unwrap_or_default();
        }
        writer.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

/// The JSON Schema of each report, under its file's name in `grammar/json`.
pub fn schemas() -> Vec<(&'static str, String)> {
    fn of<T: JsonSchema>() -> String {
        document(&schemars::schema_for!(T))
    }
    vec![
        ("make.schema.json", of::<MakeReport>()),
        ("verify.schema.json", of::<VerifyReport>()),
        ("verify-paths.schema.json", of::<PathsReport>()),
        ("expand.schema.json", of::<ExpandReport>()),
        ("invert.schema.json", of::<InvertReport>()),
        ("diff.schema.json", of::<DiffReport>()),
        ("gen.schema.json", of::<GenReport>()),
        ("fmt.schema.json", of::<FmtReport>()),
        ("lint.schema.json", of::<LintReport>()),
        ("graph.schema.json", of::<GraphReport>()),
        ("rules.schema.json", of::<RulesReport>()),
    ]
}
