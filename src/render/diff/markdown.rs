//! For a comment on a pull request: a table, the reasons, and the rest folded away.

use super::{asks, compilers, count, is_loud, of_fact, omitted, place, title, versions};
use crate::compare::{Comparison, Fact, Verdict};
use std::fmt::Write;

/// The comparison as Markdown (GitHub's and GitLab's).
pub fn markdown(comparison: &Comparison) -> String {
    let verdict = comparison.verdict();
    let mut out = format!("## {}\n\n", escaped(&title(comparison)));
    // Writing to a string cannot fail.
    let _ = writeln!(out, "**Up: {}. Down: {}.**\n", verdict.up.words(), verdict.down.words());
    if !comparison.applications.is_empty() {
        out.push_str("| application | version | up | down | modules |\n| --- | --- | --- | --- | --- |\n");
        for application in &comparison.applications {
            let verdict = application.verdict();
            let modules = if application.modules.is_empty() { String::new() } else { format!("{} differ", application.modules.len()) };
            let row = [code(&application.name), escaped(&versions(application)), verdict.up.words().to_owned(), verdict.down.words().to_owned(), modules];
            let _ = writeln!(out, "| {} |", row.join(" | "));
        }
        out.push('\n');
    }
    if comparison.same_applications > 0 {
        let is = if comparison.same_applications == 1 { "is" } else { "are" };
        let _ = writeln!(out, "{} {is} the same.\n", count(comparison.same_applications, "application"));
    }
    reasons(comparison, &mut out);
    details(comparison, &mut out);
    out
}

/// What asks for more than plain hot code.
fn reasons(comparison: &Comparison, out: &mut String) {
    let mut lines = Vec::new();
    let loud = |fact: &&Fact| fact.verdict() >= Verdict::HotWithCare;
    lines.extend(comparison.facts.iter().filter(loud).map(|fact| line("the release", fact)));
    for application in &comparison.applications {
        lines.extend(application.facts.iter().filter(loud).map(|fact| line(&code(&application.name), fact)));
        for module in application.modules.iter().filter(|module| is_loud(module)) {
            lines.extend(module.facts.iter().filter(loud).map(|fact| line(&code(&module.name), fact)));
        }
    }
    if !lines.is_empty() {
        let _ = writeln!(out, "### To look at\n\n{}\n", lines.join("\n"));
    }
}

fn details(comparison: &Comparison, out: &mut String) {
    let mut lines: Vec<String> = compilers(comparison).into_iter().map(|words| format!("- {}", escaped(&words))).collect();
    let quiet = |fact: &&Fact| fact.verdict() < Verdict::HotWithCare;
    lines.extend(comparison.facts.iter().filter(quiet).map(|fact| line("the release", fact)));
    for application in &comparison.applications {
        lines.extend(application.facts.iter().filter(quiet).map(|fact| line(&code(&application.name), fact)));
        for module in &application.modules {
            lines.push(format!("- {} {}", code(&module.name), module.depth.word()));
            lines.extend(module.facts.iter().filter(quiet).filter(|fact| fact.kind != "code").map(|fact| format!("  {}", line("it", fact))));
        }
    }
    if !lines.is_empty() {
        let _ = writeln!(out, "<details><summary>All changes</summary>\n\n{}\n\n</details>", lines.join("\n"));
    }
}

fn line(subject: &str, fact: &Fact) -> String {
    let tag = asks(of_fact(fact)).map(|words| format!(" **{words}**")).unwrap_or_default();
    let at = fact.place.as_ref().map(|at| format!(" ({})", code(&place(at)))).unwrap_or_default();
    let names = omitted(fact);
    let items = if names.is_empty() { String::new() } else { format!(": {}", names.iter().map(|item| code(item)).collect::<Vec<_>>().join(", ")) };
    format!("- {subject}: {}{items}{at}{tag}", escaped(&fact.text))
}

/// A name as code, whatever is in it.
fn code(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    // The fence is longer than any run of backticks inside, and spaces keep those apart from it.
    let longest = plain.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let room = if longest > 0 { " " } else { "" };
    format!("{fence}{room}{}{room}{fence}", plain.replace('|', "\\|"))
}

/// Text whose backticks mark code already; nothing else in it is markup.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_code = false;
    // A backtick without a partner opens nothing.
    let paired = text.matches('`').count().is_multiple_of(2);
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let after = text.get(at + c.len_utf8()..).and_then(|rest| rest.chars().next()).unwrap_or(' ');
        match c {
            // Inside a word it is no markup.
            '_' if before.is_alphanumeric() && after.is_alphanumeric() => out.push(c),
            '`' if !paired => out.push_str("\\`"),
            '`' => {
                in_code = !in_code;
                out.push(c);
            }
            '|' => out.push_str("\\|"),
            '<' if !in_code => out.push_str("&lt;"),
            '&' if !in_code => out.push_str("&amp;"),
            '*' | '_' | '[' | ']' if !in_code => out.extend(['\\', c]),
            _ if c.is_control() => out.push(' '),
            _ => out.push(c),
        }
        before = c;
    }
    out
}
