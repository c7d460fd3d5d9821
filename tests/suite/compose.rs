//! `make --compose`: paths made of entries for their parts.

use crate::demo;
use std::path::Path;

/// An application `demo` in versions 1.0.0, 1.5.0 and 2.0.0; appups with the entries given, the same in both directions.
fn releases(middle: &str, newest: &str) -> tempfile::TempDir {
    let mut files = demo::files();
    let old = files["lib/demo-1.0.0/ebin/demo.app"].clone();
    files.insert("lib/demo-1.5.0/ebin/demo.app".to_owned(), old.replace("1.0.0", "1.5.0").replace("demo_old", "demo_new"));
    files
        .insert("mid.rel".to_owned(), files["old.rel"].replace("{\"demo\",\"1.0.0\"}", "{\"demo\",\"1.5.0\"}").replace("{demo,\"1.0.0\"}", "{demo,\"1.5.0\"}"));
    let appup = |vsn: &str, from: &str, script: &str| format!("{{\"{vsn}\",[{{\"{from}\",{script}}}],[{{\"{from}\",{script}}}]}}.\n");
    files.insert("lib/demo-1.5.0/ebin/demo.appup".to_owned(), appup("1.5.0", "1.0.0", middle));
    files.insert("lib/demo-2.0.0/ebin/demo.appup".to_owned(), appup("2.0.0", "1.5.0", newest));
    demo::lay_out(files)
}

fn compose(folder: &Path, more: &[&str]) -> (serde_json::Value, i32) {
    let mut arguments = vec!["make", "new.rel", "--from", "mid.rel,old.rel", "--path", "lib/*/ebin", "--format", "json", "-o", "composed"];
    arguments.extend(more);
    demo::json(folder, &arguments)
}

#[test]
fn a_path_is_composed_of_its_parts() {
    let folder = releases("[{load_module,demo_lib}]", "[{load_module,demo_lib},{load_module,demo_srv}]");
    let (without, status) = compose(folder.path(), &[]);
    assert_eq!((status, demo::codes(&without).contains(&"RL0401".to_owned())), (1, true), "no entry covers it");
    let (document, status) = compose(folder.path(), &["--compose"]);
    assert_eq!(status, 0, "{document}");
    // Each module is loaded once, in the order of the script that would have been written by hand.
    let whole = "[{load_module,demo_lib},{load_module,demo_srv}]";
    let by_hand = releases("[{load_module,demo_lib}]", whole);
    let appup = format!("{{\"2.0.0\",[{{\"1.5.0\",{whole}}},{{\"1.0.0\",{whole}}}],[{{\"1.5.0\",{whole}}},{{\"1.0.0\",{whole}}}]}}.\n");
    std::fs::write(by_hand.path().join("lib/demo-2.0.0/ebin/demo.appup"), appup).unwrap();
    let (written, status) = compose(by_hand.path(), &[]);
    assert_eq!(status, 0, "{written}");
    let read = |folder: &tempfile::TempDir| std::fs::read_to_string(folder.path().join("composed")).unwrap();
    assert_eq!(read(&folder), read(&by_hand), "the same relup as by hand");
}

#[test]
fn comments_of_a_part_are_for_its_own_run() {
    let folder = releases("[{load_module,demo_lib}\n %% relupc:allow RL0501 seen\n]", "[{load_module,demo_lib},{load_module,demo_srv}]");
    let (document, status) = compose(folder.path(), &["--compose"]);
    assert_eq!((status, demo::codes(&document).contains(&"RL0002".to_owned())), (0, false), "{document}");
    let (document, _) = demo::json(folder.path(), &["lint", "--target", "mid.rel", "--from", "old.rel", "--path", "lib/*/ebin", "--format", "json"]);
    assert!(demo::codes(&document).contains(&"RL0002".to_owned()), "{document}");
}

#[test]
fn what_cannot_be_composed_is_not_written() {
    for (middle, newest, why) in [
        ("[{update,demo_srv,{advanced,1}}]", "[{update,demo_srv,{advanced,2}}]", "different arguments"),
        ("[{suspend,[demo_srv]},{resume,[demo_srv]}]", "[{load_module,demo_lib}]", "part of what it means"),
        ("[{load_module,demo_lib,soft_purge,soft_purge,[]}]", "[{load_module,demo_lib}]", "purge"),
        ("[{apply,{demo_lib,f,[]}},{load_module,demo_lib}]", "[{restart_application,demo}]", "restarts the application"),
    ] {
        let folder = releases(middle, newest);
        let (document, status) = compose(folder.path(), &["--compose"]);
        let refused = document["diagnostics"].as_array().unwrap().iter().find(|found| found["code"] == "RL1009");
        let message = refused.map(|found| found["message"].as_str().unwrap().to_owned()).unwrap_or_default();
        assert!(status == 1 && message.contains(why), "{middle} {newest}: {document}");
        // That the entry is missing is why it was to be composed.
        assert!(!demo::codes(&document).contains(&"RL0401".to_owned()), "{document}");
        assert!(!folder.path().join("composed").exists(), "nothing is written");
    }
}

#[test]
fn composing_needs_the_verification() {
    let folder = releases("[]", "[]");
    for option in ["--no-lint", "--no-verify", "--gen"] {
        let output = demo::relupc(folder.path(), &["make", "new.rel", "--from", "mid.rel", "--path", "lib/*/ebin", "--compose", option]);
        assert_eq!(output.status.code(), Some(2), "{option}");
    }
}

#[test]
fn a_release_in_between_has_to_be_named() {
    let folder = releases("[{load_module,demo_lib}]", "[{load_module,demo_lib}]");
    let arguments = ["make", "new.rel", "--from", "old.rel", "--path", "lib/*/ebin", "--compose", "--format", "json", "-o", "composed"];
    let (document, status) = demo::json(folder.path(), &arguments);
    let refused = document["diagnostics"].as_array().unwrap().iter().find(|found| found["code"] == "RL1009").unwrap();
    assert!(status == 1 && refused["message"].as_str().unwrap().contains("name each release in between with `--from`"), "{refused}");
}

#[test]
fn an_upgrade_alone_is_no_entry_without_a_counterpart() {
    let folder = releases("[{load_module,demo_lib}]", "[{load_module,demo_lib}]");
    let arguments = ["make", "new.rel", "--from", "mid.rel", "--up-from", "old.rel", "--path", "lib/*/ebin", "--compose", "--format", "json", "-o", "composed"];
    let (document, status) = demo::json(folder.path(), &arguments);
    assert!(status == 0 && !demo::codes(&document).contains(&"RL0711".to_owned()), "{document}");
    assert_eq!((document["relup"]["up"].as_array().unwrap().len(), document["relup"]["down"].as_array().unwrap().len()), (2, 1));
}
