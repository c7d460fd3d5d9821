//! For a terminal: the verdict first, then what it rests on; the rest is counted.

use super::super::human::{Style, wrapped};
use super::{
    asks, because, compilers, count, headings, heaviest_facts, heaviest_first, heaviest_modules, is_loud, of_fact, one, place, quiet, tally, title, versions,
};
use crate::compare::{ApplicationChange, Both, Change, Comparison, Depth, Impact, ModuleChange, Verdict};
use crate::escape;
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
        for (heading, direction) in headings(comparison) {
            self.line(2, &format!("{heading}: {}", self.painted(one(verdict, direction))));
            if let Some(because) = because(comparison, direction) {
                self.wrapped(4, &format!("reason: {}", because.words()), "");
            }
        }
        self.line(2, &tally(comparison));
        let compilers = compilers(comparison);
        if !comparison.impacts.is_empty() || compilers.is_some() {
            self.out.push('\n');
            self.line(0, &self.bold("release"));
            heaviest_facts(&comparison.impacts).into_iter().for_each(|fact| self.fact(2, fact));
            if let Some(words) = compilers {
                self.wrapped(2, &words, "");
            }
        }
        for application in heaviest_first(comparison) {
            self.out.push('\n');
            self.application(application);
        }
    }

    fn application(&mut self, application: &ApplicationChange) {
        let verdict = application.verdict();
        let words = if verdict.up == verdict.down {
            self.painted(verdict.up)
        } else {
            format!("upgrade {}, downgrade {}", self.painted(verdict.up), self.painted(verdict.down))
        };
        self.line(0, &format!("{} {}: {words}", self.bold(&application.name), escape::line(&versions(application))));
        let shown = application.impacts.iter().filter(|fact| self.verbose || fact.change != Change::Version);
        heaviest_facts(shown).into_iter().for_each(|fact| self.fact(2, fact));
        let verbose = self.verbose;
        heaviest_modules(application).into_iter().filter(|module| verbose || is_loud(module)).for_each(|module| self.module(module));
        if self.verbose {
            if application.same_modules > 0 {
                self.line(2, &format!("{} unchanged", count(application.same_modules, "module")));
            }
            return;
        }
        for (depth, modules) in quiet(application) {
            let names: Vec<&str> = modules.iter().map(|module| module.name.as_str()).collect();
            let what = if depth == Depth::Debug { "unchanged code (only debug information differs)" } else { depth.word() };
            self.wrapped(2, &format!("{what}: {}", listed(&names, LISTED)), "");
        }
    }

    fn module(&mut self, module: &ModuleChange) {
        let behaviours = if module.behaviours.is_empty() { String::new() } else { format!(" ({})", module.behaviours.join(", ")) };
        self.line(2, &format!("{}{} {}", self.bold(&module.name), escape::line(&behaviours), module.depth.word()));
        let plain = |fact: &&Impact| matches!(fact.change, Change::Code | Change::Attributes(_) | Change::ModuleAdded | Change::ModuleRemoved);
        let shown = module.impacts.iter().filter(|fact| self.verbose || !plain(fact));
        heaviest_facts(shown).into_iter().for_each(|fact| self.fact(4, fact));
    }

    fn fact(&mut self, indent: usize, fact: &Impact) {
        let asked = asks(of_fact(fact));
        // What is merely to be looked at needs no tag: most lines are of that kind.
        let both = of_fact(fact);
        let tag = asked.as_ref().filter(|_| self.verbose || both.up != both.down || both.up > Verdict::HotWithCare).map(|words| format!(" [{words}]"));
        let at = fact.place.as_ref().filter(|_| self.verbose || asked.is_some()).map(|at| format!(" ({})", place(at))).unwrap_or_default();
        self.wrapped(indent, &format!("{}{at}", fact.change), &tag.unwrap_or_default());
        let names = fact.change.unsaid();
        if !names.is_empty() {
            let bound = if self.verbose { usize::MAX } else { LISTED };
            self.wrapped(indent + 4, &listed(&names, bound), "");
        }
    }

    /// Text broken between words at the width of the report; the tag at its end is painted.
    fn wrapped(&mut self, indent: usize, text: &str, tag: &str) {
        let whole = format!("{}{}{tag}", " ".repeat(indent), escape::line(text));
        let lines = wrapped(&whole, self.style.width, &" ".repeat(indent + 2));
        let last = lines.len().saturating_sub(1);
        for (at, line) in lines.iter().enumerate() {
            match line.strip_suffix(tag).filter(|_| at == last && !tag.is_empty()) {
                Some(rest) => self.line(0, &format!("{rest}{}", self.style.painted(tag, "33"))),
                None => self.line(0, line),
            }
        }
    }

    fn line(&mut self, indent: usize, text: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.out, "{:indent$}{text}", "");
    }

    fn bold(&self, text: &str) -> String {
        self.style.painted(&escape::line(text), "1")
    }

    fn painted(&self, verdict: Verdict) -> String {
        let colour = match verdict {
            Verdict::Nothing | Verdict::Hot => "32",
            Verdict::HotWithCare => "33",
            Verdict::RestartApplication | Verdict::RestartEmulator => "31",
            Verdict::Rolling => "35",
        };
        self.style.painted(verdict.words(), colour)
    }
}

/// Names, and how many more there are.
fn listed(names: &[impl AsRef<str>], bound: usize) -> String {
    let shown = names.iter().take(bound).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(bound) {
        Some(more) if more > 0 => format!("{shown} and {more} more"),
        _ => shown,
    }
}

/// One line for a log: the verdict of the release.
pub fn verdict_line(verdict: Both) -> String {
    format!("upgrade {}, downgrade {}", verdict.up.words(), verdict.down.words())
}
