//! A tarball that the release handler cannot unpack, as it finds no `.rel` in it.

use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::source::TreeId;

code! {
    REL_NOT_PACKED "RL0810" "rel-not-packed" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &REL_NOT_PACKED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    let spot = &pair.target.spot;
    if !matches!(spot.tree, TreeId::Archive(_)) {
        return;
    }
    let archive = pair.trees.display(spot);
    let Some((archive, _)) = archive.rsplit_once(':') else { return };
    let file = archive.rsplit('/').next().unwrap_or(archive);
    let stem = [".tar.gz", ".tgz", ".tar"].iter().find_map(|end| file.strip_suffix(end)).unwrap_or(file);
    let wanted = format!("releases/{stem}.rel");
    if !pair.trees.get(spot.tree).is_file(&wanted) {
        found.push(
            Diagnostic::new(&REL_NOT_PACKED, format!("`{archive}` holds no `{wanted}`"))
                .label(pair.target.rel.vsn.span, "the release file that it holds is another")
                .help(format!("`release_handler:unpack_release(\"{stem}\")` reads that file first: pack the `.rel` under this name, or rename the tarball")),
        );
    }
}
