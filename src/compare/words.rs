//! The words for a change: the predicate of a sentence about the release, the application or the module that changed.

use super::change::{Change, DeadCall, Delta, Given, Sign, StateChange, StateEffect, SystemConfig};
use super::shapes;
use crate::release::StartType;
use crate::term::{Atom, print};
use std::fmt::{self, Display, Formatter};

impl Display for Change {
    #[expect(clippy::too_many_lines, reason = "a table: one arm for each change")]
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Change::ReleaseName { before, after } => write!(out, "the release was called `{before}` and is called `{after}`"),
            Change::ReleaseVersion(version) => write!(out, "both releases have the version {version}: the release handler cannot distinguish them"),
            Change::OwnInstruction { instruction, is_up, is_first } => {
                let (path, end) = (if *is_up { "upgrade" } else { "downgrade" }, if *is_first { "first" } else { "last" });
                write!(out, "the {path} runs {end} what the project adds: `{instruction}`")
            }
            Change::Erts { before, after } => write!(out, "ERTS {before} became {after}"),
            Change::NotCompared(names) => {
                write!(
                    out,
                    "could not be read, and what changed in it was not seen: {}",
                    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
                )
            }
            Change::SystemConfig(SystemConfig::Unreadable) => out.write_str("`sys.config` cannot be read on one side: whether it changed is not known"),
            Change::SystemConfig(SystemConfig::Added) => out.write_str("the release has a `sys.config`, its base had none"),
            Change::SystemConfig(SystemConfig::Removed) => {
                out.write_str("the release no longer has a `sys.config`: keys that it set fall back to the defaults of the `.app` files")
            }
            Change::SystemConfig(SystemConfig::Keys { application, handled, .. }) => {
                write!(out, "`sys.config` for `{application}` changed, {}", handles(*handled))
            }
            Change::BootFile { name, flags: Some(_) } => {
                write!(out, "`{name}` changed: its lines are flags of the emulator: they take effect when it is restarted")
            }
            Change::BootFile { name, flags: None } => {
                write!(out, "`{name}` changed: it is run when the node starts, and a hot upgrade does not run it again")
            }
            Change::ConsolidatedProtocols(_) => out.write_str("consolidated protocols differ: they are outside every application, so no appup loads them"),
            Change::ApplicationAdded { late, .. } if !late.is_empty() => {
                let late = listed(late);
                write!(out, "is new and needs {late}, which comes later in the `.rel`: applications are started in that order, and a failed start is ignored")
            }
            Change::ApplicationAdded { kind: StartType::Load, .. } => out.write_str("is new: it is loaded, and not started"),
            Change::ApplicationAdded { kind: StartType::None, .. } => out.write_str("is new: its modules are loaded, and nothing else"),
            Change::ApplicationAdded { .. } => out.write_str("is new: it is loaded and started"),
            Change::ApplicationRemoved => out.write_str("is removed: it is stopped and its modules are removed"),
            Change::Version => out.write_str("has another version, so its appup needs an entry for this path"),
            Change::BasicApplication => out.write_str("is part of what the emulator boots with: its appup restarts the emulator"),
            Change::VersionNotBumped(modules) => match modules.len() {
                1 => out.write_str("has a module that differs but the same version: an upgrade silently ignores it"),
                count => write!(out, "has {count} modules that differ but the same version: an upgrade silently ignores it"),
            },
            Change::StartType { before, after } => {
                write!(out, "is started as `{}` instead of `{}`: a hot upgrade does not change how it runs", after.word(), before.word())
            }
            Change::Dependencies(_) => out.write_str("needs other applications"),
            Change::IncludedApplications(_) => out.write_str("includes other applications: they are part of its own supervision tree"),
            Change::Registered(_) => out.write_str("registers other names"),
            Change::CallbackModule { before, after } => {
                let shown = |module: &Option<Atom>| module.as_ref().map_or("none".to_owned(), |module| format!("`{module}`"));
                write!(out, "its callback module was {} and is {}", shown(before), shown(after))
            }
            Change::Environment { application, handled, .. } => write!(out, "the environment of `{application}` changed, {}", handles(*handled)),
            Change::CodeMissing(None) => out.write_str("has no code on one side: what changed in it was not seen"),
            Change::CodeMissing(Some(module)) => write!(out, "lists `{module}` on both sides and has its code on one only: it was not compared"),
            Change::CodeUnreadable(module) => write!(out, "contains `{module}`, which could not be read: it was not compared"),
            Change::Migrations(_) => out.write_str("database migrations differ: a hot upgrade does not run them, and old code meets the new schema"),
            Change::NativeLibrary(_) => out.write_str("native libraries differ: one that is loaded is replaced only when its module is purged first"),
            Change::PrivateFiles(_) => out.write_str("files in `priv` differ"),
            Change::ModuleAdded => out.write_str("is new"),
            Change::ModuleRemoved => out.write_str("is gone"),
            Change::ModuleMoved(from) => write!(out, "moved here from `{from}`: one appup must not delete what the other one adds"),
            Change::Code => out.write_str("has other code"),
            Change::Recompiled(None) => out.write_str("has other code from the same source"),
            Change::Recompiled(Some((before, after))) => write!(out, "has other code from the same source: compiled by compiler {after} instead of {before}"),
            Change::DebugOnly(parts) => write!(out, "runs the same code and need not be loaded; these differ: {}", parts.join(", ")),
            Change::Attributes(names) => {
                let note = if names.iter().any(|name| name.as_str() == "vsn") { ": `vsn` is what `code_change` is given as the old version" } else { "" };
                write!(out, "has other attributes ({}){note}", listed(names))
            }
            Change::ExportsGained(functions) => write!(out, "now exports {}", several(functions)),
            Change::ExportsLost(functions) => {
                let them = if functions.len() == 1 { "it" } else { "them" };
                write!(out, "no longer exports {}; no module of the target calls {them} directly", several(functions))
            }
            Change::DeadCall(call) => dead_call(call, "", out),
            Change::GuardedCall(call) => dead_call(call, ", where the caller catches or asks first", out),
            Change::Behaviour { gained, name, other_processes } => {
                let note = if *other_processes { ": its processes become processes of another kind" } else { "" };
                write!(out, "{} the behaviour `{name}`{note}", if *gained { "gains" } else { "loses" })
            }
            Change::BehavioursUnknown => {
                out.write_str("has no attributes and exports `init/1`: whether it is a supervisor or another process cannot be seen from the files")
            }
            Change::Struct(difference) => write!(out, "its struct {}: values made before the upgrade keep the old fields", difference.words()),
            Change::NativeCode => out.write_str("loads a native library: loading it again works only if the library supports upgrades"),
            Change::OnLoad => out.write_str("runs code when it is loaded: when that fails, the upgrade crashes"),
            Change::CompiledForNewer { uses, known, otp } => {
                write!(out, "was compiled for a newer emulator: it uses instruction {uses}, and {otp} of its own release knows {known} and refuses to load it")
            }
            Change::State(state) => write!(out, "its state, {}", of_state(state)),
            Change::StateShape { before, after } => write!(out, "its state was a {before} and is a {after}"),
            Change::StateUnknown(why) => write!(out, "is a process, and {why}: whether its state changed cannot be seen from the files"),
            Change::CodeChangeMissing { wanted } => write!(out, "exports no `code_change/{wanted}` that would convert it"),
            Change::CodeChangeArity { has, wanted } => write!(out, "exports `code_change/{has}`, but its behaviour calls `code_change/{wanted}`"),
            Change::CodeChangeUnknown { wanted, why } => write!(out, "whether its `code_change/{wanted}` converts it cannot be seen: {why}"),
            Change::CodeChangeIdle { wanted, injected_by: Some(module) } => {
                let module = module.as_str().trim_start_matches("Elixir.");
                write!(out, "has only the `code_change/{wanted}` that `use {module}` injects, which returns the state unchanged")
            }
            Change::CodeChangeIdle { wanted, injected_by: None } => write!(out, "its `code_change/{wanted}` returns the state unchanged"),
            Change::CodeChangeUpOnly { wanted } => {
                write!(out, "its `code_change/{wanted}` does not convert the state on a downgrade: no clause for `{{down,Vsn}}`")
            }
            Change::CodeChangeVersion { clause, given } => {
                let given = match given {
                    Given::Text(text) => format!("`{}`", print::quoted(text, '"')),
                    Given::Other => "another version".to_owned(),
                    Given::Derived => "the number that the compiler derives from the module's MD5".to_owned(),
                };
                write!(out, "its `code_change` has a clause for version `{clause}`, but is called with {given}")
            }
            Change::CallbackMode { before, after } => {
                write!(out, "its callback mode was `{before}` and is `{after}`: a machine asks for it when it starts and after `code_change`, not after a load")
            }
            Change::StateFunctions(_) => {
                out.write_str("functions are removed that may be states of the machine: one that is in such a state fails at its next event")
            }
            Change::SupervisorFlags { before, after, supervisor } => {
                let shown = |flags: &Option<String>| flags.clone().unwrap_or_else(|| "..".to_owned());
                let (before, after) = (shown(before), shown(after));
                write!(out, "its flags were `{before}` and are `{after}`: `{{update,{supervisor},supervisor}}` applies them, a load does not")
            }
            Change::ChildTemplate(_) => {
                out.write_str("the template of its children differs: an update of the supervisor loads it, for children that are started later")
            }
            Change::Children { is_application: true, .. } => out.write_str(
                "the children of its top supervisor differ: no update loads them; start them with `supervisor:start_child/2`, or restart the application",
            ),
            Change::Children { is_application: false, .. } => {
                out.write_str("its children differ: an update of the supervisor loads the new child specifications but starts and stops no children")
            }
            Change::LivesOn { code, what, detail: None } => write!(out, "{what} ({code})"),
            Change::LivesOn { code, what, detail: Some(detail) } => write!(out, "{what}; {detail} ({code})"),
            Change::ChildrenUnknown { why, is_application } => {
                let what = if *is_application { "starts an application's processes" } else { "is a supervisor" };
                write!(out, "{what}, and {why}: whether its children changed cannot be seen from the files")
            }
        }
    }
}

/// Whether a change of configuration reaches running processes.
fn handles(handled: Option<bool>) -> &'static str {
    match handled {
        Some(true) => "and `config_change/3` handles it",
        Some(false) => "and no `config_change/3` handles it: processes keep what they read when they started",
        None => "and it cannot be seen from the files whether running processes read it again",
    }
}

fn dead_call(call: &DeadCall, prepared: &str, out: &mut Formatter<'_>) -> fmt::Result {
    let (function, arity) = &call.function;
    match call.now.as_slice() {
        _ if call.is_removed => write!(out, "is removed, and its `{function}/{arity}` with it")?,
        [] => write!(out, "no longer exports `{function}/{arity}`")?,
        [now] => write!(out, "exports `{function}/{now}` in place of `{function}/{arity}`")?,
        several => {
            let several: Vec<String> = several.iter().map(u32::to_string).collect();
            write!(out, "exports `{function}` with {} arguments, no longer with {arity}", several.join(" or "))?;
        }
    }
    let verb = if call.callers.len() == 1 { "calls" } else { "call" };
    write!(out, ", and {} still {verb} it{prepared}", super::callers::shown(&call.callers))
}

/// What differs in a state, and what becomes of running processes.
fn of_state(state: &StateChange) -> String {
    let effect = match state.effect {
        StateEffect::Unmatched | StateEffect::Unsure => "",
        StateEffect::Accepted => "; callbacks of the new code accept the old form, too",
        StateEffect::Retyped => ": running processes keep values of the old kind",
        StateEffect::Defaults => ": running processes keep the values that they have",
    };
    format!("the {}, {}{effect}", shapes::name(&state.shape), state.difference.words())
}

/// `a`, `b`.
fn listed(names: &[Atom]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// `f/1`, or how many there are.
fn several(functions: &[(Atom, u32)]) -> String {
    match functions {
        [(name, arity)] => format!("`{name}/{arity}`"),
        [(one, arity), (two, other)] => format!("`{one}/{arity}` and `{two}/{other}`"),
        several => format!("{} functions", several.len()),
    }
}

impl Display for Delta {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let sign = match self.sign {
            Sign::Added => '+',
            Sign::Removed => '-',
            Sign::Changed => '~',
        };
        write!(out, "{sign} {}", self.name)
    }
}

impl Change {
    /// The names that it is about: functions, fields, keys, files.
    pub fn items(&self) -> Vec<String> {
        let deltas = |list: &[Delta]| list.iter().map(Delta::to_string).collect();
        let functions = |list: &[(Atom, u32)]| list.iter().map(|(name, arity)| format!("{name}/{arity}")).collect();
        let atoms = |list: &[Atom]| list.iter().map(|name| name.as_str().to_owned()).collect();
        match self {
            Change::SystemConfig(SystemConfig::Keys { keys, .. }) | Change::Environment { keys, .. } => deltas(keys),
            Change::BootFile { flags: Some(list), .. }
            | Change::ConsolidatedProtocols(list)
            | Change::Dependencies(list)
            | Change::IncludedApplications(list)
            | Change::Registered(list)
            | Change::Migrations(list)
            | Change::NativeLibrary(list)
            | Change::PrivateFiles(list)
            | Change::ChildTemplate(list)
            | Change::Children { children: list, .. } => deltas(list),
            Change::ApplicationAdded { late: names, .. } | Change::VersionNotBumped(names) | Change::Attributes(names) => atoms(names),
            Change::StartType { before, after } => vec![before.word().to_owned(), after.word().to_owned()],
            Change::CodeMissing(Some(name)) | Change::CodeUnreadable(name) | Change::Behaviour { name, .. } => vec![name.as_str().to_owned()],
            Change::ModuleMoved(from) => vec![from.clone()],
            Change::Recompiled(Some((before, after))) => vec![before.clone(), after.clone()],
            Change::DebugOnly(parts) => parts.iter().map(|part| (*part).to_owned()).collect(),
            Change::ExportsGained(list) | Change::ExportsLost(list) => functions(list),
            Change::StateFunctions(names) => names.iter().map(|name| format!("{name}/3")).collect(),
            Change::DeadCall(call) | Change::GuardedCall(call) => call.callers.iter().map(ToString::to_string).collect(),
            Change::Struct(difference) | Change::State(StateChange { difference, .. }) => difference.items(),
            Change::StateShape { before, after } => vec![format!("{before} -> {after}")],
            Change::ReleaseName { .. }
            | Change::ReleaseVersion(_)
            | Change::Erts { .. }
            | Change::OwnInstruction { .. }
            | Change::SystemConfig(SystemConfig::Unreadable | SystemConfig::Added | SystemConfig::Removed)
            | Change::BootFile { flags: None, .. }
            | Change::ApplicationRemoved
            | Change::Version
            | Change::BasicApplication
            | Change::CallbackModule { .. }
            | Change::CodeMissing(None)
            | Change::ModuleAdded
            | Change::ModuleRemoved
            | Change::Code
            | Change::Recompiled(None)
            | Change::BehavioursUnknown
            | Change::NativeCode
            | Change::OnLoad
            | Change::CompiledForNewer { .. }
            | Change::StateUnknown(_)
            | Change::CodeChangeMissing { .. }
            | Change::CodeChangeArity { .. }
            | Change::CodeChangeUnknown { .. }
            | Change::CodeChangeIdle { .. }
            | Change::CodeChangeUpOnly { .. }
            | Change::CodeChangeVersion { .. }
            | Change::CallbackMode { .. }
            | Change::SupervisorFlags { .. }
            | Change::LivesOn { .. }
            | Change::NotCompared(_)
            | Change::ChildrenUnknown { .. } => Vec::new(),
        }
    }

    /// Its sentence, and the names after it.
    pub fn described(&self) -> String {
        let items = self.items();
        if items.is_empty() { self.to_string() } else { format!("{self}: {}", items.join(", ")) }
    }

    /// The items that its sentence leaves out.
    pub fn unsaid(&self) -> Vec<String> {
        // These sentences are made of all their items.
        let says_all = if let Change::ExportsGained(list) | Change::ExportsLost(list) = self {
            list.len() <= 2
        } else if let Change::DeadCall(call) | Change::GuardedCall(call) = self {
            call.callers.len() <= super::callers::NAMED
        } else {
            matches!(
                self,
                Change::DebugOnly(_)
                    | Change::Recompiled(_)
                    | Change::StartType { .. }
                    | Change::ApplicationAdded { .. }
                    | Change::CodeMissing(_)
                    | Change::CodeUnreadable(_)
                    | Change::Behaviour { .. }
                    | Change::ModuleMoved(_)
                    | Change::Attributes(_)
                    | Change::Struct(_)
                    | Change::State(_)
                    | Change::StateShape { .. }
            )
        };
        if says_all { Vec::new() } else { self.items() }
    }
}
