//! What can differ between two releases: one variant for each kind of change, with what it is about.

use super::shapes::Difference;
use crate::beam::Shape;
use crate::release::StartType;
use crate::term::Atom;
use std::fmt::{self, Display, Formatter};

/// Something that differs. Its words are in `words`, its kind in machine-readable output is [`Change::kind`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    // ---- the release ----
    /// It has another name.
    ReleaseName {
        /// In the base.
        before: String,
        /// In the target.
        after: String,
    },
    /// Both have one version, and different content.
    ReleaseVersion(String),
    /// It has another ERTS.
    Erts {
        /// In the base.
        before: String,
        /// In the target.
        after: String,
    },
    /// Applications that could not be read in one of the releases.
    NotCompared(Vec<Atom>),
    /// `sys.config` differs.
    SystemConfig(SystemConfig),
    /// A file that is read once, when the emulator starts.
    BootFile {
        /// Its name.
        name: &'static str,
        /// The flags of the emulator that differ; `None` for a script, of which nothing is shown.
        flags: Option<Vec<Delta>>,
    },
    /// Elixir's consolidated protocols.
    ConsolidatedProtocols(Vec<Delta>),
    /// A low-level instruction of the release itself, which the project adds to a path.
    OwnInstruction {
        /// The instruction, as it is written in a relup.
        instruction: String,
        /// Whether it is run on the upgrade; else on the downgrade.
        is_up: bool,
        /// Whether it comes first; else last.
        is_first: bool,
    },

    // ---- an application ----
    /// Only the target has it: how it is started, and what it needs that is started later.
    ApplicationAdded {
        /// How the release starts it.
        kind: StartType,
        /// Applications that it needs and that are started after it.
        late: Vec<Atom>,
    },
    /// Only the base has it.
    ApplicationRemoved,
    /// It has another version.
    Version,
    /// It has another version, and the emulator boots with it.
    BasicApplication,
    /// Modules of it differ, and its version does not.
    VersionNotBumped(Vec<Atom>),
    /// It is started in another way.
    StartType {
        /// In the base.
        before: StartType,
        /// In the target.
        after: StartType,
    },
    /// Other applications in `applications`.
    Dependencies(Vec<Delta>),
    /// Other applications in `included_applications`.
    IncludedApplications(Vec<Delta>),
    /// Other names in `registered`.
    Registered(Vec<Delta>),
    /// Another callback module.
    CallbackModule {
        /// In the base.
        before: Option<Atom>,
        /// In the target.
        after: Option<Atom>,
    },
    /// Keys of its environment in the `.app`.
    Environment {
        /// The application.
        application: String,
        /// The keys.
        keys: Vec<Delta>,
        /// Whether `config_change/3` handles them.
        handled: Option<bool>,
    },
    /// Its code is missing on one side: as a whole, or that of a module.
    CodeMissing(Option<Atom>),
    /// A module that could not be read.
    CodeUnreadable(Atom),
    /// Database migrations.
    Migrations(Vec<Delta>),
    /// Native libraries in `priv`.
    NativeLibrary(Vec<Delta>),
    /// Other files in `priv`.
    PrivateFiles(Vec<Delta>),

    // ---- a module ----
    /// Only the target has it.
    ModuleAdded,
    /// Only the base has it.
    ModuleRemoved,
    /// It came from another application.
    ModuleMoved(String),
    /// It has other code.
    Code,
    /// It has other code from the same source; by which compilers, where they differ.
    Recompiled(Option<(String, String)>),
    /// Only parts differ that the emulator does not run.
    DebugOnly(Vec<&'static str>),
    /// Other attributes.
    Attributes(Vec<Atom>),
    /// Functions that only the target exports.
    ExportsGained(Vec<(Atom, u32)>),
    /// Functions that only the base exports, and that no module of the target calls.
    ExportsLost(Vec<(Atom, u32)>),
    /// A function that only the base exports, and that is still called.
    DeadCall(DeadCall),
    /// The same, where every caller catches the error or asks first.
    GuardedCall(DeadCall),
    /// A behaviour that it gains or loses.
    Behaviour {
        /// Whether it gains it.
        gained: bool,
        /// The behaviour.
        name: Atom,
        /// Whether its processes become processes of another kind.
        other_processes: bool,
    },
    /// Whether it is a process cannot be seen.
    BehavioursUnknown,
    /// Its struct has other fields.
    Struct(Difference),
    /// It loads a native library.
    NativeCode,
    /// It runs code when it is loaded.
    OnLoad,
    /// It was compiled for a newer emulator: the highest instruction that it uses, and that the emulator knows.
    CompiledForNewer {
        /// The highest instruction that it uses.
        uses: u32,
        /// The highest that the emulator knows.
        known: u32,
        /// The emulator's version.
        otp: String,
    },

    // ---- the processes of a module ----
    /// Their state has other fields.
    State(StateChange),
    /// Their state is another value.
    StateShape {
        /// In the base.
        before: String,
        /// In the target.
        after: String,
    },
    /// Their state cannot be seen: why.
    StateUnknown(&'static str),
    /// No `code_change` is exported.
    CodeChangeMissing {
        /// How many arguments it should take.
        wanted: u32,
    },
    /// A `code_change` of another arity is exported.
    CodeChangeArity {
        /// How many arguments it takes.
        has: u32,
        /// How many it should take.
        wanted: u32,
    },
    /// What `code_change` does cannot be seen: why.
    CodeChangeUnknown {
        /// How many arguments it takes.
        wanted: u32,
        /// Why it cannot be seen.
        why: &'static str,
    },
    /// `code_change` returns the state unchanged; whose it is, when a macro wrote it.
    CodeChangeIdle {
        /// How many arguments it takes.
        wanted: u32,
        /// The module whose `use` injected it.
        injected_by: Option<Atom>,
    },
    /// `code_change` converts the state on an upgrade only.
    CodeChangeUpOnly {
        /// How many arguments it takes.
        wanted: u32,
    },
    /// A clause of `code_change` is for a version that no process has.
    CodeChangeVersion {
        /// The version that the clause is for.
        clause: String,
        /// The version that is given.
        given: Given,
    },
    /// A state machine has another callback mode.
    CallbackMode {
        /// In the base.
        before: String,
        /// In the target.
        after: String,
    },
    /// Functions are gone that may be states of a machine.
    StateFunctions(Vec<Atom>),
    /// A supervisor has other flags.
    SupervisorFlags {
        /// In the base, as they are written.
        before: Option<String>,
        /// In the target.
        after: Option<String>,
        /// The supervisor's module.
        supervisor: Atom,
    },
    /// The template of a supervisor's children.
    ChildTemplate(Vec<Delta>),
    /// The children of a supervisor, or of an application's top supervisor.
    Children {
        /// What happens to which.
        children: Vec<Delta>,
        /// Whether they are started by `start/2` of an application.
        is_application: bool,
    },
    /// Something that the old code keeps, and that the new code was seen to fail on.
    LivesOn {
        /// The code of the rule that says so.
        code: &'static str,
        /// What it says.
        what: String,
        /// Where it fails, and who made it.
        detail: Option<String>,
    },
    /// The children cannot be seen: why.
    ChildrenUnknown {
        /// Why.
        why: &'static str,
        /// Whether they are started by `start/2` of an application.
        is_application: bool,
    },
}

/// What happened to a name: a key, a file, a child.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Delta {
    /// The name.
    pub name: String,
    /// What happened.
    pub sign: Sign,
}

/// What happened to a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is another one now.
    Changed,
}

impl Delta {
    /// What happened to a name.
    pub fn new(sign: Sign, name: impl Into<String>) -> Delta {
        Delta { name: name.into(), sign }
    }
}

/// How `sys.config` differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SystemConfig {
    /// It cannot be read on one side.
    Unreadable,
    /// Only the target has one.
    Added,
    /// Only the base has one.
    Removed,
    /// Keys of an application differ.
    Keys {
        /// The application.
        application: String,
        /// The keys.
        keys: Vec<Delta>,
        /// Whether `config_change/3` handles them.
        handled: Option<bool>,
    },
}

/// A function that is gone and is still called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadCall {
    /// The function.
    pub function: (Atom, u32),
    /// With how many arguments the target still exports it.
    pub now: Vec<u32>,
    /// Whether its whole module is gone.
    pub is_removed: bool,
    /// The functions that call it.
    pub callers: Vec<Caller>,
}

/// A function that calls something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Caller {
    /// Its module.
    pub module: String,
    /// Its name and arity; `None` where only the module is known.
    pub function: Option<(Atom, u32)>,
}

impl Display for Caller {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match &self.function {
            Some((name, arity)) => write!(out, "{}:{name}/{arity}", self.module),
            None => out.write_str(&self.module),
        }
    }
}

/// How the fields of a state differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateChange {
    /// The shape in the base.
    pub shape: Shape,
    /// What differs.
    pub difference: Difference,
    /// What that means for a process with the old state.
    pub effect: StateEffect,
}

/// What other fields of a state mean for a process that keeps the old one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateEffect {
    /// Callbacks match records and structs by name and size: they do not match the old one.
    Unmatched,
    /// The new callbacks accept the old form, too; the old ones do not know the new form.
    Accepted,
    /// What is read from a map, or matched by hand, may fit both.
    Unsure,
    /// Fields have defaults of another kind: running processes keep values of the old kind.
    Retyped,
    /// Only defaults differ: running processes keep the values that they have.
    Defaults,
}

/// The version that `code_change` is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// This text.
    Text(String),
    /// The module's `-vsn`, which is no text.
    Other,
    /// The number that the compiler derives from the module's MD5.
    Derived,
}

/// Gives each variant its word, once.
macro_rules! kinds {
    ($($pattern:pat => $word:literal,)*) => {
        impl Change {
            /// The word for the kind in machine-readable output; it stays the same.
            pub fn kind(&self) -> &'static str {
                match self {
                    $($pattern => $word,)*
                }
            }
        }

        /// The word of every kind.
        pub const KINDS: &[&str] = &[$($word),*];
    };
}

kinds! {
    Change::ReleaseName { .. } => "release-name",
    Change::ReleaseVersion(_) => "release-version",
    Change::Erts { .. } => "erts",
    Change::NotCompared(_) => "not-compared",
    Change::SystemConfig(_) => "sys-config",
    Change::BootFile { .. } => "boot-file",
    Change::ConsolidatedProtocols(_) => "consolidated-protocols",
    Change::OwnInstruction { .. } => "own-instruction",
    Change::ApplicationAdded { .. } => "application-added",
    Change::ApplicationRemoved => "application-removed",
    Change::Version => "version",
    Change::BasicApplication => "basic-application",
    Change::VersionNotBumped(_) => "version-not-bumped",
    Change::StartType { .. } => "start-type",
    Change::Dependencies(_) => "dependencies",
    Change::IncludedApplications(_) => "included-applications",
    Change::Registered(_) => "registered",
    Change::CallbackModule { .. } => "callback-module",
    Change::Environment { .. } => "environment",
    Change::CodeMissing(_) => "code-missing",
    Change::CodeUnreadable(_) => "code-unreadable",
    Change::Migrations(_) => "migrations",
    Change::NativeLibrary(_) => "native-library",
    Change::PrivateFiles(_) => "private-files",
    Change::ModuleAdded => "module-added",
    Change::ModuleRemoved => "module-removed",
    Change::ModuleMoved(_) => "module-moved",
    Change::Code => "code",
    Change::Recompiled(_) => "recompiled",
    Change::DebugOnly(_) => "debug-only",
    Change::Attributes(_) => "attributes",
    Change::ExportsGained(_) => "exports-gained",
    Change::ExportsLost(_) => "exports-lost",
    Change::DeadCall(_) => "dead-call",
    Change::GuardedCall(_) => "guarded-call",
    Change::Behaviour { gained: true, .. } => "behaviour-gained",
    Change::Behaviour { gained: false, .. } => "behaviour-lost",
    Change::BehavioursUnknown => "behaviours-unknown",
    Change::Struct(_) => "struct",
    Change::NativeCode => "native-code",
    Change::OnLoad => "on-load",
    Change::CompiledForNewer { .. } => "compiled-for-newer",
    Change::State(StateChange { effect: StateEffect::Unmatched, .. }) => "state",
    Change::State(StateChange { effect: StateEffect::Accepted, .. }) => "state-taken",
    Change::State(StateChange { effect: StateEffect::Unsure, .. }) => "state-shape",
    Change::State(StateChange { effect: StateEffect::Retyped, .. }) => "state-retyped",
    Change::State(StateChange { effect: StateEffect::Defaults, .. }) => "state-defaults",
    Change::StateShape { .. } => "state-shape",
    Change::StateUnknown(_) => "state-unknown",
    Change::CodeChangeMissing { .. } => "code-change-missing",
    Change::CodeChangeArity { .. } => "code-change-arity",
    Change::CodeChangeUnknown { .. } => "code-change-unknown",
    Change::CodeChangeIdle { injected_by: Some(_), .. } => "code-change-injected",
    Change::CodeChangeIdle { injected_by: None, .. } => "code-change-catch-all",
    Change::CodeChangeUpOnly { .. } => "code-change-no-downgrade",
    Change::CodeChangeVersion { .. } => "code-change-version",
    Change::CallbackMode { .. } => "callback-mode",
    Change::StateFunctions(_) => "state-functions",
    Change::SupervisorFlags { .. } => "supervisor-flags",
    Change::ChildTemplate(_) => "child-template",
    Change::Children { .. } => "children",
    Change::LivesOn { .. } => "lives-on",
    Change::ChildrenUnknown { .. } => "children-unknown",
}
