//! Work on all cores, results in the order of the items: what comes out does not depend on the number of threads.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Maps each item. Lists of fewer than twice `worth_a_thread` items are mapped on the spot.
///
/// Whoever is free takes the next `worth_a_thread` items; the caller's thread works too.
pub fn map<T: Sync, R: Send>(items: &[T], worth_a_thread: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let portion = worth_a_thread.max(1);
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(items.len() / portion);
    if threads < 2 {
        return items.iter().map(work).collect();
    }
    let portions: Vec<&[T]> = items.chunks(portion).collect();
    let next = AtomicUsize::new(0);
    let work_through = || {
        let mut done: Vec<(usize, Vec<R>)> = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(portion) = portions.get(at) else { return done };
            done.push((at, portion.iter().map(&work).collect()));
        }
    };
    let mut done = std::thread::scope(|scope| {
        let running: Vec<_> = (1..threads).map(|_| scope.spawn(work_through)).collect();
        let mut done = work_through();
        for thread in running {
            // A thread ends early only by a panic, which is passed on.
            done.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().flat_map(|(_, results)| results).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_come_in_order() {
        let items: Vec<usize> = (0..1000).collect();
        assert_eq!(super::map(&items, 3, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        assert!(super::map(&[0usize; 0], 0, |item| *item).is_empty());
    }
}
