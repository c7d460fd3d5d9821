//! What can be wrong with an instruction's shape, and with a relup file.

use crate::diag::{Diagnostic, codes};
use crate::span::Span;
use crate::term::print::brief;
use crate::term::{Atom, Term};

codes! {
    IMPROPER_LIST "RL0308" "improper-list" Error [Refused]
    BAD_INSTRUCTION "RL0309" "bad-instruction" Error [Refused]
    BAD_MODULE "RL0311" "bad-module" Error [Refused]
    BAD_CHANGE "RL0312" "bad-change" Error [Refused]
    BAD_PURGE_METHOD "RL0313" "bad-purge-method" Error [Refused]
    BAD_MODULE_TYPE "RL0314" "bad-module-type" Error [Refused]
    BAD_TIMEOUT "RL0315" "bad-timeout" Error [Refused]
    BAD_LIST "RL0316" "bad-list" Error [Refused]
    BAD_APPLICATION "RL0317" "bad-application" Error [Refused]
    BAD_START_TYPE "RL0318" "bad-start-type" Error [Refused]
    BAD_LIBRARY "RL0319" "bad-library" Error [Refused]
    BAD_FUNCTION "RL0320" "bad-function" Error [Refused]
    BAD_CODE_CHANGE "RL0321" "bad-code-change" Error [Refused]
    MNESIA_BACKUP "RL0322" "mnesia-backup" Error [Refused]
    BAD_NODE "RL0323" "bad-node" Error [Refused]
    RELUP_DIFFERS "RL0901" "relup-differs" Error
    RELUP_MISSING "RL0902" "relup-missing" Error
    RELUP_SHAPE "RL0903" "relup-shape" Error
}

pub(super) fn improper_list(term: &Term) -> Diagnostic {
    Diagnostic::new(&IMPROPER_LIST, format!("`{}` is an improper list", brief(term)))
        .label(term.span, "its tail is not a list")
        .help("write `,` in place of `|`, or a list after it")
        .otp("function_clause")
}

/// An instruction that OTP does not know, with the nearest one that it knows.
pub fn bad_instruction(term: &Term, near: Option<String>) -> Diagnostic {
    let found = Diagnostic::new(&BAD_INSTRUCTION, format!("`{}` is not an instruction", brief(term)))
        .label(term.span, "unknown, or with the wrong arguments")
        .otp("bad_instruction");
    match near {
        Some(near) => found.help(format!("did you mean `{near}`?")),
        None => found.help("`relupc explain RL0309` lists the instructions and their forms"),
    }
}

pub(super) fn bad_module(term: &Term) -> Diagnostic {
    let found = Diagnostic::new(&BAD_MODULE, format!("`{}` is not a module name", brief(term))).label(term.span, "should be an atom").otp("bad_module");
    match term.text().filter(|text| !text.is_empty()) {
        Some(text) => found.help(format!("a module is an atom, not a string: `{}`", Atom::new(&text))),
        None => found.help("a module is an atom, such as `my_server` or `'Elixir.My.Server'`"),
    }
}

pub(super) fn bad_change(term: &Term) -> Diagnostic {
    let found = Diagnostic::new(&BAD_CHANGE, format!("`{}` is not a kind of change", brief(term)))
        .label(term.span, "should be `soft` or `{advanced,Extra}`")
        .otp("bad_change");
    let misspelt = match term.as_tuple() {
        Some([tag, _]) => tag.as_atom().is_some_and(|tag| tag.as_str().starts_with("adv")),
        _ => term.is_atom("advanced"),
    };
    match term.as_tuple() {
        Some([_, extra]) if misspelt => found.help(format!("write `{{advanced,{}}}`", brief(extra))),
        _ if misspelt => found.help("`advanced` takes an argument: `{advanced,[]}`"),
        _ => found.help("`soft` only suspends; `{advanced,Extra}` also calls `code_change` with `Extra`"),
    }
}

pub(super) fn bad_purge_method(term: &Term) -> Diagnostic {
    Diagnostic::new(&BAD_PURGE_METHOD, format!("`{}` is not a purge method", brief(term)))
        .label(term.span, "should be `soft_purge` or `brutal_purge`")
        .help("`brutal_purge` kills processes that still run old code; `soft_purge` refuses to purge instead")
        .otp("bad_purge_method")
}

pub(super) fn bad_module_type(term: &Term) -> Diagnostic {
    Diagnostic::new(&BAD_MODULE_TYPE, format!("`{}` is not a type of module", brief(term)))
        .label(term.span, "should be `static` or `dynamic`")
        .help("`dynamic` (the default) changes state on a downgrade before the old code is loaded, `static` after it")
        .otp("bad_mod_type")
}

pub(super) fn bad_timeout(term: &Term) -> Diagnostic {
    Diagnostic::new(&BAD_TIMEOUT, format!("`{}` is not a timeout", brief(term)))
        .label(term.span, "should be `default`, `infinity` or a positive integer")
        .help("timeouts are given in milliseconds")
        .otp("bad_timeout")
}

pub(super) fn bad_list(term: &Term, of: &str, tag: &'static str) -> Diagnostic {
    Diagnostic::new(&BAD_LIST, format!("`{}` is not a list of {of}", brief(term)))
        .label(term.span, "should be a list")
        .help(format!("put it in brackets: `[{}]`", brief(term)))
        .otp(tag)
}

pub(super) fn bad_application(term: &Term) -> Diagnostic {
    Diagnostic::new(&BAD_APPLICATION, format!("`{}` is not an application name", brief(term)))
        .label(term.span, "should be an atom")
        .help("an application is named by an atom, as in its `.app` file")
        .otp("bad_application")
}

pub(super) fn bad_start_type(term: &Term) -> Diagnostic {
    Diagnostic::new(&BAD_START_TYPE, format!("`{}` is not a start type", brief(term)))
        .label(term.span, "should be `permanent`, `transient`, `temporary`, `load` or `none`")
        .help("`permanent` is the default; `load` and `none` do not start the application")
        .otp("bad_start_type")
}

pub(super) fn bad_library(term: &Term, tag: &'static str) -> Diagnostic {
    let what = if tag == "bad_lib" { "library name" } else { "library version" };
    Diagnostic::new(&BAD_LIBRARY, format!("`{}` is not a {what}", brief(term)))
        .label(term.span, if tag == "bad_lib" { "should be an atom" } else { "should be a string" })
        .help("object code is named `{load_object_code,{Application,\"Version\",[Module]}}`")
        .otp(tag)
}

pub(super) fn bad_function(term: &Term) -> Diagnostic {
    Diagnostic::new(&BAD_FUNCTION, format!("`{}` is not a function name", brief(term)))
        .label(term.span, "should be an atom")
        .help("a call is `{Module,Function,[Argument]}`")
        .otp("bad_func")
}

pub(super) fn bad_code_change(term: &Term, tag: &'static str) -> Diagnostic {
    let label = if tag == "bad_mode" { "should be `up` or `down`" } else { "should be `{Module,Extra}`" };
    Diagnostic::new(&BAD_CODE_CHANGE, format!("`{}` is not a code change", brief(term)))
        .label(term.span, label)
        .help("a code change is `{code_change,up,[{Module,Extra}]}`")
        .otp(tag)
}

pub(super) fn mnesia_backup(term: &Term) -> Diagnostic {
    Diagnostic::new(&MNESIA_BACKUP, "`mnesia_backup` was never implemented")
        .label(term.span, "OTP refuses it")
        .help("call `mnesia:backup/1` with an `apply`, or take the backup before the upgrade")
        .otp("not_yet_implemented")
}

pub(super) fn bad_node(term: &Term) -> Diagnostic {
    Diagnostic::new(&BAD_NODE, format!("`{}` is not a node name", brief(term)))
        .label(term.span, "should be an atom")
        .help("a node is an atom such as `'name@host'`")
        .otp("bad_node")
}

pub(super) fn relup_shape(span: Span, what: &str, wanted: &'static str) -> Diagnostic {
    Diagnostic::new(&RELUP_SHAPE, format!("{what} does not have the shape of a relup"))
        .label(span, wanted)
        .help("a relup is `{Vsn,[{FromVsn,Descr,Script}],[{ToVsn,Descr,Script}]}`; the release handler refuses any other term")
}

/// `--check`: the file is not what would be written.
pub fn relup_differs(name: &str, what: &str, span: Span) -> Diagnostic {
    Diagnostic::new(&RELUP_DIFFERS, format!("`{name}` is not up to date: {what}"))
        .label(span, "differs here")
        .help("run the same command without `--check` to write it")
}

/// `--check`: the file to compare with is missing.
pub fn relup_missing(name: &str) -> Diagnostic {
    Diagnostic::new(&RELUP_MISSING, format!("`{name}` does not exist")).help("run the same command without `--check` to write it, or name the file with `-o`")
}
