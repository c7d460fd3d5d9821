//! A node whose list of releases does not hold the base.

use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::source::join;
use crate::span::FileId;
use crate::term::{Extent, Term};

code! {
    BASE_NOT_KNOWN "RL0807" "base-not-known" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &BASE_NOT_KNOWN, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    let Some(releases) = pair.base.releases_folder() else { return };
    let tree = pair.trees.get(releases.tree);
    // Without the list the release handler makes one of what is running.
    let Ok(bytes) = tree.read_text(&join(&releases.path, "RELEASES")) else { return };
    let source = crate::source::Source::new("RELEASES", bytes);
    let document = crate::term::parse(&source, FileId(0), crate::otp::Otp::NEWEST, Extent::First);
    let version = |release: &Term| {
        let parts = release.as_tuple()?;
        parts.get(2)?.text().map(std::borrow::Cow::into_owned)
    };
    let known: Vec<String> = document.terms.first().and_then(Term::as_list).unwrap_or_default().iter().filter_map(version).collect();
    let base = &pair.base.rel.vsn;
    if document.faults.is_empty() && !known.contains(&base.value) {
        let listed = if known.is_empty() { "nothing".to_owned() } else { known.join(", ") };
        found.push(
            Diagnostic::new(&BASE_NOT_KNOWN, format!("`{}` does not know the release {}: it lists {listed}", join(&releases.path, "RELEASES"), base.value))
                .label(base.span, "the release come from")
                .help("`release_handler:create_RELEASES/4` writes the file anew; without an entry the node cannot go back to this release"),
        );
    }
}
