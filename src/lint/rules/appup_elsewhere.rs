//! An appup where no tool looks for it.

use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::source::{join, parent};

code! {
    APPUP_ELSEWHERE "RL0337" "appup-elsewhere" Error
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &APPUP_ELSEWHERE, check: Check::Pair(check) };

/// Where appups are kept that a build should put beside the `.app`.
const FOLDERS: &[&str] = &["", "src", "priv", "priv/appups", "appups", "rel", "rel/appups", "include"];

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for application in &pair.comparison.applications {
        let (Some(new), Some(_)) = (pair.target.application(&application.name), pair.base.application(&application.name)) else { continue };
        if application.base == application.target || pair.appups.get(&application.name).is_some() {
            continue;
        }
        let tree = pair.beams.trees().get(new.folder.tree);
        let name = &application.name;
        if tree.is_file(&join(&new.folder.path, &format!("{name}.appup"))) {
            continue;
        }
        let root = parent(&new.folder.path);
        let versioned = format!("{name}-{}.appup", new.vsn.value);
        let files = [format!("{name}.appup"), format!("{name}.appup.src"), versioned];
        let elsewhere = FOLDERS.iter().flat_map(|folder| files.iter().map(move |file| join(&join(root, folder), file)));
        let beside = files.iter().skip(1).map(|file| join(&new.folder.path, file));
        if let Some(file) = beside.chain(elsewhere).find(|file| tree.is_file(file)) {
            found.push(
                Diagnostic::new(&APPUP_ELSEWHERE, format!("the appup of `{name}` is `{file}`, where no tool looks for it"))
                    .label(new.vsn.span, "the application changes its version here")
                    .help(format!("let the build copy it to `{}`", join(&new.folder.path, &format!("{name}.appup")))),
            );
        }
    }
}
