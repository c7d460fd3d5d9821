//! What differs between OTP 25 and 29, each difference once. The answers were given by those versions.

use crate::demo;
use relupc::otp::Otp;
use relupc::source::Source;
use relupc::span::FileId;
use relupc::term::{Extent, Term, parse, pretty};

fn read(text: &str, otp: u8) -> Option<Term> {
    let mut document = parse(&Source::new("t", text.as_bytes().to_vec()), FileId(0), Otp::from_major(otp).unwrap(), Extent::All);
    if document.faults.is_empty() { document.terms.pop() } else { None }
}

fn accepted(text: &str) -> Vec<u8> {
    (25..=29).filter(|otp| read(text, *otp).is_some()).collect()
}

#[test]
fn syntax() {
    for (text, versions) in [
        ("maybe.", vec![25, 26]),
        ("{else,1}.", vec![25, 26]),
        ("\"a\"\"b\".", vec![25, 26]),
        ("\"a\" \"b\".", vec![25, 26, 27, 28, 29]),
        ("~\"abc\".", vec![27, 28, 29]),
        ("~S[a\\nb].", vec![27, 28, 29]),
        ("{~\"k\",~b\"v\"}.", vec![27, 28, 29]),
        ("\"\"\"\nabc\n\"\"\".", vec![25, 26, 27, 28, 29]),
        ("\"\"\"abc\"\"\".", vec![25, 26]),
        ("\"\\^1\".", vec![25, 26]),
        ("16#1.8#e3.", vec![28, 29]),
        ("12a.", vec![]),
    ] {
        assert_eq!(accepted(text), versions, "{text}");
    }
}

#[test]
fn values() {
    let text = |text: &str, otp: u8| read(text, otp).and_then(|term| term.text().map(|text| text.into_owned()));
    let block = "\"\"\"\n  abc\n  \"\"\".";
    assert_eq!(text(block, 26).as_deref(), Some("\n  abc\n  "));
    assert_eq!(text(block, 27).as_deref(), Some("abc"));
    assert_eq!(text("\"\\^?\".", 25).as_deref(), Some("\u{1f}"));
    assert_eq!(text("\"\\^?\".", 27).as_deref(), Some("\u{7f}"));
}

#[test]
fn printing() {
    let bits = read("<<204,161,228,34>>.", 25).unwrap();
    assert_eq!(pretty(&bits, Otp::from_major(27).unwrap()), "<<\"\u{cc}\u{a1}\u{e4}\\\"\">>");
    assert_eq!(pretty(&bits, Otp::from_major(29).unwrap()), "<<204,161,228,34>>");
    let atom = read("'maybe'.", 25).unwrap();
    assert_eq!(pretty(&atom, Otp::from_major(26).unwrap()), "maybe");
    assert_eq!(pretty(&atom, Otp::from_major(27).unwrap()), "'maybe'");
}

#[test]
fn duplicates_in_applications() {
    let app = "{application,demo,[{description,\"\"},{vsn,\"2.0.0\"},{modules,[demo_lib]},{registered,[]},{applications,[kernel,kernel]}]}.";
    let folder = demo::with(&[("lib/demo-2.0.0/ebin/demo.app", app)]);
    assert_eq!(demo::make(folder.path(), &["--otp", "25"]).1, 0);
    assert_eq!(demo::codes(&demo::make(folder.path(), &["--otp", "26"]).0), ["RL0215"]);
}

#[test]
fn the_version_follows_the_target() {
    let folder = demo::with(&[("lib/demo-2.0.0/ebin/demo.appup", "{\"2.0.0\",[{\"1.0.0\",[{update,demo_srv,{advanced,maybe}}]}],[{\"1.0.0\",[]}]}.")]);
    assert_eq!(demo::make(folder.path(), &[]).1, 0, "ERTS 13.1 is OTP 25");
    assert_eq!(demo::codes(&demo::make(folder.path(), &["--otp", "27"]).0), ["RL0117", "RL0118"]);
    let output = demo::relupc(folder.path(), &["make", "new", "--from", "old", "--otp", "24"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn patterns() {
    // `{,2}` is text before OTP 28, and a repetition since.
    let appup = r#"{"2.0.0",[{<<"1\\.[0-9]{,2}\\.0">>,[{load_module,demo_lib}]},{"1.0.0",[{update,demo_srv}]}],[{<<".*">>,[]}]}."#;
    let folder = demo::with(&[("lib/demo-2.0.0/ebin/demo.appup", appup)]);
    let loaded = |otp: &str| {
        assert_eq!(demo::make(folder.path(), &["--otp", otp]).1, 0);
        let relup = std::fs::read_to_string(folder.path().join("relup")).unwrap();
        (relup.contains("{load,{demo_lib,"), relup.contains("{load,{demo_srv,"))
    };
    assert_eq!((loaded("27"), loaded("28")), ((false, true), (true, false)));
    assert!(demo::codes(&demo::make(folder.path(), &["--otp", "28"]).0).contains(&"RL0118".to_owned()), "the base reads it otherwise");
    let folder = demo::with(&[("lib/demo-2.0.0/ebin/demo.appup", r#"{"2.0.0",[{<<"\\p{Script=Latin}">>,[]}],[{<<".*">>,[]}]}."#)]);
    assert_eq!(demo::codes(&demo::make(folder.path(), &["--otp", "25"]).0), ["RL0306"]);
}

#[test]
fn versions_that_are_not_shown_as_text() {
    let release = |name: &str, vsn: &str, demo: &str| {
        format!("{{release,{{\"{name}\",{vsn}}},{{erts,\"13.1\"}},[{{kernel,\"9.0\"}},{{stdlib,\"9.0\"}},{{sasl,\"9.0\"}},{{demo,\"{demo}\"}}]}}.\n")
    };
    let (new, old) = (release("demo", "\"2\"", "2.0.0"), release("demo", "\"1.0\\x{65e5}\"", "1.0.0"));
    let folder = demo::with(&[("new.rel", &new), ("old.rel", &old)]);
    assert_eq!(demo::make(folder.path(), &[]).1, 0);
    let relup = std::fs::read_to_string(folder.path().join("relup")).unwrap();
    assert!(relup.starts_with("%% coding: utf-8\n{\"2\",\n [{[49,46,48,26085],\n   [],\n"), "{relup}");
}
