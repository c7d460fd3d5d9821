//! The arrows of the house: which module may use which, and which outside crate lives in which room.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each module and the ones that it may use; it may use itself, of course.
const ARROWS: &[(&str, &[&str])] = &[
    ("span", &[]),
    ("otp", &[]),
    ("parallel", &[]),
    ("pattern", &[]),
    ("escape", &[]),
    ("diag", &["span"]),
    ("source", &["diag", "pattern", "span"]),
    ("term", &["source", "diag", "parallel", "otp", "span"]),
    ("beam", &["term", "source", "otp"]),
    ("interpret", &["beam", "term", "otp"]),
    ("relup", &["term", "diag", "otp", "span"]),
    ("release", &["beam", "term", "source", "diag", "parallel", "otp", "span"]),
    ("appup", &["release", "relup", "term", "pattern", "diag", "otp", "span"]),
    ("node", &["release", "relup", "term"]),
    ("plan", &["node", "appup", "release", "relup", "pattern", "term", "source", "diag", "parallel", "otp", "span"]),
    ("compare", &["release", "beam", "term", "source", "diag", "parallel", "otp", "span"]),
    ("author", &["interpret", "compare", "plan", "pattern", "appup", "release", "relup", "beam", "term", "source", "escape", "diag", "otp", "span"]),
    ("lint", &["interpret", "node", "author", "compare", "plan", "appup", "release", "relup", "beam", "term", "source", "diag", "parallel", "otp", "span"]),
    ("proof", &["interpret", "lint", "node", "compare", "appup", "release", "relup", "term", "source", "diag"]),
    ("render", &["proof", "author", "node", "escape", "compare", "plan", "appup", "relup", "term", "source", "diag", "otp", "span"]),
    ("session", &["proof", "author", "lint", "compare", "plan", "appup", "release", "relup", "beam", "term", "source", "diag", "parallel", "otp", "span"]),
    (
        "cli",
        &[
            "session", "proof", "node", "escape", "parallel", "render", "lint", "author", "compare", "plan", "appup", "release", "relup", "term", "source",
            "diag", "otp", "span",
        ],
    ),
];

/// Outside crates and the modules (or files) they stay in.
const ROOMS: &[(&str, &[&str])] = &[
    ("nom", &["term"]),
    ("num_bigint", &["term", "beam"]),
    ("md5", &["beam/digest.rs"]),
    ("md_5", &["beam/digest.rs"]),
    ("sha2", &["session/fingerprint.rs"]),
    ("pcre2", &["pattern"]),
    ("petgraph", &["plan/order.rs", "proof/graph.rs"]),
    ("miette", &["render/human/excerpt.rs"]),
    ("serde", &["render/json", "session/config.rs"]),
    ("serde_json", &["render/json"]),
    ("schemars", &["render/json", "session/config.rs", "cli/mod.rs"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli/completions.rs"]),
    ("clap_mangen", &["cli/man.rs"]),
    ("anstream", &["cli/shell.rs"]),
    ("terminal_size", &["cli/shell.rs"]),
    ("tempfile", &["cli/write/signals.rs"]),
    ("ecow", &["term/value.rs"]),
    // Where it was measured to matter: lists of modules are hashed again for each path.
    ("foldhash", &["beam/store.rs", "lint/pair.rs", "node", "plan", "release"]),
    ("flate2", &["source/archive.rs", "beam/container.rs"]),
    ("mimalloc", &["main.rs"]),
    ("similar", &["cli/difference.rs"]),
    ("libc", &["cli/write"]),
    ("signal_hook", &["cli/write/signals.rs"]),
    ("xattr", &["cli/write"]),
    ("tar", &["source/archive.rs"]),
    ("toml", &["session/config.rs"]),
    ("rayon", &["parallel"]),
    ("ryu", &["term/print.rs"]),
    ("unicode_segmentation", &["term/nodes.rs"]),
];

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders: Vec<PathBuf> = vec![root.clone()];
    let mut list = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                list.push((name, fs::read_to_string(path).unwrap()));
            }
        }
    }
    list
}

fn module(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

/// The first names after each `prefix` in code; comments and words inside tests do not count.
fn names<'t>(text: &'t str, prefix: &str) -> Vec<&'t str> {
    let code = text.split("#[cfg(test)]").next().unwrap();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines
        .flat_map(|line| line.match_indices(prefix).map(|(at, _)| &line[at + prefix.len()..]))
        .map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap())
        .collect()
}

#[test]
fn modules_use_only_what_is_drawn() {
    for (file, text) in sources() {
        let own = module(&file);
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == own) else {
            assert!(matches!(own, "main" | "lib"), "{file} is in no layer");
            continue;
        };
        assert!(!text.contains("use crate::{") || own == "cli", "{file}: one `use` a module, so that arrows can be read");
        for used in names(&text, "crate::") {
            let known = ARROWS.iter().any(|(name, _)| *name == used);
            assert!(!known || used == own || allowed.contains(&used), "{file} uses {used}");
        }
    }
}

#[test]
fn outside_crates_stay_in_their_rooms() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let section = |head: &str| manifest.split(head).nth(1).unwrap().split("\n[").next().unwrap().to_owned();
    let all = section("[dependencies]") + &section("[target.'cfg(unix)'.dependencies]");
    for name in all.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name.replace('-', "_")) {
        assert!(ROOMS.iter().any(|(room, _)| *room == name), "{name} has no room");
    }
    for (file, text) in sources() {
        for (name, rooms) in ROOMS {
            let uses = !names(&text, &format!("{name}::")).is_empty()
                && text.lines().any(|line| {
                    let code = line.split("//").next().unwrap();
                    code.match_indices(&format!("{name}::")).any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
                });
            assert!(!uses || rooms.iter().any(|room| file.starts_with(room)), "{file} uses the crate {name}");
        }
    }
}

#[test]
fn files_stay_readable() {
    for (file, text) in sources() {
        assert!(text.lines().count() <= 700, "{file} asks to be split by subject");
        assert!(text.starts_with("//!"), "{file} does not say what it is for");
    }
}

/// Instructions are executed in one place, `node`: elsewhere a file knows at most a few of them, to find or to make them.
#[test]
fn there_is_one_interpreter() {
    const AT_MOST: usize = 4;
    // What reads and prints them, what makes them of high-level ones, what executes them, and what inverts them.
    const ALL: &[&str] = &["relup/op.rs", "relup/syntax.rs", "relup/read.rs", "plan/lower.rs", "plan/check.rs", "node/state.rs", "author/invert.rs"];
    let sources = sources();
    let (_, op) = sources.iter().find(|(file, _)| file.as_str() == "relup/op.rs").unwrap();
    let declared = op.split("pub enum LowOp {").nth(1).and_then(|rest| rest.split("\n}").next()).unwrap();
    let lines = declared.lines().filter_map(|line| line.strip_prefix("    "));
    let variants: Vec<&str> =
        lines.filter(|line| line.starts_with(char::is_uppercase)).filter_map(|line| line.split(|letter: char| !letter.is_alphanumeric()).next()).collect();
    assert!(variants.len() > 10, "{variants:?}");
    for (file, text) in &sources {
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let known = variants.iter().filter(|variant| [" ", "(", "{"].iter().any(|end| code.contains(&format!("LowOp::{variant}{end}")))).count();
        assert!(known <= AT_MOST || ALL.contains(&file.as_str()), "{file} knows {known} instructions: `node::Timeline` says what a path does");
    }
}

/// The file of its folder that a path beginning with a word leads to: a file, or one whose item the folder's `mod.rs` hands on.
fn leads_to<'f>(word: &'f str, files: &BTreeMap<String, String>, items: &'f BTreeMap<String, String>) -> Option<&'f str> {
    if files.contains_key(word) { Some(word) } else { items.get(word).map(String::as_str) }
}

/// The first words of the paths in the braces or the path after each `prefix`.
fn paths(code: &str, prefix: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        // `super::super::x` is about the folder above.
        if prefix == "super::" && code[..at].ends_with("super::") || code[at + prefix.len()..].starts_with("super::") {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        let first = |text: &str| text.trim().split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap().to_owned();
        let Some(list) = rest.strip_prefix('{') else {
            words.push(first(rest));
            continue;
        };
        let mut depth = 0;
        let mut item = String::new();
        for c in list.chars() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => words.push(first(&std::mem::take(&mut item))),
                _ => item.push(c),
            }
        }
        words.push(first(&item));
    }
    words
}

fn without_tests(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Inside a folder the files use each other in one direction only. `mod.rs` is left out: it is the front page of all of them, and
/// holds the types that they share.
#[test]
fn there_is_no_circle_between_files() {
    let all = sources();
    let folders: BTreeSet<&str> = all.iter().filter_map(|(file, _)| file.strip_suffix("/mod.rs")).collect();
    for folder in folders {
        // Files, and folders as a whole.
        let mut files: BTreeMap<String, String> = BTreeMap::new();
        for (file, text) in &all {
            let Some(rest) = file.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')).filter(|rest| *rest != "mod.rs") else { continue };
            let (name, inner) = rest.split_once('/').map_or((rest.trim_end_matches(".rs"), false), |(name, _)| (name, true));
            let code = without_tests(text);
            // One floor down, `super::super` is this folder.
            let code = if inner { code.replace("super::super::", "@").replace("super::", "inner::").replace('@', "super::") } else { code };
            files.entry(name.to_owned()).or_default().push_str(&code);
        }
        let front = without_tests(&all.iter().find(|(file, _)| *file == format!("{folder}/mod.rs")).unwrap().1);
        let mut items: BTreeMap<String, String> = BTreeMap::new();
        for (at, _) in front.match_indices("use ") {
            let path = front[at + 4..].split(';').next().unwrap();
            let Some((file, names)) = path.split_once("::").filter(|(file, _)| files.contains_key(*file)) else { continue };
            for name in names.trim_matches(['{', '}']).split(',') {
                items.insert(name.rsplit(" as ").next().unwrap().trim().to_owned(), file.to_owned());
            }
        }
        let whole = format!("crate::{}::", folder.replace('/', "::"));
        let used = |name: &str| -> BTreeSet<String> {
            let words = [paths(&files[name], "super::"), paths(&files[name], &whole)].concat();
            words.iter().filter_map(|word| leads_to(word, &files, &items)).filter(|other| *other != name).map(str::to_owned).collect()
        };
        let arrows: BTreeMap<&String, BTreeSet<String>> = files.keys().map(|name| (name, used(name))).collect();
        for start in files.keys() {
            let mut seen: BTreeSet<&String> = BTreeSet::new();
            let mut open: Vec<&String> = arrows[start].iter().collect();
            while let Some(next) = open.pop() {
                assert!(next != start, "{folder}/{start}.rs is in a circle: it uses {:?}", arrows[start]);
                if seen.insert(next) {
                    open.extend(&arrows[next]);
                }
            }
        }
    }
}

/// Compiled modules are opened by `beam::Store`, which knows what was opened before.
#[test]
fn nothing_above_the_store_opens_a_module() {
    for (file, text) in sources() {
        let opens = ["Beam::open", "Facts::of"].iter().any(|call| without_tests(&text).contains(call));
        assert!(!opens || file.starts_with("beam/"), "{file} opens a module: ask `beam::Beams`");
    }
}
