//! The words for reasons and questions.

#![expect(clippy::wildcard_enum_match_arm, reason = "an entry treats a few of the changes; a new kind asks for no instruction of its own")]

use super::draft::{Question, Reason};
use super::join::Unjoinable;
use crate::appup::Direction;
use crate::compare::Change;
use crate::span::Span;
use crate::term::Atom;
use crate::term::print::brief;
use std::fmt::{self, Display, Formatter};

impl Display for Reason {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Arrives => out.write_str("only the release being installed has the module"),
            Reason::Leaves => out.write_str("the release being installed no longer has the module"),
            Reason::Plain => out.write_str("other code, and no process of a behaviour runs it"),
            Reason::AttributesOnly => out.write_str("only its attributes differ"),
            Reason::StateKept => out.write_str("other code, and its processes keep a state of the same shape"),
            Reason::StateUnseen => out.write_str("other code; whether the state differs cannot be seen"),
            Reason::StateChanged(change) => write!(out, "{change}"),
            Reason::ConversionWritten => out.write_str("its `code_change` was written for this upgrade: the other release does not have these clauses"),
            Reason::Special => out.write_str("other code of a special process: it exports `system_code_change/4`"),
            Reason::Supervisor => out.write_str("a supervisor: the update asks `init/1` for its flags and child specifications"),
            Reason::ChildrenElsewhere => {
                out.write_str("a supervisor whose child specifications come out of other modules, which changed: the update asks `init/1` for them")
            }
            Reason::OtherProcesses(change @ Change::CallbackMode { .. }) => write!(out, "{change}"),
            Reason::OtherProcesses(change) => write!(out, "it {change}"),
            Reason::StartedAgain => out.write_str("other code, and none of its processes runs while it is loaded"),
            Reason::Renamed => out.write_str("its processes are registered under another name, which only a start gives them"),
            Reason::NotFound(child) => {
                write!(
                    out,
                    "its state changes, and the specification of child `{child}` does not list it in `modules`, so that the release handler finds no process to convert"
                )
            }
            Reason::ChildLeaves(id) => write!(out, "child `{id}` is gone"),
            Reason::ChildArrives(id) => write!(out, "child `{id}` is new: the update starts no children"),
            Reason::ChildChanges(id) => write!(out, "child `{id}` is started in another way: the running one keeps what it was started with"),
            Reason::ChildStartsAgain(id) => write!(out, "child `{id}` has to start again with the new code"),
            Reason::Restart(change) => write!(out, "{change}"),
            Reason::RestartFor(module, change) => write!(out, "`{module}` {change}"),
            Reason::StartArguments => out.write_str("`mod` in its `.app` gives `start/2` other arguments, which only a start brings in"),
            Reason::RestartForStrategy(module) => write!(out, "the strategy of `{module}` changes, and with it the way in which it keeps its children"),
            Reason::RestartForName(module) => write!(out, "supervisor `{module}` is registered under another name, which only a start gives it"),
            Reason::Library => out.write_str("a library without processes of its own: `relupc.toml` restarts those"),
            Reason::AlwaysRestarted => out.write_str("`relupc.toml` always restarts this application"),
            Reason::Configured => out.write_str("`relupc.toml` adds this instruction"),
            Reason::Emulator => out.write_str("the emulator has to start with its new modules"),
            Reason::NoCode { changes, debug_only, ignored, moved } => {
                let count = |count: &usize, one: &str, many: &str| match count {
                    0 => None,
                    1 => Some(format!("1 module {one}")),
                    count => Some(format!("{count} modules {many}")),
                };
                let of_modules = [
                    count(debug_only, "differs in debug information only", "differ in debug information only"),
                    count(ignored, "is ignored by `relupc.toml`", "are ignored by `relupc.toml`"),
                    count(moved, "moved to another application", "moved to another application"),
                ];
                let all: Vec<String> = of_modules.into_iter().flatten().chain(changes.iter().map(Change::to_string)).collect();
                let what = if all.is_empty() { "only the version differs".to_owned() } else { all.join("; ") };
                write!(out, "nothing is to be loaded: {what}")
            }
            Reason::Beside(change) => write!(out, "{change}"),
        }
    }
}

impl Display for Question {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Question::Conversion { module, change, direction } => {
                write!(out, "the state of `{module}` changes: {}; ", without_subject(change))?;
                let wanted = match change {
                    Change::CodeChangeMissing { wanted } | Change::CodeChangeArity { wanted, .. } => {
                        return write!(out, "export `code_change/{wanted}`, or restart the child or the application instead");
                    }
                    _ => "write a clause that converts the state",
                };
                match direction {
                    Direction::Up => out.write_str(wanted),
                    Direction::Down => write!(out, "{wanted} back: on a downgrade it is called with `{{down,Vsn}}`"),
                }
            }
            Question::Extra { module } => {
                write!(out, "`code_change` of `{module}` uses its last argument: what is it to be given as `Extra` in `{{advanced,Extra}}`?")
            }
            Question::State { module, why, converts: true } => {
                write!(
                    out,
                    "does the state of `{module}` change? {why}; `code_change` is called with it in any case: it has to take the state of both versions"
                )
            }
            Question::State { module, why, converts: false } => {
                write!(
                    out,
                    "does the state of `{module}` change? {why}; if it does, write `{{update,{module},{{advanced,[]}}}}` and convert it in `code_change`"
                )
            }
            Question::Children { module } => {
                write!(out, "do the children of `{module}` change? They are computed; start new ones after the update, and terminate removed ones before it")
            }
            Question::OwnLoop { module } => {
                write!(
                    out,
                    "processes in a loop of `{module}` keep the old code, and the next upgrade kills them: who starts them again? A call by the full name, `{module}:loop(...)`, takes new code in"
                )
            }
            Question::SupervisorName { module, children } => {
                let them: Vec<String> = children.iter().map(|child| format!("`{child}`")).collect();
                write!(out, "how are the children {} of `{module}` started and stopped? No registered name of that supervisor is written out", them.join(", "))
            }
            Question::Child { module, child } => {
                write!(out, "how is child {child} of `{module}` started and stopped? Its specification is computed, so no call for it was written")
            }
            Question::StartAgain { module, reason } => {
                write!(
                    out,
                    "which child runs `{module}`? It has to start again ({reason}): terminate it before the module is loaded, and restart it afterwards"
                )
            }
            Question::LivesOn { code, what, .. } => write!(out, "{what}: what is to be done about it? (`relupc explain {code}`)"),
            Question::MovedFromRemoved { module } => {
                write!(
                    out,
                    "`{module}` was in an application that is removed: the removal comes last and removes the module that was just loaded; keep the application for one release, or restart the emulator"
                )
            }
            Question::Included { application, by, reason } => {
                write!(
                    out,
                    "`{application}` has to be restarted ({reason}), and `{by}` includes it, so it cannot be restarted alone: restart `{by}` after its modules are loaded"
                )
            }
            Question::ChildPlace { module, child } => {
                write!(
                    out,
                    "child `{child}` of `{module}` is started as the last one, but is not the last one in its list, and the strategy is `rest_for_one`: stop and start those after it as well?"
                )
            }
            Question::Circle(modules) => {
                let all: Vec<String> = modules.iter().map(|module: &Atom| format!("`{module}`")).collect();
                write!(
                    out,
                    "{} each call functions that only the other one's new or old version has, so no order is right: keep the old functions for one release, or restart the application",
                    all.join(" and ")
                )
            }
            Question::Beside(change) => write!(out, "{change}; what is to be done about it?"),
        }
    }
}

/// The words for a change of `code_change`, with the module as the subject where they have none.
fn without_subject(change: &Change) -> String {
    let words = change.to_string();
    if words.starts_with("its ") || words.starts_with("whether ") { words } else { format!("the module {words}") }
}

impl Unjoinable {
    /// Where it is written.
    pub fn span(&self) -> Span {
        match self {
            Unjoinable::Placed((_, span)) | Unjoinable::Restarted((_, span)) => *span,
            Unjoinable::Twice(_, span) | Unjoinable::Contradicted(_, span) | Unjoinable::Differs(_, span) | Unjoinable::Extra(_, span) => *span,
        }
    }
}

impl Display for Unjoinable {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Unjoinable::Placed((op, _)) => write!(out, "the position of `{}` in its script is part of what it means", brief(&op.to_term())),
            Unjoinable::Restarted((op, _)) => {
                write!(out, "one part restarts the application, another has `{}`, which may not be right before or after that", brief(&op.to_term()))
            }
            Unjoinable::Twice(module, _) => write!(out, "one entry has two instructions for `{module}`"),
            Unjoinable::Contradicted(module, _) => write!(out, "the entries disagree on whether the release in between has `{module}`"),
            Unjoinable::Differs(module, _) => write!(out, "the entries update `{module}` in different ways: purge, timeout or kind differ"),
            Unjoinable::Extra(module, _) => write!(out, "the conversions of `{module}` get different arguments, and only one can run"),
        }
    }
}
