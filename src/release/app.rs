//! The application resource file (`app(4)`), read as `systools_make:parse_application/4` reads it.

use super::faults;
use super::read_rel::atoms;
use super::text::{TextFault, read_text};
use crate::diag::Findings;
use crate::otp::Otp;
use crate::span::{Span, Spanned};
use crate::term::{Atom, Term, TermKind};
use foldhash::{HashMap, HashMapExt};

/// What an `.app` file says.
#[derive(Clone, Debug)]
pub struct AppFile {
    /// The application's name.
    pub name: Spanned<Atom>,
    /// Its version.
    pub vsn: Spanned<String>,
    /// Its modules, in order.
    pub modules: Vec<Spanned<Atom>>,
    /// The names its processes register.
    pub registered: Vec<Spanned<Atom>>,
    /// The applications it needs.
    pub applications: Vec<Spanned<Atom>>,
    /// Those of them that may be missing.
    pub optional: Vec<Spanned<Atom>>,
    /// The applications included in it.
    pub included: Vec<Spanned<Atom>>,
    /// The callback module, when it has processes.
    pub callback: Option<Spanned<Atom>>,
    /// What the callback module's `start/2` is given.
    pub start_arguments: Option<Term>,
    /// Its environment, as written.
    pub env: Term,
    /// The list of parameters.
    pub span: Span,
}

/// Reads the term of an `.app` file; `None` when something in it is refused.
pub fn read_app(term: &Term, otp: Otp, found: &mut Findings) -> Option<AppFile> {
    let (name, list) = match term.as_tuple() {
        Some([tag, name, list]) if tag.is_atom("application") && list.is_list() => (name, list),
        _ => return refuse_shape(term, found),
    };
    let Some(atom) = name.as_atom() else { return refuse_shape(term, found) };
    let improper = matches!(list.kind, TermKind::Improper(_));
    let items = if let TermKind::Improper(parts) = &list.kind { parts.0.as_slice() } else { list.as_list().unwrap_or_default() };
    if improper {
        // OTP fails at the first key that it looks for in vain; there always is one, as some keys are optional.
        found.push(faults::parameter_list(list));
    }
    let mut parameters = Parameters { items, list: list.span, otp, found };
    let vsn = parameters.text("vsn", true);
    let id = parameters.text("id", false);
    let description = parameters.text("description", true);
    let modules = parameters.atoms("modules", true);
    let registered = parameters.atoms("registered", true);
    let applications = parameters.atoms("applications", true);
    let optional = parameters.atoms("optional_applications", false);
    let included = parameters.atoms("included_applications", false);
    let callback = parameters.callback();
    let start_arguments = parameters.value("mod").and_then(|value| value.as_tuple()?.get(1).cloned());
    let phases = parameters.pairs("start_phases", true);
    let env = parameters.pairs("env", false);
    let limits = ["maxT", "maxP"].map(|key| parameters.limit(key));
    let sound = !improper && id.is_some() && description.is_some() && phases.is_some() && limits.iter().all(Option::is_some);
    if !sound {
        return None;
    }
    Some(AppFile {
        name: Spanned::new(atom.clone(), name.span),
        vsn: vsn??,
        modules: modules?,
        registered: registered?,
        applications: applications?,
        optional: optional?,
        included: included?,
        callback: callback?,
        start_arguments,
        env: env?.unwrap_or_else(|| Term::list(Vec::new())),
        span: list.span,
    })
}

fn refuse_shape(term: &Term, found: &mut Findings) -> Option<AppFile> {
    if !term.is_invalid() {
        found.push(faults::application_shape(term));
    }
    None
}

/// Looks keys up; every method gives `None` after a finding.
struct Parameters<'a> {
    items: &'a [Term],
    list: Span,
    otp: Otp,
    found: &'a mut Findings,
}

impl<'a> Parameters<'a> {
    /// The value of the first tuple with this key, when that is a pair.
    fn value(&self, key: &str) -> Option<&'a Term> {
        let tuples = self.items.iter().filter_map(|item| item.as_tuple());
        let first = tuples.into_iter().find(|tuple| tuple.first().is_some_and(|first| first.is_atom(key)))?;
        if let [_, value] = first { Some(value) } else { None }
    }

    fn missing<T>(&mut self, key: &str) -> Option<T> {
        self.found.push(faults::parameter_missing(key, self.list));
        None
    }

    fn bad<T>(&mut self, key: &str, value: &Term, wanted: &'static str, crash: bool) -> Option<T> {
        if !value.is_invalid() {
            self.found.push(faults::parameter_bad(key, value, wanted, crash));
        }
        None
    }

    fn text(&mut self, key: &str, mandatory: bool) -> Option<Option<Spanned<String>>> {
        match self.value(key) {
            None if mandatory => self.missing(key),
            None => Some(None),
            Some(value) => match read_text(value) {
                Ok(text) => Some(Some(Spanned::new(text, value.span))),
                Err(why) => self.bad(key, value, "should be a string", why == TextFault::Crash),
            },
        }
    }

    fn atoms(&mut self, key: &str, mandatory: bool) -> Option<Vec<Spanned<Atom>>> {
        let Some(value) = self.value(key) else {
            return if mandatory { self.missing(key) } else { Some(Vec::new()) };
        };
        let Some(list) = atoms(value) else { return self.bad(key, value, "should be a list of atoms", false) };
        if self.otp >= Otp::V26 {
            let mut first: HashMap<&str, Span> = HashMap::new();
            let mut unique = true;
            for name in &list {
                if let Some(known) = first.get(name.value.as_str()) {
                    self.found.push(faults::parameter_duplicates(key, name, *known));
                    unique = false;
                } else {
                    first.insert(name.value.as_str(), name.span);
                }
            }
            if !unique {
                return None;
            }
        }
        Some(list)
    }

    fn callback(&mut self) -> Option<Option<Spanned<Atom>>> {
        let Some(value) = self.value("mod") else { return Some(None) };
        match value.as_tuple() {
            Some([module, _]) if module.as_atom().is_some() => Some(module.as_atom().map(|atom| Spanned::new(atom.clone(), module.span))),
            _ if value.is_nil() => Some(None),
            _ => {
                if !value.is_invalid() {
                    self.found.push(faults::callback_module(value));
                }
                None
            }
        }
    }

    /// A list of pairs whose first element is an atom.
    fn pairs(&mut self, key: &str, may_be_undefined: bool) -> Option<Option<Term>> {
        let Some(value) = self.value(key) else { return Some(None) };
        let is_pair = |item: &Term| matches!(item.as_tuple(), Some([first, _]) if first.as_atom().is_some());
        let good = value.as_list().is_some_and(|items| items.iter().all(is_pair));
        if good || (may_be_undefined && value.is_atom("undefined")) {
            return Some(Some(value.clone()));
        }
        self.bad(key, value, "should be a list of `{Atom,Value}`", false)
    }

    fn limit(&mut self, key: &str) -> Option<()> {
        let Some(value) = self.value(key) else { return Some(()) };
        let positive = value.is_positive_integer() || value.is_atom("infinity");
        if positive { Some(()) } else { self.bad(key, value, "should be `infinity` or a positive integer", false) }
    }
}
