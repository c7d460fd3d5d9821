//! What processes keep across an upgrade: the shape of their state, the `code_change` that converts it, the children of
//! supervisors.

use super::place::source_of;
use super::shapes::{self, Difference};
use super::{Change, Delta, Given, Impact, Sign, StateChange, StateEffect, Verdict};
use crate::beam::{Attribute, Author, Child, Clause, CodeChange, Expr, Facts, Field, Known, Shape, text_of_vsn};
use crate::term::Atom;

/// How a state changed.
enum Changed<'s> {
    /// Fields of one shape.
    Fields(&'s Shape, Difference),
    /// One shape became another.
    Shape(String, String),
    /// It is not known.
    Unknown(&'static str),
}

/// Looks up the fields of a struct that another module defines, in the base and in the target.
pub(super) type Structs<'s> = dyn Fn(&str) -> Option<(Vec<Field>, Vec<Field>)> + 's;

/// The facts about the state of a module's processes.
pub(super) fn process(old: &Facts, new: &Facts, structs: &Structs<'_>) -> Vec<Impact> {
    let (Some(before), Some(after)) = (&old.state, &new.state) else { return Vec::new() };
    // What starts in the same way with the same records has the same state, even where it is not known.
    let alike = starts_alike(old, new);
    match change(before, after, structs).filter(|change| !(alike && matches!(change, Changed::Unknown(_)))) {
        None => version_arguments(old, new, false),
        Some(Changed::Unknown(why)) => {
            vec![Impact::new(Verdict::HotWithCare, Change::StateUnknown(why)).at(source_of(new, 0))]
        }
        Some(Changed::Fields(shape, difference)) if difference.only_defaults() && difference.retyped().next().is_some() => {
            let mut impacts = vec![of_fields(Verdict::HotWithCare, shape, difference, StateEffect::Retyped).at(source_of(new, line_of(shape, new)))];
            impacts.extend(version_arguments(old, new, true));
            impacts
        }
        Some(Changed::Fields(shape, difference)) if difference.only_defaults() => {
            let mut impacts = vec![of_fields(Verdict::Hot, shape, difference, StateEffect::Defaults).at(source_of(new, 0))];
            impacts.extend(version_arguments(old, new, false));
            impacts
        }
        Some(Changed::Fields(shape, difference)) => {
            // Records and structs are matched by name and size; what is read from a map, or matched by hand, may fit both.
            let is_named = matches!(shape, Shape::Record(..) | Shape::Struct(..));
            let line = line_of(shape, new);
            if takes(new, shape) {
                let mut impacts = changed(old, new, of_fields(Verdict::HotWithCare, shape, difference, StateEffect::Accepted), line);
                impacts.iter_mut().for_each(|fact| fact.up = fact.up.min(Verdict::HotWithCare));
                return impacts;
            }
            let effect = if is_named { StateEffect::Unmatched } else { StateEffect::Unsure };
            changed(old, new, of_fields(Verdict::HotWithCare, shape, difference, effect), line)
        }
        Some(Changed::Shape(before, after)) => changed(old, new, Impact::new(Verdict::HotWithCare, Change::StateShape { before, after }), 0),
    }
}

/// Whether two versions say the same where their processes start, and define the same records.
fn starts_alike(old: &Facts, new: &Facts) -> bool {
    let records =
        |facts: &Facts| facts.records.get().map(|records| records.iter().map(|record| (record.name.clone(), record.fields.clone())).collect::<Vec<_>>());
    old.start.is_some() && old.start == new.start && records(old) == records(new) && old.structure == new.structure
}

/// Whether callbacks take a record as it was, written out as a tuple.
fn takes(new: &Facts, old: &Shape) -> bool {
    let Shape::Record(name, fields) = old else { return false };
    new.taken.iter().any(|(tag, size)| tag == name && *size == fields.len() + 1)
}

/// The line on which a record is defined.
fn line_of(shape: &Shape, facts: &Facts) -> u32 {
    let records = facts.records.get().map(Vec::as_slice).unwrap_or_default();
    let (Shape::Record(name, _) | Shape::Native(name, _)) = shape else { return 0 };
    records.iter().find(|record| record.name == *name).map_or(0, |record| record.line)
}

fn of_fields(verdict: Verdict, shape: &Shape, difference: Difference, effect: StateEffect) -> Impact {
    Impact::new(verdict, Change::State(StateChange { shape: shape.clone(), difference, effect }))
}

fn changed(old: &Facts, new: &Facts, state: Impact, line: u32) -> Vec<Impact> {
    let mut impacts = vec![state.at(source_of(new, line))];
    impacts.extend(conversion(new));
    impacts.extend(version_arguments(old, new, true));
    impacts
}

fn change<'s>(before: &'s Known<Vec<Shape>>, after: &Known<Vec<Shape>>, structs: &Structs<'_>) -> Option<Changed<'s>> {
    let (before, after) = match (before, after) {
        (Known::Unknown(why), _) | (_, Known::Unknown(why)) => return Some(Changed::Unknown(why)),
        (Known::Known(before), Known::Known(after)) => (before, after),
    };
    // A struct of another module looks the same here, whatever that module made of it.
    for shape in before.iter().filter(|shape| after.contains(shape)) {
        if let Shape::Struct(name, None) = shape
            && let Some((old, new)) = structs(name.as_str())
            && let Some(difference) = shapes::fields(&old, &new, false)
        {
            return Some(Changed::Fields(shape, difference));
        }
    }
    let gone: Vec<&Shape> = before.iter().filter(|shape| !after.contains(shape)).collect();
    let come: Vec<&Shape> = after.iter().filter(|shape| !before.contains(shape)).collect();
    let maps = |list: &[&Shape]| list.iter().filter(|shape| matches!(shape, Shape::Map(_))).count();
    // Of several maps it is not known which one became which.
    let one_map = maps(&gone) == 1 && maps(&come) == 1;
    for old in &gone {
        for new in &come {
            let difference = match (old, new) {
                (Shape::Record(a, before), Shape::Record(b, after)) if a == b => shapes::fields(before, after, true),
                (Shape::Native(a, before), Shape::Native(b, after)) if a == b => shapes::fields(before, after, false),
                (Shape::Struct(a, Some(before)), Shape::Struct(b, Some(after))) if a == b => shapes::fields(before, after, false),
                (Shape::Map(before), Shape::Map(after)) if one_map => shapes::fields(before, after, false),
                _ => None,
            };
            if let Some(difference) = difference {
                return Some(Changed::Fields(old, difference));
            }
        }
    }
    // A record that was written out by hand, or is now.
    let is_same = |(one, other): (&Shape, &Shape)| match (one, other) {
        (Shape::Tuple(size, Some(tag)), Shape::Record(name, fields)) | (Shape::Record(name, fields), Shape::Tuple(size, Some(tag))) => {
            tag == name && fields.len() + 1 == *size
        }
        _ => false,
    };
    if gone.len() == come.len() && gone.iter().all(|one| come.iter().any(|other| is_same((one, other)))) {
        return None;
    }
    // A counter that begins with another number is not another shape.
    let kinds = |list: &[Shape]| list.iter().map(plain_kind).collect::<Option<std::collections::BTreeSet<_>>>();
    if let (Some(before), Some(after)) = (kinds(before), kinds(after))
        && before == after
    {
        return None;
    }
    // Where one state may have several shapes, one that both sides know is as much as is known.
    if before.iter().any(|shape| after.iter().any(|other| shapes::name(shape) == shapes::name(other))) {
        return None;
    }
    let names = |list: &[Shape]| list.iter().map(shapes::name).collect::<Vec<_>>().join(" or ");
    Some(Changed::Shape(names(before), names(after)))
}

/// What kind of value a state without parts is.
fn plain_kind(shape: &Shape) -> Option<&'static str> {
    let Shape::Plain(text) = shape else { return None };
    Some(if text == "a list" { "list" } else { shapes::kind(text).unwrap_or("atom") })
}

/// Whether the new module can convert a state: it runs on an upgrade, and, as the newer code, on a downgrade.
fn conversion(new: &Facts) -> Vec<Impact> {
    let is_statem = new.behaviours.iter().any(|name| matches!(name.as_str(), "gen_statem" | "gen_fsm"));
    let wanted = if is_statem { 4 } else { 3 };
    let Some(CodeChange { arity, author, clauses }) = &new.code_change else {
        return vec![Impact::new(Verdict::RestartApplication, Change::CodeChangeMissing { wanted }).at(source_of(new, 0))];
    };
    if *arity != wanted {
        return vec![Impact::new(Verdict::RestartApplication, Change::CodeChangeArity { has: *arity, wanted }).at(source_of(new, 0))];
    }
    let clauses = match clauses {
        Known::Known(clauses) => clauses,
        Known::Unknown(why) => {
            return vec![Impact::new(Verdict::HotWithCare, Change::CodeChangeUnknown { wanted, why })];
        }
    };
    let line = clauses.first().map_or(0, |clause| clause.line);
    if clauses.iter().all(|clause| clause.unchanged) {
        let injected_by = match author {
            Known::Known(Author::By(module)) => Some(module.clone()),
            Known::Known(Author::ByHand) | Known::Unknown(_) => None,
        };
        return vec![Impact::new(Verdict::RestartApplication, Change::CodeChangeIdle { wanted, injected_by }).at(source_of(new, line))];
    }
    // On a downgrade the version comes as `{down,Vsn}`.
    let takes_down = |clause: &&Clause| clause.is_downgrade() || (clause.is_catch_all() && takes_new_state(clause, new));
    if clauses.iter().any(Clause::is_open) {
        return Vec::new();
    }
    if clauses.iter().find(takes_down).is_none_or(|clause| clause.unchanged) {
        let fact = Impact::new(Verdict::HotWithCare, Change::CodeChangeUpOnly { wanted }).at(source_of(new, line));
        return vec![fact.down(Verdict::RestartApplication)];
    }
    Vec::new()
}

/// Whether a clause takes the state as the new version has it: a tuple of another size is the old record, written out.
fn takes_new_state(clause: &Clause, new: &Facts) -> bool {
    let Some(Shape::Tuple(size, Some(tag))) = &clause.state else { return true };
    let shapes = new.state.as_ref().and_then(Known::get).map(Vec::as_slice).unwrap_or_default();
    let other_size = |shape: &Shape| match shape {
        Shape::Record(name, fields) => name == tag && fields.len() + 1 != *size,
        Shape::Tuple(count, Some(name)) => name == tag && count != size,
        Shape::Tuple(_, None) | Shape::Native(..) | Shape::Struct(..) | Shape::Map(_) | Shape::Plain(_) => false,
    };
    !shapes.iter().any(other_size)
}

/// Clauses of the new `code_change` that are written for versions which no process will name. Where a clause names the version that is
/// given, others are for other bases.
fn version_arguments(old: &Facts, new: &Facts, state_changed: bool) -> Vec<Impact> {
    let Some(Known::Known(clauses)) = new.code_change.as_ref().map(|code_change| &code_change.clauses) else { return Vec::new() };
    let given = match old.vsn() {
        None => None,
        Some(Attribute::Term(term)) => Some(text_of_vsn(term)),
        Some(Attribute::Unbuilt(_)) => return Vec::new(),
    };
    let fits = |version: &Expr| match (version, &given) {
        (Expr::Text(text), Some(Some(given))) => text == given,
        (Expr::Text(_), None) => false,
        _ => true,
    };
    let stray = |clause: &&Clause| {
        let version = match clause.version.tagged("down") {
            Some([version]) => version,
            _ => &clause.version,
        };
        !fits(version)
    };
    let judged = |is_downgrade: bool| {
        let of_direction = || clauses.iter().filter(move |clause| clause.is_downgrade() == is_downgrade);
        let clause = of_direction().find(stray)?;
        // Without a clause that fits, the path fails for certain when it calls `code_change`.
        let none_fits = of_direction().all(|clause| stray(&clause));
        let is_for_another = matches!(given, Some(Some(_))) && !none_fits;
        let verdict = match (state_changed, none_fits) {
            (true, true) => Verdict::RestartApplication,
            (true, false) => Verdict::HotWithCare,
            (false, _) => Verdict::Hot,
        };
        (!is_for_another).then_some((clause, verdict))
    };
    let (up, down) = (judged(false), judged(true));
    let Some((clause, _)) = up.or(down) else { return Vec::new() };
    let [up, down] = [up, down].map(|judged| judged.map_or(Verdict::Hot, |(_, verdict)| verdict));
    let change = Change::CodeChangeVersion {
        clause: clause.version.to_string(),
        given: match given {
            Some(Some(given)) => Given::Text(given),
            Some(None) => Given::Other,
            None => Given::Derived,
        },
    };
    vec![Impact::new(up, change).down(down).at(source_of(new, clause.line))]
}

/// The children that a supervisor starts, and how it watches over them.
pub(super) fn children(old: &Facts, new: &Facts) -> Vec<Impact> {
    let (Some(before), Some(after)) = (&old.children, &new.children) else { return Vec::new() };
    let is_application = !new.behaviours.iter().any(Facts::runs_processes);
    let (before, after) = match (before, after) {
        (Known::Known(before), Known::Known(after)) => (before, after),
        (Known::Unknown(_), Known::Unknown(_)) if starts_alike(old, new) => return Vec::new(),
        (Known::Unknown(why), _) | (_, Known::Unknown(why)) => {
            return vec![Impact::new(Verdict::HotWithCare, Change::ChildrenUnknown { why, is_application }).at(source_of(new, 0))];
        }
    };
    let mut impacts = Vec::new();
    if before.flags != after.flags && !is_application {
        let change = Change::SupervisorFlags { before: before.flags.clone(), after: after.flags.clone(), supervisor: new.module.clone() };
        impacts.push(Impact::new(Verdict::HotWithCare, change).at(source_of(new, 0)));
    }
    let is_template = before.is_template() && after.is_template();
    let (before, after) = (&before.children, &after.children);
    let has = |list: &[Child], id: &str| list.iter().any(|child| child.id == id);
    let differs = |child: &&Child| after.iter().any(|other| other.id == child.id && other.text != child.text);
    let mut children: Vec<Delta> = Vec::new();
    children.extend(after.iter().filter(|child| !has(before, &child.id)).map(|child| Delta::new(Sign::Added, &child.id)));
    children.extend(before.iter().filter(|child| !has(after, &child.id)).map(|child| Delta::new(Sign::Removed, &child.id)));
    children.extend(before.iter().filter(differs).map(|child| Delta::new(Sign::Changed, &child.id)));
    if !children.is_empty() {
        let change = if is_template { Change::ChildTemplate(children) } else { Change::Children { children, is_application } };
        impacts.push(Impact::new(Verdict::HotWithCare, change).at(source_of(new, 0)));
    }
    impacts
}

/// What changes in how a state machine's callbacks are called.
pub(super) fn callback_mode(old: &Facts, new: &Facts) -> Option<Impact> {
    let (before, after) = (old.callback_mode.as_ref()?, new.callback_mode.as_ref()?);
    (before != after).then(|| {
        let change = Change::CallbackMode { before: before.to_string(), after: after.to_string() };
        Impact::new(Verdict::HotWithCare, change).at(source_of(new, 0))
    })
}

/// State functions that a machine lost: `gen_statem` calls them by the name of the state, so no call shows.
pub(super) fn machine(old: &Facts, new: &Facts) -> Option<Impact> {
    let is_machine = |facts: &Facts| facts.behaviours.iter().any(|name| name.as_str() == "gen_statem");
    if !is_machine(old) || !is_machine(new) {
        return None;
    }
    let gone: Vec<Atom> = old.exports.iter().filter(|export| export.1 == 3 && !new.exports.contains(export)).map(|(name, _)| name.clone()).collect();
    (!gone.is_empty()).then(|| Impact::new(Verdict::HotWithCare, Change::StateFunctions(gone)).at(source_of(new, 0)))
}
