//! Findings and products as people and machines see them. In go plain data; out comes text.

mod diff;
mod explain;
mod github;
mod graph;
mod human;
mod json;
mod script;

pub use diff::{html as diff_html, markdown as diff_markdown, text as diff_text, verdict_line};
pub use explain::{explain, rules};
pub use github::github;
pub use graph::{GraphFormat, graph};
pub use human::{Style, human, plain, summary};
pub use json::{DiagnosticJson, DiffReport, ExpandReport, GraphReport, InvertReport, LintReport, MakeReport, RulesReport, Skipped, document, sarif, schemas};
pub use script::{origin_words, script};
