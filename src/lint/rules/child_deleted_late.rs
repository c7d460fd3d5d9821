//! A child that is taken from its supervisor after its module is gone.

use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, File, Rule};
use crate::relup::LowOp;
use crate::span::Span;
use crate::term::Atom;
use std::collections::HashMap;

code! {
    CHILD_DELETED_LATE "RL0714" "child-deleted-late" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &CHILD_DELETED_LATE, check: Check::File(check) };

fn check(file: &File<'_>, found: &mut Findings) {
    for script in &file.scripts {
        let mut removed: HashMap<&Atom, Span> = HashMap::new();
        for step in &script.path.steps {
            if let LowOp::Remove(module, ..) = &step.op {
                removed.insert(module, step.origin.span());
            }
            if let LowOp::Load(module, ..) = &step.op {
                removed.remove(module);
            }
            let LowOp::Apply { module, function, arguments } = &step.op else { continue };
            if module.as_str() != "supervisor" || !matches!(function.as_str(), "terminate_child" | "delete_child") {
                continue;
            }
            // By convention a child has the name of its module.
            let child = arguments.as_list().and_then(|list| list.get(1)?.as_atom());
            if let Some((child, span)) = child.and_then(|child| Some((child, *removed.get(child)?))) {
                found.push(
                    Diagnostic::new(&CHILD_DELETED_LATE, format!("the child `{child}` is terminated after its module was removed"))
                        .label(step.origin.span(), "runs too late")
                        .label(span, "by now the module is removed and its processes have been killed")
                        .help("stop and delete the child first: its supervisor would start it again, without code, until it gives up"),
                );
                removed.remove(child);
            }
        }
    }
}
