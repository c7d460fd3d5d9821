//! From what a user names to a [`Release`]: a `.rel` file or its stem, an unpacked release, a tarball.

use super::library::{Folder, Library, Shelf};
use super::read_rel::read_rel;
use super::rel::Rel;
use super::{Application, FileKind, Release, check, faults, modules_in, with_otp_tag};
use crate::beam::{Beams, Store};
use crate::diag::{Findings, Severity};
use crate::otp::Otp;
use crate::parallel;
use crate::source::{FileTree, Files, Keep, Kind, Refusal, Source, Spot, TreeId, Trees, expand, join, parent, refused, unreadable_folder, unreadable_releases};
use crate::span::FileId;
use crate::term::{Atom, Document, Extent, Sensitive, parse, text_after_term};
use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use std::sync::{Arc, OnceLock};

/// Opens releases; reads every file once.
pub struct Opener<'a> {
    trees: Trees<'a>,
    search: Vec<String>,
    debug_info: Vec<String>,
    otp: Option<Otp>,
    library: Library,
    files: Files,
    /// The files that were read.
    texts: HashMap<Spot, FileId>,
    /// What the `.rel` files hold that were parsed, and for which version.
    rels: HashMap<Spot, (Otp, Arc<Document>)>,
    store: Store,
}

/// A release found, not yet read: where its `.rel` is, and its own `lib` folder.
struct Located {
    spot: Spot,
    own: Option<String>,
}

/// The same with its `.rel` read, and what in that other versions of OTP read otherwise.
struct Found {
    located: Located,
    rel: Rel,
    sensitive: Vec<Sensitive>,
    /// Whether something in it is refused.
    is_refused: bool,
}

impl<'a> Opener<'a> {
    /// An opener over a tree, with the entries of `--path` and the version whose behaviour counts, when it is given.
    pub fn new(outside: &'a dyn FileTree, search: Vec<String>, otp: Option<Otp>) -> Opener<'a> {
        Opener {
            trees: Trees::new(outside),
            search,
            debug_info: Vec::new(),
            otp,
            library: Library::default(),
            files: Files::default(),
            texts: HashMap::new(),
            rels: HashMap::new(),
            store: Store::default(),
        }
    }

    /// The same, for a run that also looks at code and configuration: tarballs are then kept whole.
    pub fn with_code(mut self) -> Opener<'a> {
        self.trees.keep = Keep::Everything;
        self
    }

    /// The same, for a run that takes debug information which a release lacks from the modules in other folders.
    pub fn with_debug_info(self, folders: Vec<String>) -> Opener<'a> {
        Opener { debug_info: folders, ..self }
    }

    /// The trees that everything is read from.
    pub fn trees(&self) -> &Trees<'a> {
        &self.trees
    }

    /// The compiled modules.
    pub fn beams(&self) -> Beams<'_> {
        Beams::new(&self.trees, &self.store)
    }

    /// The version whose behaviour counts: the one given, else that of the first release opened, else the newest.
    pub fn otp(&self) -> Otp {
        self.otp.unwrap_or(Otp::NEWEST)
    }

    /// Every file read so far.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// The same, to be called by other names in a report.
    pub fn files_mut(&mut self) -> &mut Files {
        &mut self.files
    }

    /// How many times a compiled module was read.
    pub fn reads_of_beams(&self) -> usize {
        self.store.reads()
    }

    /// The files, when nothing more is to be read.
    pub fn into_files(self) -> Files {
        self.files
    }

    /// Decides which version counts from now on; `None` for that of the first release opened next.
    pub fn set_otp(&mut self, otp: Option<Otp>) {
        self.otp = otp;
    }

    /// Opens releases that are looked at together, the target first; `None` for each that cannot be read, with the findings why.
    /// One that OTP refuses is opened as far as it goes.
    pub fn open(&mut self, references: &[&str], found: &mut Findings) -> Vec<Option<Release>> {
        let given = self.search_path(found);
        self.find_debug_info(found);
        let rels: Vec<Option<Found>> = references
            .iter()
            .map(|reference| {
                let located = self.locate(reference, &given, found)?;
                let before = found.count(Severity::Error);
                let (rel, sensitive) = self.read_rel(&located, found)?;
                Some(Found { located, rel, sensitive, is_refused: found.count(Severity::Error) > before })
            })
            .collect();
        let shelves = self.load_applications(&rels, &given, found);
        let jobs: Vec<_> = rels.into_iter().zip(shelves).collect();
        let library = &self.library;
        let chosen = parallel::each(jobs, |(found, shelf)| Some(choose(library, found?, &*shelf?)));
        let releases = parallel::each(chosen, |chosen| Some(put_together(chosen?)));
        releases
            .into_iter()
            .map(|release| {
                let (release, faults) = release?;
                found.append(faults);
                Some(release)
            })
            .collect()
    }

    /// Reads a file that describes a release, for a layer that knows what is in it.
    pub fn read(&mut self, spot: &Spot) -> Result<FileId, Refusal> {
        self.keep(spot, |tree| tree.read_text(&spot.path))
    }

    /// Reads a relup, which may be as large as its releases are many.
    pub fn read_relup(&mut self, spot: &Spot) -> Result<FileId, Refusal> {
        self.keep(spot, |tree| tree.read(&spot.path))
    }

    /// Reads a file that was not read before, and keeps it.
    fn keep(&mut self, spot: &Spot, read: impl FnOnce(&dyn FileTree) -> Result<Vec<u8>, Refusal>) -> Result<FileId, Refusal> {
        let tree = self.trees.get(spot.tree);
        if let Some(file) = self.texts.get(spot) {
            tree.used(&spot.path);
            return Ok(*file);
        }
        let bytes = read(tree)?;
        let file = self.files.add(Source::new(self.trees.display(spot), bytes));
        self.texts.insert(spot.clone(), file);
        Ok(file)
    }

    /// Forgets a file that has changed.
    pub fn forget(&mut self, path: &str) {
        let spot = Spot::new(TreeId::Outside, path);
        self.texts.remove(&spot);
        self.rels.remove(&spot);
        self.library.forget(&spot);
        self.store.forget(&spot);
        self.trees.forget_archive(path);
    }

    /// Reads and parses the first term of many files, in parallel.
    pub fn read_all(&mut self, spots: &[Spot]) -> Vec<Result<Document, Refusal>> {
        const WORTH_A_THREAD: usize = 8;
        let (otp, trees, files) = (self.otp(), &self.trees, &mut self.files);
        let jobs: Vec<(FileId, &Spot)> = spots.iter().map(|spot| (files.reserve(&trees.display(spot)), spot)).collect();
        let read = parallel::map(&jobs, WORTH_A_THREAD, |(file, spot)| {
            let bytes = trees.get(spot.tree).read_text(&spot.path);
            let refusal = bytes.as_ref().err().cloned();
            let source = Source::new(trees.display(spot), bytes.unwrap_or_default());
            let document = refusal.map_or_else(|| Ok(parse(&source, *file, otp, Extent::First)), Err);
            (source, document)
        });
        let mut documents = Vec::with_capacity(read.len());
        for ((file, spot), (source, document)) in jobs.into_iter().zip(read) {
            self.files.put(file, source);
            if document.is_ok() {
                self.texts.insert(spot.clone(), file);
            }
            documents.push(document);
        }
        documents
    }

    /// Parses a file that was read, at the version that counts.
    pub fn parse(&self, file: FileId, extent: Extent) -> Document {
        let otp = self.otp();
        self.files.get(file).map(|source| parse(source, file, otp, extent)).unwrap_or_default()
    }

    /// The folders that `--path` names.
    fn search_path(&self, found: &mut Findings) -> Vec<Folder> {
        let mut folders = Vec::new();
        for entry in &self.search {
            let mut refused = Vec::new();
            let expanded = expand(self.trees.outside(), entry, &mut refused).into_iter().map(|path| Spot::new(TreeId::Outside, path));
            let listed = Folder::list(&self.trees, expanded.collect());
            if listed.is_empty() && refused.is_empty() {
                found.push(faults::search_path_empty(entry));
            }
            found.extend(refused.iter().map(|(folder, words)| unreadable_folder(folder, words)));
            folders.extend(listed);
        }
        folders
    }

    /// Notes where unstripped modules are.
    fn find_debug_info(&mut self, found: &mut Findings) {
        for entry in &self.debug_info {
            let mut refused = Vec::new();
            let folders = expand(self.trees.outside(), entry, &mut refused);
            let modules: Vec<(String, Spot)> = folders
                .iter()
                .flat_map(|folder| {
                    let here = |name: &String| Spot::new(TreeId::Outside, join(folder, &format!("{name}.beam")));
                    modules_in(self.trees.outside(), folder).into_iter().map(move |name| (name.clone(), here(&name))).collect::<Vec<_>>()
                })
                .collect();
            if modules.is_empty() && refused.is_empty() {
                found.push(faults::debug_info_empty(entry));
            }
            found.extend(refused.iter().map(|(folder, words)| unreadable_folder(folder, words)));
            self.store.know_unstripped(modules);
        }
    }

    // ---- finding the .rel ----

    fn locate(&mut self, reference: &str, given: &[Folder], found: &mut Findings) -> Option<Located> {
        let (name, version) = split_version(reference, self.trees.outside());
        if version.is_none() {
            if [".tar.gz", ".tgz", ".tar"].iter().any(|end| name.ends_with(end)) && self.trees.outside().is_file(name) {
                let tree = self.trees.archive(name).map_err(|diagnostic| found.push(*diagnostic)).ok()?;
                return self.locate_in_root(reference, &Spot::new(tree, ""), None, found);
            }
            if let Some(path) = self.rel_file(name, given) {
                let own = self.root_of(&path).map(|root| join(&root, "lib"));
                return Some(Located { spot: Spot::new(TreeId::Outside, path), own });
            }
        }
        if self.trees.outside().is_folder(name) {
            return self.locate_in_root(reference, &Spot::new(TreeId::Outside, name), version, found);
        }
        if let Err(why @ (Refusal::Refused(_) | Refusal::TooLarge(_))) = self.trees.outside().kind(name) {
            found.push(refused(name, &why));
            return None;
        }
        let stem = name.strip_suffix(".rel").unwrap_or(name);
        let unusable = |path: &str| match self.trees.outside().kind(path) {
            Ok(Kind::Other) => Some("it is not a regular file"),
            Ok(Kind::Folder) => Some("it is a folder"),
            Ok(Kind::File) | Err(_) => None,
        };
        for path in [format!("{stem}.rel"), name.to_owned()] {
            if let Some(words) = unusable(&path) {
                found.push(refused(&path, &Refusal::Refused(words.to_owned())).otp("not_found"));
                return None;
            }
        }
        found.push(faults::not_found(reference, &[format!("`{stem}.rel`"), format!("the folder `{name}`")]));
        None
    }

    /// `name.rel` or `name` with `.rel` after it; relative ones also in the folders of the search path, as `systools` does.
    fn rel_file(&self, name: &str, given: &[Folder]) -> Option<String> {
        let outside = self.trees.outside();
        let with_ending = format!("{name}.rel");
        let mut names = vec![with_ending.as_str()];
        if name.ends_with(".rel") {
            names.insert(0, name);
        }
        if let Some(path) = names.iter().find(|name| outside.is_file(name)) {
            return Some((*path).to_owned());
        }
        if name.starts_with('/') {
            return None;
        }
        given.iter().flat_map(|folder| names.iter().map(move |name| join(&folder.spot.path, name))).find(|path| outside.is_file(path))
    }

    /// The root of the release whose own `releases/` folder holds this file.
    fn root_of(&self, path: &str) -> Option<String> {
        let above = parent(path);
        let is_releases = |folder: &str| folder == "releases" || folder.ends_with("/releases");
        let releases = if is_releases(above) { above } else { parent(above) };
        let root = parent(releases);
        (is_releases(releases) && self.trees.outside().is_folder(&join(root, "lib"))).then(|| root.to_owned())
    }

    /// Chooses among the releases of an unpacked release or a tarball.
    fn locate_in_root(&mut self, reference: &str, root: &Spot, version: Option<&str>, found: &mut Findings) -> Option<Located> {
        let releases = Spot::new(root.tree, join(&root.path, "releases"));
        if let Err(Refusal::Refused(words)) = self.trees.get(root.tree).list(&releases.path) {
            found.push(unreadable_releases(&self.trees.display(&releases), &words));
            return None;
        }
        let candidates = self.releases_in(root, found);
        let wanted = version.map(str::to_owned).or_else(|| self.start_version(root));
        let versions: Vec<String> = {
            let mut versions: Vec<String> = candidates.iter().map(|(vsn, _)| vsn.clone()).collect();
            versions.dedup();
            versions
        };
        let matching: Vec<&(String, String)> = match &wanted {
            Some(wanted) => candidates.iter().filter(|(vsn, _)| vsn == wanted).collect(),
            None => candidates.iter().collect(),
        };
        let matching = self.distinct(root.tree, prefer_own(matching));
        match matching.as_slice() {
            [(_, path)] => Some(Located { spot: Spot::new(root.tree, path), own: Some(join(&root.path, "lib")) }),
            [] => {
                match wanted {
                    Some(wanted) => found.push(faults::no_such_version(reference, &wanted, &versions)),
                    None => found.push(faults::not_found(reference, &["`releases/*/*.rel`".to_owned(), "`releases/*.rel`".to_owned()])),
                }
                None
            }
            several => {
                let choices: Vec<String> = if versions.len() > 1 && wanted.is_none() {
                    versions.iter().map(|vsn| format!("`{reference}@{vsn}`")).collect()
                } else {
                    several.iter().map(|(_, path)| format!("`{path}`")).collect()
                };
                found.push(faults::ambiguous(reference, &choices));
                None
            }
        }
    }

    /// Leaves out what holds the same as an earlier one: after an upgrade the release handler's copy is beside the original.
    fn distinct<'c>(&mut self, tree: TreeId, candidates: Vec<&'c (String, String)>) -> Vec<&'c (String, String)> {
        if candidates.len() < 2 {
            return candidates;
        }
        let mut seen = std::collections::BTreeSet::new();
        let mut is_other = |(_, path): &&(String, String)| match self.read(&Spot::new(tree, path)) {
            Ok(file) => seen.insert(self.files.get(file).map(|source| source.bytes().into_owned()).unwrap_or_default()),
            Err(_) => true,
        };
        candidates.into_iter().filter(|candidate| is_other(candidate)).collect()
    }

    /// Version and path of every `.rel` below `releases/`, sorted by path; one that cannot be read goes by its folder.
    fn releases_in(&mut self, root: &Spot, found: &mut Findings) -> Vec<(String, String)> {
        let tree = self.trees.get(root.tree);
        let releases = join(&root.path, "releases");
        let mut paths = Vec::new();
        for name in tree.list(&releases).unwrap_or_default() {
            let path = join(&releases, &name);
            if name.ends_with(".rel") {
                paths.push(path);
            } else {
                match tree.list(&path) {
                    Ok(inner) => paths.extend(inner.iter().filter(|name| name.ends_with(".rel")).map(|name| join(&path, name))),
                    Err(Refusal::Refused(words)) => found.push(unreadable_folder(&self.trees.display(&Spot::new(root.tree, path)), &words)),
                    Err(Refusal::Absent | Refusal::TooLarge(_)) => {}
                }
            }
        }
        let mut list: Vec<(String, String)> = paths
            .into_iter()
            .map(|path| {
                let version = self.peek_version(root.tree, &path).unwrap_or_else(|| last_name(parent(&path)).to_owned());
                (version, path)
            })
            .collect();
        list.sort();
        // The release handler keeps a copy beside the folder of the version: the one in the folder counts.
        let inner: Vec<(String, String)> =
            list.iter().filter(|(_, path)| parent(path) != releases).map(|(vsn, path)| (vsn.clone(), last_name(path).to_owned())).collect();
        list.retain(|(vsn, path)| {
            parent(path) != releases
                || !inner.iter().any(|(other, name)| other == vsn && (last_name(path) == name || last_name(path) == format!("{}-{vsn}.rel", stem(name))))
        });
        list
    }

    fn peek_version(&mut self, tree: TreeId, path: &str) -> Option<String> {
        let document = self.parse_rel(&Spot::new(tree, path), self.otp()).ok()?;
        Some(read_rel(document.terms.first()?, &mut Findings::default())?.vsn.value)
    }

    /// The version that `releases/start_erl.data` names.
    fn start_version(&self, root: &Spot) -> Option<String> {
        let bytes = self.trees.get(root.tree).read(&join(&root.path, "releases/start_erl.data")).ok()?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        text.split_whitespace().nth(1).map(str::to_owned)
    }

    // ---- reading ----

    /// Reads a `.rel`. The first one of a run decides the version that counts, unless it was given.
    fn read_rel(&mut self, located: &Located, found: &mut Findings) -> Option<(Rel, Vec<Sensitive>)> {
        let mut parse = |opener: &mut Opener<'_>, otp| {
            let parsed = opener.parse_rel(&located.spot, otp);
            parsed.map_err(|why| found.push(refused(&opener.trees.display(&located.spot), &why).otp("not_found"))).ok()
        };
        let mut document = parse(self, self.otp())?;
        if self.otp.is_none() {
            let rel = document.terms.first().and_then(|term| read_rel(term, &mut Findings::default()));
            let otp = Otp::from_erts(&rel.map(|rel| rel.erts.value).unwrap_or_default());
            self.otp = Some(otp);
            document = parse(self, otp)?;
        }
        found.extend(document.faults.iter().cloned().map(|fault| with_otp_tag(fault, FileKind::Rel)));
        found.extend(document.rest.map(text_after_term));
        let rel = read_rel(document.terms.first()?, found);
        rel.filter(|_| document.faults.is_empty()).map(|rel| (rel, document.sensitive.clone()))
    }

    /// What a `.rel` holds for a version of OTP; parsed again only where versions differ in it.
    fn parse_rel(&mut self, spot: &Spot, otp: Otp) -> Result<Arc<Document>, Refusal> {
        let file = self.read(spot)?;
        if let Some((parsed_for, document)) = self.rels.get(spot)
            && (*parsed_for == otp || (document.sensitive.is_empty() && document.faults.is_empty()))
        {
            return Ok(Arc::clone(document));
        }
        let document = Arc::new(self.files.get(file).map(|source| parse(source, file, otp, Extent::First)).unwrap_or_default());
        self.rels.insert(spot.clone(), (otp, Arc::clone(&document)));
        Ok(document)
    }

    /// Lists the folders of each release's search path and reads every `.app` that may be wanted.
    fn load_applications(&mut self, rels: &[Option<Found>], given: &[Folder], found: &mut Findings) -> Vec<Option<Arc<Shelf>>> {
        let otp = self.otp();
        let mut known: HashMap<Option<Spot>, Arc<Shelf>> = HashMap::new();
        let mut shelves = Vec::new();
        let mut wanted = Vec::new();
        for rel in rels {
            let Some(Found { located, rel, .. }) = rel else {
                shelves.push(None);
                continue;
            };
            let own = located.own.as_ref().map(|own| Spot::new(located.spot.tree, own));
            let shelf = known.entry(own).or_insert_with_key(|own| {
                let own = own.as_ref().map(|own| Folder::list(&self.trees, libraries(&self.trees, own, found))).unwrap_or_default();
                Arc::new(Shelf::new(&self.trees, given.iter().chain(&own), found))
            });
            wanted.extend(rel.apps.iter().flat_map(|app| shelf.candidates(app)).map(|(_, spot)| spot));
            shelves.push(Some(Arc::clone(shelf)));
        }
        self.library.load(&self.trees, wanted, otp, &mut self.files);
        shelves
    }
}

/// A release whose applications were looked for.
struct Chosen {
    found: Found,
    applications: Vec<Application>,
    /// Those that its `.rel` names and that cannot be had.
    absent: HashSet<Atom>,
    faults: Findings,
}

/// Looks for the applications of a release.
fn choose(library: &Library, mut found: Found, shelf: &Shelf) -> Chosen {
    let mut faults = Findings::default();
    let mut absent = HashSet::new();
    let mut applications = Vec::with_capacity(found.rel.apps.len());
    for app in &found.rel.apps {
        let Some((file, folder, read_differently)) = library.choose(app, shelf, &mut faults) else {
            absent.insert(app.name.value.clone());
            continue;
        };
        found.sensitive.extend(read_differently.iter().cloned());
        let includes = match &app.includes {
            None => file.included.clone(),
            Some(includes) => {
                let allowed: HashSet<&str> = file.included.iter().map(|name| name.value.as_str()).collect();
                for missing in includes.iter().filter(|name| !allowed.contains(name.value.as_str())) {
                    faults.push(faults::override_include(app, missing, file.span));
                }
                includes.clone()
            }
        };
        applications.push(Application {
            name: app.name.clone(),
            vsn: app.vsn.clone(),
            kind: app.kind.value,
            file,
            includes,
            folder,
            compiled: OnceLock::new(),
        });
    }
    Chosen { found, applications, absent, faults }
}

/// A release of the applications that can be had.
fn put_together(chosen: Chosen) -> (Release, Findings) {
    let Chosen { found: Found { located, rel, sensitive, is_refused }, applications, absent, mut faults } = chosen;
    let check::Checked { order, modules } = check::check(&applications, &absent, rel.apps_span, &mut faults);
    let is_refused = is_refused || faults.has_errors();
    let mut names = HashMap::new();
    for (at, application) in applications.iter().enumerate() {
        names.entry(application.name.value.clone()).or_insert(at);
    }
    (Release { rel, applications, absent, order, names, modules, spot: located.spot, sensitive, is_refused }, faults)
}

/// The `ebin` folders of a release's own `lib`; its path is taken by the letter, whatever stars are in it.
fn libraries(trees: &Trees<'_>, lib: &Spot, found: &mut Findings) -> Vec<Spot> {
    let names = match trees.get(lib.tree).list(&lib.path) {
        Ok(names) => names,
        Err(Refusal::Refused(words)) => {
            found.push(unreadable_folder(&trees.display(lib), &words));
            Vec::new()
        }
        Err(Refusal::Absent | Refusal::TooLarge(_)) => Vec::new(),
    };
    names.into_iter().map(|name| Spot::new(lib.tree, join(&join(&lib.path, &name), "ebin"))).collect()
}

/// `root@vsn`, unless a file or folder has the whole name.
fn split_version<'r>(reference: &'r str, tree: &dyn FileTree) -> (&'r str, Option<&'r str>) {
    match reference.rsplit_once('@') {
        Some((root, version)) if !version.contains('/') && tree.kind(reference).is_err() && tree.is_folder(root) => (root, Some(version)),
        _ => (reference, None),
    }
}

/// Drops the boot releases that OTP brings along (`start_clean` and its like) when another one is there.
fn prefer_own(candidates: Vec<&(String, String)>) -> Vec<&(String, String)> {
    const BOOT: &[&str] = &["start_clean", "start_sasl", "start_all_example", "no_dot_erlang"];
    let own: Vec<&(String, String)> = candidates.iter().copied().filter(|(_, path)| !BOOT.contains(&stem(last_name(path)))).collect();
    if own.is_empty() { candidates } else { own }
}

fn last_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

fn stem(name: &str) -> &str {
    name.strip_suffix(".rel").unwrap_or(name)
}
