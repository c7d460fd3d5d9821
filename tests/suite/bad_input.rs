//! No input may panic, hang, overflow the stack or eat the memory; each gets a finding that names the file.

use crate::demo;
use crate::opening::tarball;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;

const APPUP: &str = "lib/demo-2.0.0/ebin/demo.appup";

fn codes_of(appup: &[u8]) -> Vec<String> {
    let folder = demo::with(&[]);
    fs::write(folder.path().join(APPUP), appup).unwrap();
    let (document, status) = demo::make(folder.path(), &[]);
    assert_eq!(status, 1);
    assert!(!folder.path().join("relup").exists());
    demo::codes(&document)
}

#[test]
fn a_term_nested_a_million_deep() {
    for bracket in ["[", "{", "(", "<<", "#{a=>"] {
        let deep = bracket.repeat(1_000_000);
        assert!(codes_of(deep.as_bytes()).contains(&"RL0115".to_owned()), "{bracket}");
    }
    assert_eq!(codes_of(format!("{}{}.", "[".repeat(1_000_000), "]".repeat(1_000_000)).as_bytes()), ["RL0115"]);
}

#[test]
fn an_atom_of_256_characters() {
    let atom = |length: usize| format!("{{\"2.0.0\",[{{\"1.0.0\",[{{load_module,{}}}]}}],[]}}.", "a".repeat(length));
    assert_eq!(codes_of(atom(256).as_bytes()), ["RL0110"]);
    assert_eq!(codes_of(atom(255).as_bytes()), ["RL0409", "RL0401"]);
}

#[test]
fn latin1_without_a_comment() {
    let text = b"%% caf\xe9\n{\"2.0.0\",[{\"1.0.0\",[]}],[{\"1.0.0\",[]}]}.\n";
    assert_eq!(codes_of(text), ["RL0113"]);
    let folder = demo::with(&[]);
    let fine = [b"%% coding: latin-1, caf\xe9\n".as_slice(), &text[8..]].concat();
    fs::write(folder.path().join(APPUP), fine).unwrap();
    assert_eq!(demo::make(folder.path(), &[]).1, 0);
}

#[test]
fn quotes_without_an_end_cost_little() {
    for text in ["\"\\\"".repeat(300_000), "~B{ ".repeat(300_000), "'\\'".repeat(300_000), "\"\"\"\n ".repeat(200_000), "$\\".repeat(300_000)] {
        assert!(!codes_of(text.as_bytes()).is_empty());
    }
}

#[test]
fn many_errors_are_drawn_up_to_a_bound() {
    let folder = demo::with(&[(APPUP, &format!("{{\"2.0.0\",[{{\"1.0.0\",[{}]}}],[]}}.", "{load_module,X},".repeat(20_000)))]);
    let output = demo::relupc(folder.path(), &["make", "new", "--from", "old", "--path", "lib/*/ebin"]);
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(words.contains("more; `--format json` lists more"), "{}", &words[words.len() - 300..]);
    assert!(words.len() < 1_000_000, "a line of any length is drawn in part: {}", words.len());
    assert_eq!(demo::codes(&demo::make(folder.path(), &[]).0).last().map(String::as_str), Some("RL0001"));
}

#[test]
fn huge_numbers_are_refused() {
    for number in [
        "9".repeat(1_000_000),
        format!("16#{}", "f".repeat(1_000_000)),
        format!("1.{}", "1".repeat(1_000_000)),
        "<<0:999999999999>>".to_owned(),
        "<<0:8/unit:256>>,<<\"a\":99999999999999999999>>".to_owned(),
    ] {
        let found = codes_of(format!("{{\"2.0.0\",[{{\"1.0.0\",[{{update,demo_srv,{{advanced,[{number}]}}}}]}}],[]}}.").as_bytes());
        assert!(found.contains(&"RL0116".to_owned()), "{found:?}");
    }
}

#[test]
fn tarballs_that_lie() {
    let good = tarball(&BTreeMap::from([("releases/1/demo.rel".to_owned(), demo::files()["new.rel"].clone())]));
    let cut = good[..good.len() / 2].to_vec();
    let gzip = |bytes: &[u8]| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(bytes).unwrap();
        gzip.finish().unwrap()
    };
    let named = |name: &[u8], size: u64| {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name);
        header.set_size(size);
        header.set_entry_type(tar::EntryType::Regular);
        header.set_cksum();
        header.as_bytes().to_vec()
    };
    // Ten gigabytes of zeros that are announced, and ten that are not.
    let announced = gzip(&named(b"lib/zeros", 10 << 30));
    let cases: [(&str, Vec<u8>, &str); 7] = [
        ("cut.tar.gz", cut, "RL0230"),
        ("noise.tar.gz", b"\x1f\x8bnot really".to_vec(), "RL0230"),
        ("empty.tar", Vec::new(), "RL0230"),
        ("up.tar.gz", gzip(&named(b"lib/../../etc/passwd", 0)), "RL0231"),
        ("absolute.tar", named(b"/etc/passwd", 0), "RL0231"),
        ("zeros.tar.gz", announced, "RL0232"),
        ("lying.tar", named(b"releases/1/demo.rel", 5000), "RL0230"),
    ];
    for (name, bytes, code) in cases {
        let folder = demo::lay_out([(name, bytes)]);
        let (document, status) = demo::json(folder.path(), &["make", name, "--from", name, "--format", "json"]);
        assert_eq!(status, 1, "{name}");
        assert!(demo::codes(&document).contains(&code.to_owned()), "{name}: {document}");
        assert!(document["diagnostics"][0]["message"].as_str().unwrap().contains(name), "{document}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{name}: something was written");
    }
}

#[cfg(unix)]
#[test]
fn a_link_in_a_circle() {
    let folder = demo::with(&[]);
    fs::remove_file(folder.path().join("new.rel")).unwrap();
    std::os::unix::fs::symlink("new.rel", folder.path().join("new.rel")).unwrap();
    let (document, status) = demo::make(folder.path(), &[]);
    assert_eq!((demo::codes(&document), status), (vec!["RL0235".to_owned()], 1));
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_a_link_in_a_circle() {
    let folder = demo::with(&[]);
    std::os::unix::fs::symlink("..", folder.path().join("lib/circle")).unwrap();
    std::os::unix::fs::symlink("self", folder.path().join("lib/self")).unwrap();
    let (document, status) = demo::make(folder.path(), &[]);
    assert_eq!((demo::codes(&document), status), (vec!["RL0233".to_owned()], 0), "what leads nowhere is passed over and reported");
    let (document, _) = demo::make(folder.path(), &["--path", "lib/nowhere"]);
    assert!(demo::codes(&document).contains(&"RL0234".to_owned()), "{document}");
    // A folder whose entries cannot be listed although it is one: /proc has them.
    let output = demo::relupc(folder.path(), &["make", "new", "--from", "old", "--path", "lib/*/ebin", "--path", "/proc/1/task/1/fd", "--format", "json"]);
    assert!(output.status.code().is_some());
}

#[test]
fn files_that_are_folders_and_folders_that_are_files() {
    let folder = demo::with(&[]);
    fs::remove_file(folder.path().join(APPUP)).unwrap();
    fs::create_dir(folder.path().join(APPUP)).unwrap();
    let (document, status) = demo::make(folder.path(), &[]);
    assert_eq!((demo::codes(&document), status), (vec!["RL0301".to_owned()], 1));
    assert!(document["diagnostics"][0]["message"].as_str().unwrap().contains("it is a folder"));
}

#[test]
fn random_bytes_never_panic() {
    let mut state = 7u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u8
    };
    for _ in 0..200 {
        let bytes: Vec<u8> = (0..400).map(|_| b"{}[]()<>\"'$%.,|#=~:\\/-+aZ_09\n e\x80\xc3"[noise() as usize % 33]).collect();
        let source = relupc::source::Source::new("noise", bytes);
        let document = relupc::term::parse(&source, relupc::span::FileId(0), relupc::otp::Otp::NEWEST, relupc::term::Extent::All);
        for fault in &document.faults {
            for label in &fault.diagnostic.labels {
                assert!(source.text.get(label.span.range()).is_some());
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn pipes_are_not_waited_for() {
    let folder = demo::with(&[]);
    for name in ["pipe.rel", "pipe.appup"] {
        assert!(std::process::Command::new("mkfifo").arg(folder.path().join(name)).status().unwrap().success());
    }
    assert_eq!(demo::relupc(folder.path(), &["make", "pipe", "--from", "pipe"]).status.code(), Some(1));
    assert_eq!(demo::relupc(folder.path(), &["expand", "pipe.appup"]).status.code(), Some(1));
}

#[test]
fn places_far_apart_on_one_line_are_drawn() {
    let folder = demo::with(&[(APPUP, &format!("{{\"1.0\",[{{\"0.9\",[{{load_module,a}}{}x]}}],[]}}.", " ".repeat(70_000)))]);
    let output = demo::relupc(folder.path(), &["expand", APPUP]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stderr.len() < 10_000, "{}", output.stderr.len());
}

#[test]
fn an_input_is_not_overwritten() {
    let folder = demo::with(&[]);
    for goal in ["new.rel", "./lib/demo-2.0.0/ebin/demo.appup"] {
        let output = demo::relupc(folder.path(), &["make", "new", "--from", "old", "--path", "lib/*/ebin", "-o", goal]);
        assert_eq!(output.status.code(), Some(2), "{goal}");
    }
}

#[test]
fn long_names_in_tarballs_are_bounded() {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::GNULongName);
    header.set_size(1 << 30);
    header.set_cksum();
    let folder = demo::lay_out([("long.tar", header.as_bytes().to_vec())]);
    let (document, _) = demo::json(folder.path(), &["make", "long.tar", "--from", "long.tar", "--format", "json"]);
    assert!(demo::codes(&document).contains(&"RL0232".to_owned()), "{document}");
    // A checksum that does not fit is a damaged file, even when every entry is there.
    let mut good = tarball(&BTreeMap::from([("releases/1/demo.rel".to_owned(), demo::files()["new.rel"].clone())]));
    let at = good.len() - 6;
    good[at] ^= 1;
    let folder = demo::lay_out([("crc.tar.gz", good)]);
    let (document, _) = demo::json(folder.path(), &["make", "crc.tar.gz", "--from", "crc.tar.gz", "--format", "json"]);
    assert!(demo::codes(&document).contains(&"RL0230".to_owned()), "{document}");
}

#[test]
fn nothing_in_a_file_steers_a_terminal() {
    let appup = "{\"2.0.0\",\r\n [{\"1.0.0\",\r\n   [{zork,\"\u{1b}[41mx\u{9b}\"}]}],\r\n []}. %% \u{1b}]0;t\u{7}\r\n";
    let folder = demo::with(&[("lib/demo-2.0.0/ebin/demo.appup", appup)]);
    let output = demo::relupc(folder.path(), &["make", "new.rel", "--from", "old.rel", "--path", "lib/*/ebin", "--color", "never"]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    assert!(text.contains("\n 3 \u{2502}    [{zork"), "lines are counted as they are: {text}");
    let output = demo::relupc(folder.path(), &["lint", "\u{1b}[41mred", "--color", "never"]);
    assert!(!String::from_utf8(output.stderr).unwrap().contains('\u{1b}'));
}

#[test]
fn a_syntax_error_is_not_told_as_a_wrong_shape_as_well() {
    let folder = demo::with(&[("lib/demo-2.0.0/ebin/demo.appup", "{\"2.0.0\", [{\"1.0.0\", [}.\n")]);
    let codes = demo::codes(&demo::make(folder.path(), &[]).0);
    assert!(!codes.contains(&"RL0302".to_owned()) && codes.contains(&"RL0103".to_owned()), "{codes:?}");
}
