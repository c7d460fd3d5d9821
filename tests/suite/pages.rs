//! The pages of the codes are tests: an example marked `fires` must give the code, at the place drawn under it; one marked
//! `silent` must give no error at all.
//!
//! A block is the `.appup` of the demonstration's `demo`, or several files, each behind a line `%%% path` (`%%% path -`
//! takes a file away). `RELUPC_BLESS=1` draws the places anew.

use crate::demo;
use relupc::lint;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Codes whose example cannot be text on a page, and the test that makes them fire.
const ELSEWHERE: &[(&str, &str)] = &[
    ("RL0001", "bad_input::many_errors_are_drawn_up_to_a_bound"),
    ("RL0705", "downgrade::odd_lists_are_left_alone"),
    ("RL0110", "bad_input::an_atom_of_256_characters"),
    ("RL0113", "bad_input::latin1_without_a_comment"),
    ("RL0115", "bad_input::a_term_nested_a_million_deep"),
    ("RL0230", "bad_input::tarballs_that_lie"),
    ("RL0231", "bad_input::tarballs_that_lie"),
    ("RL0232", "bad_input::tarballs_that_lie"),
    ("RL0233", "bad_input::a_folder_that_is_a_link_in_a_circle"),
    ("RL0338", "lint::sources_that_are_evaluated_are_passed_and_said_to_be"),
    ("RL0504", "lint::every_hazard_is_seen_where_it_is"),
    ("RL0505", "lint::every_hazard_is_seen_where_it_is"),
    ("RL0606", "lint::every_hazard_is_seen_where_it_is"),
    ("RL0607", "lint::every_hazard_is_seen_where_it_is"),
    ("RL0608", "lint::every_hazard_is_seen_where_it_is"),
    ("RL0609", "lint::every_hazard_is_seen_where_it_is"),
    ("RL0610", "lint::every_hazard_is_seen_where_it_is"),
    ("RL0611", "lint::every_hazard_is_seen_where_it_is"),
    ("RL0612", "lint::every_hazard_is_seen_where_it_is"),
    ("RL0613", "lint::every_hazard_is_seen_where_it_is"),
    ("RL0614", "lint::what_cannot_be_seen_is_said"),
    ("RL0806", "lint::a_module_for_a_newer_emulator"),
    ("RL0810", "lint::a_tarball_that_does_not_unpack"),
    ("RL0521", "lint::what_the_code_shows_between_two_releases"),
    ("RL0522", "lint::what_the_code_shows_between_two_releases"),
    ("RL0523", "lint::what_the_code_shows_between_two_releases"),
    ("RL0524", "lint::what_the_code_shows_between_two_releases"),
    ("RL0601", "lint::what_the_code_shows_between_two_releases"),
    ("RL0602", "lint::what_the_code_shows_between_two_releases"),
    ("RL0603", "lint::what_the_code_shows_between_two_releases"),
    ("RL0604", "lint::what_the_code_shows_between_two_releases"),
    ("RL0605", "lint::what_the_code_shows_between_two_releases"),
    ("RL0801", "lint::what_the_code_shows_between_two_releases"),
    ("RL0802", "lint::what_the_code_shows_between_two_releases"),
    ("RL0803", "lint::what_the_code_shows_between_two_releases"),
    ("RL0804", "lint::what_the_code_shows_between_two_releases"),
    ("RL0805", "lint::what_the_code_shows_between_two_releases"),
    ("RL0908", "lint::a_relup_that_does_not_end_in_its_release"),
    ("RL0246", "diff::links_in_a_circle_end"),
    ("RL0243", "diff::a_file_that_holds_another_module"),
    ("RL0235", "bad_input::a_link_in_a_circle"),
];

struct Block {
    /// The words behind the language.
    marks: Vec<String>,
    /// The line of the page on which the text begins, from 0.
    start: usize,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (at, line) in page.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                let marks = info.split_whitespace().skip(1).map(str::to_owned).collect();
                open = Some(Block { marks, start: at + 1, text: String::new() });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

/// The files of a block: path, text (`None` to take it away), and the line of the block they begin on.
fn files(text: &str) -> Vec<(String, Option<String>, usize)> {
    let mut files: Vec<(String, Option<String>, usize)> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if let Some(head) = line.strip_prefix("%%% ") {
            let (path, text) = head.strip_suffix(" -").map_or((head, Some(String::new())), |path| (path, None));
            files.push((path.to_owned(), text, at + 1));
            continue;
        }
        if files.is_empty() {
            files.push(("lib/demo-2.0.0/ebin/demo.appup".to_owned(), Some(String::new()), at));
        }
        if let Some((_, Some(text), _)) = files.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    files
}

fn run(block: &Block) -> Value {
    let mut all = demo::files();
    for (path, text, _) in files(&block.text) {
        match text {
            Some(text) => all.insert(path, text),
            None => all.remove(&path),
        };
    }
    let folder = demo::lay_out(all);
    let mark = |name: &str| block.marks.iter().find_map(|mark| mark.strip_prefix(name));
    let has = |name: &str| block.marks.iter().any(|mark| mark == name);
    let target = mark("target=").unwrap_or("new.rel");
    if has("diff") {
        return demo::json(folder.path(), &["diff", "old.rel", target, "--path", "lib/*/ebin", "--format", "json"]).0;
    }
    if has("pair") {
        let arguments = ["lint", "--target", target, "--from", mark("base=").unwrap_or("old.rel"), "--path", "lib/*/ebin", "--format", "json"];
        let mut arguments = arguments.to_vec();
        if has("policy") {
            arguments.extend(["--warn", "RL0811"]);
        }
        return demo::json(folder.path(), &arguments).0;
    }
    if has("relup") {
        return demo::json(folder.path(), &["lint", "relup", "--format", "json"]).0;
    }
    if has("lint") {
        return demo::json(folder.path(), &["lint", "lib/demo-2.0.0/ebin/demo.appup", "--format", "json"]).0;
    }
    let mut arguments = vec!["make", target, if has("up") { "--up-from" } else { "--from" }, "old.rel", "--path", "lib/*/ebin", "--format", "json"];
    match mark("otp=") {
        Some("target") => {}
        Some(otp) => arguments.extend(["--otp", otp]),
        None => arguments.extend(["--otp", "29"]),
    }
    if let Some(path) = mark("path=") {
        arguments.extend(["--path", path]);
    }
    for (name, argument) in [("derive", "--derive-downgrade"), ("lossy", "--allow-lossy"), ("check", "--check")] {
        if has(name) {
            arguments.push(argument);
        }
    }
    if has("forbid") {
        arguments.extend(["--forbid", "restart"]);
    }
    demo::json(folder.path(), &arguments).0
}

fn page_path(code: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/rules/{code}.md"))
}

/// Where the place of a finding would be drawn: the line of the block under which, and the line of carets. Places that
/// span lines or stand under the percent signs are not drawn.
fn drawing(block: &Block, found: &Value) -> Option<(usize, String)> {
    let label = found["labels"].get(0)?;
    let number = |place: &str, field: &str| label[place][field].as_u64().unwrap() as usize;
    let (line, column) = (number("start", "line"), number("start", "column"));
    if line != number("end", "line") || column < 3 {
        return None;
    }
    let width = (number("end", "column") - column).max(1);
    let file = label["file"].as_str().unwrap();
    let (_, _, first) = files(&block.text).into_iter().find(|(path, _, _)| file == path)?;
    Some((first + line, format!("%%{}{}", " ".repeat(column - 3), "^".repeat(width))))
}

#[test]
fn every_page_does_what_it_says() {
    let bless = std::env::var_os("RELUPC_BLESS").is_some();
    let mut wrong = Vec::new();
    for code in lint::codes() {
        let page = fs::read_to_string(page_path(code.id)).unwrap();
        let blocks = blocks(&page);
        let mut lines: Vec<String> = page.lines().map(str::to_owned).collect();
        let mut fired = false;
        for block in blocks.iter().rev() {
            let has = |name: &str| block.marks.iter().any(|mark| mark == name);
            if !has("fires") && !has("silent") {
                continue;
            }
            let document = run(block);
            let found: Vec<&Value> = document["diagnostics"].as_array().unwrap().iter().collect();
            if has("silent") {
                for loud in found.iter().filter(|found| found["severity"] == "error" || found["code"] == code.id) {
                    wrong.push(format!("{}: the silent example gives {}: {}", code.id, loud["code"], loud["message"]));
                }
                continue;
            }
            fired = true;
            let Some(own) = found.iter().find(|found| found["code"] == code.id) else {
                let seen: Vec<String> = found.iter().map(|found| format!("{}: {}", found["code"], found["message"])).collect();
                wrong.push(format!("{}: the example gives {seen:?}", code.id));
                continue;
            };
            if own["severity"] != code.severity.word() && !has("policy") {
                wrong.push(format!("{}: the example is an {}", code.id, own["severity"]));
            }
            let Some((under, carets)) = drawing(block, own) else { continue };
            let place = block.start + under;
            let drawn = lines.get(place).is_some_and(|line| line.starts_with("%%") && line.contains('^'));
            if bless {
                if drawn {
                    lines[place] = carets;
                } else {
                    lines.insert(place, carets);
                }
            } else if lines.get(place) != Some(&carets) {
                wrong.push(format!("{}: line {} should be `{carets}`", code.id, place + 1));
            }
        }
        if !fired && !ELSEWHERE.iter().any(|(known, _)| *known == code.id) {
            wrong.push(format!("{}: no example fires", code.id));
        }
        if bless {
            fs::write(page_path(code.id), lines.join("\n") + "\n").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
