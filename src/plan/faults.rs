//! What can be wrong with a plan: what `systools_relup` and `systools_rc` refuse, and what the node would.

use super::Request;
use crate::appup::Direction;
use crate::diag::{Diagnostic, Findings, codes};
use crate::release::{Application, Release};
use crate::relup::LowOp;
use crate::span::{Span, Spanned};
use crate::term::print::{brief, quoted};
use crate::term::{Atom, Term};

codes! {
    NO_RELUP_ENTRY "RL0401" "no-relup-entry" Error [Refused]
    POINT_OF_NO_RETURN_TWICE "RL0402" "point-of-no-return-twice" Error [Refused]
    BEFORE_POINT_OF_NO_RETURN "RL0403" "before-point-of-no-return" Error [Refused]
    NO_OBJECT_CODE "RL0404" "no-object-code" Error [Refused]
    SUSPEND_RESUME "RL0405" "suspend-resume" Error [Refused]
    STOP_START "RL0406" "stop-start" Error [Refused]
    NO_SUCH_APPLICATION "RL0407" "no-such-application" Error [Refused]
    REMOVED_APPLICATION_PRESENT "RL0408" "removed-application-present" Error [Refused]
    NO_SUCH_MODULE "RL0409" "no-such-module" Error [Refused]
    MODULE_TWICE "RL0410" "module-twice" Error [Refused]
    UNDEFINED_DEPENDENCY "RL0411" "undefined-dependency" Error [Refused]
    CONFLICTING_VERSIONS "RL0412" "conflicting-versions" Error [Refused]
    ERTS_CHANGED "RL0413" "erts-changed" Warning [Warned]
    OLD_EMULATOR "RL0414" "old-emulator" Warning [Warned]
    RESTART_FORBIDDEN "RL0415" "restart-forbidden" Error [Refused]
    REFUSED_ON_NODE "RL0416" "refused-on-node" Warning => Refutes(Steps)
    CHANGE_NOT_SUSPENDED "RL0417" "change-not-suspended" Warning => Concerns(State)
    SAME_VERSION "RL0418" "same-version" Warning
    NOT_ON_CODE_PATH "RL0419" "not-on-code-path" Warning => Concerns(Steps)
    LOADED_TWICE "RL0420" "loaded-twice" Warning => Refutes(Steps)
    PATH_UNMATCHED "RL0422" "path-unmatched" Advice
}

/// How many of the versions that an appup has entries for are named.
const LISTED: usize = 12;

pub(super) fn no_entry(
    application: &Application,
    base_vsn: &Spanned<String>,
    direction: Direction,
    entries: Span,
    listed: &[String],
    file: &str,
) -> Diagnostic {
    let name = &application.name.value;
    let (vsn, base) = (&application.vsn.value, &base_vsn.value);
    let message = match direction {
        Direction::Up => format!("`{file}` has no entry to upgrade `{name}` from {} to {}", quoted(base, '"'), quoted(vsn, '"')),
        Direction::Down => format!("`{file}` has no entry to downgrade `{name}` from {} to {}", quoted(vsn, '"'), quoted(base, '"')),
    };
    let help = match (direction, listed.is_empty()) {
        (_, false) => {
            let more = listed.len().saturating_sub(LISTED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let listed = listed.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", ");
            format!("it has entries for {listed}{more}; add one for {}, or have it made of them with `make --compose`", quoted(base, '"'))
        }
        (Direction::Up, true) => format!("add `{{{},[...]}}` to this list", quoted(base, '"')),
        (Direction::Down, true) => "add one, or have it derived from the upgrade with `--derive-downgrade`".to_owned(),
    };
    Diagnostic::new(&NO_RELUP_ENTRY, message)
        .label(entries, "no entry here matches")
        .label(base_vsn.span, "the base has this version")
        .help(help)
        .otp("no_relup")
}

pub(super) fn point_of_no_return_twice(first: Span, again: Span) -> Diagnostic {
    Diagnostic::new(&POINT_OF_NO_RETURN_TWICE, "a script has two points of no return")
        .label(again, "the second")
        .label(first, "the first")
        .help("keep one: only `load_object_code` and `apply` are allowed before it")
        .otp("too_many_point_of_no_return")
}

/// `point` is where the point of no return is written; none for an instruction of the release itself, which comes before it.
pub(super) fn before_point_of_no_return(span: Span, point: Option<Span>) -> Diagnostic {
    let found = Diagnostic::new(&BEFORE_POINT_OF_NO_RETURN, "the instruction is not allowed before the point of no return")
        .label(span, "only `load_object_code` and `apply` are allowed here");
    let found = match point {
        Some(point) => found.label(point, "the point of no return").help("move it after `point_of_no_return`, or remove that word"),
        None => found.help("put it into `last`: what is in `first` comes before the point of no return"),
    };
    found.otp("bad_op_before_point_of_no_return")
}

pub(super) fn no_object_code(module: &Atom, span: Span) -> Diagnostic {
    Diagnostic::new(&NO_OBJECT_CODE, format!("`{module}` is loaded by hand, but its object code is never read"))
        .label(span, "nothing to load here")
        .help(format!("write `{{load_module,{module}}}` instead, or add `{{load_object_code,{{App,Vsn,[{module}]}}}}`"))
        .otp("no_object_code")
}

/// A load of the release itself, in a script that is otherwise sound.
pub(super) fn not_read_yet(module: &Atom, span: Span) -> Diagnostic {
    Diagnostic::new(&NO_OBJECT_CODE, format!("`{module}` is loaded where its object code is not read yet"))
        .label(span, "nothing to load here")
        .help(format!("put `{{load_object_code,{{App,Vsn,[{module}]}}}}` into `first`, or leave the load to the application's appup"))
        .otp("no_object_code")
}

pub(super) fn suspended_not_resumed(module: &Atom, span: Span) -> Diagnostic {
    Diagnostic::new(&SUSPEND_RESUME, format!("the processes of `{module}` are suspended and never resumed"))
        .label(span, "suspended here")
        .help(format!("add `{{resume,[{module}]}}`, or use `update`, which does both"))
        .otp("suspended_not_resumed")
}

pub(super) fn resumed_not_suspended(module: &Atom, span: Span) -> Diagnostic {
    Diagnostic::new(&SUSPEND_RESUME, format!("the processes of `{module}` are resumed, but never suspended"))
        .label(span, "resumed here")
        .help(format!("add `{{suspend,[{module}]}}`, or use `update`, which does both"))
        .otp("resumed_not_suspended")
}

/// Instructions of the release itself, for a path from versions to versions, that are for no path of a run.
pub fn path_unmatched((from, to): (&str, &str), span: Span, versions: &[&str]) -> Diagnostic {
    let versions: Vec<String> = versions.iter().map(|version| quoted(version, '"')).collect();
    Diagnostic::new(&PATH_UNMATCHED, format!("no path here leads from {} to {}", quoted(from, '"'), quoted(to, '"')))
        .label(span, "this is added to no script")
        .help(format!("the releases here are {}; `*` takes any characters", versions.join(", ")))
}

pub(super) fn start_not_stop(module: &Atom, span: Span) -> Diagnostic {
    Diagnostic::new(&STOP_START, format!("the processes of `{module}` are started, but never stopped"))
        .label(span, "started here")
        .help(format!("`start` restarts what `stop` stopped: add `{{stop,[{module}]}}` before it"))
        .otp("start_not_stop")
}

pub(super) fn stop_not_start(module: &Atom, span: Span) -> Diagnostic {
    Diagnostic::new(&STOP_START, format!("the processes of `{module}` are stopped and never started again"))
        .label(span, "stopped here")
        .help(format!("add `{{start,[{module}]}}`"))
        .otp("stop_not_start")
}

pub(super) fn no_such_application(name: &Spanned<Atom>, which: &str) -> Diagnostic {
    Diagnostic::new(&NO_SUCH_APPLICATION, format!("the {which} release has no application `{}`", name.value))
        .label(name.span, "not in that release")
        .help("check the name, or add the application to the release")
        .otp("no_such_application")
}

pub(super) fn removed_application_present(name: &Spanned<Atom>) -> Diagnostic {
    Diagnostic::new(&REMOVED_APPLICATION_PRESENT, format!("`{}` is removed, but the release being installed still has it", name.value))
        .label(name.span, "removed here")
        .help("use `restart_application`, or remove the application from the release")
        .otp("removed_application_present")
}

pub(super) fn no_such_module(module: &Spanned<Atom>, near: Option<&Atom>) -> Diagnostic {
    let found = Diagnostic::new(&NO_SUCH_MODULE, format!("no application of the release being installed has a module `{}`", module.value))
        .label(module.span, "in no `.app` file of that release")
        .otp("no_such_module");
    match near {
        Some(near) => found.help(format!("did you mean `{near}`?")),
        None => found.help("check the name, and the `modules` of the `.app`; use `delete_module` for a removed module"),
    }
}

pub(super) fn module_twice(module: &Spanned<Atom>, first: Span, how: &str) -> Diagnostic {
    Diagnostic::new(&MODULE_TWICE, format!("two instructions on this path concern the module `{}`", module.value))
        .label(module.span, how.to_owned())
        .label(first, "and this one first")
        .help("keep one; adding or restarting an application loads all its modules too")
        .otp("muldef_module")
}

pub(super) fn undefined_dependency(dependency: &Spanned<Atom>, module: &Spanned<Atom>) -> Diagnostic {
    Diagnostic::new(&UNDEFINED_DEPENDENCY, format!("`{}` depends on `{}`, which has no instruction on this path", module.value, dependency.value))
        .label(dependency.span, "nothing happens to this module here")
        .label(module.span, "the module that depends on it")
        .help("a dependency names a module that changes on the same path and in the same direction; remove it otherwise")
        .otp("undef_module")
}

pub(super) fn conflicting_versions(lib: &Atom, first: (&Term, Span), other: (&Term, Span)) -> Diagnostic {
    let message = format!("object code of `{lib}` is read in two versions: {} and {}", brief(first.0), brief(other.0));
    Diagnostic::new(&CONFLICTING_VERSIONS, message)
        .label(other.1, "in this version")
        .label(first.1, "and in this one")
        .help("on one path every application has one version: that of the release being installed")
        .otp("conflicting_versions")
}

pub(super) fn erts_changed(target: &Release, base: &Release, direction: Direction) -> Diagnostic {
    let (from, to) = match direction {
        Direction::Up => (base, target),
        Direction::Down => (target, base),
    };
    let message = format!("the runtime system changes from {} to {}: the emulator is restarted", from.rel.erts.value, to.rel.erts.value);
    Diagnostic::new(&ERTS_CHANGED, message)
        .label(target.rel.erts.span, "the target's ERTS")
        .label(base.rel.erts.span, "the base's ERTS")
        .help("such a path takes the node down for a moment: a rolling deploy may serve as well")
        .otp("erts_vsn_changed")
}

pub(super) fn old_emulator(sasl: &Spanned<String>) -> Diagnostic {
    Diagnostic::new(&OLD_EMULATOR, "the base counts as older than OTP R15: the new emulator is started last")
        .label(sasl.span, "this version sorts before \"2.2\", character by character")
        .help("today's release handler refuses the resulting script; upgrade to another version first")
        .otp("pre_R15_emulator_upgrade")
}

/// A path that restarts the emulator although that is forbidden.
pub fn restart_forbidden(path: &str, span: Span, why: &str) -> Diagnostic {
    Diagnostic::new(&RESTART_FORBIDDEN, format!("the path restarts the emulator: {why}"))
        .label(span, "asked for here")
        .help("remove the cause from this upgrade, or omit `--forbid restart`")
        .on_path(path)
}

pub(super) fn refused_on_node(op: &LowOp, span: Span) -> Diagnostic {
    let name = op.name();
    Diagnostic::new(&REFUSED_ON_NODE, format!("`{name}` is compiled into the relup, but the release handler refuses it"))
        .label(span, "unknown to the node")
        .help("write `restart_emulator`, or `restart_new_emulator` when ERTS, kernel, stdlib or sasl change")
}

pub(super) fn change_not_suspended(module: &Atom, span: Span) -> Diagnostic {
    Diagnostic::new(&CHANGE_NOT_SUSPENDED, format!("`code_change` of `{module}` does nothing: its processes are not suspended then"))
        .label(span, "no process is suspended under this module here")
        .help(format!("write `{{suspend,[{module}]}}` before it and `{{resume,[{module}]}}` after it, or use `update`"))
}

pub(super) fn not_on_code_path(application: &Atom, span: Span) -> Diagnostic {
    Diagnostic::new(&NOT_ON_CODE_PATH, format!("`{application}` is added without modules: the node does not find it"))
        .label(span, "its start fails on the node, silently")
        .help("only `load_object_code` puts an added application on the code path: list its modules, or install with `{update_paths,true}`")
}

pub(super) fn loaded_twice(module: &Atom, span: Span, loads: u32, reads: u32) -> Diagnostic {
    let message =
        format!("`{module}` is loaded {loads} times, but its object code is read {}", if reads == 1 { "once".to_owned() } else { format!("{reads} times") });
    Diagnostic::new(&LOADED_TWICE, message)
        .label(span, "this load crashes on the node, after the point of no return")
        .help("a load uses up what was read: remove the hand-written instructions, or the high-level one")
}

/// Releases of equal version: accepted by OTP, never meant.
pub(super) fn check_versions(request: &Request<'_>, found: &mut Findings) {
    let target = &request.target.rel.vsn;
    for (bases, direction) in [(&request.up_from, Direction::Up), (&request.down_to, Direction::Down)] {
        let mut seen: std::collections::HashMap<&str, Span> = std::collections::HashMap::new();
        for base in bases {
            let vsn = &base.release.rel.vsn;
            if vsn.value == target.value {
                let message = format!("the target and a base have the same version {}", quoted(&vsn.value, '"'));
                found.push(
                    Diagnostic::new(&SAME_VERSION, message)
                        .label(target.span, "the target")
                        .label(vsn.span, "the base")
                        .help("give the target a version of its own: the node identifies releases by it"),
                );
            }
            if let Some(first) = seen.insert(&vsn.value, vsn.span) {
                let message = format!(
                    "two releases to {} have the same version {}",
                    if direction == Direction::Up { "upgrade from" } else { "downgrade to" },
                    quoted(&vsn.value, '"')
                );
                found.push(
                    Diagnostic::new(&SAME_VERSION, message)
                        .label(vsn.span, "one of them")
                        .label(first, "the other")
                        .help("the node takes the first path it finds and never looks at the other"),
                );
            }
        }
    }
}
