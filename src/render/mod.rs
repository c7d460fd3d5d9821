//! Findings and products as people and machines see them. In go plain data; out comes text.

mod diff;
mod does;
mod explain;
mod github;
mod graph;
mod human;
mod json;
mod page;
mod reasons;
mod script;
mod tally;
mod verify;

pub use diff::{concise as diff_concise, html as diff_html, markdown as diff_markdown, text as diff_text, verdict_line};
pub use does::does;
pub use explain::{explain, rules};
pub use github::github;
pub use graph::{GraphFormat, graph};
pub use human::{Charset, Style, concise, human, summary};
pub use json::{
    DiagnosticJson, DiffReport, ExpandReport, FmtReport, GenReport, GraphReport, InvertReport, LintReport, MakeReport, PathsReport, RulesReport, Skipped,
    VerifyReport, document, sarif, schemas,
};
pub use reasons::reasons;
pub use script::{origin_words, script};
pub use tally::table;
pub use verify::{paths_concise, paths_markdown, paths_picture, paths_text, paths_verdict, trace, verdict, verify_html, verify_markdown, verify_text};

/// `1 module`, `3 modules`.
fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}
