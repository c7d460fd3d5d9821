//! A small release in two versions, laid out in a folder of its own, and the binary run on it.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// The files of the demonstration: releases `old.rel` (1.0.0) and `new.rel` (2.0.0) of the application `demo`.
pub fn files() -> BTreeMap<String, String> {
    let app = |name: &str, vsn: &str, modules: &str| {
        let text = format!(
            "{{application,{name},\n [{{description,\"{name}\"}},\n  {{vsn,\"{vsn}\"}},\n  {{modules,[{modules}]}},\n  {{registered,[]}},\n  {{applications,[]}}]}}.\n"
        );
        (format!("lib/{name}-{vsn}/ebin/{name}.app"), text)
    };
    let rel = |stem: &str, vsn: &str| {
        let text = format!(
            "{{release,{{\"demo\",\"{vsn}\"}},{{erts,\"13.1\"}},\n [{{kernel,\"9.0\"}},\n  {{stdlib,\"9.0\"}},\n  {{sasl,\"9.0\"}},\n  {{demo,\"{vsn}\"}}]}}.\n"
        );
        (format!("{stem}.rel"), text)
    };
    let appup = "{\"2.0.0\",\n [{\"1.0.0\",[{load_module,demo_lib}]}],\n [{\"1.0.0\",[{load_module,demo_lib}]}]}.\n";
    BTreeMap::from([
        app("kernel", "9.0", "kernel_m"),
        app("stdlib", "9.0", "stdlib_m"),
        app("sasl", "9.0", "sasl_m"),
        app("bare", "1.0", ""),
        app("demo", "1.0.0", "demo_lib,demo_old,demo_srv,demo_sup,'Elixir.Demo'"),
        app("demo", "2.0.0", "demo_lib,demo_new,demo_srv,demo_sup,'Elixir.Demo'"),
        rel("old", "1.0.0"),
        rel("new", "2.0.0"),
        ("lib/demo-2.0.0/ebin/demo.appup".to_owned(), appup.to_owned()),
    ])
}

/// Writes files below a new folder.
pub fn lay_out<B: AsRef<[u8]>>(files: impl IntoIterator<Item = (impl AsRef<Path>, B)>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let file = folder.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }
    folder
}

/// The demonstration with some files replaced.
pub fn with(changes: &[(&str, &str)]) -> TempDir {
    let mut files = files();
    for (path, text) in changes {
        files.insert((*path).to_owned(), (*text).to_owned());
    }
    lay_out(files)
}

/// Copies a folder with everything below it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Runs the binary in a folder, its environment cleared but for a locale that knows UTF-8.
pub fn relupc(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_relupc")).args(arguments).current_dir(folder).env_clear().env("LC_ALL", "C.UTF-8").output().unwrap()
}

/// Runs a command that prints JSON; gives the document and the status.
pub fn json(folder: &Path, arguments: &[&str]) -> (Value, i32) {
    let output = relupc(folder, arguments);
    let text = String::from_utf8(output.stdout).unwrap();
    let value = serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{arguments:?} printed no JSON ({error}): {text}{}", String::from_utf8_lossy(&output.stderr)));
    (value, output.status.code().unwrap())
}

/// The codes of the findings in a document.
pub fn codes(document: &Value) -> Vec<String> {
    document["diagnostics"].as_array().unwrap().iter().map(|found| found["code"].as_str().unwrap().to_owned()).collect()
}

/// `make` on the demonstration, with more arguments.
pub fn make(folder: &Path, more: &[&str]) -> (Value, i32) {
    let mut arguments = vec!["make", "new.rel", "--from", "old.rel", "--path", "lib/*/ebin", "--format", "json"];
    arguments.extend(more);
    json(folder, &arguments)
}
