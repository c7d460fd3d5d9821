//! Object code that a path of a relup reads and that is not there, or loads and never read.

use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Rule, Written};
use crate::relup::LowOp;
use crate::term::Atom;
use crate::term::print::brief;
use std::collections::{HashMap, HashSet};

code! {
    RELUP_OBJECT_CODE "RL0905" "relup-object-code" Error
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &RELUP_OBJECT_CODE, check: Check::Relup(check) };

fn check(written: &Written<'_>, found: &mut Findings) {
    for (name, direction, entry) in written.paths() {
        let to = written.gone_to(direction, entry);
        let mut read: HashMap<&Atom, usize> = HashMap::new();
        for step in &entry.steps {
            let span = step.origin.span();
            let mut wrong = |message: String, label: &'static str, help: &'static str| {
                found.push(Diagnostic::new(&RELUP_OBJECT_CODE, message).label(span, label).help(help).on_path(&name));
            };
            if let LowOp::Load(module, ..) = &step.op {
                match read.get_mut(module) {
                    Some(left @ 1..) => *left -= 1,
                    Some(_) | None => {
                        let message = format!("`{module}` is loaded without its object code being read");
                        wrong(message, "the upgrade crashes here, after the point of no return", "a `load` uses up what one `load_object_code` read");
                    }
                }
            }
            let LowOp::LoadObjectCode { lib, vsn, modules } = &step.op else { continue };
            modules.iter().for_each(|module| *read.entry(module).or_default() += 1);
            let Some(to) = to else { continue };
            let version = &to.rel.vsn.value;
            let Some(library) = to.application(lib.as_str()) else {
                wrong(format!("release {version} has no application `{lib}`"), "the upgrade crashes here", "compile the relup again");
                continue;
            };
            if vsn.text().as_deref() != Some(library.vsn.value.as_str()) {
                let message = format!("release {version} has `{lib}` in version {}, not {}", library.vsn.value, brief(vsn));
                wrong(message, "`bad_lib_vsn` on the node", "compile the relup again");
                continue;
            }
            let listed: HashSet<&Atom> = library.file.modules.iter().map(|module| &module.value).collect();
            if let Some(module) = modules.iter().find(|module| !listed.contains(module)) {
                wrong(format!("`{lib}` {} has no module `{module}`", library.vsn.value), "no file to read", "compile the relup again");
            }
        }
    }
}
