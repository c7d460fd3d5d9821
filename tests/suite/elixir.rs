//! Appups in Elixir's form.

use crate::demo;
use std::fs;
use std::path::Path;

const APPUP: &str =
    "# From the first version.\n{~c\"2.0.0\",\n [{~c\"1.0.0\", [load_module: :demo_lib]}], # up\n [{~c\"1.0.0\", [{:load_module, :demo_lib}]}]}\n";

#[test]
fn they_are_converted_both_ways() {
    let folder = demo::lay_out([("demo.appup.exs", APPUP)]);
    let run = |arguments: &[&str]| demo::relupc(folder.path(), arguments);
    let erlang = "%% From the first version.\n{\"2.0.0\",\n [{\"1.0.0\", [{load_module, demo_lib}]}], % up\n [{\"1.0.0\", [{load_module, demo_lib}]}]}.\n";
    let output = run(&["convert", "demo.appup.exs"]);
    assert_eq!((output.status.code(), String::from_utf8(output.stdout).unwrap()), (Some(0), erlang.to_owned()));
    assert_eq!(run(&["convert", "demo.appup.exs", "-o", "demo.appup"]).status.code(), Some(0));
    assert_eq!(fs::read_to_string(folder.path().join("demo.appup")).unwrap(), erlang);
    let back = String::from_utf8(run(&["convert", "demo.appup"]).stdout).unwrap();
    assert_eq!(back, APPUP.replace("load_module: :demo_lib", "{:load_module, :demo_lib}"));
}

#[test]
fn nothing_is_evaluated_and_nothing_is_half_written() {
    for (text, code) in [
        ("{vsn(), [], []}\n", "RL0111"),
        ("{~c\"1.0\", [{~c\"0.9\", [\"#{File.rm!(\\\"x\\\")}\"]}], []}\n", "RL0111"),
        ("{~c\"1.0\", [], []", "RL0103"),
        ("{~c\"1.0\", [], []}\n:more\n", "RL0119"),
        ("", "RL0114"),
    ] {
        let folder = demo::lay_out([("demo.appup.exs", text)]);
        let output = demo::relupc(folder.path(), &["convert", "demo.appup.exs", "-o", "demo.appup"]);
        let report = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && report.contains(code), "{text}: {report}");
        assert!(!folder.path().join("demo.appup").exists());
    }
}

#[test]
fn they_are_linted_where_they_stand_and_used_for_relups() {
    let mut files = demo::files();
    files.remove("lib/demo-2.0.0/ebin/demo.appup");
    files.insert("appups/demo.appup.exs".to_owned(), APPUP.to_owned());
    let folder = demo::lay_out(files);
    let (document, status) =
        demo::json(folder.path(), &["make", "new.rel", "--from", "old.rel", "--path", "lib/*/ebin", "--appups", "appups", "-o", "-", "--format", "json"]);
    assert_eq!(status, 0, "{document}");
    assert_eq!(document["relup"]["up"][0]["instructions"][0]["term"], "{load_object_code,{demo,\"2.0.0\",[demo_lib]}}");
    let wrong = APPUP.replace(":load_module, :demo_lib", ":load_modul, :demo_lib");
    fs::write(folder.path().join("appups/demo.appup.exs"), wrong).unwrap();
    let (document, status) = demo::json(folder.path(), &["lint", "appups", "--format", "json"]);
    let found = &document["diagnostics"][0];
    assert_eq!(
        (status, found["labels"][0]["file"].as_str(), found["labels"][0]["start"]["line"].as_u64()),
        (1, Some("appups/demo.appup.exs"), Some(4)),
        "{document}"
    );
}

#[test]
fn fixes_and_downgrades_are_written_in_their_form() {
    let text = "# ours\n{\"2.0.0\",\n [{\"1.0.0\", [load_module: Demo.Lib]}, # up\n  {~c\"0\\\\.[0-9]\", []}],\n [\n   {'0.9.0', []} # old\n ]}\n";
    let folder = demo::lay_out([("demo.appup.exs", text)]);
    let run = |arguments: &[&str]| {
        let output = demo::relupc(folder.path(), arguments);
        (String::from_utf8(output.stdout).unwrap(), output.status.code())
    };
    let (report, _) = run(&["lint", "demo.appup.exs"]);
    for wanted in ["`\"1.0.0\"` is a pattern", "write the string `~c\"1.0.0\"`", "write `\"0\\\\.[0-9]\"`", "the version is a string: `~c\"2.0.0\"`"] {
        assert!(report.contains(wanted), "{wanted}: {report}");
    }
    let (document, _) = demo::json(folder.path(), &["lint", "demo.appup.exs", "--format", "json"]);
    let fixes: Vec<&str> = document["diagnostics"].as_array().unwrap().iter().filter_map(|found| found["fix"]["edits"][0]["text"].as_str()).collect();
    assert_eq!(fixes, ["~c\"1.0.0\"", "\"0\\\\.[0-9]\""]);
    run(&["lint", "demo.appup.exs", "--fix=unsafe"]);
    let fixed = text.replace("\"1.0.0\"", "~c\"1.0.0\"").replace("~c\"0", "\"0");
    assert_eq!(fs::read_to_string(folder.path().join("demo.appup.exs")).unwrap(), fixed);
    fs::write(folder.path().join("demo.appup.exs"), fixed.replace("{\"2.0.0\"", "{~c\"2.0.0\"")).unwrap();
    let (inverted, status) = run(&["invert", "demo.appup.exs", "--from", "1.0.0"]);
    let (before, after) = inverted.split_once(", # old\n").unwrap_or_else(|| panic!("{inverted}"));
    assert!(status == Some(0) && before.ends_with("{'0.9.0', []}"), "what is there stays: {inverted}");
    // A comma may follow the last element, before or after a comment on it.
    for down in ["[{~c\"0.9.0\", []},]", "[\n  {~c\"0.9.0\", []}, # old\n ]", "[\n  {~c\"0.9.0\", []} # old\n  , ]"] {
        fs::write(folder.path().join("comma.appup.exs"), format!("{{~c\"2.0.0\", [{{~c\"1.0.0\", []}}], {down}}}\n")).unwrap();
        let (inverted, status) = run(&["invert", "comma.appup.exs"]);
        assert!(status == Some(0) && inverted.contains("{~c\"0.9.0\", []}") && inverted.matches("{~c\"1.0.0\",").count() == 2, "{down}: {inverted}");
        assert_eq!(inverted.contains("# old"), down.contains("# old"), "{inverted}");
    }
    assert_eq!(after, "   {~c\"1.0.0\",\n    [{:load_module, Demo.Lib}]}\n   ]}\n");
}

#[test]
fn they_are_generated_and_entries_are_added_to_them() {
    let folder = demo::lay_out(Vec::<(String, String)>::new());
    demo::copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/releases/donation_platform"), folder.path());
    fs::remove_file(folder.path().join("1.1.0/lib/donation_platform-1.1.0/ebin/donation_platform.appup")).unwrap();
    let run = |arguments: &[&str]| {
        let output = demo::relupc(folder.path(), arguments);
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap(), output.status.code())
    };
    let (text, _, _) = run(&["gen", "1.0.1", "1.1.0", "--syntax", "elixir"]);
    assert!(text.starts_with("{~c\"1.1.0\",") && text.contains("{:load_module, DonationPlatform.Calculator}"), "{text}");
    // A new file, a second entry in it, and a comment of one's own.
    let file = folder.path().join("appups/donation_platform-1.1.0.appup.exs");
    let out = ["--syntax", "elixir", "--out", "appups", "-q"];
    assert_eq!(run(&[&["gen", "1.0.1", "1.1.0"][..], &out].concat()).2, Some(0));
    let before = fs::read_to_string(&file).unwrap().replacen("[{:load_module", "[# ours\n    {:load_module", 1);
    fs::write(&file, &before).unwrap();
    assert_eq!(run(&[&["gen", "1.0.0", "1.1.0"][..], &out].concat()).2, Some(0));
    let after = fs::read_to_string(&file).unwrap();
    let kept = before.split("]}],").next().unwrap();
    assert!(after.starts_with(kept) && after.contains("# ours") && after.contains("{~c\"1.0.0\","), "{after}");
    // It is as good as Erlang's form.
    run(&["gen", "1.0.1", "1.0.0", "1.1.0", "--out", "erlang", "-q"]);
    let make = |appups: &str| run(&["make", "1.1.0", "--from", "1.0.1,1.0.0", "--appups", appups, "-o", "-", "-q"]).0;
    assert_eq!(make("appups"), make("erlang"));
    // What is added to a script of keywords is written beside tuples.
    let entry = "{~c\"1.1.0\",\n [{~c\"1.0.1\", [add_module: DonationPlatform.Receipts, load_module: DonationPlatform.Calculator]}], # ours\n []}\n";
    fs::write(&file, entry).unwrap();
    assert_eq!(run(&["gen", "1.0.1", "1.1.0", "--syntax", "elixir", "--out", "appups", "--amend", "-q"]).2, Some(0));
    let amended = fs::read_to_string(&file).unwrap();
    assert!(amended.contains("# ours") && amended.contains("{:add_module, DonationPlatform.Receipts}") && amended.contains("{:update, "), "{amended}");
    assert_eq!(run(&["lint", "appups"]).2, Some(0));
    fs::write(&file, &after).unwrap();
    // Beside an `.app` OTP reads Erlang's form alone.
    let (_, report, status) = run(&["gen", "1.0.0", "1.1.0", "--syntax", "elixir", "--in-place"]);
    assert!(status == Some(2) && report.contains("`--out`"), "{report}");
    // A file's name says its form.
    let name = "appups/donation_platform-1.1.0.appup.exs";
    let (_, report, status) = run(&["convert", name, "-o", name]);
    assert!(status == Some(2) && report.contains("its name says the other one"), "{report}");
    assert_eq!(fs::read_to_string(&file).unwrap(), after);
}
