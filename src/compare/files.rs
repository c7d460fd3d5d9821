//! Files beside the code: what is in `priv`, and database migrations in it.

use super::{Change, Delta, Impact, Sign, Verdict, faults};
use crate::diag::Findings;
use crate::parallel;
use crate::source::{Kind, Refusal, Spot, Trees, join, refused};
use std::collections::BTreeSet;

/// How many files and folders below one folder are looked at.
const MAX_FILES: usize = 100_000;
/// How deep folders are looked into; links may lead in circles.
const MAX_DEPTH: usize = 32;
/// How many files are worth a thread.
const WORTH_A_THREAD: usize = 16;

/// The files below a folder, by their names in it.
fn below(trees: &Trees<'_>, folder: &Spot, found: &mut Findings) -> Option<BTreeSet<String>> {
    let tree = trees.get(folder.tree);
    let mut files = BTreeSet::new();
    let mut open = vec![(String::new(), 0)];
    let mut seen = 0;
    while let Some((inner, depth)) = open.pop() {
        let whole = join(&folder.path, &inner);
        let names = match tree.list(&whole) {
            Ok(names) => names,
            Err(Refusal::Absent) => continue,
            Err(why) => {
                // What cannot be seen must not count as gone.
                found.push(refused(&trees.display(&Spot::new(folder.tree, whole)), &why));
                return None;
            }
        };
        // Links that lead in circles make more folders than there are: what is looked at is counted, whatever it is.
        seen += names.len();
        if seen > MAX_FILES {
            found.push(faults::too_many_files(&trees.display(folder), &format!("contains more than {MAX_FILES} files")));
            return None;
        }
        for name in names {
            let path = join(&inner, &name);
            match tree.kind(&join(&folder.path, &path)) {
                Ok(Kind::Folder) if depth < MAX_DEPTH => open.push((path, depth + 1)),
                Ok(Kind::Folder) => {
                    found.push(faults::too_many_files(&trees.display(folder), &format!("contains folders nested more than {MAX_DEPTH} deep")));
                    return None;
                }
                Ok(Kind::File) => {
                    files.insert(path);
                }
                Ok(Kind::Other) | Err(_) => {}
            }
        }
    }
    Some(files)
}

/// The files that differ between two folders, by name; `None` when one of them cannot be looked into, which is reported.
pub(super) fn compare(trees: &Trees<'_>, old: &Spot, new: &Spot, found: &mut Findings) -> Option<Vec<(String, Sign)>> {
    let (before, after) = (below(trees, old, found)?, below(trees, new, found)?);
    let all: Vec<&String> = before.union(&after).collect();
    let changed = parallel::map(&all, WORTH_A_THREAD, |name| match (before.contains(*name), after.contains(*name)) {
        (false, _) => Some(Sign::Added),
        (_, false) => Some(Sign::Removed),
        (true, true) => {
            let digest = |spot: &Spot| trees.get(spot.tree).digest(&join(&spot.path, name));
            (digest(old) != digest(new)).then_some(Sign::Changed)
        }
    });
    Some(all.into_iter().zip(changed).filter_map(|(name, changed)| Some((name.clone(), changed?))).collect())
}

/// The facts about the `priv` folders of an application.
pub(super) fn private(trees: &Trees<'_>, old: &Spot, new: &Spot, found: &mut Findings) -> Vec<Impact> {
    let mut migrations = Vec::new();
    let mut libraries = Vec::new();
    let mut others = Vec::new();
    for (name, changed) in compare(trees, old, new, found).unwrap_or_default() {
        let item = Delta::new(changed, format!("priv/{name}"));
        if is_migration(&name) {
            migrations.push(item);
        } else if is_native(&name) {
            libraries.push(item);
        } else {
            others.push(item);
        }
    }
    let mut impacts = Vec::new();
    if !migrations.is_empty() {
        impacts.push(Impact::new(Verdict::Rolling, Change::Migrations(migrations)));
    }
    if !libraries.is_empty() {
        impacts.push(Impact::new(Verdict::RestartApplication, Change::NativeLibrary(libraries)));
    }
    if !others.is_empty() {
        impacts.push(Impact::new(Verdict::Hot, Change::PrivateFiles(others)));
    }
    impacts
}

/// As Ecto lays them out: `repo/migrations/20260101120000_name.exs`.
fn is_migration(name: &str) -> bool {
    let mut folders = name.split('/').rev();
    let file = folders.next().unwrap_or_default();
    folders.any(|folder| folder == "migrations") && [".exs", ".ex", ".sql"].iter().any(|end| file.ends_with(end)) && !file.starts_with('.')
}

fn is_native(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or_default();
    [".so", ".dll", ".dylib"].iter().any(|end| file.ends_with(end)) || file.contains(".so.")
}
