//! The order of a draft's modules, and the dependencies that keep it (`appup(4)`, `DepMods`).
//!
//! In go the modules and which has to be replaced before which; out comes a sequence in which what is new comes first and what is
//! gone last, as far as that order leaves it free, and the lists of dependencies of those that need one.

use crate::plan::knots;
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// When a module comes and goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stay {
    /// It is new.
    Arrives,
    /// It is there before and after.
    Stays,
    /// It is gone afterwards.
    Leaves,
}

/// One module has to be replaced before another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Before {
    /// The first one, by its place in the list of modules.
    pub first: usize,
    /// The second one.
    pub second: usize,
    /// Whether the second one calls what only the new version of the first one has; else the first one calls what the second one
    /// loses.
    pub arriving: bool,
}

/// An order of modules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// The modules that come first, those in the middle, those that come last; each by its place in the list.
    pub sequence: [Vec<usize>; 3],
    /// Pairs of modules in the middle that a dependency keeps in order.
    pub kept: BTreeSet<(usize, usize)>,
    /// Groups of modules that each have to come before the other.
    pub circles: Vec<Vec<usize>>,
}

/// Orders modules.
pub fn order(modules: &[Stay], wanted: &BTreeSet<Before>) -> Order {
    let pairs = |arriving_only: bool| -> Vec<(usize, usize)> {
        wanted.iter().filter(|before| !arriving_only || before.arriving).map(|before| (before.first, before.second)).collect()
    };
    let all = pairs(false);
    let circles = knots(modules.len(), &all);
    // Where not all can be had, that every call finds the function that it is compiled for goes first.
    let left = knots(modules.len(), &pairs(true));
    let (in_circle, in_left) = (groups(modules.len(), &circles), groups(modules.len(), &left));
    let together = |groups: &[usize], first: usize, second: usize| match (groups.get(first), groups.get(second)) {
        (Some(one), Some(other)) => *one != 0 && one == other,
        (_, None) | (None, _) => false,
    };
    let kept = wanted.iter().filter(|before| {
        let Before { first, second, arriving } = **before;
        !together(&in_left, first, second) && (arriving || !together(&in_circle, first, second))
    });
    let kept: BTreeSet<(usize, usize)> = kept.map(|before| (before.first, before.second)).collect();
    let classes = classes(modules, &kept);
    let mut sequence: [Vec<usize>; 3] = Default::default();
    for at in sorted(&classes, &kept) {
        if let Some(part) = classes.get(at).and_then(|class| sequence.get_mut(*class)) {
            part.push(at);
        }
    }
    let in_middle = |at: usize| classes.get(at) == Some(&1);
    Order { sequence, kept: kept.into_iter().filter(|(first, second)| in_middle(*first) && in_middle(*second)).collect(), circles }
}

/// For each module the number of its group, from 1; 0 for none.
fn groups(count: usize, groups: &[Vec<usize>]) -> Vec<usize> {
    let mut of = vec![0; count];
    for (number, group) in (1..).zip(groups) {
        for at in group {
            if let Some(slot) = of.get_mut(*at) {
                *slot = number;
            }
        }
    }
    of
}

/// 0 for modules that come first, 2 for those that come last, 1 for the others. One that is new comes first unless it waits for one
/// that does not; one that is gone comes last unless one that does not waits for it.
fn classes(modules: &[Stay], kept: &BTreeSet<(usize, usize)>) -> Vec<usize> {
    let mut classes: Vec<usize> = modules.iter().map(|stay| if *stay == Stay::Arrives { 0 } else { 1 }).collect();
    let ordered = sorted(&classes, kept);
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); modules.len()];
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); modules.len()];
    for (first, second) in kept {
        before.get_mut(*second).into_iter().for_each(|list| list.push(*first));
        after.get_mut(*first).into_iter().for_each(|list| list.push(*second));
    }
    let all_are = |classes: &[usize], list: Option<&Vec<usize>>, class: usize| list.into_iter().flatten().all(|at| classes.get(*at) == Some(&class));
    for at in &ordered {
        let first = modules.get(*at) == Some(&Stay::Arrives) && all_are(&classes, before.get(*at), 0);
        classes.get_mut(*at).into_iter().for_each(|class| *class = usize::from(!first));
    }
    for at in ordered.iter().rev() {
        if modules.get(*at) == Some(&Stay::Leaves) && all_are(&classes, after.get(*at), 2) {
            classes.get_mut(*at).into_iter().for_each(|class| *class = 2);
        }
    }
    classes
}

/// All modules, those first that others wait for; among equals the one of the lowest class, and of those the first.
fn sorted(classes: &[usize], kept: &BTreeSet<(usize, usize)>) -> Vec<usize> {
    let mut waits = vec![0usize; classes.len()];
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); classes.len()];
    for (first, second) in kept {
        waits.get_mut(*second).into_iter().for_each(|count| *count += 1);
        after.get_mut(*first).into_iter().for_each(|list| list.push(*second));
    }
    let key = |at: usize| Reverse((classes.get(at).copied().unwrap_or(1), at));
    let mut ready: BinaryHeap<Reverse<(usize, usize)>> = (0..classes.len()).filter(|at| waits.get(*at) == Some(&0)).map(key).collect();
    let mut sorted = Vec::with_capacity(classes.len());
    while let Some(Reverse((_, at))) = ready.pop() {
        sorted.push(at);
        for next in after.get(at).into_iter().flatten() {
            if let Some(count) = waits.get_mut(*next) {
                *count -= 1;
                if *count == 0 {
                    ready.push(key(*next));
                }
            }
        }
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn before(first: usize, second: usize, arriving: bool) -> Before {
        Before { first, second, arriving }
    }

    #[test]
    fn what_is_new_comes_first_and_what_is_gone_last() {
        let stays = [Stay::Leaves, Stay::Stays, Stay::Arrives];
        let found = order(&stays, &BTreeSet::from([before(2, 1, true), before(1, 0, false)]));
        assert_eq!(found.sequence, [vec![2], vec![1], vec![0]]);
        assert!(found.kept.is_empty() && found.circles.is_empty(), "{found:?}");
    }

    #[test]
    fn a_new_module_that_needs_a_changed_one_waits_for_it() {
        let stays = [Stay::Stays, Stay::Arrives, Stay::Stays];
        // 1 is new and calls 2, and 0 calls 1.
        let found = order(&stays, &BTreeSet::from([before(2, 1, true), before(1, 0, true)]));
        assert_eq!(found.sequence, [vec![], vec![2, 1, 0], vec![]]);
        assert_eq!(found.kept, BTreeSet::from([(2, 1), (1, 0)]));
    }

    #[test]
    fn in_a_circle_calls_of_what_is_new_go_first() {
        let stays = [Stay::Stays, Stay::Stays];
        let found = order(&stays, &BTreeSet::from([before(1, 0, true), before(0, 1, false)]));
        assert_eq!((found.sequence[1].clone(), found.circles), (vec![1, 0], vec![vec![0, 1]]));
        let found = order(&stays, &BTreeSet::from([before(1, 0, true), before(0, 1, true)]));
        assert_eq!((found.sequence[1].clone(), found.kept.len(), found.circles.len()), (vec![0, 1], 0, 1));
    }

    proptest! {
        /// Every module comes once, and what is kept is kept.
        #[test]
        fn nothing_is_lost(kinds in proptest::collection::vec(0u8..3, 0..12), pairs in proptest::collection::btree_set((0usize..12, 0usize..12, any::<bool>()), 0..20)) {
            let stays: Vec<Stay> = kinds.iter().map(|kind| [Stay::Arrives, Stay::Stays, Stay::Leaves][usize::from(*kind)]).collect();
            let count = stays.len();
            let wanted: BTreeSet<Before> =
                pairs.into_iter().filter(|(a, b, _)| *a < count && *b < count && a != b).map(|(a, b, arriving)| before(a, b, arriving)).collect();
            let found = order(&stays, &wanted);
            let sequence: Vec<usize> = found.sequence.iter().flatten().copied().collect();
            let mut all = sequence.clone();
            all.sort_unstable();
            prop_assert_eq!(all, (0..count).collect::<Vec<_>>());
            let place = |at: usize| sequence.iter().position(|one| *one == at);
            let in_circle = |before: &Before| found.circles.iter().any(|circle| circle.contains(&before.first) && circle.contains(&before.second));
            for pair in wanted.iter().filter(|pair| !in_circle(pair)) {
                prop_assert!(place(pair.first) < place(pair.second), "{:?} {:?}", pair, found);
            }
        }
    }
}
