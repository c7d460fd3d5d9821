//! The pages of the codes, on a terminal.

use crate::diag::Code;

/// A page as it is shown: without the marks that only the suite needs.
pub fn explain(code: &Code) -> String {
    let lines = code.page.lines().map(|line| line.strip_prefix("```").map_or_else(|| line.to_owned(), shown_fence));
    let mut text: String = lines.collect::<Vec<_>>().join("\n");
    text.push('\n');
    text
}

/// The first word of a fence's information stays.
fn shown_fence(info: &str) -> String {
    format!("```{}", info.split_whitespace().next().unwrap_or_default())
}

/// All codes, a line each.
pub fn rules(codes: &[&Code]) -> String {
    let width = codes.iter().map(|code| code.name.len()).max().unwrap_or(0);
    codes
        .iter()
        .map(|code| {
            let summary = code.summary().replace('\n', " ");
            format!("{}  {:<7}  {:<width$}  {summary}\n", code.id, code.severity.word(), code.name)
        })
        .collect()
}
