//! The low-level instructions.

use crate::term::{Atom, Term};

/// A low-level instruction of `relup(4)`, each argument as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LowOp {
    /// `{load_object_code,{Lib,LibVsn,Modules}}`.
    LoadObjectCode {
        /// The application.
        lib: Atom,
        /// Its version: any list.
        vsn: Box<Term>,
        /// Whose object code is read.
        modules: Vec<Atom>,
    },
    /// `point_of_no_return`.
    PointOfNoReturn,
    /// `{load,{Module,PrePurge,PostPurge}}`.
    Load(Atom, Purge, Purge),
    /// `{remove,{Module,PrePurge,PostPurge}}`.
    Remove(Atom, Purge, Purge),
    /// `{purge,Modules}`.
    Purge(Vec<Atom>),
    /// `{suspend,Modules}`.
    Suspend(Vec<Suspended>),
    /// `{resume,Modules}`.
    Resume(Vec<Atom>),
    /// `{code_change,List}` or `{code_change,Mode,List}`.
    CodeChange(Option<Mode>, Vec<(Atom, Term)>),
    /// `{stop,Modules}`.
    Stop(Vec<Atom>),
    /// `{start,Modules}`.
    Start(Vec<Atom>),
    /// `{sync_nodes,Id,With}`.
    SyncNodes(Box<Term>, Box<SyncWith>),
    /// `{apply,{Module,Function,Arguments}}`.
    Apply {
        /// The module.
        module: Atom,
        /// The function.
        function: Atom,
        /// Its arguments: a list.
        arguments: Box<Term>,
    },
    /// `restart_new_emulator`.
    RestartNewEmulator,
    /// `restart_emulator`.
    RestartEmulator,
    /// `restart`: `systools` lets it pass, the release handler does not.
    Restart,
    /// `reboot`: the same.
    Reboot,
}

/// What happens to processes that run the code to be purged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purge {
    /// The purge is given up.
    Soft,
    /// They are killed.
    Brutal,
}

/// The direction of a code change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// To the newer code.
    Up,
    /// To the older code.
    Down,
}

/// A module whose processes are suspended, with the timeout that was written for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspended {
    /// The module.
    pub module: Atom,
    /// The timeout; `None` when none is written.
    pub timeout: Option<Timeout>,
}

/// How long a process may take to be suspended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Timeout {
    /// The release handler's default (5 seconds).
    Default,
    /// Any time.
    Infinity,
    /// A positive number of milliseconds.
    Milliseconds(Box<Term>),
}

/// Whom nodes are synchronised with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyncWith {
    /// These nodes.
    Nodes(Vec<Atom>),
    /// The nodes that a call gives: module, function, arguments.
    Call(Atom, Atom, Term),
}

impl Purge {
    /// OTP's atom.
    pub fn word(self) -> &'static str {
        match self {
            Purge::Soft => "soft_purge",
            Purge::Brutal => "brutal_purge",
        }
    }
}

impl Mode {
    /// OTP's atom.
    pub fn word(self) -> &'static str {
        match self {
            Mode::Up => "up",
            Mode::Down => "down",
        }
    }
}

impl Timeout {
    /// The term of it.
    pub fn to_term(&self) -> Term {
        match self {
            Timeout::Default => Term::atom("default"),
            Timeout::Infinity => Term::atom("infinity"),
            Timeout::Milliseconds(term) => Term::clone(term),
        }
    }
}

impl LowOp {
    /// OTP's name of the instruction.
    pub fn name(&self) -> &'static str {
        match self {
            LowOp::LoadObjectCode { .. } => "load_object_code",
            LowOp::PointOfNoReturn => "point_of_no_return",
            LowOp::Load(..) => "load",
            LowOp::Remove(..) => "remove",
            LowOp::Purge(_) => "purge",
            LowOp::Suspend(_) => "suspend",
            LowOp::Resume(_) => "resume",
            LowOp::CodeChange(..) => "code_change",
            LowOp::Stop(_) => "stop",
            LowOp::Start(_) => "start",
            LowOp::SyncNodes(..) => "sync_nodes",
            LowOp::Apply { .. } => "apply",
            LowOp::RestartNewEmulator => "restart_new_emulator",
            LowOp::RestartEmulator => "restart_emulator",
            LowOp::Restart => "restart",
            LowOp::Reboot => "reboot",
        }
    }

    /// The modules it names, in its order.
    pub fn modules(&self) -> Vec<&Atom> {
        match self {
            LowOp::LoadObjectCode { modules, .. } | LowOp::Purge(modules) | LowOp::Resume(modules) | LowOp::Stop(modules) | LowOp::Start(modules) => {
                modules.iter().collect()
            }
            LowOp::Load(module, ..) | LowOp::Remove(module, ..) => vec![module],
            LowOp::Suspend(list) => list.iter().map(|suspended| &suspended.module).collect(),
            LowOp::CodeChange(_, list) => list.iter().map(|(module, _)| module).collect(),
            LowOp::PointOfNoReturn
            | LowOp::SyncNodes(..)
            | LowOp::Apply { .. }
            | LowOp::RestartNewEmulator
            | LowOp::RestartEmulator
            | LowOp::Restart
            | LowOp::Reboot => Vec::new(),
        }
    }

    /// Loads a module and converts what its processes keep: going down the newer code does it, before the older one takes its place
    /// (`systools_rc:translate_dependent_instrs/5`).
    pub fn conversion(module: &Atom, mode: Mode) -> [LowOp; 4] {
        let suspend = LowOp::Suspend(vec![Suspended { module: module.clone(), timeout: None }]);
        let load = LowOp::Load(module.clone(), Purge::Brutal, Purge::Brutal);
        let change = LowOp::CodeChange(Some(mode), vec![(module.clone(), Term::list(Vec::new()))]);
        let resume = LowOp::Resume(vec![module.clone()]);
        match mode {
            Mode::Up => [suspend, load, change, resume],
            Mode::Down => [suspend, change, load, resume],
        }
    }

    /// `{apply,{application,Function,Arguments}}`.
    pub fn application_call(function: &str, arguments: Vec<Term>) -> LowOp {
        LowOp::Apply { module: Atom::new("application"), function: Atom::new(function), arguments: Box::new(Term::list(arguments)) }
    }
}

impl LowOp {
    /// The term of the instruction.
    pub fn to_term(&self) -> Term {
        let pair = |argument: Term| Term::tuple(vec![Term::atom(self.name()), argument]);
        match self {
            LowOp::PointOfNoReturn | LowOp::RestartNewEmulator | LowOp::RestartEmulator | LowOp::Restart | LowOp::Reboot => Term::atom(self.name()),
            LowOp::LoadObjectCode { lib, vsn, modules } => pair(Term::tuple(vec![lib.clone().into(), Term::clone(vsn), Term::atoms(modules)])),
            LowOp::Load(module, pre, post) | LowOp::Remove(module, pre, post) => {
                pair(Term::tuple(vec![module.clone().into(), Term::atom(pre.word()), Term::atom(post.word())]))
            }
            LowOp::Purge(modules) | LowOp::Resume(modules) | LowOp::Stop(modules) | LowOp::Start(modules) => pair(Term::atoms(modules)),
            LowOp::Suspend(list) => pair(Term::list(list.iter().map(Suspended::to_term).collect())),
            LowOp::CodeChange(mode, list) => {
                let changes = list.iter().map(|(module, extra)| Term::tuple(vec![module.clone().into(), extra.clone()]));
                let mut items = vec![Term::atom(self.name())];
                items.extend(mode.map(|mode| Term::atom(mode.word())));
                items.push(Term::list(changes.collect()));
                Term::tuple(items)
            }
            LowOp::SyncNodes(id, with) => Term::tuple(vec![Term::atom(self.name()), Term::clone(id), with.to_term()]),
            LowOp::Apply { module, function, arguments } => pair(Term::tuple(vec![module.clone().into(), function.clone().into(), Term::clone(arguments)])),
        }
    }
}

impl Suspended {
    fn to_term(&self) -> Term {
        match &self.timeout {
            None => self.module.clone().into(),
            Some(timeout) => Term::tuple(vec![self.module.clone().into(), timeout.to_term()]),
        }
    }
}

impl SyncWith {
    fn to_term(&self) -> Term {
        match self {
            SyncWith::Nodes(nodes) => Term::atoms(nodes),
            SyncWith::Call(module, function, arguments) => Term::tuple(vec![module.clone().into(), function.clone().into(), Term::clone(arguments)]),
        }
    }
}

/// Positive integers are timeouts in milliseconds.
pub(super) fn timeout(term: &Term) -> Option<Timeout> {
    match term.as_atom().map(Atom::as_str) {
        Some("default") => Some(Timeout::Default),
        Some("infinity") => Some(Timeout::Infinity),
        _ => term.is_positive_integer().then(|| Timeout::Milliseconds(Box::new(term.clone()))),
    }
}

#[cfg(test)]
mod tests {
    /// A relup has hundreds of thousands of them, and most are loads: what is rare is boxed.
    #[test]
    fn an_instruction_is_small() {
        assert!(std::mem::size_of::<super::LowOp>() <= 64, "{}", std::mem::size_of::<super::LowOp>());
    }
}
