//! For a release manager: one page that needs nothing else, the applications as a table, the modules folded away.

use super::picture::{class, picture};
use super::{asks, compilers, count, is_loud, of_fact, omitted, place, title, versions};
use crate::compare::{ApplicationChange, Both, Comparison, Fact, ModuleChange, Verdict};
use std::fmt::Write;

const STYLE: &str = "
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5b6675;--line:#d9dee5;--paper:#fff;--panel:#f6f8fa;--green:#1a7f37;--amber:#9a6700;--red:#cf222e;--plum:#8250df}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ee;--soft:#98a2b0;--line:#343b45;--paper:#14181d;--panel:#1c2229;--green:#56d364;--amber:#e3b341;--red:#ff7b72;--plum:#d2a8ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:66rem;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.5rem;margin:0 0 .75rem;overflow-wrap:anywhere}
h2{font-size:1.1rem;margin:2.25rem 0 .75rem}
h3{font-size:1rem;margin:0;display:inline;overflow-wrap:anywhere}
.verdicts{display:flex;gap:.75rem;flex-wrap:wrap}
.verdict{border:1px solid var(--line);border-left:.35rem solid currentColor;border-radius:.4rem;padding:.5rem .9rem;background:var(--panel)}
.verdict b{display:block;font-size:1.05rem}
.verdict small{color:var(--soft)}
.nothing{color:var(--soft)}.hot{color:var(--green)}.care{color:var(--amber)}.restart{color:var(--red)}.rolling{color:var(--plum)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:500}
td.number{text-align:right;padding-right:1.5rem}
code{font:.9em ui-monospace,monospace;background:var(--panel);padding:.05rem .3rem;border-radius:.25rem;overflow-wrap:anywhere}
details{border:1px solid var(--line);border-radius:.4rem;margin:.6rem 0;background:var(--paper)}
summary{cursor:pointer;padding:.55rem .9rem}
details>div{padding:0 .9rem .6rem}
details details{margin:.4rem 0}
ul{margin:.25rem 0;padding-left:1.2rem}
li{margin:.2rem 0}
.badge{font-size:.85em;white-space:nowrap}
a{color:inherit}
.soft{color:var(--soft)}
svg{max-width:none;font:13px system-ui,sans-serif}
svg rect{fill:var(--panel);stroke:currentColor;stroke-width:1.5}
svg text{fill:var(--ink)}
svg .arrow{fill:none;stroke:var(--soft);stroke-width:1.2}
svg marker path{fill:var(--soft)}
";

/// The comparison as a page.
pub fn html(comparison: &Comparison) -> String {
    let title = arrow(&title(comparison));
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
    );
    let verdict = comparison.verdict();
    out.push_str("<div class=\"verdicts\">\n");
    for (way, verdict) in [("upgrade", verdict.up), ("downgrade", verdict.down)] {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "<div class=\"verdict {}\"><small>{way}</small><b>{}</b></div>", class(verdict), verdict.words());
    }
    out.push_str("</div>\n");
    release(comparison, &mut out);
    table(comparison, &mut out);
    let picture = picture(comparison);
    if !picture.is_empty() {
        let _ = writeln!(out, "<h2>Which changed application needs which</h2>\n<div class=\"scroll\">\n{picture}</div>");
    }
    if !comparison.applications.is_empty() {
        out.push_str("<h2>What changed</h2>\n");
        comparison.applications.iter().enumerate().for_each(|(at, change)| application(at, change, &mut out));
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn release(comparison: &Comparison, out: &mut String) {
    let compilers = compilers(comparison).map(|words| format!("<li>{}</li>\n", marked(&words)));
    if comparison.facts.is_empty() && compilers.is_none() {
        return;
    }
    out.push_str("<h2>Release</h2>\n<ul>\n");
    comparison.facts.iter().for_each(|change| fact(change, out));
    out.push_str(&compilers.unwrap_or_default());
    out.push_str("</ul>\n");
}

fn table(comparison: &Comparison, out: &mut String) {
    let same = comparison.same_applications;
    let is = if same == 1 { "is" } else { "are" };
    out.push_str("<h2>Applications</h2>\n");
    if !comparison.applications.is_empty() {
        out.push_str("<div class=\"scroll\"><table>\n<thead><tr><th>application</th><th>version</th><th>upgrade</th><th>downgrade</th><th>modules that differ</th></tr></thead>\n<tbody>\n");
        for (at, application) in comparison.applications.iter().enumerate() {
            let Both { up, down } = application.verdict();
            let _ = writeln!(
                out,
                "<tr><td><a href=\"#a{at}\">{}</a></td><td>{}</td><td class=\"{}\">{}</td><td class=\"{}\">{}</td><td class=\"number\">{} of {}</td></tr>",
                escaped(&application.name),
                arrow(&versions(application)),
                class(up),
                up.words(),
                class(down),
                down.words(),
                application.modules.len(),
                application.modules.len() + application.same_modules
            );
        }
        out.push_str("</tbody>\n</table></div>\n");
    }
    if same > 0 {
        let _ = writeln!(out, "<p class=\"soft\">{} {is} the same.</p>", count(same, "application"));
    }
}

/// Links lead here by number, whatever the application is called.
fn application(at: usize, change: &ApplicationChange, out: &mut String) {
    let verdict = change.verdict();
    let open = if verdict.heavier() >= Verdict::HotWithCare { " open" } else { "" };
    let _ = writeln!(
        out,
        "<details{open} id=\"a{at}\"><summary><h3>{}</h3> <span class=\"soft\">{}</span> {}</summary>\n<div>\n<ul>",
        escaped(&change.name),
        arrow(&versions(change)),
        badge(verdict)
    );
    change.facts.iter().for_each(|change| fact(change, out));
    out.push_str("</ul>\n");
    change.modules.iter().filter(|change| is_loud(change)).for_each(|change| module(change, out));
    let quiet: Vec<&ModuleChange> = change.modules.iter().filter(|change| !is_loud(change)).collect();
    if !quiet.is_empty() {
        let _ = writeln!(out, "<details><summary>{} with nothing to look at</summary>\n<div>", count(quiet.len(), "module"));
        quiet.into_iter().for_each(|change| module(change, out));
        out.push_str("</div>\n</details>\n");
    }
    if change.same_modules > 0 {
        let _ = writeln!(out, "<p class=\"soft\">{} the same</p>", count(change.same_modules, "module"));
    }
    out.push_str("</div>\n</details>\n");
}

fn module(change: &ModuleChange, out: &mut String) {
    let open = if is_loud(change) { " open" } else { "" };
    let behaviours = if change.behaviours.is_empty() { String::new() } else { format!(", {}", escaped(&change.behaviours.join(", "))) };
    let _ = writeln!(
        out,
        "<details{open}><summary><code>{}</code> <span class=\"soft\">{}{behaviours}</span> {}</summary>\n<div><ul>",
        escaped(&change.name),
        change.depth.word(),
        badge(change.verdict())
    );
    change.facts.iter().for_each(|change| fact(change, out));
    out.push_str("</ul></div>\n</details>\n");
}

fn badge(both: Both) -> String {
    let heavier = both.heavier();
    let words = asks(both).unwrap_or_else(|| heavier.words().to_owned());
    format!("<span class=\"badge {}\">{words}</span>", class(heavier))
}

fn fact(fact: &Fact, out: &mut String) {
    let names = omitted(fact);
    let items = if names.is_empty() {
        String::new()
    } else {
        let codes = names.iter().map(|item| format!("<code>{}</code>", escaped(item))).collect::<Vec<_>>();
        format!(": {}", codes.join(" "))
    };
    let at = fact.place.as_ref().map(|at| format!(" <span class=\"soft\">{}</span>", escaped(&place(at)))).unwrap_or_default();
    let tag = asks(of_fact(fact)).map(|words| format!(" <span class=\"badge {}\">{words}</span>", class(fact.verdict()))).unwrap_or_default();
    let _ = writeln!(out, "<li>{}{items}{at}{tag}</li>", marked(&fact.text));
}

/// Versions, with an arrow between two.
fn arrow(text: &str) -> String {
    escaped(text).replace("-&gt;", "→")
}

/// Text for a page, the parts between backticks as code.
fn marked(text: &str) -> String {
    let mut out = String::new();
    for (at, part) in text.split('`').enumerate() {
        let part = escaped(part);
        if at % 2 == 1 {
            let _ = write!(out, "<code>{part}</code>");
        } else {
            out.push_str(&part);
        }
    }
    out
}

/// Text that cannot be taken for markup.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ if c.is_control() => out.push(' '),
            _ => out.push(c),
        }
    }
    out
}
