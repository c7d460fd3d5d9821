//! Each script cut at its point of no return, the parts joined (`systools_rc:merge_scripts/1`).

use super::faults;
use super::gather::{Item, Script};
use crate::appup::{Effect, HighOp};
use crate::diag::Findings;
use crate::relup::{Cause, Origin, Step};
use crate::span::Span;

/// The two halves of a path's script.
pub(super) struct Halves {
    /// Object code to read and functions to call while the upgrade can still be given up.
    pub before: Vec<Step>,
    /// Everything else.
    pub after: Vec<Item>,
}

/// Cuts and joins. Object code that is read after the point of no return is moved to the end of its script's first half.
pub(super) fn split(scripts: Vec<Script>, found: &mut Findings) -> Halves {
    let items = scripts.iter().map(|script| script.items.len()).sum();
    let mut halves = Halves { before: Vec::new(), after: Vec::with_capacity(items) };
    for script in scripts {
        let points: Vec<usize> = script.items.iter().enumerate().filter(|(_, item)| item.effect == Effect::NoReturn).map(|(at, _)| at).collect();
        let span_at = |at: &usize| script.items.get(*at).map_or(Span::GENERATED, |item| written(&item.cause));
        if let [first, again, ..] = points.as_slice() {
            found.push(faults::point_of_no_return_twice(span_at(first), span_at(again)));
        }
        let point_span = points.first().map_or(Span::GENERATED, span_at);
        let point = points.first().copied();
        let mut late = Vec::new();
        for (at, item) in script.items.into_iter().enumerate() {
            let is_early = point.is_some_and(|point| at < point);
            match item.effect {
                Effect::NoReturn => {}
                Effect::Applies if is_early => halves.before.extend(as_step(item)),
                Effect::ReadsCode if is_early => halves.before.extend(as_step(item)),
                Effect::ReadsCode => late.extend(as_step(item)),
                Effect::Other if is_early => {
                    found.push(faults::before_point_of_no_return(written(&item.cause), Some(point_span)));
                }
                Effect::Other | Effect::Applies => halves.after.push(item),
            }
        }
        halves.before.append(&mut late);
    }
    halves
}

fn written(cause: &Cause) -> Span {
    Origin::new(cause.clone()).span()
}

fn as_step(item: Item) -> Option<Step> {
    match item.op {
        Some(HighOp::Low(op)) => Some(Step { op, origin: Origin::new(item.cause) }),
        _ => None,
    }
}
