//! The environment of applications: what their `.app` files and `sys.config` give, and what an upgrade makes of it.
//!
//! The release handler builds the environment of each loaded application of the boot file again before it runs a script, and calls
//! `config_change/3` of those that run afterwards (`application_controller`, OTP 25 to 29).

use super::{Change, Delta, Impact, Place, Sign, Verdict, faults};
use crate::beam::Beams;
use crate::diag::Findings;
use crate::otp::Otp;
use crate::release::{Application, Opener, Release, StartType};
use crate::source::{Refusal, Spot, refused};
use crate::term::print::inline;
use crate::term::{Atom, Extent, Term};
use std::collections::{BTreeMap, BTreeSet};

type Keys = BTreeMap<String, (Term, Option<Place>)>;

/// A key as it may be shown: an atom. Anything else in its place may well be a value.
fn shown_key(key: &Term) -> String {
    if key.as_atom().is_some() { inline(key, Otp::NEWEST) } else { "(not an atom)".to_owned() }
}

/// The keys of a list of pairs, with their values.
pub(super) fn keys(list: &Term) -> BTreeMap<String, Term> {
    let pairs = list.as_list().unwrap_or_default().iter().filter_map(|pair| match pair.as_tuple() {
        Some([key, value]) => Some((shown_key(key), value.clone())),
        _ => None,
    });
    pairs.collect()
}

/// What changed between two sets of keys. Values are never shown: they may be secrets.
pub(super) fn changed_keys(old: &BTreeMap<String, Term>, new: &BTreeMap<String, Term>) -> Vec<Delta> {
    let mut all: Vec<Delta> = Vec::new();
    all.extend(new.keys().filter(|key| !old.contains_key(*key)).map(|key| Delta::new(Sign::Added, key)));
    all.extend(old.keys().filter(|key| !new.contains_key(*key)).map(|key| Delta::new(Sign::Removed, key)));
    all.extend(new.iter().filter(|(key, value)| old.get(*key).is_some_and(|known| known != *value)).map(|(key, _)| Delta::new(Sign::Changed, key)));
    all.sort();
    all
}

/// Whether an application takes changes of its environment in while it runs (`config_change/3` of its callback module);
/// `None` when that cannot be seen.
pub(super) fn takes_changes(application: &Application, beams: Beams<'_>) -> Option<bool> {
    let Some(callback) = &application.file.callback else { return Some(false) };
    let callback = callback.value.as_str();
    if !application.compiled(beams.trees()).contains(callback) {
        return None;
    }
    Some(beams.at(&application.beam(callback)).interface()?.exports("config_change", 3))
}

/// The environment of an application. `handled`: whether its callback module handles changes.
pub(super) fn environment(application: &str, old: &Term, new: &Term, handled: Option<bool>, place: Place) -> Option<Impact> {
    let keys = changed_keys(&keys(old), &keys(new));
    if keys.is_empty() {
        return None;
    }
    let change = Change::Environment { application: application.to_owned(), keys, handled };
    Some(Impact::new(asks(handled), change).at(Some(place)))
}

/// What a change of configuration asks for.
pub(super) fn asks(handled: Option<bool>) -> Verdict {
    if handled == Some(true) { Verdict::Hot } else { Verdict::HotWithCare }
}

/// What a `sys.config` says.
pub(super) enum Config {
    /// There is none.
    Absent,
    /// It cannot be read: the release handler goes on without it.
    Refused,
    /// The keys of each application, and the files that are read besides.
    Read(Keys, Vec<String>),
}

impl Config {
    /// What it says of an application.
    fn of(&self, application: &Atom) -> Option<&Term> {
        if let Config::Read(keys, _) = self { keys.get(&shown_key(&application.clone().into())).map(|(values, _)| values) } else { None }
    }

    fn included(&self) -> &[String] {
        if let Config::Read(_, included) = self { included } else { &[] }
    }
}

/// What an upgrade does to the environment of an application; a downgrade the reverse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentChange {
    /// The application.
    pub application: String,
    /// Its keys that the upgrade sets, removes or sets to something else. Values are never kept: they may be secrets.
    pub keys: Vec<Delta>,
    /// Whether the release handler has the application of the base take the changes in, on a downgrade: by `config_change/3` of its
    /// callback module. `None` when that cannot be seen.
    pub base_takes: Option<bool>,
    /// The same of the target's, on an upgrade.
    pub target_takes: Option<bool>,
}

/// What an upgrade does to the environment.
#[derive(Clone, Debug, Default)]
pub struct Environments {
    /// The applications whose environment changes, in the order of the target.
    pub changes: Vec<EnvironmentChange>,
    /// The files that `sys.config` of the base and of the target has read besides; what they say is not known.
    pub included: [Vec<String>; 2],
    /// The keys of the applications of the target that have some.
    keys: BTreeMap<String, BTreeSet<String>>,
    /// Whether nothing else sets keys in the target when it boots, as far as its files show.
    pub is_known: bool,
}

impl Environments {
    /// Compares what `.app` files give, with what `sys.config` gives instead; `is_whole` if nothing else is seen to set keys.
    pub(super) fn new(base: &Release, target: &Release, (before, after): (&Config, &Config), is_whole: bool, beams: Beams<'_>) -> Environments {
        let whole = |application: &Application, config: &Config| {
            let mut all = keys(&application.file.env);
            all.extend(config.of(&application.name.value).map(keys).unwrap_or_default());
            all
        };
        let mut changes = Vec::new();
        // What is of type `none` is not in the boot file, and keeps what it has.
        for new in target.applications.iter().filter(|application| application.kind != StartType::None) {
            let name = new.name.value.as_str();
            let Some(old) = base.application(name).filter(|old| old.kind != StartType::None) else { continue };
            if old.file.env == new.file.env && before.of(&new.name.value) == after.of(&new.name.value) {
                continue;
            }
            let keys = changed_keys(&whole(old, before), &whole(new, after));
            if !keys.is_empty() {
                // One that is included runs within another one, and is not asked.
                let is_included = target.applications.iter().any(|application| application.includes.iter().any(|included| included.value == new.name.value));
                let runs = old.starts() && new.starts() && !is_included;
                let takes = |application| if runs { takes_changes(application, beams) } else { Some(false) };
                changes.push(EnvironmentChange { application: name.to_owned(), keys, base_takes: takes(old), target_takes: takes(new) });
            }
        }
        let all = target.applications.iter().map(|application| (application.name.value.as_str().to_owned(), whole(application, after).into_keys().collect()));
        // Elixir's configuration providers compute more when the node boots.
        let has_providers = after.of(&Atom::new("elixir")).is_some_and(|values| keys(values).contains_key("config_provider_init"));
        let is_known = is_whole && !matches!(after, Config::Refused) && after.included().is_empty() && !has_providers;
        Environments { changes, included: [before, after].map(|config| config.included().to_vec()), keys: all.collect(), is_known }
    }

    /// Adds the keys that the flags of the emulator set: `-Application Key Value`.
    pub(super) fn with_flags(mut self, flags: &str) -> Environments {
        for line in flags.lines() {
            let mut words = line.split_whitespace();
            let application = words.next().and_then(|word| word.strip_prefix('-'));
            if let Some((known, key)) = application.and_then(|name| self.keys.get_mut(name)).zip(words.next()) {
                known.insert(key.to_owned());
            }
        }
        self
    }

    /// Whether an upgrade removes a key of an application.
    pub fn removes(&self, application: &str, key: &str) -> bool {
        let is_gone = |change: &EnvironmentChange| change.keys.iter().any(|own| own.sign == Sign::Removed && own.name == key);
        self.changes.iter().filter(|change| change.application == application).any(is_gone)
    }

    /// Whether the target sets a key of an application; `None` for an application that it does not have.
    pub fn has(&self, application: &str, key: &str) -> Option<bool> {
        Some(self.keys.get(application)?.contains(key))
    }
}

/// What may not be in a `sys.config`: each element is `{Application,[{Key,Value}]}` or the name of another file (`application_controller:check_conf/0`,
/// OTP 25 to 29).
fn misplaced(item: &Term) -> Option<&Term> {
    let is_pair = |pair: &&Term| matches!(pair.as_tuple(), Some([key, _]) if key.as_atom().is_some());
    match item.as_tuple() {
        Some([application, values]) if application.as_atom().is_some() => match values.as_list() {
            Some(values) => values.iter().find(|pair| !is_pair(pair)),
            None => Some(values),
        },
        Some(_) => Some(item),
        None => Some(item).filter(|item| item.text().is_none()),
    }
}

pub(super) fn read_config(spot: &Spot, opener: &mut Opener<'_>, found: &mut Findings) -> Config {
    let name = opener.trees().display(spot);
    let file = match opener.read(spot) {
        Ok(file) => file,
        Err(Refusal::Absent) => return Config::Absent,
        Err(why) => {
            found.push(refused(&name, &why));
            return Config::Refused;
        }
    };
    let document = opener.parse(file, Extent::All);
    let whole = crate::span::Span::new(file, 0, 0);
    let sound = document.faults.is_empty();
    let list = document.terms.first().filter(|_| sound).and_then(Term::as_list);
    // A second term counts for nothing but makes the file another one, and an element that is no application ends the start.
    let wrong = document.terms.get(1).or_else(|| list?.iter().find_map(misplaced));
    let Some(list) = list.filter(|_| wrong.is_none()) else {
        found.push(faults::config_unreadable(&name, wrong.or(document.terms.first()).map_or(whole, |term| term.span)));
        return Config::Refused;
    };
    let (mut keys, mut included) = (Keys::new(), Vec::new());
    for item in list {
        // A string names another file; what that says is not known here.
        included.extend(item.text().filter(|name| !name.is_empty()).map(std::borrow::Cow::into_owned));
        if let Some([application, values]) = item.as_tuple() {
            let line = u32::try_from(opener.files().line(item.span)).unwrap_or(0);
            keys.insert(shown_key(application), (values.clone(), Some(Place { file: name.clone(), line })));
        }
    }
    Config::Read(keys, included)
}
