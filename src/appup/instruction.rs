//! High-level instructions: short forms expanded, every argument checked (`systools_rc:expand_script/1` and
//! `check_syntax/1`, OTP 25 to 29).

use super::faults;
use crate::diag::Findings;
use crate::release::StartType;
use crate::relup::{LowOp, Purge, Syntax, Timeout};
use crate::span::{Span, Spanned};
use crate::term::{Atom, Term, TermKind};

/// An instruction of a script, and where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Instruction {
    /// What it asks for; `None` when it is refused, which is reported.
    pub op: Option<HighOp>,
    /// The kind that decides on which side of the point of no return it may be, by its outer syntax alone.
    pub effect: Effect,
    /// Where it was written.
    pub span: Span,
}

/// What the outer syntax of an instruction says about its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// `{load_object_code,_}`.
    ReadsCode,
    /// `{apply,_}`.
    Applies,
    /// `point_of_no_return`.
    NoReturn,
    /// Anything else.
    Other,
}

/// A high-level instruction in its full form.
#[derive(Clone, Debug, PartialEq)]
pub enum HighOp {
    /// `update`, `load_module`, `add_module`, `delete_module`: one module, and the modules it depends on.
    Module(Dependent),
    /// `{add_application,Application,Type}`.
    AddApplication(Spanned<Atom>, StartType),
    /// `{remove_application,Application}`.
    RemoveApplication(Spanned<Atom>),
    /// `{restart_application,Application}`.
    RestartApplication(Spanned<Atom>),
    /// A low-level instruction.
    Low(LowOp),
}

/// An instruction for one module that takes part in the order of dependencies.
#[derive(Clone, Debug, PartialEq)]
pub struct Dependent {
    /// The module.
    pub module: Spanned<Atom>,
    /// What happens to it.
    pub change: Change,
    /// The modules it depends on.
    pub deps: Vec<Spanned<Atom>>,
}

/// What happens to a module.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// New code is loaded.
    Load(Purge, Purge),
    /// A module that was not there is loaded.
    Add,
    /// The module goes.
    Delete,
    /// Its processes are suspended, new code is loaded, and with `extra` their state is changed.
    Update {
        /// State is changed after the load also on a downgrade (`static`).
        is_static: bool,
        /// How long suspending may take.
        timeout: Timeout,
        /// The argument of `{advanced,Extra}`; `None` for `soft`.
        extra: Option<Box<Term>>,
        /// How old code is purged before the load.
        pre: Purge,
        /// How it is purged after it.
        post: Purge,
    },
}

/// Reads a script; instructions that are refused are kept without an operation, so that the others keep their places.
pub fn read_script(script: &Term, found: &mut Findings) -> Vec<Instruction> {
    let items = if let TermKind::Improper(parts) = &script.kind { Some(std::borrow::Cow::Borrowed(parts.0.as_slice())) } else { script.items() };
    if !matches!(script.kind, TermKind::List(_) | TermKind::Str(_) | TermKind::Invalid) {
        found.push(faults::script_no_list(script));
    }
    let items = items.unwrap_or_default();
    let mut read = Vec::with_capacity(items.len());
    for item in items.iter() {
        if let Some(inner) = item.items() {
            // A list inside a script is spliced in, its elements as they are.
            read.extend(inner.iter().map(|term| read_nested(term, found)));
        } else if matches!(item.kind, TermKind::Improper(_)) {
            found.push(faults::nested_no_list(item));
        } else {
            read.push(read_instruction(item, found));
        }
    }
    read
}

/// Reads an instruction at the top of a script, where short forms are expanded.
pub fn read_instruction(term: &Term, found: &mut Findings) -> Instruction {
    let mut syntax = Syntax::default();
    let op = short_form(term, &mut syntax).unwrap_or_else(|| full_form(term, &mut syntax));
    finish(term, op, syntax, found)
}

fn read_nested(term: &Term, found: &mut Findings) -> Instruction {
    let mut probe = Syntax::default();
    if let Some(short) = short_form(term, &mut probe).flatten() {
        found.push(faults::nested_short_form(term, &crate::term::print::brief(&short.to_full_term())));
        return Instruction { op: None, effect: effect(term), span: term.span };
    }
    let mut syntax = Syntax::default();
    let op = full_form(term, &mut syntax);
    finish(term, op, syntax, found)
}

fn finish(term: &Term, op: Option<HighOp>, syntax: Syntax, found: &mut Findings) -> Instruction {
    let refused = !syntax.faults.is_empty();
    found.extend(syntax.faults);
    Instruction { op: if refused { None } else { op }, effect: effect(term), span: term.span }
}

fn effect(term: &Term) -> Effect {
    if term.is_atom("point_of_no_return") {
        return Effect::NoReturn;
    }
    match term.as_tuple() {
        Some([tag, _]) if tag.is_atom("load_object_code") => Effect::ReadsCode,
        Some([tag, _]) if tag.is_atom("apply") => Effect::Applies,
        _ => Effect::Other,
    }
}

const SOFT: Option<Term> = None;

fn update(is_static: bool, timeout: Timeout, extra: Option<Term>, pre: Purge, post: Purge) -> Change {
    Change::Update { is_static, timeout, extra: extra.map(Box::new), pre, post }
}

/// The short forms, at the top of a script only; `None` when it is none of them.
fn short_form(term: &Term, syntax: &mut Syntax) -> Option<Option<HighOp>> {
    let (tag, arguments) = tagged(term)?;
    let brutal = |extra| update(false, Timeout::Default, extra, Purge::Brutal, Purge::Brutal);
    let read = match (tag, arguments) {
        ("load_module", [module]) => dependent(syntax, module, None, |_| Some(Change::Load(Purge::Brutal, Purge::Brutal))),
        ("load_module", [module, deps]) if deps.is_list() => dependent(syntax, module, Some(deps), |_| Some(Change::Load(Purge::Brutal, Purge::Brutal))),
        ("update", [module]) => dependent(syntax, module, None, |_| Some(brutal(SOFT))),
        ("update", [module, kind]) if kind.is_atom("supervisor") => {
            let nothing = Some(Term::list(Vec::new()));
            dependent(syntax, module, None, |_| Some(update(true, Timeout::Default, nothing, Purge::Brutal, Purge::Brutal)))
        }
        ("update", [module, change]) if is_change(change) => dependent(syntax, module, None, |syntax| syntax.change(change).map(brutal)),
        ("update", [module, deps]) if deps.is_list() => dependent(syntax, module, Some(deps), |_| Some(brutal(SOFT))),
        ("update", [module, change, deps]) if is_change(change) && deps.is_list() => {
            dependent(syntax, module, Some(deps), |syntax| syntax.change(change).map(brutal))
        }
        ("add_application", [name]) => syntax.application(name).map(|name| HighOp::AddApplication(name, StartType::Permanent)),
        _ => return None,
    };
    Some(read)
}

fn is_change(term: &Term) -> bool {
    term.as_tuple().is_some() || term.is_atom("soft")
}

fn tagged(term: &Term) -> Option<(&str, &[Term])> {
    let (tag, arguments) = term.as_tuple()?.split_first()?;
    Some((tag.as_atom()?.as_str(), arguments))
}

fn dependent(syntax: &mut Syntax, module: &Term, deps: Option<&Term>, change: impl FnOnce(&mut Syntax) -> Option<Change>) -> Option<HighOp> {
    let module = syntax.module(module);
    let change = change(syntax);
    let deps = match deps {
        None => Some(Vec::new()),
        Some(deps) => syntax.modules(deps),
    };
    Some(HighOp::Module(Dependent { module: module?, change: change?, deps: deps? }))
}

/// The full forms, and the low-level instructions.
fn full_form(term: &Term, syntax: &mut Syntax) -> Option<HighOp> {
    let Some((tag, arguments)) = tagged(term) else { return low_level(term, syntax) };
    match (tag, arguments) {
        ("update", [module, change, pre, post, deps]) => updated(syntax, module, None, None, [change, pre, post], deps),
        ("update", [module, timeout, change, pre, post, deps]) => updated(syntax, module, None, Some(timeout), [change, pre, post], deps),
        ("update", [module, kind, timeout, change, pre, post, deps]) => updated(syntax, module, Some(kind), Some(timeout), [change, pre, post], deps),
        ("load_module", [module, pre, post, deps]) => dependent(syntax, module, Some(deps), |syntax| {
            let (pre, post) = (syntax.purge(pre), syntax.purge(post));
            Some(Change::Load(pre?, post?))
        }),
        ("add_module", [module]) => dependent(syntax, module, None, |_| Some(Change::Add)),
        ("add_module", [module, deps]) => dependent(syntax, module, Some(deps), |_| Some(Change::Add)),
        ("delete_module", [module]) => dependent(syntax, module, None, |_| Some(Change::Delete)),
        ("delete_module", [module, deps]) => dependent(syntax, module, Some(deps), |_| Some(Change::Delete)),
        ("add_application", [name, kind]) => {
            let (name, kind) = (syntax.application(name), syntax.start_type(kind));
            let kind = StartType::from_word(kind?.value.as_str())?;
            Some(HighOp::AddApplication(name?, kind))
        }
        ("remove_application", [name]) => syntax.application(name).map(HighOp::RemoveApplication),
        ("restart_application", [name]) => syntax.application(name).map(HighOp::RestartApplication),
        _ if is_high_level(tag) => syntax.unknown(term, near(tag, arguments)),
        _ => low_level(term, syntax),
    }
}

fn updated(syntax: &mut Syntax, module: &Term, kind: Option<&Term>, timeout: Option<&Term>, change: [&Term; 3], deps: &Term) -> Option<HighOp> {
    let [change, pre, post] = change;
    dependent(syntax, module, Some(deps), |syntax| {
        let is_static = kind.map_or(Some(false), |kind| syntax.is_static(kind));
        let timeout = timeout.map_or(Some(Timeout::Default), |timeout| syntax.timeout(timeout));
        let change = syntax.change(change);
        let (pre, post) = (syntax.purge(pre), syntax.purge(post));
        Some(update(is_static?, timeout?, change?, pre?, post?))
    })
}

fn is_high_level(tag: &str) -> bool {
    HIGH_LEVEL.iter().any(|(name, _)| *name == tag)
}

/// Each high-level instruction with its customary form.
const HIGH_LEVEL: &[(&str, &str)] = &[
    ("update", "{update,Module,{advanced,[]}}"),
    ("load_module", "{load_module,Module}"),
    ("add_module", "{add_module,Module}"),
    ("delete_module", "{delete_module,Module}"),
    ("add_application", "{add_application,Application}"),
    ("remove_application", "{remove_application,Application}"),
    ("restart_application", "{restart_application,Application}"),
];

/// Each low-level instruction with its form.
const LOW_LEVEL: &[(&str, &str)] = &[
    ("load_object_code", "{load_object_code,{Application,\"Vsn\",[Module]}}"),
    ("point_of_no_return", "point_of_no_return"),
    ("load", "{load,{Module,brutal_purge,brutal_purge}}"),
    ("remove", "{remove,{Module,brutal_purge,brutal_purge}}"),
    ("purge", "{purge,[Module]}"),
    ("suspend", "{suspend,[Module]}"),
    ("resume", "{resume,[Module]}"),
    ("code_change", "{code_change,up,[{Module,Extra}]}"),
    ("stop", "{stop,[Module]}"),
    ("start", "{start,[Module]}"),
    ("sync_nodes", "{sync_nodes,Id,[Node]}"),
    ("apply", "{apply,{Module,Function,[Argument]}}"),
    ("restart_new_emulator", "restart_new_emulator"),
    ("restart_emulator", "restart_emulator"),
];

/// The form that was probably meant by a known instruction with the wrong arguments.
fn near(tag: &str, arguments: &[Term]) -> Option<String> {
    match (tag, arguments) {
        ("update", [module, kind, _]) if kind.is_atom("supervisor") => Some(format!("{{update,{},supervisor}}", crate::term::print::brief(module))),
        ("update", [module, advanced, ..]) if advanced.is_atom("advanced") => Some(format!("{{update,{},{{advanced,[]}}}}", crate::term::print::brief(module))),
        ("load_module" | "update", [module, other]) if other.as_atom().is_some() => {
            let (module, other) = (crate::term::print::brief(module), crate::term::print::brief(other));
            Some(format!("{{{tag},{module},[{other}]}}"))
        }
        _ => HIGH_LEVEL.iter().find(|(name, _)| *name == tag).map(|(_, form)| (*form).to_owned()),
    }
}

fn low_level(term: &Term, syntax: &mut Syntax) -> Option<HighOp> {
    let word = term.as_atom().or_else(|| term.as_tuple().and_then(<[Term]>::first).and_then(Term::as_atom));
    let Some(word) = word else { return syntax.unknown(term, None) };
    let word = word.as_str();
    match LOW_LEVEL.iter().find(|(name, _)| *name == word) {
        None if !matches!(word, "restart" | "reboot" | "mnesia_backup") => {
            // A word of another length is not near, and need not be compared.
            let all = HIGH_LEVEL.iter().chain(LOW_LEVEL).filter(|(name, _)| name.len().abs_diff(word.len()) * 3 <= word.len());
            let nearest = all.map(|(name, form)| (distance(word, name), form)).min_by_key(|(distance, _)| *distance);
            let close = nearest.filter(|(distance, _)| *distance * 3 <= word.chars().count());
            syntax.unknown(term, close.map(|(_, form)| (*form).to_owned()))
        }
        known => {
            let before = syntax.faults.len();
            let op = syntax.low_op(term);
            if let (Some((_, form)), Some(fault)) = (known, syntax.faults.get_mut(before))
                && fault.otp.as_deref() == Some("bad_instruction")
            {
                fault.help = Some(format!("did you mean `{form}`?"));
            }
            op.map(HighOp::Low)
        }
    }
}

/// The number of single-character edits between two words; words are short, longer ones are cut.
fn distance(a: &str, b: &str) -> usize {
    const LONGEST: usize = 40;
    let a: Vec<char> = a.chars().take(LONGEST).collect();
    let mut row: Vec<usize> = (0..=a.len()).collect();
    for (line, other) in b.chars().take(LONGEST).enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        let mut next = vec![left];
        for (above, own) in row.iter().skip(1).zip(&a) {
            left = (diagonal + usize::from(*own != other)).min(above + 1).min(left + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn near_words_are_near() {
        assert_eq!(distance("load_modul", "load_module"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
