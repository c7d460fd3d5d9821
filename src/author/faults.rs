//! What there is to report about entries that are derived and written.

use super::draft::Question;
use crate::appup::Direction;
use crate::compare::Change;
use crate::diag::{Diagnostic, Severity, codes};
use crate::otp::Otp;
use crate::span::Span;
use crate::term::Term;
use crate::term::print::{brief, inline};

codes! {
    DOWNGRADE_DERIVED "RL0701" "downgrade-derived" Advice
    NO_INVERSE "RL0702" "no-inverse" Error
    LOSSY_INVERSE "RL0703" "lossy-inverse" Warning
    ASSUMED_INVERSE "RL0704" "assumed-inverse" Warning
    NO_PLACE "RL0705" "no-place" Error
    OPEN_QUESTION "RL1001" "open-question" Warning
    ENTRY_INCOMPLETE "RL1002" "entry-incomplete" Warning
    VERSION_TO_BUMP "RL1003" "version-to-bump" Error
    OTHER_VERSION "RL1004" "appup-of-other-version" Error
    NOT_COMPARED "RL1005" "entry-not-written" Error
    ENTRY_GENERATED "RL1006" "entry-generated" Advice
    BASES_DIFFER "RL1007" "bases-differ" Error
    ENTRY_COMPOSED "RL1008" "entry-composed" Advice
    NOT_COMPOSED "RL1009" "path-not-composed" Error
}

/// A derived entry that was computed from the code of both releases.
pub fn computed(application: &str, version: &str, script: &Term, up: Span) -> Diagnostic {
    Diagnostic::new(&DOWNGRADE_DERIVED, format!("the downgrade of `{application}` to {version} is made of the code of both releases: `{}`", brief(script)))
        .label(up, "it differs from the inverse of this entry")
        .help("`relupc gen` writes it into the file, with the reason of each instruction")
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

/// A list of entries is written so that one cannot be added by rule.
pub fn no_place(list: Span) -> Diagnostic {
    Diagnostic::new(&NO_PLACE, "the entries cannot be added to this list")
        .label(list, "should be a plain list of entries: `[{Vsn,Script}]`")
        .help("write the list plainly, without parentheses, strings or a tail; nothing was changed")
}

pub(super) fn assumed(instruction: &Term, inverse: &Term, what: &str) -> Diagnostic {
    Diagnostic::new(&ASSUMED_INVERSE, format!("the inverse of `{}` is taken to be `{}`", brief(instruction), brief(inverse)))
        .label(instruction.span, what.to_owned())
        .help("check it, and write the downgrade entry by hand if it should be another")
}

/// Something that a person has to answer before an entry can be relied on.
pub fn question(question: &Question, application: &str, place: Span, path: &str) -> Diagnostic {
    let mut found = Diagnostic::new(&OPEN_QUESTION, format!("the entry of `{application}` leaves a question open: {question}"))
        .label(place, "this version's entry")
        .help("answer it in the appup; the question is a comment there, and `relupc lint --target --from` checks the answer")
        .on_path(path);
    found.application = Some(application.to_owned());
    found
}

/// A question that an entry which exists still asks in a comment.
pub fn still_open(text: &str, application: &str, comment: Span, path: &str) -> Diagnostic {
    let mut found = Diagnostic::new(&OPEN_QUESTION, format!("the entry of `{application}` still asks: {text}"))
        .label(comment, "remove the comment when it is answered")
        .help("answer it in the appup, and remove the comment")
        .on_path(path);
    found.application = Some(application.to_owned());
    found
}

/// An application is added, and started before one that it needs.
pub fn added_early(application: &str, change: &Change, place: Span, path: &str) -> Diagnostic {
    let mut found = Diagnostic::new(&OPEN_QUESTION, format!("`{application}` {change}"))
        .label(place, "started before what it needs")
        .help("list it after them in the `.rel`; no appup decides in which order applications are added")
        .on_path(path);
    found.application = Some(application.to_owned());
    found
}

/// Whether a finding says that a path cannot be composed.
pub fn is_not_composed(found: &Diagnostic) -> bool {
    *found.code == NOT_COMPOSED
}

/// Whether a finding is an open question.
pub fn is_question(found: &Diagnostic) -> bool {
    *found.code == OPEN_QUESTION
}

/// An existing entry does nothing about some changes.
pub fn entry_incomplete(application: &str, direction: Direction, entry: Span, lacks: &[Term], path: &str) -> Diagnostic {
    let all: Vec<String> = lacks.iter().map(|term| format!("`{}`", brief(term))).collect();
    let message = format!("the {} entry of `{application}` does not cover what changed: it lacks {}", direction.word(), all.join(", "));
    let mut found = Diagnostic::new(&ENTRY_INCOMPLETE, message)
        .label(entry, "this entry is used, and left as it is")
        .help("`--amend` adds what is missing, `--force` writes the entry again")
        .on_path(path);
    found.application = Some(application.to_owned());
    found
}

/// An application has other code and the same version: no appup can lead from a version to itself.
pub fn not_bumped(application: &str, version: &str, place: Span) -> Diagnostic {
    Diagnostic::new(&VERSION_TO_BUMP, format!("`{application}` has other code and the same version {version}, so an upgrade ignores it"))
        .label(place, "the same version in both releases")
        .help("bump its version and build the release again")
}

/// An appup is written for another version of its application.
pub fn appup_of_other_version(application: &str, version: &str, vsn: &Term) -> Diagnostic {
    Diagnostic::new(&OTHER_VERSION, format!("the appup of `{application}` is for version {}, the release has version {version}", brief(vsn)))
        .label(vsn.span, "another version")
        .help("change the version if its entries still hold, or write a new file with `--force`")
}

/// An application could not be compared, so that an entry would miss what was not seen.
pub fn not_compared(application: &str, change: &Change, place: Span) -> Diagnostic {
    Diagnostic::new(&NOT_COMPARED, format!("no entry is written for `{application}`: it {change}"))
        .label(place, "this application")
        .help("name the folders of its code with `--path`, or build the release again")
}

/// An entry was generated for a relup.
pub fn generated(application: &str, script: &Term, place: Span, path: &str) -> Diagnostic {
    let mut found = Diagnostic::new(&ENTRY_GENERATED, format!("no appup of `{application}` covers this path: `{}` is generated", brief(script)))
        .label(place, "of this version")
        .help("`relupc gen` writes it into a file")
        .on_path(path);
    found.application = Some(application.to_owned());
    found
}

/// Two bases have an application in one version and with different code.
pub fn entry_differs(application: &str, version: &str, place: Span) -> Diagnostic {
    Diagnostic::new(
        &BASES_DIFFER,
        format!("two bases have `{application}` in version {version} and need different entries: one entry cannot be right for both"),
    )
    .label(place, "the application's new version")
    .help("generate the entry from the base that runs; the other one was built wrongly")
}

/// An entry was composed of those for parts of its path.
pub fn composed(application: &str, script: &Term, parts: &[String], place: Span, path: &str) -> Diagnostic {
    let message = format!("no appup of `{application}` covers this path: `{}` is composed of its entries for {}", brief(script), parts.join(" and "));
    let mut found = Diagnostic::new(&ENTRY_COMPOSED, message)
        .label(place, "of this version")
        .help(format!(
            "the relup is written if the whole path is proved as far as its parts are; to keep the script, write it into the appup: `{}`",
            inline(script, Otp::NEWEST)
        ))
        .on_path(path);
    found.application = Some(application.to_owned());
    found
}

/// A path cannot be composed of others. `application` is the one whose entries keep it from that, where it is one.
pub fn not_composed(application: Option<&str>, why: &str, place: Span, path: &str) -> Diagnostic {
    let subject = application.map_or_else(|| "the path".to_owned(), |name| format!("the entry of `{name}`"));
    let mut found = Diagnostic::new(&NOT_COMPOSED, format!("{subject} cannot be composed: {why}"))
        .label(place, "composed for this")
        .help("write an entry for this path, have `gen` write it, or upgrade in two steps")
        .on_path(path);
    found.application = application.map(str::to_owned);
    found
}
