//! `invert` and `--derive-downgrade` on files.

use crate::demo;
use std::fs;
use std::path::Path;

const APPUP: &str = "lib/demo-2.0.0/ebin/demo.appup";

fn inverted(text: &str, more: &[&str]) -> (String, Option<i32>) {
    let folder = demo::with(&[(APPUP, text)]);
    let mut arguments = vec!["invert", APPUP];
    arguments.extend(more);
    let output = demo::relupc(folder.path(), &arguments);
    (String::from_utf8(output.stdout).unwrap(), output.status.code())
}

#[test]
fn comments_and_layout_stay() {
    let before = "%% the demo\n{\"2.0.0\",\n [{\"1.0.0\",                  % the first one\n   [{add_module,demo_new},\n    {load_module,demo_lib,[demo_new]}]},\n  {\"0.9.0\", []}],\n [{\"0.9.0\", []} % nothing to do\n ]}. % the end\n";
    let after = "%% the demo\n{\"2.0.0\",\n [{\"1.0.0\",                  % the first one\n   [{add_module,demo_new},\n    {load_module,demo_lib,[demo_new]}]},\n  {\"0.9.0\", []}],\n [{\"0.9.0\", []}, % nothing to do\n  {\"1.0.0\",\n   [{load_module,demo_lib,[demo_new]},\n    {delete_module,demo_new}]}\n  ]}. % the end\n";
    assert_eq!(inverted(before, &[]), (after.to_owned(), Some(0)));
}

#[test]
fn an_empty_list_is_filled() {
    let before = "{\"2.0.0\",[{\"1.0.0\",[{load_module,demo_lib}]},{<<\"0\\\\..*\">>,[]}],[]}.\n";
    let after = "{\"2.0.0\",[{\"1.0.0\",[{load_module,demo_lib}]},{<<\"0\\\\..*\">>,[]}],[{\"1.0.0\",\n";
    let (text, status) = inverted(before, &[]);
    assert!(text.starts_with(after) && text.contains("{<<\"0\\\\..*\">>,"), "{text}");
    assert_eq!(status, Some(0));
    let (only, _) = inverted(before, &["--from", "1.0.0"]);
    assert_eq!(only.matches("0\\\\..*").count(), 1, "{only}");
}

#[test]
fn in_place_writes_what_make_then_accepts() {
    let folder = demo::with(&[(
        APPUP,
        "{\"2.0.0\",\n [{\"1.0.0\",[{delete_module,demo_old},{add_module,demo_new},{update,demo_srv,{advanced,[]},[demo_new]}]}],\n []}.\n",
    )]);
    assert_eq!(demo::make(folder.path(), &[]).1, 1);
    assert_eq!(demo::make(folder.path(), &["--derive-downgrade", "-o", "derived"]).1, 0);
    assert_eq!(demo::relupc(folder.path(), &["invert", APPUP, "--in-place"]).status.code(), Some(0));
    assert_eq!(demo::make(folder.path(), &[]).1, 0);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("relup"), read("derived"), "the derived entry and the written one are the same");
    let once = read(APPUP);
    assert_eq!(demo::relupc(folder.path(), &["invert", APPUP, "--in-place"]).status.code(), Some(0));
    assert_eq!(read(APPUP), once, "there is nothing left to derive");
}

#[test]
fn what_has_no_inverse_names_its_line_and_changes_nothing() {
    let text = "{\"2.0.0\",\n [{\"1.0.0\",\n   [{load_module,demo_lib},\n    {apply,{demo_lib,migrate,[]}}]}],\n []}.\n";
    let folder = demo::with(&[(APPUP, text)]);
    let (document, status) = demo::json(folder.path(), &["invert", APPUP, "--in-place", "--format", "json"]);
    assert_eq!((demo::codes(&document), status), (vec!["RL0702".to_owned()], 1));
    assert_eq!(document["diagnostics"][0]["labels"][0]["start"]["line"], 4);
    assert_eq!(fs::read_to_string(folder.path().join(APPUP)).unwrap(), text);
    let (lossy, status) = inverted(text, &["--allow-lossy"]);
    assert!(lossy.contains("[{\"1.0.0\",\n   [{load_module,demo_lib}]}]}."), "{lossy}");
    assert_eq!(status, Some(0));
}

#[test]
fn latin1_files_stay_latin1() {
    let folder = demo::with(&[]);
    let text = b"%% coding: latin-1\n%% caf\xe9\n{\"2.0.0\",[{\"1.0.0\",[{load_module,demo_lib}]}],[]}.\n";
    fs::write(folder.path().join(APPUP), text).unwrap();
    assert_eq!(demo::relupc(folder.path(), &["invert", APPUP, "--in-place"]).status.code(), Some(0));
    let after = fs::read(folder.path().join(APPUP)).unwrap();
    assert!(after.starts_with(b"%% coding: latin-1\n%% caf\xe9\n{") && after.len() > text.len());
}

/// OTP reads all of these; an entry put in by rule would spoil them, or they say nothing that could be inverted.
#[test]
fn odd_lists_are_left_alone() {
    let with_down = |down: &str| format!("{{\"2.0.0\",[{{\"1.0.0\",[{{load_module,demo_lib}}]}}],{down}}}.\n");
    for down in ["\"\"", "([])", "[{\"0\",[]}%c\n|[]]"] {
        let folder = demo::with(&[(APPUP, &with_down(down))]);
        let (document, status) = demo::json(folder.path(), &["invert", APPUP, "--in-place", "--format", "json"]);
        assert!(demo::codes(&document).contains(&"RL0705".to_owned()), "{down}: {document}");
        assert_eq!(status, 1);
        assert_eq!(fs::read_to_string(folder.path().join(APPUP)).unwrap(), with_down(down));
    }
    for up in ["[{\"1.0.0\",foo}]", "[{\"1.0.0\",[{load_module,a}|b]}]", "foo", "[{\"1.0.0\",[[{load_module,demo_lib}]]}]", "[{\"1.0.0\",[{update,m,bogus}]}]"]
    {
        let (text, status) = inverted(&format!("{{\"2.0.0\",{up},[]}}.\n"), &[]);
        assert_eq!((text.as_str(), status), ("", Some(1)), "{up}");
    }
}

/// An element that is no entry, tabs, Windows line ends: the new entry is after them and reads back.
#[test]
fn layouts_of_all_kinds() {
    for (down, wanted) in [
        ("[garbage]", "[garbage,\n"),
        ("[{\"0\",[]}, garbage % c\n]", "garbage, % c\n"),
        ("[\n\t{\"0\",[]}\n]", "{\"0\",[]},\n\t{\"1.0.0\",\n\t ["),
        ("[{\"0\",[]}\r\n]", "{\"0\",[]},\r\n"),
    ] {
        let (text, status) = inverted(&format!("{{\"2.0.0\",[{{\"1.0.0\",[{{load_module,demo_lib}}]}}],{down}}}.\n"), &[]);
        assert!(text.contains(wanted), "{down}: {text}");
        assert_eq!(status, Some(0));
    }
}

#[test]
fn a_version_without_an_entry_is_wrong_usage() {
    let text = "{\"2.0.0\",[{\"1.0.0\",[]}],[]}.\n";
    assert_eq!(inverted(text, &["--from", "9.9"]).1, Some(2));
}

#[test]
fn a_pattern_goes_before_the_patterns_that_may_match_its_versions() {
    let text = "{\"2.0.0\",[{<<\"1.*\">>,[{load_module,demo_lib}]}],\n [{\"0\",[]},\n  %% the rest\n  {<<\".*\">>,[]}]}.\n";
    let (edited, status) = inverted(text, &[]);
    let wanted = " [{\"0\",[]},\n  {<<\"1.*\">>,\n   [{load_module,demo_lib}]},\n  %% the rest\n  {<<\".*\">>,[]}]}.\n";
    assert!(edited.ends_with(wanted), "{edited}");
    assert_eq!(status, Some(0));
}

#[test]
fn no_entry_of_the_author_is_taken_over() {
    let text = concat!(
        "{\"2.0.0\",[{<<\"1\\\\..*\">>,[{load_module,demo_lib}]}],\n",
        " [{<<\"0\\\\..*\">>,[]},\n  {\"1.5\",[{load_module,demo_srv}]},\n  {<<\"1\\\\.4.*\">>,[]}]}.\n"
    );
    let (edited, status) = inverted(text, &[]);
    let wanted =
        " [{<<\"0\\\\..*\">>,[]},\n  {\"1.5\",[{load_module,demo_srv}]},\n  {<<\"1\\\\.4.*\">>,[]},\n  {<<\"1\\\\..*\">>,\n   [{load_module,demo_lib}]}]}.\n";
    assert!(edited.ends_with(wanted), "{edited}");
    assert_eq!(status, Some(0));
}

#[test]
fn the_order_of_the_upgrade_list_is_kept() {
    let text = concat!("{\"2.0.0\",[{<<\"1\\\\.4.*\">>,[{load_module,demo_lib}]},{<<\"1\\\\..*\">>,[]}],\n", " [{\"0\",[]},\n  {<<\"1\\\\..*\">>,[]}]}.\n");
    let (edited, _) = inverted(text, &[]);
    let wanted = " [{\"0\",[]},\n  {<<\"1\\\\.4.*\">>,\n   [{load_module,demo_lib}]},\n  {<<\"1\\\\..*\">>,[]}]}.\n";
    assert!(edited.ends_with(wanted), "{edited}");
}

/// The inverse of an upgrade in a wrong order would be in a wrong order as well: with the code of both releases it is computed.
#[test]
fn a_downgrade_is_computed_from_both_releases() {
    let folder = demo::lay_out(Vec::<(String, String)>::new());
    demo::copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/releases/donation_platform"), folder.path());
    let appup = folder.path().join("1.1.0/lib/donation_platform-1.1.0/ebin/donation_platform.appup");
    let (calculator, receipts, server) = ("'Elixir.DonationPlatform.Calculator'", "'Elixir.DonationPlatform.Receipts'", "'Elixir.DonationPlatform.Server'");
    let up = format!("[{{add_module,{receipts}}},{{load_module,{calculator}}},{{update,{server},{{advanced,[]}}}}]");
    fs::write(&appup, format!("{{\"1.1.0\",[{{\"1.0.1\",{up}}}],[]}}.\n")).unwrap();
    let make = |more: &[&str]| {
        demo::json(folder.path(), &[&["make", "1.1.0", "--from", "1.0.1", "--derive-downgrade", "--format", "json", "-o", "relup"], more].concat())
    };
    let (document, status) = make(&[]);
    assert_eq!(status, 0, "{document}");
    let notes: Vec<&str> =
        document["diagnostics"].as_array().unwrap().iter().filter(|found| found["code"] == "RL0701").map(|found| found["message"].as_str().unwrap()).collect();
    assert!(matches!(notes.as_slice(), [one] if one.contains("code of both releases")), "{notes:?}");
    let down: Vec<&str> = document["relup"]["down"][0]["instructions"].as_array().unwrap().iter().map(|step| step["term"].as_str().unwrap()).collect();
    let at = |wanted: &str| down.iter().position(|step| step.contains(wanted)).unwrap();
    // The server forgets its currency first, then the receipts go, and the calculator last: they call it.
    assert!(at("{load,{'Elixir.DonationPlatform.Server'") < at("{remove,{'Elixir.DonationPlatform.Receipts'"), "{down:?}");
    assert!(at("{remove,{'Elixir.DonationPlatform.Receipts'") < at("{load,{'Elixir.DonationPlatform.Calculator'"), "{down:?}");
    // An instruction of the upgrade that has no inverse still stops.
    fs::write(&appup, format!("{{\"1.1.0\",[{{\"1.0.1\",[{{apply,{{m,f,[]}}}},{}}}],[]}}.\n", up.trim_start_matches('['))).unwrap();
    assert_eq!(make(&[]).1, 1);
    // So does a decision of the upgrade hold: what restarts going up restarts going down.
    fs::write(&appup, "{\"1.1.0\",[{\"1.0.1\",[{restart_application,donation_platform}]}],[]}.\n").unwrap();
    let (document, _) = make(&["--no-verify"]);
    assert!(document["relup"]["down"][0]["instructions"].to_string().contains("{apply,{application,stop,[donation_platform]}}"), "{document}");
}
