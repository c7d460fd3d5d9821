//! Pages that need nothing else: one design for all, text inside HTML and SVG.

use crate::escape;
use std::fmt::Write;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// A page with a title, which is markup like the body.
pub(super) fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{body}</main>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n"
    )
}

/// The buttons that open and close everything, beside a heading.
pub(super) fn folding(heading: &str) -> String {
    format!(
        "<div class=\"bar\"><h2>{heading}</h2><span><button type=\"button\" data-open=\"1\">expand all</button> <button type=\"button\" data-open=\"\">collapse all</button></span></div>\n"
    )
}

/// Text that cannot be taken for markup.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in escape::line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// Versions, with an arrow between two.
pub(super) fn arrow(text: &str) -> String {
    escaped(text).replace("-&gt;", "→")
}

/// Text for a page, the parts between backticks as code.
pub(super) fn marked(text: &str) -> String {
    let mut out = String::new();
    for (at, part) in text.split('`').enumerate() {
        let part = escaped(part);
        if at % 2 == 1 {
            // Writing to a string cannot fail.
            let _ = write!(out, "<code>{part}</code>");
        } else {
            out.push_str(&part);
        }
    }
    out
}
