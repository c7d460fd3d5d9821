//! From text to tokens, up to the end of a term or of the file, with recovery after each lexical error.

use super::faults::{self, FaultClass, FaultList};
use super::value::Atom;
use super::{MAX_ATOM, MAX_DEPTH, MAX_DIGITS, scan};
use crate::otp::Otp;
use crate::source::Source;
use crate::span::{FileId, Span};
use num_bigint::BigInt;

/// A token and where it is.
#[derive(Clone, Debug)]
pub struct Token {
    pub kind: Tok,
    pub span: Span,
}

/// The kinds of brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bracket {
    Brace,
    Square,
    Paren,
    Bits,
}

impl Bracket {
    pub fn open(self) -> &'static str {
        match self {
            Bracket::Brace => "{",
            Bracket::Square => "[",
            Bracket::Paren => "(",
            Bracket::Bits => "<<",
        }
    }

    pub fn close(self) -> &'static str {
        match self {
            Bracket::Brace => "}",
            Bracket::Square => "]",
            Bracket::Paren => ")",
            Bracket::Bits => ">>",
        }
    }
}

/// What a token is.
#[derive(Clone, Debug)]
pub enum Tok {
    Atom(Atom),
    /// A reserved word.
    Word,
    Variable,
    Integer(BigInt),
    Small(i64),
    Float(f64),
    Char(u32),
    Str(String),
    /// A sigil: its text, and whether it stands for a binary.
    Sigil {
        text: String,
        binary: bool,
    },
    Open(Bracket),
    Close(Bracket),
    Comma,
    Bar,
    Arrow,
    Hash,
    Colon,
    Slash,
    Minus,
    Plus,
    Operator,
    Dot,
    /// Something that is not a token; already reported.
    Bad,
}

/// A construct whose meaning changed with an OTP version.
#[derive(Clone, Debug)]
pub struct Sensitive {
    /// Where it is.
    pub span: Span,
    /// What it is.
    pub what: &'static str,
    /// The first version that reads it as the newest does.
    pub since: Otp,
}

/// The tokens of one term and what was seen on the way.
pub struct Lexer<'a> {
    text: &'a str,
    undecodable: &'a [usize],
    file: FileId,
    otp: Otp,
    at: usize,
    unterminated: usize,
    pub comments: Vec<Span>,
    pub faults: FaultList,
    pub sensitive: Vec<Sensitive>,
}

/// How many quotes without an end are looked into before the rest of a file is given up.
const MAX_UNTERMINATED: usize = 16;

impl<'a> Lexer<'a> {
    pub fn new(source: &'a Source, file: FileId, otp: Otp) -> Lexer<'a> {
        Lexer {
            text: &source.text,
            undecodable: &source.undecodable,
            file,
            otp,
            at: 0,
            unterminated: 0,
            comments: Vec::new(),
            faults: FaultList::default(),
            sensitive: Vec::new(),
        }
    }

    /// Where the lexer is.
    pub fn offset(&self) -> usize {
        self.at
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn span_from(&self, start: usize) -> Span {
        Span::new(self.file, start, self.at)
    }

    /// Passes over white space and comments; whether anything is left.
    pub fn skip(&mut self) -> bool {
        loop {
            let rest = self.rest();
            if let Ok((_, blank)) = scan::blanks(rest) {
                self.at += blank.len();
            } else if let Ok((_, comment)) = scan::comment(rest) {
                let start = self.at;
                self.at += comment.len();
                let illegal = comment.char_indices().find(|(_, c)| matches!(c, '\u{fffe}' | '\u{ffff}'));
                if let Some((at, c)) = illegal {
                    let span = Span::new(self.file, start + at, start + at + c.len_utf8());
                    self.faults.push(faults::illegal_character(span, c));
                }
                self.comments.push(self.span_from(start));
            } else {
                return !rest.is_empty();
            }
        }
    }

    /// Puts the tokens up to and with the next dot, or to the end of the file, in the place of those there.
    ///
    /// What is nested so deep that the parser passes over it is left out, brackets and all: it may be most of a file.
    pub fn tokens(&mut self, tokens: &mut Vec<Token>) {
        const DEEP: usize = 2 * MAX_DEPTH;
        tokens.clear();
        let mut depth = 0usize;
        while self.skip() {
            let start = self.at;
            let kind = self.token();
            if self.at == start {
                // Every arm of `token` moves on; this keeps a mistake from becoming an endless loop.
                self.at += self.rest().chars().next().map_or(1, char::len_utf8);
            }
            let is_dot = matches!(kind, Tok::Dot);
            let closes = matches!(kind, Tok::Close(_));
            depth += usize::from(matches!(kind, Tok::Open(_)));
            if depth <= DEEP || is_dot {
                tokens.push(Token { kind, span: self.span_from(start) });
            }
            depth = depth.saturating_sub(usize::from(closes));
            if is_dot {
                break;
            }
        }
    }

    fn token(&mut self) -> Tok {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Tok::Bad };
        match first {
            '"' => self.string(),
            '\'' => self.quoted_atom(),
            '$' => self.character(),
            '~' => self.sigil(),
            '0'..='9' => self.number(),
            _ if scan::is_atom_start(first) => self.bare_atom(),
            _ if scan::is_variable_start(first) => self.take(scan::variable, Tok::Variable),
            _ => self.punctuation(first),
        }
    }

    fn take(&mut self, parser: impl Fn(&'a str) -> nom::IResult<&'a str, &'a str>, kind: Tok) -> Tok {
        if let Ok((_, taken)) = parser(self.rest()) {
            self.at += taken.len();
        }
        kind
    }

    fn bare_atom(&mut self) -> Tok {
        let start = self.at;
        let Ok((_, word)) = scan::bare_atom(self.rest()) else { return Tok::Bad };
        self.at += word.len();
        if matches!(word, "maybe" | "else") {
            let span = self.span_from(start);
            self.sensitive.push(Sensitive { span, what: "a reserved word", since: Otp::V27 });
        }
        if scan::is_reserved(word, self.otp) { Tok::Word } else { self.atom(word, start) }
    }

    fn atom(&mut self, text: &str, start: usize) -> Tok {
        // Bytes bound characters from above, so that the count is rarely needed.
        if text.len() > MAX_ATOM {
            let length = text.chars().count();
            if length > MAX_ATOM {
                self.faults.push(faults::atom_too_long(self.span_from(start), length));
                return Tok::Bad;
            }
        }
        Tok::Atom(Atom::new(text))
    }

    fn punctuation(&mut self, first: char) -> Tok {
        let start = self.at;
        let rest = self.rest();
        let (length, kind) = match first {
            '{' => (1, Tok::Open(Bracket::Brace)),
            '}' => (1, Tok::Close(Bracket::Brace)),
            '[' => (1, Tok::Open(Bracket::Square)),
            ']' => (1, Tok::Close(Bracket::Square)),
            '(' => (1, Tok::Open(Bracket::Paren)),
            ')' => (1, Tok::Close(Bracket::Paren)),
            ',' => (1, Tok::Comma),
            '#' => (1, Tok::Hash),
            '<' if rest.starts_with("<<") => (2, Tok::Open(Bracket::Bits)),
            '>' if rest.starts_with(">>") => (2, Tok::Close(Bracket::Bits)),
            '=' if rest.starts_with("=>") => (2, Tok::Arrow),
            '.' if scan::full_stop(rest).is_ok() => (1, Tok::Dot),
            // Marks a byte that could not be decoded; that is reported on its own.
            '?' if self.undecodable.binary_search(&start).is_ok() => (1, Tok::Bad),
            _ => match scan::operator(rest) {
                Ok((_, operator)) => (operator.len(), Tok::Operator),
                Err(_) => match first {
                    '|' => (1, Tok::Bar),
                    ':' => (1, Tok::Colon),
                    '/' => (1, Tok::Slash),
                    '-' => (1, Tok::Minus),
                    '+' => (1, Tok::Plus),
                    _ => {
                        self.at += first.len_utf8();
                        self.faults.push(faults::illegal_character(self.span_from(start), first));
                        return Tok::Bad;
                    }
                },
            },
        };
        self.at += length;
        kind
    }

    // ---- numbers ----

    fn number(&mut self) -> Tok {
        let start = self.at;
        let Ok((_, whole)) = scan::digits(self.rest()) else { return Tok::Bad };
        self.at += whole.len();
        let kind = if self.rest().starts_with('#') {
            self.based(start, whole)
        } else if let Ok((_, fraction)) = scan::fraction(self.rest()) {
            self.at += fraction.len() + 1;
            if let Ok((_, exponent)) = scan::exponent(self.rest()) {
                self.at += exponent.len() + 1;
            }
            self.float(start)
        } else {
            self.integer(whole, 10, start)
        };
        self.glued(start, kind)
    }

    /// A name character directly after a number: an error in every version, of one shape or another.
    fn glued(&mut self, start: usize, kind: Tok) -> Tok {
        let dotted = |rest: &str| rest.strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| scan::is_name(c) && !c.is_ascii_digit()));
        let is_dotted = self.otp >= Otp::V28 && matches!(kind, Tok::Small(_) | Tok::Integer(_)) && dotted(self.rest());
        self.at += usize::from(is_dotted);
        let tail: usize = self.rest().chars().take_while(|c| scan::is_name(*c)).map(char::len_utf8).sum();
        if tail == 0 || matches!(kind, Tok::Bad) {
            return kind;
        }
        // `1.5e_` crashes all versions, `12_` only those that read digits one by one.
        let begins_exponent = self.rest().starts_with(['e', 'E']) && matches!(kind, Tok::Float(_));
        let at_end = (begins_exponent && self.rest().get(1..) == Some("_")) || (self.rest() == "_" && self.otp >= Otp::V28 && !is_dotted);
        self.at += tail;
        let class = if at_end {
            FaultClass::Crash
        } else if self.otp == Otp::NEWEST || begins_exponent || self.rest().starts_with('#') {
            FaultClass::Scan
        } else {
            FaultClass::Parse
        };
        self.faults.push(faults::bad_number(self.span_from(start), "a name follows it without a gap", class));
        Tok::Bad
    }

    fn integer(&mut self, digits: &str, base: u32, start: usize) -> Tok {
        let clean: String = digits.chars().filter(|c| *c != '_').collect();
        if clean.len() > MAX_DIGITS {
            self.faults.push(faults::too_many_digits(self.span_from(start)));
            return Tok::Bad;
        }
        if let Ok(small) = i64::from_str_radix(&clean, base) {
            return Tok::Small(small);
        }
        match BigInt::parse_bytes(clean.as_bytes(), base) {
            Some(big) => Tok::Integer(big),
            None => Tok::Bad,
        }
    }

    fn float(&mut self, start: usize) -> Tok {
        let clean: String = self.text.get(start..self.at).unwrap_or_default().chars().filter(|c| *c != '_').collect();
        if clean.len() > MAX_DIGITS {
            self.faults.push(faults::too_many_digits(self.span_from(start)));
            return Tok::Bad;
        }
        match clean.parse::<f64>() {
            Ok(value) if value.is_finite() => Tok::Float(value),
            _ => {
                self.faults.push(faults::bad_number(self.span_from(start), "it is too large for a float", FaultClass::Scan));
                Tok::Bad
            }
        }
    }

    /// `Base#Digits`, and since OTP 28 `Base#Digits.Digits#eExponent`.
    fn based(&mut self, start: usize, base_text: &str) -> Tok {
        self.at += 1;
        let clean: String = base_text.chars().filter(|c| *c != '_').collect();
        let Some(base) = clean.parse::<u32>().ok().filter(|base| (2..=36).contains(base)) else {
            let tail: usize = self.rest().chars().take_while(|c| scan::is_name(*c)).map(char::len_utf8).sum();
            self.at += tail;
            self.faults.push(faults::bad_number(self.span_from(start), "a base is 2 to 36", FaultClass::Scan));
            return Tok::Bad;
        };
        let no_whole = self.otp >= Otp::V28 && base != 10 && self.rest().strip_prefix('.').is_some_and(|rest| scan::digits_of(base)(rest).is_ok());
        let digits = if no_whole { Ok((self.rest(), "")) } else { scan::digits_of(base)(self.rest()) };
        let Ok((_, digits)) = digits else {
            let class = if self.crashes_without_digits() { FaultClass::Crash } else { FaultClass::Scan };
            let tail: usize = self.rest().chars().take_while(|c| scan::is_name(*c)).map(char::len_utf8).sum();
            self.at += tail;
            self.faults.push(faults::bad_number(self.span_from(start), "digits of the base must follow `#`", class));
            return Tok::Bad;
        };
        self.at += digits.len();
        let fraction = self.rest().strip_prefix('.').and_then(|rest| scan::digits_of(base)(rest).ok());
        let Some((_, fraction)) = fraction else { return self.integer(digits, base, start) };
        self.at += fraction.len() + 1;
        let mut exponent = "0";
        if let Some(rest) = self.rest().strip_prefix('#')
            && let Ok((_, written)) = scan::exponent(rest)
        {
            exponent = written;
            self.at += written.len() + 2;
        }
        let span = self.span_from(start);
        if self.otp < Otp::V28 {
            let class = if self.rest().starts_with('#') { FaultClass::Scan } else { FaultClass::Parse };
            self.faults.push(faults::otp_syntax(span, "a based float", Otp::V28, self.otp, class));
            return Tok::Bad;
        }
        if self.rest().starts_with("#e") || self.rest().starts_with("#E") {
            self.at += 2;
            self.faults.push(faults::bad_number(self.span_from(start), "digits of the exponent must follow `#e`", FaultClass::Crash));
            return Tok::Bad;
        }
        self.sensitive.push(Sensitive { span, what: "a based float", since: Otp::V28 });
        self.based_float(span, base, digits, fraction, exponent)
    }

    /// Whether OTP's tokenizer crashes on what follows `Base#` where digits should: at the very end of a file.
    fn crashes_without_digits(&self) -> bool {
        self.rest() == "_" || (self.rest() == "." && self.otp >= Otp::V28)
    }

    /// The whole of all digits times a power of the base, in double arithmetic; base 10 is read as decimal.
    fn based_float(&mut self, span: Span, base: u32, digits: &str, fraction: &str, exponent: &str) -> Tok {
        let plain = |text: &str| text.chars().filter(|c| *c != '_').collect::<String>();
        let (digits, fraction, exponent) = (plain(digits), plain(fraction), plain(exponent));
        if digits.len() + fraction.len() > MAX_DIGITS {
            self.faults.push(faults::too_many_digits(span));
            return Tok::Bad;
        }
        let value = if base == 10 {
            format!("{digits}.{fraction}e{exponent}").parse::<f64>().ok()
        } else {
            let fraction = fraction.trim_end_matches('0');
            let whole = digits.chars().chain(fraction.chars()).filter_map(|c| c.to_digit(base));
            let mantissa = whole.fold(0.0, |sum, digit| sum * f64::from(base) + f64::from(digit));
            exponent.parse::<i32>().ok().map(|exponent| {
                let power = exponent.saturating_sub(i32::try_from(fraction.len()).unwrap_or(i32::MAX));
                mantissa * f64::from(base).powi(power)
            })
        };
        match value.filter(|value| value.is_finite()) {
            Some(value) => Tok::Float(value),
            None => {
                self.faults.push(faults::bad_number(span, "it is too large for a float", FaultClass::Crash));
                Tok::Bad
            }
        }
    }

    // ---- quotes ----

    fn character(&mut self) -> Tok {
        let start = self.at;
        self.at += 1;
        let Some(c) = self.rest().chars().next() else {
            self.faults.push(faults::unterminated(self.span_from(start), "a character", "a character"));
            return Tok::Bad;
        };
        self.at += c.len_utf8();
        if c != '\\' {
            return Tok::Char(u32::from(c));
        }
        if self.rest().is_empty() {
            self.faults.push(faults::unterminated(self.span_from(start), "a character", "a character"));
            return Tok::Bad;
        }
        match self.escape(start) {
            Some(value) => Tok::Char(u32::from(value)),
            None => Tok::Bad,
        }
    }

    /// Reads an escape after its backslash; reports it when it is not a character.
    fn escape(&mut self, start: usize) -> Option<char> {
        let caret27 = self.otp >= Otp::V27;
        if self.rest().starts_with('^') && !self.rest().chars().nth(1).is_some_and(|c| matches!(c, '@'..='_' | 'a'..='z')) {
            let span = Span::new(self.file, self.at - 1, self.at + 1);
            self.sensitive.push(Sensitive { span, what: "a control escape", since: Otp::V27 });
        }
        let read = scan::escape(caret27)(self.rest()).map(|(rest, value)| (rest.len(), value));
        match read {
            Ok((left, value)) => {
                self.at = self.text.len() - left;
                match char::from_u32(value).filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}')) {
                    Some(c) => Some(c),
                    None => {
                        self.faults.push(faults::bad_escape(self.span_from(start)));
                        None
                    }
                }
            }
            Err(_) => {
                let at = self.at.saturating_sub(1).max(start);
                self.at += self.rest().chars().next().map_or(0, char::len_utf8);
                self.faults.push(faults::bad_escape(self.span_from(at)));
                None
            }
        }
    }

    /// The text up to a closing quote, escapes read; `None` when there is an error in it.
    fn quoted(&mut self, start: usize, close: char, verbatim: bool, what: &str) -> Option<String> {
        let mut text = String::new();
        let mut good = true;
        let is_special = |c: char| c == close || (c == '\\' && !verbatim) || matches!(c, '\u{fffe}' | '\u{ffff}');
        loop {
            let rest = self.rest();
            let Some(at) = rest.find(is_special) else {
                self.unterminated(start, close, what);
                return None;
            };
            text.push_str(rest.get(..at).unwrap_or_default());
            let special = rest.get(at..).and_then(|rest| rest.chars().next()).unwrap_or(close);
            self.at += at + special.len_utf8();
            if special == close {
                return good.then_some(text);
            }
            let here = self.at - special.len_utf8();
            if special != '\\' {
                self.faults.push(faults::illegal_character(self.span_from(here), special));
                good = false;
            } else if self.rest().is_empty() {
                self.unterminated(start, close, what);
                return None;
            } else {
                match self.escape(here) {
                    Some(c) => text.push(c),
                    None => good = false,
                }
            }
        }
    }

    /// Reports a quote that is never closed and continues after the word that follows it. Each such quote costs a look
    /// at the rest of the file: after a few the rest is given up.
    fn unterminated(&mut self, start: usize, close: char, what: &str) {
        self.unterminated += 1;
        self.at = start + 1;
        if self.unterminated > MAX_UNTERMINATED {
            self.faults.push(faults::unterminated(self.span_from(start), what, &close.to_string()));
            self.at = self.text.len();
            return;
        }
        let word: usize = self.rest().chars().take_while(|c| scan::is_name(*c) || matches!(c, '.' | '-' | '+')).map(char::len_utf8).sum();
        self.at += word;
        if self.text.get(..self.at).is_some_and(|head| head.ends_with('.')) {
            self.at -= 1;
        }
        self.faults.push(faults::unterminated(self.span_from(start), what, &close.to_string()));
    }

    fn quoted_atom(&mut self) -> Tok {
        let start = self.at;
        self.at += 1;
        match self.quoted(start, '\'', false, "a quoted atom") {
            Some(text) => self.atom(&text, start),
            None => Tok::Bad,
        }
    }

    fn string(&mut self) -> Tok {
        let start = self.at;
        let quotes = self.rest().chars().take_while(|c| *c == '"').count();
        if quotes >= 3 {
            let span = Span::new(self.file, start, start + quotes);
            self.sensitive.push(Sensitive { span, what: "a triple-quoted string", since: Otp::V27 });
            if self.otp >= Otp::V27 {
                return self.triple(start).map_or(Tok::Bad, Tok::Str);
            }
        }
        self.at += 1;
        let Some(text) = self.quoted(start, '"', false, "a string") else { return Tok::Bad };
        self.no_gap(start);
        Tok::Str(text)
    }

    /// Another string without a gap: one string before OTP 27, an error since.
    fn no_gap(&mut self, start: usize) {
        if !self.rest().starts_with('"') {
            return;
        }
        let span = self.span_from(start).after();
        let span = Span { end: span.end + 1, ..span };
        let what = "two strings without a gap between them";
        self.sensitive.push(Sensitive { span, what, since: Otp::V27 });
        if self.otp >= Otp::V27 {
            self.faults.push(faults::otp_syntax(span, what, Otp::V27, self.otp, FaultClass::Scan));
        }
    }

    /// A triple-quoted string: its lines without the indentation of the closing quotes.
    fn triple(&mut self, start: usize) -> Option<String> {
        let quotes = self.rest().chars().take_while(|c| *c == '"').count();
        let Ok((body, _)) = scan::triple_head(self.rest()) else {
            self.at += quotes;
            self.faults.push(faults::bad_multiline(self.span_from(start), "only a line break may follow these quotes"));
            return None;
        };
        let mut at = self.text.len() - body.len();
        let mut lines: Vec<(usize, &str)> = Vec::new();
        loop {
            let line = self.text.get(at..).and_then(|rest| rest.split_inclusive('\n').next()).unwrap_or_default();
            if line.is_empty() {
                self.unterminated += 1;
                self.at = if self.unterminated > MAX_UNTERMINATED { self.text.len() } else { start + quotes };
                let span = Span::new(self.file, start, start + quotes);
                self.faults.push(faults::unterminated(span, "a triple-quoted string", &"\"".repeat(quotes)));
                return None;
            }
            let indent: usize = line.chars().take_while(|c| *c != '\n' && scan::is_blank(*c)).map(char::len_utf8).sum();
            let closing = line.get(indent..).unwrap_or_default().chars().take_while(|c| *c == '"').count();
            if closing >= quotes {
                self.at = at + indent + quotes;
                let indentation = line.get(..indent).unwrap_or_default();
                let text = self.unindent(&lines, indentation);
                if closing > quotes {
                    self.no_gap(start);
                }
                return text;
            }
            lines.push((at, line));
            at += line.len();
        }
    }

    fn unindent(&mut self, lines: &[(usize, &str)], indentation: &str) -> Option<String> {
        let mut text = String::new();
        let mut good = true;
        for (at, line) in lines {
            if matches!(*line, "\n" | "\r\n") {
                text.push_str(line);
            } else if let Some(content) = line.strip_prefix(indentation) {
                text.push_str(content);
            } else {
                let span = Span::new(self.file, *at, at + line.trim_end().len());
                self.faults.push(faults::bad_multiline(span, "indented less than the closing quotes"));
                good = false;
            }
        }
        let end = text.strip_suffix("\r\n").or_else(|| text.strip_suffix('\n')).map_or(text.len(), str::len);
        text.truncate(end);
        good.then_some(text)
    }

    /// `~Name"text"` and its other delimiters, since OTP 27.
    fn sigil(&mut self) -> Tok {
        let start = self.at;
        self.at += 1;
        let name: String = self.rest().chars().take_while(|c| scan::is_name(*c)).collect();
        self.at += name.len();
        let prefix = self.span_from(start);
        if name == "c" {
            self.faults.push(faults::elixir_charlist(prefix));
            return self.string_after_sigil();
        }
        let (binary, verbatim) = match name.as_str() {
            "" | "b" => (true, false),
            "B" => (true, true),
            "s" => (false, false),
            "S" => (false, true),
            _ => {
                self.faults.push(faults::unexpected(prefix, "an unknown sigil", "a term"));
                return self.string_after_sigil();
            }
        };
        let quotes = self.rest().chars().take_while(|c| *c == '"').count();
        let text = if quotes >= 3 {
            self.triple(self.at)
        } else {
            let Some(open) = self.rest().chars().next() else { return Tok::Operator };
            let Some(close) = closing_delimiter(open) else { return Tok::Operator };
            let from = self.at;
            self.at += 1;
            self.quoted(from, close, verbatim, "a sigil")
        };
        let span = self.span_from(start);
        if self.rest().starts_with('"') {
            self.no_gap(start);
        }
        let suffix: usize = self.rest().chars().take_while(|c| scan::is_name(*c)).map(char::len_utf8).sum();
        if suffix > 0 {
            let from = self.at;
            self.at += suffix;
            self.faults.push(faults::unexpected(self.span_from(from), "a name", "the end of the sigil"));
        }
        self.sensitive.push(Sensitive { span, what: "a sigil", since: Otp::V27 });
        if self.otp < Otp::V27 {
            self.faults.push(faults::otp_syntax(span, "a sigil", Otp::V27, self.otp, FaultClass::Parse));
        }
        text.map_or(Tok::Bad, |text| Tok::Sigil { text, binary })
    }

    /// After a sigil of unknown name: the string that follows, so that reading continues after it.
    fn string_after_sigil(&mut self) -> Tok {
        if self.rest().starts_with('"') { self.string() } else { Tok::Bad }
    }
}

fn closing_delimiter(open: char) -> Option<char> {
    match open {
        '(' => Some(')'),
        '[' => Some(']'),
        '{' => Some('}'),
        '<' => Some('>'),
        '"' | '\'' | '/' | '|' | '#' | '`' => Some(open),
        _ => None,
    }
}
