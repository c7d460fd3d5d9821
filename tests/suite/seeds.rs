//! Every seed of the fuzz targets, replayed: whatever once made trouble must not do so again.

use std::fs;
use std::path::Path;

#[path = "../fuzz/targets.rs"]
mod targets;

fn each(target: &str, run: impl Fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/corpus").join(target);
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{target} has no seeds");
    for file in files {
        let bytes = fs::read(&file).unwrap();
        run(&bytes);
        // The same with every tail cut off, and with bytes turned over.
        for cut in (0..bytes.len()).step_by((bytes.len() / 40).max(1)) {
            run(&bytes[..cut]);
            let mut turned = bytes.clone();
            turned[cut] ^= 0x55;
            run(&turned);
        }
    }
}

#[test]
fn terms() {
    each("terms", targets::terms);
}

#[test]
fn appups() {
    each("appups", targets::appups);
}

#[test]
fn beams() {
    each("beams", targets::beams);
}

#[test]
fn tarballs() {
    each("tarballs", targets::tarballs);
}
