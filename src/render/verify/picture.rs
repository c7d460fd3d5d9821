//! All paths between releases as a picture: DOT for Graphviz, Mermaid for Markdown.

use super::super::GraphFormat;
use super::super::graph::{escaped, label};
use crate::proof::{Direct, Edge, Graph, Way};

/// Draws the direct paths: an arrow for each, bold where it restarts the emulator, red and dashed where it is refuted.
pub fn paths_picture(graph: &Graph, format: GraphFormat) -> String {
    match format {
        GraphFormat::Dot => dot(graph),
        GraphFormat::Mermaid => mermaid(graph),
    }
}

/// What an arrow stands for.
#[derive(Clone, Copy)]
enum Arrow {
    /// A path that keeps the emulator running.
    Plain,
    /// One that restarts it.
    Restart,
    /// One that is refuted.
    Refuted,
}

/// A picture: its beginning, a line for each release by its number, one for each direct path, its end.
fn drawn(graph: &Graph, head: &str, node: impl Fn(usize, &str) -> String, arrow: impl Fn(&Edge, Arrow) -> String, tail: &str) -> String {
    let mut out = head.to_owned();
    out.extend(graph.releases.iter().enumerate().map(|(at, (_, version))| node(at, version)));
    for edge in &graph.edges {
        let kind = match (&edge.direct, edge.way()) {
            (Direct::Missing(_), _) => continue,
            (Direct::Compiled(_), Way::Direct) => Arrow::Plain,
            (Direct::Compiled(_), Way::Restart) => Arrow::Restart,
            (Direct::Compiled(_), Way::Through | Way::Refuted | Way::None) => Arrow::Refuted,
        };
        out.push_str(&arrow(edge, kind));
    }
    out + tail
}

fn dot(graph: &Graph) -> String {
    let head = "digraph releases {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\"];\n";
    let node = |at: usize, version: &str| format!("  r{at} [label=\"{}\"];\n", escaped(version));
    let arrow = |edge: &Edge, kind| {
        let style = match kind {
            Arrow::Plain => "",
            Arrow::Restart => " [label=\"restart\", style=bold]",
            Arrow::Refuted => " [label=\"refuted\", style=dashed, color=red, fontcolor=red]",
        };
        format!("  r{} -> r{}{style};\n", edge.from, edge.to)
    };
    drawn(graph, head, node, arrow, "}\n")
}

fn mermaid(graph: &Graph) -> String {
    let node = |at: usize, version: &str| format!("  r{at}[\"{}\"]\n", label(version));
    let arrow = |edge: &Edge, kind| {
        let style = match kind {
            Arrow::Plain => "-->",
            Arrow::Restart => "==>|restart|",
            Arrow::Refuted => "-.->|refuted|",
        };
        format!("  r{} {style} r{}\n", edge.from, edge.to)
    };
    drawn(graph, "flowchart LR\n", node, arrow, "")
}
