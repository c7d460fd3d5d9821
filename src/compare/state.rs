//! What processes keep across an upgrade: the shape of their state, the `code_change` that converts it, the children of
//! supervisors.

use super::modules::source_of;
use super::shapes::{self, Difference};
use super::{Fact, Verdict};
use crate::beam::{Attribute, Child, Clause, CodeChange, Expr, Facts, Field, Known, Shape, Written};
use crate::term::{Term, TermKind, print};

/// How a state changed.
enum Change<'s> {
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
pub(super) fn process(old: &Facts, new: &Facts, structs: &Structs<'_>) -> Vec<Fact> {
    let (Some(before), Some(after)) = (&old.state, &new.state) else { return Vec::new() };
    // What starts in the same way with the same records has the same state, even where it is not known.
    let alike = starts_alike(old, new);
    match change(before, after, structs).filter(|change| !(alike && matches!(change, Change::Unknown(_)))) {
        None => version_arguments(old, new, false),
        Some(Change::Unknown(why)) => {
            let text = format!("is a process, and {why}: whether its state changed cannot be seen from the files");
            vec![Fact::new("state-unknown", Verdict::HotWithCare, text).at(source_of(new, 0))]
        }
        Some(Change::Fields(shape, difference)) if difference.only_defaults() && difference.retyped().next().is_some() => {
            let text = format!("its state, the {}, {}: running processes keep values of the old kind", shapes::name(shape), difference.words());
            let mut facts = vec![Fact::new("state-retyped", Verdict::HotWithCare, text).items(difference.items()).at(source_of(new, line_of(shape, new)))];
            facts.extend(version_arguments(old, new, true));
            facts
        }
        Some(Change::Fields(shape, difference)) if difference.only_defaults() => {
            let text = format!("its state, the {}, {}: running processes keep the values that they have", shapes::name(shape), difference.words());
            let mut facts = vec![Fact::new("state-defaults", Verdict::Hot, text).items(difference.items()).at(source_of(new, 0))];
            facts.extend(version_arguments(old, new, false));
            facts
        }
        Some(Change::Fields(shape, difference)) => {
            // Records and structs are matched by name and size; what is read from a map, or matched by hand, may fit both.
            let is_named = matches!(shape, Shape::Record(..) | Shape::Struct(..));
            let text = format!("its state, the {}, {}", shapes::name(shape), difference.words());
            if takes(new, shape) {
                let text = format!("{text}; callbacks of the new code accept the old form, too");
                let mut facts = changed("state-taken", old, new, text, difference.items(), line_of(shape, new));
                facts.iter_mut().for_each(|fact| fact.up = fact.up.min(Verdict::HotWithCare));
                return facts;
            }
            changed(if is_named { "state" } else { "state-shape" }, old, new, text, difference.items(), line_of(shape, new))
        }
        Some(Change::Shape(before, after)) => {
            changed("state-shape", old, new, format!("its state was a {before} and is a {after}"), vec![format!("{before} -> {after}")], 0)
        }
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
    let Shape::Record(name, _) = shape else { return 0 };
    records.iter().find(|record| record.name == *name).map_or(0, |record| record.line)
}

fn changed(kind: &'static str, old: &Facts, new: &Facts, text: String, items: Vec<String>, line: u32) -> Vec<Fact> {
    let mut facts = vec![Fact::new(kind, Verdict::HotWithCare, text).items(items).at(source_of(new, line))];
    facts.extend(conversion(new));
    facts.extend(version_arguments(old, new, true));
    facts
}

fn change<'s>(before: &'s Known<Vec<Shape>>, after: &Known<Vec<Shape>>, structs: &Structs<'_>) -> Option<Change<'s>> {
    let (before, after) = match (before, after) {
        (Known::Unknown(why), _) | (_, Known::Unknown(why)) => return Some(Change::Unknown(why)),
        (Known::Known(before), Known::Known(after)) => (before, after),
    };
    // A struct of another module looks the same here, whatever that module made of it.
    for shape in before.iter().filter(|shape| after.contains(shape)) {
        if let Shape::Struct(name, None) = shape
            && let Some((old, new)) = structs(name.as_str())
            && let Some(difference) = shapes::fields(&old, &new, false)
        {
            return Some(Change::Fields(shape, difference));
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
                (Shape::Struct(a, Some(before)), Shape::Struct(b, Some(after))) if a == b => shapes::fields(before, after, false),
                (Shape::Map(before), Shape::Map(after)) if one_map => shapes::fields(before, after, false),
                _ => None,
            };
            if let Some(difference) = difference {
                return Some(Change::Fields(old, difference));
            }
        }
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
    Some(Change::Shape(names(before), names(after)))
}

/// What kind of value a state without parts is.
fn plain_kind(shape: &Shape) -> Option<&'static str> {
    let Shape::Plain(text) = shape else { return None };
    Some(if text == "a list" { "list" } else { shapes::kind(text).unwrap_or("atom") })
}

/// Whether the new module can convert a state: it runs on an upgrade, and, as the newer code, on a downgrade.
fn conversion(new: &Facts) -> Vec<Fact> {
    let is_statem = new.behaviours.iter().any(|name| matches!(name.as_str(), "gen_statem" | "gen_fsm"));
    let wanted = if is_statem { "code_change/4" } else { "code_change/3" };
    let Some(CodeChange { arity, written, clauses }) = &new.code_change else {
        let text = format!("exports no `{wanted}` that would convert it");
        return vec![Fact::new("code-change-missing", Verdict::RestartApplication, text).at(source_of(new, 0))];
    };
    if *arity != if is_statem { 4 } else { 3 } {
        let text = format!("exports `code_change/{arity}`, but its behaviour calls `{wanted}`");
        return vec![Fact::new("code-change-arity", Verdict::RestartApplication, text).at(source_of(new, 0))];
    }
    let clauses = match clauses {
        Known::Known(clauses) => clauses,
        Known::Unknown(why) => {
            let text = format!("whether its `{wanted}` converts it cannot be seen: {why}");
            return vec![Fact::new("code-change-unknown", Verdict::HotWithCare, text)];
        }
    };
    let line = clauses.first().map_or(0, |clause| clause.line);
    if clauses.iter().all(|clause| clause.unchanged) {
        let (kind, text) = match written {
            Known::Known(Written::By(module)) => {
                let module = module.as_str().trim_start_matches("Elixir.");
                ("code-change-injected", format!("has only the `{wanted}` that `use {module}` injects, which returns the state unchanged"))
            }
            Known::Known(Written::ByHand) | Known::Unknown(_) => ("code-change-catch-all", format!("its `{wanted}` returns the state unchanged")),
        };
        return vec![Fact::new(kind, Verdict::RestartApplication, text).at(source_of(new, line))];
    }
    // On a downgrade the version comes as `{down,Vsn}`.
    let takes_down = |clause: &&Clause| clause.is_downgrade() || (clause.is_catch_all() && takes_new_state(clause, new));
    if clauses.iter().any(Clause::is_open) {
        return Vec::new();
    }
    if clauses.iter().find(takes_down).is_none_or(|clause| clause.unchanged) {
        let text = format!("its `{wanted}` does not convert the state on a downgrade: no clause for `{{down,Vsn}}`");
        let fact = Fact::new("code-change-no-downgrade", Verdict::HotWithCare, text).at(source_of(new, line));
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
        Shape::Tuple(_, None) | Shape::Struct(..) | Shape::Map(_) | Shape::Plain(_) => false,
    };
    !shapes.iter().any(other_size)
}

/// Clauses of the new `code_change` that are written for versions which no process will name.
fn version_arguments(old: &Facts, new: &Facts, state_changed: bool) -> Vec<Fact> {
    let Some(Known::Known(clauses)) = new.code_change.as_ref().map(|code_change| &code_change.clauses) else { return Vec::new() };
    let given = match old.vsn() {
        None => None,
        Some(Attribute::Term(term)) => Some(version_of(term)),
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
    let Some(clause) = clauses.iter().find(stray) else { return Vec::new() };
    // Without a clause that fits, the upgrade fails for certain when it calls `code_change`.
    let none_fits = clauses.iter().all(|clause| stray(&clause));
    let verdict = match (state_changed, none_fits) {
        (true, true) => Verdict::RestartApplication,
        (true, false) => Verdict::HotWithCare,
        (false, _) => Verdict::Hot,
    };
    let shown = match &given {
        Some(Some(given)) => format!("`{}`", print::quoted(given, '"')),
        Some(None) => "another version".to_owned(),
        None => "the number that the compiler derives from the module's MD5".to_owned(),
    };
    let text = format!("its `code_change` has a clause for version `{}`, but is called with {shown}", clause.version);
    vec![Fact::new("code-change-version", verdict, text).at(source_of(new, clause.line))]
}

/// The version that a written `-vsn` stands for, when it is text. The compiler keeps a list as it is and puts anything else
/// into one.
fn version_of(term: &Term) -> Option<String> {
    if let Some(text) = term.text().filter(|text| !text.is_empty()) {
        return Some(text.into_owned());
    }
    let [one] = term.as_list()? else { return None };
    if let TermKind::Bits(bits) = &one.kind {
        return String::from_utf8(bits.bytes.clone()).ok();
    }
    one.text().map(std::borrow::Cow::into_owned)
}

/// The children that a supervisor starts, and how it watches over them.
pub(super) fn children(old: &Facts, new: &Facts) -> Vec<Fact> {
    let (Some(before), Some(after)) = (&old.children, &new.children) else { return Vec::new() };
    let is_application = !new.behaviours.iter().any(Facts::runs_processes);
    let (before, after) = match (before, after) {
        (Known::Known(before), Known::Known(after)) => (before, after),
        (Known::Unknown(_), Known::Unknown(_)) if starts_alike(old, new) => return Vec::new(),
        (Known::Unknown(why), _) | (_, Known::Unknown(why)) => {
            let what = if is_application { "starts an application's processes" } else { "is a supervisor" };
            let text = format!("{what}, and {why}: whether its children changed cannot be seen from the files");
            return vec![Fact::new("children-unknown", Verdict::HotWithCare, text).at(source_of(new, 0))];
        }
    };
    let mut facts = Vec::new();
    if before.flags != after.flags && !is_application {
        let shown = |flags: &Option<String>| flags.clone().unwrap_or_else(|| "..".to_owned());
        let text = format!(
            "its flags were `{}` and are `{}`: `{{update,{},supervisor}}` applies them, a load does not",
            shown(&before.flags),
            shown(&after.flags),
            new.module
        );
        facts.push(Fact::new("supervisor-flags", Verdict::HotWithCare, text).at(source_of(new, 0)));
    }
    let is_template = before.is_template() && after.is_template();
    let (before, after) = (&before.children, &after.children);
    let has = |list: &[Child], id: &str| list.iter().any(|child| child.id == id);
    let mut items: Vec<String> = Vec::new();
    items.extend(after.iter().filter(|child| !has(before, &child.id)).map(|child| format!("+ {}", child.id)));
    items.extend(before.iter().filter(|child| !has(after, &child.id)).map(|child| format!("- {}", child.id)));
    items.extend(
        before.iter().filter(|child| after.iter().any(|other| other.id == child.id && other.text != child.text)).map(|child| format!("~ {}", child.id)),
    );
    if !items.is_empty() && is_template {
        let text = "the template of its children differs: an update of the supervisor loads it, for children that are started later";
        facts.push(Fact::new("child-template", Verdict::HotWithCare, text).items(items).at(source_of(new, 0)));
    } else if !items.is_empty() {
        let text = if is_application {
            "the children of its top supervisor differ: no update loads them; start them with `supervisor:start_child/2`, or restart the application"
        } else {
            "its children differ: an update of the supervisor loads the new child specifications but starts and stops no children"
        };
        facts.push(Fact::new("children", Verdict::HotWithCare, text).items(items).at(source_of(new, 0)));
    }
    facts
}

/// What changes in how a state machine's callbacks are called.
pub(super) fn callback_mode(old: &Facts, new: &Facts) -> Option<Fact> {
    let (before, after) = (old.callback_mode.as_ref()?, new.callback_mode.as_ref()?);
    (before != after).then(|| {
        let text = format!("its callback mode was `{before}` and is `{after}`: a machine asks for it when it starts and after `code_change`, not after a load");
        Fact::new("callback-mode", Verdict::HotWithCare, text).at(source_of(new, 0))
    })
}

/// State functions that a machine lost: `gen_statem` calls them by the name of the state, so no call shows.
pub(super) fn machine(old: &Facts, new: &Facts) -> Option<Fact> {
    let is_machine = |facts: &Facts| facts.behaviours.iter().any(|name| name.as_str() == "gen_statem");
    if !is_machine(old) || !is_machine(new) {
        return None;
    }
    let gone: Vec<String> = old.exports.iter().filter(|export| export.1 == 3 && !new.exports.contains(export)).map(|(name, _)| format!("{name}/3")).collect();
    if gone.is_empty() {
        return None;
    }
    let text = "functions are removed that may be states of the machine: one that is in such a state fails at its next event";
    Some(Fact::new("state-functions", Verdict::HotWithCare, text).items(gone).at(source_of(new, 0)))
}
