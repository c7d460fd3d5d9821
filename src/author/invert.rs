//! The inverse of a script: its instructions in reverse order, each undone.
//!
//! | up | down |
//! | --- | --- |
//! | `load_module`, `update` | the same, with dependencies, purge methods and `{advanced,Extra}` |
//! | `add_module` | `delete_module`, and the reverse |
//! | `add_application` | `remove_application`, and the reverse |
//! | `restart_application`, `restart_new_emulator`, `restart_emulator`, `sync_nodes` | the same |
//! | `application:start`, `load` | `stop`, `unload`, and the reverse |
//! | `supervisor:terminate_child` and `delete_child` | `restart_child`, and the reverse, when the supervisor is updated |
//! | `supervisor:terminate_child` ... `restart_child` | the same around what is between |
//! | `supervisor:start_child` | `terminate_child` and `delete_child` |
//! | `stop` | `start`, and the reverse |
//!
//! Everything else has no inverse.

use super::faults;
use crate::diag::Findings;
use crate::term::{Atom, Term, TermKind};

/// Inverts a script. What has no inverse is reported, and left out; `lossy` makes that a warning.
pub fn invert_script(script: &Term, lossy: bool, found: &mut Findings) -> Option<Vec<Term>> {
    let items = flatten(script)?;
    let calls: Vec<Option<Call<'_>>> = items.iter().map(Call::read).collect();
    let context = Context { items: &items, calls: &calls, lossy };
    let mut inverse = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate().rev() {
        if !item.is_invalid() {
            context.undo(at, item, &mut inverse, found);
        }
    }
    Some(inverse)
}

/// The instructions of a script, lists inside it spliced in.
fn flatten(script: &Term) -> Option<Vec<Term>> {
    let mut flat = Vec::new();
    for item in script.as_list()? {
        match item.as_list() {
            Some(inner) => flat.extend(inner.iter().cloned()),
            None => flat.push(item.clone()),
        }
    }
    Some(flat)
}

/// A call of `application` or `supervisor` in an `apply`.
#[derive(Clone, Copy)]
struct Call<'t> {
    module: &'t str,
    function: &'t str,
    arguments: &'t [Term],
}

impl<'t> Call<'t> {
    fn read(instruction: &'t Term) -> Option<Call<'t>> {
        let [tag, call] = instruction.as_tuple()? else { return None };
        let [module, function, arguments] = call.as_tuple()? else { return None };
        if !tag.is_atom("apply") {
            return None;
        }
        Some(Call { module: module.as_atom()?.as_str(), function: function.as_atom()?.as_str(), arguments: arguments.as_list()? })
    }

    fn is(&self, module: &str, function: &str, arguments: &[Term]) -> bool {
        self.module == module && self.function == function && self.arguments.get(..arguments.len()) == Some(arguments)
    }
}

struct Context<'t> {
    items: &'t [Term],
    calls: &'t [Option<Call<'t>>],
    lossy: bool,
}

impl Context<'_> {
    fn undo(&self, at: usize, item: &Term, inverse: &mut Vec<Term>, found: &mut Findings) {
        let swapped = |tag: &str| {
            let arguments = item.as_tuple().and_then(|items| items.get(1..)).unwrap_or_default();
            let mut items = vec![Term { span: item.span, ..Term::atom(tag) }];
            items.extend(arguments.iter().cloned());
            Term { span: item.span, ..Term::tuple(items) }
        };
        let word = item.as_atom().or_else(|| item.as_tuple().and_then(<[Term]>::first).and_then(Term::as_atom));
        let length = item.as_tuple().map_or(0, <[Term]>::len);
        match (word.map(Atom::as_str), length) {
            (Some("load_module" | "update" | "restart_application" | "sync_nodes" | "restart_new_emulator" | "restart_emulator"), _) => {
                inverse.push(item.clone())
            }
            (Some("add_module"), _) => inverse.push(swapped("delete_module")),
            (Some("delete_module"), _) => inverse.push(swapped("add_module")),
            (Some("stop"), 2) => inverse.push(swapped("start")),
            (Some("start"), 2) => inverse.push(swapped("stop")),
            (Some("add_application"), 2) => inverse.push(swapped("remove_application")),
            (Some("add_application"), 3) => {
                let name = item.as_tuple().and_then(|items| items.get(1)).cloned().into_iter();
                let items = std::iter::once(Term::atom("remove_application")).chain(name).collect();
                inverse.push(Term { span: item.span, ..Term::tuple(items) });
            }
            (Some("remove_application"), 2) => {
                let undone = swapped("add_application");
                found.push(faults::assumed(item, &undone, "its start type is not written here: `permanent`"));
                inverse.push(undone);
            }
            (Some("apply"), 2) => match self.calls.get(at).copied().flatten() {
                Some(call) => self.undo_call(at, item, call, inverse, found),
                None => self.refuse(item, "what the call does cannot be seen from here", found),
            },
            (Some("point_of_no_return"), _) => self.refuse(item, "what comes before it runs while the upgrade can still be cancelled", found),
            _ => self.refuse(item, "a low-level instruction has to be undone by hand", found),
        }
    }

    fn refuse(&self, item: &Term, why: &str, found: &mut Findings) {
        found.push(faults::no_inverse(item, why, self.lossy));
    }

    fn undo_call(&self, at: usize, item: &Term, call: Call<'_>, inverse: &mut Vec<Term>, found: &mut Findings) {
        match (call.module, call.function, call.arguments) {
            ("application", "start", [name] | [name, _]) => {
                inverse.push(apply(item, "application", "stop", std::slice::from_ref(name)));
            }
            ("application", "stop", [name]) => {
                // A start of the same application further on says how it is started.
                let name = std::slice::from_ref(name);
                match self.later(at, |call| call.is("application", "start", name)) {
                    Some(start) => inverse.push(apply(item, "application", "start", start.arguments)),
                    None => {
                        let undone = apply(item, "application", "start", name);
                        found.push(faults::assumed(item, &undone, "its start type is not written here: `temporary`"));
                        inverse.push(undone);
                    }
                }
            }
            ("application", "load", [_]) => inverse.push(apply(item, "application", "unload", call.arguments)),
            ("application", "unload", [_]) => inverse.push(apply(item, "application", "load", call.arguments)),
            ("supervisor", "start_child", [supervisor, spec]) => match child_id(spec) {
                Some(id) => self.stop_child(item, supervisor, id, inverse),
                None => self.refuse(item, "the child's id cannot be seen", found),
            },
            ("supervisor", "restart_child", [supervisor, id]) => {
                let child = call.arguments;
                let stopped = self.earlier(at, |call| call.is("supervisor", "terminate_child", child)).is_some();
                let updated = self.items.get(..at).map(|earlier| update_of(supervisor, earlier));
                if stopped {
                    inverse.push(apply(item, "supervisor", "terminate_child", child));
                    return;
                }
                match updated.flatten() {
                    None => return self.refuse(item, "no supervisor is updated before it, so the child already existed", found),
                    Some(Updated::Another) => found.push(faults::assumed(item, &Term::atom("terminate_child"), "the updated supervisor has another name")),
                    Some(Updated::ItsModule) => {}
                }
                self.stop_child(item, supervisor, id, inverse);
            }
            ("supervisor", "terminate_child", [supervisor, _]) => {
                let child = call.arguments;
                let deleted = self.later(at, |call| call.is("supervisor", "delete_child", child)).is_some();
                let restarted = self.later(at, |call| call.is("supervisor", "restart_child", child)).is_some();
                // The update must come first in the downgrade: it brings the child's specification back.
                let updated = self.items.get(at..).and_then(|later| update_of(supervisor, later));
                match updated {
                    _ if restarted => {}
                    Some(Updated::ItsModule) if deleted => {}
                    Some(Updated::Another) if deleted => {
                        found.push(faults::assumed(item, &Term::atom("restart_child"), "the updated supervisor has another name"));
                    }
                    Some(Updated::ItsModule | Updated::Another) | None => {
                        return self.refuse(item, "nothing in the downgrade brings the child's specification back before it", found);
                    }
                }
                inverse.push(apply(item, "supervisor", "restart_child", child));
            }
            ("supervisor", "delete_child", [_, _]) => {
                // Undone together with the `terminate_child` before it.
                let child = call.arguments;
                if self.earlier(at, |call| call.is("supervisor", "terminate_child", child)).is_none() {
                    self.refuse(item, "the child's specification is not written here", found);
                }
            }
            _ => self.refuse(item, "what the call does cannot be seen from here", found),
        }
    }

    fn stop_child(&self, item: &Term, supervisor: &Term, id: &Term, inverse: &mut Vec<Term>) {
        let child = [supervisor.clone(), id.clone()];
        inverse.push(apply(item, "supervisor", "terminate_child", &child));
        inverse.push(apply(item, "supervisor", "delete_child", &child));
    }

    fn later(&self, at: usize, wanted: impl Fn(&Call<'_>) -> bool) -> Option<Call<'_>> {
        self.calls.iter().skip(at + 1).flatten().find(|call| wanted(call)).copied()
    }

    fn earlier(&self, at: usize, wanted: impl Fn(&Call<'_>) -> bool) -> Option<Call<'_>> {
        self.calls.iter().take(at).flatten().find(|call| wanted(call)).copied()
    }
}

/// Which supervisor a script updates, so that its `init` brings the child specifications of the release being installed.
enum Updated {
    /// The one whose module has the name of the process, as is the convention.
    ItsModule,
    /// Only others; the process may be registered under another name than its module's.
    Another,
}

fn update_of(name: &Term, instructions: &[Term]) -> Option<Updated> {
    let is_supervisor_update = |items: &&[Term]| match items {
        [tag, _, kind] => tag.is_atom("update") && kind.is_atom("supervisor"),
        // What the short form means.
        [tag, _, kind, _, change, _, _, _] => {
            let advanced = matches!(change.as_tuple(), Some([tag, extra]) if tag.is_atom("advanced") && extra.is_nil());
            tag.is_atom("update") && kind.is_atom("static") && advanced
        }
        _ => false,
    };
    let mut updates = instructions.iter().filter_map(Term::as_tuple).filter(is_supervisor_update).filter_map(|items| items.get(1));
    let first = updates.next()?;
    Some(if first == name || updates.any(|module| module == name) { Updated::ItsModule } else { Updated::Another })
}

fn apply(item: &Term, module: &str, function: &str, arguments: &[Term]) -> Term {
    let call = Term::tuple(vec![Term::atom(module), Term::atom(function), Term::list(arguments.to_vec())]);
    Term { span: item.span, ..Term::tuple(vec![Term::atom("apply"), call]) }
}

/// The id in a child specification: `{Id,...}` or `#{id => Id}`.
fn child_id(spec: &Term) -> Option<&Term> {
    if let TermKind::Map(pairs) = &spec.kind {
        return pairs.iter().find(|(key, _)| key.is_atom("id")).map(|(_, id)| id);
    }
    spec.as_tuple().filter(|items| items.len() == 6)?.first()
}

#[cfg(test)]
mod tests {
    use super::invert_script;
    use crate::diag::Findings;
    use crate::otp::Otp;
    use crate::source::Source;
    use crate::span::FileId;
    use crate::term::{Extent, Term, parse, print};

    fn read(text: &str) -> Term {
        let source = Source::new("t", format!("{text}.").into_bytes());
        let mut document = parse(&source, FileId(0), Otp::NEWEST, Extent::First);
        assert!(document.faults.is_empty(), "{text}");
        document.terms.remove(0)
    }

    fn inverted(text: &str) -> Result<String, Vec<&'static str>> {
        let mut found = Findings::default();
        let inverse = invert_script(&read(text), false, &mut found).map(Term::list);
        if found.has_errors() {
            return Err(found.iter().map(|found| found.code.id).collect());
        }
        inverse.map(|term| print::inline(&term, Otp::NEWEST)).ok_or_else(Vec::new)
    }

    #[test]
    fn twice_inverted_is_the_original() {
        for script in [
            "[]",
            "[{add_module,a,[b]},{load_module,b},{update,c,{advanced,x},soft_purge,brutal_purge,[a]}]",
            "[{delete_module,a},restart_new_emulator]",
            "[{add_application,a},{update,s,supervisor},{apply,{supervisor,restart_child,[s,c]}}]",
            "[{apply,{supervisor,terminate_child,[s,c]}},{load_module,m},{apply,{supervisor,restart_child,[s,c]}}]",
            "[{apply,{application,stop,[a]}},{load_module,m},{apply,{application,start,[a,permanent]}}]",
            "[{apply,{application,start,[a]}},{stop,[m]},{load_module,m},{start,[m]}]",
        ] {
            let once = inverted(script);
            let twice = once.as_ref().map(|text| inverted(text)).unwrap_or_else(|codes| Err(codes.clone()));
            assert_eq!(twice.as_deref(), Ok(script), "through {once:?}");
        }
    }

    #[test]
    fn children_are_started_and_stopped() {
        assert_eq!(
            inverted("[{update,s,supervisor},{apply,{supervisor,start_child,[s,#{id => c}]}}]").as_deref(),
            Ok("[{apply,{supervisor,terminate_child,[s,c]}},{apply,{supervisor,delete_child,[s,c]}},{update,s,supervisor}]")
        );
        assert_eq!(
            inverted("[{apply,{supervisor,terminate_child,[s,c]}},{apply,{supervisor,delete_child,[s,c]}},{update,s,supervisor}]").as_deref(),
            Ok("[{update,s,supervisor},{apply,{supervisor,restart_child,[s,c]}}]")
        );
    }

    #[test]
    fn what_has_no_inverse_is_refused() {
        for script in [
            "[{update,s,supervisor},{apply,{supervisor,terminate_child,[s,c]}},{apply,{supervisor,delete_child,[s,c]}}]",
            "[{apply,{supervisor,restart_child,[s,c]}},{update,s,supervisor}]",
            "[{apply,{m,f,[]}}]",
            "[{suspend,[m]}]",
            "[point_of_no_return]",
            "[{apply,{supervisor,terminate_child,[s,c]}}]",
        ] {
            assert_eq!(inverted(script).err(), Some(vec!["RL0702"]), "{script}");
        }
    }
}
