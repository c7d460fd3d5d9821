//! What can be wrong with a release and its applications: what OTP refuses, and what it should.

use super::Application;
use super::rel::RelApp;
use crate::diag::{Diagnostic, Severity, codes};
use crate::span::{Span, Spanned};
use crate::term::print::brief;
use crate::term::{Atom, Term};

codes! {
    RELEASE_NOT_FOUND "RL0201" "release-not-found" Error [Refused]
    RELEASE_AMBIGUOUS "RL0202" "release-ambiguous" Error [Refused]
    RELEASE_SHAPE "RL0203" "release-shape" Error [Refused]
    RELEASE_NAME "RL0204" "release-name" Error [Refused]
    RELEASE_VERSION "RL0205" "release-version" Error [Refused]
    RELEASE_APPLICATION "RL0206" "release-application" Error [Refused]
    MANDATORY_APPLICATION "RL0207" "mandatory-application" Error [Refused]
    MISSING_SASL "RL0208" "missing-sasl" Error [Refused]
    APPLICATION_TWICE "RL0209" "application-twice" Warning
    APPLICATION_NOT_FOUND "RL0210" "application-not-found" Error [Refused]
    APPLICATION_VERSION "RL0211" "application-version" Error [Refused]
    APPLICATION_SHAPE "RL0212" "application-shape" Error [Refused]
    PARAMETER_MISSING "RL0213" "parameter-missing" Error [Refused]
    PARAMETER_BAD "RL0214" "parameter-bad" Error [Refused]
    PARAMETER_DUPLICATES "RL0215" "parameter-duplicates" Error [Refused]
    APPLICATION_NAME "RL0216" "application-name" Error [Refused]
    OVERRIDE_INCLUDE "RL0217" "override-include" Error [Refused]
    UNDEFINED_APPLICATION "RL0220" "undefined-application" Error [Refused]
    DUPLICATE_REGISTERED "RL0221" "duplicate-registered" Error [Refused]
    DUPLICATE_INCLUDE "RL0222" "duplicate-include" Error [Refused]
    DUPLICATE_MODULE "RL0223" "duplicate-module" Error [Refused]
    CIRCULAR_DEPENDENCY "RL0224" "circular-dependency" Error [Refused]
    INCLUSION_CYCLE "RL0225" "inclusion-cycle" Error [Refused]
    SEARCH_PATH_EMPTY "RL0234" "search-path-empty" Warning
}

pub(super) fn not_found(reference: &str, looked: &[String]) -> Diagnostic {
    Diagnostic::new(&RELEASE_NOT_FOUND, format!("the release `{reference}` does not exist"))
        .help(format!("looked for {}; name a `.rel` file or its stem, an unpacked release, or a release tarball", looked.join(", ")))
        .otp("not_found")
}

pub(super) fn no_such_version(reference: &str, wanted: &str, versions: &[String]) -> Diagnostic {
    let listed = if versions.is_empty() { "no release at all".to_owned() } else { versions.join(", ") };
    Diagnostic::new(&RELEASE_NOT_FOUND, format!("`{reference}` does not contain a release of version `{wanted}`"))
        .help(format!("it holds {listed}"))
        .otp("not_found")
}

pub(super) fn ambiguous(reference: &str, choices: &[String]) -> Diagnostic {
    Diagnostic::new(&RELEASE_AMBIGUOUS, format!("`{reference}` contains several releases")).help(format!("name one of them: {}", choices.join(", ")))
}

pub(super) fn release_shape(term: &Term) -> Diagnostic {
    Diagnostic::new(&RELEASE_SHAPE, "the term does not describe a release")
        .label(term.span, "should be `{release,{Name,Vsn},{erts,ErtsVsn},[{Application,Vsn}]}`")
        .help("`relupc explain RL0203` shows a whole `.rel` file")
        .otp("badly_formatted_release")
}

/// OTP's own tag, or `EXIT` where its check of a string crashes.
fn tag(regular: &'static str, crash: bool) -> &'static str {
    if crash { "EXIT" } else { regular }
}

pub(super) fn release_name(term: &Term, crash: bool) -> Diagnostic {
    Diagnostic::new(&RELEASE_NAME, format!("`{}` is not a release name", brief(term)))
        .label(term.span, "should be a string")
        .help("write the name in double quotes")
        .otp(tag("illegal_name", crash))
}

pub(super) fn release_version(term: &Term, of: &str, crash: bool) -> Diagnostic {
    Diagnostic::new(&RELEASE_VERSION, format!("`{}` is not a version of {of}", brief(term)))
        .label(term.span, "should be a string")
        .help("write the version in double quotes")
        .otp(tag("illegal_form", crash))
}

pub(super) fn release_application(term: &Term, crash: bool) -> Diagnostic {
    Diagnostic::new(&RELEASE_APPLICATION, format!("`{}` does not name an application of a release", brief(term)))
        .label(term.span, "should be `{Name,Vsn}`, `{Name,Vsn,Type}`, `{Name,Vsn,Included}` or `{Name,Vsn,Type,Included}`")
        .help("the name is an atom, the version a string, the type `permanent`, `transient`, `temporary`, `load` or `none`")
        .otp(tag("illegal_applications", crash))
}

pub(super) fn mandatory_missing(name: &str, list: Span) -> Diagnostic {
    Diagnostic::new(&MANDATORY_APPLICATION, format!("the release has no `{name}`"))
        .label(list, "not among these applications")
        .help(format!("every release needs `{name}`, of type `permanent`"))
        .otp("missing_mandatory_app")
}

pub(super) fn mandatory_type(app: &RelApp) -> Diagnostic {
    let name = &app.name.value;
    Diagnostic::new(&MANDATORY_APPLICATION, format!("`{name}` is of type `{}`", app.kind.value.word()))
        .label(app.kind.span, "should be `permanent`")
        .help(format!("`{name}` must be of type `permanent`, which is the default: omit the type"))
        .otp("mandatory_app")
}

/// A release that cannot be upgraded for want of `sasl`.
pub(super) fn missing_sasl(name: &str, vsn: &str, list: Span) -> Diagnostic {
    Diagnostic::new(&MISSING_SASL, format!("the release {name} {vsn} has no `sasl` and cannot be upgraded"))
        .label(list, "not among these applications")
        .help("add `sasl`: its `release_handler` is what installs a relup (in mix.exs: `extra_applications: [:sasl]`)")
        .otp("missing_sasl")
}

pub(super) fn application_twice(first: &RelApp, again: &RelApp) -> Diagnostic {
    Diagnostic::new(&APPLICATION_TWICE, format!("the release lists `{}` twice", first.name.value))
        .label(again.span, "named again here")
        .label(first.span, "named here first; this one counts")
        .help("remove one of them; OTP accepts it as long as the application has no modules")
}

pub(super) fn application_not_found(app: &RelApp, folders: usize) -> Diagnostic {
    let name = &app.name.value;
    let help = if folders == 0 {
        "no folder was searched: name the folders of the applications with `--path`".to_owned()
    } else {
        format!(
            "looked into {folders} folder{}; name the one that holds it with `--path` (nothing is taken from an installed OTP by itself)",
            if folders == 1 { "" } else { "s" }
        )
    };
    Diagnostic::new(&APPLICATION_NOT_FOUND, format!("`{name}.app` is not on the search path"))
        .label(app.span, "needed here")
        .help(help)
        .otp("error_reading/not_found")
}

pub(super) fn application_version(app: &RelApp, seen: &[Spanned<String>], misnamed: Option<&str>) -> Diagnostic {
    let wanted = &app.vsn.value;
    let versions: Vec<&str> = seen.iter().map(|vsn| vsn.value.as_str()).collect();
    let help = match misnamed {
        Some(folder) => format!(
            "`{folder}` holds version {}: in development mode rebar3 links every version to the one folder of the build; make releases with `{{dev_mode,false}}`",
            versions.first().copied().unwrap_or_default()
        ),
        None => format!("found {}; rebuild the application, or change the version here", versions.join(", ")),
    };
    let found = Diagnostic::new(&APPLICATION_VERSION, format!("`{}` is not on the search path in version `{wanted}`", app.name.value))
        .label(app.vsn.span, "this version is asked for")
        .help(help)
        .otp("error_reading/no_valid_version");
    seen.iter().take(3).fold(found, |found, vsn| found.label(vsn.span, format!("here it is `{}`", vsn.value)))
}

pub(super) fn application_shape(term: &Term) -> Diagnostic {
    Diagnostic::new(&APPLICATION_SHAPE, "the term does not describe an application")
        .label(term.span, "should be `{application,Name,[{Key,Value}]}`")
        .help("is it the right file?")
        .otp("error_reading/badly_formatted_application")
}

pub(super) fn parameter_missing(key: &str, list: Span) -> Diagnostic {
    Diagnostic::new(&PARAMETER_MISSING, format!("the application has no `{key}`"))
        .label(list, format!("`{{{key},_}}` is not among these"))
        .help("`vsn`, `description`, `modules`, `registered` and `applications` are mandatory")
        .otp("error_reading/missing_param")
}

/// `mod` of a wrong shape, which OTP calls missing.
pub(super) fn callback_module(value: &Term) -> Diagnostic {
    Diagnostic::new(&PARAMETER_MISSING, format!("`{}` is not a callback module of an application", brief(value)))
        .label(value.span, "should be `{Module,StartArguments}`")
        .help("write `{mod,{Module,[]}}`, or omit it when the application has no processes")
        .otp("error_reading/missing_param")
}

pub(super) fn parameter_bad(key: &str, value: &Term, wanted: &'static str, crash: bool) -> Diagnostic {
    // The values of the environment may be secrets.
    let shown = if key == "env" { "this".to_owned() } else { format!("`{}`", brief(value)) };
    Diagnostic::new(&PARAMETER_BAD, format!("{shown} is not a value for `{key}`"))
        .label(value.span, wanted)
        .help("see `app(4)` for the values that each key takes")
        .otp(if crash { "error_reading/EXIT" } else { "error_reading/bad_param" })
}

pub(super) fn parameter_list(list: &Term) -> Diagnostic {
    Diagnostic::new(&PARAMETER_BAD, "the list of parameters is improper")
        .label(list.span, "its tail is not a list")
        .help("write `,` in place of `|`")
        .otp("error_reading/EXIT")
}

pub(super) fn parameter_duplicates(key: &str, name: &Spanned<Atom>, first: Span) -> Diagnostic {
    Diagnostic::new(&PARAMETER_DUPLICATES, format!("`{}` is in `{key}` twice", name.value))
        .label(name.span, "again here")
        .label(first, "here first")
        .help("remove one of them")
        .otp("error_reading/dupl_entry")
}

pub(super) fn application_name(app: &RelApp, found: &Spanned<Atom>) -> Diagnostic {
    Diagnostic::new(&APPLICATION_NAME, format!("the file for `{}` describes `{}`", app.name.value, found.value))
        .label(found.span, format!("should be `{}`", app.name.value))
        .label(app.span, "asked for here")
        .help("name and file name must agree")
        .otp("bad_application_name")
}

pub(super) fn override_include(app: &RelApp, missing: &Spanned<Atom>, file: Span) -> Diagnostic {
    Diagnostic::new(&OVERRIDE_INCLUDE, format!("`{}` is not among the applications that `{}` includes", missing.value, app.name.value))
        .label(missing.span, "included here")
        .label(file, "but not in `included_applications` of this file")
        .help("a release may include fewer applications than the `.app` says, not others")
        .otp("error_reading/override_include")
}

pub(super) fn undefined_application(name: &Spanned<Atom>, by: &Atom, how: &str, listed: Option<Span>) -> Diagnostic {
    let found = Diagnostic::new(&UNDEFINED_APPLICATION, format!("`{by}` {how} `{}`, which the release does not have", name.value))
        .label(name.span, "not in the release")
        .help("add it to the `.rel`, or remove it from this list")
        .otp("undefined_applications");
    listed.map_or(found.clone(), |span| found.label(span, "these are the applications of the release"))
}

/// What OTP calls undefined though the release has it: an includer that comes after what it includes, or an application
/// that is needed twice.
pub(super) fn unreachable(app: &Application, missing: &str, includes_it: bool, and_circle: bool) -> Diagnostic {
    let name = &app.name.value;
    let found = if includes_it {
        Diagnostic::new(&UNDEFINED_APPLICATION, format!("`{name}` needs `{missing}`, which includes it and comes later in the release"))
            .label(app.name.span, "comes too early")
            .help(format!("put `{missing}` before `{name}` in the `.rel`"))
    } else if !app.file.applications.iter().chain(&app.includes).any(|other| other.value.as_str() == missing) {
        Diagnostic::new(&UNDEFINED_APPLICATION, format!("`{name}` needs `{missing}` by an inclusion, and OTP calls it undefined there"))
            .label(app.name.span, "needs an application that is included in another one")
            .help(format!("write `{missing}` into the `applications` of `{name}` in the place of what it includes"))
    } else {
        let listed = app.file.applications.iter().chain(&app.includes).filter(|other| other.value.as_str() == missing);
        let found = Diagnostic::new(&UNDEFINED_APPLICATION, format!("`{name}` needs `{missing}` twice, and OTP calls the second one undefined"));
        listed.fold(found, |found, other| found.label(other.span, "needed here")).help("remove one of them")
    };
    found.otp(if and_circle { "apps/undefined_applications" } else { "undefined_applications" })
}

/// Something that two applications claim.
pub(super) struct Clash<'a> {
    pub name: &'a Spanned<Atom>,
    pub by: &'a Atom,
    pub first: &'a Spanned<Atom>,
    pub first_by: &'a Atom,
}

impl Clash<'_> {
    /// `two applications` do something, or one does it twice.
    fn who(&self, verb: &str, what: &str) -> String {
        if self.first_by == self.by {
            format!("`{}` {verb}s {what} `{}` twice", self.by, self.name.value)
        } else {
            format!("two applications {verb} {what} `{}`: `{}` and `{}`", self.name.value, self.first_by, self.by)
        }
    }

    fn report(&self, found: Diagnostic) -> Diagnostic {
        found.label(self.name.span, format!("by `{}` here", self.by)).label(self.first.span, format!("and by `{}` here", self.first_by))
    }

    pub fn registered(&self) -> Diagnostic {
        let help = if self.first_by == self.by { "remove one of them" } else { "only one of them can start; rename one process" };
        self.report(Diagnostic::new(&DUPLICATE_REGISTERED, self.who("register", "the name"))).help(help).otp("duplicate_register")
    }

    pub fn included(&self) -> Diagnostic {
        let message = format!("`{}` is included twice: by `{}` and by `{}`", self.name.value, self.first_by, self.by);
        self.report(Diagnostic::new(&DUPLICATE_INCLUDE, message)).help("an application can be included by one other only").otp("duplicate_include")
    }

    pub fn module(&self) -> Diagnostic {
        let is_one = self.first_by == self.by;
        let help = if is_one { "remove one of them" } else { "a node has one module of a name: rename one, or drop one application" };
        self.report(Diagnostic::new(&DUPLICATE_MODULE, self.who("list", "the module"))).help(help).otp("duplicate_modules")
    }
}

pub(super) fn circular_dependency(names: &[(&Atom, Span)], and_missing: bool) -> Diagnostic {
    let listed: Vec<String> = names.iter().map(|(name, _)| format!("`{name}`")).collect();
    let found = Diagnostic::new(&CIRCULAR_DEPENDENCY, format!("applications depend on each other in a cycle: {}", listed.join(", ")))
        .help("each must be startable after the ones it needs: remove one dependency")
        .otp(if and_missing { "apps/circular_dependencies" } else { "circular_dependencies" });
    names.iter().fold(found, |found, (name, span)| found.label(*span, format!("`{name}` is in the cycle")))
}

pub(super) fn inclusion_cycle(name: &Atom, span: Span) -> Diagnostic {
    Diagnostic::new(&INCLUSION_CYCLE, format!("`{name}` includes itself, directly or through others"))
        .label(span, "part of a cycle of inclusions")
        .help("remove one `included_applications` from the cycle; OTP never returns from it")
        .otp("hang")
}

pub(super) fn search_path_empty(entry: &str) -> Diagnostic {
    Diagnostic::new(&SEARCH_PATH_EMPTY, format!("`--path {entry}` matches no folder")).help("check the name; `*` matches any name, as in `lib/*/ebin`")
}

pub(super) fn debug_info_empty(entry: &str) -> Diagnostic {
    Diagnostic::new(&SEARCH_PATH_EMPTY, format!("`--debug-info {entry}` matches no folder with compiled modules"))
        .help("check the name; `*` matches any name, as in `_build/prod/lib/*/ebin`")
}

/// A syntax error in a file that was passed over for a better one further on.
pub(super) fn demoted(found: Diagnostic) -> Diagnostic {
    let mut found = found.severity(Severity::Warning);
    found.otp = None;
    found
}
