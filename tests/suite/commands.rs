//! Every command line shown in the README and the guide, and those of `tests/cmd`, run and compared.

use crate::demo;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn usage_is_as_it_was() {
    trycmd::TestCases::new().env("LC_ALL", "C.UTF-8").case("tests/cmd/*.trycmd");
}

/// The pages that show commands to readers.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let guide = fs::read_dir(root.join("docs/guide")).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<PathBuf> = guide.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    pages.push(root.join("README.md"));
    pages.sort();
    pages
}

/// What a command prints, its two outputs in the order in which a terminal shows them, run from the root of the project.
fn printed(line: &str) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    let output = || fs::OpenOptions::new().append(true).open(file.path()).unwrap();
    let mut words = line.split(' ');
    assert_eq!(words.next(), Some("relupc"), "a console block shows relupc: {line}");
    let mut command = Command::new(env!("CARGO_BIN_EXE_relupc"));
    command.args(words.map(|word| word.trim_matches('\''))).current_dir(env!("CARGO_MANIFEST_DIR")).env_clear().env("LC_ALL", "C.UTF-8");
    command.stdout(output()).stderr(output()).status().unwrap();
    fs::read_to_string(file.path()).unwrap()
}

/// Each `console` block holds a command after `$ ` and exactly what it prints; `RELUPC_BLESS=1` writes that again.
#[test]
fn shown_commands_do_what_is_shown() {
    let bless = std::env::var_os("RELUPC_BLESS").is_some();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let mut parts = text.split("```console\n");
        let mut out = parts.next().unwrap().to_owned();
        for part in parts {
            let (block, rest) = part.split_once("```").unwrap();
            let (command, shown) = block.split_once('\n').unwrap();
            let line = command.strip_prefix("$ ").unwrap();
            let printed = printed(line);
            seen += 1;
            if shown != printed {
                wrong.push(format!("{}: `{line}` prints\n{printed}", page.display()));
            }
            out.push_str(&format!("```console\n{command}\n{printed}```{rest}"));
        }
        if bless && out != text {
            fs::write(&page, out).unwrap();
        }
    }
    assert!(seen > 10, "{seen} commands are shown");
    assert!(wrong.is_empty() || bless, "run `.ci/regenerate`\n{}", wrong.join("\n"));
}

/// What only the suite understands is not what people read.
#[test]
fn pages_show_no_marks_of_tests() {
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for mark in ["[..]", "\n...\n", "\n? "] {
            assert!(!text.contains(mark), "{} shows `{}`", page.display(), mark.trim());
        }
    }
}

#[test]
fn what_an_expansion_cannot_show_is_said() {
    let appup = "{\"2.0.0\",[{\"1.0.0\",[{add_application,other},{restart_application,demo},{load_module,demo_lib}]}],[]}.\n";
    let folder = demo::with(&[("lib/demo-2.0.0/ebin/demo.appup", appup)]);
    let said = || String::from_utf8(demo::relupc(folder.path(), &["expand", "lib/demo-2.0.0/ebin/demo.appup"]).stderr).unwrap();
    assert!(said().contains("the modules of `other` cannot be seen from here"), "{}", said());
    fs::remove_file(folder.path().join("lib/demo-2.0.0/ebin/demo.app")).unwrap();
    assert!(said().contains("the modules of `demo`, `other` cannot be seen"), "{}", said());
}
