//! The text of terms, as `io_lib` writes it with `~tp`: leaves, and whole terms on one line.

use super::scan;
use super::value::{Atom, Bits, Term, TermKind};
use crate::otp::Otp;
use std::borrow::Cow;
use std::fmt::{self, Write};

impl fmt::Debug for Atom {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// As Erlang writes it, quoted where it must be.
impl fmt::Display for Atom {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&atom(self.as_str(), Otp::NEWEST))
    }
}

/// Whether a character is shown as itself or with a short escape in a list printed as a string (the VM's default
/// range, `latin1`).
pub fn is_printable(c: u32) -> bool {
    matches!(c, 32..=126 | 160..=255 | 8..=13 | 27)
}

/// An atom, quoted where it must be.
pub fn atom(text: &str, otp: Otp) -> Cow<'_, str> {
    let bare = matches!(scan::bare_atom(text), Ok(("", _))) && !scan::is_reserved(text, otp);
    if bare { Cow::Borrowed(text) } else { Cow::Owned(quoted(text, '\'')) }
}

/// Text between quotes, with `io_lib`'s escapes.
pub fn quoted(text: &str, quote: char) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        match c {
            _ if c == quote || c == '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{7f}' => out.push_str("\\d"),
            '\0'..='\u{1f}' | '\u{80}'..='\u{9f}' => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\{:03o}", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out.push(quote);
    out
}

/// A float: its shortest digits, plain or with an exponent, whichever `float_to_list(F, [short])` chooses.
pub fn float(value: f64) -> String {
    if value == 0.0 {
        return if value.is_sign_negative() { "-0.0".to_owned() } else { "0.0".to_owned() };
    }
    // Ryu gives the digits, as OTP's do: where two are equally short and near, both take the even one.
    let mut buffer = ryu::Buffer::new();
    let shortest = buffer.format_finite(value.abs());
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((shortest, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let leading = all.bytes().take_while(|digit| *digit == b'0').count();
    let digits = all.trim_matches('0');
    // The decimal exponent of the first digit that is not zero.
    let exponent = exponent.parse::<i32>().unwrap_or(0) + length(whole) - 1 - i32::try_from(leading).unwrap_or(0);
    let scientific = scientific(digits, exponent);
    let decimal = decimal(digits, exponent);
    let sign = if value < 0.0 { "-" } else { "" };
    let plain = value.abs() < 9_007_199_254_740_992.0 && decimal.len() <= scientific.len();
    format!("{sign}{}", if plain { decimal } else { scientific })
}

fn length(text: &str) -> i32 {
    i32::try_from(text.len()).unwrap_or(i32::MAX)
}

fn scientific(digits: &str, exponent: i32) -> String {
    let (first, rest) = digits.split_at(1);
    format!("{first}.{}e{exponent}", if rest.is_empty() { "0" } else { rest })
}

fn decimal(digits: &str, exponent: i32) -> String {
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    if exponent < 0 {
        return format!("0.{}{digits}", zeros(-exponent - 1));
    }
    let point = usize::try_from(exponent + 1).unwrap_or(0);
    match digits.split_at_checked(point) {
        Some((whole, fraction)) if !fraction.is_empty() => format!("{whole}.{fraction}"),
        _ => format!("{digits}{}.0", zeros(exponent + 1 - length(digits))),
    }
}

/// A bit string that is shown as text: `<<"...">>` or `<<"..."/utf8>>`.
pub fn bits_as_text(bits: &Bits, otp: Otp) -> Option<String> {
    if bits.trailing != 0 || bits.bytes.is_empty() {
        return None;
    }
    match std::str::from_utf8(&bits.bytes) {
        Ok(text) => {
            if !text.chars().all(|c| is_printable(u32::from(c))) {
                return None;
            }
            let ending = if text.is_ascii() { ">>" } else { "/utf8>>" };
            Some(format!("<<{}{ending}", quoted(text, '"')))
        }
        Err(error) => {
            // Since OTP 28 the text is given up at the first character that cannot be shown.
            let valid = bits.bytes.get(..error.valid_up_to()).and_then(|head| std::str::from_utf8(head).ok()).unwrap_or_default();
            if otp >= Otp::V28 && !valid.chars().all(|c| is_printable(u32::from(c))) {
                return None;
            }
            if !bits.bytes.iter().all(|byte| is_printable(u32::from(*byte))) {
                return None;
            }
            let text: String = bits.bytes.iter().map(|byte| char::from(*byte)).collect();
            Some(format!("<<{}>>", quoted(&text, '"')))
        }
    }
}

/// The parts of a bit string that is shown as numbers.
pub fn bit_parts(bits: &Bits) -> Vec<String> {
    let last = bits.bytes.len().saturating_sub(1);
    let part = |(at, byte): (usize, &u8)| match bits.trailing {
        trailing @ 1..=7 if at == last => format!("{}:{trailing}", byte >> (8 - trailing)),
        _ => byte.to_string(),
    };
    bits.bytes.iter().enumerate().map(part).collect()
}

/// The text of a term that is never broken; `None` for containers with something in them.
pub fn leaf(term: &Term, otp: Otp) -> Option<Cow<'_, str>> {
    match &term.kind {
        TermKind::Atom(text) => Some(atom(text.as_str(), otp)),
        TermKind::Int(value) => Some(Cow::Owned(value.to_string())),
        TermKind::Big(value) => Some(Cow::Owned(value.to_string())),
        TermKind::Float(value) => Some(Cow::Owned(float(*value))),
        TermKind::Fun(fun) => {
            let (module, name) = (atom(fun.module.as_str(), otp), atom(fun.name.as_str(), otp));
            Some(Cow::Owned(format!("fun {module}:{name}/{}", fun.arity)))
        }
        TermKind::Str(_) | TermKind::List(_) => string_leaf(term),
        TermKind::Tuple(items) => items.is_empty().then_some(Cow::Borrowed("{}")),
        TermKind::Map(pairs) => pairs.is_empty().then_some(Cow::Borrowed("#{}")),
        TermKind::Bits(bits) if bits.bytes.is_empty() => Some(Cow::Borrowed("<<>>")),
        TermKind::Bits(bits) => bits_as_text(bits, otp).map(Cow::Owned),
        TermKind::Improper(_) => None,
        TermKind::Invalid => Some(Cow::Borrowed("'?'")),
    }
}

fn string_leaf(term: &Term) -> Option<Cow<'_, str>> {
    if term.is_nil() {
        return Some(Cow::Borrowed("[]"));
    }
    let text = match term.as_list() {
        // The first element decides most often that a list is not text.
        Some(items) => Cow::Owned(items.iter().map(|item| item.as_char().filter(|c| is_printable(u32::from(*c)))).collect::<Option<String>>()?),
        None => term.text()?,
    };
    text.chars().all(|c| is_printable(u32::from(c))).then(|| Cow::Owned(quoted(&text, '"')))
}

/// A whole term on one line.
pub fn inline(term: &Term, otp: Otp) -> String {
    let mut out = String::new();
    write_inline(term, otp, &mut out);
    out
}

pub(super) fn write_inline(term: &Term, otp: Otp, out: &mut String) {
    if let Some(text) = leaf(term, otp) {
        out.push_str(&text);
        return;
    }
    match &term.kind {
        TermKind::Tuple(items) => {
            out.push('{');
            write_items(items, otp, out);
            out.push('}');
        }
        TermKind::Improper(parts) => {
            out.push('[');
            write_items(&parts.0, otp, out);
            out.push('|');
            write_inline(&parts.1, otp, out);
            out.push(']');
        }
        TermKind::Map(pairs) => {
            out.push_str("#{");
            for (at, (key, value)) in pairs.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_inline(key, otp, out);
                out.push_str(" => ");
                write_inline(value, otp, out);
            }
            out.push('}');
        }
        TermKind::Bits(bits) => {
            out.push_str("<<");
            out.push_str(&bit_parts(bits).join(","));
            out.push_str(">>");
        }
        TermKind::List(_) | TermKind::Str(_) => {
            out.push('[');
            write_items(&term.items().unwrap_or_default(), otp, out);
            out.push(']');
        }
        TermKind::Atom(_) | TermKind::Int(_) | TermKind::Big(_) | TermKind::Float(_) | TermKind::Fun(_) | TermKind::Invalid => {}
    }
}

fn write_items(items: &[Term], otp: Otp, out: &mut String) {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_inline(item, otp, out);
    }
}

/// A term on one line for a message: in the newest version's syntax, and cut when it is long.
pub fn brief(term: &Term) -> String {
    const SHOWN: usize = 60;
    let text = inline(term, Otp::NEWEST);
    if text.chars().count() <= SHOWN {
        return text;
    }
    let head: String = text.chars().take(SHOWN - 1).collect();
    format!("{head}\u{2026}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_take_the_shorter_form() {
        let shown = |value: f64| float(value);
        assert_eq!(shown(1000.0), "1.0e3");
        assert_eq!(shown(100.0), "100.0");
        assert_eq!(shown(0.001), "0.001");
        assert_eq!(shown(123_456_789.0), "123456789.0");
        assert_eq!(shown(1.0e22), "1.0e22");
        assert_eq!(shown(5.0e-324), "5.0e-324");
        assert_eq!(shown(-0.0), "-0.0");
        assert_eq!(shown(-1_391_215_796_442_013.2), "-1391215796442013.2");
        assert_eq!(shown(9_007_199_254_740_992.0), "9.007199254740992e15");
    }

    #[test]
    fn atoms_are_quoted_where_they_must_be() {
        let shown = |text: &str| atom(text, Otp::NEWEST).into_owned();
        assert_eq!(shown("\u{f1}and\u{fa}"), "\u{f1}and\u{fa}");
        assert_eq!(shown("Elixir.A"), "'Elixir.A'");
        assert_eq!(shown(""), "''");
        assert_eq!(shown("maybe"), "'maybe'");
        assert_eq!(atom("maybe", Otp::OLDEST), "maybe");
        assert_eq!(shown("a\u{7f}\u{1}"), "'a\\d\\001'");
        assert_eq!(shown("\u{416}"), "'\u{416}'");
    }

    #[test]
    fn binaries_depend_on_the_version() {
        let bits = Bits { bytes: vec![204, 161, 228, 34], trailing: 0 };
        assert_eq!(bits_as_text(&bits, Otp::V27).as_deref(), Some("<<\"\u{cc}\u{a1}\u{e4}\\\"\">>"));
        assert_eq!(bits_as_text(&bits, Otp::NEWEST), None);
    }
}
