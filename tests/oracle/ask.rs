//! Asking the real OTP: one VM for a batch of cases.

use crate::generate::Case;
use crate::ours::Answer;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A VM to ask: the command that starts it, and a folder that it can see.
pub struct Vm<'a> {
    erl: &'a str,
    folder: &'a Path,
}

impl<'a> Vm<'a> {
    /// Compiles the driver into the folder.
    pub fn new(erl: &'a str, folder: &'a Path) -> Vm<'a> {
        let vm = Vm { erl, folder };
        fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/driver.erl"), folder.join("driver.erl")).unwrap();
        fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/node_driver.erl"), folder.join("node_driver.erl")).unwrap();
        vm.run(&["-eval", "case [c:c(M) || M <- [driver,node_driver]] of [{ok,_},{ok,_}] -> halt(0); _ -> halt(1) end."]);
        vm
    }

    fn run(&self, arguments: &[&str]) {
        let mut words = self.erl.split_whitespace();
        let output = Command::new(words.next().unwrap())
            .args(words)
            .args(["-noshell", "-noinput", "+S", "1:1", "+SDio", "1", "+sbwt", "none", "+sbwtdio", "none", "-pa", "."])
            .args(arguments)
            .current_dir(self.folder)
            .output()
            .unwrap_or_else(|error| panic!("{} cannot be run: {error}", self.erl));
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} failed: {text}", self.erl);
    }

    /// The answers for a batch of cases.
    pub fn relups(&self, cases: &[Case]) -> Vec<Answer> {
        let mut manifest = String::from("%% coding: utf-8\n");
        for (at, case) in cases.iter().enumerate() {
            let folder = self.folder.join(format!("case{at}"));
            write_case(&folder, case);
            let list = |entries: &[(String, Option<String>)]| {
                let entry = |(stem, words): &(String, Option<String>)| match words {
                    None => format!("\"{stem}\""),
                    Some(words) => format!("{{\"{stem}\",{words}}}"),
                };
                entries.iter().map(entry).collect::<Vec<_>>().join(",")
            };
            let path: Vec<String> = case.path.iter().map(|folder| format!("\"{folder}\"")).collect();
            let restart = if case.restart_emulator { "restart_emulator," } else { "" };
            let _ = writeln!(
                manifest,
                "{{{at},\"{}\",\"{}\",[{}],[{}],[{restart}{{path,[{}]}}]}}.",
                folder.display(),
                case.target,
                list(&case.ups),
                list(&case.downs),
                path.join(",")
            );
        }
        fs::write(self.folder.join("manifest"), manifest).unwrap();
        self.run(&["-s", "driver", "main", "-extra", "relup", "manifest", "answers"]);
        for at in 0..cases.len() {
            fs::remove_dir_all(self.folder.join(format!("case{at}"))).unwrap();
        }
        let answers = fs::read_to_string(self.folder.join("answers")).unwrap();
        let read: Vec<Answer> = answers.lines().map(read_answer).collect();
        assert_eq!(read.len(), cases.len());
        read
    }

    /// What a node looks like after each instruction of scripts, a script a line.
    pub fn scripts(&self, scripts: &str) -> String {
        fs::write(self.folder.join("scripts"), scripts).unwrap();
        self.run(&["-eval", "application:start(sasl), node_driver:main([\"scripts\",\"answers\"])."]);
        fs::read_to_string(self.folder.join("answers")).unwrap()
    }

    /// What OTP returns for BEAM files: a term a line.
    pub fn beams(&self, files: &[PathBuf]) -> String {
        let listed: String = files.iter().map(|file| format!("\"{}\".\n", file.display())).collect();
        fs::write(self.folder.join("beams"), listed).unwrap();
        self.run(&["-s", "driver", "main", "-extra", "beams", "beams", "answers"]);
        fs::read_to_string(self.folder.join("answers")).unwrap()
    }

    /// Which clause takes the value of each case of the modules `m0`, `m1`, ...: its number, or `fails`, a line for each.
    pub fn matches(&self, modules: usize, cases: usize) -> String {
        self.run(&["-s", "driver", "main", "-extra", "matches", &format!("{modules}.{cases}"), "answers"]);
        fs::read_to_string(self.folder.join("answers")).unwrap()
    }

    /// Terms as OTP prints them.
    pub fn terms(&self, texts: &str) -> String {
        fs::write(self.folder.join("terms"), texts).unwrap();
        self.run(&["-s", "driver", "main", "-extra", "terms", "terms", "printed"]);
        fs::read_to_string(self.folder.join("printed")).unwrap()
    }
}

fn write_case(folder: &Path, case: &Case) {
    for (path, bytes) in &case.files {
        let file: PathBuf = folder.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }
    for path in &case.path {
        fs::create_dir_all(folder.join(path)).unwrap();
    }
    fs::create_dir_all(folder).unwrap();
}

/// `ID ok HEX WARNINGS` or `ID error - TAGS`.
fn read_answer(line: &str) -> Answer {
    let fields: Vec<&str> = line.split(' ').collect();
    let tags = fields[3].split(',').filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
    if fields[1] == "error" {
        return Answer::Refused(tags);
    }
    let hex = fields[2].as_bytes();
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap() as u8;
    let bytes: Vec<u8> = hex.chunks(2).map(|pair| digit(pair[0]) * 16 + digit(pair[1])).collect();
    Answer::Relup { text: String::from_utf8(bytes).unwrap(), warnings: tags }
}
