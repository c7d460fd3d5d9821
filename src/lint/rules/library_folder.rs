//! An application in a folder that is not called as the release handler expects.

use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::source::{join, parent};

code! {
    LIBRARY_FOLDER "RL0809" "library-folder" Error
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &LIBRARY_FOLDER, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    let Some(releases) = pair.target.releases_folder() else { return };
    let lib = join(parent(&releases.path), "lib");
    for application in &pair.target.applications {
        let folder = parent(&application.folder.path);
        if application.folder.tree != releases.tree || parent(folder) != lib {
            continue;
        }
        let expected = format!("{}-{}", application.name.value.as_str(), application.vsn.value);
        let own = folder.rsplit('/').next().unwrap_or(folder);
        if own != expected {
            found.push(
                Diagnostic::new(&LIBRARY_FOLDER, format!("`{}` {} is in `lib/{own}`", application.name.value, application.vsn.value))
                    .label(application.vsn.span, format!("the release handler looks for `lib/{expected}`"))
                    .help("name the folder after application and version: both versions exist side by side during an upgrade"),
            );
        }
    }
}
