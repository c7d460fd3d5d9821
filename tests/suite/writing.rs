//! Files are replaced whole or left alone.

use crate::demo;
use std::fs;

const BROKEN: (&str, &str) = ("lib/demo-2.0.0/ebin/demo.appup", "{\"2.0.0\",[{\"1.0.0\",[nonsense]}],[]}.\n");

#[test]
fn a_refused_input_leaves_the_old_file() {
    let folder = demo::with(&[BROKEN, ("relup", "the old one")]);
    let (_, status) = demo::make(folder.path(), &[]);
    assert_eq!(status, 1);
    assert_eq!(fs::read_to_string(folder.path().join("relup")).unwrap(), "the old one");
}

#[test]
fn warnings_can_count_as_errors() {
    let vsn = ("lib/demo-2.0.0/ebin/demo.appup", "{\"1.9\",[{\"1.0.0\",[]}],[{\"1.0.0\",[]}]}.\n");
    let folder = demo::with(&[vsn]);
    assert_eq!(demo::make(folder.path(), &["--warnings-as-errors"]).1, 1);
    assert!(!folder.path().join("relup").exists());
    assert_eq!(demo::make(folder.path(), &[]).1, 0);
    assert!(folder.path().join("relup").exists());
}

#[test]
fn no_litter_stays_behind() {
    let folder = demo::with(&[]);
    demo::make(folder.path(), &[]);
    let names: Vec<String> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(names.iter().all(|name| !name.starts_with(".relupc")), "{names:?}");
}

#[test]
fn a_goal_that_cannot_be_written_is_status_2() {
    let folder = demo::with(&[]);
    let output = demo::relupc(folder.path(), &["make", "new.rel", "--from", "old.rel", "--path", "lib/*/ebin", "-o", "no/such/folder/relup"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no/such/folder/relup"));
    let output = demo::relupc(folder.path(), &["make", "new.rel", "--from", "old.rel", "--path", "lib/*/ebin", "-o", "lib"]);
    assert_eq!(output.status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt;
    let folder = demo::with(&[("real", "{\"0.9\",[],[]}.\n")]);
    let at = |name: &str| folder.path().join(name);
    std::os::unix::fs::symlink("real", at("relup")).unwrap();
    fs::set_permissions(at("real"), fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(demo::make(folder.path(), &[]).1, 0);
    assert!(fs::symlink_metadata(at("relup")).unwrap().is_symlink());
    assert!(fs::read_to_string(at("real")).unwrap().starts_with("%% coding: utf-8\n"));
    assert_eq!(fs::metadata(at("real")).unwrap().permissions().mode() & 0o777, 0o640);
}

#[cfg(unix)]
#[test]
fn what_a_release_is_made_of_is_not_written_over() {
    let folder = demo::with(&[("lib/demo-2.0.0/ebin/demo_lib.beam", "code"), ("new.tar.gz", "packed"), ("relupc.toml", "")]);
    std::os::unix::fs::symlink("old.rel", folder.path().join("relup-1")).unwrap();
    std::os::unix::fs::symlink("nothing-yet", folder.path().join("relup-2")).unwrap();
    std::os::unix::fs::symlink("round", folder.path().join("round")).unwrap();
    let make = |goal: &str| demo::relupc(folder.path(), &["make", "new.rel", "--from", "old.rel", "--path", "lib/*/ebin", "--no-verify", "-o", goal]);
    for goal in ["lib/demo-2.0.0/ebin/demo_lib.beam", "lib/demo-2.0.0/ebin/demo.app", "new.tar.gz", "relupc.toml", "relup-1", "old.rel"] {
        let before = fs::read(folder.path().join(goal)).unwrap();
        let output = make(goal);
        assert_eq!(output.status.code(), Some(2), "{goal}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("is not overwritten"), "{goal}");
        assert_eq!(fs::read(folder.path().join(goal)).unwrap(), before);
    }
    assert_eq!(make("relup-2").status.code(), Some(0), "what a link leads to is made");
    assert!(fs::symlink_metadata(folder.path().join("relup-2")).unwrap().is_symlink());
    assert!(folder.path().join("nothing-yet").is_file());
    assert_eq!(make("round").status.code(), Some(2));
    assert!(fs::symlink_metadata(folder.path().join("round")).unwrap().is_symlink());
}

#[test]
fn check_compares_and_writes_nothing() {
    let folder = demo::with(&[]);
    assert_eq!(demo::codes(&demo::make(folder.path(), &["--check"]).0), ["RL0902"]);
    assert!(!folder.path().join("relup").exists());
    demo::make(folder.path(), &[]);
    assert_eq!(demo::make(folder.path(), &["--check"]).1, 0);
    let relup = folder.path().join("relup");
    let text = fs::read_to_string(&relup).unwrap();
    fs::write(&relup, text.replacen("brutal_purge", "soft_purge", 1)).unwrap();
    let (document, status) = demo::make(folder.path(), &["--check"]);
    assert_eq!((demo::codes(&document), status), (vec!["RL0901".to_owned()], 1));
    assert_eq!(document["diagnostics"][0]["labels"][0]["start"]["line"], 6);
    assert!(fs::read_to_string(&relup).unwrap().contains("soft_purge"));
}

#[test]
fn standard_output_is_a_goal_too() {
    let folder = demo::with(&[]);
    let output = demo::relupc(folder.path(), &["make", "new.rel", "--from", "old.rel", "--path", "lib/*/ebin", "-o", "-"]);
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("%% coding: utf-8\n{\"2.0.0\","));
    assert!(!folder.path().join("-").exists() && !folder.path().join("relup").exists());
}
