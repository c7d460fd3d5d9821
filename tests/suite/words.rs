//! The words of the project: what is written for people uses the terms of the field. Documents count as a whole, sources by
//! their comments and texts; names in code, and what is in backticks, are free.

use std::fs;
use std::path::{Path, PathBuf};

/// What is not written, and what is written in its place.
const WORDS: &[(&str, &[&str])] = &[
    ("fix", &["mend", "mends", "mended", "mending"]),
    ("report, show", &["told", "said to be", "is said", "are said", "tells of", "without a word"]),
    ("is, contains, is located in", &["lies", "lie in", "stands in", "stand in", "stands here", "stands once", "stands behind"]),
    ("after; before", &["behind", "in front of"]),
    ("the old release, the new release", &["gone to", "come from", "comes from"]),
    ("upgrade, downgrade, path, direction", &["way up", "way down", "way back", "ways back"]),
    ("again, from scratch", &["anew"]),
    ("note", &["piece of advice", "pieces of advice"]),
    ("remove, omit", &["take away", "takes away", "taken away", "leave away", "left away"]),
    ("bump", &["raised the version", "version is raised", "nobody raised"]),
    ("the most specific setting", &["narrower word"]),
    ("is not a", &["is no module", "is no appup", "is no relup", "is no term", "is no file", "is no string", "is no test", "are no"]),
    ("(the passive)", &["whoever", "nobody", "likewise", "thereby", "whereof"]),
];

/// The files that are written for people, below the top of the project.
fn written() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut open: Vec<PathBuf> = ["src", "tests", "docs", "grammar", ".ci", "README.md", "Cargo.toml"].iter().map(|name| root.join(name)).collect();
    let mut files = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()).filter(|path| !path.ends_with("target")));
        } else if path.file_name() != Some("words.rs".as_ref()) {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The prose of a line, without what is in backticks.
fn prose<'l>(path: &Path, line: &'l str, is_code: &mut bool) -> Vec<&'l str> {
    let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
    let outside = |text: &'l str| text.split('`').step_by(2).collect::<Vec<_>>();
    if extension == "rs" {
        let (code, comment) = line.split_once("// ").or_else(|| line.split_once("//! ")).or_else(|| line.split_once("/// ")).unwrap_or((line, ""));
        return code.split('"').skip(1).step_by(2).flat_map(outside).chain(outside(comment)).collect();
    }
    if extension == "md" {
        if line.starts_with("```") {
            *is_code = !*is_code;
        }
        let is_shown = *is_code && !line.contains('%') && !line.contains('#');
        return if is_shown { Vec::new() } else { outside(line) };
    }
    if ["erl", "hrl", "ex", "exs"].contains(&extension.as_str()) {
        return line.split_once('%').map(|(_, comment)| outside(comment)).unwrap_or_default();
    }
    outside(line)
}

#[test]
fn the_words_are_those_of_the_field() {
    let mut wrong = Vec::new();
    for path in written() {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let mut is_code = false;
        for (at, line) in text.lines().enumerate() {
            for part in prose(&path, line, &mut is_code) {
                let plain: String = part.chars().map(|c| if c.is_alphanumeric() || c == '_' { c.to_ascii_lowercase() } else { ' ' }).collect();
                let plain = format!(" {} ", plain.split_whitespace().collect::<Vec<_>>().join(" ")).replace(" there are no ", " ");
                for (better, words) in WORDS {
                    for word in words.iter().filter(|word| plain.contains(&format!(" {word} "))) {
                        wrong.push(format!("{}:{}: `{word}`, better: {better}", path.display(), at + 1));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
