//! The modules of a path as a picture: DOT for Graphviz, Mermaid for Markdown.

use crate::escape;
use crate::plan::Cluster;
use crate::term::Atom;
use std::fmt::Write;

/// The language of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphFormat {
    /// Graphviz.
    Dot,
    /// Mermaid.
    Mermaid,
}

/// Draws clusters in the order of their emission; an arrow goes from a module to each that it depends on, and the number
/// is the place at which it is suspended.
pub fn graph(path: &str, clusters: &[Cluster], format: GraphFormat) -> String {
    match format {
        GraphFormat::Dot => dot(path, clusters),
        GraphFormat::Mermaid => mermaid(path, clusters),
    }
}

/// Each module's number, counted over all clusters.
fn numbered(clusters: &[Cluster]) -> impl Iterator<Item = (usize, Vec<(usize, &Atom)>)> {
    let mut next = 0;
    clusters.iter().enumerate().map(move |(at, cluster)| {
        let modules = cluster.modules.iter().enumerate().map(|(offset, module)| (next + offset + 1, module)).collect::<Vec<_>>();
        next += cluster.modules.len();
        (at + 1, modules)
    })
}

/// Text between quotes in DOT.
pub(super) fn escaped(text: &str) -> String {
    escape::line(text).replace('\\', "\\\\").replace('"', "\\\"")
}

/// Text between quotes in Mermaid: `#` begins an entity, and a label may hold HTML.
pub(super) fn label(text: &str) -> String {
    escape::line(text).replace('#', "#35;").replace('"', "#quot;").replace('<', "#lt;")
}

fn dot(path: &str, clusters: &[Cluster]) -> String {
    let mut out = format!("digraph relup {{\n  label=\"{}\";\n  node [shape=box, fontname=\"sans-serif\"];\n", escaped(path));
    for (at, modules) in numbered(clusters) {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "  subgraph cluster_{at} {{\n    label=\"step {at}\";");
        for (number, module) in modules {
            let name = escaped(module.as_str());
            let _ = writeln!(out, "    \"{name}\" [label=\"{number}. {name}\"];");
        }
        out.push_str("  }\n");
    }
    for (from, to) in clusters.iter().flat_map(|cluster| &cluster.dependencies) {
        let _ = writeln!(out, "  \"{}\" -> \"{}\";", escaped(from.as_str()), escaped(to.as_str()));
    }
    out.push_str("}\n");
    out
}

fn mermaid(path: &str, clusters: &[Cluster]) -> String {
    let title = escaped(path);
    let mut out = format!("---\ntitle: \"{title}\"\n---\nflowchart TB\n");
    let mut ids = std::collections::HashMap::new();
    for (at, modules) in numbered(clusters) {
        let _ = writeln!(out, "  subgraph s{at} [\"step {at}\"]");
        for (number, module) in modules {
            ids.entry(module).or_insert(number);
            let _ = writeln!(out, "    m{number}[\"{number}. {}\"]", label(module.as_str()));
        }
        out.push_str("  end\n");
    }
    for (from, to) in clusters.iter().flat_map(|cluster| &cluster.dependencies) {
        if let (Some(from), Some(to)) = (ids.get(from), ids.get(to)) {
            let _ = writeln!(out, "  m{from} --> m{to}");
        }
    }
    out
}
