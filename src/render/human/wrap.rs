//! Lines broken between words.

/// The lines of a text at a width; all but the first begin with `indent`. Without a width there is one line.
pub fn wrapped(text: &str, width: Option<usize>, indent: &str) -> Vec<String> {
    /// Narrower than this nothing is legible.
    const NARROWEST: usize = 30;
    let Some(width) = width.map(|width| width.max(NARROWEST)) else { return vec![text.to_owned()] };
    let mut lines = Vec::new();
    // Blanks before the first word are the indentation of the first line.
    let lead = text.len() - text.trim_start_matches(' ').len();
    let mut line = " ".repeat(lead);
    let mut used = lead;
    let mut is_empty = true;
    for word in text.trim_start_matches(' ').split(' ') {
        let length = word.chars().count();
        if !is_empty && used + 1 + length > width {
            lines.push(std::mem::replace(&mut line, indent.to_owned()));
            used = indent.len();
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += length;
        is_empty = false;
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(wrapped("  help: one two three four five six", Some(30), "    "), ["  help: one two three four", "    five six"]);
        let long = "x".repeat(50);
        assert_eq!(wrapped(&format!("a {long} b"), Some(30), " "), ["a".to_owned(), format!(" {long}"), " b".to_owned()]);
        assert_eq!(wrapped(&long, None, " "), [long]);
    }
}
