//! A version number that does not say what the upgrade is like: a policy for those who switch it on.

use crate::compare::Verdict;
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};

code! {
    VERSION_POLICY "RL0811" "version-policy" Advice
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &VERSION_POLICY, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    let (old, new) = (&pair.base.rel.vsn, &pair.target.rel.vsn);
    let (Some(before), Some(after)) = (numbers(&old.value), numbers(&new.value)) else { return };
    let is_patch = before.0 == after.0 && before.1 == after.1;
    let verdict = pair.comparison.verdict().up;
    let message = match (is_patch, verdict) {
        (true, Verdict::RestartEmulator | Verdict::Rolling) => {
            format!("{} -> {} is a patch, and asks for more than a hot upgrade: {}", old.value, new.value, verdict.words())
        }
        (false, Verdict::Nothing | Verdict::Hot) => format!("{} -> {} is more than a patch, and all of it is hot", old.value, new.value),
        (true, Verdict::Nothing | Verdict::Hot | Verdict::HotWithCare | Verdict::RestartApplication)
        | (false, Verdict::HotWithCare | Verdict::RestartApplication | Verdict::RestartEmulator | Verdict::Rolling) => return,
    };
    found.push(
        Diagnostic::new(&VERSION_POLICY, message)
            .label(new.span, "the version of the target")
            .label(old.span, "the version of the base")
            .help("use a patch for what is hot and a minor version for what restarts: the number then says what to expect"),
    );
}

/// The first and second number of a version, when it has three.
fn numbers(version: &str) -> Option<(u64, u64)> {
    let mut parts = version.split(['-', '+']).next()?.split('.').map(|part| part.parse::<u64>().ok());
    let (major, minor) = (parts.next()??, parts.next()??);
    parts.next()??;
    Some((major, minor))
}
