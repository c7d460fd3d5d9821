//! For a comment on a pull request: a table, the reasons, and the rest folded away.

use super::{asks, because, compilers, headings, heaviest_first, of_fact, one, place_in_release, tally, versions};
use crate::compare::{Change, Comparison, Impact, Verdict};
use crate::escape;
use std::cmp::Reverse;
use std::fmt::Write;

/// The comparison as Markdown (GitHub's and GitLab's).
pub fn markdown(comparison: &Comparison) -> String {
    let verdict = comparison.verdict();
    let mut out = format!("## {}\n\n", title(comparison));
    for (heading, direction) in headings(comparison) {
        let because = because(comparison, direction).map(|because| format!("; reason: {}", escaped(&because.words()))).unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = writeln!(out, "- **{heading}: {}**{because}", one(verdict, direction).words());
    }
    let _ = writeln!(out, "\n{}.\n", sentence(&tally(comparison)));
    if !comparison.applications.is_empty() {
        out.push_str("| application | version | upgrade | downgrade | modules that differ |\n| --- | --- | --- | --- | ---: |\n");
        for application in heaviest_first(comparison) {
            let verdict = application.verdict();
            let all = application.modules.len() + application.same_modules;
            let modules = if application.modules.is_empty() { String::new() } else { format!("{} of {all}", application.modules.len()) };
            let row = [code(&application.name), code(&versions(application)), verdict.up.words().to_owned(), verdict.down.words().to_owned(), modules];
            let _ = writeln!(out, "| {} |", row.join(" | "));
        }
        out.push('\n');
    }
    reasons(comparison, &mut out);
    details(comparison, &mut out);
    out
}

/// The names and versions as code: a name may be anything, a mention of somebody too.
fn title(comparison: &Comparison) -> String {
    let (base, target) = (&comparison.base, &comparison.target);
    let other = if base.name == target.name { String::new() } else { format!("{} ", code(&target.name)) };
    format!("{} {} → {other}{}", code(&base.name), code(&base.version), code(&target.version))
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// What asks for more than plain hot code, the heaviest first.
fn reasons(comparison: &Comparison, out: &mut String) {
    let mut lines: Vec<(Verdict, String)> = Vec::new();
    let loud = |fact: &&Impact| fact.verdict() >= Verdict::HotWithCare;
    let mut add = |subject: &str, facts: &[Impact]| lines.extend(facts.iter().filter(loud).map(|fact| (fact.verdict(), line(subject, fact))));
    add("the release", &comparison.impacts);
    for application in heaviest_first(comparison) {
        add(&code(&application.name), &application.impacts);
        application.modules.iter().for_each(|module| add(&code(&module.name), &module.impacts));
    }
    lines.sort_by_key(|(verdict, _)| Reverse(*verdict));
    if !lines.is_empty() {
        let lines: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
        let _ = writeln!(out, "### To look at\n\n{}\n", lines.join("\n"));
    }
}

fn details(comparison: &Comparison, out: &mut String) {
    let mut lines: Vec<String> = compilers(comparison).into_iter().map(|words| format!("- {}", escaped(&words))).collect();
    let quiet = |fact: &&Impact| fact.verdict() < Verdict::HotWithCare;
    lines.extend(comparison.impacts.iter().filter(quiet).map(|fact| line("the release", fact)));
    for application in heaviest_first(comparison) {
        lines.extend(application.impacts.iter().filter(quiet).map(|fact| line(&code(&application.name), fact)));
        for module in &application.modules {
            lines.push(format!("- {} {}", code(&module.name), module.depth.word()));
            lines.extend(module.impacts.iter().filter(quiet).filter(|fact| fact.change != Change::Code).map(|fact| format!("  {}", line("it", fact))));
        }
    }
    if !lines.is_empty() {
        let _ = writeln!(out, "<details><summary>All changes</summary>\n\n{}\n\n</details>", lines.join("\n"));
    }
}

fn line(subject: &str, fact: &Impact) -> String {
    let tag = asks(of_fact(fact)).map(|words| format!(" **{words}**")).unwrap_or_default();
    let at = fact.place.as_ref().map(|at| format!(" ({})", code(&place_in_release(at)))).unwrap_or_default();
    let names = fact.change.unsaid();
    let items = if names.is_empty() { String::new() } else { format!(": {}", names.iter().map(|item| code(item)).collect::<Vec<_>>().join(", ")) };
    format!("- {subject}: {}{items}{at}{tag}", escaped(&fact.change.to_string()))
}

/// A name as code, whatever is in it.
fn code(name: &str) -> String {
    let plain = escape::line(name);
    // The fence is longer than any run of backticks inside, and spaces keep those apart from it.
    let longest = plain.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let room = if longest > 0 { " " } else { "" };
    format!("{fence}{room}{}{room}{fence}", plain.replace('|', "\\|"))
}

/// Text whose backticks mark code already; nothing else in it is markup.
fn escaped(text: &str) -> String {
    let text = escape::line(text);
    let mut out = String::with_capacity(text.len());
    let mut in_code = false;
    // A backtick without a partner opens nothing.
    let paired = text.matches('`').count().is_multiple_of(2);
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let after = text.get(at + c.len_utf8()..).and_then(|rest| rest.chars().next()).unwrap_or(' ');
        match c {
            // Inside a word it is not markup.
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
            _ => out.push(c),
        }
        before = c;
    }
    out
}
