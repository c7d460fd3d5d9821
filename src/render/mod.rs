//! Findings and products as people and machines see them. In go plain data; out comes text.

mod diff;
mod explain;
mod graph;
mod human;
mod json;
mod script;

pub use diff::{html as diff_html, markdown as diff_markdown, text as diff_text, verdict_line};
pub use explain::{explain, rules};
pub use graph::{GraphFormat, graph};
pub use human::{Style, human, summary};
pub use json::{DiagnosticJson, DiffReport, ExpandReport, GraphReport, InvertReport, MakeReport, RulesReport, document, schemas};
pub use script::{origin_words, script};
