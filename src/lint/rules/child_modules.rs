//! A process that is to be changed, and that the release handler cannot find by its module.

use crate::beam::{Known, Modules};
use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::interpret::{Child, Done, Value};
use crate::lint::{Check, Pair, Route, Rule};
use crate::term::Atom;

code! {
    CHILD_MODULES "RL0606" "child-modules" Warning => Refutes(Processes)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CHILD_MODULES, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        let from = pair.side(route.direction, false);
        for (module, span) in route.updated() {
            if let Some(message) = handler_not_found(pair, route, module) {
                found.push(
                    Diagnostic::new(&CHILD_MODULES, message)
                        .label(span, "suspends the event managers that have this handler")
                        .help("write `modules => dynamic` in the specification of the event manager; until that runs, restart it, or swap the handler")
                        .on_path(&route.name),
                );
            }
            if let Some((supervisor, start, listed)) = started_by_another(pair, route, module) {
                found.push(
                    Diagnostic::new(
                        &CHILD_MODULES,
                        format!(
                            "`{supervisor}` starts a process of `{module}` by `{start}` and lists `[{listed}]` as its modules: it is not found, and not changed"
                        ),
                    )
                    .label(span, "suspends the processes that have this module on their list")
                    .help(format!("write `modules => [{module}]` in the child's specification; until that runs, restart the process"))
                    .severity(Severity::Warning)
                    .on_path(&route.name),
                );
            }
            let Some(library) = from.owner_of(module.as_str()) else { continue };
            for supervisor in pair.supervisors(from, library.name.value.as_str()).iter() {
                let Known::Known(supervision) = &supervisor.children else { continue };
                for child in supervision.children.iter().filter(|child| child.start.as_ref() == Some(module)) {
                    let is_event = || {
                        let facts = pair.facts(from, module);
                        facts.is_none_or(|facts| facts.behaviours.is_empty() || facts.behaviours.iter().any(|name| name.as_str() == "gen_event"))
                    };
                    let (message, help) = match &child.modules {
                        Some(Modules::Listed(listed)) if !listed.contains(module) => {
                            let listed = listed.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
                            (
                                format!(
                                    "`{}` starts `{module}` and lists `[{listed}]` as its modules: its process is not found, and not changed",
                                    supervisor.module
                                ),
                                format!("write `modules => [{module}]` in the child's specification; until that runs, restart the process"),
                            )
                        }
                        Some(Modules::Dynamic) if !is_event() => (
                            format!(
                                "`{}` lists the modules of `{module}` as `dynamic`, and only a `gen_event` answers when it is asked for them",
                                supervisor.module
                            ),
                            format!("write `modules => [{module}]` in the child's specification"),
                        ),
                        Some(Modules::Listed(_) | Modules::Dynamic) | None => continue,
                    };
                    found.push(
                        Diagnostic::new(&CHILD_MODULES, message)
                            .label(span, "suspends the processes that have this module on their list")
                            .help(help)
                            .on_path(&route.name),
                    );
                }
            }
        }
    }
}

/// A supervisor that starts processes of a module by another one, and what it lists, where no child lists the module.
fn started_by_another(pair: &Pair<'_>, route: &Route<'_>, module: &Atom) -> Option<(Atom, Atom, String)> {
    let half = pair.lives.half(route.direction, false);
    let is_known = half.supervisors.values().all(|supervisor| supervisor.children.is_some());
    let lists = |child: &Child| child.modules.as_ref().is_none_or(|modules| modules.contains(module));
    if !is_known || half.children().any(lists) {
        return None;
    }
    let all = half.supervisors.iter().flat_map(|(supervisor, known)| known.children.iter().flatten().map(move |child| (supervisor, child)));
    let runs = |child: &Child| child.runs.as_ref() == Some(module) && child.start.as_ref().is_some_and(|(start, ..)| start != module);
    let (supervisor, child) = all.into_iter().find(|(_, child)| runs(child))?;
    let (start, listed) = (child.start.as_ref()?.0.clone(), child.modules.as_ref()?.iter().map(ToString::to_string).collect::<Vec<_>>().join(","));
    Some((supervisor.clone(), start, listed))
}

/// Why no event manager is found by the module of a handler: all of them list other modules.
fn handler_not_found(pair: &Pair<'_>, route: &Route<'_>, module: &Atom) -> Option<String> {
    let (half, from) = (pair.lives.half(route.direction, false), pair.side(route.direction, false));
    let is_handler = pair.facts(from, module)?.behaviours.iter().any(|name| name.as_str() == "gen_event");
    let adds = |done: &&Done| done.is("gen_event", &["add_handler", "add_sup_handler"]) && done.arguments.get(1).and_then(Value::as_module) == Some(module);
    let added: Vec<&Value> = half.all_done().filter(adds).filter_map(|done| done.arguments.first()).collect();
    // Where it is added to is known, and that its manager is this one.
    let is_own = |child: &Child| child.name.as_ref().is_some_and(|name| added.iter().all(|other| *other == name));
    let managers = || half.supervisors.iter().flat_map(|(supervisor, known)| known.children.iter().flatten().map(move |child| (supervisor, child)));
    let mut own = managers().filter(|(_, child)| child.start.as_ref().is_some_and(|(module, ..)| module.as_str() == "gen_event") && is_own(child)).peekable();
    let (supervisor, first) = own.peek().copied().filter(|_| is_handler)?;
    let listed = first.modules.as_ref()?.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let lists_others = |child: &Child| child.modules.as_ref().is_some_and(|modules| !modules.contains(module));
    let is_known = half.supervisors.values().all(|supervisor| supervisor.children.is_some());
    (is_known && !added.is_empty() && own.all(|(_, child)| lists_others(child)))
        .then(|| format!("`{supervisor}` starts an event manager and lists `[{listed}]` as its modules: the handler `{module}` is not found, and not changed"))
}
