//! All paths between some releases: which there are, which of them only through other releases.

use super::Proof;
use crate::appup::Direction;
use petgraph::algo::astar;
use petgraph::graph::{DiGraph, NodeIndex};

/// A path between two releases that is compiled from the appups of the later one.
#[derive(Clone, Debug)]
pub enum Direct {
    /// There is one; what is known of it.
    Compiled(Box<Proof>),
    /// There is none; why.
    Missing(Vec<String>),
}

impl Direct {
    /// Its proof, unless it is refuted.
    fn usable(&self) -> Option<&Proof> {
        match self {
            Direct::Compiled(proof) => Some(proof.as_ref()).filter(|proof| !proof.is_refuted()),
            Direct::Missing(_) => None,
        }
    }
}

/// A path from one release to another.
#[derive(Clone, Debug)]
pub struct Edge {
    /// The release that runs before it, counted from 0.
    pub from: usize,
    /// The release that runs after it.
    pub to: usize,
    /// An upgrade if the second release is the later one.
    pub direction: Direction,
    /// What is known of the direct path.
    pub direct: Direct,
    /// The releases between, where the direct path cannot be used and there is another way.
    pub through: Option<Vec<usize>>,
}

/// How one gets from one release to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By one path, without a restart.
    Direct,
    /// By one path, which restarts the emulator.
    Restart,
    /// By one path after the other.
    Through,
    /// The one path that there is is refuted, and there is no other way.
    Refuted,
    /// Not at all.
    None,
}

impl Way {
    /// All, in the order of their worth.
    pub const ALL: [Way; 5] = [Way::Direct, Way::Restart, Way::Through, Way::Refuted, Way::None];

    /// Its name in tables and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Way::Direct => "direct",
            Way::Restart => "restart",
            Way::Through => "through",
            Way::Refuted => "refuted",
            Way::None => "none",
        }
    }
}

impl Edge {
    /// How one gets from the one release to the other.
    pub fn way(&self) -> Way {
        match (self.direct.usable(), &self.direct) {
            (Some(proof), _) if proof.summary.restarts_emulator => Way::Restart,
            (Some(_), _) => Way::Direct,
            (None, _) if self.through.is_some() => Way::Through,
            (None, Direct::Compiled(_)) => Way::Refuted,
            (None, Direct::Missing(_)) => Way::None,
        }
    }
}

/// A path that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Required {
    /// The version that runs before it.
    pub from: String,
    /// The version that runs after it.
    pub to: String,
    /// How one gets there.
    pub way: Way,
    /// Whether the emulator is restarted on that way.
    pub restarts: bool,
}

impl Required {
    /// Whether there is a way that is not refuted.
    pub fn holds(&self) -> bool {
        match self.way {
            Way::Direct | Way::Restart | Way::Through => true,
            Way::Refuted | Way::None => false,
        }
    }
}

/// All paths between some releases.
#[derive(Clone, Debug)]
pub struct Graph {
    /// The releases, the earliest first: each name with its version.
    pub releases: Vec<(String, String)>,
    /// The paths, by their first and then by their second release.
    pub edges: Vec<Edge>,
    /// The paths that were asked for.
    pub required: Vec<Required>,
}

impl Graph {
    /// From the direct paths to the ways through other releases: an upgrade goes through upgrades alone and a downgrade through
    /// downgrades, with as few restarts as possible, then as few paths.
    pub fn new(releases: Vec<(String, String)>, mut edges: Vec<Edge>) -> Graph {
        edges.sort_by_key(|edge| (edge.from, edge.to));
        // A restart costs more than any number of paths without one.
        let restart = releases.len() + 1;
        for direction in [Direction::Up, Direction::Down] {
            let mut graph: DiGraph<(), usize> = DiGraph::with_capacity(releases.len(), edges.len());
            let nodes: Vec<NodeIndex> = releases.iter().map(|_| graph.add_node(())).collect();
            for edge in edges.iter().filter(|edge| edge.direction == direction) {
                if let (Some(proof), Some(from), Some(to)) = (edge.direct.usable(), nodes.get(edge.from), nodes.get(edge.to)) {
                    graph.add_edge(*from, *to, if proof.summary.restarts_emulator { restart } else { 1 });
                }
            }
            for edge in edges.iter_mut().filter(|edge| edge.direction == direction && edge.direct.usable().is_none()) {
                let (Some(from), Some(to)) = (nodes.get(edge.from), nodes.get(edge.to)) else { continue };
                let shortest = astar(&graph, *from, |node| node == *to, |hop| *hop.weight(), |_| 0);
                edge.through = shortest.map(|(_, nodes)| nodes.iter().skip(1).take(nodes.len().saturating_sub(2)).map(|node| node.index()).collect());
            }
        }
        Graph { releases, edges, required: Vec::new() }
    }

    /// The same where some paths must be there, each from one release to another.
    #[must_use]
    pub fn require(mut self, paths: &[(usize, usize)]) -> Graph {
        let required = |(from, to): &(usize, usize)| {
            // A release is where it is.
            let edge = self.edge(*from, *to);
            let (way, restarts) = edge.map_or((Way::Direct, false), |edge| (edge.way(), self.restarts(edge)));
            Required { from: self.version(*from).to_owned(), to: self.version(*to).to_owned(), way, restarts }
        };
        self.required = paths.iter().map(required).collect();
        self
    }

    /// Whether every path that must be there is; where none was asked for, whether no path is refuted.
    pub fn holds(&self) -> bool {
        let is_refuted = |edge: &Edge| matches!(&edge.direct, Direct::Compiled(proof) if proof.is_refuted());
        if self.required.is_empty() { !self.edges.iter().any(is_refuted) } else { self.required.iter().all(Required::holds) }
    }

    /// The version of a release.
    pub fn version(&self, at: usize) -> &str {
        self.releases.get(at).map_or("", |(_, version)| version)
    }

    /// The path from one release to another; `None` for a release to itself.
    pub fn edge(&self, from: usize, to: usize) -> Option<&Edge> {
        let at = self.edges.binary_search_by_key(&(from, to), |edge| (edge.from, edge.to)).ok()?;
        self.edges.get(at)
    }

    /// The paths that a way is made of, in their order.
    pub fn hops<'g>(&'g self, edge: &'g Edge) -> Vec<&'g Edge> {
        let between = edge.through.iter().flatten().copied();
        let stops: Vec<usize> = std::iter::once(edge.from).chain(between).chain([edge.to]).collect();
        stops.iter().zip(stops.iter().skip(1)).filter_map(|(from, to)| self.edge(*from, *to)).collect()
    }

    /// Whether the emulator is restarted on the way that an edge stands for.
    pub fn restarts(&self, edge: &Edge) -> bool {
        match edge.way() {
            Way::Restart => true,
            Way::Through => self.hops(edge).iter().any(|hop| hop.way() == Way::Restart),
            Way::Direct | Way::Refuted | Way::None => false,
        }
    }

    /// The name of a path: `1.0.0 -> 1.1.0`.
    pub fn name(&self, edge: &Edge) -> String {
        format!("{} -> {}", self.version(edge.from), self.version(edge.to))
    }
}

#[cfg(test)]
mod tests {
    use super::{Direct, Edge, Graph, Way};
    use crate::appup::Direction;
    use crate::node::Summary;
    use crate::proof::Proof;

    fn graph(count: usize, usable: &[(usize, usize, bool)]) -> Graph {
        let pairs = (0..count).flat_map(|from| (0..count).filter(move |to| *to != from).map(move |to| (from, to)));
        let edges = pairs.map(|(from, to)| {
            let direction = if from < to { Direction::Up } else { Direction::Down };
            let direct = match usable.iter().find(|(a, b, _)| (*a, *b) == (from, to)) {
                Some((_, _, restarts)) => Direct::Compiled(Box::new(Proof {
                    path: String::new(),
                    direction,
                    versions: (String::new(), String::new()),
                    summary: Summary { restarts_emulator: *restarts, ..Summary::default() },
                    steps: 0,
                    suspended: Vec::new(),
                    environment: Vec::new(),
                    outcomes: Vec::new(),
                })),
                None => Direct::Missing(Vec::new()),
            };
            Edge { from, to, direction, direct, through: None }
        });
        Graph::new((0..count).map(|at| (String::new(), at.to_string())).collect(), edges.collect())
    }

    #[test]
    fn ways_take_few_restarts_and_then_few_paths() {
        let graph = graph(5, &[(0, 1, false), (1, 2, false), (2, 3, false), (0, 2, true), (0, 4, true), (4, 3, false), (3, 2, true), (4, 1, true)]);
        let through = |from, to| graph.edge(from, to).unwrap().through.clone();
        assert_eq!(through(0, 3), Some(vec![1, 2]), "longer, but without a restart");
        assert_eq!(through(1, 3), Some(vec![2]));
        assert_eq!(through(4, 2), Some(vec![3]), "with a restart where there is no other way");
        assert_eq!(through(3, 0), None);
        assert_eq!(through(3, 4), None, "an upgrade goes through no downgrade");
        assert_eq!(through(0, 1), None, "what is direct goes through nothing");
        let ways: Vec<Way> = [(0, 1), (0, 2), (0, 3), (3, 0)].map(|(from, to)| graph.edge(from, to).unwrap().way()).to_vec();
        assert_eq!(ways, [Way::Direct, Way::Restart, Way::Through, Way::None]);
        assert_eq!(graph.hops(graph.edge(0, 3).unwrap()).len(), 3);
        assert!(graph.edge(1, 1).is_none());
    }
}
