//! What keeps modules and configurations from being compared.

use crate::diag::{Diagnostic, codes};
use crate::span::Span;

codes! {
    BEAM_UNREADABLE "RL0241" "beam-unreadable" Error => Concerns(Steps)
    BEAM_MISSING "RL0242" "beam-missing" Warning => Concerns(Steps)
    BEAM_OTHER_MODULE "RL0243" "beam-other-module" Error => Concerns(Steps)
    CONFIG_UNREADABLE "RL0244" "config-unreadable" Warning => Refutes(Configuration)
    CODE_MISSING "RL0245" "code-missing" Advice
    TOO_MANY_FILES "RL0246" "too-many-files" Warning
}

/// A file that is not a module, or one that is cut off.
pub(super) fn beam_unreadable(file: &str, why: &str) -> Diagnostic {
    Diagnostic::new(&BEAM_UNREADABLE, format!("`{file}` cannot be read as a module: {why}"))
        .help("compile it again, or copy it again: the emulator refuses to load it")
}

/// A module that is listed and has no file, though others of its application have one.
pub fn beam_missing(module: &str, application: &str, listed: Span) -> Diagnostic {
    Diagnostic::new(&BEAM_MISSING, format!("`{application}` lists the module `{module}`, but its beam is missing"))
        .label(listed, "listed here")
        .help("compile it, or remove it from the list: an upgrade that loads it crashes")
}

/// A file that holds another module than its name says.
pub(super) fn beam_other_module(file: &str, module: &str) -> Diagnostic {
    Diagnostic::new(&BEAM_OTHER_MODULE, format!("`{file}` contains the module `{module}`"))
        .help("rename the file after its module: the emulator refuses to load it under another name")
}

/// A configuration that is not the term that it should be.
pub(super) fn config_unreadable(file: &str, span: Span) -> Diagnostic {
    Diagnostic::new(&CONFIG_UNREADABLE, format!("`{file}` is not a configuration, so its changes are not known"))
        .label(span, "should be a list of `{Application,[{Key,Value}]}`")
        .help("a node does not start with it either")
}

/// A folder with more below it, or deeper, than is looked at; the words say which.
pub(super) fn too_many_files(folder: &str, what: &str) -> Diagnostic {
    Diagnostic::new(&TOO_MANY_FILES, format!("`{folder}` {what}: it was not compared")).help("does a link lead in a circle?")
}

/// An application without any beam: its description is there, its code is not.
pub(super) fn code_missing(application: &str, version: &str, folder: &str) -> Diagnostic {
    Diagnostic::new(&CODE_MISSING, format!("`{application}` {version} has no beams in `{folder}`: its code was not compared"))
        .help("name the folder of the complete application with `--path`")
}
