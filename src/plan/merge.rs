//! Object code is read once for each library, before anything else (`systools_rc:merge_load_object_code/1`).

use super::faults;
use crate::diag::Findings;
use crate::relup::{LowOp, Origin, Pass, Step};
use crate::span::Span;
use crate::term::{Atom, Term};
use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

/// What is read of one library.
struct Library {
    lib: Atom,
    vsn: Box<Term>,
    origin: Origin,
    /// The module lists of the merged instructions, in order.
    lists: Vec<Vec<Atom>>,
    /// The last instruction with another version.
    conflict: Option<(Box<Term>, Span)>,
}

/// Merges in place: libraries in the order of their first instruction, then everything that is not a `load_object_code`.
pub(super) fn merge(before: &mut Vec<Step>, found: &mut Findings) {
    let mut libraries: Vec<Library> = Vec::new();
    let mut index: HashMap<Atom, usize> = HashMap::new();
    let mut rest = Vec::new();
    for step in before.drain(..) {
        let LowOp::LoadObjectCode { lib, vsn, modules } = step.op else {
            rest.push(step);
            continue;
        };
        let at = *index.entry(lib.clone()).or_insert(libraries.len());
        match libraries.get_mut(at) {
            None => libraries.push(Library { lib, vsn, origin: step.origin, lists: vec![modules], conflict: None }),
            Some(library) if library.vsn == vsn => {
                library.origin.pass = Some(Pass::MergeObjectCode);
                library.lists.push(modules);
            }
            Some(library) => library.conflict = Some((vsn, step.origin.span())),
        }
    }
    for library in libraries {
        if let Some((vsn, span)) = &library.conflict {
            found.push(faults::conflicting_versions(&library.lib, (&library.vsn, library.origin.span()), (vsn, *span)));
        }
        let modules = last_occurrences(&library.lists);
        before.push(Step { op: LowOp::LoadObjectCode { lib: library.lib, vsn: library.vsn, modules }, origin: library.origin });
    }
    before.append(&mut rest);
}

/// The lists joined; of a module in several lists only the last occurrence stays, repetitions inside one list do.
fn last_occurrences(lists: &[Vec<Atom>]) -> Vec<Atom> {
    let mut later: HashSet<&Atom> = HashSet::new();
    let mut kept: Vec<Vec<&Atom>> = Vec::with_capacity(lists.len());
    for list in lists.iter().rev() {
        kept.push(list.iter().filter(|module| !later.contains(module)).collect());
        later.extend(list);
    }
    kept.into_iter().rev().flatten().cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::last_occurrences;
    use crate::term::Atom;

    #[test]
    fn the_last_occurrence_stays() {
        let list = |names: &[&str]| names.iter().map(|name| Atom::new(name)).collect::<Vec<_>>();
        let merged = last_occurrences(&[list(&["a", "b"]), list(&["c", "a", "c"])]);
        assert_eq!(merged, list(&["b", "c", "a", "c"]));
    }
}
