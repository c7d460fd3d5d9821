//! Which changed application needs which, drawn as SVG: what is needed is further left.

use super::super::page::escaped;
use crate::compare::{ApplicationChange, Comparison, Verdict};
use std::collections::HashMap;
use std::fmt::Write;

const BOX_WIDTH: usize = 190;
const BOX_HEIGHT: usize = 34;
const GAP_X: usize = 70;
const GAP_Y: usize = 14;
/// More applications than this are a table's job.
const DRAWN: usize = 60;

/// What every application needs; arrows to it say nothing.
const NEEDED_BY_ALL: &[&str] = &["kernel", "stdlib", "elixir"];

/// The picture; empty when no changed application needs another.
pub(super) fn picture(comparison: &Comparison) -> String {
    let needs = |application: &ApplicationChange, other: &ApplicationChange| application.needs.contains(&other.name);
    let all: Vec<&ApplicationChange> =
        comparison.applications.iter().filter(|application| !NEEDED_BY_ALL.contains(&application.name.as_str())).take(DRAWN).collect();
    let linked = |one: &&&ApplicationChange| all.iter().any(|other| one.name != other.name && (needs(one, other) || needs(other, one)));
    let applications: Vec<&ApplicationChange> = all.iter().filter(linked).copied().collect();
    let index: HashMap<&str, usize> = applications.iter().enumerate().map(|(at, application)| (application.name.as_str(), at)).collect();
    let arrows: Vec<(usize, usize)> = applications
        .iter()
        .enumerate()
        .flat_map(|(at, application)| application.needs.iter().filter_map(|name| index.get(name.as_str())).map(move |needed| (at, *needed)))
        .filter(|(from, to)| from != to)
        .collect();
    if arrows.is_empty() {
        return String::new();
    }
    let arrows = direct(&arrows);
    let columns = columns(applications.len(), &arrows);
    let mut rows: HashMap<usize, usize> = HashMap::new();
    let mut places = Vec::with_capacity(applications.len());
    for column in &columns {
        let row = rows.entry(*column).or_default();
        places.push((10 + column * (BOX_WIDTH + GAP_X), 10 + *row * (BOX_HEIGHT + GAP_Y)));
        *row += 1;
    }
    let width = places.iter().map(|(x, _)| x + BOX_WIDTH + 10).max().unwrap_or(0);
    let height = places.iter().map(|(_, y)| y + BOX_HEIGHT + 10).max().unwrap_or(0);
    let mut out = format!(
        "<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"which changed application needs which\">\n<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\"/></marker></defs>\n"
    );
    for (from, to) in arrows {
        if let (Some((from_x, from_y)), Some((to_x, to_y))) = (places.get(from), places.get(to)) {
            // From the left side of the one that needs to the right side of the one that is needed.
            let (y1, y2) = (from_y + BOX_HEIGHT / 2, to_y + BOX_HEIGHT / 2);
            let (x1, x2) = if from_x > to_x { (*from_x, to_x + BOX_WIDTH) } else { (from_x + BOX_WIDTH, *to_x) };
            let middle = x1.midpoint(x2);
            let _ = writeln!(out, "<path class=\"arrow\" d=\"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}\" marker-end=\"url(#tip)\"/>");
        }
    }
    for (application, (x, y)) in applications.iter().zip(&places) {
        let verdict = application.verdict().heavier();
        let _ = writeln!(
            out,
            "<g class=\"{}\"><title>{}: {}</title><rect x=\"{x}\" y=\"{y}\" width=\"{BOX_WIDTH}\" height=\"{BOX_HEIGHT}\" rx=\"5\"/><text x=\"{}\" y=\"{}\">{}</text></g>",
            class(verdict),
            escaped(&application.name),
            verdict.words(),
            x + 10,
            y + BOX_HEIGHT / 2 + 5,
            escaped(&shortened(&application.name))
        );
    }
    out.push_str("</svg>\n");
    out
}

/// The class that colours a verdict.
pub(super) fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Nothing => "nothing",
        Verdict::Hot => "hot",
        Verdict::HotWithCare => "care",
        Verdict::RestartApplication | Verdict::RestartEmulator => "restart",
        Verdict::Rolling => "rolling",
    }
}

fn shortened(name: &str) -> String {
    const ROOM: usize = 22;
    if name.chars().count() <= ROOM { name.to_owned() } else { name.chars().take(ROOM - 1).chain(['…']).collect() }
}

/// The arrows without those that only repeat a way over another application.
fn direct(arrows: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let reaches = |from: usize, goal: usize| {
        let mut open = vec![from];
        let mut seen = vec![from];
        while let Some(at) = open.pop() {
            for (_, to) in arrows.iter().filter(|(start, _)| *start == at) {
                if *to == goal {
                    return true;
                }
                if !seen.contains(to) {
                    seen.push(*to);
                    open.push(*to);
                }
            }
        }
        false
    };
    let is_direct = |(from, to): &&(usize, usize)| !arrows.iter().any(|(start, over)| start == from && over != to && over != from && reaches(*over, *to));
    let kept: Vec<(usize, usize)> = arrows.iter().filter(is_direct).copied().collect();
    // In a circle every arrow repeats another way.
    if kept.is_empty() { arrows.to_vec() } else { kept }
}

/// The longest chain to an application that needs nothing; circles are cut by going round no more often than there are
/// applications.
fn columns(count: usize, arrows: &[(usize, usize)]) -> Vec<usize> {
    let mut columns = vec![0usize; count];
    for _ in 0..count {
        let mut moved = false;
        for (from, to) in arrows {
            let wanted = columns.get(*to).map_or(0, |column| column + 1).min(count - 1);
            if let Some(column) = columns.get_mut(*from).filter(|column| **column < wanted) {
                *column = wanted;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    columns
}
