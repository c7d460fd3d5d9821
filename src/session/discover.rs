//! Which files a path on the command line selects.

use super::Unusable;
use crate::diag::Findings;
use crate::source::{FileTree, Kind, is_configuration, join, refused};
use std::collections::BTreeSet;

/// The files that paths select.
#[derive(Debug, Default)]
pub(super) struct Discovered {
    /// Appups and their sources.
    pub appups: BTreeSet<String>,
    /// Relups.
    pub relups: BTreeSet<String>,
    /// How many names in folders are not UTF-8: nothing that a release can name.
    pub unnamed: usize,
}

/// Finds the appups and relups that paths select: themselves, and those in folders.
pub(super) fn discover(tree: &dyn FileTree, paths: &[String], found: &mut Findings) -> Result<Discovered, Unusable> {
    let mut discovered = Discovered::default();
    for path in paths {
        match tree.kind(path) {
            Ok(Kind::Folder) => {
                let mut walk = Walk { tree, root: tree.whole(path), seen: BTreeSet::new(), discovered: &mut discovered };
                // `/` alone keeps its meaning.
                let folder = if path.trim_end_matches('/').is_empty() { "/" } else { path.trim_end_matches('/') };
                walk.folder(folder, found);
            }
            Ok(Kind::File | Kind::Other) => {
                something_else(path, "`relupc lint` checks appups and relups")?;
                let files = if is_relup(path) { &mut discovered.relups } else { &mut discovered.appups };
                files.insert(path.clone());
            }
            Err(why) => found.push(refused(path, &why)),
        }
    }
    Ok(discovered)
}

struct Walk<'d> {
    tree: &'d dyn FileTree,
    root: String,
    seen: BTreeSet<String>,
    discovered: &'d mut Discovered,
}

impl Walk<'_> {
    /// Looks into a folder and those below it. Links may lead in circles, so each folder is looked into once, and out of the
    /// root, which was not asked for.
    fn folder(&mut self, folder: &str, found: &mut Findings) {
        let whole = self.tree.whole(folder);
        if !is_below(&whole, &self.root) || !self.seen.insert(whole) {
            return;
        }
        let names = match self.tree.list(folder) {
            Ok(names) => names,
            Err(why) => return found.push(refused(folder, &why)),
        };
        self.discovered.unnamed += self.tree.unnamed(folder);
        for name in names {
            let path = join(folder, &name);
            match self.tree.kind(&path) {
                Ok(Kind::Folder) if !name.starts_with('.') => self.folder(&path, found),
                Ok(Kind::File) if is_appup(&name) => {
                    self.discovered.appups.insert(path);
                }
                Ok(Kind::File) if is_called_relup(&name) => {
                    self.discovered.relups.insert(path);
                }
                Ok(Kind::Folder | Kind::File | Kind::Other) | Err(_) => {}
            }
        }
    }
}

/// Whether a path is a folder or in it.
fn is_below(path: &str, folder: &str) -> bool {
    if matches!(folder, "" | ".") {
        return true;
    }
    path.strip_prefix(folder.trim_end_matches('/')).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a file is a relup, by its name: one that was asked for may be `relup-VSN`, which in a folder may be anything.
pub fn is_relup(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    is_called_relup(name) || (name.starts_with("relup-") && !is_appup(name))
}

fn is_called_relup(name: &str) -> bool {
    name == "relup" || name.ends_with(".relup")
}

fn is_appup(name: &str) -> bool {
    [".appup", ".appup.src", ".appup.exs", ".appup.ex"].iter().any(|end| name.ends_with(end)) || name == "appup.exs"
}

/// Refuses a file that is neither an appup nor a relup, by the end of its name, before anything of it is read or shown.
pub fn something_else(path: &str, wanted: &str) -> Result<(), Unusable> {
    const KINDS: &[(&str, &str)] = &[
        (".app", "an application resource file"),
        (".app.src", "the source of an application resource file"),
        (".rel", "a release resource file"),
        (".beam", "a compiled module"),
        (".erl", "Erlang source"),
        (".ex", "Elixir source"),
        (".tar.gz", "a tarball; give it as `--target`, with `--from`"),
        (".tgz", "a tarball; give it as `--target`, with `--from`"),
    ];
    if is_appup(path.rsplit('/').next().unwrap_or(path)) {
        return Ok(());
    }
    let kind = KINDS.iter().find(|(end, _)| path.ends_with(end)).map(|(_, what)| *what);
    match kind.or_else(|| is_configuration(path).then_some("a configuration file")) {
        Some(what) => Err(Unusable::Words(format!("`{path}` is {what}: {wanted}"))),
        None => Ok(()),
    }
}
