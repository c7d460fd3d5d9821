//! What functions of OTP's and of Elixir's libraries do with values. A function that is in none of these files gives back
//! something unknown, and is noted down as a call.

mod containers;
mod demands;
mod erlang;
mod lists;
mod maps;
mod protocols;
mod servers;
mod stores;

pub use stores::rows;

use super::noted::FaultKind;
use super::run::Run;
use super::value::Value;
use crate::term::Atom;

/// Functions of `Stream` that make of elements what those of `Enum` make of them.
const STREAMED: &[&str] = &["map", "filter", "reject", "flat_map", "uniq", "concat", "take", "drop", "take_while", "drop_while"];

/// What a function gives back for each of the containers that an argument may be.
fn each_container(run: &mut Run<'_>, arguments: &[Value], work: &dyn Fn(&mut Run<'_>, &[Value]) -> Option<Value>) -> Option<Value> {
    let holds = |value: &Value| matches!(value, Value::Bag(..) | Value::List(..) | Value::Map(_));
    let Some(at) = arguments.iter().position(|argument| matches!(argument, Value::Union(members) if members.iter().any(holds))) else {
        return work(run, arguments);
    };
    let members = arguments.get(at).map(Value::members).unwrap_or_default();
    let each = members.iter().map(|member| {
        let own: Vec<Value> = arguments.iter().enumerate().map(|(other, argument)| if other == at { member.clone() } else { argument.clone() }).collect();
        work(run, &own)
    });
    let known: Vec<Option<Value>> = each.collect();
    let is_known = known.iter().any(Option::is_some);
    is_known.then(|| known.into_iter().map(|value| value.unwrap_or(Value::Any)).fold(Value::NEVER, Value::or))
}

impl Run<'_> {
    /// What a function of a library gives back; `None` for one that is not known here.
    pub(super) fn library(&mut self, module: &Atom, function: &Atom, arguments: &[Value]) -> Option<Value> {
        let name = function.as_str();
        if let Some(refused) = demands::refused(module.as_str(), name, arguments) {
            return Some(self.fail(FaultKind::BadArgument(module.clone(), function.clone()), refused.clone()));
        }
        match module.as_str() {
            "erlang" | "Elixir.Kernel" => erlang::call(self, name, arguments),
            "lists" => lists::erlang(self, name, arguments),
            "Elixir.Enum" | "Elixir.List" => lists::elixir(self, name, arguments),
            "Elixir.Stream" if STREAMED.contains(&name) => lists::elixir(self, name, arguments),
            "os" | "Elixir.System" => erlang::time(module.as_str(), name, arguments),
            "counters" | "atomics" => stores::counters(self, module, function, arguments),
            "mnesia" | "dets" => stores::database(self, module, function, arguments),
            "maps" | "Elixir.Map" => maps::call(self, module.as_str() == "Elixir.Map", name, arguments),
            "proplists" | "Elixir.Keyword" | "Elixir.Access" => each_container(self, arguments, &|run, arguments| maps::listed(run, name, arguments)),
            "queue" | "sets" | "ordsets" | "gb_sets" | "gb_trees" | "dict" | "orddict" | "Elixir.MapSet" | "array" => {
                each_container(self, arguments, &|run, arguments| containers::call(run, module.as_str(), name, arguments))
            }
            "application" | "Elixir.Application" => erlang::environment(self, module, function, arguments),
            "ets" | "persistent_term" | "Elixir.Registry" => stores::call(self, module, function, arguments),
            "timer" | "Elixir.Process" | "proc_lib" => erlang::process(self, module, function, arguments),
            "gen_server"
            | "gen_statem"
            | "Elixir.GenServer"
            | "Elixir.Supervisor"
            | "Elixir.DynamicSupervisor"
            | "Elixir.Agent"
            | "Elixir.Task"
            | "Elixir.Task.Supervisor" => servers::call(self, module, function, arguments),
            _ => None,
        }
    }
}
