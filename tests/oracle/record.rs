//! Answers recorded from OTP, as a text file: one case after the other, each with its files and what OTP said.

use crate::Tally;
use crate::compare::judge;
use crate::generate::Case;
use crate::ours::Answer;
use relupc::otp::Otp;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// Appends a case. Each text follows a line that says what it is and how many bytes it has.
pub fn write(out: &mut String, case: &Case, answer: &Answer) {
    let mut block = |what: &str, bytes: &[u8]| {
        // Files may hold any bytes; those that are not UTF-8 are written as numbers.
        let text: String = match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => return writeln!(out, "@bytes {what}\n{}", bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(" ")),
        };
        writeln!(out, "@{} {what}\n{text}", text.len())
    };
    let list = |entries: &[(String, Option<String>)]| {
        entries.iter().map(|(stem, words)| format!("{stem}\t{}", words.as_deref().unwrap_or(""))).collect::<Vec<_>>().join("\n")
    };
    let _ = block("target", case.target.as_bytes());
    let _ = block("ups", list(&case.ups).as_bytes());
    let _ = block("downs", list(&case.downs).as_bytes());
    let _ = block("restart", if case.restart_emulator { b"yes" } else { b"no" });
    let _ = block("path", case.path.join("\n").as_bytes());
    for (path, bytes) in &case.files {
        let _ = block(&format!("file {path}"), bytes);
    }
    match answer {
        Answer::Relup { text, warnings } => {
            let _ = block("warnings", warnings.iter().cloned().collect::<Vec<_>>().join("\n").as_bytes());
            let _ = block("relup", text.as_bytes());
        }
        Answer::Refused(tags) => {
            let _ = block("refused", tags.iter().cloned().collect::<Vec<_>>().join("\n").as_bytes());
        }
    }
}

/// Judges every recorded answer.
pub fn replay(tally: &mut Tally) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/oracle");
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let otp = Otp::from_major(name.trim_start_matches("otp-").parse().unwrap()).unwrap();
        for (case, answer) in read(&std::fs::read_to_string(&file).unwrap()) {
            judge(&case, &answer, otp, tally);
        }
    }
}

fn read(text: &str) -> Vec<(Case, Answer)> {
    let empty = || Case { files: BTreeMap::new(), target: String::new(), ups: Vec::new(), downs: Vec::new(), restart_emulator: false, path: Vec::new() };
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let entries = |text: &str| {
        let entry = |line: &str| line.split_once('\t').map(|(stem, words)| (stem.to_owned(), Some(words.to_owned()).filter(|words| !words.is_empty())));
        text.lines().filter_map(entry).collect::<Vec<_>>()
    };
    let mut all = Vec::new();
    let mut case = empty();
    let mut warnings = Vec::new();
    for (what, bytes) in blocks(text) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        match what.as_str() {
            "target" => case.target = text,
            "ups" => case.ups = entries(&text),
            "downs" => case.downs = entries(&text),
            "restart" => case.restart_emulator = text == "yes",
            "path" => case.path = lines(&text),
            "warnings" => warnings = lines(&text),
            "relup" => {
                let answer = Answer::Relup { text, warnings: std::mem::take(&mut warnings).into_iter().collect() };
                all.push((std::mem::replace(&mut case, empty()), answer));
            }
            "refused" => all.push((std::mem::replace(&mut case, empty()), Answer::Refused(lines(&text).into_iter().collect()))),
            file => {
                case.files.insert(file.trim_start_matches("file ").to_owned(), bytes);
            }
        }
    }
    all
}

fn blocks(mut text: &str) -> Vec<(String, Vec<u8>)> {
    let mut blocks = Vec::new();
    while let Some((head, rest)) = text.strip_prefix('@').and_then(|text| text.split_once('\n')) {
        let (length, what) = head.split_once(' ').unwrap();
        let length = if length == "bytes" { rest.find('\n').unwrap() } else { length.parse().unwrap() };
        let content = &rest[..length];
        let bytes = if head.starts_with("bytes") { content.split(' ').map(|number| number.parse().unwrap()).collect() } else { content.as_bytes().to_vec() };
        blocks.push((what.to_owned(), bytes));
        text = &rest[length + 1..];
    }
    blocks
}
