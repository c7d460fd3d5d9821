//! From a term to a [`Relup`]: every instruction checked, everything wrong found.

use super::shape::Shape;
use super::{Cause, Entry, LowOp, Origin, Relup, Step, faults};
use crate::diag::Findings;
use crate::term::Term;

/// Reads a relup; `None` when part of it is wrong, with the findings why.
pub fn read(term: &Term, found: &mut Findings) -> Option<Relup> {
    let Some([version, up, down]) = term.as_tuple() else {
        found.push(faults::relup_shape(term.span, "the term", "should be a tuple of three"));
        return None;
    };
    let text = version.text();
    if text.is_none() {
        found.push(faults::relup_shape(version.span, "the version", "should be a string"));
    }
    let (up, down) = (entries(up, found), entries(down, found));
    Some(Relup { version: text?.into_owned(), up: up?, down: down? })
}

fn entries(term: &Term, found: &mut Findings) -> Option<Vec<Entry>> {
    let Some(items) = term.as_list() else {
        found.push(faults::relup_shape(term.span, "the list of paths", "should be a list"));
        return None;
    };
    let read: Vec<Option<Entry>> = items.iter().map(|item| entry(item, found)).collect();
    read.into_iter().collect()
}

fn entry(term: &Term, found: &mut Findings) -> Option<Entry> {
    if let Some([version, description, script]) = term.as_tuple()
        && let Some(text) = version.text()
        && let Some(script) = script.as_list()
    {
        let steps: Vec<Option<Step>> = script.iter().map(|term| step(term, found)).collect();
        let steps = steps.into_iter().collect::<Option<Vec<Step>>>()?;
        return Some(Entry { version: text.into_owned(), description: description.clone(), steps });
    }
    found.push(faults::relup_shape(term.span, "a path", "should be `{Vsn,Descr,Script}`"));
    None
}

fn step(term: &Term, found: &mut Findings) -> Option<Step> {
    let op = read_instruction(term, found)?;
    Some(Step { op, origin: Origin::new(Cause::Written(term.span)) })
}

/// Reads one low-level instruction; `None` with the findings why not.
pub fn read_instruction(term: &Term, found: &mut Findings) -> Option<LowOp> {
    let mut shape = Shape::default();
    let op = shape.low_op(term);
    found.extend(shape.faults);
    op
}
