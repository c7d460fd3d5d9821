//! A base without the list of releases that the release handler reads at its start.

use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::otp::Otp;
use crate::source::{Refusal, Source, Spot, TreeId, join, parent};
use crate::span::FileId;
use crate::term::{Extent, Term, parse};

code! {
    RELEASES_FILE_MISSING "RL0815" "releases-file-missing" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &RELEASES_FILE_MISSING, check: Check::Pair(check) };

/// What a node knows about its releases.
pub(super) enum Listed {
    /// `RELEASES` is missing.
    Nothing,
    /// Those in it.
    Releases(Vec<Known>),
}

/// A release in `RELEASES`.
pub(super) struct Known {
    /// Its version.
    pub version: String,
    /// Whether it has applications: the release handler makes up an entry without any where the file is missing.
    pub has_libraries: bool,
}

/// The folder `releases` of the base, and what its `RELEASES` lists; `None` where that cannot be read, and for a release that
/// was put together to be read only, which has no programs in it.
pub(super) fn listed(pair: &Pair<'_>) -> Option<(Spot, Listed)> {
    let releases = pair.base.releases_folder()?;
    let tree = pair.beams.trees().get(releases.tree);
    let bytes = match tree.read_text(&join(&releases.path, "RELEASES")) {
        Ok(bytes) => bytes,
        Err(Refusal::Absent) => {
            let is_complete = matches!(releases.tree, TreeId::Archive(_)) || tree.is_folder(&join(parent(&releases.path), "bin"));
            return is_complete.then_some((releases, Listed::Nothing));
        }
        Err(Refusal::Refused(_) | Refusal::TooLarge(_)) => return None,
    };
    let document = parse(&Source::new("RELEASES", bytes), FileId(0), Otp::NEWEST, Extent::First);
    let known = |release: &Term| match release.as_tuple()? {
        [_, _, version, _, libraries, _] => {
            Some(Known { version: version.text()?.into_owned(), has_libraries: libraries.as_list().is_some_and(|list| !list.is_empty()) })
        }
        _ => None,
    };
    let list = document.terms.first().filter(|_| document.faults.is_empty())?.as_list()?;
    Some((releases, Listed::Releases(list.iter().filter_map(known).collect())))
}

fn check(pair: &Pair<'_>, found: &mut Findings) {
    let Some((releases, listed)) = listed(pair) else { return };
    let base = &pair.base.rel;
    let file = pair.beams.trees().display(&Spot::new(releases.tree, join(&releases.path, "RELEASES")));
    let message = match &listed {
        Listed::Nothing => format!("`{file}` is missing: the node cannot downgrade to release {}", base.vsn.value),
        Listed::Releases(known) => {
            if !known.iter().any(|release| release.version == base.vsn.value && !release.has_libraries) {
                return;
            }
            format!("`{file}` lists release {} without its applications: the node cannot downgrade to it", base.vsn.value)
        }
    };
    let rel = pair.base.spot.path.strip_prefix(&releases.path).unwrap_or(&pair.base.spot.path).trim_start_matches('/');
    let name = &base.name.value;
    let help = if pair.base.application("elixir").is_some() {
        format!(
            "before the first start of a node: `bin/{name} eval 'root = to_charlist(System.fetch_env!(\"RELEASE_ROOT\")); :ok = :release_handler.create_RELEASES(root, root ++ ~c\"/releases\", root ++ ~c\"/releases/{rel}\", [])'`"
        )
    } else {
        format!(
            "before the first start of a node, with the folder of the installation as `Root`: `release_handler:create_RELEASES(Root, Root ++ \"/releases\", Root ++ \"/releases/{rel}\", [])`"
        )
    };
    found.push(
        Diagnostic::new(&RELEASES_FILE_MISSING, message).label(base.vsn.span, "without the list the release handler knows no applications of it").help(help),
    );
}
