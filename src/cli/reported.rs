//! Where findings are reported for a code review: names from the root of the repository, and the source of a file that a
//! build only copied.

use crate::diag::Diagnostic;
use crate::source::{Disk, FileTree, Files, Kind, join, parent};
use crate::span::FileId;
use std::collections::BTreeSet;

/// How many folders of the repository are looked into for sources.
const MAX_FOLDERS: usize = 20_000;

/// Names the files of findings as they are called in the repository that the run is in. A file of a build is reported as the
/// file it is a copy of (`apps/shop/src/shop.appup.src`, `rel/appups/shop.appup`), where there is one with the same content.
pub fn in_repository(findings: &[Diagnostic], files: &mut Files) {
    let root = root();
    let edits = |found: &Diagnostic| found.fix.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.span.file)).collect::<Vec<_>>();
    let used: BTreeSet<FileId> = findings.iter().flat_map(|found| found.labels.iter().map(|label| label.span.file).chain(edits(found))).collect();
    let mut sources: Option<Vec<String>> = None;
    for id in used {
        let Some(file) = files.get(id).filter(|file| Disk.is_file(&file.name)) else { continue };
        let whole = Disk.whole(&file.name);
        let inside = whole.strip_prefix(&root).map(|rest| rest.trim_start_matches('/').to_owned());
        let is_source = inside.as_ref().is_some_and(|path| !path.split('/').any(is_built));
        let origin = if is_source || !is_appup(&whole) {
            None
        } else {
            let sources = sources.get_or_insert_with(|| sources_below(&root));
            let bytes = file.bytes();
            sources.iter().find(|path| stem(path) == stem(&whole) && Disk.read(&join(&root, path)).is_ok_and(|other| other == *bytes)).cloned()
        };
        if let Some(name) = origin.or(inside) {
            files.rename(id, name);
        }
    }
}

/// The folder of the repository that the current folder is in, else the current folder.
fn root() -> String {
    let here = Disk.whole(".");
    let mut folder = here.as_str();
    loop {
        if Disk.kind(&join(folder, ".git")).is_ok() {
            return folder.to_owned();
        }
        match parent(folder) {
            above if above == folder || above == "." => return here,
            above => folder = above,
        }
    }
}

/// Folders that hold what a build made or fetched.
fn is_built(folder: &str) -> bool {
    matches!(folder, "_build" | "deps" | "node_modules")
}

fn is_appup(path: &str) -> bool {
    [".appup", ".appup.src", ".appup.exs", ".appup.ex"].iter().any(|end| path.ends_with(end))
}

/// The application in the name of an appup: `shop` for `shop.appup.src`, and for `shop-1.1.0.appup`.
fn stem(path: &str) -> &str {
    let name = crate::lint::application_of(path);
    name.split_once('-').map_or(name, |(application, _)| application)
}

/// The appups and their sources in a repository, without what a build made.
fn sources_below(root: &str) -> Vec<String> {
    let mut open = vec![String::new()];
    let mut sources = Vec::new();
    let mut seen = 0;
    while let Some(folder) = open.pop() {
        seen += 1;
        if seen > MAX_FOLDERS {
            break;
        }
        for name in Disk.list(&join(root, &folder)).unwrap_or_default() {
            let path = join(&folder, &name);
            match Disk.kind(&join(root, &path)) {
                Ok(Kind::Folder) if !name.starts_with('.') && !is_built(&name) => open.push(path),
                Ok(Kind::File) if is_appup(&name) => sources.push(path),
                Ok(Kind::Folder | Kind::File | Kind::Other) | Err(_) => {}
            }
        }
    }
    sources.sort_by(|one, other| (one.len(), one).cmp(&(other.len(), other)));
    sources
}
