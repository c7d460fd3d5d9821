//! A session as an editor drives it: in memory, with what was computed again counted, and every file read once.

use relupc::diag::Diagnostic;
use relupc::session::{Counts, LintRequest, Session, Settings};
use relupc::source::{Digest, FileTree, Kind, MemoryTree, Overlay, Refusal};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Mutex;

/// A tree in memory that counts how often each file is read.
#[derive(Default)]
struct Counting {
    tree: MemoryTree,
    reads: Mutex<BTreeMap<String, usize>>,
}

impl FileTree for Counting {
    fn read(&self, path: &str) -> Result<Vec<u8>, Refusal> {
        let bytes = self.tree.read(path)?;
        *self.reads.lock().unwrap().entry(path.to_owned()).or_default() += 1;
        Ok(bytes)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, Refusal> {
        self.tree.list(folder)
    }

    fn kind(&self, path: &str) -> Result<Kind, Refusal> {
        self.tree.kind(path)
    }

    fn digest(&self, path: &str) -> Result<Digest, Refusal> {
        self.tree.digest(path)
    }
}

/// The files of a fixture, in memory.
fn fixture(name: &str) -> Counting {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/releases").join(name);
    let mut counting = Counting::default();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                counting.tree.insert(path.strip_prefix(&root).unwrap().to_str().unwrap(), fs::read(&path).unwrap());
            }
        }
    }
    counting
}

fn shown(findings: &[Diagnostic]) -> Vec<(&'static str, String)> {
    findings.iter().map(|found| (found.code.id, found.message.clone())).collect()
}

fn settings() -> Settings {
    Settings { with_code: true, ..Settings::default() }
}

#[test]
fn every_file_of_a_run_is_read_once() {
    for (name, base, target) in [("hazards", "base", "target"), ("planted", "base", "target"), ("donation_platform", "1.0.0", "1.1.0")] {
        let disk = fixture(name);
        let overlay = Overlay::new(&disk);
        let mut session = Session::new(&overlay, settings());
        let request = LintRequest { paths: vec![".".to_owned()], target: Some(target.to_owned()), bases: vec![base.to_owned(), base.to_owned()] };
        let report = session.report(&request).unwrap();
        assert!(report.opened, "{name}: {:?}", shown(&report.findings));
        let reads = disk.reads.lock().unwrap();
        let beams = reads.keys().filter(|path| path.ends_with(".beam")).count();
        assert!(beams > 4, "{name}: {reads:?}");
        // What only one file of a folder says about another, like `start_erl.data`, is read by each who asks.
        let twice: Vec<_> =
            reads.iter().filter(|(path, count)| **count > 1 && [".beam", ".rel", ".app", ".appup", "relup"].iter().any(|end| path.ends_with(end))).collect();
        assert!(twice.is_empty(), "{name}: {twice:?}");
        assert!(session.counts().beams >= beams, "{name}");
    }
}

/// An appup of the target, and its text.
fn an_appup(disk: &Counting) -> (String, String) {
    let mut folders = vec!["target/lib".to_owned()];
    while let Some(folder) = folders.pop() {
        for name in disk.list(&folder).unwrap() {
            let path = format!("{folder}/{name}");
            if disk.is_folder(&path) {
                folders.push(path);
            } else if path.ends_with(".appup") {
                let text = String::from_utf8(disk.tree.read(&path).unwrap()).unwrap();
                return (path, text);
            }
        }
    }
    panic!("no appup in the fixture");
}

#[test]
fn only_what_depends_on_a_change_is_computed_again() {
    let disk = fixture("hazards");
    let (appup, text) = an_appup(&disk);
    let overlay = Overlay::new(&disk);
    let mut session = Session::new(&overlay, settings());
    let ask = |session: &mut Session<'_>| shown(&session.pair_findings("target", &["base".to_owned()]));
    let first = ask(&mut session);
    let once = session.counts();
    assert_eq!(Counts { beams: 0, ..once }, Counts { files: 0, releases: 1, comparisons: 1, plans: 1, pairs: 1, beams: 0 });
    // Asked again, nothing is computed.
    assert_eq!(ask(&mut session), first);
    assert_eq!(session.counts(), once);
    // A text that is not saved: the paths are planned again, nothing is opened or compared again.
    session.change(&appup, text.replacen("load_module", "load_modul", 1));
    let broken = ask(&mut session);
    assert!(broken.iter().any(|(_, message)| message.contains("load_modul`") || message.contains("load_modul,")), "{broken:?}");
    assert_eq!(session.counts(), Counts { plans: 2, pairs: 2, ..once });
    // Closed, the file on disk counts again.
    session.close(&appup);
    assert_eq!(ask(&mut session), first);
    assert_eq!(session.counts(), Counts { plans: 3, pairs: 3, ..once });
    // What no answer was made of changes nothing.
    session.change("elsewhere/notes.txt", "x");
    assert_eq!(ask(&mut session), first);
    assert_eq!(session.counts(), Counts { plans: 3, pairs: 3, ..once });
    // A module on disk: it alone is read again.
    let module = disk.reads.lock().unwrap().keys().find(|path| path.starts_with("target") && path.ends_with(".beam")).unwrap().clone();
    session.changed_on_disk(&module, false);
    assert_eq!(ask(&mut session), first);
    let after = session.counts();
    assert_eq!(after, Counts { plans: 3, pairs: 4, comparisons: 2, beams: once.beams + 1, ..once });
    // The `.rel`: everything, but the modules.
    let rel = disk.reads.lock().unwrap().keys().find(|path| path.starts_with("target") && path.ends_with(".rel")).unwrap().clone();
    session.changed_on_disk(&rel, false);
    assert_eq!(ask(&mut session), first);
    assert_eq!(session.counts(), Counts { releases: 2, plans: 4, pairs: 5, comparisons: 3, ..after });
}

#[test]
fn a_file_is_checked_with_what_is_beside_it() {
    let mut disk = MemoryTree::default();
    disk.insert("src/a.appup.src", b"{\"2\",[{\"1\",[{load_module,a}]}],[{\"1\",[{load_module,a}]}]}.\n".to_vec());
    disk.insert("src/b.appup.src", b"{\"2\",[],[]}.\n".to_vec());
    let overlay = Overlay::new(&disk);
    let mut session = Session::new(&overlay, settings());
    let codes = |session: &mut Session<'_>, path: &str| -> Vec<&'static str> { session.findings(path).iter().map(|found| found.code.id).collect() };
    assert_eq!(codes(&mut session, "src/a.appup.src"), Vec::<&str>::new());
    codes(&mut session, "src/b.appup.src");
    assert_eq!(session.counts().files, 2);
    // Typing, letter by letter: only this file is checked.
    session.change("src/a.appup.src", "{\"2\",[{\"1\",[{load_module,a}]}],[{\"1\",[{load_module,a}]}]}\n");
    assert_eq!(codes(&mut session, "src/a.appup.src"), ["RL0104"]);
    codes(&mut session, "src/b.appup.src");
    assert_eq!(session.counts().files, 3);
    let fixed = session.findings("src/a.appup.src");
    let fixes = session.fixes(&fixed, relupc::lint::Which::Safe).unwrap();
    assert_eq!(fixes.len(), 1);
    assert!(fixes[0].1.source.text.ends_with("}]}]}.\n"), "{:?}", fixes[0].1.source.text);
    session.close("src/a.appup.src");
    assert_eq!(codes(&mut session, "src/a.appup.src"), Vec::<&str>::new());
    // An `.app` that is new beside it counts.
    session.change("src/a.app", "{application,a,[{description,\"\"},{vsn,\"3\"},{modules,[a]},{registered,[]},{applications,[]}]}.\n");
    assert_eq!(codes(&mut session, "src/a.appup.src"), ["RL0303", "RL0341"]);
    // What an editor shows is expanded, not what is on disk.
    session.change("src/a.appup.src", "{\"3\",[{\"1\",[{add_module,a}]}],[]}.\n");
    let expanded = session.expand("src/a.appup.src", None).unwrap();
    assert_eq!(expanded.entries.unwrap()[0].steps[0].op.modules().len(), 1);
}
