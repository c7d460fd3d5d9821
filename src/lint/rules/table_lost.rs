//! A process that owns a table and is restarted on the path: the rows of the table are lost.

use crate::diag::{Diagnostic, Findings, code};
use crate::interpret::{Done, Value};
use crate::lint::{Check, Pair, Passage, Rule};

code! {
    TABLE_LOST "RL0620" "table-lost" Warning => Concerns(Deaths)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &TABLE_LOST, check: Check::Pair(check) };

/// Whether a call reads all rows of a table: who does so before it ends hands them on.
fn reads(done: &Done, table: &Value) -> bool {
    done.is("ets", &["tab2list", "tab2file", "foldl", "foldr", "give_away"]) && done.arguments.contains(table)
}

/// Whether a call has a process run its `terminate/2` when its supervisor stops it.
fn traps_exits(done: &Done) -> bool {
    done.is("erlang", &["process_flag"]) && done.arguments.first().is_some_and(|flag| flag.is_atom("trap_exit"))
}

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for Passage { route, passed, from, .. } in pair.passages() {
        for (module, at) in &passed.stopped {
            let Some((_, living)) = from.processes.get(module) else { continue };
            let named = |done: &Done| if done.is("ets", &["new"]) { done.arguments.first().filter(|name| name.is_literal()).cloned() } else { None };
            let is_filled = |table: &Value| {
                let later = living.done.iter().map(|(_, done)| done);
                let others = from.all_done().filter(|done| !living.begun.contains(done));
                later
                    .chain(others)
                    .any(|done| done.is("ets", &["insert", "insert_new", "update_element", "update_counter"]) && done.arguments.first() == Some(table))
            };
            // What is handed on to an heir stays.
            let has_heir = |done: &Done| done.arguments.get(1).is_some_and(|options| options.to_string().contains("{heir"));
            let lost = living.begun.iter().filter(|done| !has_heir(done)).filter_map(named).find(is_filled);
            let is_run = living.begun.iter().any(traps_exits);
            let lost = lost.filter(|table| !(is_run && living.ended.iter().any(|done| reads(done, table))));
            let Some(table) = lost else { continue };
            found.push(
                Diagnostic::new(&TABLE_LOST, format!("this path stops `{module}`, the owner of the table `{table}`: its rows are lost"))
                    .label(route.span(*at), "stops the owner")
                    .help(format!(
                        "write `{{update,{module},{{advanced,[]}}}}` instead, so that the process keeps running; or let a process own the table that is not restarted"
                    ))
                    .on_path(&route.name),
            );
        }
    }
}
