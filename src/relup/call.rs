//! `apply` instructions that mean something to an upgrade, decoded once: `application(3)`, `supervisor(3)`, `code(3)`,
//! `sys(3)`, and what Elixir calls them.

use super::LowOp;
use crate::term::{Atom, Term, TermKind};

/// What an `apply` does to the node, where its module and function say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call<'a> {
    /// A call about an application.
    Application(ApplicationAction, &'a Atom),
    /// A call about a child of a supervisor.
    Child(Child<'a>),
    /// A call about the code of a module.
    Code(CodeAction, &'a Atom),
    /// A call about one process: what names it.
    Process(ProcessAction, &'a Term),
}

/// What happens to an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApplicationAction {
    /// `application:start/1,2`, `ensure_started/1,2`: it alone.
    Start,
    /// `application:ensure_all_started/1,2,3`: with all that it needs.
    StartAll,
    /// `application:stop/1`.
    Stop,
    /// `application:load/1,2`.
    Load,
    /// `application:unload/1`.
    Unload,
}

/// A call about a child of a supervisor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Child<'a> {
    /// What happens to it.
    pub action: ChildAction,
    /// Which supervisor: a registered name, a pid cannot be written.
    pub supervisor: &'a Term,
    /// Its id; `None` where a specification is given that does not show one.
    pub id: Option<&'a Term>,
    /// The specification, for `start_child`.
    pub spec: Option<&'a Term>,
}

/// What happens to a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChildAction {
    /// `start_child/2`: a new one, by its specification.
    Start,
    /// `restart_child/2`: one that the supervisor knows and that does not run.
    Restart,
    /// `terminate_child/2`.
    Terminate,
    /// `delete_child/2`: its specification.
    Delete,
}

/// What happens to the code of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeAction {
    /// `load_file/1`, `ensure_loaded/1`, `load_abs/1`, `load_binary/3`.
    Load,
    /// `purge/1`, `soft_purge/1`.
    Purge,
    /// `delete/1`.
    Delete,
}

/// What happens to a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessAction {
    /// `sys:suspend/1,2`.
    Suspend,
    /// `sys:resume/1,2`.
    Resume,
    /// `sys:change_code/4,5`.
    ChangeCode,
    /// `sys:replace_state/2,3`.
    ReplaceState,
    /// `sys:terminate/2,3`, `gen_server:stop/1,3` and their kin.
    Stop,
}

impl<'a> Call<'a> {
    /// What an instruction calls; `None` where it is not an `apply`, or where only the code of the function says.
    pub fn of(op: &'a LowOp) -> Option<Call<'a>> {
        let LowOp::Apply { module, function, arguments } = op else { return None };
        Call::decode(module, function, arguments)
    }

    /// The same for a call by its parts.
    pub fn decode(module: &'a Atom, function: &'a Atom, arguments: &'a Term) -> Option<Call<'a>> {
        let arguments = arguments.as_list()?;
        match (module.as_str(), function.as_str()) {
            ("application" | "Elixir.Application", function) => Call::application(function, arguments),
            ("supervisor" | "Elixir.Supervisor" | "Elixir.DynamicSupervisor", function) => Call::child(function, arguments, module.as_str() != "supervisor"),
            ("code" | "Elixir.Code", function) => {
                let action = match function {
                    "load_file" | "ensure_loaded" | "ensure_loaded!" | "load_abs" | "load_binary" => CodeAction::Load,
                    "purge" | "soft_purge" => CodeAction::Purge,
                    "delete" => CodeAction::Delete,
                    _ => return None,
                };
                Some(Call::Code(action, arguments.first()?.as_atom()?))
            }
            ("sys" | "gen_server" | "gen_statem" | "gen_event" | "Elixir.GenServer", function) => {
                let action = match function {
                    "suspend" => ProcessAction::Suspend,
                    "resume" => ProcessAction::Resume,
                    "change_code" => ProcessAction::ChangeCode,
                    "replace_state" => ProcessAction::ReplaceState,
                    "terminate" | "stop" => ProcessAction::Stop,
                    _ => return None,
                };
                Some(Call::Process(action, arguments.first()?))
            }
            _ => None,
        }
    }

    fn application(function: &str, arguments: &'a [Term]) -> Option<Call<'a>> {
        let action = match (function, arguments.len()) {
            ("start" | "ensure_started", 1 | 2) => ApplicationAction::Start,
            ("ensure_all_started", 1..=3) => ApplicationAction::StartAll,
            ("stop", 1) => ApplicationAction::Stop,
            ("load", 1 | 2) => ApplicationAction::Load,
            ("unload", 1) => ApplicationAction::Unload,
            _ => return None,
        };
        Some(Call::Application(action, arguments.first()?.as_atom()?))
    }

    fn child(function: &str, arguments: &'a [Term], is_elixir: bool) -> Option<Call<'a>> {
        let [supervisor, child] = arguments else { return None };
        // Elixir takes `Module` and `{Module,Argument}`, whose id is the module unless its own `child_spec/1` says otherwise.
        let of_module = || child.as_atom().map(|_| child).or_else(|| child.as_tuple()?.first().filter(|module| module.as_atom().is_some()));
        let (action, id, spec) = match function {
            "start_child" => (ChildAction::Start, child_id(child).or_else(|| of_module().filter(|_| is_elixir)), Some(child)),
            "restart_child" => (ChildAction::Restart, Some(child), None),
            "terminate_child" => (ChildAction::Terminate, Some(child), None),
            "delete_child" => (ChildAction::Delete, Some(child), None),
            _ => return None,
        };
        Some(Call::Child(Child { action, supervisor, id, spec }))
    }
}

/// The id in a child specification: `{Id,...}` or `#{id => Id}`.
pub fn child_id(spec: &Term) -> Option<&Term> {
    if let TermKind::Map(pairs) = &spec.kind {
        return pairs.iter().find(|(key, _)| key.is_atom("id")).map(|(_, id)| id);
    }
    spec.as_tuple().filter(|items| items.len() == 6)?.first()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(module: &str, function: &str, arguments: Vec<Term>) -> LowOp {
        LowOp::Apply { module: Atom::new(module), function: Atom::new(function), arguments: Box::new(Term::list(arguments)) }
    }

    #[test]
    fn applications_are_started_in_several_ways() {
        let name = Atom::new("a");
        let call = |module: &str, function: &str, more: Vec<Term>| {
            let mut arguments = vec![Term::atom("a")];
            arguments.extend(more);
            apply(module, function, arguments)
        };
        for (op, action) in [
            (call("application", "start", vec![]), ApplicationAction::Start),
            (call("application", "start", vec![Term::atom("permanent")]), ApplicationAction::Start),
            (call("application", "ensure_started", vec![]), ApplicationAction::Start),
            (call("application", "ensure_all_started", vec![]), ApplicationAction::StartAll),
            (call("Elixir.Application", "ensure_all_started", vec![Term::atom("permanent")]), ApplicationAction::StartAll),
            (call("Elixir.Application", "stop", vec![]), ApplicationAction::Stop),
        ] {
            assert_eq!(Call::of(&op), Some(Call::Application(action, &name)), "{op:?}");
        }
        assert_eq!(Call::of(&apply("application", "stop", vec![Term::string("a")])), None, "not a name");
        assert_eq!(Call::of(&apply("application", "get_env", vec![Term::atom("a")])), None);
    }

    #[test]
    fn children_have_a_supervisor_and_an_id() {
        let spec = Term::tuple(vec![Term::atom("c"), Term::atom("m"), Term::atom("p"), Term::atom("s"), Term::atom("w"), Term::list(vec![])]);
        let op = apply("supervisor", "start_child", vec![Term::atom("s"), spec]);
        let Some(Call::Child(child)) = Call::of(&op) else { panic!("{op:?}") };
        assert_eq!((child.action, child.id), (ChildAction::Start, Some(&Term::atom("c"))));
        let op = apply("Elixir.Supervisor", "terminate_child", vec![Term::atom("s"), Term::atom("c")]);
        let Some(Call::Child(child)) = Call::of(&op) else { panic!("{op:?}") };
        assert_eq!((child.action, child.supervisor, child.id), (ChildAction::Terminate, &Term::atom("s"), Some(&Term::atom("c"))));
    }
}
