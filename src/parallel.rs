//! Work on all cores, results in the order of the items: what comes out does not depend on the number of threads.

use rayon::prelude::*;
use std::sync::Once;

/// The most threads that work is spread over: more only cost memory, whatever `RAYON_NUM_THREADS` asks for.
const MAX_THREADS: usize = 64;

/// Starts the threads with the first work for more than one.
fn start() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        let asked = std::env::var("RAYON_NUM_THREADS").ok().and_then(|text| text.parse().ok()).filter(|count| *count > 0);
        let count = asked.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).min(MAX_THREADS);
        // Where a pool was made before, by a program that uses the library, that one is used.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(count).build_global();
    });
}

/// Maps each item. Lists of fewer than twice `worth_a_thread` items are mapped on the spot.
///
/// A thread that is free takes the next `worth_a_thread` items. What is mapped within such work is mapped on the spot: a thread that waited
/// would take up other work on top of its own stack.
pub fn map<T: Sync, R: Send>(items: &[T], worth_a_thread: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let portion = worth_a_thread.max(1);
    if items.len() / portion < 2 || rayon::current_thread_index().is_some() {
        return items.iter().map(work).collect();
    }
    start();
    let done: Vec<Vec<R>> = items.par_chunks(portion).map(|portion| portion.iter().map(&work).collect()).collect();
    done.into_iter().flatten().collect()
}

/// The same for items that are mapped with work on all cores of their own: they are spread over the threads only where there are
/// enough of them for all.
pub fn map_large<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    if items.len() < 2 {
        return items.iter().map(work).collect();
    }
    start();
    if items.len() < rayon::current_num_threads() { items.iter().map(work).collect() } else { map(items, 1, work) }
}

/// The same for a few large items, each worth a thread, which are used up.
pub fn each<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync + Send) -> Vec<R> {
    if items.len() < 2 || rayon::current_thread_index().is_some() {
        return items.into_iter().map(work).collect();
    }
    start();
    items.into_par_iter().map(work).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_come_in_order() {
        let items: Vec<usize> = (0..1000).collect();
        assert_eq!(super::map(&items, 3, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        assert!(super::map(&[0usize; 0], 0, |item| *item).is_empty());
        let owned: Vec<String> = items.iter().map(usize::to_string).collect();
        assert_eq!(super::each(owned.clone(), |item| item), owned);
        assert_eq!(super::each(vec!["one"], str::len), [3]);
        assert_eq!(super::map_large(&items, |item| item * 2), super::map(&items, 1, |item| item * 2));
    }

    #[test]
    fn threads_start_no_threads() {
        let items: Vec<usize> = (0..100).collect();
        let all_here = super::map(&items, 1, |_| {
            let own = std::thread::current().id();
            super::map(&items, 1, |_| std::thread::current().id()).into_iter().all(|id| id == own)
        });
        assert!(all_here.into_iter().all(|here| here));
    }
}
