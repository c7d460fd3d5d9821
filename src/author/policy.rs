//! What a project decides about the appups that are written for it.

use crate::appup::{Direction, HighOp};
use crate::pattern::glob;
use crate::relup::{Purge, Timeout};
use crate::term::Term;

/// The decisions of a project (`[gen]` in `relupc.toml`).
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// What is written for a process whose state was seen to stay the same.
    pub unchanged_state: Unchanged,
    /// What is written for a library: an application without processes of its own.
    pub library: Library,
    /// How long suspending a process may take.
    pub timeout: Timeout,
    /// The argument of `{advanced,Extra}`.
    pub extra: Term,
    /// How old code is purged; the first whose pattern takes a module counts.
    pub purges: Vec<Purges>,
    /// Patterns of applications that are always restarted.
    pub restarts: Vec<String>,
    /// Patterns of modules that no instruction is written for.
    pub ignored: Vec<String>,
    /// Instructions that are written into entries besides.
    pub framed: Vec<Framed>,
}

/// What is written for a process whose state stays the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unchanged {
    /// `load_module`.
    Load,
    /// `update`, which suspends the process while its code is loaded.
    Update,
}

/// What is written for a library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Library {
    /// An instruction for each module.
    Modules,
    /// `restart_application` for any version.
    Restart,
}

/// How the old code of some modules is purged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purges {
    /// Which modules.
    pub modules: String,
    /// Before the load.
    pub pre: Purge,
    /// After it.
    pub post: Purge,
}

/// Instructions for the beginning and the end of an application's entries.
#[derive(Clone, Debug, PartialEq)]
pub struct Framed {
    /// Which applications.
    pub application: String,
    /// For which direction; none for both.
    pub direction: Option<Direction>,
    /// The instructions at the beginning.
    pub first: Vec<HighOp>,
    /// Those at the end.
    pub last: Vec<HighOp>,
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            unchanged_state: Unchanged::Load,
            library: Library::Modules,
            timeout: Timeout::Default,
            extra: Term::list(Vec::new()),
            purges: Vec::new(),
            restarts: Vec::new(),
            ignored: Vec::new(),
            framed: Vec::new(),
        }
    }
}

impl Policy {
    /// How the old code of a module is purged, before the load and after it.
    pub fn purges_of(&self, module: &str) -> (Purge, Purge) {
        self.purges.iter().find(|purges| takes(&purges.modules, module)).map_or((Purge::Brutal, Purge::Brutal), |purges| (purges.pre, purges.post))
    }

    /// Whether an application is always restarted.
    pub fn always_restarts(&self, application: &str) -> bool {
        self.restarts.iter().any(|pattern| takes(pattern, application))
    }

    /// Whether no instruction is written for a module.
    pub fn ignores(&self, module: &str) -> bool {
        self.ignored.iter().any(|pattern| takes(pattern, module))
    }

    /// What is written into an application's entry besides.
    pub fn framed_for(&self, application: &str, direction: Direction) -> impl Iterator<Item = &Framed> {
        let is_wanted = move |framed: &&Framed| takes(&framed.application, application) && framed.direction.is_none_or(|wanted| wanted == direction);
        self.framed.iter().filter(is_wanted)
    }
}

/// Whether a pattern takes a name: `*` takes any characters, everything else itself. A module of Elixir goes by its Elixir name
/// as well.
fn takes(pattern: &str, name: &str) -> bool {
    glob(pattern, name) || name.strip_prefix("Elixir.").is_some_and(|name| glob(pattern, name))
}

#[cfg(test)]
mod tests {
    use super::takes;

    #[test]
    fn stars_take_any_characters() {
        for (pattern, name) in [("a", "a"), ("a*", "a"), ("a*", "abc"), ("*", ""), ("*_srv", "my_srv"), ("a*c*e", "abcde"), ("My.*", "Elixir.My.App")] {
            assert!(takes(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("a", "ab"), ("a*b", "a"), ("*_srv", "my_sup"), ("a*c*e", "ace_"), ("aa*aa", "aaa")] {
            assert!(!takes(pattern, name), "{pattern} {name}");
        }
    }
}
