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
            "maps" | "Elixir.Map" => maps::call(self, module.as_str() == "Elixir.Map", name, arguments),
            "proplists" | "Elixir.Keyword" | "Elixir.Access" => maps::listed(self, name, arguments),
            "queue" | "sets" | "ordsets" | "gb_sets" | "gb_trees" | "dict" | "orddict" | "Elixir.MapSet" | "array" => {
                containers::call(self, module.as_str(), name, arguments)
            }
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
