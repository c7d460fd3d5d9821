//! `relupc diff` on the planted releases: each change is seen, and nothing else.

use crate::demo;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn diff(base: &str, target: &str) -> (Value, i32) {
    demo::json(root(), &["diff", base, target, "--format", "json"])
}

const BASE: &str = "fixtures/releases/planted/base";
const TARGET: &str = "fixtures/releases/planted/target";

/// For each application the kinds of its facts and of its modules' facts, and the verdicts.
fn seen(document: &Value) -> BTreeMap<String, (Vec<String>, String, String)> {
    let list = |value: &Value| value.as_array().unwrap().clone();
    let applications = list(&document["comparison"]["applications"]);
    let of = |application: &Value| {
        let own = list(&application["facts"]);
        let modules = list(&application["modules"]).into_iter().flat_map(|module| list(&module["facts"]));
        let kinds = own.into_iter().chain(modules).map(|fact| fact["kind"].as_str().unwrap().to_owned()).filter(|kind| kind != "version");
        let verdict = |way: &str| application["verdict"][way].as_str().unwrap().to_owned();
        (application["name"].as_str().unwrap().to_owned(), (kinds.collect(), verdict("up"), verdict("down")))
    };
    applications.iter().map(of).collect()
}

#[test]
fn every_planted_change_is_seen_and_nothing_else() {
    let (document, status) = diff(BASE, TARGET);
    assert_eq!((status, document["diagnostics"].as_array().unwrap().len()), (0, 0));
    let seen = seen(&document);
    let expected: &[(&str, &[&str], &str, &str)] = &[
        ("bound_down", &["code", "state"], "hot-with-care", "hot-with-care"),
        ("children", &["code", "children"], "hot-with-care", "hot-with-care"),
        ("comment_only", &["debug-only"], "hot", "hot"),
        ("computed_alike", &["code"], "hot", "hot"),
        ("computed_otherwise", &["code", "state-unknown"], "hot-with-care", "hot-with-care"),
        ("continued", &["code", "state", "code-change-catch-all"], "restart-application", "restart-application"),
        ("environment", &["environment"], "hot-with-care", "hot-with-care"),
        ("field_added", &["code", "state"], "hot-with-care", "hot-with-care"),
        ("field_renamed", &["code", "state", "code-change-catch-all"], "restart-application", "restart-application"),
        ("gone", &["application-removed", "module-removed"], "hot", "hot"),
        ("late", &["application-added", "module-added"], "hot-with-care", "hot-with-care"),
        ("later", &["application-added", "module-added"], "hot", "hot"),
        ("machine", &["code", "state-shape", "code-change-missing"], "restart-application", "restart-application"),
        ("migration", &["migrations"], "rolling", "rolling"),
        ("moved_from", &[], "hot", "hot"),
        ("moved_to", &["module-moved"], "hot-with-care", "hot-with-care"),
        ("native", &["native-library", "code", "native-code"], "restart-application", "restart-application"),
        ("nested", &["code", "state", "code-change-catch-all"], "restart-application", "restart-application"),
        ("old_tuple", &["code", "state", "code-change-no-downgrade"], "hot-with-care", "restart-application"),
        ("recompiled", &["recompiled"], "hot", "hot"),
        ("renamed_in_source", &["debug-only"], "hot", "hot"),
        ("signature", &["code", "exports-gained", "dead-call"], "hot-with-care", "hot"),
        ("start_type", &["start-type"], "restart-application", "restart-application"),
        ("state_kept", &["code"], "hot", "hot"),
        ("two_maps", &["code"], "hot", "hot"),
        ("unbumped", &["version-not-bumped", "code"], "hot-with-care", "hot-with-care"),
        ("version_argument", &["code", "state", "code-change-no-downgrade", "code-change-version"], "restart-application", "restart-application"),
        ("vsn_only", &["attributes"], "hot", "hot"),
    ];
    let names: Vec<&str> = seen.keys().map(String::as_str).collect();
    assert_eq!(names, expected.iter().map(|(name, ..)| *name).collect::<Vec<_>>());
    for (name, kinds, up, down) in expected {
        let (found, found_up, found_down) = &seen[*name];
        assert_eq!((found.iter().map(String::as_str).collect::<Vec<_>>().as_slice(), found_up.as_str(), found_down.as_str()), (*kinds, *up, *down), "{name}");
    }
    assert_eq!(document["comparison"]["same_applications"], 4, "kernel, stdlib, sasl and the one that did not change");
    let release: Vec<&str> = document["comparison"]["facts"].as_array().unwrap().iter().map(|fact| fact["kind"].as_str().unwrap()).collect();
    assert_eq!(release, ["sys-config", "boot-file"]);
}

/// The fact of a kind about a module.
fn fact(document: &Value, module: &str, kind: &str) -> Value {
    let applications = document["comparison"]["applications"].as_array().unwrap();
    let modules = applications.iter().flat_map(|application| application["modules"].as_array().unwrap());
    let mut facts = modules.filter(|found| found["name"] == module).flat_map(|found| found["facts"].as_array().unwrap());
    facts.find(|fact| fact["kind"] == kind).cloned().unwrap_or_default()
}

#[test]
fn facts_name_fields_functions_and_lines() {
    let (document, _) = diff(BASE, TARGET);
    let state = fact(&document, "field_added", "state");
    assert_eq!(
        (state["items"][0].as_str(), state["place"]["file"].as_str(), state["place"]["line"].as_u64()),
        (Some("+ currency"), Some("field_added.erl"), Some(4))
    );
    assert_eq!(fact(&document, "field_renamed", "state")["items"][0], "limit -> maximum");
    assert_eq!(fact(&document, "calculator", "dead-call")["items"][0], "caller:run/0");
    assert_eq!(fact(&document, "children_sup", "children")["items"][0], "+ second");
    assert_eq!(fact(&document, "recompiled", "recompiled")["items"], serde_json::json!(["8.2.3", "8.6.1"]));
    assert_eq!(fact(&document, "machine", "state-shape")["items"][0], "+ total");
    assert_eq!(fact(&document, "commented", "debug-only")["items"], serde_json::json!(["line numbers", "debug information"]));
}

#[test]
fn the_elixir_fixture_is_understood() {
    let (document, _) = diff("fixtures/releases/donation_platform/1.0.0", "fixtures/releases/donation_platform/1.1.0");
    let state = fact(&document, "Elixir.DonationPlatform.Server", "state");
    assert_eq!(state["items"][0], "+ currency");
    assert_eq!(fact(&document, "Elixir.DonationPlatform.Receipts", "module-added")["kind"], "module-added");
}

#[test]
fn a_release_against_itself_reports_nothing() {
    for root in
        [BASE, TARGET, "fixtures/releases/donation_platform/1.0.0", "fixtures/releases/donation_platform/1.0.1", "fixtures/releases/donation_platform/1.1.0"]
    {
        // Once as itself, once from a copy elsewhere, so that every file is read.
        let folder = tempfile::tempdir().unwrap();
        demo::copy(&self::root().join(root), &folder.path().join("copy"));
        let copy = folder.path().join("copy").to_string_lossy().into_owned();
        for other in [root, copy.as_str()] {
            let (document, status) = diff(root, other);
            assert_eq!(status, 0, "{root}");
            let comparison = &document["comparison"];
            assert_eq!(comparison["applications"].as_array().map(Vec::len), Some(0), "{root}: {}", comparison["applications"]);
            assert_eq!(comparison["facts"].as_array().map(Vec::len), Some(0), "{root}: {}", comparison["facts"]);
            assert_eq!(comparison["verdict"]["up"], "nothing");
        }
    }
}

#[test]
fn a_tarball_says_the_same_as_the_folder_it_was_made_of() {
    let folder = tempfile::tempdir().unwrap();
    let packed = folder.path().join("planted-2.0.0.tar.gz");
    let file = fs::File::create(&packed).unwrap();
    let mut builder = tar::Builder::new(flate2::write::GzEncoder::new(file, flate2::Compression::fast()));
    for part in ["lib", "releases"] {
        builder.append_dir_all(part, root().join(TARGET).join(part)).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap();
    let (from_folder, _) = diff(BASE, TARGET);
    let (from_tarball, _) = diff(BASE, &packed.to_string_lossy());
    let plain = |document: &Value| document.to_string().replace(&format!("{}:", packed.to_string_lossy()), &format!("{TARGET}/"));
    assert_eq!(plain(&from_tarball), plain(&from_folder));
}

#[test]
fn links_in_a_circle_end() {
    let folder = tempfile::tempdir().unwrap();
    demo::copy(&root().join(TARGET), &folder.path().join("target"));
    let private = folder.path().join("target/lib/migration-2.0.0/priv");
    for name in ["a", "b"] {
        std::os::unix::fs::symlink(".", private.join(name)).unwrap();
    }
    let (document, status) = diff(BASE, &folder.path().join("target").to_string_lossy());
    assert_eq!((demo::codes(&document), status), (vec!["RL0246".to_owned()], 0));
}

#[test]
fn what_cannot_be_read_is_no_change() {
    let folder = tempfile::tempdir().unwrap();
    demo::copy(&root().join(TARGET), &folder.path().join("target"));
    let config = folder.path().join("target/releases/2.0.0/sys.config");
    fs::remove_file(&config).unwrap();
    fs::create_dir(&config).unwrap();
    let (document, status) = diff(BASE, &folder.path().join("target").to_string_lossy());
    assert_eq!((demo::codes(&document), status), (vec!["RL0235".to_owned()], 1));
}

#[test]
fn secrets_of_the_command_line_are_not_quoted() {
    let folder = tempfile::tempdir().unwrap();
    demo::copy(&root().join(TARGET), &folder.path().join("target"));
    let args = folder.path().join("target/releases/2.0.0/vm.args");
    fs::write(&args, "-name planted@127.0.0.1\n-setcookie s3cret\n").unwrap();
    let (document, _) = diff(BASE, &folder.path().join("target").to_string_lossy());
    let text = document.to_string();
    assert!(text.contains("+ -setcookie") && !text.contains("s3cret"));
}

#[test]
fn fail_on_a_verdict() {
    let status = |limit: &str| demo::relupc(root(), &["diff", BASE, TARGET, "--fail-on", limit]).status.code();
    assert_eq!(status("rolling"), Some(1));
    let small = |limit: &str| {
        let releases = ["fixtures/releases/donation_platform/1.0.0", "fixtures/releases/donation_platform/1.0.1"];
        demo::relupc(root(), &["diff", releases[0], releases[1], "--fail-on", limit]).status.code()
    };
    assert_eq!((small("hot"), small("hot-with-care"), small("rolling")), (Some(1), Some(0), Some(0)));
}

#[test]
fn a_file_that_holds_another_module() {
    let folder = tempfile::tempdir().unwrap();
    demo::copy(&root().join(TARGET), &folder.path().join("target"));
    let ebin = folder.path().join("target/lib/signature-2.0.0/ebin");
    fs::copy(ebin.join("caller.beam"), ebin.join("calculator.beam")).unwrap();
    let (document, status) = diff(BASE, &folder.path().join("target").to_string_lossy());
    assert_eq!((demo::codes(&document), status), (vec!["RL0243".to_owned()], 1));
}

/// A module without the chunks that releases leave out.
fn stripped(bytes: &[u8]) -> Vec<u8> {
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let mut kept = b"BEAM".to_vec();
    let mut at = 12;
    while at < bytes.len() {
        let end = at + 8 + number(at + 4).next_multiple_of(4);
        if ![b"Dbgi", b"Docs", b"ExCk"].contains(&&bytes[at..at + 4].try_into().unwrap()) {
            kept.extend(&bytes[at..end]);
        }
        at = end;
    }
    let size = u32::try_from(kept.len()).unwrap().to_be_bytes();
    [b"FOR1".as_slice(), &size, &kept].concat()
}

#[test]
fn without_debug_information_what_is_not_seen_is_said_and_structs_are_read_from_the_code() {
    let folder = tempfile::tempdir().unwrap();
    for version in ["1.0.0", "1.1.0"] {
        let to = folder.path().join(version);
        demo::copy(&root().join("fixtures/releases/donation_platform").join(version), &to);
        let ebin = to.join(format!("lib/donation_platform-{version}/ebin"));
        for entry in fs::read_dir(&ebin).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|end| end == "beam") {
                let bytes = fs::read(&path).unwrap();
                fs::write(&path, stripped(&bytes)).unwrap();
            }
        }
    }
    let at = |version: &str| folder.path().join(version).to_string_lossy().into_owned();
    let (document, status) = diff(&at("1.0.0"), &at("1.1.0"));
    assert_eq!(status, 0);
    let server = "Elixir.DonationPlatform.Server";
    assert_eq!(fact(&document, server, "struct")["items"][0], "+ currency");
    assert!(fact(&document, server, "state-unknown")["text"].as_str().unwrap().contains("it holds no debug information"));
    // With the unstripped modules of the builds at hand it is as if nothing had been stripped.
    let release = |version: &str| format!("fixtures/releases/donation_platform/{version}");
    let (whole, _) = diff(&release("1.0.0"), &release("1.1.0"));
    let both = ["--debug-info", "fixtures/releases/donation_platform/*/lib/donation_platform-*/ebin"];
    let (base, target) = (at("1.0.0"), at("1.1.0"));
    let arguments = ["diff", base.as_str(), target.as_str(), "--format", "json"];
    let (seen, status) = demo::json(root(), &[arguments.as_slice(), &both].concat());
    assert_eq!(
        (&seen["comparison"]["applications"][0]["modules"], &seen["diagnostics"], status),
        (&whole["comparison"]["applications"][0]["modules"], &serde_json::json!([]), 0)
    );
    // Those of one build have another code than the release that the other one made.
    let one = ["--debug-info", "fixtures/releases/donation_platform/1.0.0/lib/donation_platform-1.0.0/ebin"];
    let (half, _) = demo::json(root(), &[arguments.as_slice(), &one].concat());
    assert!(fact(&half, server, "state-unknown")["text"].as_str().unwrap().contains("it holds no debug information"));
    let (document, status) = demo::json(root(), &[arguments.as_slice(), &["--debug-info", "nowhere/*"]].concat());
    assert_eq!((document["diagnostics"][0]["code"].as_str(), status), (Some("RL0234"), 0));
}

#[test]
fn damaged_modules_are_reported_whatever_is_cut_or_flipped() {
    let folder = tempfile::tempdir().unwrap();
    demo::copy(&root().join(TARGET), &folder.path().join("target"));
    let beam = folder.path().join("target/lib/field_added-2.0.0/ebin/field_added.beam");
    let whole = fs::read(&beam).unwrap();
    for at in (0..whole.len()).step_by(97) {
        fs::write(&beam, &whole[..at]).unwrap();
        let (document, status) = diff(BASE, &folder.path().join("target").to_string_lossy());
        assert_eq!((demo::codes(&document), status), (vec!["RL0241".to_owned()], 1), "cut at {at}");
        let mut flipped = whole.clone();
        flipped[at] ^= 0xff;
        fs::write(&beam, &flipped).unwrap();
        let (_, status) = diff(BASE, &folder.path().join("target").to_string_lossy());
        assert!(matches!(status, 0 | 1), "flipped at {at}");
    }
}

#[test]
fn names_cannot_break_out_of_a_page() {
    let release =
        "{release,{\"<script>alert(1)</script>|`x`\",\"2.0.0\"},{erts,\"13.1\"},[{kernel,\"9.0\"},{stdlib,\"9.0\"},{sasl,\"9.0\"},{demo,\"2.0.0\"}]}.";
    let folder = demo::with(&[("new.rel", release)]);
    let print = |format: &str| {
        let output = demo::relupc(folder.path(), &["diff", "old.rel", "new.rel", "--path", "lib/*/ebin", "--format", format]);
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(!print("html").contains("<script>alert"));
    assert!(print("markdown").starts_with("## `demo` `1.0.0` \u{2192} `` <script>alert(1)</script>\\|`x` `` `2.0.0`\n"), "{}", print("markdown"));
    assert!(print("html").starts_with("<!doctype html>"));
}

#[test]
fn the_reports_for_people_look_as_they_did() {
    let text = |arguments: &[&str]| {
        let mut all = vec!["diff", BASE, TARGET];
        all.extend(arguments);
        String::from_utf8(demo::relupc(root(), &all).stdout).unwrap()
    };
    insta::assert_snapshot!("planted-text", text(&[]));
    insta::assert_snapshot!("planted-markdown", text(&["--format", "markdown"]));
}
