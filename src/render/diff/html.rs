//! For a release manager: one page that needs nothing else, the applications as a table, the modules folded away.

use super::super::page::{arrow, escaped, folding, marked, page};
use super::picture::{class, picture};
use super::{
    asks, because, compilers, count, headings, heaviest_facts, heaviest_first, heaviest_modules, is_loud, is_or_are, of_fact, one, place_in_release, tally,
    title, versions,
};
use crate::compare::{ApplicationChange, Both, Change, Comparison, Impact, ModuleChange, Verdict};
use std::fmt::Write;

/// The comparison as a page. It names the releases by what they say of themselves and carries no time of its own: the same
/// releases give the same bytes.
pub fn html(comparison: &Comparison) -> String {
    let mut out = String::new();
    verdicts(comparison, &mut out);
    release(comparison, &mut out);
    table(comparison, &mut out);
    let picture = picture(comparison);
    if !picture.is_empty() {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "<h2>Which changed application needs which</h2>\n<div class=\"scroll\">\n{picture}</div>");
    }
    if !comparison.applications.is_empty() {
        out.push_str(&folding("What changed"));
        heaviest_first(comparison).into_iter().enumerate().for_each(|(at, change)| application(at, change, &mut out));
    }
    provenance(comparison, &mut out);
    page(&arrow(&title(comparison)), &out)
}

fn verdicts(comparison: &Comparison, out: &mut String) {
    let both = comparison.verdict();
    out.push_str("<div class=\"verdicts\">\n");
    for (heading, direction) in headings(comparison) {
        let verdict = one(both, direction);
        let because = because(comparison, direction).map(|because| format!("<p>{}</p>", marked(&because.words()))).unwrap_or_default();
        let _ = writeln!(out, "<div class=\"verdict {}\"><small>{heading}</small><b>{}</b>{because}</div>", class(verdict), verdict.words());
    }
    let _ = writeln!(out, "</div>\n<p class=\"soft\">{}</p>", marked(&tally(comparison)));
}

fn release(comparison: &Comparison, out: &mut String) {
    let compilers = compilers(comparison).map(|words| format!("<li>{}</li>\n", marked(&words)));
    if comparison.impacts.is_empty() && compilers.is_none() {
        return;
    }
    out.push_str("<h2>Release</h2>\n<ul>\n");
    heaviest_facts(&comparison.impacts).into_iter().for_each(|change| fact(change, out));
    out.push_str(&compilers.unwrap_or_default());
    out.push_str("</ul>\n");
}

fn table(comparison: &Comparison, out: &mut String) {
    out.push_str("<div class=\"bar\"><h2>Applications</h2>");
    if !comparison.applications.is_empty() {
        out.push_str("<span><input type=\"search\" id=\"filter\" placeholder=\"filter by name or verdict\" aria-label=\"filter\"></span></div>\n<table>\n<thead><tr><th>application</th><th>version</th><th>upgrade</th><th>downgrade</th><th class=\"number\">modules that differ</th></tr></thead>\n<tbody>\n");
        for (at, application) in heaviest_first(comparison).into_iter().enumerate() {
            let Both { up, down } = application.verdict();
            let _ = writeln!(
                out,
                "<tr data-row=\"a{at}\"><td class=\"name\"><a href=\"#a{at}\">{}</a></td><td class=\"version\">{}</td><td class=\"{}\" data-label=\"upgrade\">{}</td><td class=\"{}\" data-label=\"downgrade\">{}</td><td class=\"number\" data-label=\"modules that differ\">{} of {}</td></tr>",
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
        out.push_str("</tbody>\n</table>\n");
    } else {
        out.push_str("</div>\n");
    }
    if comparison.same_applications > 0 {
        let _ = writeln!(out, "<p class=\"soft\">{} unchanged.</p>", is_or_are(comparison.same_applications, "application"));
    }
}

/// Links lead here by number, whatever the application is called.
fn application(at: usize, change: &ApplicationChange, out: &mut String) {
    let verdict = change.verdict();
    let open = if verdict.heavier() > Verdict::HotWithCare { " open" } else { "" };
    let _ = writeln!(
        out,
        "<details{open} id=\"a{at}\" class=\"application\"><summary><h3>{}</h3> <span class=\"soft\">{}</span> {}</summary>\n<div>",
        escaped(&change.name),
        arrow(&versions(change)),
        badge(verdict)
    );
    facts(change.impacts.iter().filter(|fact| fact.change != Change::Version), out);
    let (loud, quiet): (Vec<&ModuleChange>, Vec<&ModuleChange>) = heaviest_modules(change).into_iter().partition(|change| is_loud(change));
    loud.into_iter().for_each(|change| module(change, out));
    if !quiet.is_empty() {
        let _ = writeln!(out, "<details><summary>{} with nothing to look at</summary>\n<div>", count(quiet.len(), "module"));
        quiet.into_iter().for_each(|change| module(change, out));
        out.push_str("</div>\n</details>\n");
    }
    if change.same_modules > 0 {
        let _ = writeln!(out, "<p class=\"soft\">{} unchanged</p>", count(change.same_modules, "module"));
    }
    out.push_str("</div>\n</details>\n");
}

fn module(change: &ModuleChange, out: &mut String) {
    let behaviours = if change.behaviours.is_empty() { String::new() } else { format!(", {}", escaped(&change.behaviours.join(", "))) };
    let head = format!("<code>{}</code> <span class=\"soft\">{}{behaviours}</span>", escaped(&change.name), change.depth.word());
    let shown: Vec<&Impact> = change.impacts.iter().filter(|fact| !matches!(fact.change, Change::Code | Change::ModuleAdded | Change::ModuleRemoved)).collect();
    if shown.is_empty() {
        let _ = writeln!(out, "<p class=\"module\">{head}</p>");
        return;
    }
    let open = if is_loud(change) { " open" } else { "" };
    let _ = writeln!(out, "<details{open}><summary>{head} {}</summary>\n<div>", badge(change.verdict()));
    facts(shown, out);
    out.push_str("</div>\n</details>\n");
}

fn facts<'f>(list: impl IntoIterator<Item = &'f Impact>, out: &mut String) {
    let list = heaviest_facts(list);
    if !list.is_empty() {
        out.push_str("<ul>\n");
        list.into_iter().for_each(|change| fact(change, out));
        out.push_str("</ul>\n");
    }
}

fn badge(both: Both) -> String {
    let heavier = both.heavier();
    let words = asks(both).unwrap_or_else(|| heavier.words().to_owned());
    format!("<span class=\"badge {}\">{words}</span>", class(heavier))
}

fn fact(fact: &Impact, out: &mut String) {
    let names = fact.change.unsaid();
    let items = if names.is_empty() {
        String::new()
    } else {
        let codes = names.iter().map(|item| format!("<code>{}</code>", escaped(item))).collect::<Vec<_>>();
        format!(": {}", codes.join(" "))
    };
    let at = fact.place.as_ref().map(|at| format!(" <span class=\"soft place\">{}</span>", escaped(&place_in_release(at)))).unwrap_or_default();
    let tag = asks(of_fact(fact)).map(|words| format!(" <span class=\"badge {}\">{words}</span>", class(fact.verdict()))).unwrap_or_default();
    let _ = writeln!(out, "<li>{}{items}{at}{tag}</li>", marked(&fact.change.to_string()));
}

/// What the page was made from, and by what.
fn provenance(comparison: &Comparison, out: &mut String) {
    let (base, target) = (&comparison.base, &comparison.target);
    let _ = writeln!(
        out,
        "<footer>Compared by relupc {}: base {} {} (ERTS {}), target {} {} (ERTS {}).</footer>",
        env!("CARGO_PKG_VERSION"),
        escaped(&base.name),
        escaped(&base.version),
        escaped(&base.erts),
        escaped(&target.name),
        escaped(&target.version),
        escaped(&target.erts)
    );
}
