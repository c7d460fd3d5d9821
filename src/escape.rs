//! Text from outside as it may be shown: names, versions, paths and words of files can hold characters that steer a
//! terminal, reorder a line or hide in it.
//!
//! Every renderer passes what it prints through here; nothing else decides which characters are safe.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a character must not be printed as it is: control characters (C0, DEL, C1), line and paragraph separators,
/// bidirectional controls, and characters without a shape of their own.
pub fn is_unsafe(c: char) -> bool {
    match c {
        ' '..='~' => false,
        '\0'..='\u{9f}' | '\u{ad}' => true,
        // What follows is rare below U+034F.
        '\u{a0}'..='\u{34e}' => false,
        '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        _ => false,
    }
}

/// The text on one line: each unsafe character is written as an escape (`\n`, `\x{202E}`).
pub fn line(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

/// The same for text of several lines: line ends and tabs are kept.
pub fn lines(text: &str) -> Cow<'_, str> {
    escaped(text, |c| matches!(c, '\n' | '\t'))
}

fn escaped(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    let mut out: Option<String> = None;
    for (at, c) in text.char_indices() {
        if is_unsafe(c) && !keep(c) {
            push(out.get_or_insert_with(|| text.get(..at).unwrap_or_default().to_owned()), c);
        } else if let Some(out) = &mut out {
            out.push(c);
        }
    }
    out.map_or(Cow::Borrowed(text), Cow::Owned)
}

fn push(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        // Writing to a string cannot fail.
        _ => {
            let _ = write!(out, "\\x{{{:X}}}", u32::from(c));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{is_unsafe, line, lines};
    use std::borrow::Cow;

    #[test]
    fn unsafe_characters_become_escapes() {
        assert!(matches!(line("plain, caf\u{e9}, \u{65e5}\u{672c}, \u{1f600}"), Cow::Borrowed(_)));
        assert_eq!(line("a\u{1b}[31m\u{7f}\u{9b}b"), "a\\x{1B}[31m\\x{7F}\\x{9B}b");
        assert_eq!(line("x\n::error\r\ty"), "x\\n::error\\r\\ty");
        assert_eq!(line("\u{202e}gnp\u{2066}\u{200b}\u{e0041}\u{feff}"), "\\x{202E}gnp\\x{2066}\\x{200B}\\x{E0041}\\x{FEFF}");
        assert_eq!(lines("a\n\tb\r\u{0}"), "a\n\tb\\r\\x{0}");
    }

    #[test]
    fn every_control_character_is_unsafe() {
        assert!((0..=char::MAX as u32).filter_map(char::from_u32).filter(|c| c.is_control()).all(is_unsafe));
    }
}
