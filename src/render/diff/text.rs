//! For a terminal: the verdict first, then what it rests on; the rest is counted.

use super::super::human::Style;
use super::{asks, compilers, count, is_loud, of_fact, omitted, place, quiet, title, versions};
use crate::compare::{ApplicationChange, Both, Comparison, Depth, Fact, ModuleChange, Verdict};
use std::fmt::Write;

/// How many names are listed where not all are asked for.
const LISTED: usize = 8;

/// The comparison as text. `verbose` shows every module and every fact.
pub fn text(comparison: &Comparison, style: Style, verbose: bool) -> String {
    let mut report = Report { out: String::new(), style, verbose };
    report.whole(comparison);
    report.out
}

struct Report {
    out: String,
    style: Style,
    verbose: bool,
}

impl Report {
    fn whole(&mut self, comparison: &Comparison) {
        let verdict = comparison.verdict();
        self.line(0, &self.bold(&title(comparison)));
        self.line(2, &format!("up    {}", self.painted(verdict.up)));
        self.line(2, &format!("down  {}", self.painted(verdict.down)));
        let compilers = compilers(comparison);
        if !comparison.facts.is_empty() || compilers.is_some() {
            self.out.push('\n');
            self.line(0, &self.bold("release"));
            comparison.facts.iter().for_each(|fact| self.fact(2, fact));
            if let Some(words) = compilers {
                self.wrapped(2, &words, "");
            }
        }
        for application in &comparison.applications {
            self.out.push('\n');
            self.application(application);
        }
        if comparison.same_applications > 0 {
            self.out.push('\n');
            let is = if comparison.same_applications == 1 { "is" } else { "are" };
            self.line(0, &format!("{} {is} the same", count(comparison.same_applications, "application")));
        }
    }

    fn application(&mut self, application: &ApplicationChange) {
        let verdict = application.verdict();
        let words =
            if verdict.up == verdict.down { self.painted(verdict.up) } else { format!("up {}, down {}", self.painted(verdict.up), self.painted(verdict.down)) };
        self.line(0, &format!("{} {}: {words}", self.bold(&application.name), plain(&versions(application))));
        let shown: Vec<&Fact> = application.facts.iter().filter(|fact| self.verbose || fact.kind != "version").collect();
        shown.into_iter().for_each(|fact| self.fact(2, fact));
        let verbose = self.verbose;
        application.modules.iter().filter(|module| verbose || is_loud(module)).for_each(|module| self.module(module));
        if self.verbose {
            if application.same_modules > 0 {
                self.line(2, &format!("{} the same", count(application.same_modules, "module")));
            }
            return;
        }
        for (depth, modules) in quiet(application) {
            let names: Vec<&str> = modules.iter().map(|module| module.name.as_str()).collect();
            let what = if depth == Depth::Debug { "nothing to load, debug information only" } else { depth.word() };
            self.wrapped(2, &format!("{what}: {}", listed(&names, LISTED)), "");
        }
    }

    fn module(&mut self, module: &ModuleChange) {
        let behaviours = if module.behaviours.is_empty() { String::new() } else { format!(" ({})", module.behaviours.join(", ")) };
        self.line(2, &format!("{}{behaviours} {}", self.bold(&module.name), module.depth.word()));
        let plain = |fact: &Fact| matches!(fact.kind, "code" | "attributes" | "module-added" | "module-removed");
        let shown: Vec<&Fact> = module.facts.iter().filter(|fact| self.verbose || !plain(fact)).collect();
        shown.into_iter().for_each(|fact| self.fact(4, fact));
    }

    fn fact(&mut self, indent: usize, fact: &Fact) {
        let tag = asks(of_fact(fact)).map(|words| format!(" [{words}]")).unwrap_or_default();
        let at = fact.place.as_ref().filter(|_| self.verbose || !tag.is_empty()).map(|at| format!(" ({})", place(at))).unwrap_or_default();
        self.wrapped(indent, &format!("{}{at}", fact.text), &tag);
        let names: Vec<&str> = omitted(fact).iter().map(String::as_str).collect();
        if !names.is_empty() {
            let bound = if self.verbose { usize::MAX } else { LISTED };
            self.wrapped(indent + 4, &listed(&names, bound), "");
        }
    }

    /// Text broken between words at the width of the report; the tag at its end is painted.
    fn wrapped(&mut self, indent: usize, text: &str, tag: &str) {
        // The tag stays in one piece.
        let text = plain(text);
        let words = text.split(' ').chain(Some(tag.trim_start()).filter(|tag| !tag.is_empty()));
        let room = self.style.width.saturating_sub(indent).max(20);
        let mut line = String::new();
        let mut lines = Vec::new();
        for word in words {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
        for (at, line) in lines.iter().enumerate() {
            let indent = if at == 0 { indent } else { indent + 2 };
            let line = if self.style.colour && at + 1 == lines.len() { self.tag_painted(line, tag) } else { line.clone() };
            self.line(indent, &line);
        }
    }

    /// The end of a line in yellow where a tag stands there whole.
    fn tag_painted(&self, line: &str, tag: &str) -> String {
        match line.strip_suffix(tag.trim_start()) {
            Some(before) if !tag.is_empty() => format!("{before}\u{1b}[33m{}\u{1b}[0m", tag.trim_start()),
            _ => line.to_owned(),
        }
    }

    fn line(&mut self, indent: usize, text: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.out, "{:indent$}{text}", "");
    }

    fn bold(&self, text: &str) -> String {
        let text = &plain(text);
        if self.style.colour { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn painted(&self, verdict: Verdict) -> String {
        let colour = match verdict {
            Verdict::Nothing | Verdict::Hot => 32,
            Verdict::HotWithCare => 33,
            Verdict::RestartApplication | Verdict::RestartEmulator => 31,
            Verdict::Rolling => 35,
        };
        if self.style.colour { format!("\u{1b}[{colour}m{}\u{1b}[0m", verdict.words()) } else { verdict.words().to_owned() }
    }
}

/// Text that cannot steer a terminal.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

/// Names, and how many more there are.
fn listed(names: &[&str], bound: usize) -> String {
    let shown = names.iter().take(bound).copied().collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(bound) {
        Some(more) if more > 0 => format!("{shown} and {more} more"),
        _ => shown,
    }
}

/// One line for a log: the verdict of the release.
pub fn verdict_line(verdict: Both) -> String {
    format!("up {}, down {}", verdict.up.words(), verdict.down.words())
}
