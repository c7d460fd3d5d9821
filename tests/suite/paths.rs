//! `verify --all-paths`: how one gets from each release to each other.

use crate::demo;
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;

/// Releases of one application, 1.9 to 2.0, each with entries for the one before it: the downgrade to 1.10 is refused by the
/// release handler, and the upgrade to 2.0 restarts the emulator.
fn releases() -> TempDir {
    let appups = [
        ("1.9", "{\"1.9\",[],[]}."),
        ("1.10", "{\"1.10\",[{\"1.9\",[]}],[{\"1.9\",[]}]}."),
        ("1.11", "{\"1.11\",[{\"1.10\",[]}],[{\"1.10\",[reboot]}]}."),
        ("2.0", "{\"2.0\",[{\"1.11\",[restart_emulator]}],[{\"1.11\",[]}]}."),
    ];
    let mut files: Vec<(String, String)> = Vec::new();
    let app = |name: &str, vsn: &str| {
        let text = format!("{{application,{name},[{{description,\"\"}},{{vsn,\"{vsn}\"}},{{modules,[]}},{{registered,[]}},{{applications,[]}}]}}.\n");
        (format!("lib/{name}-{vsn}/ebin/{name}.app"), text)
    };
    files.extend([app("kernel", "9.0"), app("stdlib", "5.0"), app("sasl", "4.2")]);
    for (vsn, appup) in appups {
        files.push(app("demo", vsn));
        files.push((format!("lib/demo-{vsn}/ebin/demo.appup"), appup.to_owned()));
        let all = format!("[{{kernel,\"9.0\"}},{{stdlib,\"5.0\"}},{{sasl,\"4.2\"}},{{demo,\"{vsn}\"}}]");
        files.push((format!("r{vsn}.rel"), format!("{{release,{{\"r\",\"{vsn}\"}},{{erts,\"14.0\"}},{all}}}.\n")));
    }
    demo::lay_out(files)
}

/// The releases in no order.
const ALL: [&str; 4] = ["r2.0", "r1.9", "r1.11", "r1.10"];

fn verify(folder: &Path, more: &[&str]) -> (Value, i32) {
    let mut arguments = vec!["verify", "--all-paths", "--path", "lib/*/ebin", "--format", "json"];
    arguments.extend(ALL);
    arguments.extend(more);
    let (document, status) = demo::json(folder, &arguments);
    crate::schemas::check("verify-paths", &document);
    (document, status)
}

fn shown(folder: &Path, format: &str, more: &[&str]) -> String {
    let mut arguments = vec!["verify", "--all-paths", "--path", "lib/*/ebin", "--format", format];
    arguments.extend(ALL);
    arguments.extend(more);
    String::from_utf8(demo::relupc(folder, &arguments).stdout).unwrap()
}

#[test]
fn every_pair_has_its_way() {
    let folder = releases();
    let (document, status) = verify(folder.path(), &[]);
    assert_eq!((status, &document["complete"], &document["holds"]), (1, &json!(true), &json!(false)), "a path is refuted: {document}");
    let versions: Vec<&str> = document["releases"].as_array().unwrap().iter().map(|release| release["version"].as_str().unwrap()).collect();
    assert_eq!(versions, ["1.9", "1.10", "1.11", "2.0"], "1.10 is later than 1.9");
    let ways: Vec<String> = document["paths"]
        .as_array()
        .unwrap()
        .iter()
        .map(|path| {
            let word = |key: &str| path[key].as_str().unwrap().to_owned();
            let through: Vec<&str> = path["through"].as_array().unwrap().iter().map(|version| version.as_str().unwrap()).collect();
            format!("{} {} {} {} {through:?}", word("direction"), word("from"), word("to"), word("way"))
        })
        .collect();
    assert_eq!(
        ways,
        [
            "upgrade 1.9 1.10 direct []",
            "upgrade 1.9 1.11 through [\"1.10\"]",
            "upgrade 1.9 2.0 through [\"1.10\", \"1.11\"]",
            "downgrade 1.10 1.9 direct []",
            "upgrade 1.10 1.11 direct []",
            "upgrade 1.10 2.0 through [\"1.11\"]",
            "downgrade 1.11 1.9 none []",
            "downgrade 1.11 1.10 refuted []",
            "upgrade 1.11 2.0 restart []",
            "downgrade 2.0 1.9 none []",
            "downgrade 2.0 1.10 none []",
            "downgrade 2.0 1.11 direct []",
        ]
    );
    let refuted = &document["paths"][7];
    assert_eq!((&refuted["direct"], &refuted["refuted_by"]), (&json!("refuted"), &json!(["RL0416"])));
    let missing = document["paths"][6]["missing"].to_string();
    assert!(missing.contains("1.9"), "the reason is given: {missing}");
    assert_eq!(demo::codes(&document), ["RL0416"], "what has no entry is no fault");
}

#[test]
fn what_is_required_counts_alone() {
    let folder = releases();
    let (document, status) = verify(folder.path(), &["--require", "1.9..2.0", "--require", "r1.10..r1.11"]);
    assert_eq!((status, &document["holds"]), (0, &json!(true)));
    assert_eq!(document["required"][0], json!({"from": "1.9", "to": "2.0", "way": "through", "restarts": true, "holds": true}));
    for lost in ["2.0..1.9", "1.11..1.10"] {
        let (document, status) = verify(folder.path(), &["--require", "1.9..2.0", "--require", lost]);
        assert_eq!((status, &document["required"][1]["holds"]), (1, &json!(false)), "{lost}");
    }
    let mut arguments = vec!["verify", "--all-paths", "--path", "lib/*/ebin", "--require", "1.9..3.0"];
    arguments.extend(ALL);
    let output = demo::relupc(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("none of the releases is `3.0`"));
}

#[test]
fn a_release_that_cannot_be_read_takes_only_its_paths_away() {
    let folder = releases();
    let (document, status) = verify(folder.path(), &["r3.0", "--require", "1.9..r3.0"]);
    assert_eq!((status, &document["complete"]), (1, &json!(false)));
    assert_eq!(document["paths"].as_array().unwrap().len(), 12);
    assert!(demo::codes(&document).contains(&"RL0201".to_owned()));
    let output = demo::relupc(folder.path(), &["verify", "--all-paths", "--path", "lib/*/ebin", "r1.9", "r1.9.rel"]);
    assert_eq!(output.status.code(), Some(2), "one version twice");
}

#[test]
fn all_forms_show_the_same_paths() {
    let folder = releases();
    let human = shown(folder.path(), "human", &["--require", "1.9..2.0"]);
    let table = "from / to  1.9     1.10     1.11          2.0\n\
                 1.9        ·       direct   through 1.10  through 2 releases\n\
                 1.10       direct  ·        direct        through 1.11\n\
                 1.11       none    refuted  ·             restart\n\
                 2.0        none    none     direct        ·\n";
    assert!(human.starts_with(table), "{human}");
    assert!(human.contains("\nupgrade 1.9 -> 2.0: through 1.10, then 1.11, with a restart, "), "{human}");
    assert!(human.contains("\ndowngrade 1.11 -> 1.10: refuted\n  RL0416: "), "{human}");
    assert!(human.contains("\ndowngrade 2.0 -> 1.10: none\n  "), "{human}");
    assert!(human.contains("\nrequired 1.9 -> 2.0: kept: through, with a restart\n"), "{human}");
    assert!(human.ends_with("12 paths: 4 direct (4 proved), 1 with a restart, 3 through other releases, 1 refuted, 3 without any path\n"), "{human}");
    let concise = shown(folder.path(), "concise", &[]);
    assert_eq!(concise.lines().count(), 12);
    let markdown = shown(folder.path(), "markdown", &[]);
    assert!(markdown.contains("| 1.11 | none | refuted | · | restart |\n"), "{markdown}");
    let dot = shown(folder.path(), "dot", &[]);
    assert!(dot.contains("  r2 -> r1 [label=\"refuted\", style=dashed, color=red, fontcolor=red];\n"), "{dot}");
    assert!(dot.contains("  r2 -> r3 [label=\"restart\", style=bold];\n") && dot.contains("  r0 -> r1;\n"), "{dot}");
    assert!(!dot.contains("r0 -> r2"), "what leads through others is not drawn");
    let mermaid = shown(folder.path(), "mermaid", &[]);
    assert!(mermaid.starts_with("flowchart LR\n  r0[\"1.9\"]\n") && mermaid.contains("  r2 ==>|restart| r3\n") && mermaid.contains("  r2 -.->|refuted| r1\n"));
}

#[test]
fn versions_that_do_not_count_come_in_the_order_given() {
    let named = |vsn: &str, appup: &str| {
        let app = format!("{{application,demo,[{{description,\"\"}},{{vsn,\"{vsn}\"}},{{modules,[]}},{{registered,[]}},{{applications,[]}}]}}.\n");
        let all = "[{kernel,\"9.0\"},{stdlib,\"5.0\"},{sasl,\"4.2\"},";
        let rel = format!("{{release,{{\"r\",\"{vsn}\"}},{{erts,\"14.0\"}},{all}{{demo,\"{vsn}\"}}]}}.\n");
        [(format!("lib/demo-{vsn}/ebin/demo.app"), app), (format!("lib/demo-{vsn}/ebin/demo.appup"), appup.to_owned()), (format!("{vsn}.rel"), rel)]
    };
    let folder = releases();
    let new = named("feed123", "{\"feed123\",[],[]}.").into_iter().chain(named("0a1b2c3", "{\"0a1b2c3\",[{\"feed123\",[]}],[{\"feed123\",[]}]}."));
    for (path, text) in new {
        let file = folder.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    let verify = |names: [&str; 2]| {
        let (document, _) = demo::json(folder.path(), &["verify", "--all-paths", "--path", "lib/*/ebin", names[0], names[1], "--format", "json"]);
        document["paths"].as_array().unwrap().iter().map(|path| path["way"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(verify(["feed123", "0a1b2c3"]), ["direct", "direct"]);
    assert_eq!(verify(["0a1b2c3", "feed123"]), ["none", "none"]);
}

#[test]
fn what_cannot_be_read_is_a_fault() {
    let folder = releases();
    std::fs::write(folder.path().join("lib/demo-1.11/ebin/demo.appup"), "{\"1.11\",[{\"1.10\",[]}],[").unwrap();
    let (document, status) = verify(folder.path(), &["--require", "1.9..1.10"]);
    assert_eq!((status, &document["holds"], &document["required"][0]["holds"]), (1, &json!(false), &json!(true)), "{document}");
    assert!(!demo::codes(&document).is_empty());
    // An application that is nowhere: OTP refuses the release.
    std::fs::remove_dir_all(folder.path().join("lib/demo-2.0")).unwrap();
    let (document, status) = verify(folder.path(), &[]);
    assert_eq!((status, &document["complete"]), (1, &json!(false)));
    assert_eq!(document["releases"].as_array().unwrap().len(), 3, "{document}");
    let concise = demo::relupc(folder.path(), &["verify", "--all-paths", "--path", "lib/*/ebin", "r1.9", "r2.0", "--format", "concise"]);
    assert!(String::from_utf8_lossy(&concise.stderr).contains("error[RL02"), "what is wrong is reported: {concise:?}");
    let output = demo::relupc(folder.path(), &["verify", "r2.0", "--from", "r1.11", "--path", "lib/*/ebin"]);
    assert_eq!(output.status.code(), Some(1), "neither is it verified alone");
}
