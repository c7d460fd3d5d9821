//! `gen`: appups from two releases, put into files that people have.

use crate::demo;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const APPUP: &str = "1.1.0/lib/donation_platform-1.1.0/ebin/donation_platform.appup";

/// The donation platform in a folder of its own, with this appup of 1.1.0, or without one.
fn platform(appup: Option<&str>) -> TempDir {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/releases/donation_platform");
    let folder = tempfile::tempdir().unwrap();
    let mut open: Vec<PathBuf> = ["1.0.0", "1.0.1", "1.1.0"].iter().map(|version| from.join(version)).collect();
    while let Some(path) = open.pop() {
        let to = folder.path().join(path.strip_prefix(&from).unwrap());
        if path.is_dir() {
            fs::create_dir_all(to).unwrap();
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            fs::copy(&path, to).unwrap();
        }
    }
    let path = folder.path().join(APPUP);
    match appup {
        Some(text) => fs::write(path, text).unwrap(),
        None => fs::remove_file(path).unwrap(),
    }
    folder
}

fn run(folder: &TempDir, arguments: &[&str]) -> (String, String, i32) {
    let output = demo::relupc(folder.path(), arguments);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

fn appup(folder: &TempDir) -> String {
    fs::read_to_string(folder.path().join(APPUP)).unwrap()
}

/// What the project decides for the donation platform, so that no question is open.
const POLICY: &str = "[gen]\nextra = '<<\"EUR\">>'\n";

fn with_policy(appup: Option<&str>) -> TempDir {
    let folder = platform(appup);
    fs::write(folder.path().join("relupc.toml"), POLICY).unwrap();
    folder
}

const UP: &str = r#"[{load_module,'Elixir.DonationPlatform.Calculator'},
    {add_module,'Elixir.DonationPlatform.Receipts',
                ['Elixir.DonationPlatform.Calculator']},
    {update,'Elixir.DonationPlatform.Server',
            {advanced,<<"EUR">>},
            ['Elixir.DonationPlatform.Receipts']}]"#;
const DOWN: &str = r#"[{update,'Elixir.DonationPlatform.Server',
            {advanced,<<"EUR">>},
            ['Elixir.DonationPlatform.Receipts']},
    {delete_module,'Elixir.DonationPlatform.Receipts',
                   ['Elixir.DonationPlatform.Calculator']},
    {load_module,'Elixir.DonationPlatform.Calculator'}]"#;

#[test]
fn both_directions_are_written_in_their_own_order() {
    let folder = with_policy(None);
    let (text, report, status) = run(&folder, &["gen", "1.0.0", "1.1.0"]);
    assert_eq!(text, format!("{{\"1.1.0\",\n [{{\"1.0.0\",\n   {UP}}}],\n [{{\"1.0.0\",\n   {DOWN}}}]}}.\n"), "{report}");
    assert_eq!((report.as_str(), status), ("relupc: generated 1 appup\n", 0));
    assert!(!folder.path().join(APPUP).exists(), "nothing is written unless it is asked for");
}

#[test]
fn a_written_appup_and_one_in_memory_make_the_same_relup() {
    let folder = with_policy(None);
    let made = run(&folder, &["make", "1.1.0", "--from", "1.0.0,1.0.1", "--gen", "-o", "memory"]);
    assert_eq!(made.2, 0, "{}", made.1);
    assert!(made.1.contains("note[RL1006]"), "{}", made.1);
    assert!(!folder.path().join(APPUP).exists());
    assert_eq!(run(&folder, &["make", "1.1.0", "--from", "1.0.0", "-o", "none"]).2, 1);
    assert_eq!(run(&folder, &["gen", "1.0.0", "1.0.1", "1.1.0", "--in-place"]).2, 0);
    assert_eq!(run(&folder, &["make", "1.1.0", "--from", "1.0.0,1.0.1", "-o", "written"]).2, 0);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("memory"), read("written"));
    let again = run(&folder, &["gen", "1.0.0", "1.0.1", "1.1.0", "--in-place", "--check"]);
    assert_eq!((again.1.as_str(), again.2), ("relupc: every application that changes has its entries\n", 0));
}

const HAND: &str = "%% -*- erlang -*-\r\n%% by hand\r\n{\"1.1.0\",\r\n [ % up\r\n  {\"1.0.1\", [{restart_application, donation_platform}]}, % the only one\r\n  {<<\"0\\\\..*\">>, []}\r\n  %% nothing older\r\n ],\r\n [{\"1.0.1\", [{restart_application, donation_platform}]}]\r\n}. % the end";

#[test]
fn entries_go_into_a_file_that_exists() {
    let folder = with_policy(Some(HAND));
    let (_, report, status) = run(&folder, &["gen", "1.0.0", "1.0.1", "1.1.0", "--in-place"]);
    assert_eq!((report, status), (format!("relupc: wrote {APPUP}\n"), 0));
    let text = appup(&folder);
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{text:?}");
    let entry = |script: &str| format!("{{\"1.0.0\",\n   {script}}}").replace('\n', "\r\n");
    assert!(text.contains(&entry(UP)) && text.contains(&entry(DOWN)), "{text}");
    // Without what was added it is the file that was there, but for two commas.
    let without = text.replacen(&entry(UP), "", 1).replacen(&entry(DOWN), "", 1);
    let plain = |text: &str| text.chars().filter(|c| !c.is_whitespace() && *c != ',').collect::<String>();
    assert_eq!(plain(&without), plain(HAND));
    assert_eq!(run(&folder, &["make", "1.1.0", "--from", "1.0.0", "--no-lint", "-o", "-"]).2, 0);
}

/// What an entry lacks is reported, added or written again, as it is asked for.
#[test]
fn an_entry_that_exists_is_respected() {
    let hand = "{\"1.1.0\",\n [{\"1.0.0\",\n   [\n    %% the calculator first\n    {load_module, 'Elixir.DonationPlatform.Calculator'}]}],\n [{\"1.0.0\", [{restart_application, donation_platform}]}]}.\n";
    let folder = with_policy(Some(hand));
    let (_, report, status) = run(&folder, &["gen", "1.0.0", "1.1.0", "--in-place", "--format", "concise"]);
    assert!(report.contains("warning[RL1002]") && report.contains("it lacks `{add_module,'Elixir.DonationPlatform.Receipts'"), "{report}");
    assert_eq!((appup(&folder).as_str(), status), (hand, 0));
    let (shown, _, status) = run(&folder, &["gen", "1.0.0", "1.1.0", "--amend", "--diff"]);
    assert!(shown.contains("\n+    {add_module,") && shown.contains("\n     %% the calculator first\n"), "{shown}");
    assert_eq!((appup(&folder).as_str(), status), (hand, 0));
    assert_eq!(run(&folder, &["gen", "1.0.0", "1.1.0", "--amend", "--in-place"]).2, 0);
    let amended = appup(&folder);
    assert!(amended.contains("%% the calculator first\n    {load_module, 'Elixir.DonationPlatform.Calculator'}"), "{amended}");
    assert!(amended.contains("[{\"1.0.0\", [{restart_application, donation_platform}]}]}.\n"), "{amended}");
    assert_eq!(run(&folder, &["make", "1.1.0", "--from", "1.0.0", "-o", "-"]).2, 0);
    assert_eq!(run(&folder, &["gen", "1.0.0", "1.1.0", "--force", "--in-place"]).2, 0);
    assert!(!appup(&folder).contains("the calculator first") && appup(&folder).contains(&format!("[{{\"1.0.0\",\n   {DOWN}}}]")), "{}", appup(&folder));
}

/// An entry for other versions as well stays for those.
#[test]
fn a_pattern_is_not_overwritten() {
    let hand = "{\"1.1.0\",\n [{<<\".*\">>,[{restart_application,donation_platform}]}],\n [{<<\".*\">>,[{restart_application,donation_platform}]}]}.\n";
    let folder = with_policy(Some(hand));
    assert_eq!(run(&folder, &["gen", "1.0.0", "1.1.0", "--check"]).2, 0, "a restart covers everything");
    assert_eq!(run(&folder, &["gen", "1.0.0", "1.1.0", "--force", "--in-place"]).2, 0);
    let text = appup(&folder);
    assert_eq!(text.matches("{<<\".*\">>,[{restart_application,donation_platform}]}").count(), 2, "{text}");
    assert!(text.starts_with("{\"1.1.0\",\n [{\"1.0.0\",\n"), "{text}");
}

#[test]
fn appups_of_a_folder_go_before_those_of_the_release() {
    let folder = with_policy(Some("{\"1.1.0\",\n [{\"1.0.0\",[]}],\n [{\"1.0.0\",[]}]}.\n"));
    let (_, report, status) = run(&folder, &["gen", "1.0.0", "1.0.1", "1.1.0", "--out", "rel/appups", "--force"]);
    assert_eq!((report.as_str(), status), ("relupc: wrote rel/appups/donation_platform-1.1.0.appup\n", 0));
    let written = fs::read_to_string(folder.path().join("rel/appups/donation_platform-1.1.0.appup")).unwrap();
    assert!(written.contains(UP) && written.contains(DOWN), "{written}");
    assert_eq!(run(&folder, &["make", "1.1.0", "--from", "1.0.1", "-o", "-"]).2, 1, "the appup of the release has no such entry");
    let with = ["make", "1.1.0", "--from", "1.0.1", "--appups", "rel/appups", "-o", "given"];
    assert_eq!(run(&folder, &with).2, 0);
    fs::write(folder.path().join("relupc.toml"), format!("appups = [\"rel/appups\"]\n{POLICY}")).unwrap();
    assert_eq!(run(&folder, &["make", "1.1.0", "--from", "1.0.1", "-o", "configured"]).2, 0);
    assert_eq!(run(&folder, &["lint", "--target", "1.1.0", "--from", "1.0.1"]).2, 0);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("given"), read("configured"));
    // What is there is kept there.
    let (_, report, _) = run(&folder, &["gen", "1.0.0", "1.0.1", "1.1.0", "--out", "rel/appups"]);
    assert_eq!(report, "relupc: every application that changes has its entries\n");
}

#[test]
fn bases_with_one_script_share_a_pattern() {
    let folder = with_policy(None);
    let (text, _, status) = run(&folder, &["gen", "1.0.0", "1.0.1", "1.1.0", "--pattern", "--in-place"]);
    assert_eq!((text.as_str(), status), ("", 0));
    assert_eq!(appup(&folder).matches(r#"{<<"^(1\\.0\\.0|1\\.0\\.1)$">>,"#).count(), 2, "{}", appup(&folder));
    assert_eq!(run(&folder, &["make", "1.1.0", "--from", "1.0.0,1.0.1", "--down-to", "1.0.1", "--no-lint", "-o", "-"]).2, 0);
    assert_eq!(run(&folder, &["gen", "1.0.0", "1.0.1", "1.1.0", "--check"]).2, 0);
}

#[test]
fn open_questions_stop_what_relies_on_them() {
    let folder = platform(None);
    let (text, report, status) = run(&folder, &["gen", "1.0.0", "1.1.0", "--format", "concise"]);
    assert!(text.contains("    %% TODO: `code_change` of `'Elixir.DonationPlatform.Server'` uses its last argument"), "{text}");
    assert!(report.contains("warning[RL1001]") && report.ends_with("relupc: generated 1 appup; 1 question is open\n"), "{report}");
    assert_eq!(status, 0);
    assert_eq!(run(&folder, &["gen", "1.0.0", "1.1.0", "--strict"]).2, 1);
    assert_eq!(run(&folder, &["gen", "1.0.0", "1.1.0", "--check"]).2, 1);
    let refused = run(&folder, &["make", "1.1.0", "--from", "1.0.0", "--gen", "-o", "refused"]);
    assert!(refused.2 == 1 && refused.1.contains("error[RL1001]") && !folder.path().join("refused").exists(), "{}", refused.1);
    assert_eq!(run(&folder, &["make", "1.1.0", "--from", "1.0.0", "--gen", "--allow-questions", "-o", "made"]).2, 0);
}

#[test]
fn the_project_decides() {
    let folder = platform(None);
    let generate = |config: &str| {
        fs::write(folder.path().join("relupc.toml"), config).unwrap();
        run(&folder, &["gen", "1.0.0", "1.1.0"])
    };
    let (text, ..) = generate(
        "[gen]\nextra = '[{currency,eur}]'\nsuspend-timeout = 60000\nignore = [\"DonationPlatform.Calc*\"]\npurge = [{modules = \"*.Server\", post = \"soft_purge\"}]\ninstructions = [{application = \"donation_*\", direction = \"up\", first = [\"{apply,{a,f,[]}}\"], last = [\"{apply,{b,f,[]}}\"]}]\n",
    );
    assert!(
        text.contains("{update,'Elixir.DonationPlatform.Server',60000,\n            {advanced,[{currency,eur}]},\n            brutal_purge,soft_purge,"),
        "{text}"
    );
    assert!(!text.contains("{load_module,'Elixir.DonationPlatform.Calculator'}"), "{text}");
    let up = text.split("\n [{\"1.0.0\",").nth(1).unwrap();
    assert!(up.starts_with("\n   [{apply,{a,f,[]}},") && up.contains("{apply,{b,f,[]}}]}]"), "{text}");
    assert_eq!(text.matches("{apply,").count(), 2, "{text}");
    let (text, report, status) = generate("[gen]\nrestart = [\"*\"]\n");
    assert_eq!(text.matches("[{restart_application,donation_platform}]").count(), 2, "{text}");
    assert_eq!((report.as_str(), status), ("relupc: generated 1 appup\n", 0));
    for (config, wrong) in [
        ("[gen]\nextra = '{a'\n", "relupc.toml:2:9: `{a` is not an Erlang term: "),
        ("[gen]\ninstructions = [{application = \"a\", last = [\"{load_modul,m}\"]}]\n", "is not an instruction of an appup"),
        ("[gen]\nlibraries = \"restart\"\n", "unknown field `libraries`"),
    ] {
        let (_, report, status) = generate(config);
        assert!(report.contains(wrong) && status == 2, "{report}");
    }
}

#[test]
fn reasons_are_shown_where_they_are_asked_for() {
    let folder = with_policy(None);
    let (text, report, _) = run(&folder, &["gen", "1.0.0", "1.1.0", "--explain", "--comments"]);
    assert!(text.contains("    %% `'Elixir.DonationPlatform.Receipts'`: only the release being installed has the module\n    {add_module,"), "{text}");
    assert!(text.contains("    %% `'Elixir.DonationPlatform.Server'`: its state, the struct `DonationPlatform.Server`, gains\n    %% `currency`\n"), "{text}");
    assert!(report.starts_with("donation_platform upgrade 1.0.0 -> 1.1.0\n  {load_module,'Elixir.DonationPlatform.Calculator'}\n    other code"), "{report}");
    let (document, _) = demo::json(folder.path(), &["gen", "1.0.0", "1.1.0", "--format", "json"]);
    crate::schemas::check("gen", &document);
    let entry = &document["applications"][0]["entries"][0];
    assert_eq!((entry["direction"].as_str(), entry["status"].as_str()), (Some("upgrade"), Some("new")));
    assert_eq!(entry["instructions"][2]["changes"], serde_json::json!(["state"]));
}

#[test]
fn what_cannot_be_done_is_refused_before_anything_is_written() {
    let folder = with_policy(None);
    let (_, report, status) = run(&folder, &["gen", "1.1.0"]);
    assert!(report.contains("write `relupc gen OLD 1.1.0`") && status == 2, "{report}");
    let (_, report, status) = run(&folder, &["gen", "1.0.0", "1.1.0", "--app", "donation"]);
    assert!(report.contains("the target has no application `donation`") && status == 2, "{report}");
    fs::write(folder.path().join(APPUP), "{\"1.1.0\",\n [{\"1.0.1\" []}],\n []}.\n").unwrap();
    let before = appup(&folder);
    let (_, report, status) = run(&folder, &["gen", "1.0.0", "1.1.0", "--in-place"]);
    assert!(report.contains("error[RL0102]") && status == 1 && appup(&folder) == before, "{report}");
    fs::write(folder.path().join(APPUP), "{\"1.1.0\",[{\"1.0.1\",[]}|tail],[]}.\n").unwrap();
    let (_, report, status) = run(&folder, &["gen", "1.0.0", "1.1.0", "--in-place"]);
    assert!(report.contains("error[") && status == 1 && appup(&folder).contains("|tail"), "{report}");
}

/// What is written for pairs that the page of RL1001 shows, up and down, an instruction a line.
#[test]
fn children_are_stopped_and_started_where_it_is_right() {
    let child = |function: &str, supervisor: &str, id: &str| format!("{{apply,{{supervisor,{function},[{supervisor},{id}]}}}}");
    let sup = "{update,demo_sup,supervisor}".to_owned();
    let load = |module: &str| format!("{{load_module,{module}}}");
    let (stop, start, delete) = ("terminate_child", "restart_child", "delete_child");
    let found = vec![child(stop, "demo_sup", "api"), load("demo_srv"), child(start, "demo_sup", "api")];
    let below = vec![child(stop, "demo_sup", "below"), load("demo_below"), sup.clone(), child(start, "demo_sup", "below")];
    let cases = [
        (3, found.clone(), found),
        (
            4,
            vec!["{add_module,demo_cache}".to_owned(), sup.clone(), child(start, "demo_sup", "cache"), load("demo_api")],
            vec![load("demo_api"), child(stop, "demo_sup", "cache"), child(delete, "demo_sup", "cache"), sup, "{delete_module,demo_cache}".to_owned()],
        ),
        (5, below.clone(), below),
    ];
    for (number, up, down) in cases {
        let folder = crate::pages::laid_out("RL1001", number);
        let (document, status) = demo::json(folder.path(), &["gen", "old.rel", "new.rel", "--path", "lib/*/ebin", "--format", "json"]);
        let entry = |at: usize| -> Vec<String> {
            let all = document["applications"][0]["entries"][at]["instructions"].as_array().unwrap();
            all.iter().map(|instruction| instruction["term"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!((entry(0), entry(1), status), (up, down, 0), "block {number}");
    }
}

/// Names and versions become names of files.
#[test]
fn nothing_is_written_outside_of_the_folder() {
    let app = "{application,demo,[{description,\"d\"},{vsn,\"/../../../evil\"},{modules,[]},{registered,[]},{applications,[]}]}.\n";
    let rel = "{release,{\"demo\",\"2.0.0\"},{erts,\"13.1\"},[{kernel,\"9.0\"},{stdlib,\"9.0\"},{sasl,\"9.0\"},{demo,\"/../../../evil\"}]}.\n";
    let old = app.replace("/../../../evil", "1.0.0");
    let folder = demo::with(&[("evil/demo.app", app), ("lib/demo-1.0.0/ebin/demo.app", &old), ("new.rel", rel)]);
    let (_, report, status) = run(&folder, &["gen", "old.rel", "new.rel", "--path", "lib/*/ebin", "--path", "evil", "--out", "a/b/c"]);
    assert!(report.contains("cannot be part of a file's name") && status == 2, "{report}");
    assert!(!folder.path().join("a").exists());
}

/// A question that stays in the file stays open.
#[test]
fn a_question_is_asked_until_its_comment_is_removed() {
    let folder = platform(None);
    assert_eq!(run(&folder, &["gen", "1.0.0", "1.1.0", "--in-place", "--strict"]).2, 1);
    let (_, report, status) = run(&folder, &["gen", "1.0.0", "1.1.0", "--strict", "--format", "concise"]);
    assert!(report.contains("error[RL1001]") && report.contains("still asks: `code_change` of") && status == 1, "{report}");
    assert_eq!(run(&folder, &["make", "1.1.0", "--from", "1.0.0", "--gen", "-o", "made"]).2, 1);
    let answered: String = appup(&folder).lines().filter(|line| !line.trim_start().starts_with("%%")).map(|line| format!("{line}\n")).collect();
    fs::write(folder.path().join(APPUP), answered).unwrap();
    assert_eq!(run(&folder, &["gen", "1.0.0", "1.1.0", "--strict"]).2, 0);
}

/// What is added goes after the point of no return, and an entry for other versions stays as it is for those.
#[test]
fn an_entry_is_amended_where_it_is_right() {
    let hand = "{\"1.1.0\",\n [{<<\"1\\\\..*\">>,[{apply,{m,f,[]}},point_of_no_return,{load_module,'Elixir.DonationPlatform.Calculator'}]}],\n [{<<\".*\">>,[{restart_application,donation_platform}]}]}.\n";
    let folder = with_policy(Some(hand));
    assert_eq!(run(&folder, &["gen", "1.0.0", "1.0.1", "1.1.0", "--amend", "--in-place"]).2, 0);
    let text = appup(&folder);
    assert!(text.contains(hand.lines().nth(1).unwrap().trim_start_matches(" [").trim_end_matches("],")), "{text}");
    let place = |what: &str| text.find(what).unwrap();
    assert!(place("{\"1.0.0\",") < place("{apply,{m,f,[]}}") && place("point_of_no_return") < place("{add_module,"), "{text}");
    assert_eq!(run(&folder, &["make", "1.1.0", "--from", "1.0.0,1.0.1", "--no-lint", "-o", "-"]).2, 0);
    assert_eq!(run(&folder, &["gen", "1.0.0", "1.0.1", "1.1.0", "--check"]).2, 0);
}
