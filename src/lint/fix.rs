//! Fixes applied to a file, in rounds: one fix may uncover the next finding.

use super::Levels;
use crate::diag::{Diagnostic, Edit, Severity};
use crate::source::{Source, Unfit};
use crate::term::ILLEGAL_CHARACTER;
use std::collections::{BTreeMap, BTreeSet};

/// Which fixes are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those that only write down what was meant.
    Safe,
    /// All of them.
    All,
}

/// A file with fixes applied.
#[derive(Debug)]
pub struct Fixed {
    /// The file as it is then.
    pub source: Source,
    /// How many findings were fixed.
    pub findings: usize,
}

/// How many times a file is looked at again.
const MAX_ROUNDS: usize = 8;

/// Applies the fixes of a file's findings, as long as it gets better by them. `check` finds what is wrong with a text, before
/// levels; nothing is fixed in a file that would get worse. Fails where the file's encoding cannot hold a fix.
pub fn fix(source: &Source, list: &[Diagnostic], which: Which, levels: &Levels, check: impl Fn(&Source) -> Vec<Diagnostic>) -> Result<Option<Fixed>, Unfit> {
    if list.iter().all(|found| found.fix.is_none()) {
        return Ok(None);
    }
    let mut list = list.to_vec();
    let mut weight = weight_of(&check(source));
    let mut fixed: Option<Fixed> = None;
    for _ in 0..MAX_ROUNDS {
        let current = fixed.as_ref().map_or(source, |fixed| &fixed.source);
        let (edits, count) = chosen(&list, which);
        if count == 0 {
            break;
        }
        let edited = match current.edited(&edits) {
            Ok(edited) => edited,
            Err(Unfit::Misplaced) => break,
            Err(Unfit::Unencodable) => return Err(Unfit::Unencodable),
        };
        let next = check(&edited);
        let lighter = weight_of(&next);
        if lighter >= weight {
            break;
        }
        fixed = Some(Fixed { source: edited, findings: fixed.map_or(0, |fixed| fixed.findings) + count });
        (weight, list) = (lighter, next.into_iter().filter_map(|found| levels.apply(found)).collect());
    }
    Ok(fixed)
}

/// How bad a file is: its errors, then its findings.
fn weight_of(list: &[Diagnostic]) -> (usize, usize) {
    (list.iter().filter(|found| found.severity == Severity::Error).count(), list.len())
}

/// The edits of one round, and how many findings they fix. Each fix is applied whole or not at all. Where a character is
/// illegal only that is fixed: what else is found there follows from it. Two syntax errors side by side are left to a
/// person, as one fix may undo the other.
fn chosen(list: &[Diagnostic], which: Which) -> (Vec<Edit>, usize) {
    let is_character = |found: &Diagnostic| *found.code == ILLEGAL_CHARACTER;
    let only_characters = list.iter().any(|found| is_character(found) && found.fix.is_some());
    let crowded = if only_characters { BTreeSet::new() } else { crowded(list) };
    let mut taken = Taken::default();
    let mut count = 0;
    for (at, found) in list.iter().enumerate() {
        let Some(fix) = &found.fix else { continue };
        let may = fix.safe || which == Which::All;
        let wanted = if only_characters { is_character(found) } else { !crowded.contains(&at) };
        if may && wanted && taken.add(&fix.edits) {
            count += 1;
        }
    }
    (taken.edits.into_values().collect(), count)
}

/// Edits that do not meet, by where they begin.
#[derive(Default)]
struct Taken {
    edits: BTreeMap<u32, Edit>,
}

impl Taken {
    /// Takes the edits of a fix in, unless one of them meets one that is there; the same edit again is not a second one.
    fn add(&mut self, edits: &[Edit]) -> bool {
        if !edits.iter().all(|edit| self.has_room(edit)) {
            return false;
        }
        for edit in edits {
            self.edits.insert(edit.span.start, edit.clone());
        }
        true
    }

    fn has_room(&self, edit: &Edit) -> bool {
        if let Some(same) = self.edits.get(&edit.span.start) {
            return same == edit;
        }
        let before = self.edits.range(..edit.span.start).next_back().is_none_or(|(_, other)| other.span.end <= edit.span.start);
        let after = self.edits.range(edit.span.start..).next().is_none_or(|(start, _)| *start >= edit.span.end);
        before && after
    }
}

/// The syntax errors that have another one beside them, by their indices.
fn crowded(list: &[Diagnostic]) -> BTreeSet<usize> {
    let mut places: Vec<(u32, u32, usize)> = list
        .iter()
        .enumerate()
        .filter(|(_, found)| crate::term::CODES.contains(&found.code))
        .filter_map(|(at, found)| found.position().map(|span| (span.start, span.end, at)))
        .collect();
    places.sort_unstable();
    let mut crowded = BTreeSet::new();
    let mut reach: Option<(u32, usize)> = None;
    for (start, end, at) in places {
        if let Some((furthest, other)) = reach
            && start <= furthest
        {
            crowded.extend([at, other]);
        }
        if reach.is_none_or(|(furthest, _)| end >= furthest) {
            reach = Some((end, at));
        }
    }
    crowded
}

#[cfg(test)]
mod tests {
    use super::{Which, chosen};
    use crate::diag::{Diagnostic, Edit};
    use crate::span::{FileId, Span};
    use crate::term::{Extent, parse};

    fn faults(text: &str) -> Vec<Diagnostic> {
        let source = crate::source::Source::new("t", text.as_bytes().to_vec());
        parse(&source, FileId(0), crate::otp::Otp::NEWEST, Extent::First).faults.into_iter().map(|fault| fault.diagnostic).collect()
    }

    #[test]
    fn fixes_that_meet_wait_for_the_next_round() {
        let code = crate::lint::find("unexpected-token").unwrap();
        let found = |start: usize, end: usize, text: &str| {
            Diagnostic::new(code, text).fix("", vec![Edit { span: Span::new(FileId(0), start, end), text: text.to_owned() }])
        };
        // Without a place they are not beside each other.
        let list = [found(0, 4, "a"), found(2, 6, "b"), found(6, 8, "c"), found(0, 4, "a")];
        let (edits, count) = chosen(&list, Which::Safe);
        assert_eq!((edits.iter().map(|edit| edit.text.as_str()).collect::<Vec<_>>(), count), (vec!["a", "c"], 3));
    }

    #[test]
    fn syntax_errors_side_by_side_are_left_alone() {
        let list = faults("{My.App,Your.App}.");
        assert_eq!(chosen(&list, Which::Safe).1, 2);
        let list = faults("{My.App Your.App}.");
        assert!(chosen(&list, Which::Safe).1 < list.len(), "{list:?}");
    }

    /// Each finding looks at its neighbours only: twice the findings take twice the steps.
    #[test]
    fn many_findings_are_chosen_among() {
        let list = faults(&format!("[{}a].", "My.App,".repeat(50_000)));
        assert!(chosen(&list, Which::Safe).1 >= 10_000);
    }
}
