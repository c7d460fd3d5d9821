//! Nothing about a code can be half done.

use relupc::lint;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn ids_and_names_are_given_once() {
    let codes = lint::codes();
    let ids: BTreeSet<&str> = codes.iter().map(|code| code.id).collect();
    let names: BTreeSet<&str> = codes.iter().map(|code| code.name).collect();
    assert_eq!(ids.len(), codes.len());
    assert_eq!(names.len(), codes.len());
    for code in codes {
        assert!(code.id.len() == 6 && code.id.starts_with("RL"), "{}", code.id);
        assert!(code.page.starts_with(&format!("# {}: {}\n", code.id, code.name)), "the page of {} has another heading", code.id);
        assert!(code.summary().ends_with('.'), "{}", code.id);
        assert!(!code.name.starts_with("no-") || code.name == "no-term" || code.name.ends_with("-entry") || code.severity.word() == "error", "{}", code.name);
    }
}

#[test]
fn every_page_belongs_to_a_code() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules");
    let known: BTreeSet<String> = lint::codes().iter().map(|code| format!("{}.md", code.id)).collect();
    let pages: BTreeSet<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).filter(|name| name.starts_with("RL")).collect();
    assert_eq!(pages, known);
}

#[test]
fn a_code_is_found_by_id_and_by_name() {
    for code in lint::codes() {
        assert_eq!(lint::find(code.id).map(|found| found.id), Some(code.id));
        assert_eq!(lint::find(&code.name.to_uppercase()).map(|found| found.id), Some(code.id));
    }
    assert!(lint::find("RL9999").is_none());
}

#[test]
fn the_index_of_pages_is_fresh() {
    let mut index = String::from("# Codes\n\nEvery finding of relupc has a stable code. `relupc explain CODE` prints its page, `relupc rules` this list.\n");
    let mut group = "";
    for code in lint::codes() {
        if code.group() != group {
            group = code.group();
            index.push_str(&format!("\n## {group}\n\n| code | name | level | what it is about |\n| --- | --- | --- | --- |\n"));
        }
        let summary = code.summary().replace('\n', " ").replace('|', "\\|");
        index.push_str(&format!("| [{}]({}.md) | {} | {} | {summary} |\n", code.id, code.id, code.name, code.severity.word()));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules/README.md");
    if std::env::var_os("RELUPC_BLESS").is_some() {
        fs::write(&path, &index).unwrap();
    }
    assert!(fs::read_to_string(path).unwrap() == index, "docs/rules/README.md: run `.ci/regenerate`");
}

/// One line registers a rule. Its file, its code and its page bear one name.
#[test]
fn every_rule_is_registered_under_the_name_of_its_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lint/rules");
    let files: BTreeSet<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap().trim_end_matches(".rs").to_owned())
        .filter(|name| name != "mod")
        .collect();
    let registered: BTreeSet<String> = lint::rules().iter().map(|rule| rule.code.name.replace('-', "_")).collect();
    assert_eq!(files, registered, "`register!` in src/lint/rules/mod.rs lists the rules");
}
