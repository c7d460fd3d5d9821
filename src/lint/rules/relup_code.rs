//! A path of a relup that does not end in the code of its release.

use crate::appup::Direction;
use crate::compare::{Depth, Presence};
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::term::Atom;

code! {
    RELUP_CODE "RL0908" "relup-code" Error => Refutes(Code)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &RELUP_CODE, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.existing_routes().iter().filter(|route| !route.restarts()) {
        let place = route.steps.first().map_or(crate::span::Span::GENERATED, |step| step.origin.span());
        let mut report = |message: String, span, label: &'static str| {
            let finding = Diagnostic::new(&RELUP_CODE, message).label(span, label);
            found.push(finding.help("`relupc make` compiles a relup that does, or says why it cannot").on_path(&route.name));
        };
        for (application, module) in pair.modules() {
            // One that kept its version is passed over by any relup, and reported elsewhere.
            if application.presence == Presence::Both && application.base == application.target {
                continue;
            }
            let name = Atom::new(&module.name);
            let up = route.direction == Direction::Up;
            let what = match (module.depth, up) {
                (Depth::Code, _) if route.loaded(&name).is_none() => "is stale: the other release's code keeps running",
                (Depth::Added, true) | (Depth::Removed, false) if route.loaded(&name).is_none() => "is missing: nothing loads it",
                (Depth::Removed, true) | (Depth::Added, false) if route.removed(&name).is_none() => "is left over: nothing removes it",
                (Depth::Code | Depth::Added | Depth::Removed | Depth::Moved | Depth::Attributes | Depth::Debug, _) => continue,
            };
            report(format!("after this path `{name}` of `{}` {what}", application.name), place, "this path of the relup");
        }
    }
    // What the release itself adds to a path may remove what it has.
    let compiled = pair.routes.iter().filter(|route| !route.restarts());
    for route in pair.existing_routes().iter().chain(compiled) {
        let to = pair.side(route.direction, true);
        for (module, span) in route.gone() {
            let Some(owner) = to.owner_of(module.as_str()) else { continue };
            let message = format!("this path removes `{module}`, which release {} has in `{}`", to.rel.vsn.value, owner.name.value);
            found.push(
                Diagnostic::new(&RELUP_CODE, message)
                    .label(span, "removed, and not loaded again")
                    .help("leave the instruction out, or load the module after it")
                    .on_path(&route.name),
            );
        }
    }
}
