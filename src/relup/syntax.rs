//! The syntax check of `systools_rc` (OTP 25 to 29), argument by argument: each either becomes a value or a finding.

use super::faults;
use super::op::{self, LowOp, Mode, Purge, Suspended, SyncWith, Timeout};
use crate::diag::Diagnostic;
use crate::span::Spanned;
use crate::term::{Atom, Term, TermKind};

/// Collects what is wrong with the arguments of an instruction. Parts that could not be read are passed over: they are
/// reported already.
#[derive(Debug, Default)]
pub struct Syntax {
    /// What was found, in the order of the arguments.
    pub faults: Vec<Diagnostic>,
}

impl Syntax {
    fn refuse<T>(&mut self, term: &Term, fault: impl FnOnce(&Term) -> Diagnostic) -> Option<T> {
        if !term.is_invalid() {
            self.faults.push(fault(term));
        }
        None
    }

    fn atom(&mut self, term: &Term, fault: impl FnOnce(&Term) -> Diagnostic) -> Option<Spanned<Atom>> {
        match term.as_atom() {
            Some(atom) => Some(Spanned::new(atom.clone(), term.span)),
            None => self.refuse(term, fault),
        }
    }

    /// A module.
    pub fn module(&mut self, term: &Term) -> Option<Spanned<Atom>> {
        self.atom(term, faults::bad_module)
    }

    /// A list of modules.
    pub fn modules(&mut self, term: &Term) -> Option<Vec<Spanned<Atom>>> {
        self.list(term, "modules", "bad_list", Syntax::module)
    }

    /// An application.
    pub fn application(&mut self, term: &Term) -> Option<Spanned<Atom>> {
        self.atom(term, faults::bad_application)
    }

    /// A purge method.
    pub fn purge(&mut self, term: &Term) -> Option<Purge> {
        match term.as_atom().map(Atom::as_str) {
            Some("soft_purge") => Some(Purge::Soft),
            Some("brutal_purge") => Some(Purge::Brutal),
            _ => self.refuse(term, faults::bad_purge_method),
        }
    }

    /// A timeout.
    pub fn timeout(&mut self, term: &Term) -> Option<Timeout> {
        op::timeout(term).or_else(|| self.refuse(term, faults::bad_timeout))
    }

    /// `static` (true) or `dynamic`.
    pub fn is_static(&mut self, term: &Term) -> Option<bool> {
        match term.as_atom().map(Atom::as_str) {
            Some("static") => Some(true),
            Some("dynamic") => Some(false),
            _ => self.refuse(term, faults::bad_module_type),
        }
    }

    /// `soft`, or the extra argument of `{advanced,Extra}`.
    pub fn change(&mut self, term: &Term) -> Option<Option<Term>> {
        match term.as_tuple() {
            Some([tag, extra]) if tag.is_atom("advanced") => Some(Some(extra.clone())),
            _ if term.is_atom("soft") => Some(None),
            _ => self.refuse(term, faults::bad_change),
        }
    }

    /// A start type, as its atom.
    pub fn start_type(&mut self, term: &Term) -> Option<Spanned<Atom>> {
        match term.as_atom() {
            Some(kind) if matches!(kind.as_str(), "none" | "load" | "temporary" | "transient" | "permanent") => Some(Spanned::new(kind.clone(), term.span)),
            _ => self.refuse(term, faults::bad_start_type),
        }
    }

    /// Refuses a whole instruction.
    pub fn unknown<T>(&mut self, term: &Term, near: Option<String>) -> Option<T> {
        self.refuse(term, |term| faults::bad_instruction(term, near))
    }

    /// Any list; `None` after a finding when it is none or improper.
    fn list<T>(&mut self, term: &Term, of: &'static str, tag: &'static str, mut item: impl FnMut(&mut Syntax, &Term) -> Option<T>) -> Option<Vec<T>> {
        if matches!(term.kind, TermKind::Improper(_)) {
            return self.refuse(term, faults::improper_list);
        }
        let Some(items) = term.items() else { return self.refuse(term, |term| faults::bad_list(term, of, tag)) };
        let read: Vec<Option<T>> = items.iter().map(|term| item(self, term)).collect();
        read.into_iter().collect()
    }

    fn plain_modules(&mut self, term: &Term) -> Option<Vec<Atom>> {
        self.modules(term).map(|modules| modules.into_iter().map(|module| module.value).collect())
    }

    fn call(&mut self, module: &Term, function: &Term, arguments: &Term) -> Option<(Atom, Atom, Term)> {
        let module = self.module(module);
        let function = self.atom(function, faults::bad_function);
        let arguments =
            if arguments.is_list() { Some(arguments.clone()) } else { self.refuse(arguments, |term| faults::bad_list(term, "arguments", "bad_args_list")) };
        Some((module?.value, function?.value, arguments?))
    }

    /// A low-level instruction; `None` after a finding.
    pub fn low_op(&mut self, term: &Term) -> Option<LowOp> {
        if let Some(word) = term.as_atom() {
            return match word.as_str() {
                "point_of_no_return" => Some(LowOp::PointOfNoReturn),
                "restart_new_emulator" => Some(LowOp::RestartNewEmulator),
                "restart_emulator" => Some(LowOp::RestartEmulator),
                "restart" => Some(LowOp::Restart),
                "reboot" => Some(LowOp::Reboot),
                "mnesia_backup" => self.refuse(term, faults::mnesia_backup),
                _ => self.unknown(term, None),
            };
        }
        let Some([tag, arguments @ ..]) = term.as_tuple() else { return self.unknown(term, None) };
        match (tag.as_atom().map(Atom::as_str), arguments) {
            (Some("load_object_code"), [argument]) => self.load_object_code(term, argument),
            (Some("load"), [argument]) => self.purged(term, argument).map(|(module, pre, post)| LowOp::Load(module, pre, post)),
            (Some("remove"), [argument]) => self.purged(term, argument).map(|(module, pre, post)| LowOp::Remove(module, pre, post)),
            (Some("purge"), [modules]) => self.plain_modules(modules).map(LowOp::Purge),
            (Some("resume"), [modules]) => self.plain_modules(modules).map(LowOp::Resume),
            (Some("stop"), [modules]) => self.plain_modules(modules).map(LowOp::Stop),
            (Some("start"), [modules]) => self.plain_modules(modules).map(LowOp::Start),
            (Some("suspend"), [list]) => self.list(list, "modules", "bad_list", Syntax::suspended).map(LowOp::Suspend),
            (Some("code_change"), [list]) => self.code_changes(list).map(|list| LowOp::CodeChange(None, list)),
            (Some("code_change"), [mode, list]) => {
                let list = self.code_changes(list);
                let mode = match mode.as_atom().map(Atom::as_str) {
                    Some("up") => Some(Mode::Up),
                    Some("down") => Some(Mode::Down),
                    _ => self.refuse(mode, |term| faults::bad_code_change(term, "bad_mode")),
                };
                Some(LowOp::CodeChange(Some(mode?), list?))
            }
            (Some("sync_nodes"), [id, with]) => self.sync_with(with).map(|with| LowOp::SyncNodes(Box::new(id.clone()), Box::new(with))),
            (Some("apply"), [call]) => match call.as_tuple() {
                Some([module, function, arguments]) => self.call(module, function, arguments).map(|(module, function, arguments)| LowOp::Apply {
                    module,
                    function,
                    arguments: Box::new(arguments),
                }),
                _ => self.unknown(term, Some("{apply,{Module,Function,[Argument]}}".to_owned())),
            },
            _ => self.unknown(term, None),
        }
    }

    fn load_object_code(&mut self, term: &Term, argument: &Term) -> Option<LowOp> {
        let Some([lib, vsn, modules]) = argument.as_tuple() else { return self.unknown(term, None) };
        let lib = self.atom(lib, |term| faults::bad_library(term, "bad_lib"));
        let vsn = if vsn.is_list() { Some(vsn.clone()) } else { self.refuse(vsn, |term| faults::bad_library(term, "bad_lib_vsn")) };
        let modules = self.plain_modules(modules);
        Some(LowOp::LoadObjectCode { lib: lib?.value, vsn: Box::new(vsn?), modules: modules? })
    }

    fn purged(&mut self, term: &Term, argument: &Term) -> Option<(Atom, Purge, Purge)> {
        let Some([module, pre, post]) = argument.as_tuple() else { return self.unknown(term, None) };
        let (module, pre, post) = (self.module(module), self.purge(pre), self.purge(post));
        Some((module?.value, pre?, post?))
    }

    fn suspended(&mut self, term: &Term) -> Option<Suspended> {
        if let Some([module, timeout]) = term.as_tuple() {
            let (module, timeout) = (self.module(module), self.timeout(timeout));
            return Some(Suspended { module: module?.value, timeout: Some(timeout?) });
        }
        self.module(term).map(|module| Suspended { module: module.value, timeout: None })
    }

    fn code_changes(&mut self, term: &Term) -> Option<Vec<(Atom, Term)>> {
        self.list(term, "code changes", "bad_list", |syntax, item| match item.as_tuple() {
            Some([module, extra]) => syntax.module(module).map(|module| (module.value, extra.clone())),
            _ => syntax.refuse(item, |term| faults::bad_code_change(term, "bad_code_change")),
        })
    }

    fn sync_with(&mut self, with: &Term) -> Option<SyncWith> {
        if let Some([module, function, arguments]) = with.as_tuple() {
            return self.call(module, function, arguments).map(|(module, function, arguments)| SyncWith::Call(module, function, arguments));
        }
        self.list(with, "nodes", "bad_list", |syntax, item| syntax.atom(item, faults::bad_node))
            .map(|nodes| SyncWith::Nodes(nodes.into_iter().map(|node| node.value).collect()))
    }
}
