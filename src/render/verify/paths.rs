//! All paths between releases: as a table for people, as Markdown, a line each.

use super::markdown::escaped;
use crate::escape;
use crate::proof::{Direct, Edge, Graph, Proof, Required, Way};
use std::fmt::Write;

/// How many reasons for a missing path are shown.
const REASONS: usize = 3;

/// A table with a row for each release that runs and a column for each that it may become, then what is to be known of paths
/// that are not direct.
pub fn paths_text(graph: &Graph) -> String {
    let mut rows = vec![std::iter::once("from / to".to_owned()).chain(versions(graph)).collect::<Vec<_>>()];
    rows.extend((0..graph.releases.len()).map(|from| row(graph, from)));
    let columns = graph.releases.len() + 1;
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for row in &rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        let _ = writeln!(out, "{}", cells.join("  ").trim_end());
    }
    for edge in &graph.edges {
        let words = words(graph, edge);
        if let Some((first, rest)) = words.split_first() {
            let _ = writeln!(out, "{} {}: {first}", edge.direction.word(), graph.name(edge));
            rest.iter().for_each(|reason| out.push_str(&format!("  {reason}\n")));
        }
    }
    for required in &graph.required {
        let _ = writeln!(out, "{}", required_words(required));
    }
    escape::lines(&out).into_owned()
}

/// Each path on a line: `upgrade 1.0.0 -> 1.1.0: direct, proved`.
pub fn paths_concise(graph: &Graph) -> String {
    let line = |edge: &Edge| format!("{} {}: {}\n", edge.direction.word(), graph.name(edge), short(graph, edge));
    let required = graph.required.iter().map(|required| format!("{}\n", required_words(required)));
    escape::lines(&graph.edges.iter().map(line).chain(required).collect::<String>()).into_owned()
}

/// The table and the paths that are not direct, as Markdown.
pub fn paths_markdown(graph: &Graph) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut out = format!("## Release paths\n\n**{}**\n\n", paths_verdict(graph));
    out.push_str(&line(std::iter::once("from / to".to_owned()).chain(versions(graph).map(|version| escaped(&version))).collect()));
    out.push_str(&line(vec!["---".to_owned(); graph.releases.len() + 1]));
    for from in 0..graph.releases.len() {
        out.push_str(&line(row(graph, from).iter().map(|cell| escaped(cell)).collect()));
    }
    out.push('\n');
    for edge in &graph.edges {
        let words: Vec<String> = words(graph, edge).iter().map(|words| escaped(words)).collect();
        if !words.is_empty() {
            let _ = writeln!(out, "- {} {}: {}", edge.direction.word(), escaped(&graph.name(edge)), words.join("<br>"));
        }
    }
    for required in &graph.required {
        let _ = writeln!(out, "- {}", escaped(&required_words(required)));
    }
    out
}

/// The last line: how many paths there are, and of what kind.
pub fn paths_verdict(graph: &Graph) -> String {
    let count = |way: Way| graph.edges.iter().filter(|edge| edge.way() == way).count();
    let proved = graph.edges.iter().filter(|edge| edge.way() == Way::Direct && is_proved(edge)).count();
    let instead = graph.edges.iter().filter(|edge| edge.way() == Way::Through && word_of(edge).is_some()).count();
    let parts: Vec<String> = Way::ALL
        .into_iter()
        .filter(|way| count(*way) > 0)
        .map(|way| match way {
            Way::Direct => format!("{} direct ({proved} proved)", count(way)),
            Way::Restart => format!("{} with a restart", count(way)),
            Way::Through if instead > 0 => format!("{} through other releases ({instead} of them instead of a refuted path)", count(way)),
            Way::Through => format!("{} through other releases", count(way)),
            Way::Refuted => format!("{} refuted", count(way)),
            Way::None => format!("{} without any path", count(way)),
        })
        .collect();
    format!("{}: {}", super::super::count(graph.edges.len(), "path"), if parts.is_empty() { "nothing verified".to_owned() } else { parts.join(", ") })
}

fn versions(graph: &Graph) -> impl Iterator<Item = String> {
    graph.releases.iter().map(|(_, version)| version.clone())
}

fn row(graph: &Graph, from: usize) -> Vec<String> {
    let version = graph.version(from).to_owned();
    let cell = |to: usize| match graph.edge(from, to) {
        Some(edge) if edge.way() == Way::Through => through(graph, edge),
        Some(edge) => edge.way().word().to_owned(),
        None => "·".to_owned(),
    };
    std::iter::once(version).chain((0..graph.releases.len()).map(cell)).collect()
}

/// `through 1.0.1`, or `through 3` where there are so many.
fn through(graph: &Graph, edge: &Edge) -> String {
    match edge.through.as_deref().unwrap_or_default() {
        [one] => format!("through {}", graph.version(*one)),
        several => format!("through {}", super::super::count(several.len(), "release")),
    }
}

fn proof_of(edge: &Edge) -> Option<&Proof> {
    match &edge.direct {
        Direct::Compiled(proof) => Some(proof),
        Direct::Missing(_) => None,
    }
}

/// What is known of a direct path.
fn word_of(edge: &Edge) -> Option<&'static str> {
    proof_of(edge).map(Proof::word)
}

fn is_proved(edge: &Edge) -> bool {
    proof_of(edge).is_some_and(Proof::is_proved)
}

/// A path in a few words.
fn short(graph: &Graph, edge: &Edge) -> String {
    match edge.way() {
        Way::Direct => format!("direct, {}", word_of(edge).unwrap_or_default()),
        Way::Restart => format!("with a restart, {}", word_of(edge).unwrap_or_default()),
        Way::Through => by_hops(graph, edge),
        Way::Refuted => "refuted".to_owned(),
        Way::None => "none".to_owned(),
    }
}

/// `through 1.0.1 and 1.1.0, proved`.
fn by_hops(graph: &Graph, edge: &Edge) -> String {
    let between: Vec<&str> = edge.through.iter().flatten().map(|at| graph.version(*at)).collect();
    let hops = graph.hops(edge);
    let proved = if hops.iter().all(|hop| is_proved(hop)) { "proved" } else { "not refuted" };
    let restarts = if graph.restarts(edge) { ", with a restart" } else { "" };
    format!("through {}{restarts}, {proved}", between.join(", then "))
}

/// What is to be known of a path that is not direct; empty for one that is.
fn words(graph: &Graph, edge: &Edge) -> Vec<String> {
    let reasons = match &edge.direct {
        Direct::Compiled(proof) => proof.refutations().map(|finding| format!("{}: {}", finding.code.id, finding.message)).collect(),
        // Where there is another way, that an entry is missing is no news.
        Direct::Missing(_) if edge.way() == Way::Through => Vec::new(),
        Direct::Missing(reasons) => reasons.clone(),
    };
    let what = match (edge.way(), &edge.direct) {
        (Way::Direct, _) => return Vec::new(),
        (Way::Through, Direct::Compiled(_)) => format!("refuted; {}", short(graph, edge)),
        (Way::Restart | Way::Through | Way::Refuted | Way::None, _) => short(graph, edge),
    };
    let more = reasons.len().saturating_sub(REASONS);
    let rest = (more > 0).then(|| format!("and {more} more"));
    std::iter::once(what).chain(reasons.into_iter().take(REASONS)).chain(rest).collect()
}

fn required_words(required: &Required) -> String {
    let restarts = if required.restarts && required.way != Way::Restart { ", with a restart" } else { "" };
    let verdict = if required.holds() { "kept" } else { "not kept" };
    format!("required {} -> {}: {verdict}: {}{restarts}", required.from, required.to, required.way.word())
}
