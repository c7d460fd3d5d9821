//! What `gen --format json` prints.

use super::{DiagnosticJson, SCHEMA, diagnostics};
use crate::author::{Drafted, Generated, Line, Question, Reason, Status};
use crate::compare::Change;
use crate::diag::Diagnostic;
use crate::otp::Otp;
use crate::source::Files;
use crate::term::print::inline;
use schemars::JsonSchema;
use serde::Serialize;

/// What `gen --format json` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct GenReport {
    /// The version of this document.
    pub schema: u32,
    /// Always `gen`.
    pub command: String,
    /// The new release, as it was named.
    pub target: String,
    /// The old releases, as they were named.
    pub bases: Vec<String>,
    /// The applications that need entries, in the order of an upgrade.
    pub applications: Vec<GeneratedJson>,
    /// The findings.
    pub diagnostics: Vec<DiagnosticJson>,
}

/// The appup of an application.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct GeneratedJson {
    /// The application.
    pub name: String,
    /// Its new version.
    pub version: String,
    /// The file that the appup belongs into.
    pub file: String,
    /// The whole appup; null when nothing has to be changed.
    pub text: Option<String>,
    /// Whether the file was written.
    pub written: bool,
    /// The entries that the releases call for.
    pub entries: Vec<EntryJson>,
}

/// An entry for one version, or for several, in one direction.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EntryJson {
    /// `upgrade` or `downgrade`.
    pub direction: String,
    /// The old versions that it is for.
    pub versions: Vec<String>,
    /// What becomes of it: `new`, `covered` (an existing entry does all of it), `incomplete` (an existing entry lacks something),
    /// `amended`, `replaced`.
    pub status: String,
    /// Its instructions, in order.
    pub instructions: Vec<InstructionJson>,
    /// What is worth knowing of it as a whole.
    pub remarks: Vec<String>,
    /// What a person has to answer about it as a whole.
    pub questions: Vec<String>,
}

/// An instruction, and why it is there.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct InstructionJson {
    /// The instruction, as an Erlang term.
    pub term: String,
    /// The module that it is about, when there is one.
    pub module: Option<String>,
    /// Why it is there.
    pub reason: String,
    /// The kinds of change that it is there for, as `diff` names them.
    pub changes: Vec<String>,
    /// What a person has to answer about it.
    pub questions: Vec<String>,
}

impl GenReport {
    /// Of a run.
    pub fn new(target: &str, bases: &[String], generated: &[Generated], written: &[String], findings: &[Diagnostic], files: &Files, otp: Otp) -> GenReport {
        let applications = generated.iter().map(|one| GeneratedJson {
            name: one.application.clone(),
            version: one.version.clone(),
            file: one.file.clone(),
            text: one.after.as_ref().map(|after| after.text.clone()),
            written: written.contains(&one.file),
            entries: one.entries.iter().map(|entry| entry_json(entry, otp)).collect(),
        });
        GenReport {
            schema: SCHEMA,
            command: "gen".to_owned(),
            target: target.to_owned(),
            bases: bases.to_vec(),
            applications: applications.collect(),
            diagnostics: diagnostics(findings, files),
        }
    }
}

fn entry_json(entry: &Drafted, otp: Otp) -> EntryJson {
    let questions = |list: &[Question]| list.iter().map(Question::to_string).collect();
    EntryJson {
        direction: entry.draft.direction.word().to_owned(),
        versions: entry.versions.clone(),
        status: match entry.status {
            Status::New => "new",
            Status::Covered => "covered",
            Status::Incomplete => "incomplete",
            Status::Amended => "amended",
            Status::Replaced => "replaced",
        }
        .to_owned(),
        instructions: entry
            .draft
            .lines
            .iter()
            .map(|line| InstructionJson {
                term: inline(&line.op.to_term(), otp),
                module: line.module.as_ref().map(|module| module.as_str().to_owned()),
                reason: line.reason.to_string(),
                changes: changes(line).into_iter().map(str::to_owned).collect(),
                questions: questions(&line.questions),
            })
            .collect(),
        remarks: entry.draft.remarks.iter().map(Reason::to_string).collect(),
        questions: questions(&entry.draft.questions),
    }
}

/// The kinds of change that an instruction is there for.
fn changes(line: &Line) -> Vec<&'static str> {
    match &line.reason {
        Reason::Arrives => vec![Change::ModuleAdded.kind()],
        Reason::Leaves => vec![Change::ModuleRemoved.kind()],
        Reason::Plain
        | Reason::StateKept
        | Reason::StateUnseen
        | Reason::ConversionWritten
        | Reason::Special
        | Reason::Supervisor
        | Reason::StartedAgain
        | Reason::Renamed => vec![Change::Code.kind()],
        Reason::AttributesOnly => vec![Change::Attributes(Vec::new()).kind()],
        Reason::StateChanged(change) | Reason::OtherProcesses(change) | Reason::Restart(change) | Reason::RestartFor(_, change) | Reason::Beside(change) => {
            vec![change.kind()]
        }
        Reason::NoCode { changes, .. } => changes.iter().map(Change::kind).collect(),
        Reason::ChildrenElsewhere | Reason::ChildLeaves(_) | Reason::ChildArrives(_) | Reason::ChildChanges(_) | Reason::ChildStartsAgain(_) => {
            vec!["children"]
        }
        Reason::RestartForStrategy(_) | Reason::RestartForName(_) => vec!["supervisor-flags"],
        Reason::NotFound(_) => vec!["state"],
        Reason::StartArguments => vec!["callback-module"],
        Reason::Emulator => vec![Change::BasicApplication.kind()],
        Reason::Library | Reason::AlwaysRestarted | Reason::Configured => Vec::new(),
    }
}
