//! The forms in which a release can be named.

use crate::demo;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;

/// The demonstration as an unpacked release that holds both versions.
fn root() -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, String> =
        demo::files().into_iter().filter(|(path, _)| path.starts_with("lib/")).map(|(path, text)| (format!("root/{path}"), text)).collect();
    let rels = demo::files();
    files.insert("root/releases/1.0.0/demo.rel".to_owned(), rels["old.rel"].clone());
    files.insert("root/releases/2.0.0/demo.rel".to_owned(), rels["new.rel"].clone());
    files
}

fn status(folder: &std::path::Path, arguments: &[&str]) -> (i32, String) {
    let output = demo::relupc(folder, arguments);
    (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_stem_or_a_file_with_folders_to_search() {
    let folder = demo::with(&[]);
    for (target, base) in [("new", "old"), ("new.rel", "./old.rel")] {
        assert_eq!(status(folder.path(), &["make", target, "--from", base, "--path", "lib/*/ebin"]).0, 0);
    }
    let (code, words) = status(folder.path(), &["make", "new", "--from", "old"]);
    assert_eq!(code, 1);
    assert!(words.contains("no folder was searched"), "{words}");
}

#[test]
fn a_stem_is_found_on_the_search_path() {
    let mut files = demo::files();
    let rel = files.remove("old.rel").unwrap();
    files.insert("rels/old.rel".to_owned(), rel);
    let folder = demo::lay_out(files);
    assert_eq!(status(folder.path(), &["make", "new", "--from", "old", "--path", "rels", "--path", "lib/*/ebin"]).0, 0);
}

#[test]
fn a_rel_inside_a_release_brings_its_own_libraries() {
    let folder = demo::lay_out(root());
    let arguments = ["make", "root/releases/2.0.0/demo.rel", "--from", "root/releases/1.0.0/demo", "--in-place"];
    assert_eq!(status(folder.path(), &arguments).0, 0);
    assert!(folder.path().join("root/releases/2.0.0/relup").is_file());
}

#[test]
fn a_root_holds_versions() {
    let folder = demo::lay_out(root());
    assert_eq!(status(folder.path(), &["make", "root@2.0.0", "--from", "root@1.0.0"]).0, 0);
    let (code, words) = status(folder.path(), &["make", "root", "--from", "root@1.0.0"]);
    assert_eq!(code, 1);
    assert!(words.contains("root@1.0.0") && words.contains("root@2.0.0"), "{words}");
    let (code, words) = status(folder.path(), &["make", "root@3.0.0", "--from", "root@1.0.0"]);
    assert!(code == 1 && words.contains("3.0.0") && words.contains("it holds 1.0.0, 2.0.0"), "{words}");
    fs::write(folder.path().join("root/releases/start_erl.data"), "13.1 2.0.0\n").unwrap();
    assert_eq!(status(folder.path(), &["make", "root", "--from", "root@1.0.0"]).0, 0);
}

#[test]
fn the_copy_that_the_release_handler_keeps_is_no_second_release() {
    let mut files = root();
    files.insert("root/releases/demo.rel".to_owned(), demo::files()["new.rel"].clone());
    files.insert("root/releases/2.0.0/start_clean.rel".to_owned(), demo::files()["new.rel"].clone());
    let folder = demo::lay_out(files);
    assert_eq!(status(folder.path(), &["make", "root@2.0.0", "--from", "root@1.0.0"]).0, 0);
}

/// A gzipped tarball of files.
pub fn tarball(files: &BTreeMap<String, String>) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, path, text.as_bytes()).unwrap();
    }
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&builder.into_inner().unwrap()).unwrap();
    gzip.finish().unwrap()
}

/// The same with the names as they are, where a well-meaning library would refuse them, and with the size that each file is
/// claimed to have.
pub fn tarball_as_named(files: &BTreeMap<String, String>, claims: Option<u64>) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_size(claims.unwrap_or(text.len() as u64));
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, text.as_bytes()).unwrap();
    }
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&builder.into_inner().unwrap()).unwrap();
    gzip.finish().unwrap()
}

#[test]
fn a_tarball_is_read_in_place() {
    let packed = |version: &str| {
        let files: BTreeMap<String, String> = root()
            .into_iter()
            .map(|(path, text)| (path.trim_start_matches("root/").to_owned(), text))
            .filter(|(path, _)| !path.starts_with("releases/") || path.contains(version))
            .collect();
        tarball(&files)
    };
    let folder = demo::lay_out([("demo-1.0.0.tar.gz", packed("1.0.0")), ("demo-2.0.0.tgz", packed("2.0.0"))]);
    let (code, words) = status(folder.path(), &["make", "demo-2.0.0.tgz", "--from", "demo-1.0.0.tar.gz"]);
    assert_eq!(code, 0, "{words}");
    let plain = demo::with(&[]);
    demo::make(plain.path(), &[]);
    assert_eq!(fs::read(folder.path().join("relup")).unwrap(), fs::read(plain.path().join("relup")).unwrap());
    let (code, words) = status(folder.path(), &["make", "demo-2.0.0.tgz", "--from", "demo-1.0.0.tar.gz", "--in-place"]);
    assert!(code == 2 && words.contains("tarball"), "{words}");
}

#[test]
fn nothing_is_taken_from_an_installed_otp() {
    let mut files = demo::files();
    files.remove("lib/sasl-9.0/ebin/sasl.app");
    let folder = demo::lay_out(files);
    assert_eq!(demo::codes(&demo::make(folder.path(), &[]).0), ["RL0210", "RL0210"]);
}

#[test]
fn directions_and_descriptions_are_chosen() {
    let folder = demo::with(&[]);
    let (document, _) =
        demo::json(folder.path(), &["make", "new", "--up-from", "old", "--path", "lib/*/ebin", "--describe", "1.0.0=a first step", "--format", "json"]);
    assert_eq!(document["relup"]["up"][0]["description"], "\"a first step\"");
    assert_eq!(document["relup"]["down"].as_array().map(Vec::len), Some(0));
    let (document, _) = demo::json(folder.path(), &["make", "new", "--down-to", "old", "--path", "lib/*/ebin", "--restart-emulator", "--format", "json"]);
    assert_eq!(document["relup"]["up"].as_array().map(Vec::len), Some(0));
    assert_eq!(document["relup"]["down"][0]["instructions"].as_array().unwrap().last().unwrap()["op"], "restart_emulator");
    let (code, words) = status(folder.path(), &["make", "new", "--from", "old", "--path", "lib/*/ebin", "--describe", "unknown=x"]);
    assert!(code == 2 && words.contains("names no base"), "{words}");
}

#[test]
fn links_in_a_tarball_are_followed_inside_it() {
    let files = demo::files();
    let appup = "lib/demo-2.0.0/ebin/demo.appup";
    let mut builder = tar::Builder::new(Vec::new());
    let header = |kind: tar::EntryType, size: u64| {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(size);
        header.set_mode(0o644);
        header
    };
    for (path, text) in files.iter().filter(|(path, _)| path.starts_with("lib/")) {
        let path = if path == appup { "lib/first.appup" } else { path };
        builder.append_data(&mut header(tar::EntryType::Regular, text.len() as u64), path, text.as_bytes()).unwrap();
    }
    builder.append_data(&mut header(tar::EntryType::Regular, files["new.rel"].len() as u64), "releases/2/new.rel", files["new.rel"].as_bytes()).unwrap();
    builder.append_link(&mut header(tar::EntryType::Symlink, 0), "lib/second.appup", "first.appup").unwrap();
    builder.append_link(&mut header(tar::EntryType::Link, 0), appup, "lib/second.appup").unwrap();
    builder.append_link(&mut header(tar::EntryType::Symlink, 0), "lib/round.appup", "round.appup").unwrap();
    builder.append_link(&mut header(tar::EntryType::Symlink, 0), "lib/out.appup", "../../../etc/passwd").unwrap();
    let folder = demo::with(&[]);
    std::fs::write(folder.path().join("new.tar"), builder.into_inner().unwrap()).unwrap();
    let output =
        demo::relupc(folder.path(), &["make", "new.tar", "--from", "old.rel", "--path", "lib/[^d]*/ebin", "--path", "lib/demo-1.0.0/ebin", "-o", "packed"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn what_is_there_and_is_no_release_is_named() {
    let folder = demo::with(&[]);
    std::fs::create_dir(folder.path().join("other.rel")).unwrap();
    let output = demo::relupc(folder.path(), &["make", "new.rel", "--from", "other", "--path", "lib/*/ebin"]);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("`other.rel` cannot be read: it is a folder"), "{text}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn an_appup_that_was_not_packed_is_missed_in_its_tarball() {
    let mut files = demo::files();
    let rel = files.remove("new.rel").unwrap();
    files.retain(|path, _| path.starts_with("lib/") && !path.ends_with(".appup"));
    files.insert("releases/2/new.rel".to_owned(), rel);
    let folder = demo::with(&[]);
    std::fs::write(folder.path().join("new.tar.gz"), tarball(&files)).unwrap();
    let arguments = ["make", "new.tar.gz", "--from", "old.rel", "--path", "lib/demo-1.0.0/ebin", "--path", "lib/[^d]*/ebin", "--format", "json"];
    let (document, _) = demo::json(folder.path(), &arguments);
    let found = &document["diagnostics"][0];
    assert!(found["message"].as_str().unwrap().contains("`new.tar.gz:lib/demo-2.0.0/ebin/demo.appup` does not exist"), "{found}");
    assert!(found["help"].as_str().unwrap().starts_with("put the appup beside the `.app` before the release is packed"), "{found}");
}

/// `sort_appls/1` looks for what it has seen by name and version (OTP 25 to 29).
#[test]
fn an_application_listed_in_two_versions_is_no_circle() {
    let app = |name: &str, vsn: &str, uses: &str| {
        format!("{{application,{name},[{{description,\"\"}},{{vsn,\"{vsn}\"}},{{modules,[]}},{{registered,[]}},{{applications,[kernel,stdlib{uses}]}}]}}.\n")
    };
    for (second, is_circle) in [("2.0", false), ("1.1", true)] {
        let rel = format!(
            "{{release,{{\"demo\",\"2.0.0\"}},{{erts,\"13.1\"}},[{{kernel,\"9.0\"}},{{stdlib,\"9.0\"}},{{sasl,\"9.0\"}},{{demo,\"2.0.0\"}},{{twin,\"1.1\"}},{{user_of,\"1.0\"}},{{bare,\"1.0\"}},{{twin,\"{second}\"}}]}}.\n"
        );
        let folder = demo::with(&[
            ("new.rel", &rel),
            ("lib/twin-1.1/ebin/twin.app", &app("twin", "1.1", ",bare")),
            ("lib/twin-2.0/ebin/twin.app", &app("twin", "2.0", ",bare")),
            ("lib/user_of-1.0/ebin/user_of.app", &app("user_of", "1.0", ",twin")),
        ]);
        let (made, _) = demo::make(folder.path(), &[]);
        assert_eq!(demo::codes(&made).contains(&"RL0224".to_owned()), is_circle, "{second}: {made}");
    }
}

/// An application that the target names, in three ways that OTP refuses; and which code says so.
#[test]
fn what_otp_refuses_is_compared_and_checked_all_the_same() {
    let needs = |text: &str| demo::files()["lib/demo-2.0.0/ebin/demo.app"].replace("{applications,[]}", text);
    let two = |applications: &str| demo::files()["new.rel"].replace("{demo,\"2.0.0\"}", applications);
    let cases = [
        ("RL0220", "lib/demo-2.0.0/ebin/demo.app", needs("{applications,[crypto]}")),
        ("RL0210", "new.rel", two("{demo,\"2.0.0\"},\n  {absent,\"1.0\"}")),
        ("RL0211", "new.rel", two("{bare,\"2.0\"},\n  {demo,\"2.0.0\"}")),
        ("RL0225", "lib/demo-2.0.0/ebin/demo.app", needs("{applications,[]},{included_applications,[demo]}")),
    ];
    for (code, file, text) in cases {
        let folder = demo::with(&[(file, &text)]);
        let (document, status) = demo::json(folder.path(), &["diff", "old", "new", "--path", "lib/*/ebin", "--format", "json"]);
        let codes = |document: &serde_json::Value| -> Vec<String> {
            let errors = document["diagnostics"].as_array().unwrap().iter().filter(|found| found["severity"] == "error");
            errors.map(|found| found["code"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!((codes(&document), status), (vec![code.to_owned()], 1));
        let applications = document["comparison"]["applications"].as_array().unwrap();
        let seen: Vec<_> = applications.iter().map(|application| (application["name"].as_str(), application["presence"].as_str())).collect();
        assert_eq!(seen, [(Some("demo"), Some("both"))], "{code}");
        // `lint` looks at the paths: the application has no entry for the old version.
        fs::write(folder.path().join("lib/demo-2.0.0/ebin/demo.appup"), "{\"2.0.0\",[],[]}.\n").unwrap();
        let (document, _) = demo::json(folder.path(), &["lint", "--target", "new", "--from", "old", "--path", "lib/*/ebin", "--format", "json"]);
        let codes = codes(&document);
        assert!(codes.contains(&code.to_owned()) && codes.contains(&"RL0401".to_owned()), "{code}: {codes:?}");
        // No relup is made of it.
        let (words, output) = (folder.path().join("relup"), demo::relupc(folder.path(), &["make", "new", "--from", "old", "--path", "lib/*/ebin"]));
        assert_eq!((output.status.code(), words.exists()), (Some(1), false));
        assert_eq!(demo::relupc(folder.path(), &["graph", "new", "--from", "old", "--path", "lib/*/ebin"]).status.code(), Some(1));
    }
}

#[test]
fn a_folder_that_holds_another_version_than_its_name_says_is_a_link_of_the_build() {
    let mut files = root();
    // Both versions lead to the folder of the build, as in rebar3's development mode.
    let built = files["root/lib/demo-2.0.0/ebin/demo.app"].clone();
    files.insert("root/lib/demo-1.0.0/ebin/demo.app".to_owned(), built);
    let folder = demo::lay_out(files);
    let (code, words) = status(folder.path(), &["diff", "root@1.0.0", "root@2.0.0"]);
    assert!(
        code == 1 && words.contains("error[RL0211]") && words.contains("`root/lib/demo-1.0.0` holds version 2.0.0") && words.contains("{dev_mode,false}"),
        "{words}"
    );
}

#[test]
fn an_application_that_cannot_be_read_is_no_reason_to_say_nothing_to_do() {
    let folder = demo::with(&[("lib/demo-2.0.0/ebin/demo.app", "{application,demo,[{vsn,")]);
    let (document, status) = demo::json(folder.path(), &["diff", "old", "new", "--path", "lib/*/ebin", "--format", "json"]);
    let facts = document["comparison"]["facts"].as_array().unwrap();
    let unread = facts.iter().find(|fact| fact["kind"] == "not-compared").unwrap();
    assert!(unread["text"].as_str().unwrap().ends_with("`demo`"));
    assert_eq!((document["comparison"]["verdict"]["up"].as_str(), status), (Some("hot-with-care"), 1));
    assert_eq!(document["comparison"]["applications"].as_array().unwrap().len(), 0);
}

#[test]
fn a_base_that_is_refused_hides_nothing_of_the_others() {
    let folder = demo::with(&[("older.rel", &demo::files()["old.rel"].replace("1.0.0", "0.9.0"))]);
    fs::write(folder.path().join("lib/demo-2.0.0/ebin/demo.appup"), "{\"2.0.0\",[{\"1.0.0\",[{lod_module,demo_lib}]}],[]}.\n").unwrap();
    let found = |bases: &[&str]| {
        let mut arguments = vec!["lint", "--target", "new", "--path", "lib/*/ebin", "--format", "json"];
        bases.iter().for_each(|base| arguments.extend(["--from", base]));
        demo::codes(&demo::json(folder.path(), &arguments).0)
    };
    let alone = found(&["old"]);
    let beside = found(&["old", "older"]);
    assert!(alone.contains(&"RL0309".to_owned()) && beside.contains(&"RL0211".to_owned()), "{alone:?} {beside:?}");
    assert!(alone.iter().all(|code| beside.contains(code)), "{alone:?} {beside:?}");
}
