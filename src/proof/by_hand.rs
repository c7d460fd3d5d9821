//! What a path does by hand: calls about children and processes, as far as they cannot be followed.

use crate::diag::Property;
use crate::interpret::Child;
use crate::lint::{Pair, Route};
use crate::relup::{Call, ChildAction, LowOp};

/// What a path does to processes by calls of its own, as far as it cannot be followed: each with the property that it concerns.
pub(super) fn unseen(pair: &Pair<'_>, route: &Route<'_>) -> Vec<(Property, String)> {
    let mut unseen = Vec::new();
    for unclear in pair.unclear_children(route) {
        unseen.push((Property::Leftovers, format!("which children run after the calls about {} is not visible", unclear.about)));
        if unclear.fails {
            unseen.push((Property::Steps, format!("whether the calls about {} fail is not visible", unclear.about)));
        }
    }
    for (at, step) in route.steps.iter().enumerate() {
        match Call::of(&step.op) {
            Some(Call::Process(..)) => {
                for property in [Property::Steps, Property::State, Property::Leftovers] {
                    unseen.push((property, format!("step {} talks to a process itself: what that does is not followed", at + 1)));
                }
            }
            Some(Call::Child(child)) if child.action == ChildAction::Terminate => {
                let still = route.timeline.modules().iter().find(|module| route.timeline.is_suspended(module, at, at));
                if let Some(module) = still {
                    unseen.push((Property::Steps, format!("step {} terminates a child while processes of `{module}` are suspended", at + 1)));
                }
            }
            Some(Call::Child(_) | Call::Application(..) | Call::Code(..)) | None => {}
        }
        if let LowOp::Stop(modules) = &step.op {
            let ends = |child: &&Child| {
                child.restart.as_ref().is_none_or(|restart| restart.as_str() == "temporary") && child.runs.as_ref().is_some_and(|runs| modules.contains(runs))
            };
            let children = pair.running_supervisors(route.direction).values().flat_map(|supervisor| supervisor.children.iter().flatten());
            for child in children.filter(ends) {
                unseen.push((Property::Leftovers, format!("whether child `{}`, which step {} stops, can be started again is not visible", child.id, at + 1)));
            }
        }
    }
    unseen
}
