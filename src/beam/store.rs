//! The modules of a run: each file is opened once, and what was seen in it is kept.
//!
//! In go places in trees; out come [`Look`]s, which answer questions about one module. Nothing else opens a compiled module. What
//! is made of a module is kept for the whole run. Its bytes are kept as well, as long as there is room: a module that is asked
//! about something new when they are gone is read again.

use super::container::{Beam, Unreadable};
use super::debug::Debug;
use super::facts::{Call, Facts};
use super::named::NamedCall;
use super::program::Program;
use super::tables::Mfa;
use crate::source::{Refusal, Spot, Trees};
use crate::term::Atom;
use foldhash::{HashMap, HashSet};
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// How many bytes of modules are kept. The releases of most systems fit; all of OTP, twice, does not.
const ROOM: usize = 32 << 20;
/// How many bytes of functions are kept at a time; those that are wanted again are read again.
const PROGRAM_ROOM: usize = 48 << 20;

/// What is known of the modules of a run.
#[derive(Debug, Default)]
pub struct Store {
    modules: Mutex<HashMap<Spot, Arc<Module>>>,
    kept: AtomicUsize,
    reads: AtomicUsize,
    programs: Mutex<Programs>,
    /// Where modules with debug information are, by name.
    unstripped: HashMap<String, Vec<Spot>>,
}

/// The functions of modules that were read, by the place of the module in memory, where it stays as long as it is here; none without
/// debug information. They take much memory: when there is no room for more, all are dropped.
#[derive(Debug, Default)]
struct Programs {
    known: HashMap<usize, (Arc<Module>, Option<Arc<Program>>)>,
    size: usize,
}

/// What is known of one module; each part is made when it is first asked for.
#[derive(Debug, Default)]
struct Module {
    bytes: Mutex<Option<Arc<Vec<u8>>>>,
    facts: OnceLock<Option<Arc<Facts>>>,
    interface: OnceLock<Option<Arc<Interface>>>,
    calls: OnceLock<Option<Arc<Vec<Call>>>>,
    named_calls: OnceLock<Arc<Vec<NamedCall>>>,
    external_funs: OnceLock<Arc<Vec<Mfa>>>,
    atoms: OnceLock<Vec<u64>>,
    md5: OnceLock<Option<[u8; 16]>>,
}

/// Atoms that are looked for in many modules.
#[derive(Clone, Debug)]
pub struct Names(HashSet<u64>);

impl Names {
    /// Some atoms.
    pub fn of<'n>(names: impl IntoIterator<Item = &'n str>) -> Names {
        Names(names.into_iter().map(hashed).collect())
    }
}

/// What stands for an atom where only few of many modules name it: two atoms with one number only cost a look more.
fn hashed(name: &str) -> u64 {
    foldhash::fast::FixedState::default().hash_one(name)
}

/// What a module offers to others, and what it uses of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// The functions that it exports, sorted.
    pub exports: Vec<(Atom, u32)>,
    /// The functions of other modules that its code names, in the order of the table.
    pub imports: Vec<Mfa>,
}

impl Interface {
    /// Whether a function is exported.
    pub fn exports(&self, name: &str, arity: u32) -> bool {
        let found = self.exports.binary_search_by(|(known, count)| (known.as_str(), *count).cmp(&(name, arity)));
        found.is_ok()
    }
}

impl Store {
    /// How many times a file was read.
    pub fn reads(&self) -> usize {
        self.reads.load(Ordering::Relaxed)
    }

    /// Takes modules with debug information in, for those that have the same code and none.
    pub fn know_unstripped(&mut self, modules: impl IntoIterator<Item = (String, Spot)>) {
        for (name, spot) in modules {
            let known = self.unstripped.entry(name).or_default();
            if !known.contains(&spot) {
                known.push(spot);
            }
        }
    }

    /// Forgets a file, which has changed.
    pub fn forget(&self, spot: &Spot) {
        self.modules().remove(spot);
    }

    /// Gives back the memory of the functions that were read.
    pub fn forget_programs(&self) {
        *self.programs() = Programs::default();
    }

    fn programs(&self) -> std::sync::MutexGuard<'_, Programs> {
        // A panic leaves the table whole.
        self.programs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn modules(&self) -> std::sync::MutexGuard<'_, HashMap<Spot, Arc<Module>>> {
        // A panic leaves the table whole.
        self.modules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The store with the trees that its modules are in.
#[derive(Clone, Copy)]
pub struct Beams<'o> {
    trees: &'o Trees<'o>,
    store: &'o Store,
}

impl<'o> Beams<'o> {
    /// A store and its trees.
    pub fn new(trees: &'o Trees<'_>, store: &'o Store) -> Beams<'o> {
        Beams { trees, store }
    }

    /// The trees.
    pub fn trees(self) -> &'o Trees<'o> {
        self.trees
    }

    /// Gives back the memory of the functions that were read.
    pub fn forget_programs(self) {
        self.store.forget_programs();
    }

    /// A look at the module in a file. Nothing is read yet.
    pub fn at(self, spot: &Spot) -> Look<'o> {
        self.trees.get(spot.tree).used(&spot.path);
        let module = Arc::clone(self.store.modules().entry(spot.clone()).or_default());
        Look { beams: self, spot: spot.clone(), module }
    }

    /// Makes one module of two files that hold the same bytes.
    pub fn are_one(self, one: &Spot, other: &Spot) {
        let mut modules = self.store.modules();
        let Some(kept) = modules.get(one).cloned() else { return };
        if let Some(dropped) = modules.insert(other.clone(), Arc::clone(&kept))
            && !Arc::ptr_eq(&dropped, &kept)
            && let Some(bytes) = dropped.bytes.lock().unwrap_or_else(PoisonError::into_inner).take()
        {
            self.store.kept.fetch_sub(bytes.len(), Ordering::Relaxed);
        }
    }
}

/// The bytes of a module's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened(Arc<Vec<u8>>);

impl Opened {
    /// The module, its chunks found.
    pub fn beam(&self) -> Result<Beam<'_>, Unreadable> {
        Beam::open(&self.0)
    }
}

/// One module of a run.
pub struct Look<'o> {
    beams: Beams<'o>,
    spot: Spot,
    module: Arc<Module>,
}

impl Look<'_> {
    /// Where it is.
    pub fn spot(&self) -> &Spot {
        &self.spot
    }

    /// The file.
    pub fn open(&self) -> Result<Opened, Refusal> {
        let mut kept = self.module.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bytes) = kept.as_ref() {
            return Ok(Opened(Arc::clone(bytes)));
        }
        let bytes = self.beams.trees.get(self.spot.tree).read(&self.spot.path)?;
        let bytes = Arc::new(self.unstripped(&bytes).unwrap_or(bytes));
        let store = self.beams.store;
        store.reads.fetch_add(1, Ordering::Relaxed);
        if store.kept.fetch_add(bytes.len(), Ordering::Relaxed) + bytes.len() <= ROOM {
            *kept = Some(Arc::clone(&bytes));
        } else {
            store.kept.fetch_sub(bytes.len(), Ordering::Relaxed);
        }
        Ok(Opened(bytes))
    }

    /// The module with debug information that has the same code, where this one has none.
    fn unstripped(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let name = self.spot.path.rsplit('/').next()?.strip_suffix(".beam")?;
        let candidates = self.beams.store.unstripped.get(name)?;
        let own = Beam::open(bytes).ok().filter(|beam| Debug::open(beam).is_none())?;
        let md5 = own.md5();
        candidates.iter().find_map(|spot| {
            let tree = self.beams.trees.get(spot.tree);
            tree.used(&spot.path);
            let other = tree.read(&spot.path).ok()?;
            let is_same = Beam::open(&other).is_ok_and(|beam| beam.md5() == md5 && Debug::open(&beam).is_some());
            is_same.then_some(other)
        })
    }

    /// Has a look at the whole module; `None` where it cannot be read.
    fn see<R>(&self, see: impl FnOnce(&Beam<'_>) -> Option<R>) -> Option<R> {
        see(&self.open().ok()?.beam().ok()?)
    }

    /// What is known of it; `None` where it cannot be read.
    pub fn facts(&self) -> Option<Arc<Facts>> {
        self.module.facts.get_or_init(|| self.see(|beam| Facts::of(beam).ok()).map(Arc::new)).clone()
    }

    /// The same, for a module that was opened, with the reason where it cannot be read.
    pub fn facts_of(&self, beam: &Beam<'_>) -> Result<Arc<Facts>, Unreadable> {
        if let Some(Some(facts)) = self.module.facts.get() {
            return Ok(Arc::clone(facts));
        }
        let facts = Arc::new(Facts::of(beam)?);
        Ok(self.module.facts.get_or_init(|| Some(facts.clone())).clone().unwrap_or(facts))
    }

    /// What it offers and uses.
    pub fn interface(&self) -> Option<Arc<Interface>> {
        let read = || {
            self.see(|beam| {
                let atoms = beam.atoms().ok()?;
                let mut exports = beam.exports(&atoms).ok()?;
                exports.sort_unstable();
                Some(Arc::new(Interface { exports, imports: beam.imports(&atoms).ok()? }))
            })
        };
        self.module.interface.get_or_init(read).clone()
    }

    /// Which of its functions calls which function of another module; `None` where the code holds instructions that are not known.
    pub fn calls(&self) -> Option<Arc<Vec<Call>>> {
        self.module.calls.get_or_init(|| self.see(|beam| beam.calls()).map(Arc::new)).clone()
    }

    /// The functions that it calls by name.
    pub fn named_calls(&self) -> Arc<Vec<NamedCall>> {
        let read = || {
            let calls = self.see(|beam| {
                let atoms = beam.atoms().ok()?;
                let imports = beam.import_names(&atoms).ok()?;
                Some(beam.named_calls(&atoms, &imports))
            });
            Arc::new(calls.unwrap_or_default())
        };
        Arc::clone(self.module.named_calls.get_or_init(read))
    }

    /// The external funs among its literals (`fun module:name/arity`).
    pub fn external_funs(&self) -> Arc<Vec<Mfa>> {
        Arc::clone(self.module.external_funs.get_or_init(|| Arc::new(self.see(|beam| Some(beam.external_funs())).unwrap_or_default())))
    }

    /// Its functions as they were written; `None` without debug information.
    pub fn program(&self) -> Option<Arc<Program>> {
        let key = Arc::as_ptr(&self.module).addr();
        let store = self.beams.store;
        if let Some((_, known)) = store.programs().known.get(&key) {
            return known.clone();
        }
        let program = self.see(Program::of).map(Arc::new);
        let size = program.as_ref().map_or(0, |program| program.size());
        let mut programs = store.programs();
        // Another thread may have read it meanwhile.
        if let Some((_, known)) = programs.known.get(&key) {
            return known.clone();
        }
        if programs.size + size > PROGRAM_ROOM {
            *programs = Programs::default();
        }
        programs.size += size;
        programs.known.insert(key, (Arc::clone(&self.module), program.clone()));
        program
    }

    /// Whether its code names one of some atoms; hardly ever true of one that does not.
    pub fn names_any(&self, wanted: &Names) -> bool {
        let read = || self.see(|beam| Some(beam.atoms().ok()?.iter().map(hashed).collect())).unwrap_or_default();
        self.module.atoms.get_or_init(read).iter().any(|atom| wanted.0.contains(atom))
    }

    /// Its MD5 (`code:module_md5/1`).
    pub fn md5(&self) -> Option<[u8; 16]> {
        *self.module.md5.get_or_init(|| self.see(|beam| Some(beam.md5())))
    }

    /// The same, for a module that was opened.
    pub fn md5_of(&self, beam: &Beam<'_>) -> [u8; 16] {
        self.module.md5.get_or_init(|| Some(beam.md5())).unwrap_or_else(|| beam.md5())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{MemoryTree, TreeId};

    #[test]
    fn files_are_read_once_and_again_after_a_change() {
        let mut tree = MemoryTree::default();
        tree.insert("a.beam", b"no module".to_vec());
        tree.insert("b.beam", b"no module".to_vec());
        let (trees, store) = (Trees::new(&tree), Store::default());
        let beams = Beams::new(&trees, &store);
        let (a, b) = (Spot::new(TreeId::Outside, "a.beam"), Spot::new(TreeId::Outside, "b.beam"));
        assert!(beams.at(&a).facts().is_none() && beams.at(&a).calls().is_none());
        assert_eq!(beams.at(&a).open(), beams.at(&b).open());
        assert_eq!(store.reads(), 2);
        beams.are_one(&a, &b);
        assert_eq!(store.kept.load(Ordering::Relaxed), b"no module".len());
        assert!(beams.at(&b).interface().is_none());
        assert_eq!(store.reads(), 2);
        store.forget(&a);
        assert!(beams.at(&a).md5().is_none());
        assert_eq!(store.reads(), 3);
        assert_eq!(beams.at(&Spot::new(TreeId::Outside, "c.beam")).open(), Err(Refusal::Absent));
    }
}
