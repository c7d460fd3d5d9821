//! What the fuzzer runs, and the suite replays on the seeds.
#![allow(dead_code, reason = "each fuzz program uses one of them")]

use relupc::appup::{self, Direction};
use relupc::author::{EntryChange, change_entries, derive_missing};
use relupc::beam::{Beam, Facts, Value};
use relupc::diag::Findings;
use relupc::otp::Otp;
use relupc::plan::{Contents, plan_entry};
use relupc::release::Opener;
use relupc::render::{Style, human};
use relupc::source::{Files, MemoryTree, Source};
use relupc::span::FileId;
use relupc::term::{Atom, Document, Extent, parse, pretty};

/// Any bytes as terms: what is read is printed and read again as the same.
pub fn terms(bytes: &[u8]) {
    for otp in [Otp::OLDEST, Otp::NEWEST] {
        let source = Source::new("input", bytes.to_vec());
        let document = parse(&source, FileId(0), otp, Extent::All);
        for label in document.faults.iter().flat_map(|fault| &fault.diagnostic.labels) {
            assert!(source.text.get(label.span.range()).is_some(), "a place outside the text or inside a character");
        }
        for term in document.terms.iter().filter(|term| !term.is_invalid()) {
            let printed = format!("{}.", pretty(term, otp));
            let again = parse(&Source::new("printed", printed.into_bytes()), FileId(0), otp, Extent::All);
            assert!(again.terms.first() == Some(term), "printed otherwise than read");
        }
    }
}

/// Any bytes as an appup: read, translated, inverted, its findings drawn.
pub fn appups(bytes: &[u8]) {
    let mut files = Files::default();
    let file = files.add(Source::new("input.appup", bytes.to_vec()));
    let Some(source) = files.get(file) else { return };
    let document = parse(source, file, Otp::NEWEST, Extent::First);
    let mut found = Findings::default();
    found.extend(document.faults.iter().map(|fault| fault.diagnostic.clone()));
    // What was read of a faulty text is looked at like anything else.
    let whole = Document { terms: document.terms.clone(), ..Document::default() };
    let otp = if bytes.len().is_multiple_of(2) { Otp::NEWEST } else { Otp::OLDEST };
    if let Some(appup) = appup::from_document(whole, otp, &mut found) {
        let name = Atom::new("demo");
        for direction in [Direction::Up, Direction::Down] {
            for entry in &appup.entries(direction).list {
                let script = appup::read_script(&entry.script, &mut found);
                let contents = Contents::of_application(&name, "1", &[]);
                plan_entry(script, direction, &contents, &mut found);
                let _ = entry.version.takes("1.0.0");
            }
        }
        let derived = derive_missing(&appup, None, true, &mut found);
        if !found.has_errors() {
            let changes: Vec<EntryChange> = derived.iter().map(|derived| derived.change(source, appup.form)).collect();
            let edited = change_entries(source, &document, &appup, &changes, Otp::NEWEST);
            assert!(edited.is_none_or(|edited| edited.bytes().len() <= 64 * bytes.len() + 4096), "what is written grows faster than what is read");
        }
    }
    let shown = human(&found.sorted(), &files, Style { colour: false, width: Some(80), charset: relupc::render::Charset::Unicode });
    assert!(!shown.contains(|c: char| c != '\n' && relupc::escape::is_unsafe(c)), "what is shown steers a terminal");
}

/// Any bytes as a module, and as an external term: everything that is read of one.
pub fn beams(bytes: &[u8]) {
    if let Some(value) = Value::read(bytes) {
        let _ = value.to_term();
    }
    let Ok(beam) = Beam::open(bytes) else { return };
    beam.md5();
    let _ = (Facts::of(&beam), beam.calls(), beam.literals(), beam.records(), beam.external_funs());
    // The other half may be a module, too.
    for cut in [bytes.len() / 2, bytes.len() / 3] {
        if let Some(other) = bytes.get(cut..).and_then(|rest| Beam::open(rest).ok()) {
            let _ = (beam.same_source(&other), other.same_source(&beam));
        }
    }
    if let Ok(atoms) = beam.atoms() {
        let named = beam.import_names(&atoms).map(|imports| beam.named_calls(&atoms, &imports));
        let _ = (beam.imports(&atoms), beam.locals(&atoms), named);
    }
}

/// Any bytes as a release tarball.
pub fn tarballs(bytes: &[u8]) {
    let mut tree = MemoryTree::default();
    tree.insert("input.tar.gz", bytes.to_vec());
    let mut found = Findings::default();
    let mut opener = Opener::new(&tree, Vec::new(), None);
    opener.open(&["input.tar.gz"], &mut found);
}
