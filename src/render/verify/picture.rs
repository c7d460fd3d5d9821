//! All paths between releases as a picture: DOT for Graphviz, Mermaid for Markdown.

use super::super::GraphFormat;
use super::super::graph::{escaped, label};
use crate::proof::{Direct, Edge, Graph, Way};
use std::fmt::Write;

/// Draws the direct paths: an arrow for each, bold where it restarts the emulator, red and dashed where it is refuted.
pub fn paths_picture(graph: &Graph, format: GraphFormat) -> String {
    match format {
        GraphFormat::Dot => dot(graph),
        GraphFormat::Mermaid => mermaid(graph),
    }
}

/// What is written at an arrow.
fn words(edge: &Edge) -> &'static str {
    match (edge.way(), &edge.direct) {
        (_, Direct::Missing(_)) | (Way::Direct, _) => "",
        (Way::Restart, _) => "restart",
        (Way::Through | Way::Refuted | Way::None, Direct::Compiled(_)) => "refuted",
    }
}

fn drawn(graph: &Graph) -> impl Iterator<Item = (&Edge, &'static str)> {
    graph.edges.iter().filter(|edge| matches!(edge.direct, Direct::Compiled(_))).map(|edge| (edge, words(edge)))
}

fn dot(graph: &Graph) -> String {
    let mut out = String::from("digraph releases {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\"];\n");
    for (at, (_, version)) in graph.releases.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "  r{at} [label=\"{}\"];", escaped(version));
    }
    for (edge, words) in drawn(graph) {
        let style = match words {
            "restart" => " [label=\"restart\", style=bold]",
            "refuted" => " [label=\"refuted\", style=dashed, color=red, fontcolor=red]",
            _ => "",
        };
        let _ = writeln!(out, "  r{} -> r{}{style};", edge.from, edge.to);
    }
    out.push_str("}\n");
    out
}

fn mermaid(graph: &Graph) -> String {
    let mut out = String::from("flowchart LR\n");
    for (at, (_, version)) in graph.releases.iter().enumerate() {
        let _ = writeln!(out, "  r{at}[\"{}\"]", label(version));
    }
    for (edge, words) in drawn(graph) {
        let arrow = match words {
            "restart" => "==>|restart|",
            "refuted" => "-.->|refuted|",
            _ => "-->",
        };
        let _ = writeln!(out, "  r{} {arrow} r{}", edge.from, edge.to);
    }
    out
}
