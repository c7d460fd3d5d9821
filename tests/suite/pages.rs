//! The pages of the codes are tests: an example marked `fires` must give the code, at the place drawn under it; one marked
//! `silent` must give no error at all.
//!
//! A block is the `.appup` of the demonstration's `demo`, or several files, each after a line `%%% path` (`%%% path -` removes
//! a file, `%%% path -> target` is a link). Modules of `demo` are shown as sources and compiled by `.ci/pages`, and so are
//! protocols in `consolidated/`. What would be
//! too long to show is a mark: `times=N` repeats the text, `claims=N` is the size that a tarball says its files have,
//! `opcode=N` is the highest instruction that the target's modules say they use.
//! `RELUPC_BLESS=1` draws the places again.

use crate::demo;
use relupc::diag::{Bearing, Code, Property, Severity};
use relupc::lint;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

struct Block {
    /// The code of the page.
    code: &'static str,
    /// Its number on the page, from 1.
    number: usize,
    /// The words after the language.
    marks: Vec<String>,
    /// The line of the page on which the text begins, from 0.
    start: usize,
    text: String,
}

impl Block {
    fn has(&self, mark: &str) -> bool {
        self.marks.iter().any(|known| known == mark)
    }

    fn mark(&self, name: &str) -> Option<&str> {
        self.marks.iter().find_map(|mark| mark.strip_prefix(name))
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.mark(name).map(|number| number.parse().unwrap())
    }

    /// Where `.ci/pages` put what it compiled of the block.
    fn compiled(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/pages/{}/{}", self.code, self.number))
    }
}

fn blocks(code: &'static str, page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Option<Block> = None;
    for (at, line) in page.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                let marks = info.split_whitespace().skip(1).map(str::to_owned).collect();
                open = Some(Block { code, number: blocks.len() + 1, marks, start: at + 1, text: String::new() });
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

/// What a file of a block is.
#[derive(Clone, PartialEq)]
enum Content {
    Text(String),
    /// Removed.
    Absent,
    /// A link, to this path.
    Link(String),
}

/// The files of a block: path, content, and the line of the block they begin on. `base: x.erl`, `target: x.erl` and
/// `both: x.erl` are sources of `demo`; `demo.appup` is its appup.
fn files(text: &str) -> Vec<(String, Content, usize)> {
    let mut files: Vec<(String, Content, usize)> = Vec::new();
    let mut copies: Vec<(usize, String)> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if let Some(head) = line.strip_prefix("%%% ") {
            let (path, content) = match (head.strip_suffix(" -"), head.split_once(" -> ")) {
                (Some(path), _) => (path, Content::Absent),
                (None, Some((path, target))) => (path, Content::Link(target.to_owned())),
                (None, None) => (head, Content::Text(String::new())),
            };
            let source = |vsn: &str, name: &str| format!("lib/demo-{vsn}/src/{name}");
            let path = match path.split_once(": ") {
                Some(("base", name)) => source("1.0.0", name),
                Some(("target", name)) => source("2.0.0", name),
                Some(("both", name)) => {
                    copies.push((files.len(), source("2.0.0", name)));
                    source("1.0.0", name)
                }
                Some((other, _)) => panic!("`{other}` is neither base nor target"),
                None if path == "demo.appup" => "lib/demo-2.0.0/ebin/demo.appup".to_owned(),
                None => path.to_owned(),
            };
            files.push((path, content, at + 1));
            continue;
        }
        if files.is_empty() {
            files.push(("lib/demo-2.0.0/ebin/demo.appup".to_owned(), Content::Text(String::new()), at));
        }
        if let Some((_, Content::Text(text), _)) = files.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    for (at, path) in copies {
        let (_, content, line) = files[at].clone();
        files.push((path, content, line));
    }
    files
}

/// The sources of a block, as `.ci/pages` compiles them: the side and the name of each, and its text.
fn sources(block: &Block) -> BTreeMap<(String, String), String> {
    let list = files(&block.text).into_iter().filter_map(|(path, content, _)| {
        let name = path.strip_suffix(".erl")?.split_once("/src/")?.1.to_owned();
        let side = if path.starts_with("lib/demo-1.0.0/") { "base" } else { "target" };
        let Content::Text(text) = content else { return None };
        Some(((side.to_owned(), name), text))
    });
    list.collect()
}

/// Where `demo` is on a side, and its version. With the mark `same-version` each release has a folder of its own.
fn home(block: &Block, side: &str) -> (&'static str, &'static str) {
    match (side, block.has("same-version")) {
        ("base", true) => ("old/lib/demo-1.0.0", "1.0.0"),
        (_, true) => ("new/lib/demo-1.0.0", "1.0.0"),
        ("base", false) => ("lib/demo-1.0.0", "1.0.0"),
        (_, false) => ("lib/demo-2.0.0", "2.0.0"),
    }
}

/// The release of a block, laid out in a folder of its own.
fn lay_out(block: &Block) -> TempDir {
    let mut all = demo::files();
    let sources = sources(block);
    if block.has("same-version") {
        let rel = all.remove("old.rel").unwrap();
        all.remove("new.rel");
        all.insert("old/releases/1.0.0/demo.rel".to_owned(), rel.clone());
        all.insert("new/releases/2.0.0/demo.rel".to_owned(), rel.replacen("{\"demo\",\"1.0.0\"}", "{\"demo\",\"2.0.0\"}", 1));
        all.retain(|path, _| !path.starts_with("lib/demo-"));
    }
    if sources.keys().any(|(_, name)| !name.contains('/')) || block.has("same-version") {
        for side in ["base", "target"] {
            let (home, vsn) = home(block, side);
            let modules: Vec<&str> = sources.keys().filter(|(known, name)| known == side && !name.contains('/')).map(|(_, name)| name.as_str()).collect();
            let callback = if modules.contains(&"demo_app") { ",\n  {mod,{demo_app,[]}}" } else { "" };
            let app = format!(
                "{{application,demo,\n [{{description,\"demo\"}},\n  {{vsn,\"{vsn}\"}},\n  {{modules,[{}]}},\n  {{registered,[]}},\n  {{applications,[kernel,stdlib]}}{callback}]}}.\n",
                modules.join(",")
            );
            all.insert(format!("{home}/ebin/demo.app"), app);
        }
    }
    let mut links = Vec::new();
    for (path, content, _) in files(&block.text) {
        match content {
            Content::Text(text) => {
                all.insert(path, text.repeat(block.number("times=").unwrap_or(1) as usize));
            }
            Content::Absent => {
                all.remove(&path);
            }
            Content::Link(target) => {
                all.remove(&path);
                links.push((path, target));
            }
        }
    }
    let folder = demo::lay_out(all.iter().map(|(path, text)| (path, if block.has("latin1") { latin1(text) } else { text.clone().into_bytes() })));
    for ((side, name), _) in sources {
        let (home, _) = home(block, &side);
        let beam = block.compiled().join(&side).join(format!("{name}.beam"));
        let mut bytes = fs::read(&beam).unwrap_or_else(|why| panic!("{}: {why}; run `.ci/pages`", beam.display()));
        if let Some(highest) = block.number("opcode=").filter(|_| side == "target") {
            // The head of the chunk: its name and size, the size of its head, the set of instructions, the highest one.
            let code = bytes.windows(4).position(|tag| tag == b"Code").unwrap();
            bytes[code + 16..code + 20].copy_from_slice(&u32::try_from(highest).unwrap().to_be_bytes());
        }
        let to = folder.path().join(match name.strip_prefix("consolidated/") {
            Some(_) => format!("{}/{name}.beam", if side == "base" { "old/releases/1.0.0" } else { "new/releases/2.0.0" }),
            None => format!("{home}/ebin/{name}.beam"),
        });
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, bytes).unwrap();
    }
    for (path, target) in links {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(target, path).unwrap();
        #[cfg(not(unix))]
        let _ = (target, path);
    }
    if let Some(name) = block.mark("tarball=") {
        pack(block, folder.path(), name);
    }
    folder
}

/// A block of a page by its number, laid out.
pub fn laid_out(code: &'static str, number: usize) -> TempDir {
    let page = fs::read_to_string(page_path(code)).unwrap();
    lay_out(blocks(code, &page).iter().find(|block| block.number == number).unwrap())
}

/// Text as Latin-1 has it.
fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
}

/// Packs the files of a block that are below `packed/` into a tarball: its names as they are written, `cut` in half.
fn pack(block: &Block, folder: &Path, name: &str) {
    let files = files(&block.text).into_iter().filter_map(|(path, content, _)| match (path.strip_prefix("packed/"), content) {
        (Some(path), Content::Text(text)) => Some((path.to_owned(), text)),
        _ => None,
    });
    let bytes = crate::opening::tarball_as_named(&files.collect(), block.number("claims="));
    let bytes = if block.has("cut") { bytes[..bytes.len() / 2].to_vec() } else { bytes };
    fs::write(folder.join(name), bytes).unwrap();
    let _ = fs::remove_dir_all(folder.join("packed"));
}

/// The command that a block is an example of.
fn command(block: &Block) -> Vec<String> {
    let target = block.mark("target=").unwrap_or("new.rel");
    let base = block.mark("base=").unwrap_or("old.rel");
    let mut arguments: Vec<&str> = if block.has("gen") {
        let bases = block.mark("bases=").unwrap_or("old.rel").split(',');
        // Several bases are releases with folders of their own.
        let path = if bases.clone().count() > 1 { "lib/*[^1].0.0/ebin" } else { "lib/*/ebin" };
        std::iter::once("gen").chain(bases).chain([target, "--path", path, "--path", "lib/*-9.0/ebin"]).collect()
    } else if block.has("diff") {
        vec!["diff", "old.rel", target, "--path", "lib/*/ebin"]
    } else if block.has("pair") {
        vec!["lint", "--target", target, "--from", base, "--path", "lib/*/ebin"]
    } else if let Some(path) = block.mark("lint=") {
        vec!["lint", path]
    } else if block.has("relup") {
        vec!["lint", "relup"]
    } else if block.has("lint") {
        vec!["lint", "lib/demo-2.0.0/ebin/demo.appup"]
    } else if block.has("invert") {
        vec!["invert", "lib/demo-2.0.0/ebin/demo.appup"]
    } else {
        let bases = block.mark("bases=").unwrap_or("old.rel");
        let mut make = vec!["make", target, if block.has("up") { "--up-from" } else { "--from" }, bases, "--path", "lib/*/ebin"];
        match block.mark("otp=") {
            Some("target") => {}
            Some(otp) => make.extend(["--otp", otp]),
            None => make.extend(["--otp", "29"]),
        }
        make
    };
    if let Some(path) = block.mark("path=") {
        arguments.extend(["--path", path]);
    }
    let more = [
        ("policy", "--warn=RL0811"),
        ("derive", "--derive-downgrade"),
        ("make-gen", "--gen"),
        ("compose", "--compose"),
        ("lossy", "--allow-lossy"),
        ("check", "--check"),
        ("forbid", "--forbid=restart"),
    ];
    arguments.extend(more.iter().filter(|(mark, _)| block.has(mark)).map(|(_, argument)| *argument));
    arguments.into_iter().map(str::to_owned).collect()
}

/// The level of a code's own finding in a block: `make` does not write what is refuted.
fn level_of(block: &Block, code: &Code) -> &'static str {
    let refutes = matches!(code.bearing, Some(Bearing::Refutes(_)));
    if refutes && command(block)[0] == "make" { Severity::Error.word() } else { code.severity.word() }
}

/// What a block gives, as JSON.
fn run(block: &Block) -> Value {
    let folder = lay_out(block);
    let arguments = command(block);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).chain(["--format", "json"]).collect();
    demo::json(folder.path(), &arguments).0
}

/// The findings of a code that a block gives, as a person sees them.
fn rendered(block: &Block) -> String {
    let folder = lay_out(block);
    let arguments = command(block);
    let output = demo::relupc(folder.path(), &arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let text = format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let mut shown = String::new();
    let mut is_own = false;
    for line in text.lines() {
        let head = ["error[", "warning[", "note["].iter().find_map(|level| line.strip_prefix(level));
        is_own = head.map_or(is_own && (line.is_empty() || line.starts_with(' ')), |rest| rest.starts_with(block.code));
        if is_own {
            shown.push_str(line.trim_end());
            shown.push('\n');
        }
    }
    if shown.is_empty() {
        // Notes that `make` omits, and what comes after the first hundred.
        let document = run(block);
        let own = document["diagnostics"].as_array().unwrap().iter().find(|found| found["code"] == block.code);
        let own = own.unwrap_or_else(|| panic!("{}: the example does not give it", block.code));
        return format!("{}[{}]: {}\n  help: {}", own["severity"].as_str().unwrap(), block.code, own["message"].as_str().unwrap(), own["help"]);
    }
    shown.trim_end().to_owned()
}

fn page_path(code: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/rules/{code}.md"))
}

/// Where the place of a finding would be drawn: the line of the block under which, and the line of carets. Places that
/// span lines or are under the percent signs are not drawn.
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
        let blocks = blocks(code.id, &page);
        let mut lines: Vec<String> = page.lines().map(str::to_owned).collect();
        for kind in ["fires", "silent"] {
            if !blocks.iter().any(|block| block.has(kind)) {
                wrong.push(format!("{}: no example is {kind}", code.id));
            }
        }
        for block in blocks.iter().rev().filter(|block| block.has("fires") || block.has("silent")) {
            let document = run(block);
            let found: Vec<&Value> = document["diagnostics"].as_array().unwrap().iter().collect();
            if block.has("silent") {
                for loud in found.iter().filter(|found| found["severity"] == "error" || found["code"] == code.id) {
                    wrong.push(format!("{}: the silent example gives {}: {}", code.id, loud["code"], loud["message"]));
                }
                continue;
            }
            let Some(own) = found.iter().find(|found| found["code"] == code.id) else {
                let seen: Vec<String> = found.iter().map(|found| format!("{}: {}", found["code"], found["message"])).collect();
                wrong.push(format!("{0}: the example does not give {0}; it gives {seen:?}", code.id));
                continue;
            };
            if own["severity"] != level_of(block, code) && !block.has("policy") && !block.has("level") {
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
        if bless {
            fs::write(page_path(code.id), lines.join("\n") + "\n").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `diff` knows what the rules about what lives on know.
#[test]
fn what_lives_on_is_part_of_the_verdict() {
    let kept = lint::rules().iter().filter(|rule| matches!(rule.check, lint::Check::Kept(_)));
    let mut wrong = Vec::new();
    let mut count = 0;
    for code in kept.map(|rule| rule.code) {
        let page = fs::read_to_string(page_path(code.id)).unwrap();
        // What a path itself sets up is not known without it.
        for block in blocks(code.id, &page).iter().filter(|block| block.has("fires") && !block.text.contains("{apply,")) {
            let folder = lay_out(block);
            let (document, _) = demo::json(folder.path(), &["diff", "old.rel", "new.rel", "--path", "lib/*/ebin", "--format", "json"]);
            let verdict = &document["comparison"]["verdict"];
            let is_loud = ["up", "down"].iter().any(|way| !matches!(verdict[way].as_str(), Some("hot" | "nothing")));
            let text = document["comparison"].to_string();
            if !is_loud || !text.contains(&format!("({})", code.id)) {
                wrong.push(format!("{} line {}: {verdict} {text}", code.id, block.start));
            }
            count += 1;
        }
    }
    assert!(count >= 5 && wrong.is_empty(), "{}", wrong.join("\n"));
}

/// For each pair that the pages show `gen` writes appups that `make` accepts, and that no rule about missing code reports.
#[test]
fn entries_are_generated_for_every_pair() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for code in lint::codes() {
        let page = fs::read_to_string(page_path(code.id)).unwrap();
        for block in blocks(code.id, &page).iter().filter(|block| block.has("pair") && !sources(block).is_empty() && !block.has("same-version")) {
            let folder = lay_out(block);
            let path = ["--path", "lib/*/ebin", "--format", "json"];
            let target = block.mark("target=").unwrap_or("new.rel");
            let base = block.mark("base=").unwrap_or("old.rel");
            let _ = fs::remove_file(folder.path().join("lib/demo-2.0.0/ebin/demo.appup"));
            let (generated, _) = demo::json(folder.path(), &[&["gen", base, target, "--out", "appups"], path.as_slice()].concat());
            let refused = demo::codes(&generated).iter().any(|code| matches!(code.as_str(), "RL1003" | "RL1004" | "RL1005" | "RL0705"));
            if refused || generated["applications"].as_array().unwrap().is_empty() {
                continue;
            }
            count += 1;
            // What is written is laid out.
            let (laid_out, status) = demo::json(folder.path(), &["fmt", "appups", "--check", "--format", "json"]);
            if status != 0 {
                wrong.push(format!("{} line {}: {laid_out}", code.id, block.start));
            }
            let (made, status) = demo::json(folder.path(), &[&["make", target, "--from", base, "--no-lint", "--appups", "appups"], path.as_slice()].concat());
            if status != 0 {
                wrong.push(format!("{} line {}: {made}", code.id, block.start));
            }
            let (linted, _) = demo::json(folder.path(), &[&["lint", "--target", target, "--from", base, "--appups", "appups"], path.as_slice()].concat());
            for code in demo::codes(&linted).iter().filter(|code| matches!(code.as_str(), "RL0521" | "RL0523" | "RL0504" | "RL0505")) {
                wrong.push(format!("{} line {}: {code}: {}", block.code, block.start, generated["applications"]));
            }
        }
    }
    assert!(count >= 60, "{count}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A path with a fault that bears on a property is not proved to have it; without the fault it is not refuted by it.
#[test]
fn every_pair_is_verified() {
    let mut wrong = Vec::new();
    let mut refuted = std::collections::BTreeSet::new();
    let mut kept = std::collections::BTreeSet::new();
    for code in lint::codes() {
        let Some(bearing) = code.bearing else { continue };
        let (Bearing::Refutes(property) | Bearing::Concerns(property) | Bearing::Doubts(property)) = bearing;
        let page = fs::read_to_string(page_path(code.id)).unwrap();
        for block in blocks(code.id, &page).iter().filter(|block| block.has("pair")) {
            let folder = lay_out(block);
            let lint = command(block);
            let lint: Vec<&str> = lint.iter().map(String::as_str).collect();
            let ["lint", "--target", target, "--from", base, more @ ..] = lint.as_slice() else { panic!("{lint:?}") };
            let more: Vec<&str> = more.iter().copied().filter(|argument| *argument != "--warn=RL0811").collect();
            // A relup of the block is looked at itself.
            let relup = files(&block.text).into_iter().map(|(path, _, _)| path).find(|path| path.ends_with("relup"));
            let named: Vec<&str> = relup.as_deref().into_iter().chain([*target]).collect();
            let verify = [&["verify"], named.as_slice(), &["--from", base, "--format", "json"], more.as_slice()].concat();
            let (document, status) = demo::json(folder.path(), &verify);
            let place = format!("{} line {}", code.id, block.start);
            let paths = document["paths"].as_array().unwrap();
            let own = |path: &Value| path["properties"].as_array().unwrap().iter().find(|one| one["name"] == property.name()).unwrap().clone();
            let outcomes: Vec<Value> = paths.iter().map(own).collect();
            let by_own = |outcome: &Value| outcome["refuted_by"].as_array().unwrap().iter().any(|found| found["code"] == code.id);
            assert_eq!(status == 0, document["holds"] == true, "{place}");
            if block.has("fires") {
                if !outcomes.is_empty() && outcomes.iter().all(|outcome| outcome["outcome"] == "proved") {
                    wrong.push(format!("{place}: {} is proved", property.name()));
                }
                if outcomes.iter().any(by_own) {
                    refuted.insert(property);
                } else if matches!(bearing, Bearing::Refutes(_)) && !outcomes.is_empty() {
                    wrong.push(format!("{place}: {} is not refuted", property.name()));
                }
            } else {
                if outcomes.iter().any(by_own) {
                    wrong.push(format!("{place}: {} is refuted", property.name()));
                }
                if outcomes.iter().any(|outcome| outcome["outcome"] == "proved") {
                    kept.insert(property);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // A configuration that cannot be read is on no page of a pair: `verify::an_unreadable_configuration_is_refuted`.
    refuted.insert(Property::Configuration);
    assert_eq!(refuted.into_iter().collect::<Vec<_>>(), Property::ALL, "refuted");
    assert_eq!(kept.into_iter().collect::<Vec<_>>(), Property::ALL, "kept");
}

/// The words of every code: message, labels and help.
#[test]
fn every_finding_as_it_is_shown() {
    let all = lint::codes().into_iter().flat_map(|code| {
        let blocks = blocks(code.id, &fs::read_to_string(page_path(code.id)).unwrap());
        blocks.into_iter().filter(|block| block.has("fires")).map(|block| rendered(&block)).collect::<Vec<_>>()
    });
    let all: Vec<String> = all.collect();
    insta::assert_snapshot!(all.join("\n\n"));
}

/// What is compiled belongs to the sources that the page shows: `.ci/pages` writes both sides of each block into one file.
#[test]
fn compiled_examples_are_those_of_the_pages() {
    let mut wrong = Vec::new();
    let mut known = Vec::new();
    for code in lint::codes() {
        for block in blocks(code.id, &fs::read_to_string(page_path(code.id)).unwrap()) {
            let sources = sources(&block);
            if sources.is_empty() {
                continue;
            }
            known.push(block.compiled());
            let wanted: String = sources.iter().map(|((side, name), text)| format!("%%% {side}: {name}.erl\n{}", without_carets(text))).collect();
            if fs::read_to_string(block.compiled().join("sources")).ok().as_ref() != Some(&wanted) {
                wrong.push(format!("{} {}", block.code, block.number));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pages");
    for page in fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()) {
        let folders = fs::read_dir(&page).unwrap().map(|entry| entry.unwrap().path());
        wrong.extend(folders.filter(|folder| !known.contains(folder)).map(|folder| folder.display().to_string()));
    }
    assert!(wrong.is_empty(), "run `.ci/pages`: {}", wrong.join(", "));
}

/// Drawn places do not belong to a source.
fn without_carets(text: &str) -> String {
    text.lines().filter(|line| !(line.starts_with("%%") && line.contains('^'))).map(|line| format!("{line}\n")).collect()
}
