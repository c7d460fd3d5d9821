//! Findings as SARIF 2.1.0 (OASIS), for code scanning: one run, every rule that fired with its page's words, lines and
//! columns from 1.

use super::document;
use crate::diag::{Code, Diagnostic, Fix, Label, Severity};
use crate::source::Files;
use crate::span::Span;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// One SARIF document of findings.
pub fn sarif(findings: &[Diagnostic], files: &Files) -> String {
    let fired: BTreeMap<&str, &Code> = findings.iter().map(|found| (found.code.id, found.code)).collect();
    let index: BTreeMap<&str, usize> = fired.keys().enumerate().map(|(at, id)| (*id, at)).collect();
    let rules: Vec<Value> = fired.values().map(|code| rule(code)).collect();
    let results: Vec<Value> = findings.iter().map(|found| result(found, index.get(found.code.id).copied().unwrap_or(0), files)).collect();
    document(&json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "relupc",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    }))
}

fn rule(code: &Code) -> Value {
    let mut rule = json!({
        "id": code.id,
        "name": code.name,
        "shortDescription": {"text": code.summary().replace('\n', " ")},
        "help": {"text": code.page, "markdown": code.page},
        "defaultConfiguration": {"level": level(code.severity)},
        "properties": {"tags": [code.group()]},
    });
    if let (Some(object), Some(url)) = (rule.as_object_mut(), code.url()) {
        object.insert("helpUri".to_owned(), url.into());
    }
    rule
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "note",
    }
}

fn result(found: &Diagnostic, rule: usize, files: &Files) -> Value {
    let text = match &found.help {
        Some(help) => format!("{}. Help: {help}", found.message),
        None => found.message.clone(),
    };
    let mut labels = found.labels.iter();
    let mut value = json!({
        "ruleId": found.code.id,
        "ruleIndex": rule,
        "level": level(found.severity),
        "message": {"text": text},
        "locations": labels.next().map(|label| location(label, files)).into_iter().collect::<Vec<_>>(),
    });
    let related: Vec<Value> = labels.map(|label| location(label, files)).collect();
    if let Some(object) = value.as_object_mut() {
        if !related.is_empty() {
            object.insert("relatedLocations".to_owned(), Value::from(related));
        }
        if let Some(fix) = &found.fix {
            object.insert("fixes".to_owned(), json!([fix_value(fix, files)]));
        }
        if !found.paths.is_empty() {
            object.insert("properties".to_owned(), json!({"paths": found.paths}));
        }
    }
    value
}

fn location(label: &Label, files: &Files) -> Value {
    json!({"physicalLocation": {"artifactLocation": artifact(label.span, files), "region": region(label.span, files)}, "message": {"text": label.text}})
}

/// The file as a URI reference: relative names stay relative to where the run began.
fn artifact(span: Span, files: &Files) -> Value {
    let name = files.get(span.file).map(|file| file.name.as_str()).unwrap_or_default();
    let mut uri = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    json!({"uri": uri})
}

fn region(span: Span, files: &Files) -> Value {
    let Some(file) = files.get(span.file) else { return json!({"startLine": 1}) };
    let (start, end) = (file.place(span.start), file.place(span.end));
    json!({"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column})
}

fn fix_value(fix: &Fix, files: &Files) -> Value {
    let mut changes: BTreeMap<String, (Value, Vec<Value>)> = BTreeMap::new();
    for edit in &fix.edits {
        let artifact = artifact(edit.span, files);
        let entry = changes.entry(artifact.to_string()).or_insert_with(|| (artifact, Vec::new()));
        entry.1.push(json!({"deletedRegion": region(edit.span, files), "insertedContent": {"text": edit.text}}));
    }
    let changes: Vec<Value> =
        changes.into_values().map(|(artifact, replacements)| json!({"artifactLocation": artifact, "replacements": replacements})).collect();
    json!({"description": {"text": fix.title}, "artifactChanges": changes})
}
