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
    let archive = pair.beams.trees().display(spot);
    let Some((archive, _)) = archive.rsplit_once(':') else { return };
    let file = archive.rsplit('/').next().unwrap_or(archive);
    let stem = [".tar.gz", ".tgz", ".tar"].iter().find_map(|end| file.strip_suffix(end)).unwrap_or(file);
    let wanted = format!("releases/{stem}.rel");
    let tree = pair.beams.trees().get(spot.tree);
    // The program that relx packs (`bin/NAME unpack`) unpacks such a tarball by itself.
    if tree.is_file(&wanted) || tree.is_file("bin/install_upgrade.escript") {
        return;
    }
    let help = if pair.target.application("elixir").is_some() {
        format!("in a release step before `:tar`, copy `{}` to `{wanted}`: mix packs the files that are in `releases`", spot.path)
    } else {
        format!("pack the `.rel` under this name, as `systools:make_tar/2` does; `release_handler:unpack_release(\"{stem}\")` reads it before anything else")
    };
    found.push(
        Diagnostic::new(&REL_NOT_PACKED, format!("`{archive}` does not contain `{wanted}`, which the release handler reads first"))
            .label(pair.target.rel.vsn.span, "the `.rel` is packed under this name only")
            .help(help),
    );
}
