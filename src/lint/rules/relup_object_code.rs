//! Object code that a path of a relup reads and that is not there, or loads and never read.

use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Existing, Rule};
use crate::node::{Failure, Phase, Timeline};
use crate::release::Release;
use crate::relup::LowOp;
use crate::source::Trees;
use crate::term::Atom;
use crate::term::print::brief;
use std::collections::{HashMap, HashSet};

code! {
    RELUP_OBJECT_CODE "RL0905" "relup-object-code" Error => Refutes(Steps)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &RELUP_OBJECT_CODE, check: Check::Relup(check) };

fn check(existing: &Existing<'_>, found: &mut Findings) {
    for (name, direction, entry) in existing.paths() {
        let timeline = Timeline::of(&entry.steps);
        let unread: HashMap<usize, (&Atom, Option<Phase>)> = timeline
            .failures()
            .iter()
            .filter_map(|(at, failure)| {
                let Failure::NoObjectCode { module, .. } = failure else { return None };
                Some((*at, (*module, timeline.phase(*at, *failure))))
            })
            .collect();
        for (at, step) in entry.steps.iter().enumerate() {
            let wrong = match unread.get(&at) {
                Some((module, phase)) => Some((
                    format!("`{module}` is loaded without its object code being read"),
                    match phase {
                        Some(Phase::Check) => "`check_install_release` crashes here",
                        Some(Phase::Install) | None => "the upgrade crashes here, after the point of no return, and the node restarts",
                    },
                    "a `load` uses up what one `load_object_code` read",
                )),
                None => existing
                    .installed(direction, entry)
                    .and_then(|to| not_there(to, existing.trees, &step.op))
                    .map(|(message, label)| (message, label, "compile the relup again")),
            };
            if let Some((message, label, help)) = wrong {
                found.push(Diagnostic::new(&RELUP_OBJECT_CODE, message).label(step.origin.span(), label).help(help).on_path(&name));
            }
        }
    }
}

/// What an instruction reads that the release being installed does not have, and what becomes of the upgrade.
fn not_there(to: &Release, trees: &Trees<'_>, op: &LowOp) -> Option<(String, &'static str)> {
    let LowOp::LoadObjectCode { lib, vsn, modules } = op else { return None };
    let version = &to.rel.vsn.value;
    let Some(library) = to.application(lib.as_str()) else {
        return Some((format!("release {version} has no application `{lib}`"), "`check_install_release` refuses it"));
    };
    if vsn.text().as_deref() != Some(library.vsn.value.as_str()) {
        return Some((
            format!("release {version} has `{lib}` in version {}, not {}", library.vsn.value, brief(vsn)),
            "`check_install_release` answers `bad_lib_vsn`",
        ));
    }
    let listed: HashSet<&Atom> = library.file.modules.iter().map(|module| &module.value).collect();
    if let Some(missing) = modules.iter().find(|module| !listed.contains(module)) {
        return Some((format!("`{lib}` {} has no module `{missing}`", library.vsn.value), "no file to read: `check_install_release` refuses it"));
    }
    // Of an application without any compiled module the files are somewhere else.
    let compiled = library.compiled(trees);
    let missing = modules.iter().find(|module| !compiled.is_empty() && !compiled.contains(module.as_str()))?;
    Some((format!("`{lib}` {} lists the module `{missing}`, but its beam is missing", library.vsn.value), "`check_install_release` refuses it"))
}
