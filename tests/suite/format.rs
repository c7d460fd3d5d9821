//! `fmt`: blanks and line breaks of files, and nothing else.

use crate::demo;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

const UGLY: &[u8] = b"%% h\xc3\xa9ad\n{ \"2.0.0\",[ {\"1.0.0\" , [{load_module , a} % one\n]}],\n\n\n[]} .";
const NICE: &str = "%% h\u{e9}ad\n{\"2.0.0\",[{\"1.0.0\",[{load_module,a} % one\n                   ]}],\n\n []}.\n";

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    demo::lay_out(files.iter().map(|(path, bytes)| (*path, bytes)))
}

fn run(folder: &TempDir, arguments: &[&str]) -> (String, String, i32) {
    let output = demo::relupc(folder.path(), arguments);
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

fn read(folder: &TempDir, path: &str) -> Vec<u8> {
    fs::read(folder.path().join(path)).unwrap()
}

#[test]
fn files_and_folders_are_laid_out_in_place() {
    let folder = folder(&[("a/x.appup", UGLY), ("a/b/y.appup.src", UGLY), ("a/z.app", b"{application , z,[]}."), ("left.appup", UGLY)]);
    assert_eq!(run(&folder, &["fmt", "a", "--check"]).2, 1);
    assert_eq!(read(&folder, "a/x.appup"), UGLY);
    let (out, report, status) = run(&folder, &["fmt", "a"]);
    assert_eq!((out.as_str(), report.as_str(), status), ("", "relupc: laid out 2 of 2 files\n", 0));
    let text = String::from_utf8(read(&folder, "a/x.appup")).unwrap();
    assert_eq!(text, NICE);
    assert_eq!(read(&folder, "a/b/y.appup.src"), text.as_bytes());
    assert_eq!((read(&folder, "left.appup").as_slice(), read(&folder, "a/z.app").as_slice()), (UGLY, b"{application , z,[]}.".as_slice()));
    assert_eq!(run(&folder, &["fmt", "a", "--check"]), (String::new(), "relupc: 2 files: nothing to change\n".to_owned(), 0));
    assert_eq!(run(&folder, &["fmt", "a/z.app"]).2, 0);
    assert_eq!(read(&folder, "a/z.app"), b"{application,z,[]}.\n");
}

#[test]
fn what_cannot_be_parsed_stays_whole() {
    let folder = folder(&[("x.appup", b"{ \"2.0.0\", [ ], [ }."), ("y.appup", UGLY)]);
    let (_, report, status) = run(&folder, &["fmt", "--format", "concise"]);
    assert!(report.contains("x.appup:1:17: error[RL0103]") && status == 1, "{report}");
    assert_eq!(read(&folder, "x.appup"), b"{ \"2.0.0\", [ ], [ }.");
    assert_ne!(read(&folder, "y.appup"), UGLY, "one bad file does not keep the others from being laid out");
    let (_, report, status) = run(&folder, &["fmt", "none.appup"]);
    assert!(report.contains("none.appup") && status == 1, "{report}");
}

#[test]
fn a_version_that_a_build_fills_in_stays() {
    for version in ["VSN", "\"%VSN%\"", "{{vsn}}"] {
        let text = format!("%% built\n{{ {version} , [ {{\"1.0.0\" , []}} ],[]}}.\n");
        let folder = folder(&[("x.appup.src", text.as_bytes())]);
        assert_eq!(run(&folder, &["fmt", "x.appup.src"]).2, 0);
        assert_eq!(String::from_utf8(read(&folder, "x.appup.src")).unwrap(), format!("%% built\n{{{version},[{{\"1.0.0\",[]}}],[]}}.\n"));
    }
    // More of it is computed: it is left as it is, and that is reported.
    let folder = folder(&[("x.appup.src", b"{ VSN , up(), []}.")]);
    let (_, report, status) = run(&folder, &["fmt"]);
    assert!(report.contains("note[RL0338]") && status == 0, "{report}");
    assert_eq!(read(&folder, "x.appup.src"), b"{ VSN , up(), []}.");
}

#[test]
fn encodings_and_line_ends_stay() {
    let folder = folder(&[
        ("l.appup", b"%% coding: latin-1\n%% \xe9\n{ \"2\" , [],\n[]}."),
        ("c.appup", b"{ \"2\" ,\r\n[], []}.\r\n"),
        ("n.appup", b"%% @noformat\n{ a }."),
    ]);
    assert_eq!(run(&folder, &["fmt"]).2, 0);
    assert_eq!(read(&folder, "l.appup"), b"%% coding: latin-1\n%% \xe9\n{\"2\",[],\n []}.\n");
    assert_eq!(read(&folder, "c.appup"), b"{\"2\",\r\n [],[]}.\r\n");
    assert_eq!(read(&folder, "n.appup"), b"%% @noformat\n{ a }.");
}

#[test]
fn standard_input_goes_to_standard_output() {
    let given = |text: &[u8], arguments: &[&str]| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_relupc"))
            .args([&["fmt", "-"], arguments].concat())
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(text).unwrap();
        let output = child.wait_with_output().unwrap();
        (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
    };
    assert_eq!(given(b"{ a , b }.", &[]), ("{a,b}.\n".to_owned(), 0));
    assert_eq!(given(b"{ a , b .", &[]), ("{ a , b .".to_owned(), 1));
    assert_eq!(given(b"{a,b}.\n", &["--check"]), (String::new(), 0));
    assert_eq!(given(b"{ a}.", &["--check"]), (String::new(), 1));
}

#[test]
fn the_project_decides_how_wide_a_line_is() {
    let folder = folder(&[("x.appup", b"{\"2.0.0\",[{\"1.0.0\",[{load_module,a}]}],[]}."), ("relupc.toml", b"[fmt]\nwidth = 20\n")]);
    let (shown, _, status) = run(&folder, &["fmt", "--diff"]);
    assert!(shown.contains("+{\"2.0.0\",\n+ [{\"1.0.0\",\n") && status == 1, "{shown}");
    let (document, status) = demo::json(folder.path(), &["fmt", "--check", "--format", "json"]);
    crate::schemas::check("fmt", &document);
    assert_eq!((document["files"][0]["file"].as_str(), status), (Some("x.appup"), 1));
}

/// What OTP printed keeps its line breaks.
#[test]
fn relups_that_were_made_stay_as_short() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/releases/donation_platform");
    let text = fs::read(root.join("relup-1.1.0")).unwrap();
    let folder = folder(&[("relup", text.as_slice())]);
    assert_eq!(run(&folder, &["fmt", "relup"]).2, 0);
    let lines = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count();
    assert_eq!(lines(&read(&folder, "relup")), lines(&text));
}
