//! Which modules belong together and which comes first (`systools_rc:make_dependency_graph/1`,
//! `translate_dep_loop/7`).
//!
//! Modules connected by dependencies, in either direction, form a cluster; it is emitted where its first member stands.
//! In a cluster dependants come before what they depend on; modules that depend on each other stay together, in
//! script order. Where that leaves a choice, OTP follows its hash tables; here the instruction that stands first in
//! the script comes first.

use super::applications::{Task, Work};
use super::faults;
use crate::appup::Dependent;
use crate::diag::Findings;
use crate::relup::Cause;
use crate::span::Spanned;
use crate::term::Atom;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::unionfind::UnionFind;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

/// Modules that depend on each other, in the order they are suspended in.
#[derive(Clone, Debug, Default)]
pub struct Cluster {
    /// Which of the path's tasks they are, dependants first.
    pub(super) tasks: Vec<usize>,
    /// Their names, in the same order.
    pub modules: Vec<Atom>,
    /// Which depend on which: pairs of names.
    pub dependencies: Vec<(Atom, Atom)>,
}

/// All clusters of a path, by the place of their first member.
#[derive(Clone, Debug, Default)]
pub struct Clusters {
    /// In the order of their emission.
    pub list: Vec<Cluster>,
    /// For each task the cluster it belongs to, when it concerns a module.
    pub(super) of_task: Vec<Option<usize>>,
}

/// Which of several modules that may come next does come next: the one with the smallest number. Modules without one,
/// and all of them when there is no preference, follow the script.
pub type Preference = HashMap<Atom, usize>;

/// Builds the graph, reports what does not fit, and orders each cluster.
pub(super) fn order(tasks: &[Task], preference: &Preference, found: &mut Findings) -> Clusters {
    let members: Vec<(usize, &Dependent)> =
        tasks.iter().enumerate().filter_map(|(at, task)| if let Work::Module(dependent) = &task.work { Some((at, dependent)) } else { None }).collect();
    let index = index_modules(&members, tasks, found);
    let graph = dependency_graph(&members, &index, found);

    let mut groups = UnionFind::new(members.len());
    for edge in graph.raw_edges() {
        groups.union(edge.source().index(), edge.target().index());
    }
    let mut clusters = Clusters { list: Vec::new(), of_task: vec![None; tasks.len()] };
    let mut cluster_of_group: HashMap<usize, usize> = HashMap::new();
    for (node, (at, _)) in members.iter().enumerate() {
        let next = clusters.list.len();
        let cluster = *cluster_of_group.entry(groups.find(node)).or_insert(next);
        if cluster == next {
            clusters.list.push(Cluster::default());
        }
        if let Some(slot) = clusters.of_task.get_mut(*at) {
            *slot = Some(cluster);
        }
    }
    let rank = |node: usize| members.get(node).and_then(|(_, dependent)| preference.get(&dependent.module.value)).copied().unwrap_or(node);
    for node in topological(&graph, rank) {
        let Some((at, dependent)) = members.get(node) else { continue };
        let cluster = clusters.of_task.get(*at).copied().flatten();
        if let Some(cluster) = cluster.and_then(|cluster| clusters.list.get_mut(cluster)) {
            cluster.tasks.push(*at);
            cluster.modules.push(dependent.module.value.clone());
        }
    }
    for edge in graph.raw_edges() {
        let ends = (members.get(edge.source().index()), members.get(edge.target().index()));
        if let (Some((at, from)), Some((_, to))) = ends
            && let Some(cluster) = clusters.of_task.get(*at).copied().flatten().and_then(|cluster| clusters.list.get_mut(cluster))
        {
            cluster.dependencies.push((from.module.value.clone(), to.module.value.clone()));
        }
    }
    clusters
}

/// Which member a module is; the second instruction for a module is reported.
fn index_modules<'m>(members: &[(usize, &'m Dependent)], tasks: &[Task], found: &mut Findings) -> HashMap<&'m str, usize> {
    let mut index: HashMap<&str, usize> = HashMap::new();
    for (node, (at, dependent)) in members.iter().enumerate() {
        let name = dependent.module.value.as_str();
        match index.get(name).and_then(|first| members.get(*first)) {
            Some((_, first)) => found.push(faults::module_twice(&dependent.module, first.module.span, &how(tasks.get(*at), &dependent.module))),
            None => {
                index.insert(name, node);
            }
        }
    }
    index
}

fn how(task: Option<&Task>, module: &Spanned<Atom>) -> String {
    match task.map(|task| (&task.origin.cause, task.origin.pass)) {
        Some((Cause::ApplicationAdded(name, _), _)) => format!("adding `{name}` loads `{}`", module.value),
        Some((Cause::Written(_), Some(_))) => format!("this loads `{}` with its application", module.value),
        _ => "this instruction".to_owned(),
    }
}

/// An edge from each module to each that it depends on.
fn dependency_graph(members: &[(usize, &Dependent)], index: &HashMap<&str, usize>, found: &mut Findings) -> DiGraph<(), ()> {
    let edges = members.iter().map(|(_, dependent)| dependent.deps.len()).sum();
    let mut graph = DiGraph::with_capacity(members.len(), edges);
    for _ in members {
        graph.add_node(());
    }
    for (node, (_, dependent)) in members.iter().enumerate() {
        for dependency in &dependent.deps {
            match index.get(dependency.value.as_str()) {
                Some(on) => {
                    graph.add_edge(NodeIndex::new(node), NodeIndex::new(*on), ());
                }
                None => found.push(faults::undefined_dependency(dependency, &dependent.module)),
            }
        }
    }
    graph
}

/// The groups of nodes that reach each other, and nodes that reach themselves; each group and the list of them in order.
pub fn knots(nodes: usize, edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut graph: DiGraph<(), ()> = DiGraph::with_capacity(nodes, edges.len());
    for _ in 0..nodes {
        graph.add_node(());
    }
    for (from, to) in edges.iter().filter(|(from, to)| *from < nodes && *to < nodes) {
        graph.add_edge(NodeIndex::new(*from), NodeIndex::new(*to), ());
    }
    let is_knot = |group: &Vec<NodeIndex>| group.len() > 1 || group.first().is_some_and(|node| graph.contains_edge(*node, *node));
    let mut groups: Vec<Vec<usize>> = kosaraju_scc(&graph).into_iter().filter(is_knot).map(|group| group.into_iter().map(NodeIndex::index).collect()).collect();
    groups.iter_mut().for_each(|group| group.sort_unstable());
    groups.sort_unstable();
    groups
}

/// All nodes, dependants first; nodes in a cycle together and in order; among equals the one of the smallest rank first.
fn topological(graph: &DiGraph<(), ()>, rank: impl Fn(usize) -> usize) -> Vec<usize> {
    let mut groups: Vec<Vec<usize>> = kosaraju_scc(graph).into_iter().map(|group| group.into_iter().map(NodeIndex::index).collect()).collect();
    let mut group_of = vec![0; graph.node_count()];
    for (at, group) in groups.iter_mut().enumerate() {
        group.sort_unstable();
        for node in group {
            if let Some(slot) = group_of.get_mut(*node) {
                *slot = at;
            }
        }
    }
    let group_of = |node: NodeIndex| group_of.get(node.index()).copied().unwrap_or(0);
    let mut waiting = vec![0usize; groups.len()];
    let mut successors: Vec<Vec<usize>> = vec![Vec::new(); groups.len()];
    for edge in graph.raw_edges() {
        let (from, to) = (group_of(edge.source()), group_of(edge.target()));
        if from != to
            && let (Some(list), Some(count)) = (successors.get_mut(from), waiting.get_mut(to))
        {
            list.push(to);
            *count += 1;
        }
    }
    let first = |group: usize| groups.get(group).into_iter().flatten().map(|node| rank(*node)).min().unwrap_or(0);
    let mut ready: BinaryHeap<Reverse<(usize, usize)>> =
        waiting.iter().enumerate().filter(|(_, count)| **count == 0).map(|(group, _)| Reverse((first(group), group))).collect();
    let mut sorted = Vec::with_capacity(graph.node_count());
    while let Some(Reverse((_, group))) = ready.pop() {
        sorted.extend(groups.get(group).into_iter().flatten().copied());
        for next in successors.get(group).into_iter().flatten() {
            if let Some(count) = waiting.get_mut(*next) {
                *count -= 1;
                if *count == 0 {
                    ready.push(Reverse((first(*next), *next)));
                }
            }
        }
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::topological;
    use petgraph::graph::DiGraph;

    fn sorted(nodes: usize, edges: &[(u32, u32)]) -> Vec<usize> {
        let mut graph = DiGraph::from_edges(edges);
        while graph.node_count() < nodes {
            graph.add_node(());
        }
        topological(&graph, |node| node)
    }

    #[test]
    fn dependants_come_first_and_the_script_breaks_ties() {
        assert_eq!(sorted(3, &[(2, 0)]), [1, 2, 0]);
        assert_eq!(sorted(4, &[(0, 2), (1, 2), (3, 2)]), [0, 1, 3, 2]);
    }

    #[test]
    fn cycles_stay_together_in_script_order() {
        assert_eq!(sorted(4, &[(3, 1), (1, 3), (0, 1)]), [0, 1, 3, 2]);
        assert_eq!(sorted(2, &[(0, 0)]), [0, 1]);
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let edges: Vec<(u32, u32)> = (0..200_000).map(|at| (at, at + 1)).collect();
        assert_eq!(sorted(0, &edges).len(), 200_001);
    }
}
