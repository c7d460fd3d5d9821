//! Reading a release resource file (`rel(4)`) as `systools_make:read_release/2` does.

use super::StartType;
use super::faults;
use super::rel::{Rel, RelApp};
use super::text::{TextFault, read_text};
use crate::diag::{Diagnostic, Findings};
use crate::span::{Span, Spanned};
use crate::term::{Atom, Term, TermKind};
use foldhash::{HashMap, HashMapExt};

/// Reads the term of a `.rel` file; `None` when something in it is refused.
pub fn read_rel(term: &Term, found: &mut Findings) -> Option<Rel> {
    let parts = match term.as_tuple() {
        Some([tag, head, erts, apps]) if tag.is_atom("release") => pair(head).zip(erts_version(erts)).map(|(head, erts)| (head, erts, apps)),
        _ => None,
    };
    let Some(((name, vsn), erts, apps)) = parts.filter(|(_, _, apps)| apps.is_list()) else {
        if !term.is_invalid() {
            found.push(faults::release_shape(term));
        }
        return None;
    };
    let name = text(name, found, faults::release_name);
    let vsn = text(vsn, found, |term, crash| faults::release_version(term, "the release", crash));
    let erts = text(erts, found, |term, crash| faults::release_version(term, "ERTS", crash));
    let listed = applications(apps, found);
    if let Some(listed) = &listed {
        check_mandatory(listed, apps.span, found);
        check_doubles(listed, found);
        let says = |text: &Option<Spanned<String>>| text.as_ref().map_or("?", |text| &text.value).to_owned();
        if !listed.iter().any(|app| app.name.value.as_str() == "sasl") {
            found.push(faults::missing_sasl(&says(&name), &says(&vsn), apps.span));
        }
    }
    Some(Rel { name: name?, vsn: vsn?, erts: erts?, apps: listed?, apps_span: apps.span })
}

fn pair(term: &Term) -> Option<(&Term, &Term)> {
    if let Some([a, b]) = term.as_tuple() { Some((a, b)) } else { None }
}

fn erts_version(term: &Term) -> Option<&Term> {
    pair(term).filter(|(tag, _)| tag.is_atom("erts")).map(|(_, vsn)| vsn)
}

fn text(term: &Term, found: &mut Findings, fault: impl Fn(&Term, bool) -> Diagnostic) -> Option<Spanned<String>> {
    match read_text(term) {
        Ok(text) => Some(Spanned::new(text, term.span)),
        Err(why) => {
            if !term.is_invalid() {
                found.push(fault(term, why == TextFault::Crash));
            }
            None
        }
    }
}

fn applications(term: &Term, found: &mut Findings) -> Option<Vec<RelApp>> {
    let Some(items) = term.items() else {
        found.push(faults::release_application(term, true));
        return None;
    };
    let read: Vec<Option<RelApp>> = items.iter().map(|item| application(item, found)).collect();
    read.into_iter().collect()
}

fn application(term: &Term, found: &mut Findings) -> Option<RelApp> {
    let read = well_formed(term);
    if let Err(crash) = &read
        && !term.is_invalid()
    {
        found.push(faults::release_application(term, *crash));
    }
    read.ok()
}

/// The error says whether OTP crashes on the entry.
fn well_formed(term: &Term) -> Result<RelApp, bool> {
    let (name, vsn, kind, includes) = match term.as_tuple() {
        Some([name, vsn]) => (name, vsn, None, None),
        Some([name, vsn, third]) if third.is_list() => (name, vsn, None, Some(third)),
        Some([name, vsn, third]) => (name, vsn, Some(third), None),
        Some([name, vsn, third, fourth]) => (name, vsn, Some(third), Some(fourth)),
        _ => return Err(false),
    };
    let atom = name.as_atom().ok_or(false)?;
    let version = read_text(vsn).map_err(|why| why == TextFault::Crash)?;
    let kind = match kind {
        None => Spanned::new(StartType::Permanent, term.span),
        Some(kind) => {
            let word = kind.as_atom().and_then(|kind| StartType::from_word(kind.as_str()));
            Spanned::new(word.ok_or(false)?, kind.span)
        }
    };
    let includes = match includes {
        None => None,
        Some(list) => Some(atoms(list).ok_or(false)?),
    };
    Ok(RelApp { name: Spanned::new(atom.clone(), name.span), vsn: Spanned::new(version, vsn.span), kind, includes, span: term.span })
}

/// A proper list of atoms.
pub(super) fn atoms(term: &Term) -> Option<Vec<Spanned<Atom>>> {
    let TermKind::List(items) = &term.kind else { return None };
    items.iter().map(|item| item.as_atom().map(|atom| Spanned::new(atom.clone(), item.span))).collect()
}

/// The first `kernel` and the first `stdlib` must be there, and permanent.
fn check_mandatory(apps: &[RelApp], list: Span, found: &mut Findings) {
    for name in ["kernel", "stdlib"] {
        match apps.iter().find(|app| app.name.value.as_str() == name) {
            None => found.push(faults::mandatory_missing(name, list)),
            Some(app) if app.kind.value != StartType::Permanent => found.push(faults::mandatory_type(app)),
            Some(_) => {}
        }
    }
}

fn check_doubles(apps: &[RelApp], found: &mut Findings) {
    let mut first: HashMap<&str, &RelApp> = HashMap::new();
    for app in apps {
        match first.get(app.name.value.as_str()) {
            Some(known) => found.push(faults::application_twice(known, app)),
            None => {
                first.insert(app.name.value.as_str(), app);
            }
        }
    }
}
