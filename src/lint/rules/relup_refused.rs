//! A path of a relup that the release handler refuses for the order of its instructions.

use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::lint::{Check, Existing, Rule};
use crate::node::{Failure, Timeline};

code! {
    RELUP_REFUSED "RL0904" "relup-refused" Error => Concerns(Steps)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &RELUP_REFUSED, check: Check::Relup(check) };

fn check(existing: &Existing<'_>, found: &mut Findings) {
    for (name, _, entry) in existing.paths() {
        for (at, failure) in Timeline::of(&entry.steps).failures() {
            let Some(step) = entry.steps.get(*at) else { continue };
            let Some((what, help)) = refused(*failure, step.op.name()) else { continue };
            let (label, level) = match failure {
                Failure::SecondNoReturn => ("does nothing", Severity::Advice),
                Failure::ChangesEarly => ("runs too early", Severity::Warning),
                Failure::NotLast => ("ends the path", Severity::Error),
                Failure::Unknown | Failure::NewEmulatorLate | Failure::ReadLate | Failure::NoObjectCode { .. } | Failure::NotSuspended(_) => {
                    ("refused, already by `check_install_release`", Severity::Error)
                }
            };
            found.push(Diagnostic::new(&RELUP_REFUSED, what).label(step.origin.span(), label).help(help).severity(level).on_path(&name));
        }
    }
}

/// Why an instruction is refused at its place, and what to do.
fn refused(failure: Failure<'_>, word: &str) -> Option<(String, &'static str)> {
    Some(match failure {
        Failure::Unknown => (format!("the release handler does not know `{word}`"), "write `restart_emulator`"),
        Failure::NewEmulatorLate => {
            ("`restart_new_emulator` follows another instruction".to_owned(), "it comes first on an upgrade; on a downgrade `restart_emulator` comes last")
        }
        Failure::NotLast => ("what follows `restart_emulator` is never run".to_owned(), "it ends the path: write it last"),
        Failure::ReadLate => {
            ("object code is read after the point of no return".to_owned(), "write it before `point_of_no_return`, so that a missing file does no harm")
        }
        Failure::ChangesEarly => (
            format!("`{word}` is before the point of no return, and is run when the upgrade is only checked"),
            "only `load_object_code` and `apply` belong there",
        ),
        Failure::SecondNoReturn => ("a second point of no return".to_owned(), "a path has one"),
        Failure::NoObjectCode { .. } | Failure::NotSuspended(_) => return None,
    })
}
