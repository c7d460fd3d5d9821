//! A relup that is beside the place where the release handler reads it.

use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::source::{join, parent};

code! {
    RELUP_MISPLACED "RL0813" "relup-misplaced" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &RELUP_MISPLACED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    let Some(releases) = pair.target.releases_folder() else { return };
    let tree = pair.beams.trees().get(releases.tree);
    let right = join(&pair.target.folder().path, "relup");
    if tree.is_file(&right) {
        return;
    }
    let root = parent(&releases.path);
    let name = &pair.target.rel.name.value;
    let places = [
        join(root, "relup"),
        join(&releases.path, "relup"),
        join(&releases.path, &format!("{name}.relup")),
        join(&pair.target.folder().path, &format!("{name}.relup")),
    ];
    if let Some(file) = places.iter().find(|file| tree.is_file(file)) {
        found.push(
            Diagnostic::new(&RELUP_MISPLACED, format!("the relup is at `{file}`, where the release handler does not look"))
                .label(pair.target.rel.vsn.span, "the release being installed")
                .help(format!("put it at `{right}`; `relupc make --in-place` does")),
        );
    }
}
