//! A tree with texts over it that are not saved: what an editor shows goes before what is on disk.
//!
//! It knows which files a question has looked at, and how often each has changed: an answer holds as long as nothing that it was
//! made of changes.

use super::tree::{Digest, FileTree, Kind, Refusal, parent};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

/// A tree and the unsaved texts over it.
pub struct Overlay<'t> {
    below: &'t dyn FileTree,
    texts: RwLock<BTreeMap<String, Vec<u8>>>,
    revisions: RwLock<HashMap<String, u64>>,
    /// What was looked at, by each question that is being answered, the innermost last.
    looked_at: Mutex<Vec<HashSet<String>>>,
}

/// What an answer was made of: files and folders, each with its revision.
#[derive(Clone, Debug, Default)]
pub struct MadeOf(Vec<(u64, String)>);

impl<'t> Overlay<'t> {
    /// A tree with nothing over it.
    pub fn new(below: &'t dyn FileTree) -> Overlay<'t> {
        Overlay { below, texts: RwLock::default(), revisions: RwLock::default(), looked_at: Mutex::default() }
    }

    /// Puts a text over a file, or over nothing.
    pub fn change(&self, path: &str, text: Vec<u8>) {
        let is_new = self.kind(path).is_err();
        self.write_texts(|texts| texts.insert(key(path).to_owned(), text));
        self.changed(path, is_new);
    }

    /// Takes the text over a file away.
    pub fn close(&self, path: &str) {
        if self.write_texts(|texts| texts.remove(key(path))).is_some() {
            self.changed(path, self.kind(path).is_err());
        }
    }

    /// Notes that a file below has changed, or has come or gone.
    pub fn changed(&self, path: &str, comes_or_goes: bool) {
        let mut revisions = self.revisions.write().unwrap_or_else(PoisonError::into_inner);
        let path = key(path);
        *revisions.entry(path.to_owned()).or_default() += 1;
        if !comes_or_goes {
            return;
        }
        let mut folder = parent(path);
        loop {
            *revisions.entry(key(folder).to_owned()).or_default() += 1;
            match parent(folder) {
                above if above == folder || folder == "." => break,
                above => folder = above,
            }
        }
    }

    /// Begins to note what is looked at.
    pub fn begin(&self) {
        self.looks().push(HashSet::new());
    }

    /// Ends what [`Overlay::begin`] began: what was looked at since. It counts for the question around as well.
    pub fn end(&self) -> MadeOf {
        let mut looks = self.looks();
        let seen = looks.pop().unwrap_or_default();
        if let Some(outer) = looks.last_mut() {
            outer.extend(seen.iter().cloned());
        }
        let revisions = self.revisions.read().unwrap_or_else(PoisonError::into_inner);
        MadeOf(seen.into_iter().map(|path| (revisions.get(&path).copied().unwrap_or(0), path)).collect())
    }

    /// An answer that is made of these files and folders.
    pub fn made_of<'p>(&self, paths: impl IntoIterator<Item = &'p str>) -> MadeOf {
        let revisions = self.revisions.read().unwrap_or_else(PoisonError::into_inner);
        let paths = paths.into_iter().map(key);
        MadeOf(paths.map(|path| (revisions.get(path).copied().unwrap_or(0), path.to_owned())).collect())
    }

    /// Whether nothing has changed of what an answer was made of. What it was made of counts for the question around.
    pub fn holds(&self, made_of: &MadeOf) -> bool {
        let revisions = self.revisions.read().unwrap_or_else(PoisonError::into_inner);
        let holds = made_of.0.iter().all(|(at, path)| revisions.get(path).copied().unwrap_or(0) == *at);
        if let Some(outer) = self.looks().last_mut().filter(|_| holds) {
            outer.extend(made_of.0.iter().map(|(_, path)| path.clone()));
        }
        holds
    }

    fn looks(&self) -> MutexGuard<'_, Vec<HashSet<String>>> {
        self.looked_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn texts(&self) -> RwLockReadGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.texts.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_texts<R>(&self, change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>) -> R) -> R {
        change(&mut self.texts.write().unwrap_or_else(PoisonError::into_inner))
    }

    fn note(&self, path: &str) {
        if let Some(seen) = self.looks().last_mut() {
            seen.insert(key(path).to_owned());
        }
    }

    /// The names of the texts that are directly in a folder, and whether there are any below it.
    fn names_in(&self, folder: &str) -> BTreeSet<String> {
        let folder = key(folder);
        let prefix = if folder.is_empty() || folder.ends_with('/') { folder.to_owned() } else { format!("{folder}/") };
        let texts = self.texts();
        let below = texts.range(prefix.clone()..).map(|(path, _)| path).take_while(|path| path.starts_with(&prefix));
        below.filter_map(|path| path.get(prefix.len()..)?.split('/').next()).filter(|name| !name.is_empty()).map(str::to_owned).collect()
    }
}

/// A path as it is called here: without `./` before it and `/` after it.
fn key(path: &str) -> &str {
    let path = path.trim_start_matches("./");
    let cut = path.trim_end_matches('/');
    match cut {
        "" if path.starts_with('/') => "/",
        "." => "",
        _ => cut,
    }
}

impl FileTree for Overlay<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, Refusal> {
        self.note(path);
        let text = self.texts().get(key(path)).cloned();
        text.map_or_else(|| self.below.read(path), Ok)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, Refusal> {
        self.note(folder);
        let own = self.names_in(folder);
        match self.below.list(folder) {
            Ok(names) if own.is_empty() => Ok(names),
            Ok(names) => Ok(names.into_iter().chain(own).collect::<BTreeSet<_>>().into_iter().collect()),
            Err(Refusal::Absent) if !own.is_empty() => Ok(own.into_iter().collect()),
            Err(why) => Err(why),
        }
    }

    fn kind(&self, path: &str) -> Result<Kind, Refusal> {
        self.note(path);
        if self.texts().contains_key(key(path)) {
            return Ok(Kind::File);
        }
        match self.below.kind(path) {
            Err(Refusal::Absent) if !self.names_in(path).is_empty() => Ok(Kind::Folder),
            known => known,
        }
    }

    fn digest(&self, path: &str) -> Result<Digest, Refusal> {
        self.note(path);
        match self.texts().get(key(path)) {
            Some(text) => Digest::of(text.as_slice()).map_err(|_| Refusal::Absent),
            None => self.below.digest(path),
        }
    }

    fn unnamed(&self, folder: &str) -> usize {
        self.below.unnamed(folder)
    }

    fn whole(&self, path: &str) -> String {
        self.below.whole(path)
    }

    fn used(&self, path: &str) {
        self.note(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::MemoryTree;

    #[test]
    fn unsaved_texts_go_before_the_files() {
        let mut disk = MemoryTree::default();
        disk.insert("lib/a", b"old".to_vec());
        let overlay = Overlay::new(&disk);
        overlay.change("lib/a", b"new".to_vec());
        overlay.change("./src/b/c", b"only here".to_vec());
        assert_eq!(overlay.read("lib/a"), Ok(b"new".to_vec()));
        assert_eq!((overlay.list("src"), overlay.kind("src/b")), (Ok(vec!["b".to_owned()]), Ok(Kind::Folder)));
        assert_eq!(overlay.list(""), Ok(vec!["lib".to_owned(), "src".to_owned()]));
        overlay.close("lib/a");
        overlay.close("src/b/c");
        assert_eq!(overlay.read("lib/a"), Ok(b"old".to_vec()));
        assert_eq!((overlay.read("src/b/c"), overlay.kind("src")), (Err(Refusal::Absent), Err(Refusal::Absent)));
    }

    #[test]
    fn an_answer_holds_until_what_it_was_made_of_changes() {
        let mut disk = MemoryTree::default();
        disk.insert("lib/a", b"a".to_vec());
        disk.insert("lib/b", b"b".to_vec());
        let overlay = Overlay::new(&disk);
        overlay.begin();
        overlay.begin();
        assert!(overlay.read("lib/a").is_ok());
        let inner = overlay.end();
        assert!(overlay.read("lib/b").is_ok());
        let outer = overlay.end();
        assert!(overlay.holds(&inner) && overlay.holds(&outer));
        overlay.change("lib/b", b"x".to_vec());
        assert!(overlay.holds(&inner) && !overlay.holds(&outer));
        overlay.change("lib/a", b"x".to_vec());
        assert!(!overlay.holds(&inner));
        // A new file changes the folder that it is in.
        overlay.begin();
        assert!(overlay.list("lib").is_ok());
        let listed = overlay.end();
        overlay.change("lib/a", b"y".to_vec());
        assert!(overlay.holds(&listed));
        overlay.change("lib/c", b"c".to_vec());
        assert!(!overlay.holds(&listed));
    }
}
