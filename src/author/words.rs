//! The words for reasons and questions.

#![expect(clippy::wildcard_enum_match_arm, reason = "an entry treats a few of the changes; a new kind asks for no instruction of its own")]

use super::draft::{Question, Reason};
use crate::appup::Direction;
use crate::compare::Change;
use crate::term::Atom;
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
            Reason::OtherProcesses(change) => write!(out, "it {change}"),
            Reason::ChildLeaves(id) => write!(out, "child `{id}` is gone"),
            Reason::ChildArrives(id) => write!(out, "child `{id}` is new: the update starts no children"),
            Reason::ChildChanges(id) => write!(out, "child `{id}` is started in another way: the running one keeps what it was started with"),
            Reason::ChildOfOtherKind(id) => write!(out, "child `{id}` becomes a process of another kind"),
            Reason::Restart(change) => write!(out, "{change}"),
            Reason::RestartFor(module, change) => write!(out, "`{module}` {change}"),
            Reason::RestartForStrategy(module) => write!(out, "the strategy of `{module}` changes, and with it the way in which it keeps its children"),
            Reason::Library => out.write_str("a library without processes of its own: `relupc.toml` restarts those"),
            Reason::AlwaysRestarted => out.write_str("`relupc.toml` always restarts this application"),
            Reason::Configured => out.write_str("`relupc.toml` adds this instruction"),
            Reason::Emulator => out.write_str("the emulator has to start with its new modules"),
            Reason::NoCode { changes, debug_only } => {
                let of_modules = match debug_only {
                    0 => None,
                    1 => Some("1 module differs in debug information only".to_owned()),
                    count => Some(format!("{count} modules differ in debug information only")),
                };
                let all: Vec<String> = of_modules.into_iter().chain(changes.iter().map(Change::to_string)).collect();
                let what = if all.is_empty() { "only the version differs".to_owned() } else { all.join("; ") };
                write!(out, "no module has other code: {what}")
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
            Question::SupervisorName { module, children } => {
                let them: Vec<String> = children.iter().map(|child| format!("`{child}`")).collect();
                write!(out, "under which name is `{module}` registered? It has to start or stop its children {}", them.join(", "))
            }
            Question::Child { module, child } => {
                write!(out, "how is child {child} of `{module}` started and stopped? Its specification is computed, so no call for it was written")
            }
            Question::OtherProcesses { module } => {
                write!(
                    out,
                    "which child runs `{module}`? Its processes become processes of another kind: terminate it before this entry loads the module, and restart it afterwards"
                )
            }
            Question::LivesOn { module: Some(module), code, what } => write!(out, "{code} for `{module}`: {what}"),
            Question::LivesOn { module: None, code, what } => write!(out, "{code}: {what}"),
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
