//! OTP's own applications: a release of all of them, upgraded from an older version that their own appups cover.

use crate::ask::Vm;
use crate::compare::judge;
use crate::generate::Case;
use crate::{Options, Tally};
use relupc::appup::{Direction, choose, from_document};
use relupc::diag::Findings;
use relupc::otp::Otp;
use relupc::source::Source;
use relupc::span::FileId;
use relupc::term::{Extent, parse};
use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

/// An installed application.
struct App {
    name: String,
    vsn: String,
    app: String,
    appup: Option<String>,
    /// A version that its appup covers both ways.
    older: Option<String>,
}

/// Compares the whole release, and each application changed alone.
pub fn applications(erl: &str, options: &Options, tally: &mut Tally) {
    let otp = Otp::from_major(options.otp).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let vm = Vm::new(erl, folder.path());
    let apps = installed(erl);
    let covered: Vec<&App> = apps.iter().filter(|app| app.older.is_some()).collect();
    assert!(covered.len() > 10, "only {} applications have a usable appup", covered.len());
    let mut cases = vec![case(&apps, &covered)];
    cases.extend(covered.iter().map(|app| case(&apps, std::slice::from_ref(app))));
    let before = tally.same_bytes;
    for (case, theirs) in cases.iter().zip(vm.relups(&cases)) {
        judge(case, &theirs, otp, tally);
    }
    println!(
        "releases of OTP's own applications: {}, {} with the same bytes, {} applications in the largest",
        cases.len(),
        tally.same_bytes - before,
        covered.len()
    );
}

fn installed(erl: &str) -> Vec<App> {
    let mut words = erl.split_whitespace();
    let program = words.next().unwrap();
    let output = Command::new(program).args(words).args(["-noshell", "-eval", "io:put_chars(code:lib_dir()), halt()."]).output().unwrap();
    let root = String::from_utf8(output.stdout).unwrap();
    let mut apps = Vec::new();
    for entry in fs::read_dir(root.trim()).unwrap() {
        let path = entry.unwrap().path();
        let folder = path.file_name().unwrap().to_string_lossy().into_owned();
        let Some((name, vsn)) = folder.rsplit_once('-') else { continue };
        let Ok(app) = fs::read_to_string(path.join(format!("ebin/{name}.app"))) else { continue };
        let appup = fs::read_to_string(path.join(format!("ebin/{name}.appup"))).ok();
        let older = appup.as_ref().and_then(|text| older(text, vsn));
        apps.push(App { name: name.to_owned(), vsn: vsn.to_owned(), app, appup, older });
    }
    apps.sort_by(|a, b| (a.name != "kernel", a.name != "stdlib", &a.name).cmp(&(b.name != "kernel", b.name != "stdlib", &b.name)));
    apps
}

/// A smaller version that both lists of an appup have an entry for.
fn older(appup: &str, vsn: &str) -> Option<String> {
    let document = parse(&Source::new("appup", appup.as_bytes().to_vec()), FileId(0), Otp::NEWEST, Extent::First);
    let mut found = Findings::default();
    let appup = from_document(document, Otp::NEWEST, &mut found)?;
    let numbers: Vec<u32> = vsn.split('.').filter_map(|part| part.parse().ok()).collect();
    let (major, minor) = (*numbers.first()?, numbers.get(1).copied().unwrap_or(0));
    let candidates = (0..=minor).rev().flat_map(|minor| [format!("{major}.{minor}"), format!("{major}.{minor}.1")]);
    let candidates = candidates.chain([format!("{}.0", major.saturating_sub(1)), format!("{}.9.1", major.saturating_sub(1))]);
    let mut candidates = candidates.filter(|candidate| candidate != vsn);
    candidates.find(|candidate| {
        [Direction::Up, Direction::Down].iter().all(|direction| choose(appup.entries(*direction), candidate, *direction, &mut Findings::default()).is_ok())
    })
}

/// A target of all applications as installed, and a base in which some are older.
fn case(apps: &[App], changed: &[&App]) -> Case {
    let mut files = BTreeMap::new();
    let mut path = Vec::new();
    let mut put = |name: &str, vsn: &str, app: &str, appup: Option<&String>| {
        let folder = format!("lib/{name}-{vsn}/ebin");
        files.insert(format!("{folder}/{name}.app"), app.as_bytes().to_vec());
        if let Some(appup) = appup {
            files.insert(format!("{folder}/{name}.appup"), appup.as_bytes().to_vec());
        }
        path.push(folder);
    };
    let rel = |version: &str, versions: &dyn Fn(&App) -> String| {
        let listed: Vec<String> = apps.iter().map(|app| format!("{{{},\"{}\"}}", app.name, versions(app))).collect();
        format!("{{release,{{\"otp\",\"{version}\"}},{{erts,\"13.1\"}},\n [{}]}}.\n", listed.join(",\n  "))
    };
    for app in apps {
        put(&app.name, &app.vsn, &app.app, app.appup.as_ref());
    }
    for app in changed {
        let older = app.older.as_ref().unwrap();
        put(&app.name, older, &app.app.replace(&format!("\"{}\"", app.vsn), &format!("\"{older}\"")), None);
    }
    let is_changed = |app: &App| changed.iter().any(|other| other.name == app.name);
    let old = rel("1", &|app| if is_changed(app) { app.older.clone().unwrap() } else { app.vsn.clone() });
    files.insert("r_old.rel".to_owned(), old.into_bytes());
    files.insert("r_new.rel".to_owned(), rel("2", &|app| app.vsn.clone()).into_bytes());
    let base = vec![("r_old".to_owned(), None)];
    Case { files, target: "r_new".to_owned(), ups: base.clone(), downs: base, restart_emulator: false, path }
}
