//! Which modules belong together and which comes first (`systools_rc:make_dependency_graph/1`,
//! `translate_dep_loop/7`).
//!
//! Modules connected by dependencies, in either direction, form a cluster; it is emitted where its first member is.
//! In a cluster dependants come before what they depend on; modules that depend on each other stay together, in
//! script order. Where that leaves a choice, OTP follows its hash tables; here the instruction that is first in
//! the script comes first.

use super::applications::{Task, Work};
use super::faults;
use crate::appup::Dependent;
use crate::diag::Findings;
use crate::relup::Cause;
use crate::span::Spanned;
use crate::term::Atom;
use foldhash::{HashMap, HashMapExt, HashSet};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::unionfind::UnionFind;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Modules that depend on each other.
#[derive(Clone, Debug, Default)]
pub struct Cluster {
    /// Their names in the order they are suspended in: dependants first.
    pub modules: Vec<Atom>,
    /// Which depend on which: pairs of names.
    pub dependencies: Vec<(Atom, Atom)>,
}

/// The clusters of a path, by number: the order of their emission, which is that of their first members.
#[derive(Clone, Debug, Default)]
pub(super) struct Groups {
    /// The tasks that concern modules, cluster by cluster, dependants first.
    order: Vec<usize>,
    /// Where each cluster begins in `order`, and where the last one ends.
    starts: Vec<usize>,
    /// For each task its cluster, when it concerns a module.
    of_task: Vec<Option<usize>>,
}

impl Groups {
    /// How many clusters there are.
    pub fn count(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// The cluster that a task belongs to.
    pub fn of_task(&self, task: usize) -> Option<usize> {
        self.of_task.get(task).copied().flatten()
    }

    /// The tasks of a cluster, dependants first.
    pub fn members(&self, cluster: usize) -> &[usize] {
        let bounds = self.starts.get(cluster).zip(self.starts.get(cluster + 1));
        bounds.and_then(|(start, end)| self.order.get(*start..*end)).unwrap_or_default()
    }

    /// The clusters by name.
    pub fn named(&self, tasks: &[Task]) -> Vec<Cluster> {
        let members = members(tasks);
        let known: HashSet<&Atom> = members.iter().map(|(_, dependent)| &dependent.module.value).collect();
        let modules = |cluster: usize| self.members(cluster).iter().filter_map(|at| Some(module_of(tasks.get(*at)?)?.module.value.clone())).collect();
        let mut clusters: Vec<Cluster> = (0..self.count()).map(|at| Cluster { modules: modules(at), dependencies: Vec::new() }).collect();
        for (at, dependent) in &members {
            let Some(cluster) = self.of_task(*at).and_then(|cluster| clusters.get_mut(cluster)) else { continue };
            let deps = dependent.deps.iter().map(|dependency| &dependency.value).filter(|dependency| known.contains(dependency));
            cluster.dependencies.extend(deps.map(|dependency| (dependent.module.value.clone(), dependency.clone())));
        }
        clusters
    }
}

fn module_of(task: &Task) -> Option<&Dependent> {
    match &task.work {
        Work::Module(dependent) => Some(dependent),
        Work::Low(_) => None,
    }
}

/// The tasks that concern modules, each with its place.
fn members(tasks: &[Task]) -> Vec<(usize, &Dependent)> {
    tasks.iter().enumerate().filter_map(|(at, task)| Some((at, module_of(task)?))).collect()
}

/// Which of several modules that may come next does come next: the one with the smallest number. Modules without one,
/// and all of them without a preference, follow the script.
pub type Preference = HashMap<Atom, usize>;

/// Builds the graph, reports what does not fit, and orders each cluster.
pub(super) fn order(tasks: &[Task], preference: &Preference, found: &mut Findings) -> Groups {
    let members = members(tasks);
    let index = index_modules(&members, tasks, found);
    let graph = dependency_graph(&members, &index, found);

    let mut united = UnionFind::new(members.len());
    for edge in graph.raw_edges() {
        united.union(edge.source().index(), edge.target().index());
    }
    // Clusters are numbered by their first members, then filled in topological order.
    let mut numbers: Vec<Option<usize>> = vec![None; members.len()];
    let mut cluster_of = Vec::with_capacity(members.len());
    let mut sizes: Vec<usize> = Vec::new();
    for node in 0..members.len() {
        let Some(number) = numbers.get_mut(united.find(node)) else { continue };
        let cluster = *number.get_or_insert_with(|| {
            sizes.push(0);
            sizes.len() - 1
        });
        cluster_of.push(cluster);
        if let Some(size) = sizes.get_mut(cluster) {
            *size += 1;
        }
    }
    let ends = sizes.iter().scan(0, |end, size| {
        *end += size;
        Some(*end)
    });
    let starts = std::iter::once(0).chain(ends).collect();
    let mut groups = Groups { order: vec![0; members.len()], starts, of_task: vec![None; tasks.len()] };
    for ((at, _), cluster) in members.iter().zip(&cluster_of) {
        if let Some(slot) = groups.of_task.get_mut(*at) {
            *slot = Some(*cluster);
        }
    }
    let rank = |node: usize| members.get(node).and_then(|(_, dependent)| preference.get(&dependent.module.value)).copied().unwrap_or(node);
    let mut free = groups.starts.clone();
    for node in topological(&graph, rank) {
        let place = cluster_of.get(node).and_then(|cluster| free.get_mut(*cluster));
        if let (Some(place), Some((at, _))) = (place, members.get(node)) {
            if let Some(slot) = groups.order.get_mut(*place) {
                *slot = *at;
            }
            *place += 1;
        }
    }
    groups
}

/// Which member a module is; the second instruction for a module is reported.
fn index_modules<'m>(members: &[(usize, &'m Dependent)], tasks: &[Task], found: &mut Findings) -> HashMap<&'m str, usize> {
    let mut index: HashMap<&str, usize> = HashMap::with_capacity(members.len());
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
    let mut groups = kosaraju_scc(graph);
    let mut group_of = vec![0; graph.node_count()];
    for (at, group) in groups.iter_mut().enumerate() {
        group.sort_unstable();
        for node in group {
            if let Some(slot) = group_of.get_mut(node.index()) {
                *slot = at;
            }
        }
    }
    let group_of = |node: NodeIndex| group_of.get(node.index()).copied().unwrap_or(0);
    let between = |from: NodeIndex, to: NodeIndex| Some(group_of(to)).filter(|to| *to != group_of(from));
    let mut waiting = vec![0usize; groups.len()];
    for edge in graph.raw_edges() {
        if let Some(count) = between(edge.source(), edge.target()).and_then(|to| waiting.get_mut(to)) {
            *count += 1;
        }
    }
    let first = |group: usize| groups.get(group).into_iter().flatten().map(|node| rank(node.index())).min().unwrap_or(0);
    let mut ready: BinaryHeap<Reverse<(usize, usize)>> =
        waiting.iter().enumerate().filter(|(_, count)| **count == 0).map(|(group, _)| Reverse((first(group), group))).collect();
    let mut sorted = Vec::with_capacity(graph.node_count());
    while let Some(Reverse((_, group))) = ready.pop() {
        for node in groups.get(group).into_iter().flatten() {
            sorted.push(node.index());
            for next in graph.neighbors(*node).filter_map(|next| between(*node, next)) {
                if let Some(count) = waiting.get_mut(next) {
                    *count -= 1;
                    if *count == 0 {
                        ready.push(Reverse((first(next), next)));
                    }
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
