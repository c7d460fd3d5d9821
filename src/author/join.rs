//! Several entries, each for a part of a path, as one for the whole: each module is changed once, by what its instructions together
//! ask for.

use crate::appup::{Change, Dependent, HighOp};
use crate::relup::LowOp;
use crate::span::Span;
use crate::term::{Atom, Term};
use std::collections::HashSet;

/// An instruction and where it is written.
pub type Written = (HighOp, Span);

/// Why entries cannot be joined.
#[derive(Clone, Debug, PartialEq)]
pub enum Unjoinable {
    /// An instruction whose place among others is its meaning.
    Placed(Written),
    /// The application is restarted for one part, and another one does more than change modules.
    Restarted(Written),
    /// A module has several instructions in one entry.
    Twice(Atom, Span),
    /// A module goes and returns, or what the entries say of it cannot both be true.
    Contradicted(Atom, Span),
    /// A module is updated in different ways: purge, timeout or kind.
    Differs(Atom, Span),
    /// The conversions get different arguments.
    Extra(Atom, Span),
}

/// Joins the entries of an application, in the order in which they would run.
///
/// What is joined: a module that several entries change has one instruction, in the order of the last of them and with the dependencies
/// of all; one that only a release in between has is left out; calls are kept as they are. An argument of `[]` for a conversion
/// counts as none where another entry gives one.
pub fn join(parts: Vec<Vec<Written>>, application: &str) -> Result<Vec<Written>, Unjoinable> {
    let is_restart = |op: &HighOp| matches!(op, HighOp::RestartApplication(name) if name.value.as_str() == application);
    if let Some(restart) = parts.iter().flatten().find(|(op, _)| is_restart(op)).cloned() {
        // Everything that the application runs is loaded and started again.
        let more = parts.into_iter().flatten().find(|(op, _)| !is_restart(op) && !matches!(op, HighOp::Module(_)));
        return more.map_or(Ok(vec![restart]), |more| Err(Unjoinable::Restarted(more)));
    }
    let mut joined: Vec<Written> = Vec::new();
    let mut passing: HashSet<Atom> = HashSet::new();
    for part in parts {
        let mut own: HashSet<Atom> = HashSet::new();
        // Each instruction of the part, with the module that it changes if an earlier part does so as well.
        let mut next: Vec<(Written, Option<Atom>)> = Vec::new();
        for (op, span) in part {
            match op {
                HighOp::Module(dependent) => {
                    let module = dependent.module.value.clone();
                    if !own.insert(module.clone()) {
                        return Err(Unjoinable::Twice(module, span));
                    }
                    if passing.contains(&module) {
                        return Err(Unjoinable::Contradicted(module, span));
                    }
                    match joined.iter().find_map(|(op, first)| Some((of_module(op).filter(|known| known.module.value == module)?.clone(), *first))) {
                        None => next.push(((HighOp::Module(dependent), span), None)),
                        Some((before, first)) => match both(before, dependent, span)? {
                            None => {
                                joined.retain(|(op, _)| of_module(op).is_none_or(|known| known.module.value != module));
                                passing.insert(module);
                            }
                            Some(whole) => {
                                let span = if whole.change == Change::Delete { span } else { first };
                                next.push(((HighOp::Module(whole), span), Some(module)));
                            }
                        },
                    }
                }
                HighOp::RestartApplication(_) | HighOp::Low(LowOp::RestartNewEmulator | LowOp::RestartEmulator) => {
                    if !joined.iter().any(|(known, _)| *known == op) {
                        next.push(((op, span), None));
                    }
                }
                HighOp::Low(LowOp::Apply { .. }) => next.push(((op, span), None)),
                HighOp::AddApplication(..) | HighOp::RemoveApplication(_) | HighOp::Low(_) => return Err(Unjoinable::Placed((op, span))),
            }
        }
        merge(&mut joined, next);
    }
    for (op, _) in &mut joined {
        if let HighOp::Module(dependent) = op {
            dependent.deps.retain(|dep| !passing.contains(&dep.value));
        }
    }
    Ok(joined)
}

fn of_module(op: &HighOp) -> Option<&Dependent> {
    match op {
        HighOp::Module(dependent) => Some(dependent),
        HighOp::AddApplication(..) | HighOp::RemoveApplication(_) | HighOp::RestartApplication(_) | HighOp::Low(_) => None,
    }
}

/// Puts a further part in: what both change comes in the order of the later one, whose code is what is loaded; what only the later one
/// has comes as late as that order lets it.
fn merge(joined: &mut Vec<Written>, next: Vec<(Written, Option<Atom>)>) {
    let place = |joined: &[Written], module: &Atom| joined.iter().position(|(op, _)| of_module(op).is_some_and(|known| known.module.value == *module));
    let mut places: Vec<usize> = next.iter().filter_map(|(_, common)| place(joined, common.as_ref()?)).collect();
    places.sort_unstable();
    let mut free = places.into_iter();
    for (written, _) in next.iter().filter(|(_, common)| common.is_some()) {
        if let Some(slot) = free.next().and_then(|at| joined.get_mut(at)) {
            *slot = written.clone();
        }
    }
    let mut later: Option<Atom> = None;
    let mut inserted: Vec<(Written, Option<Atom>)> = Vec::new();
    for (written, common) in next.into_iter().rev() {
        match common {
            Some(module) => later = Some(module),
            None => inserted.push((written, later.clone())),
        }
    }
    for (written, before) in inserted.into_iter().rev() {
        let at = before.and_then(|module| place(joined, &module)).unwrap_or(joined.len());
        joined.insert(at, written);
    }
}

/// Two changes of a module, one after the other, as one; `None` when it only exists in between.
fn both(before: Dependent, after: Dependent, span: Span) -> Result<Option<Dependent>, Unjoinable> {
    let module = before.module.value.clone();
    let change = match (before.change, after.change) {
        (Change::Add, Change::Delete) => return Ok(None),
        (Change::Add, Change::Load(..) | Change::Update { .. }) => Change::Add,
        (Change::Load(..) | Change::Update { .. }, Change::Delete) => Change::Delete,
        (Change::Load(pre, post), Change::Load(other_pre, other_post)) if (pre, post) == (other_pre, other_post) => Change::Load(pre, post),
        (Change::Load(pre, post), update @ Change::Update { .. }) | (update @ Change::Update { .. }, Change::Load(pre, post)) => {
            if !matches!(update, Change::Update { pre: own_pre, post: own_post, .. } if (own_pre, own_post) == (pre, post)) {
                return Err(Unjoinable::Differs(module, span));
            }
            update
        }
        (
            Change::Update { is_static, timeout, extra, pre, post },
            Change::Update { is_static: other_static, timeout: other_timeout, extra: other, pre: other_pre, post: other_post },
        ) if (is_static, pre, post) == (other_static, other_pre, other_post) && timeout == other_timeout => {
            // An empty list is what is written where a conversion needs nothing.
            let says = |extra: &Option<Box<Term>>| extra.as_ref().is_some_and(|extra| !extra.is_nil());
            let extra = match (extra, other) {
                (extra, other) if says(&extra) && says(&other) && extra != other => return Err(Unjoinable::Extra(module, span)),
                (extra, other) if says(&extra) => extra.or(other),
                (extra, other) => other.or(extra),
            };
            Change::Update { is_static, timeout, extra, pre, post }
        }
        (Change::Load(..), Change::Load(..)) | (Change::Update { .. }, Change::Update { .. }) => return Err(Unjoinable::Differs(module, span)),
        (Change::Delete, _) | (_, Change::Add) => {
            return Err(Unjoinable::Contradicted(module, span));
        }
    };
    let mut deps = before.deps;
    for dep in after.deps {
        if !deps.iter().any(|known| known.value == dep.value) {
            deps.push(dep);
        }
    }
    Ok(Some(Dependent { module: after.module, change, deps }))
}

#[cfg(test)]
mod tests {
    use super::{Unjoinable, Written, join};
    use crate::appup::read_script;
    use crate::diag::Findings;
    use crate::otp::Otp;
    use crate::source::Source;
    use crate::span::FileId;
    use crate::term::print::brief;
    use crate::term::{Extent, parse};

    /// The script of a text.
    fn script(text: &str) -> Vec<Written> {
        let source = Source::new("t", format!("{text}.").into_bytes());
        let document = parse(&source, FileId(0), Otp::NEWEST, Extent::First);
        let mut found = Findings::default();
        let read = read_script(&document.terms[0], &mut found);
        assert!(!found.has_errors(), "{text}");
        read.into_iter().filter_map(|instruction| Some((instruction.op?, instruction.span))).collect()
    }

    fn joined(parts: &[&str]) -> Result<String, Unjoinable> {
        let all = join(parts.iter().map(|text| script(text)).collect(), "a")?;
        Ok(all.iter().map(|(op, _)| brief(&op.to_term())).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn each_module_is_changed_once() {
        for (parts, expected) in [
            (["[{load_module,m}]", "[{load_module,m,[n]},{load_module,n}]"], "{load_module,m,[n]} {load_module,n}"),
            (["[{load_module,m}]", "[{update,m,{advanced,[]}}]"], "{update,m,{advanced,[]}}"),
            (["[{update,m,{advanced,x}}]", "[{load_module,m}]"], "{update,m,{advanced,x}}"),
            (["[{update,m,{advanced,[]}}]", "[{update,m,{advanced,x}}]"], "{update,m,{advanced,x}}"),
            (["[{update,m,{advanced,[]}}]", "[{update,m}]"], "{update,m,{advanced,[]}}"),
            (["[{update,s,supervisor}]", "[{update,s,supervisor}]"], "{update,s,supervisor}"),
            (["[{add_module,m}]", "[{update,m,{advanced,[]}}]"], "{add_module,m}"),
            (["[{add_module,m},{load_module,n,[m]}]", "[{load_module,n},{delete_module,m}]"], "{load_module,n}"),
            (["[{load_module,m},{load_module,n}]", "[{load_module,n},{delete_module,m}]"], "{load_module,n} {delete_module,m}"),
            (["[{load_module,m}]", "[{restart_application,a}]"], "{restart_application,a}"),
            (["[restart_new_emulator,{load_module,m}]", "[restart_new_emulator]"], "restart_new_emulator {load_module,m}"),
            (["[{load_module,m}]", "[{load_module,n},{load_module,m}]"], "{load_module,n} {load_module,m}"),
            (["[{load_module,a},{load_module,b}]", "[{load_module,b},{load_module,a}]"], "{load_module,b} {load_module,a}"),
            (
                ["[{add_module,m},{update,s,supervisor},{apply,{s,f,[]}}]", "[{load_module,m},{load_module,x},{apply,{s,g,[]}}]"],
                "{add_module,m} {update,s,supervisor} {apply,{s,f,[]}} {load_module,x} {apply,{s,g,[]}}",
            ),
            (["[{apply,{m,f,[]}}]", "[{apply,{m,f,[]}}]"], "{apply,{m,f,[]}} {apply,{m,f,[]}}"),
        ] {
            assert_eq!(joined(&parts).as_deref(), Ok(expected), "{parts:?}");
        }
    }

    #[test]
    fn what_cannot_be_one_is_refused() {
        let refused = |parts: [&str; 2]| joined(&parts).map_err(|why| format!("{why:?}").split('(').next().unwrap_or_default().to_owned());
        for (parts, expected) in [
            (["[{update,m,{advanced,1}}]", "[{update,m,{advanced,2}}]"], "Extra"),
            (["[{load_module,m,soft_purge,soft_purge,[]}]", "[{load_module,m}]"], "Differs"),
            (["[{delete_module,m}]", "[{add_module,m}]"], "Contradicted"),
            (["[{add_module,m}]", "[{add_module,m}]"], "Contradicted"),
            (["[{load_module,m},{load_module,m}]", "[]"], "Twice"),
            (["[{apply,{m,f,[]}}]", "[{restart_application,a}]"], "Restarted"),
            (["[{add_application,b}]", "[]"], "Placed"),
            (["[{stop,[m]},{load_module,m},{start,[m]}]", "[]"], "Placed"),
        ] {
            assert_eq!(refused(parts), Err(expected.to_owned()), "{parts:?}");
        }
        assert!(joined(&["[{add_module,m}]", "[{delete_module,m}]", "[{add_module,m}]"]).is_err(), "it is there at the end");
    }
}
