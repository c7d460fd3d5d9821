//! A path of a relup that the release handler refuses for the order of its instructions.

use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::lint::{Check, Existing, Rule};
use crate::node::{Failure, Phase, Timeline};

code! {
    RELUP_REFUSED "RL0904" "relup-refused" Error => Concerns(Steps)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &RELUP_REFUSED, check: Check::Relup(check) };

fn check(existing: &Existing<'_>, found: &mut Findings) {
    for (name, _, entry) in existing.paths() {
        let timeline = Timeline::of(&entry.steps);
        for (at, failure) in timeline.failures() {
            let Some(step) = entry.steps.get(*at) else { continue };
            let Some(Wrong { what, help, instead, level }) = wrong(*failure, step.op.name()) else { continue };
            let label = match timeline.phase(*at, *failure) {
                Some(Phase::Check) => "refused, already by `check_install_release`",
                Some(Phase::Install) => "fails here, and the node restarts",
                None => instead,
            };
            found.push(Diagnostic::new(&RELUP_REFUSED, what).label(step.origin.span(), label).help(help).severity(level).on_path(&name));
        }
    }
}

/// Of what always fails, nothing else is to be said.
const FAILS: &str = "fails";

/// What is wrong with an instruction at its place.
struct Wrong {
    what: String,
    help: &'static str,
    /// What it does where it does not fail.
    instead: &'static str,
    level: Severity,
}

/// Why an instruction is refused at its place, or does not do what it is there for.
fn wrong(failure: Failure<'_>, word: &str) -> Option<Wrong> {
    let (what, help, instead, level) = match failure {
        Failure::Unknown => (format!("the release handler does not know `{word}`"), "write `restart_emulator`", FAILS, Severity::Error),
        Failure::NewEmulatorLate => (
            "`restart_new_emulator` follows another instruction".to_owned(),
            "it comes first on an upgrade; on a downgrade `restart_emulator` comes last",
            FAILS,
            Severity::Error,
        ),
        Failure::NotLast => ("what follows `restart_emulator` is never run".to_owned(), "it ends the path: write it last", "ends the path", Severity::Error),
        Failure::ReadLate => (
            "object code is read after the point of no return".to_owned(),
            "write it before `point_of_no_return`, so that a missing file does no harm",
            FAILS,
            Severity::Error,
        ),
        Failure::ChangesEarly => (
            format!("`{word}` is before the point of no return, and is run when the upgrade is only checked"),
            "only `load_object_code` and `apply` belong there",
            "runs too early",
            Severity::Warning,
        ),
        Failure::SecondNoReturn => ("a second point of no return".to_owned(), "a path has one", "does nothing", Severity::Advice),
        Failure::NoObjectCode { .. } | Failure::NotSuspended(_) => return None,
    };
    Some(Wrong { what, help, instead, level })
}
