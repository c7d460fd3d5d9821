//! A child that its supervisor cannot start again: the function in its specification is gone.

use crate::beam::Known;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::term::Atom;

code! {
    CHILD_START_MISSING "RL0613" "child-start-missing" Error => Concerns(Deaths)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CHILD_START_MISSING, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        let (from, to) = (pair.side(route.direction, false), pair.side(route.direction, true));
        for (application, module) in pair.modules() {
            let gone = if std::ptr::eq(to, pair.target) { &module.lost } else { &module.gained };
            let name = Atom::new(&module.name);
            let Some(span) = route.loaded(&name).filter(|_| !gone.is_empty()) else { continue };
            let at = route.timeline.replaced_at(&name).unwrap_or_default();
            if route.is_still(&name, pair.application(&application.name), at, usize::MAX) || route.removed(&name).is_some() {
                continue;
            }
            for supervisor in pair.supervisors(from, &application.name).iter() {
                // One that is updated takes its new specifications in, for children that are started later.
                let side = if route.converts(&supervisor.module) { to } else { from };
                let own = pair.supervisors(side, &application.name);
                let current = own.iter().find(|own| own.module == supervisor.module).unwrap_or(supervisor);
                let Known::Known(supervision) = &current.children else { continue };
                let dead = supervision.children.iter().filter(|child| child.start.as_ref() == Some(&name)).find_map(|child| {
                    let function = child.function.as_ref()?;
                    gone.contains(function).then_some((child, function))
                });
                if let Some((child, (function, arity))) = dead {
                    found.push(
                        Diagnostic::new(
                            &CHILD_START_MISSING,
                            format!("`{}` starts its child `{}` with `{name}:{function}/{arity}`, which this path removes", supervisor.module, child.id),
                        )
                        .label(span, "from here on the child cannot be started again when it fails")
                        .help(format!("change the child's specification and write `{{update,{},supervisor}}`, or keep the function", supervisor.module))
                        .on_path(&route.name),
                    );
                }
            }
        }
    }
}
