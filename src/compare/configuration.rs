//! What changed besides the code: names and versions of the release, its configuration, environments of applications.

use super::{Change, Delta, Impact, Place, Sign, SystemConfig, Verdict, faults, files, vm_args};
use crate::beam::Beams;
use crate::diag::Findings;
use crate::otp::Otp;
use crate::release::{Application, Opener, Release};
use crate::source::{Refusal, Spot, Trees, join, refused};
use crate::term::print::inline;
use crate::term::{Atom, Extent, Term};
use std::collections::{BTreeMap, BTreeSet};

/// Name, version, emulator, configuration and consolidated protocols.
pub(super) fn of_release(base: &Release, target: &Release, opener: &mut Opener<'_>, found: &mut Findings) -> Vec<Impact> {
    let mut impacts = Vec::new();
    let (old, new) = (&base.rel, &target.rel);
    if old.name.value != new.name.value {
        let change = Change::ReleaseName { before: old.name.value.clone(), after: new.name.value.clone() };
        impacts.push(Impact::new(Verdict::HotWithCare, change));
    }
    let absent: BTreeSet<Atom> = base.absent.iter().chain(&target.absent).cloned().collect();
    if !absent.is_empty() {
        impacts.push(Impact::new(Verdict::HotWithCare, Change::NotCompared(absent.into_iter().collect())));
    }
    let (old_folder, new_folder) = (base.folder(), target.folder());
    if old.vsn.value == new.vsn.value && base.spot != target.spot {
        let differs = old.erts.value != new.erts.value || versions(base) != versions(target);
        if differs {
            impacts.push(Impact::new(Verdict::HotWithCare, Change::ReleaseVersion(new.vsn.value.clone())));
        }
    }
    if old.erts.value != new.erts.value {
        let change = Change::Erts { before: old.erts.value.clone(), after: new.erts.value.clone() };
        impacts.push(Impact::new(Verdict::RestartEmulator, change));
    }
    if old_folder != new_folder {
        impacts.extend(system_config(&old_folder, &new_folder, target, opener, found));
        impacts.extend(boot_files(opener.trees(), &old_folder, &new_folder, found));
        impacts.extend(consolidated(opener.beams(), &old_folder, &new_folder, found));
    }
    impacts
}

fn versions(release: &Release) -> Vec<(&str, &str)> {
    release.applications.iter().map(|application| (application.name.value.as_str(), application.vsn.value.as_str())).collect()
}

type Keys = BTreeMap<String, (Term, Option<Place>)>;

/// A key as it may be shown: an atom. Anything else in its place may well be a value.
fn shown_key(key: &Term) -> String {
    if key.as_atom().is_some() { inline(key, Otp::NEWEST) } else { "(not an atom)".to_owned() }
}

/// The keys of a list of pairs, with their values.
fn keys(list: &Term) -> BTreeMap<String, Term> {
    let pairs = list.as_list().unwrap_or_default().iter().filter_map(|pair| match pair.as_tuple() {
        Some([key, value]) => Some((shown_key(key), value.clone())),
        _ => None,
    });
    pairs.collect()
}

/// What changed between two sets of keys. Values are never shown: they may be secrets.
fn changed_keys(old: &BTreeMap<String, Term>, new: &BTreeMap<String, Term>) -> Vec<Delta> {
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
fn asks(handled: Option<bool>) -> Verdict {
    if handled == Some(true) { Verdict::Hot } else { Verdict::HotWithCare }
}

/// `sys.config`, application by application.
fn system_config(old: &Spot, new: &Spot, target: &Release, opener: &mut Opener<'_>, found: &mut Findings) -> Vec<Impact> {
    let file = |folder: &Spot| Spot::new(folder.tree, join(&folder.path, "sys.config"));
    let (old, new) = (file(old), file(new));
    let (before, after) = (read_config(&old, opener, found), read_config(&new, opener, found));
    let place = |spot: &Spot, opener: &Opener<'_>| Some(Place { file: opener.trees().display(spot), line: 0 });
    let whole = |how| Impact::new(Verdict::HotWithCare, Change::SystemConfig(how));
    match (before, after) {
        (Config::Absent, Config::Absent) => Vec::new(),
        (Config::Refused, _) | (_, Config::Refused) => {
            vec![whole(SystemConfig::Unreadable).at(place(&new, opener))]
        }
        (Config::Absent, Config::Read(_)) => {
            vec![whole(SystemConfig::Added).at(place(&new, opener))]
        }
        (Config::Read(_), Config::Absent) => {
            vec![whole(SystemConfig::Removed).at(place(&old, opener))]
        }
        (Config::Read(before), Config::Read(after)) => {
            let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            let nothing = (Term::list(Vec::new()), None);
            names
                .into_iter()
                .filter_map(|name| {
                    let (old, old_place) = before.get(name).unwrap_or(&nothing);
                    let (new, new_place) = after.get(name).unwrap_or(&nothing);
                    let keys = changed_keys(&keys(old), &keys(new));
                    if keys.is_empty() {
                        return None;
                    }
                    let place = new_place.clone().or_else(|| old_place.clone());
                    // A name that needs quotes is none of a release.
                    let handled = target.application(name).and_then(|application| takes_changes(application, opener.beams()));
                    let change = SystemConfig::Keys { application: name.clone(), keys, handled };
                    Some(Impact::new(asks(handled), Change::SystemConfig(change)).at(place))
                })
                .collect()
        }
    }
}

enum Config {
    Absent,
    Refused,
    Read(Keys),
}

fn read_config(spot: &Spot, opener: &mut Opener<'_>, found: &mut Findings) -> Config {
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
    let Some(list) = list else {
        found.push(faults::config_unreadable(&name, document.terms.first().map_or(whole, |term| term.span)));
        return Config::Refused;
    };
    let mut keys = Keys::new();
    for item in list {
        // A string names another file; what that says is not known here.
        if let Some([application, values]) = item.as_tuple() {
            let line = u32::try_from(opener.files().line(item.span)).unwrap_or(0);
            keys.insert(shown_key(application), (values.clone(), Some(Place { file: name.clone(), line })));
        }
    }
    Config::Read(keys)
}

/// Files that are read when the emulator starts, and never again.
fn boot_files(trees: &Trees<'_>, old: &Spot, new: &Spot, found: &mut Findings) -> Vec<Impact> {
    let mut impacts = Vec::new();
    for (name, is_flags) in [("vm.args", true), ("remote.vm.args", true), ("runtime.exs", false), ("env.sh", false)] {
        let mut read = |folder: &Spot| {
            let path = join(&folder.path, name);
            match trees.get(folder.tree).read_text(&path) {
                Ok(bytes) => Ok(bytes),
                Err(Refusal::Absent) => Ok(Vec::new()),
                Err(why) => {
                    found.push(refused(&trees.display(&Spot::new(folder.tree, path)), &why));
                    Err(())
                }
            }
        };
        let (Ok(before), Ok(after)) = (read(old), read(new)) else { continue };
        if significant(&before) == significant(&after) {
            continue;
        }
        let place = Place { file: trees.display(&Spot::new(new.tree, join(&new.path, name))), line: 0 };
        // Scripts are not quoted at all.
        let flags = is_flags.then(|| vm_args::changed(&before, &after));
        impacts.push(Impact::new(Verdict::HotWithCare, Change::BootFile { name, flags }).at(Some(place)));
    }
    impacts
}

/// The lines that say something, each once.
fn significant(bytes: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(bytes);
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(words).collect()
}

/// Elixir's consolidated protocols: code outside every application.
fn consolidated(beams: Beams<'_>, old: &Spot, new: &Spot, found: &mut Findings) -> Option<Impact> {
    let folder = |spot: &Spot| Spot::new(spot.tree, join(&spot.path, "consolidated"));
    let (old, new) = (folder(old), folder(new));
    let md5 = |folder: &Spot, name: &str| beams.at(&Spot::new(folder.tree, join(&folder.path, name))).md5();
    let items: Vec<Delta> = files::compare(beams.trees(), &old, &new, found)?
        .into_iter()
        .filter(|(name, changed)| name.ends_with(".beam") && (*changed != Sign::Changed || md5(&old, name) != md5(&new, name)))
        .map(|(name, changed)| Delta::new(changed, name.trim_end_matches(".beam")))
        .collect();
    if items.is_empty() {
        return None;
    }
    Some(Impact::new(Verdict::HotWithCare, Change::ConsolidatedProtocols(items)))
}
