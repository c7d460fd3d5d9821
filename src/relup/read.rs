//! From a term to a [`Relup`]: every instruction checked, everything wrong found.

use super::syntax::Syntax;
use super::{Cause, Entry, LowOp, Origin, Relup, Step, faults};
use crate::diag::Findings;
use crate::term::Term;

/// Whether the beginning of a text looks like that of a relup, `{Vsn,[`: enough not to overwrite someone's notes.
pub fn looks_like_relup(head: &str) -> bool {
    let blank = |text: &str| -> usize {
        let mut rest = text;
        loop {
            rest = rest.trim_start();
            match rest.strip_prefix('%') {
                Some(comment) => rest = comment.split_once('\n').map_or("", |(_, next)| next),
                None => return text.len() - rest.len(),
            }
        }
    };
    let skip = |text: &mut &str, wanted: &str| {
        let rest = text.get(blank(text)..).unwrap_or_default();
        let found = rest.strip_prefix(wanted);
        *text = found.unwrap_or(rest);
        found.is_some()
    };
    let mut text = head;
    if text.trim().is_empty() {
        return true;
    }
    if !skip(&mut text, "{") {
        return false;
    }
    // The version: a string, or the list that OTP writes where its characters are not printable.
    let closing = if skip(&mut text, "\"") {
        '"'
    } else if skip(&mut text, "[") {
        ']'
    } else {
        return false;
    };
    let Some((_, mut rest)) = text.split_once(closing) else { return false };
    skip(&mut rest, ",") && skip(&mut rest, "[")
}

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
    let mut syntax = Syntax::default();
    let op = syntax.low_op(term);
    found.extend(syntax.faults);
    op
}

#[cfg(test)]
mod tests {
    use super::looks_like_relup;

    #[test]
    fn a_relup_is_known_by_its_beginning() {
        assert!(looks_like_relup("%% coding: utf-8\n{\"1.0\",\n [{\"0.9\",[],"));
        assert!(looks_like_relup("{[49,1044], [], []}.") && looks_like_relup("\n"));
        for other in ["notes", "{\"name\": [1]}", "{release,{\"a\",\"1\"}", "[1]", "{\"1.0\", x", "#!/bin/sh\n"] {
            assert!(!looks_like_relup(other), "{other}");
        }
    }
}
