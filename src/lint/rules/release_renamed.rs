//! A release that is called otherwise than its base.

use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};

code! {
    RELEASE_RENAMED "RL0812" "release-renamed" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &RELEASE_RENAMED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    let (old, new) = (&pair.base.rel.name, &pair.target.rel.name);
    if old.value != new.value {
        found.push(
            Diagnostic::new(&RELEASE_RENAMED, format!("the release was called `{}` and is called `{}`", old.value, new.value))
                .label(new.span, "the name of the target")
                .label(old.span, "the name of the base")
                .help("is it a different system? scripts, boot files and tools find a release by its name"),
        );
    }
}
