//! What a careful person relies on, held for every command at once: no product and no error never go together, nothing secret
//! is printed, no name steers what reads the output, and files are as they were wherever nothing was to be done.

use crate::demo;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const APPUP: &str = "lib/demo-2.0.0/ebin/demo.appup";

/// The commands that compare two releases.
const PAIR: &[&[&str]] = &[
    &["make", "TARGET", "--from", "BASE"],
    &["make", "TARGET", "--from", "BASE", "--check"],
    &["make", "TARGET", "--from", "BASE", "-o", "-"],
    &["make", "TARGET", "--from", "BASE", "--in-place"],
    &["lint", "--target", "TARGET", "--from", "BASE"],
    &["diff", "BASE", "TARGET"],
    &["graph", "TARGET", "--from", "BASE"],
];

/// The commands that read one file.
const FILE: &[&[&str]] = &[&["lint", "FILE"], &["lint", "--fix", "FILE"], &["expand", "FILE"], &["invert", "FILE"], &["invert", "--in-place", "FILE"]];

/// What a command can print instead of text.
fn formats(command: &str) -> &'static [&'static str] {
    match command {
        "make" | "lint" => &["human", "concise", "json", "sarif", "github"],
        "diff" => &["human", "concise", "json", "markdown", "html"],
        "graph" => &["dot", "mermaid", "json"],
        _ => &["human", "concise", "json"],
    }
}

fn filled<'a>(command: &[&'a str], values: &[(&str, &'a str)]) -> Vec<&'a str> {
    command.iter().map(|word| values.iter().find(|(name, _)| name == word).map_or(*word, |(_, value)| value)).collect()
}

/// The demonstration as two unpacked releases, `base` and `target`.
fn roots() -> TempDir {
    let folder = demo::lay_out(std::iter::empty::<(&str, &str)>());
    for (side, stem) in [("base", "old"), ("target", "new")] {
        let files = demo::files();
        let vsn = if side == "base" { "1.0.0" } else { "2.0.0" };
        let put = |path: &str, text: &str| {
            let file = folder.path().join(side).join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        };
        for (path, text) in files.iter().filter(|(path, _)| path.starts_with("lib/")) {
            put(path, text);
        }
        put(&format!("releases/{vsn}/demo.rel"), &files[&format!("{stem}.rel")]);
    }
    folder
}

/// Every file below a folder, with its bytes.
fn content(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut open = vec![folder.to_owned()];
    let mut files = Vec::new();
    while let Some(path) = open.pop() {
        for entry in fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_symlink() || !(entry.is_dir() || entry.is_file()) {
                continue;
            }
            if entry.is_dir() {
                open.push(entry);
            } else {
                files.push((entry.strip_prefix(folder).unwrap().display().to_string(), fs::read(&entry).unwrap()));
            }
        }
    }
    files.sort();
    files
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Does something to a release.
type Spoil = fn(&Path);

/// A release that cannot be had in full: status 1 or 2, words that say so, and no file written, for every command.
#[test]
#[cfg(unix)]
fn without_a_product_there_is_an_error() {
    use std::os::unix::fs::symlink;
    let broken: &[(&str, Spoil)] = &[
        ("missing", |target| fs::remove_dir_all(target).unwrap()),
        ("an empty folder", |target| {
            fs::remove_dir_all(target).unwrap();
            fs::create_dir(target).unwrap();
        }),
        ("a file", |target| {
            fs::remove_dir_all(target).unwrap();
            fs::write(target, "not a release").unwrap();
        }),
        ("releases that cannot be listed", |target| {
            fs::remove_dir_all(target.join("releases")).unwrap();
            symlink("releases", target.join("releases")).unwrap();
        }),
        ("a version that cannot be listed", |target| {
            fs::remove_dir_all(target.join("releases/2.0.0")).unwrap();
            symlink("2.0.0", target.join("releases/2.0.0")).unwrap();
        }),
        ("a version without a .rel", |target| fs::remove_file(target.join("releases/2.0.0/demo.rel")).unwrap()),
        ("an empty .rel", |target| fs::write(target.join("releases/2.0.0/demo.rel"), "").unwrap()),
        ("a .rel of noise", |target| fs::write(target.join("releases/2.0.0/demo.rel"), [0xff, 0xfe, 0]).unwrap()),
        ("a .rel that is a folder", |target| {
            fs::remove_file(target.join("releases/2.0.0/demo.rel")).unwrap();
            fs::create_dir(target.join("releases/2.0.0/demo.rel")).unwrap();
        }),
        ("libraries that cannot be listed", |target| {
            fs::remove_dir_all(target.join("lib")).unwrap();
            symlink("lib", target.join("lib")).unwrap();
        }),
        ("no libraries", |target| fs::remove_dir_all(target.join("lib")).unwrap()),
    ];
    for (what, spoil) in broken {
        for side in ["target", "base"] {
            let folder = roots();
            // Either side may be the broken one.
            let (base, target) = if side == "target" { ("base@1.0.0", "target") } else { ("target", "base@1.0.0") };
            spoil(&folder.path().join("target"));
            let before = content(folder.path());
            for command in PAIR {
                let output = demo::relupc(folder.path(), &filled(command, &[("TARGET", target), ("BASE", base)]));
                assert!(matches!(output.status.code(), Some(1 | 2)), "{command:?} with {what} as {side}: {:?}\n{}", output.status, text(&output));
                assert!(text(&output).contains("error"), "{command:?} with {what}: {}", text(&output));
                assert!(command[0] != "make" || output.stdout.is_empty(), "{command:?} with {what} prints a product");
            }
            assert_eq!(content(folder.path()), before, "{what}");
        }
    }
}

/// A file that cannot be read as what it should be.
#[test]
#[cfg(unix)]
fn a_file_that_is_not_read_is_an_error() {
    let folder = demo::lay_out([
        ("empty.appup", Vec::new()),
        ("noise.appup", vec![0xff, 0, 0xfe]),
        ("cut.appup", b"{\"2.0.0\",[{\"1.0.0\",[".to_vec()),
        ("other.appup", b"{application,demo,[]}.\n".to_vec()),
    ]);
    fs::create_dir(folder.path().join("folder.appup")).unwrap();
    fs::write(folder.path().join("folder.appup/x.appup"), "").unwrap();
    std::os::unix::fs::symlink("circle.appup", folder.path().join("circle.appup")).unwrap();
    let before = content(folder.path());
    for file in ["empty.appup", "noise.appup", "cut.appup", "other.appup", "folder.appup", "circle.appup", "missing.appup", "missing/folder"] {
        for command in FILE {
            let output = demo::relupc(folder.path(), &filled(command, &[("FILE", file)]));
            assert!(matches!(output.status.code(), Some(1 | 2)), "{command:?} {file}: {:?}\n{}", output.status, text(&output));
            assert!(text(&output).contains("error"), "{command:?} {file}: {}", text(&output));
        }
    }
    assert_eq!(content(folder.path()), before);
}

/// An empty variable in a script: a usage error for every argument that is a path, and nothing is looked at.
#[test]
fn an_empty_path_is_a_usage_error() {
    let commands: &[&[&str]] = &[
        &["lint", ""],
        &["lint", "--fix", ""],
        &["lint", "--fix=unsafe", APPUP, ""],
        &["lint", "--target", "", "--from", "old"],
        &["lint", "--target", "new", "--from", ""],
        &["lint", "--path", "", APPUP],
        &["lint", "--config", "", APPUP],
        &["make", "", "--from", "old"],
        &["make", "new", "--from", ""],
        &["make", "new", "--from", "old", "-o", ""],
        &["make", "new", "--from", "old", "--path", ""],
        &["make", "new", "--up-from", ""],
        &["make", "new", "--down-to", ""],
        &["diff", "", "new"],
        &["diff", "old", ""],
        &["expand", ""],
        &["invert", ""],
        &["invert", "--in-place", ""],
        &["graph", "", "--from", "old"],
        &["graph", "new", "--from", ""],
    ];
    let folder = demo::with(&[]);
    let before = content(folder.path());
    for command in commands {
        let output = demo::relupc(folder.path(), command);
        assert_eq!(output.status.code(), Some(2), "{command:?}: {}", text(&output));
        assert!(output.stdout.is_empty(), "{command:?}");
    }
    assert_eq!(content(folder.path()), before);
}

/// A reader that goes away takes nothing of the outcome with it.
#[test]
#[cfg(unix)]
fn a_closed_pipe_keeps_the_status() {
    let folder = demo::with(&[(APPUP, "{\"2.0.0\",[{\"1.0.0\",[nonsense]}],[{\"1.0.0\",[]}]}.\n")]);
    let many: String = (0..5000).map(|at| format!("  {{\"0.{at}\",[nonsense]}},\n")).collect();
    fs::write(folder.path().join("big.appup"), format!("{{\"1\",[\n{many}  {{\"0\",[]}}],[]}}.\n")).unwrap();
    let commands: &[&[&str]] = &[
        &["lint", "big.appup"],
        &["lint", "big.appup", "--format", "json"],
        &["lint", "big.appup", "--format", "concise"],
        &["make", "new", "--from", "old", "--path", "lib/*/ebin", "--format", "json"],
        &["diff", "old", "new", "--path", "lib/*/ebin", "--fail-on", "hot"],
        &["expand", "big.appup"],
        &["rules"],
        &["explain", "RL0601"],
    ];
    for command in commands {
        let wanted = demo::relupc(folder.path(), command).status.code();
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let status = Command::new(env!("CARGO_BIN_EXE_relupc"))
            .args(*command)
            .current_dir(folder.path())
            .env_clear()
            .stdout(writer.try_clone().unwrap())
            .stderr(writer)
            .status()
            .unwrap();
        assert_eq!(status.code(), wanted, "{command:?}");
    }
}

/// What is a product goes to standard output, what is about the run to standard error.
#[test]
fn products_and_remarks_have_their_streams() {
    let folder = demo::with(&[(APPUP, "{\"2.0.0\",\n [{\"1.0.0\",[{load_module,demo_lib}]}],\n []}.\n")]);
    // The command, its status, the beginning of standard output and of standard error; `-` for nothing.
    let pair = ["new", "--from", "old", "--path", "lib/*/ebin"];
    let table: &[(&[&str], i32, &str, &str)] = &[
        (&["lint", APPUP], 0, "warning[RL0711]", "-"),
        (&["lint", APPUP, "-q"], 0, "warning[RL0711]", "-"),
        (&["lint", APPUP, "--warnings-as-errors"], 1, "error[RL0711]", "-"),
        (&["lint", "missing.appup"], 1, "error[RL0235]", "-"),
        (&["lint", "--nonsense"], 2, "-", "error: unexpected argument"),
        (&["expand", APPUP], 0, "upgrade", "-"),
        (&["invert", APPUP], 0, "{\"2.0.0\"", "note[RL0701]"),
        (&["invert", APPUP, "-q"], 0, "{\"2.0.0\"", "note[RL0701]"),
        (&["rules"], 0, "RL0001", "-"),
        (&["explain", "RL0711"], 0, "# RL0711", "-"),
        (&["help"], 0, "relupc", "-"),
        (&["--version"], 0, "relupc", "-"),
    ];
    for (command, status, out, err) in table {
        let output = demo::relupc(folder.path(), command);
        assert_eq!(output.status.code(), Some(*status), "{command:?}: {}", text(&output));
        for (stream, wanted) in [(&output.stdout, out), (&output.stderr, err)] {
            let stream = String::from_utf8_lossy(stream);
            assert!(if *wanted == "-" { stream.is_empty() } else { stream.to_lowercase().contains(&wanted.to_lowercase()) }, "{command:?}: {stream}");
        }
    }
    let make = |more: &[&str]| demo::relupc(folder.path(), &[&["make"], &pair[..], more].concat());
    let output = make(&["-o", "-", "--derive-downgrade"]);
    assert!(output.status.success() && output.stdout.starts_with(b"%% coding: utf-8\n") && text(&output).contains("relupc: compiled\n"), "{}", text(&output));
    let output = make(&["-o", "-", "--derive-downgrade", "-q"]);
    assert!(output.status.success() && !text(&output).contains("relupc: "), "{}", text(&output));
    let output = make(&["-o", "-"]);
    assert!(output.status.code() == Some(1) && output.stdout.is_empty() && output.stderr.starts_with(b"error[RL0401]"), "{}", text(&output));
}

/// Configuration with a secret in it, as people write it; `@` is the secret.
const SECRETS: &[(&str, &str)] = &[
    ("releases/VSN/vm.args", "-name demo@127.0.0.1\n-setcookie @\n"),
    ("releases/VSN/vm.args", "-setcookie\n@\n"),
    ("releases/VSN/vm.args", "-setcookie \\\n  @\n"),
    ("releases/VSN/vm.args", "-setcookie \"@\"\n"),
    ("releases/VSN/vm.args", "-setcookie '@'\n"),
    ("releases/VSN/vm.args", "-setcookie=@\n"),
    ("releases/VSN/vm.args", "-setcookie ${COOKIE:-@}\n"),
    ("releases/VSN/vm.args", "+K true -setcookie @ +P 1000\n"),
    ("releases/VSN/vm.args", "-env TOKEN @\n"),
    ("releases/VSN/vm.args", "-demo password @\n"),
    ("releases/VSN/vm.args", "@\n"),
    ("releases/VSN/vm.args", "## @\n-name demo # @\n"),
    ("releases/VSN/vm.args.src", "-setcookie @\n"),
    ("releases/VSN/env.sh", "export RELEASE_COOKIE=@\n"),
    ("releases/VSN/sys.config", "[{demo,[{password,\"@\"}]}].\n"),
    ("releases/VSN/sys.config", "[{demo,[{password,<<\"@\">>}]}].\n"),
    ("releases/VSN/sys.config", "[{demo,[{db,[{url,\"ecto://user:@@host\"}]}]}].\n"),
    ("releases/VSN/sys.config", "[{demo,[{password,\"@\"}}].\n"),
    ("releases/VSN/sys.config", "[{demo,[{password,\"@}]}].\n"),
    ("releases/VSN/sys.config", "[{demo,[{password,'@'}]}]\n"),
    ("releases/VSN/sys.config", "{demo,[{\"@\",1}]}.\n"),
    ("releases/VSN/sys.config", "[{demo,[{{key,\"@\"},1},{\"@\",2}]}].\n"),
    ("releases/VSN/sys.config", "[\"@\"].\n"),
    ("releases/VSN/sys.config", "[{demo,[{password,@@}]}].\n"),
    ("releases/VSN/sys.config.src", "[{demo,[{password,\"${P:-@}\"}]}].\n"),
    ("releases/VSN/runtime.exs", "import Config\nconfig :demo, password: \"@\"\n"),
    ("releases/VSN/runtime.exs", "config :demo, password: \"@\n"),
    ("releases/COOKIE", "@"),
    (
        "lib/demo-VSN/ebin/demo.app",
        "{application,demo,[{description,\"d\"},{vsn,\"VSN\"},{modules,[demo_lib]},{registered,[]},{applications,[]},{env,[{password,\"@\"}]}]}.\n",
    ),
    (
        "lib/demo-VSN/ebin/demo.app",
        "{application,demo,[{description,\"d\"},{vsn,\"VSN\"},{modules,[demo_lib]},{registered,[]},{applications,[]},{env,[{password,<<\"@\">>},{\"@\",1}]}]}.\n",
    ),
];

#[test]
fn no_command_prints_a_secret() {
    for (at, (path, shape)) in SECRETS.iter().enumerate() {
        let folder = roots();
        for (side, vsn, secret) in [("base", "1.0.0", "h0ldM3a"), ("target", "2.0.0", "h0ldM3b")] {
            let file = folder.path().join(side).join(path.replace("VSN", vsn));
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, shape.replace("VSN", vsn).replace('@', secret)).unwrap();
        }
        let mut runs: Vec<Vec<&str>> = Vec::new();
        for command in PAIR.iter().filter(|command| !command.contains(&"--in-place")) {
            for format in formats(command[0]) {
                let mut arguments = filled(command, &[("TARGET", "target@2.0.0"), ("BASE", "base@1.0.0")]);
                arguments.extend(["--format", format]);
                runs.push(arguments);
            }
        }
        runs.push(vec!["diff", "base@1.0.0", "target@2.0.0", "--verbose"]);
        for format in formats("lint") {
            runs.push(vec!["lint", "target", "--format", format]);
        }
        runs.push(vec!["lint", "target", "--fix=unsafe", "--diff"]);
        let file = path.replace("VSN", "2.0.0");
        let file = format!("target/{file}");
        runs.push(vec!["lint", &file]);
        for arguments in runs {
            let output = demo::relupc(folder.path(), &arguments);
            assert!(output.status.code().is_some(), "{arguments:?}");
            assert!(!text(&output).contains("h0ldM3"), "shape {at}, {path}: {arguments:?} prints it:\n{}", text(&output));
        }
    }
}

/// Names that would do something to what reads the output: a terminal, a log, a page, a workflow.
const NAMES: &[&str] = &[
    "a\u{1b}[31mb",
    "a\u{7}b",
    "a\u{e}b",
    "a\u{7f}b",
    "a\u{9b}31mb",
    "a\u{202e}b",
    "a\u{2066}b",
    "a\u{200b}b",
    "a\u{feff}b",
    "a\u{e0041}b",
    "a\rb",
    "a\nb",
    "a\n::error::b",
    "a\tb",
    "a`b",
    "``` a",
    "a<script>b",
    "a\"b",
    "a|b",
    "a%0Ab",
    "a,title=b",
    "@someone",
    "a]b(c)",
    "&lt;b",
];

/// An Erlang atom or string with a name in it.
fn quoted(name: &str, quote: char) -> String {
    let escaped: String = name
        .chars()
        .map(|c| {
            if c == quote || c == '\\' {
                format!("\\{c}")
            } else if c == '\n' {
                "\\n".to_owned()
            } else {
                c.to_string()
            }
        })
        .collect();
    format!("{quote}{escaped}{quote}")
}

/// Characters that no output holds as they are.
fn is_unsafe(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[test]
fn names_steer_nothing() {
    for name in NAMES {
        let folder = roots();
        let (atom, string) = (quoted(name, '\''), quoted(name, '"'));
        let put = |path: String, text: String| {
            let file = folder.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        };
        for (side, vsn) in [("base", "1.0.0"), ("target", "2.0.0")] {
            let app = format!(
                "{{application,demo,\n [{{description,{string}}},\n  {{vsn,\"{vsn}\"}},\n  {{modules,[demo_lib,{atom}]}},\n  {{registered,[{atom}]}},\n  {{applications,[kernel]}},{{env,[{{{atom},{}}}]}}]}}.\n",
                u8::from(side == "base")
            );
            put(format!("{side}/lib/demo-{vsn}/ebin/demo.app"), app);
            put(format!("{side}/releases/{vsn}/sys.config"), format!("[{{demo,[{{{atom},{}}}]}},{{{atom},[]}}].\n", u8::from(side == "base")));
            put(format!("{side}/releases/{vsn}/vm.args"), format!("-{}{side} 1\n", name.replace('\n', " ")));
            #[cfg(unix)]
            put(format!("{side}/lib/demo-{vsn}/priv/{}{side}", name.replace('/', "-")), String::new());
        }
        let entries = format!("[{{\"1.0.0\",[{{load_module,{atom}}},{{update,{atom},{string}}},{{load_module,demo_lib,[{atom}]}},{{{atom},{string}}}]}}]");
        put(format!("target/{APPUP}"), format!("%% relupc:allow {} x\n{{{string},\n {entries},\n {entries}}}.\n", name.replace(['\n', '\r'], " ")));
        put("relupc.toml".to_owned(), format!("allow = [{}]\n", serde_json::to_string(name).unwrap()));
        let config = |is_on: bool| if is_on { vec!["--config", "relupc.toml"] } else { Vec::new() };
        let mut runs: Vec<Vec<String>> = Vec::new();
        for command in PAIR.iter().filter(|command| !command.contains(&"--in-place")) {
            for format in formats(command[0]) {
                let with_config = command[0] == "lint" && *format == "github";
                let arguments =
                    [filled(command, &[("TARGET", "target@2.0.0"), ("BASE", "base@1.0.0")]), vec!["--format", format], config(with_config)].concat();
                runs.push(arguments.into_iter().map(str::to_owned).collect());
            }
        }
        for format in formats("lint") {
            runs.push(["lint", "target", "--format", format].map(str::to_owned).to_vec());
        }
        for command in ["expand", "invert", "lint"] {
            runs.push([command, &format!("target/{APPUP}")].map(str::to_owned).to_vec());
            runs.push(vec![command.to_owned(), format!("{name}.appup")]);
        }
        runs.push(vec!["explain".to_owned(), (*name).to_owned()]);
        runs.push(vec![(*name).to_owned()]);
        runs.push(["lint", ".", "--allow", name].map(str::to_owned).to_vec());
        for arguments in runs {
            let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let output = demo::relupc(folder.path(), &words);
            let out = String::from_utf8(output.stdout).unwrap();
            let err = String::from_utf8(output.stderr).unwrap();
            // An appup that `invert` completes is the author's own text.
            let is_text = words[0] == "invert";
            for stream in [&out, &err].iter().skip(usize::from(is_text)) {
                assert!(!stream.contains(is_unsafe), "{name:?}: {words:?} prints {:?}\n{stream}", stream.chars().find(|c| is_unsafe(*c)));
            }
            match words.iter().position(|word| *word == "--format").map(|at| words[at + 1]) {
                Some("json" | "sarif") if !out.is_empty() => {
                    serde_json::from_str::<serde_json::Value>(&out).unwrap_or_else(|why| panic!("{words:?}: {why}"));
                }
                Some("github") => {
                    for line in out.lines().chain(err.lines()) {
                        let command = line.starts_with("::error ") || line.starts_with("::warning ") || line.starts_with("::notice ");
                        assert!(command || !line.trim_start().starts_with("::"), "{name:?}: {words:?}: {line}");
                    }
                }
                Some("html") => assert!(!out.contains("a<script>b") && !out.contains("&lt;b</") || out.contains("&amp;lt;b"), "{name:?}"),
                Some("markdown") => {
                    for line in out.lines() {
                        let outside: String = line.split('`').step_by(2).collect();
                        assert!(!outside.contains("@someone") && !outside.contains("a<script>b"), "{name:?}: {line}");
                    }
                }
                _ => {}
            }
        }
    }
}

/// A signal in the middle of writing leaves the old file or the new one, and nothing beside it.
#[test]
#[cfg(unix)]
fn a_signal_leaves_no_unfinished_file() {
    let many: String = (0..20_000).map(|at| format!("{{load_module,m{at}}},")).collect();
    let text = format!("{{\"2.0.0\",[{{\"1.0.0\",[{}]}}],[]}}.\n", many.trim_end_matches(','));
    let mut seen = 0;
    for (round, signal) in ["-INT", "-TERM"].iter().cycle().take(40).enumerate() {
        let folder = demo::lay_out([("big.appup", &text)]);
        let mut child = Command::new(env!("CARGO_BIN_EXE_relupc"))
            .args(["invert", "--in-place", "big.appup"])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // As soon as the temporary file exists, or after a moment that differs from round to round.
        for _ in 0..if round % 4 == 3 { 100 * round } else { usize::MAX } {
            let is_writing = fs::read_dir(folder.path()).unwrap().any(|entry| entry.unwrap().file_name().to_string_lossy().starts_with(".relupc-"));
            if is_writing {
                seen += 1;
                break;
            }
            if child.try_wait().unwrap().is_some() {
                break;
            }
        }
        let _ = Command::new("kill").args([signal, child.id().to_string().as_str()]).stderr(Stdio::null()).status();
        child.wait().unwrap();
        let files = content(folder.path());
        assert_eq!(files.len(), 1, "{:?}", files.iter().map(|(name, _)| name).collect::<Vec<_>>());
        assert!(files[0].1 == text.as_bytes() || files[0].1.len() > text.len() + 1000, "neither the old file nor the new one");
    }
    assert!(seen > 0, "no round met an unfinished file");
}

#[test]
#[cfg(unix)]
fn a_pipe_as_the_goal_is_not_waited_for() {
    let folder = demo::with(&[]);
    let pipe = folder.path().join("relup");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let pair = ["make", "new", "--from", "old", "--path", "lib/*/ebin"];
    let output = demo::relupc(folder.path(), &pair);
    assert_eq!(output.status.code(), Some(2), "without a reader: {}", text(&output));
    // With a reader it is written to, and stays a pipe.
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || {
            let mut relup = String::new();
            fs::File::open(pipe).unwrap().read_to_string(&mut relup).unwrap();
            relup
        }
    });
    let written = (0..500).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        demo::relupc(folder.path(), &pair).status.success()
    });
    assert!(written && reader.join().unwrap().starts_with("%% coding: utf-8\n"));
    assert!(!pipe.is_file());
}

/// The owner of a file that is fixed stays its owner. Only the superuser can give a file away, so that others pass here.
#[test]
#[cfg(unix)]
fn the_owner_stays() {
    use std::os::unix::fs::{MetadataExt, chown};
    let folder = demo::lay_out([("x.appup", "{\"2.0.0\",[{\"1.0.0\",[]}],[{\"1.0.0\",[]}]}\n")]);
    let file = folder.path().join("x.appup");
    if chown(&file, Some(1234), Some(4321)).is_err() {
        return;
    }
    demo::relupc(folder.path(), &["lint", "--fix", "x.appup"]);
    assert!(fs::read_to_string(&file).unwrap().contains("}."), "the fix was applied");
    let metadata = fs::metadata(&file).unwrap();
    assert_eq!((metadata.uid(), metadata.gid()), (1234, 4321));
}

/// What is written grows as what is read does.
#[test]
fn an_appup_on_one_line_is_completed_in_its_size() {
    let size = |count: usize| {
        let loads: Vec<String> = (0..count).map(|at| format!("{{load_module,m{at}}}")).collect();
        let text = format!("{{\"2.0.0\",[{{\"1.0.0\",[{}]}}],[]}}.\n", loads.join(","));
        let folder = demo::lay_out([("x.appup", &text)]);
        let output = demo::relupc(folder.path(), &["invert", "x.appup"]);
        assert!(output.status.success());
        (text.len(), output.stdout.len())
    };
    for count in [300, 4000] {
        let (read, written) = size(count);
        assert!(written < 5 * read, "{count} instructions: {read} bytes become {written}");
    }
}
