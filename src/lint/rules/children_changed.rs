//! A supervisor whose children changed, on a path that neither takes the new list in nor starts or stops anybody.

use crate::beam::Facts;
use crate::beam::Known;
use crate::compare::{Change, Sign};
use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::interpret::{Child, Done, id_of};
use crate::lint::lives::Half;
use crate::lint::{Check, Pair, Route, Rule};
use crate::term::Atom;

code! {
    CHILDREN_CHANGED "RL0605" "children-changed" Warning => Concerns(Leftovers)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CHILDREN_CHANGED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        // Calls in functions of one's own count.
        let is_child_call = |done: &Done| done.module.as_str().ends_with("upervisor") && done.function.as_str().ends_with("_child");
        let calls = !route.timeline.children().is_empty() || pair.lives.passed(route.direction).is_some_and(|passed| passed.done().any(is_child_call));
        specifications(pair, route, found);
        not_taken_in(pair, route, found);
        for (_, module, fact) in pair.module_impacts(|change| matches!(change, Change::SupervisorFlags { .. } | Change::ChildTemplate(_))) {
            let name = Atom::new(&module.name);
            if let Some(span) = route.loaded(&name).filter(|_| !route.converts(&name) && route.removed(&name).is_none()) {
                found.push(
                    Diagnostic::new(&CHILDREN_CHANGED, format!("`{}` is only loaded, but {}", module.name, fact.change))
                        .label(span, "the running supervisor keeps its child specifications")
                        .help(format!("write `{{update,{name},supervisor}}`"))
                        .on_path(&route.name),
                );
            }
        }
        for (_, module, _) in pair.module_impacts(|change| matches!(change, Change::ChildrenUnknown { .. })) {
            let name = Atom::new(&module.name);
            let answer = |release: &Half| release.supervisors.get(&name).and_then(|known| known.answer.clone());
            // Where they are computed, they may still be seen.
            if pair.computed_children(&name).is_none() || answer(&pair.lives.base) == answer(&pair.lives.target) {
                continue;
            }
            if let Some(span) = route.loaded(&name).filter(|_| !route.converts(&name) && route.removed(&name).is_none()) {
                found.push(
                    Diagnostic::new(&CHILDREN_CHANGED, format!("`{name}` is only loaded, but answers other flags or child specifications"))
                        .label(span, "the running supervisor keeps those it has")
                        .help(format!("write `{{update,{name},supervisor}}`"))
                        .on_path(&route.name),
                );
            }
        }
        for (application, module, fact) in pair.module_impacts(|change| matches!(change, Change::Children { .. })) {
            let Change::Children { children, .. } = &fact.change else { continue };
            let name = Atom::new(&module.name);
            let Some(span) = route.loaded(&name) else { continue };
            let updated = route.converts(&name);
            // What is started from `start/2` runs under a supervisor that no instruction reaches.
            let is_supervisor = module.behaviours.iter().any(|behaviour| Facts::supervises(behaviour));
            // Specifications that only changed are taken in by the update.
            if updated && is_supervisor && children.iter().all(|child| child.sign == Sign::Changed) {
                continue;
            }
            // A process that is converted gets in its state what it would be started with.
            let known = pair.lives.half(route.direction, false).supervisors.get(&name).and_then(|known| known.children.as_ref());
            let converts = |id: &str| {
                let mut children = known.into_iter().flatten().filter(|child| child.id.to_string() == id);
                children.any(|child| child.runs.as_ref().is_some_and(|runs| route.converts(runs)))
            };
            if !is_supervisor && children.iter().all(|child| child.sign == Sign::Changed && converts(&child.name)) {
                continue;
            }
            // What is started from `start/2` is reached by calls alone.
            if ((updated || !is_supervisor) && calls) || route.removed(&name).is_some() {
                continue;
            }
            let help = if !is_supervisor {
                format!(
                    "its supervisor is started in `start/2` and has no module of yours to update: call `supervisor:start_child` with the whole specification and its name from a function of your own, or write `{{restart_application,{}}}`",
                    application.name
                )
            } else if updated {
                "the update loads the new child specifications but starts no children: add `{apply,{supervisor,restart_child,[Sup,Id]}}` after it for new children, and `terminate_child` and `delete_child` before it for removed ones".to_owned()
            } else {
                format!(
                    "write `{{update,{name},supervisor}}`, and `apply` `supervisor` calls for added and removed children, or restart `{}`",
                    application.name
                )
            };
            found.push(
                Diagnostic::new(
                    &CHILDREN_CHANGED,
                    format!("the children of `{}` change ({}), but this path neither starts nor stops any", module.name, fact.change.items().join(", ")),
                )
                .label(span, "the supervisor is replaced here")
                .help(help)
                .on_path(&route.name),
            );
        }
    }
}

/// What an update of a supervisor does not do: another kind of strategy, other arguments of a child that runs.
fn specifications(pair: &Pair<'_>, route: &Route<'_>, found: &mut Findings) {
    let (from, to) = (pair.lives.half(route.direction, false), pair.lives.half(route.direction, true));
    for (module, old) in &from.supervisors {
        let Some((new, span)) = to.supervisors.get(module).zip(route.loaded(module)) else { continue };
        if !route.converts(module) || pair.starts_again(route, module) {
            continue;
        }
        if let (Some(before), Some(after)) = (&old.strategy, &new.strategy)
            && old.is_template() != new.is_template()
        {
            let (what, level) = if new.is_template() {
                ("the update installs it, and the next question for its children crashes the supervisor", Severity::Error)
            } else {
                ("its list loses the children that run: nothing restarts or stops them", Severity::Warning)
            };
            found.push(
                Diagnostic::new(&CHILDREN_CHANGED, format!("the strategy of `{module}` changes from `{before}` to `{after}`"))
                    .label(span, what)
                    .help("restart the application instead")
                    .severity(level)
                    .on_path(&route.name),
            );
            continue;
        }
        let (Some(before), Some(after)) = (&old.children, &new.children) else { continue };
        let passed = pair.lives.passed(route.direction);
        let is_stopped = |module: &Atom| passed.is_some_and(|passed| pair.none_lives_on(route, passed, module));
        let stopped = |child: &Child| child.runs.as_ref().is_some_and(is_stopped);
        let is_other = |child: &&Child| {
            after
                .iter()
                .find(|other| other.id == child.id)
                .is_some_and(|other| child.starts_otherwise(other) && !child.runs.as_ref().is_some_and(|runs| route.converts(runs)))
        };
        // Children that are written out are compared by `diff` as well.
        let is_computed = |release| pair.facts(release, module).is_some_and(|facts| matches!(facts.children, Some(Known::Unknown(_))));
        let is_called = |child: &Child| passed.is_some_and(|passed| passed.done().any(|done| starts(done, child)));
        let gained = after.iter().find(|child| !before.iter().any(|other| other.id == child.id) && !is_called(child));
        if let Some(child) = gained.filter(|_| !old.is_template() && (is_computed(pair.base) || is_computed(pair.target))) {
            found.push(
                Diagnostic::new(&CHILDREN_CHANGED, format!("`{module}` gains child `{}`, but this path does not start it", child.id))
                    .label(span, "the update loads the new child specifications but starts no children")
                    .help("add `{apply,{supervisor,restart_child,[Sup,Id]}}` after it")
                    .on_path(&route.name),
            );
        }
        if let Some(child) = before.iter().find(|child| !old.is_template() && is_other(child) && !stopped(child)) {
            found.push(
                Diagnostic::new(
                    &CHILDREN_CHANGED,
                    format!("the start arguments of child `{}` of `{module}` change, and the child keeps running with the old ones", child.id),
                )
                .label(span, "the update changes the specification, not the running child")
                .help(format!("after it, `apply` `supervisor:terminate_child` and `supervisor:restart_child` to `{}`, if the process needs them", child.id))
                .on_path(&route.name),
            );
        }
    }
}

/// Supervisors that did not change and that no instruction names, whose list of children another module makes.
fn not_taken_in(pair: &Pair<'_>, route: &Route<'_>, found: &mut Findings) {
    let (from, to) = (pair.lives.half(route.direction, false), pair.lives.half(route.direction, true));
    let Some(passed) = pair.lives.passed(route.direction) else { return };
    for (module, old) in from.supervisors.iter().filter(|(_, old)| !old.is_template()) {
        let is_changed = pair.has_other_code(module);
        let Some(new) = to.supervisors.get(module).filter(|_| !is_changed && !route.converts(module) && !pair.none_lives_on(route, passed, module)) else {
            continue;
        };
        let (Some(before), Some(after)) = (&old.children, &new.children) else { continue };
        let Some(application) = pair.owner_of(module).map(|application| application.name.value.as_str()) else { continue };
        let renewed = |child: &Child| passed.done().any(|done| starts(done, child));
        let restarts = |child: &Child| {
            let other = after.iter().find(|other| other.id == child.id).filter(|_| !renewed(child))?;
            let (before, after) = child.restart.clone().zip(other.restart.clone()).filter(|(before, after)| before != after)?;
            Some((child.id.clone(), before, after))
        };
        for (id, before, after) in before.iter().filter_map(restarts) {
            found.push(
                Diagnostic::new(&CHILDREN_CHANGED, format!("child `{id}` of `{module}` becomes `{after}`, and the running supervisor keeps it as `{before}`"))
                    .label(pair.change_on(application, route.direction), "the supervisor keeps the specifications that it has")
                    .help("terminate, delete and start the child by `apply` on this path, with the whole specification; or update its supervisor after the module that makes it")
                    .about(module.as_str())
                    .on_path(&route.name),
            );
        }
        let only_in =
            |one: &[Child], other: &[Child]| -> Vec<Child> { one.iter().filter(|child| !other.iter().any(|known| known.id == child.id)).cloned().collect() };
        let (gained, lost) = (only_in(after, before), only_in(before, after));
        let is_called = |child: &Child| passed.done().any(|done| done.is_about_child() && is_about(done, child));
        let signs = gained.iter().map(|child| ('+', child)).chain(lost.iter().map(|child| ('-', child)));
        let shown: Vec<String> = signs.filter(|(_, child)| !is_called(child)).map(|(sign, child)| format!("{sign} {}", child.id)).collect();
        if shown.is_empty() {
            continue;
        }
        found.push(
            Diagnostic::new(&CHILDREN_CHANGED, format!("the children of `{module}` change ({}), but this path neither starts nor stops any", shown.join(", ")))
                .label(pair.change_on(application, route.direction), "the supervisor keeps the specifications that it has")
                .help(format!(
                    "write `{{update,{module},supervisor}}` after the module that makes its list, and `apply` `supervisor` calls for added and removed children"
                ))
                .about(module.as_str())
                .on_path(&route.name),
        );
    }
}

/// Whether a call is about a child.
fn is_about(done: &Done, child: &Child) -> bool {
    done.arguments.get(1).is_none_or(|given| !given.is_literal() || *given == child.id || id_of(given).is_none_or(|id| id == child.id))
}

/// Whether a call starts a child.
fn starts(done: &Done, child: &Child) -> bool {
    matches!(done.function.as_str(), "start_child" | "restart_child") && is_about(done, child)
}
