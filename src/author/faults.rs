//! What there is to say about derived entries.

use crate::diag::{Diagnostic, Severity, codes};
use crate::span::Span;
use crate::term::Term;
use crate::term::print::brief;

codes! {
    DOWNGRADE_DERIVED "RL0701" "downgrade-derived" Advice
    NO_INVERSE "RL0702" "no-inverse" Error
    LOSSY_INVERSE "RL0703" "lossy-inverse" Warning
    ASSUMED_INVERSE "RL0704" "assumed-inverse" Warning
    NO_PLACE "RL0705" "no-place" Error
}

/// A derived entry; `shadowed` when an earlier pattern of the list may take its versions before it is reached.
pub(super) fn derived(version: &str, up: Span, advanced: &[String], shadowed: Option<Span>) -> Diagnostic {
    let derived = Diagnostic::new(&DOWNGRADE_DERIVED, format!("the downgrade to {version} is derived from the upgrade")).label(up, "from this entry");
    if let Some(earlier) = shadowed {
        return derived
            .label(earlier, "but this one may match its versions first")
            .help("the first entry that matches counts: put the derived one where it belongs")
            .severity(Severity::Warning);
    }
    let help = if advanced.is_empty() {
        "`relupc invert --in-place` writes it into the file".to_owned()
    } else {
        format!("look at `code_change` of {}: on a downgrade it is called with `{{down,Vsn}}` and the newer state", advanced.join(", "))
    };
    derived.help(help)
}

/// An instruction that has no inverse; with `lossy` it is left out, and that is a warning.
pub(super) fn no_inverse(instruction: &Term, why: &str, lossy: bool) -> Diagnostic {
    if lossy {
        return Diagnostic::new(&LOSSY_INVERSE, format!("`{}` is omitted from the downgrade: {why}", brief(instruction)))
            .label(instruction.span, "not undone on a downgrade")
            .help("write its counterpart by hand if the older release needs one");
    }
    Diagnostic::new(&NO_INVERSE, format!("`{}` has no inverse: {why}", brief(instruction)))
        .label(instruction.span, "cannot be derived")
        .help("write the downgrade entry by hand, or omit this instruction with `--allow-lossy`")
        .severity(Severity::Error)
}

/// The downgrade list is written so that an entry cannot be added by rule.
pub fn no_place(list: Span) -> Diagnostic {
    Diagnostic::new(&NO_PLACE, "the derived entries cannot be added to the downgrade list")
        .label(list, "should be a plain list of entries: `[{Vsn,Script}]`")
        .help("write the list plainly, without parentheses, strings or a tail; nothing was changed")
}

pub(super) fn assumed(instruction: &Term, inverse: &Term, what: &str) -> Diagnostic {
    Diagnostic::new(&ASSUMED_INVERSE, format!("the inverse of `{}` is taken to be `{}`", brief(instruction), brief(inverse)))
        .label(instruction.span, what.to_owned())
        .help("check it, and write the downgrade entry by hand if it should be another")
}
