//! What can be wrong with an `.appup` as a whole; the shape of single instructions is `relup`'s matter too.

use super::{Direction, Version};
use crate::diag::{Diagnostic, codes};
use crate::pattern::PatternError;
use crate::span::Span;
use crate::term::print::brief;
use crate::term::{Atom, Term};

codes! {
    APPUP_MISSING "RL0301" "appup-missing" Error [Refused]
    APPUP_SHAPE "RL0302" "appup-shape" Error [Refused]
    APPUP_VERSION "RL0303" "appup-version" Warning [Warned]
    ENTRIES_NO_LIST "RL0304" "entries-no-list" Error [Refused]
    ENTRY_SHAPE "RL0305" "entry-shape" Warning
    PATTERN_INVALID "RL0306" "pattern-invalid" Error [Refused]
    SCRIPT_NO_LIST "RL0307" "script-no-list" Error [Refused]
    NESTED_SHORT_FORM "RL0310" "nested-short-form" Error [Refused]
}

/// An application changed its version and brings no `.appup`.
pub fn appup_missing(application: &Atom, path: &str, is_packed: bool, entry: Span, words: Option<&str>) -> Diagnostic {
    let why = words.map_or_else(|| "does not exist".to_owned(), |words| format!("cannot be read: {words}"));
    let help = match (words, is_packed) {
        (Some(_), _) => "put an appup there that can be read",
        (None, true) => "put the appup beside the `.app` before the release is packed; not every tool packs it by itself",
        (None, false) => "write an `.appup` and put it beside the `.app`; for a library `{Vsn,[{<<\".*\">>,[{restart_application,App}]}],[...]}` is customary",
    };
    Diagnostic::new(&APPUP_MISSING, format!("`{application}` changes its version, but `{path}` {why}"))
        .label(entry, "its version changes on this path")
        .help(help)
        .otp("file_problem/open")
        .because(help, application.as_str(), |names, count| format!("{count} applications change their version and have no appup: {names}"))
}

pub(super) fn appup_shape(term: &Term) -> Diagnostic {
    Diagnostic::new(&APPUP_SHAPE, "the term is not an appup")
        .label(term.span, "should be `{Vsn,[{UpFromVsn,Script}],[{DownToVsn,Script}]}`")
        .help("`relupc explain RL0302` shows a whole appup")
        .otp("file_problem/ok")
}

/// An `.appup` that is written for another version of its application.
pub fn bad_vsn(written: &Term, application: &Atom, version: &str, app: Span) -> Diagnostic {
    Diagnostic::new(&APPUP_VERSION, format!("the appup of `{application}` is for version `{}`, the application is `{version}`", brief(written)))
        .label(written.span, "this version")
        .label(app, "the application's own")
        .help("OTP uses it all the same; make the versions agree, or the appup may be an old one")
        .otp("bad_vsn")
}

/// An `.appup` whose version is a binary: that of an application is a string.
pub fn vsn_binary(written: &Term, plain: &str) -> Diagnostic {
    Diagnostic::new(&APPUP_VERSION, "the appup is for no version that an application can have")
        .label(written.span, "a binary")
        .help(format!("the version is a string: `{plain}`"))
        .otp("bad_vsn")
}

/// A list of entries that ends improperly, or is not a list at all.
pub fn entries_no_list(span: Span, direction: Direction) -> Diagnostic {
    Diagnostic::new(&ENTRIES_NO_LIST, format!("the {} entries are not a proper list", direction.word()))
        .label(span, "should be a list of `{Vsn,Script}`")
        .help("put the entries in brackets: `[{\"1.0.0\",[...]}]`")
        .otp("crash/function_clause")
}

pub(super) fn entry_shape(term: &Term) -> Diagnostic {
    Diagnostic::new(&ENTRY_SHAPE, format!("`{}` is not an entry and is ignored", brief(term)))
        .label(term.span, "should be `{Vsn,Script}`")
        .help("the version is a string or a binary with a regular expression, the script a list of instructions")
}

/// A version pattern that does not compile: OTP crashes when it gets to it.
pub fn pattern_invalid(version: &Version, error: &PatternError) -> Diagnostic {
    let span = version.span();
    let at = error.offset.map_or_else(String::new, |offset| format!(" at offset {offset}"));
    Diagnostic::new(&PATTERN_INVALID, format!("the version pattern does not compile: {}{at}", error.reason))
        .label(span, "this regular expression")
        .help("write a plain version as a string, `\"1.0.0\"`; in a pattern, escape special characters with `\\\\`")
        .otp("crash/badarg")
}

pub(super) fn script_no_list(term: &Term) -> Diagnostic {
    Diagnostic::new(&SCRIPT_NO_LIST, format!("`{}` is not a script", brief(term)))
        .label(term.span, "should be a list of instructions")
        .help("put the instructions in brackets: `[{load_module,my_module}]`")
        .otp("crash/function_clause")
}

pub(super) fn nested_no_list(term: &Term) -> Diagnostic {
    Diagnostic::new(&SCRIPT_NO_LIST, "a list inside a script is improper")
        .label(term.span, "its tail is not a list")
        .help("write `,` in place of `|`")
        .otp("crash/badarg")
}

pub(super) fn nested_short_form(term: &Term, full: &str) -> Diagnostic {
    Diagnostic::new(&NESTED_SHORT_FORM, format!("the short form `{}` is in a list inside the script", brief(term)))
        .label(term.span, "not expanded here")
        .help(format!("OTP expands short forms at the top of a script only: remove the inner brackets, or write `{full}`"))
        .otp("bad_instruction")
}
