//! What differs between two relups, for `make --check`.

use super::path_name;
use crate::appup::Direction;
use crate::relup::{Entry, Relup};
use crate::span::Span;
use crate::term::print::brief;

/// What differs first between two relups, in words, and where that is in the existing one.
pub fn first_difference(existing: &Relup, wanted: &Relup, start: Span, differs: Span) -> (String, Span) {
    if existing.version != wanted.version {
        return (format!("it is for version {}", existing.version), start);
    }
    for (direction, old, new) in [(Direction::Up, &existing.up, &wanted.up), (Direction::Down, &existing.down, &wanted.down)] {
        let versions = |entries: &[Entry]| {
            if entries.is_empty() { "no release".to_owned() } else { entries.iter().map(|entry| entry.version.clone()).collect::<Vec<_>>().join(", ") }
        };
        if versions(old) != versions(new) {
            return (format!("its {} paths are for {}, not for {}", direction.word(), versions(old), versions(new)), start);
        }
        for (old, new) in old.iter().zip(new) {
            let path = path_name(&wanted.version, &new.version, direction);
            let pair = old.steps.iter().zip(&new.steps).find(|(old, new)| old.op != new.op);
            if let Some((old, new)) = pair {
                let expected = brief(&new.op.to_term());
                return (format!("on the path {path} `{expected}` is expected"), old.origin.span());
            }
            if old.steps.len() != new.steps.len() {
                return (
                    format!("the path {path} has {} instructions, not {}", old.steps.len(), new.steps.len()),
                    old.steps.last().map_or(start, |step| step.origin.span()),
                );
            }
            if old.description != new.description {
                return (format!("the description of the path {path} differs"), start);
            }
        }
    }
    ("its layout differs".to_owned(), differs)
}
