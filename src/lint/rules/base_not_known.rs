//! A node whose list of releases does not contain the base.

use super::releases_file_missing::{Listed, listed};
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::source::join;

code! {
    BASE_NOT_KNOWN "RL0807" "base-not-known" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &BASE_NOT_KNOWN, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    let Some((releases, Listed::Releases(known))) = listed(pair) else { return };
    let base = &pair.base.rel.vsn;
    if known.iter().any(|release| release.version == base.value) {
        return;
    }
    // A build folder lists what was built last; on a node the release that runs would be among them.
    let target = &pair.target.rel.vsn.value;
    let is_build = pair.target.releases_folder().as_ref() == Some(&releases) && known.iter().all(|release| release.version == *target);
    if is_build || releases.path.split('/').any(|folder| folder == "_build") {
        return;
    }
    let versions = if known.is_empty() { "nothing".to_owned() } else { known.iter().map(|release| release.version.as_str()).collect::<Vec<_>>().join(", ") };
    let rel = pair.base.spot.path.strip_prefix(&releases.path).unwrap_or(&pair.base.spot.path).trim_start_matches('/');
    found.push(
        Diagnostic::new(&BASE_NOT_KNOWN, format!("`{}` does not list release {}: it lists {versions}", join(&releases.path, "RELEASES"), base.value))
            .label(base.span, "not listed: the node cannot downgrade to it")
            .help(format!(
                "`release_handler:set_unpacked(\"releases/{rel}\", [])` on the node adds it; `create_RELEASES/4` would write a file that lists nothing else"
            )),
    );
}
