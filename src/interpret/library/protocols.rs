//! Protocols of Elixir: a function of one is that of the implementation for the struct that it is given.

use super::super::noted::FaultKind;
use super::super::run::Run;
use super::super::value::Value;
use crate::term::Atom;

impl Run<'_> {
    /// What a function of a protocol gives back; `None` where the module is none, or where the value is no struct that is known.
    pub(in super::super) fn dispatched(&mut self, module: &Atom, function: &Atom, arguments: &[Value]) -> Option<Value> {
        let (first, further) = arguments.split_first()?;
        let structs: Option<Vec<&Atom>> = first.members().iter().map(struct_of).collect();
        let structs = structs.filter(|_| (self.world.exports)(module, &Atom::new("impl_for!"), 1) == Some(true))?;
        if matches!(function.as_str(), "impl_for" | "impl_for!" | "struct_impl_for" | "__protocol__") {
            return None;
        }
        let arity = u32::try_from(arguments.len()).unwrap_or(u32::MAX);
        let of = |name: &str| Atom::new(&format!("{}.{name}", module.as_str()));
        let exported = |owner: &Atom| (self.world.exports)(owner, function, arity);
        // Which implementation each is given to; none where there is none. What is not known is not missed.
        let owner = |name: &Atom| {
            let (own, any) = (of(name.as_str().trim_start_matches("Elixir.")), of("Any"));
            exported(&own).map(|is_there| {
                let other = (exported(&any) == Some(true)).then_some(any);
                if is_there { Ok(own) } else { other.ok_or(own) }
            })
        };
        let owners = structs.into_iter().map(owner).collect::<Option<Vec<Result<Atom, Atom>>>>()?;
        let mut result = Value::NEVER;
        for (member, owner) in first.members().iter().zip(owners) {
            let given = std::iter::once(member).chain(further).cloned().collect();
            result = result.or(match owner {
                Ok(owner) => self.call(&owner, function, given),
                Err(own) => self.fail(FaultKind::NoFunction(own, function.clone(), arity), member.clone()),
            });
        }
        Some(result)
    }
}

/// The name of a struct.
fn struct_of(value: &Value) -> Option<&Atom> {
    if let Value::Map(map) = value { map.struct_name() } else { None }
}
