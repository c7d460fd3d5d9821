//! Terms in Elixir's form: what of it is written out, for appups that Elixir projects keep beside their code.
//!
//! Read are atoms, aliases, numbers, strings, charlists with `'` and `~c`, tuples, lists, keyword lists, maps. Whatever has to be
//! evaluated (variables, calls, interpolation, other sigils) is refused where it stands, and never run. Elixir is not asked: where it
//! reads a literal, so does this, for the forms named here (Elixir 1.14 to 1.19).

use super::faults::{self, FaultList};
use super::form::Form;
use super::parse::{Document, sorted_pairs};
use super::value::{Atom, Bits, Term, TermKind};
use super::{MAX_ATOM, MAX_DEPTH, MAX_DIGITS};
use crate::source::Source;
use crate::span::{FileId, Span};
use num_bigint::BigInt;

/// Reads the one term of a file.
pub(super) fn parse(source: &Source, file: FileId) -> Document {
    let mut reader = Reader { text: &source.text, at: 0, file, depth: 0, comments: Vec::new(), faults: FaultList::default() };
    let mut document = Document { form: Form::Elixir, ..Document::default() };
    reader.skip();
    if reader.peek().is_none() {
        reader.faults.push(faults::no_term(reader.span(reader.at)));
    } else if let Some(term) = reader.term() {
        document.terms.push(term);
        reader.skip();
        if reader.peek().is_some() {
            document.rest = Some(Span::new(file, reader.at, source.text.len()));
        }
    }
    for at in &source.undecodable {
        reader.faults.push(faults::not_utf8(Span::new(file, *at, at + 1), false));
    }
    document.comments = reader.comments;
    document.faults = reader.faults.into_vec();
    document
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    file: FileId,
    depth: usize,
    comments: Vec<Span>,
    faults: FaultList,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn follows(&self, text: &str) -> bool {
        self.rest().starts_with(text)
    }

    /// Goes on after a text, if it is there.
    fn eat(&mut self, text: &str) -> bool {
        let is_there = self.follows(text);
        if is_there {
            self.at += text.len();
        }
        is_there
    }

    /// From an offset to here.
    fn span(&self, start: usize) -> Span {
        Span::new(self.file, start, self.at)
    }

    /// The character here.
    fn here(&self) -> Span {
        Span::new(self.file, self.at, self.at + self.peek().map_or(0, char::len_utf8))
    }

    /// Passes over blanks and comments.
    fn skip(&mut self) {
        loop {
            let blank = self.rest().len() - self.rest().trim_start().len();
            self.at += blank;
            if !self.follows("#") {
                return;
            }
            let start = self.at;
            self.at += self.rest().find('\n').unwrap_or(self.rest().len());
            let end = start + self.text.get(start..self.at).unwrap_or_default().trim_end().len();
            self.comments.push(Span::new(self.file, start, end));
        }
    }

    /// Passes over characters of a kind; gives them.
    fn take(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let length = self.rest().find(|c: char| !wanted(c)).unwrap_or(self.rest().len());
        let taken = self.rest().get(..length).unwrap_or_default().to_owned();
        self.at += length;
        taken
    }

    fn refuse<T>(&mut self, span: Span, what: &str) -> Option<T> {
        self.faults.push(faults::expression(span, what));
        None
    }

    fn unexpected<T>(&mut self, wanted: &str) -> Option<T> {
        let found = self.peek().map_or_else(|| "the end of the file".to_owned(), |c| format!("`{c}`"));
        self.faults.push(faults::unexpected(self.here(), &found, wanted));
        None
    }

    fn term(&mut self) -> Option<Term> {
        self.skip();
        let start = self.at;
        let Some(first) = self.peek() else { return self.unexpected("a term") };
        match first {
            '{' | '[' | '%' => {
                if self.depth >= MAX_DEPTH {
                    self.faults.push(faults::too_deep(self.here()));
                    return None;
                }
                self.depth += 1;
                let term = self.bracketed(first);
                self.depth -= 1;
                term
            }
            ':' => self.atom(),
            '"' => {
                let text = self.quoted("\"", "\"", true)?;
                Some(bits(&text, self.span(start)))
            }
            '\'' => {
                let text = self.quoted("'", "'", true)?;
                Some(self.charlist(&text, start))
            }
            '~' => self.sigil(),
            '?' => {
                self.at += 1;
                let c = if self.eat("\\") { self.escape(start)? } else { self.next()? };
                Some(Term { kind: TermKind::Int(i64::from(u32::from(c))), span: self.span(start) })
            }
            '-' | '0'..='9' => self.number(),
            c if c.is_alphabetic() || c == '_' => self.word(),
            _ => self.unexpected("a term"),
        }
    }

    fn next(&mut self) -> Option<char> {
        let Some(c) = self.peek() else { return self.unexpected("a character") };
        self.at += c.len_utf8();
        Some(c)
    }

    fn bracketed(&mut self, first: char) -> Option<Term> {
        let start = self.at;
        if first == '%' {
            self.at += 1;
            if !self.eat("{") {
                self.take(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
                return self.refuse(self.span(start), "a struct");
            }
            return self.map(start);
        }
        self.at += 1;
        let (open, close) = (self.span(start), if first == '{' { "}" } else { "]" });
        let mut items: Vec<Term> = Vec::new();
        // `{:a, b: 1}` is a tuple with a list at its end.
        let mut keywords: Option<(usize, Vec<Term>)> = None;
        loop {
            self.skip();
            if self.eat(close) {
                break;
            }
            if self.peek().is_none() {
                self.faults.push(faults::unclosed(open, if first == '{' { "{" } else { "[" }, self.here()));
                return None;
            }
            let at = self.at;
            match self.keyword() {
                Some(key) => {
                    let value = self.term()?;
                    let pair = Term { kind: TermKind::Tuple(vec![key, value]), span: self.span(at) };
                    keywords.get_or_insert((at, Vec::new())).1.push(pair);
                }
                None if keywords.is_some() => return self.unexpected("another `key: value`"),
                None => items.push(self.term()?),
            }
            self.skip();
            if first == '[' && keywords.is_none() && self.eat("|") {
                let tail = self.term()?;
                self.skip();
                if !self.eat("]") {
                    return self.unexpected("`]`");
                }
                return Some(with_tail(items, tail, self.span(start)));
            }
            if !self.eat(",") && !self.follows(close) && self.peek().is_some() {
                return self.unexpected(&format!("`,` or `{close}`"));
            }
        }
        let end = self.at;
        if let Some((at, pairs)) = keywords {
            match first {
                '[' => items.extend(pairs),
                _ => {
                    let last = pairs.last().map_or(end, |pair| pair.span.end as usize);
                    items.push(Term { kind: TermKind::List(pairs), span: Span::new(self.file, at, last) });
                }
            }
        }
        Some(Term { kind: if first == '{' { TermKind::Tuple(items) } else { TermKind::List(items) }, span: self.span(start) })
    }

    fn map(&mut self, start: usize) -> Option<Term> {
        let mut pairs = Vec::new();
        loop {
            self.skip();
            if self.eat("}") {
                return Some(Term { kind: TermKind::Map(sorted_pairs(pairs)), span: self.span(start) });
            }
            let key = match self.keyword() {
                Some(key) => key,
                None => {
                    let key = self.term()?;
                    self.skip();
                    if !self.eat("=>") {
                        return self.unexpected("`=>`");
                    }
                    key
                }
            };
            pairs.push((key, self.term()?));
            self.skip();
            if !self.eat(",") && !self.follows("}") {
                return self.unexpected("`,` or `}`");
            }
        }
    }

    /// The key of a `key: value`, if one is here.
    fn keyword(&mut self) -> Option<Term> {
        let start = self.at;
        let key = if self.follows("\"") {
            // Its escapes are read where it is a key.
            let end = self.rest().get(1..)?.find('"')? + 2;
            let is_key = self.rest().get(end..).is_some_and(|after| after.starts_with(':') && !after.starts_with("::"));
            if !is_key {
                return None;
            }
            self.quoted("\"", "\"", true)?
        } else {
            let word = self.take(|c| c.is_alphanumeric() || matches!(c, '_' | '@' | '?' | '!'));
            let begins = word.starts_with(|c: char| c.is_alphabetic() || c == '_');
            let is_key = begins && self.follows(":") && self.rest().chars().nth(1).is_none_or(char::is_whitespace);
            if !is_key {
                self.at = start;
                return None;
            }
            word
        };
        let span = self.span(start);
        self.at += 1;
        Some(Term { kind: TermKind::Atom(Atom::new(&key)), span })
    }

    fn atom(&mut self) -> Option<Term> {
        let start = self.at;
        self.at += 1;
        let name = if self.follows("\"") { self.quoted("\"", "\"", true)? } else { self.take(|c| c.is_alphanumeric() || matches!(c, '_' | '@' | '?' | '!')) };
        if name.is_empty() && !self.text.get(start..self.at).unwrap_or_default().ends_with('"') {
            return self.unexpected("the name of an atom");
        }
        if name.chars().count() > MAX_ATOM {
            self.faults.push(faults::atom_too_long(self.span(start), name.chars().count()));
            return None;
        }
        Some(Term { kind: TermKind::Atom(Atom::new(&name)), span: self.span(start) })
    }

    /// `true`, `nil`, an alias; whatever else is a word is a call or a variable.
    fn word(&mut self) -> Option<Term> {
        let start = self.at;
        let word = self.take(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '?' | '!' | '@'));
        let is_alias =
            word.split('.').all(|part| part.starts_with(|c: char| c.is_ascii_uppercase()) && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
        let atom = match word.as_str() {
            "true" | "false" | "nil" => word,
            _ if is_alias && !self.follows("(") => format!("Elixir.{}", word.strip_prefix("Elixir.").unwrap_or(&word)),
            _ => {
                let what = if self.follows("(") || self.follows("{") { "a call" } else { "a variable or a call" };
                return self.refuse(self.span(start), what);
            }
        };
        Some(Term { kind: TermKind::Atom(Atom::new(&atom)), span: self.span(start) })
    }

    fn number(&mut self) -> Option<Term> {
        let start = self.at;
        let is_negative = self.eat("-");
        let base = [("0x", 16), ("0o", 8), ("0b", 2)].into_iter().find(|(prefix, _)| self.follows(prefix));
        self.at += base.map_or(0, |(prefix, _)| prefix.len());
        let radix = base.map_or(10, |(_, radix)| radix);
        let digits: String = self.take(|c| c.is_digit(radix) || c == '_').replace('_', "");
        if digits.is_empty() {
            return self.unexpected("a digit");
        }
        if digits.len() > MAX_DIGITS {
            self.faults.push(faults::too_many_digits(self.span(start)));
            return None;
        }
        let sign = if is_negative { "-" } else { "" };
        let is_float = radix == 10 && self.follows(".") && self.rest().chars().nth(1).is_some_and(|c| c.is_ascii_digit());
        let kind = if is_float {
            self.at += 1;
            let fraction: String = self.take(|c| c.is_ascii_digit() || c == '_').replace('_', "");
            let mut text = format!("{sign}{digits}.{fraction}");
            if self.follows("e") || self.follows("E") {
                self.at += 1;
                let exponent_sign = if self.eat("-") { "-" } else { "" };
                self.eat("+");
                text.push_str(&format!("e{exponent_sign}{}", self.take(|c| c.is_ascii_digit())));
            }
            match text.parse::<f64>().ok().filter(|value| value.is_finite()) {
                Some(value) => TermKind::Float(value),
                None => return self.refuse(self.span(start), "this number"),
            }
        } else {
            let value = BigInt::parse_bytes(format!("{sign}{digits}").as_bytes(), radix)?;
            i64::try_from(&value).map_or_else(|_| TermKind::Big(Box::new(value.clone())), TermKind::Int)
        };
        Some(Term { kind, span: self.span(start) })
    }

    fn sigil(&mut self) -> Option<Term> {
        let start = self.at;
        self.at += 1;
        let name = self.take(|c| c.is_ascii_alphabetic());
        let Some(open) = self.peek() else { return self.unexpected("a sigil") };
        let close = match open {
            '(' => ')',
            '[' => ']',
            '{' => '}',
            '<' => '>',
            '"' | '\'' | '/' | '|' => open,
            _ => return self.refuse(self.span(start), "a sigil"),
        };
        if !matches!(name.as_str(), "c" | "C" | "s" | "S") {
            return self.refuse(self.span(start), &format!("the sigil `~{name}`"));
        }
        let text = self.quoted(&open.to_string(), &close.to_string(), name.chars().all(char::is_lowercase))?;
        Some(if name.eq_ignore_ascii_case("c") { self.charlist(&text, start) } else { bits(&text, self.span(start)) })
    }

    fn charlist(&self, text: &str, start: usize) -> Term {
        Term { span: self.span(start), ..Term::string(text) }
    }

    /// A text between quotes.
    fn quoted(&mut self, open: &str, close: &str, has_escapes: bool) -> Option<String> {
        let start = self.at;
        self.at += open.len();
        if self.follows(&close.repeat(2)) && open == close {
            return self.refuse(self.span(start), "a text of several lines in triple quotes");
        }
        let mut text = String::new();
        loop {
            if self.eat(close) {
                return Some(text);
            }
            if has_escapes && self.follows("#{") {
                return self.refuse(self.here(), "interpolation");
            }
            let Some(c) = self.peek() else {
                self.faults.push(faults::unterminated(Span::new(self.file, start, start + open.len()), "the text", close));
                return None;
            };
            let at = self.at;
            self.at += c.len_utf8();
            match c {
                '\\' if has_escapes => text.push(self.escape(at)?),
                '\\' if self.follows(close) => {
                    self.at += close.len();
                    text.push_str(close);
                }
                c => text.push(c),
            }
        }
    }

    /// What is after a backslash.
    fn escape(&mut self, start: usize) -> Option<char> {
        let c = self.next()?;
        Some(match c {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'e' => '\u{1b}',
            's' => ' ',
            '0' => '\0',
            'a' => '\u{7}',
            'b' => '\u{8}',
            'd' => '\u{7f}',
            'f' => '\u{c}',
            'v' => '\u{b}',
            'x' | 'u' => {
                let digits = if self.eat("{") {
                    let digits = self.take(|c| c.is_ascii_hexdigit());
                    if !self.eat("}") {
                        return self.unexpected("`}`");
                    }
                    digits
                } else {
                    let length = if c == 'x' { 2 } else { 4 };
                    let digits: String = self.rest().chars().take(length).take_while(char::is_ascii_hexdigit).collect();
                    self.at += digits.len();
                    digits
                };
                match u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32) {
                    Some(c) => c,
                    None => {
                        self.faults.push(faults::bad_escape(self.span(start)));
                        return None;
                    }
                }
            }
            other => other,
        })
    }
}

fn bits(text: &str, span: Span) -> Term {
    Term { kind: TermKind::Bits(Box::new(Bits { bytes: text.as_bytes().to_vec(), trailing: 0 })), span }
}

/// `[a, b | tail]`.
fn with_tail(mut items: Vec<Term>, tail: Term, span: Span) -> Term {
    if items.is_empty() {
        return Term { span, ..tail };
    }
    let kind = if let TermKind::List(further) = tail.kind {
        items.extend(further);
        TermKind::List(items)
    } else {
        TermKind::Improper(Box::new((items, tail)))
    };
    Term { kind, span }
}
