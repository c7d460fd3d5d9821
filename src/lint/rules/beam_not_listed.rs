//! A compiled module that the `.app` does not list: no upgrade knows of it.

use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, File, Rule};
use crate::release::AppFile;

code! {
    BEAM_NOT_LISTED "RL0336" "beam-not-listed" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &BEAM_NOT_LISTED, check: Check::Application(check) };

/// How many modules are named.
const NAMED: usize = 6;

fn check(file: &File<'_>, app: &AppFile, found: &mut Findings) {
    let Some(beams) = file.beams else { return };
    let listed: std::collections::HashSet<&str> = app.modules.iter().map(|module| module.value.as_str()).collect();
    let unlisted: Vec<String> = beams.iter().filter(|beam| !listed.contains(beam.as_str())).map(|beam| format!("`{beam}`")).collect();
    if unlisted.is_empty() {
        return;
    }
    let shown = super::named(&unlisted, NAMED);
    found.push(
        Diagnostic::new(&BEAM_NOT_LISTED, format!("the `.app` of `{}` does not list compiled modules that are beside it: {shown}", file.name))
            .label(app.span, "not among its modules")
            .help("list them, or remove the files: an instruction for one of them is refused"),
    );
}
