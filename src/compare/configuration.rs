//! What changed besides the code: names and versions of the release, its configuration, environments of applications.

use super::environment::{Config, Environments, asks, changed_keys, keys, read_config, takes_changes};
use super::{Change, Delta, Impact, Place, Sign, SystemConfig, Verdict, files, vm_args};
use crate::beam::Beams;
use crate::diag::Findings;
use crate::release::{Opener, Release};
use crate::source::{Refusal, Spot, Trees, join, refused};
use crate::term::{Atom, Term};
use std::collections::BTreeSet;

/// Name, version, emulator, configuration and consolidated protocols.
pub(super) fn of_release(base: &Release, target: &Release, opener: &mut Opener<'_>, found: &mut Findings) -> (Vec<Impact>, Environments) {
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
    let environments;
    if old_folder == new_folder {
        // One `sys.config` for both changes nothing; what it sets is not looked at.
        environments = Environments::new(base, target, (&Config::Absent, &Config::Absent), false, opener.beams());
    } else {
        let [old_file, new_file] = [&old_folder, &new_folder].map(|folder| Spot::new(folder.tree, join(&folder.path, "sys.config")));
        let (before, after) = (read_config(&old_file, opener, found), read_config(&new_file, opener, found));
        let is_computed = computed_at_boot(opener.trees(), &new_folder).next().is_some();
        let flags = opener.trees().get(new_folder.tree).read_text(&join(&new_folder.path, "vm.args")).unwrap_or_default();
        environments = Environments::new(base, target, (&before, &after), !is_computed, opener.beams()).with_flags(&String::from_utf8_lossy(&flags));
        impacts.extend(system_config((&old_file, before), (&new_file, after), target, opener));
        impacts.extend(boot_files(opener.trees(), &old_folder, &new_folder, found));
        impacts.extend(consolidated(opener.beams(), &old_folder, &new_folder, found));
    }
    (impacts, environments)
}

/// The files of a release that compute configuration when a node boots, which an upgrade does not do, each with what happens to it.
pub fn computed_at_boot<'t>(trees: &'t Trees<'_>, folder: &'t Spot) -> impl Iterator<Item = (&'static str, &'static str)> + 't {
    let all = [("runtime.exs", "computes configuration when the node boots"), ("sys.config.src", "is filled in when the node boots")];
    all.into_iter().filter(|(name, _)| trees.get(folder.tree).is_file(&join(&folder.path, name)))
}

fn versions(release: &Release) -> Vec<(&str, &str)> {
    release.applications.iter().map(|application| (application.name.value.as_str(), application.vsn.value.as_str())).collect()
}

/// `sys.config`, application by application.
fn system_config((old, before): (&Spot, Config), (new, after): (&Spot, Config), target: &Release, opener: &Opener<'_>) -> Vec<Impact> {
    let place = |spot: &Spot, opener: &Opener<'_>| Some(Place { file: opener.trees().display(spot), line: 0 });
    let whole = |how| Impact::new(Verdict::HotWithCare, Change::SystemConfig(how));
    match (before, after) {
        (Config::Absent, Config::Absent) => Vec::new(),
        (Config::Refused, _) | (_, Config::Refused) => {
            vec![whole(SystemConfig::Unreadable).at(place(new, opener))]
        }
        (Config::Absent, Config::Read(..)) => {
            vec![whole(SystemConfig::Added).at(place(new, opener))]
        }
        (Config::Read(..), Config::Absent) => {
            vec![whole(SystemConfig::Removed).at(place(old, opener))]
        }
        (Config::Read(before, _), Config::Read(after, _)) => {
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
