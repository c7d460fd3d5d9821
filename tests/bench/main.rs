//! Benchmarks of the library. `cargo bench --bench bench -- --lay-out FOLDER COUNT` only writes the releases they run on,
//! for whole processes to be measured on (`.ci/bench`).

#![expect(clippy::disallowed_methods, clippy::indexing_slicing, clippy::unwrap_used, reason = "a benchmark may fail loudly, and lays out files")]

mod lay_out;

use criterion::{BenchmarkId, Criterion, Throughput};
use relupc::diag::Findings;
use relupc::otp::Otp;
use relupc::plan::{AppupFiles, Appups, Base, Request, plan};
use relupc::release::Opener;
use relupc::source::{Disk, Source};
use relupc::span::FileId;
use relupc::term::{Extent, Term, parse, pretty};
use std::path::Path;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--lay-out") {
        return lay_out::lay_out(Path::new(&arguments[at + 1]), arguments[at + 2].parse().unwrap());
    }
    let mut criterion = Criterion::default().configure_from_args();
    make(&mut criterion);
    terms(&mut criterion);
    criterion.final_summary();
}

/// The text of the relup of a laid-out release.
fn relup(folder: &Path) -> String {
    let at = |stem: &str| folder.join(format!("{stem}.rel")).to_string_lossy().into_owned();
    let bases: Vec<String> = (0..lay_out::BASES).map(|base| at(&format!("old{base}"))).collect();
    let target = at("new");
    let names: Vec<&str> = std::iter::once(&target).chain(&bases).map(String::as_str).collect();
    let mut found = Findings::default();
    let mut opener = Opener::new(&Disk, vec![folder.join("lib/*/ebin").to_string_lossy().into_owned()], None);
    let opened: Vec<_> = opener.open(&names, &mut found).into_iter().flatten().collect();
    let appups = Appups::load(&mut opener, &mut AppupFiles::default(), &opened[0], &opened[1..]);
    let description = Term::list(Vec::new());
    let all: Vec<Base<'_>> = opened[1..].iter().map(|release| Base { release, description: &description }).collect();
    let request = Request { target: &opened[0], up_from: all.clone(), down_to: all, restart_emulator: false, framings: &[] };
    let relup = plan(&request, &appups, &mut found);
    assert!(!found.has_errors());
    relup.to_file(opener.otp())
}

fn make(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("make");
    group.sample_size(20);
    for count in [10, 100] {
        let folder = tempfile::tempdir().unwrap();
        lay_out::lay_out(folder.path(), count);
        group.bench_function(BenchmarkId::from_parameter(count), |bench| bench.iter(|| relup(folder.path())));
    }
    group.finish();
}

fn terms(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    lay_out::lay_out(folder.path(), 20);
    let text = relup(folder.path());
    let source = Source::new("relup", text.clone().into_bytes());
    let mut group = criterion.benchmark_group("terms");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("parse", |bench| bench.iter(|| parse(&source, FileId(0), Otp::OLDEST, Extent::All)));
    let document = parse(&source, FileId(0), Otp::OLDEST, Extent::All);
    group.bench_function("print", |bench| bench.iter(|| pretty(&document.terms[0], Otp::OLDEST)));
    group.finish();
}
