//! `[[path]]` in `relupc.toml`: instructions of the release itself.

use crate::demo;
use serde_json::Value;
use std::fs;
use std::path::Path;

fn with(config: &str) -> tempfile::TempDir {
    demo::with(&[("relupc.toml", config)])
}

fn relup(folder: &Path) -> String {
    fs::read_to_string(folder.join("relup")).unwrap()
}

/// The script of a direction, as `make` writes it, without line breaks.
fn script(folder: &Path, more: &[&str], direction: &str) -> Vec<String> {
    let (document, status) = demo::make(folder, &[&["--no-verify"], more].concat());
    assert_eq!(status, 0, "{document}");
    let entries = document["relup"][direction].as_array().unwrap();
    let steps = entries[0]["instructions"].as_array().unwrap();
    steps.iter().map(|step| step["term"].as_str().unwrap().to_owned()).collect()
}

fn messages(document: &Value) -> Vec<String> {
    document["diagnostics"].as_array().unwrap().iter().map(|found| found["message"].as_str().unwrap().to_owned()).collect()
}

const BOTH: &str = r#"
[[path]]
from = "1.*"
to = "2.0.0"
first = ["{apply,{lists,max,[[1]]}}"]
last = ['{apply,{lists,min,[[1]]}}', "{apply,{lists,seq,[1,\"a\"]}}"]

[[path]]
from = "2.0.0"
to = "*"
last = ["{apply,{lists,last,[[1]]}}"]

[[path]]
from = "*"
to = "2.0.0"
first = ["{apply,{lists,sum,[[1]]}}"]

[[path]]
from = "3.0.0"
to = "*"
first = ["{apply,{lists,never,[]}}"]
"#;

#[test]
fn they_come_first_and_last() {
    let plain = demo::with(&[]);
    let (inner_up, inner_down) = (script(plain.path(), &[], "up"), script(plain.path(), &[], "down"));
    let folder = with(BOTH);
    let mut up = vec!["{apply,{lists,max,[[1]]}}".to_owned(), "{apply,{lists,sum,[[1]]}}".to_owned()];
    up.extend(inner_up.clone());
    up.extend(["{apply,{lists,min,[[1]]}}".to_owned(), "{apply,{lists,seq,[1,\"a\"]}}".to_owned()]);
    assert_eq!(script(folder.path(), &[], "up"), up);
    assert_eq!(script(folder.path(), &[], "down"), [inner_down, vec!["{apply,{lists,last,[[1]]}}".to_owned()]].concat());
    // The release handler runs nothing after a restart that ends a path.
    let restarted = script(folder.path(), &["--restart-emulator"], "up");
    assert_eq!(restarted.last().map(String::as_str), Some("restart_emulator"));
    assert_eq!(restarted.get(restarted.len() - 2).map(String::as_str), Some("{apply,{lists,seq,[1,\"a\"]}}"));
    assert!(relup(folder.path()).contains("{apply,{lists,max,[[1]]}}"));
}

#[test]
fn a_new_emulator_is_still_started_first() {
    let mut files = demo::files();
    files.insert("new.rel".to_owned(), files["new.rel"].replace("{erts,\"13.1\"}", "{erts,\"13.2\"}").replace("{erts, \"13.1\"}", "{erts, \"13.2\"}"));
    files.insert("relupc.toml".to_owned(), BOTH.to_owned());
    let changed = files["new.rel"] != demo::files()["new.rel"];
    assert!(changed, "{}", files["new.rel"]);
    let folder = demo::lay_out(files);
    let up = script(folder.path(), &[], "up");
    assert_eq!(up.iter().take(2).map(String::as_str).collect::<Vec<_>>(), ["restart_new_emulator", "{apply,{lists,max,[[1]]}}"]);
    assert_eq!(script(folder.path(), &[], "down").last().map(String::as_str), Some("restart_emulator"));
}

#[test]
fn they_are_checked_where_they_are_written() {
    for (place, instruction, code) in [
        ("first", "{load,{demo_lib,brutal_purge,brutal_purge}}", "RL0403"),
        ("first", "restart_new_emulator", "RL0403"),
        ("last", "{load,{demo_lib,brutal_purge,brutal_purge}}", "RL0420"),
        ("last", "{load,{demo_none,brutal_purge,brutal_purge}}", "RL0404"),
        ("last", "{suspend,[demo_srv]}", "RL0405"),
        ("last", "{resume,[demo_srv]}", "RL0405"),
        ("last", "restart_new_emulator", "RL0904"),
        ("last", "{load_object_code,{demo,\"2.0.0\",[demo_lib]}}", "RL0904"),
        ("last", "restart_emulator', '{apply,{erlang,garbage_collect,[]}}", "RL0904"),
        ("first", "{apply,{demo_none,check,[]}}", "RL0508"),
    ] {
        let line = 4;
        let folder = with(&format!("[[path]]\nfrom = \"1.0.0\"\nto = \"2.0.0\"\n{place} = ['{instruction}']\n"));
        for arguments in [&["make", "new.rel", "--from", "old.rel"][..], &["lint", "--target", "new.rel", "--from", "old.rel"]] {
            let (document, _) = demo::json(folder.path(), &[arguments, &["--path", "lib/*/ebin", "--format", "json"]].concat());
            let found = document["diagnostics"].as_array().unwrap().iter().find(|found| found["code"] == code);
            let found = found.unwrap_or_else(|| panic!("{instruction}: {:?}", messages(&document)));
            let place = &found["labels"][0];
            assert_eq!((place["file"].as_str(), place["start"]["line"].as_u64()), (Some("relupc.toml"), Some(line)), "{found}");
        }
    }
    // A path that is not asked for says nothing.
    let folder = with("[[path]]\nfrom = \"1.0.0\"\nto = \"3.0.0\"\nlast = ['{suspend,[demo_srv]}']\n");
    let (document, status) = demo::make(folder.path(), &[]);
    assert_eq!(status, 0, "{document}");
    // But `lint` shows that it is for none.
    let unmatched = |text: &str| {
        let folder = with(text);
        let (document, _) = demo::json(folder.path(), &["lint", "--target", "new.rel", "--from", "old.rel", "--path", "lib/*/ebin", "--format", "json"]);
        let all = document["diagnostics"].as_array().unwrap();
        all.iter().filter(|found| found["code"] == "RL0422").map(|found| found["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(unmatched("[[path]]\nfrom = \"1.0\"\nto = \"2.0.0\"\nlast = ['point_of_no_return']\n"), ["no path here leads from \"1.0\" to \"2.0.0\""]);
    // What is proved is proved without it.
    let folder = with("[[path]]\nfrom = \"1.0\"\nto = \"2.0.0\"\nlast = ['{purge,[]}']\n");
    let verify = |more: &[&str]| {
        let arguments = [&["verify", "new.rel", "--from", "old.rel", "--path", "lib/*/ebin", "--format", "json"][..], more].concat();
        let (document, status) = demo::json(folder.path(), &arguments);
        (demo::codes(&document).contains(&"RL0422".to_owned()), status)
    };
    let (is_shown, status) = verify(&[]);
    assert!(is_shown);
    assert_eq!((verify(&["--deny", "RL0422"]), status == 0), ((true, 1), status == 0));
    assert_eq!(unmatched("[[path]]\nfrom = \"2.0.0\"\nto = \"1.*\"\nlast = ['{purge,[]}']\n"), Vec::<String>::new());
}

#[test]
fn what_is_no_instruction_is_refused_with_its_place() {
    for (list, words) in [
        ("first = ['{load_module,a}']", "relupc.toml:4:10: `{load_module,a}` is not a low-level instruction of a relup: "),
        ("last = [\n'{apply,{a']", "relupc.toml:5:1: `{apply,{a` is not an Erlang term: "),
        ("lats = []", "relupc.toml:4:1: unknown field `lats`"),
    ] {
        let folder = with(&format!("[[path]]\nfrom = \"*\"\nto = \"*\"\n{list}\n"));
        let output = demo::relupc(folder.path(), &["make", "new.rel", "--from", "old.rel", "--path", "lib/*/ebin"]);
        let report = String::from_utf8(output.stderr).unwrap();
        assert!(report.contains(words) && output.status.code() == Some(2), "{report}");
        assert!(!folder.path().join("relup").exists());
    }
}

#[test]
fn each_fault_of_the_file_is_shown_with_its_line() {
    let folder = with("deny = [\"RL9999\"]\n[gen]\nextra = '{a'\n[[path]]\nfrom = \"*\"\nto = \"*\"\nfirst = ['{point}', 'point_of_no_return']\n");
    let output = demo::relupc(folder.path(), &["make", "new.rel", "--from", "old.rel", "--path", "lib/*/ebin"]);
    let report = String::from_utf8(output.stderr).unwrap();
    for words in ["unknown code or group `RL9999`", "relupc.toml:3:9: `{a`", "\n3 | extra = '{a'\n  |         ^\n", "relupc.toml:7:10: `{point}`"] {
        assert!(report.contains(words), "{report}");
    }
    let folder = with("allow = [\n");
    let output = demo::relupc(folder.path(), &["make", "new.rel", "--from", "old.rel", "--path", "lib/*/ebin"]);
    let report = String::from_utf8(output.stderr).unwrap();
    assert!(report.contains("relupc.toml:1:") && report.contains("1 | allow = ["), "{report}");
}

#[test]
fn diff_names_them_and_counts_what_they_do() {
    let folder = with("[[path]]\nfrom = \"*\"\nto = \"2.0.0\"\nlast = ['restart_emulator']\n");
    let arguments = ["diff", "old.rel", "new.rel", "--path", "lib/*/ebin"];
    let (document, _) = demo::json(folder.path(), &[&arguments[..], &["--format", "json"]].concat());
    crate::schemas::check("diff", &document);
    assert_eq!(document["comparison"]["verdict"]["up"], "restart-emulator", "{document}");
    assert_ne!(document["comparison"]["verdict"]["down"], "restart-emulator");
    let fact = document["comparison"]["facts"].as_array().unwrap().iter().find(|fact| fact["kind"] == "own-instruction").unwrap();
    assert_eq!((fact["place"]["file"].as_str(), fact["place"]["line"].as_u64()), (Some("relupc.toml"), Some(4)));
    let verify = ["verify", "new.rel", "--from", "old.rel", "--path", "lib/*/ebin"];
    let output = demo::relupc(folder.path(), &[&verify[..], &["--trace"]].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("restart_emulator  % relupc.toml:4\n"), "{text}");
    // What a verdict rests on.
    let (document, _) = demo::json(folder.path(), &[&verify[..], &["--format", "json"]].concat());
    let names: Vec<&str> = document["inputs"].as_array().unwrap().iter().map(|input| input["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["demo 2.0.0", "demo 1.0.0", "relupc.toml"]);
}

/// What OTP's passes would have put in order is looked at as in a relup that somebody wrote.
#[test]
fn what_they_leave_is_seen() {
    let folder = demo::lay_out(Vec::<(String, String)>::new());
    demo::copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/releases/donation_platform"), folder.path());
    let server = "'Elixir.DonationPlatform.Server'";
    for (instructions, code) in
        [(format!("{{suspend,[{server}]}}"), "RL0906"), (format!("{{remove,{{{server},brutal_purge,brutal_purge}}}}\", \"{{purge,[{server}]}}"), "RL0908")]
    {
        fs::write(folder.path().join("relupc.toml"), format!("[[path]]\nfrom = \"1.0.0\"\nto = \"1.1.0\"\nlast = [\"{instructions}\"]\n")).unwrap();
        let (document, status) = demo::json(folder.path(), &["make", "1.1.0", "--from", "1.0.0", "--format", "json", "-o", "relup"]);
        assert!(status == 1 && demo::codes(&document).contains(&code.to_owned()), "{instructions}: {document}");
        assert!(!folder.path().join("relup").exists());
        let (document, status) = demo::json(folder.path(), &["verify", "1.1.0", "--from", "1.0.0", "--format", "json"]);
        assert!(status == 1 && demo::codes(&document).contains(&code.to_owned()), "{instructions}: {document}");
    }
}
