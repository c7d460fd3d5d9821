//! A complete release without a boot file: a node that is restarted in it does not come up.

use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::source::{TreeId, join};

code! {
    BOOT_FILE_MISSING "RL0808" "boot-file-missing" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &BOOT_FILE_MISSING, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    let Some(releases) = pair.target.releases_folder() else { return };
    let tree = pair.beams.trees().get(releases.tree);
    let root = crate::source::parent(&releases.path);
    // What was put together to be read only has no programs in it.
    let is_complete = matches!(releases.tree, TreeId::Archive(_)) || tree.is_folder(&join(root, "bin"));
    let boot = join(&pair.target.folder().path, "start.boot");
    if is_complete && !tree.is_file(&boot) {
        found.push(
            Diagnostic::new(&BOOT_FILE_MISSING, format!("the release {} has no `{boot}`", pair.target.rel.vsn.value))
                .label(pair.target.rel.vsn.span, "the release being installed")
                .help("`systools:make_script/2` writes it, `systools:make_tar/2` packs it as `start.boot`; `make_permanent` and a restart need it"),
        );
    }
}
