//! The search for `.app` files: folders in order, each listed once, each file read once whatever the number of releases.

use super::app::{AppFile, read_app};
use super::faults;
use super::rel::RelApp;
use super::{FileKind, with_otp_tag};
use crate::diag::{Diagnostic, Findings};
use crate::otp::Otp;
use crate::parallel;
use crate::source::{Files, Refusal, Source, Spot, Trees, join, parent, refused, unreadable_folder};
use crate::span::{FileId, Spanned};
use crate::term::{Extent, FaultClass, Sensitive, parse, text_after_term};
use foldhash::{HashMap, HashSet, HashSetExt};
use std::sync::Arc;

/// How many small files or folders are worth a thread.
const WORTH_A_THREAD: usize = 32;

/// A folder of a search path.
pub struct Folder {
    /// Where it is.
    pub spot: Spot,
    /// The applications that have their `.app` in it, by name, or why it cannot be read.
    applications: Result<Vec<String>, String>,
}

impl Folder {
    /// Looks into many places, in parallel; those that are not folders are passed over.
    pub fn list(trees: &Trees<'_>, spots: Vec<Spot>) -> Vec<Folder> {
        let listed = parallel::map(&spots, WORTH_A_THREAD, |spot| {
            let tree = trees.get(spot.tree);
            match tree.list(&spot.path) {
                Ok(mut names) => {
                    names.retain_mut(|name| {
                        let stem = name.strip_suffix(".app").map(str::len);
                        name.truncate(stem.unwrap_or(0));
                        stem.is_some()
                    });
                    Some(Ok(names))
                }
                Err(Refusal::Refused(words)) => Some(Err(words)),
                Err(Refusal::Absent | Refusal::TooLarge(_)) => None,
            }
        });
        spots.into_iter().zip(listed).filter_map(|(spot, applications)| Some(Folder { spot, applications: applications? })).collect()
    }
}

/// Which `.app` files the folders of a search path hold.
#[derive(Default)]
pub struct Shelf {
    /// For each application the folders that hold its `.app`, in the order of the path.
    folders: HashMap<String, Vec<Spot>>,
    /// How many folders were searched.
    pub searched: usize,
}

impl Shelf {
    /// Of the folders of a search path, in its order.
    pub fn new<'f>(trees: &Trees<'_>, path: impl Iterator<Item = &'f Folder>, found: &mut Findings) -> Shelf {
        let mut shelf = Shelf::default();
        let mut seen = HashSet::new();
        for Folder { spot, applications } in path.filter(|folder| seen.insert(&folder.spot)) {
            shelf.searched += 1;
            match applications {
                Ok(names) => names.iter().for_each(|name| shelf.folders.entry(name.clone()).or_default().push(spot.clone())),
                Err(words) => found.push(unreadable_folder(&trees.display(spot), words)),
            }
        }
        shelf
    }

    /// The folders that hold an application's `.app`, best first, and that file.
    pub fn candidates(&self, app: &RelApp) -> impl Iterator<Item = (&Spot, Spot)> {
        let name = app.name.value.as_str();
        let folders = self.folders.get(name).into_iter().flatten();
        folders.map(move |folder| (folder, Spot::new(folder.tree, join(&folder.path, &format!("{name}.app")))))
    }
}

/// A file that was read once.
pub enum Read {
    /// It cannot be opened, or OTP's tokenizer stops in it: it counts as not there.
    Unscannable(Vec<Diagnostic>),
    /// It has syntax errors.
    Unparsable(Vec<Diagnostic>),
    /// It holds a term that is not an application, or one with faults.
    Bad(Vec<Diagnostic>),
    /// A good one, with what is worth a warning.
    Good(Arc<AppFile>, Vec<Diagnostic>, Vec<Sensitive>),
}

/// Every `.app` file read in a run.
#[derive(Default)]
pub struct Library {
    read: HashMap<Spot, Read>,
}

impl Library {
    /// Reads files that were not read before, in parallel; their names are given out in the order of `spots`.
    pub fn load(&mut self, trees: &Trees<'_>, spots: Vec<Spot>, otp: Otp, files: &mut Files) {
        let mut known: HashSet<Spot> = HashSet::new();
        let is_read = |spot: &Spot| self.read.contains_key(spot).then(|| trees.get(spot.tree).used(&spot.path)).is_some();
        let fresh = spots.into_iter().filter(|spot| !is_read(spot) && known.insert(spot.clone()));
        let jobs: Vec<(FileId, Spot)> = fresh.map(|spot| (files.reserve(&trees.display(&spot)), spot)).collect();
        let results = parallel::map(&jobs, WORTH_A_THREAD, |(file, spot)| read_file(trees, spot, *file, otp));
        for ((file, spot), (source, read)) in jobs.into_iter().zip(results) {
            files.put(file, source);
            self.read.insert(spot, read);
        }
    }

    /// Forgets a file that has changed.
    pub fn forget(&mut self, spot: &Spot) {
        self.read.remove(spot);
    }

    /// Chooses the file for an application as `systools` does and says why there is none.
    pub fn choose(&self, app: &RelApp, shelf: &Shelf, found: &mut Findings) -> Option<(Arc<AppFile>, Spot, &[Sensitive])> {
        let mut passed: Vec<&[Diagnostic]> = Vec::new();
        let mut unparsable: Vec<&[Diagnostic]> = Vec::new();
        let mut versions: Vec<Spanned<String>> = Vec::new();
        let mut misnamed = None;
        for (folder, spot) in shelf.candidates(app) {
            match self.read.get(&spot) {
                None => {}
                Some(Read::Unscannable(faults)) => passed.push(faults),
                Some(Read::Unparsable(faults)) => unparsable.push(faults),
                Some(Read::Bad(faults)) => {
                    found.extend(faults.iter().cloned());
                    return None;
                }
                Some(Read::Good(file, ..)) if file.vsn.value != app.vsn.value => {
                    // A folder that is called after the version that is wanted, and holds another one.
                    let whole = parent(&folder.path);
                    let is_named = whole.ends_with(&format!("/{}-{}", app.name.value.as_str(), app.vsn.value));
                    misnamed = misnamed.or_else(|| is_named.then(|| whole.to_owned()));
                    versions.push(file.vsn.clone());
                }
                Some(Read::Good(file, warnings, sensitive)) => {
                    let demote = |fault: &Diagnostic| faults::demoted(fault.clone());
                    found.extend(passed.iter().chain(&unparsable).flat_map(|faults| faults.iter()).map(demote));
                    found.extend(warnings.iter().cloned());
                    if file.name.value != app.name.value {
                        found.push(faults::application_name(app, &file.name));
                        return None;
                    }
                    return Some((Arc::clone(file), folder.clone(), sensitive));
                }
            }
        }
        found.extend(passed.iter().chain(&unparsable).flat_map(|faults| faults.iter().cloned()));
        if !versions.is_empty() {
            found.push(faults::application_version(app, &versions, misnamed.as_deref()));
        } else if unparsable.is_empty() {
            found.push(faults::application_not_found(app, shelf.searched));
        }
        None
    }
}

fn read_file(trees: &Trees<'_>, spot: &Spot, file: FileId, otp: Otp) -> (Source, Read) {
    let name = trees.display(spot);
    let bytes = match trees.get(spot.tree).read_text(&spot.path) {
        Ok(bytes) => bytes,
        Err(why) => {
            let fault = refused(&name, &why).otp("error_reading/not_found");
            return (Source::new(name, Vec::new()), Read::Unscannable(vec![fault]));
        }
    };
    let source = Source::new(name, bytes);
    let document = parse(&source, file, otp, Extent::First);
    if !document.faults.is_empty() {
        let scan = document.faults.iter().any(|fault| fault.class == FaultClass::Scan);
        let bound = document.faults.iter().any(|fault| matches!(fault.class, FaultClass::Bound | FaultClass::Crash));
        let faults = document.faults.into_iter().map(|fault| with_otp_tag(fault, FileKind::App)).collect();
        let read = match (bound, scan) {
            (true, _) => Read::Bad(faults),
            (false, true) => Read::Unscannable(faults),
            (false, false) => Read::Unparsable(faults),
        };
        return (source, read);
    }
    let mut found = Findings::default();
    let app = document.terms.first().and_then(|term| read_app(term, otp, &mut found));
    let warnings: Vec<Diagnostic> = document.rest.map(text_after_term).into_iter().collect();
    let read = match app {
        Some(app) => Read::Good(Arc::new(app), warnings, document.sensitive),
        None => Read::Bad(found.sorted()),
    };
    (source, read)
}

#[cfg(test)]
mod tests {
    use super::{Folder, Shelf};
    use crate::diag::Findings;
    use crate::source::{MemoryTree, Spot, TreeId, Trees};

    #[test]
    fn a_path_holds_each_folder_once_and_nothing_else() {
        let mut tree = MemoryTree::default();
        for path in ["lib/a-1/ebin/a.app", "lib/a-1/ebin/a.beam", "lib/b-1/ebin/b.app", "lib/b-1/ebin/a.app", "lib/file"] {
            tree.insert(path, Vec::new());
        }
        let trees = Trees::new(&tree);
        let spots = ["lib/b-1/ebin", "lib/file", "lib/nothing", "lib/a-1/ebin", "lib/b-1/ebin"].map(|path| Spot::new(TreeId::Outside, path));
        let folders = Folder::list(&trees, spots.to_vec());
        assert_eq!(folders.iter().map(|folder| folder.spot.path.as_str()).collect::<Vec<_>>(), ["lib/b-1/ebin", "lib/a-1/ebin", "lib/b-1/ebin"]);
        let mut found = Findings::default();
        let shelf = Shelf::new(&trees, folders.iter(), &mut found);
        assert_eq!((shelf.searched, found.sorted().len()), (2, 0));
        let holders = |name: &str| shelf.folders.get(name).into_iter().flatten().map(|spot| spot.path.as_str()).collect::<Vec<_>>();
        assert_eq!((holders("a"), holders("b")), (vec!["lib/b-1/ebin", "lib/a-1/ebin"], vec!["lib/b-1/ebin"]));
    }
}
