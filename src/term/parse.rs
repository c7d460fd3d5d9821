//! From tokens to terms. OTP parses the tokens as the body of a function and turns the one expression into a term; here
//! the terms are read directly, and after an error reading continues at the next comma or closing bracket.

use super::faults::{self, FaultList, SyntaxFault};
use super::form::Form;
use super::lex::{Bracket, Lexer, Sensitive, Tok, Token};
use super::scan::is_reserved;
use super::value::{Bits, ExternalFun, Term, TermKind};
use super::{MAX_BITS, MAX_DEPTH};
use crate::otp::Otp;
use crate::source::Source;
use crate::span::{FileId, Span};
use num_bigint::BigInt;

/// A low guess at the bytes of a token with the blanks around it: room is set aside by it.
const BYTES_PER_TOKEN: usize = 3;
/// The most tokens that room is set aside for in advance.
const MOST_RESERVED: usize = 1 << 16;

/// How much of a file a reader looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// The first term only, as `systools` does.
    First,
    /// All terms up to the end of the file, as `file:consult/1` does.
    All,
}

/// What a file holds.
#[derive(Debug, Default)]
pub struct Document {
    /// The form that it is written in.
    pub form: Form,
    /// The terms, in order; parts that could not be read are [`TermKind::Invalid`].
    pub terms: Vec<Term>,
    /// Its comments, in order, from the percent sign to the end of the line.
    pub comments: Vec<Span>,
    /// Its syntax errors.
    pub faults: Vec<SyntaxFault>,
    /// What other versions of OTP read otherwise.
    pub sensitive: Vec<Sensitive>,
    /// Where text begins that the extent leaves out.
    pub rest: Option<Span>,
}

/// Reads a file's text in Erlang's form, at the language level of a version.
pub(super) fn erlang(source: &Source, file: FileId, otp: Otp, extent: Extent) -> Document {
    let mut lexer = Lexer::new(source, file, otp);
    let mut document = Document::default();
    let mut found = FaultList::default();
    let mut end = source.text.len();
    let mut tokens = Vec::with_capacity((source.text.len() / BYTES_PER_TOKEN + 1).min(MOST_RESERVED));
    while lexer.skip() {
        lexer.tokens(&mut tokens);
        let mut parser = Parser::new(&source.text, &tokens, otp);
        document.terms.push(parser.form());
        found.extend(parser.faults);
        if extent == Extent::First {
            end = lexer.offset();
            if lexer.skip() {
                let start = lexer.offset();
                document.rest = Some(Span::new(file, start, start + source.text.get(start..).map_or(0, first_word)));
            }
            break;
        }
    }
    if document.terms.is_empty() {
        found.push(faults::no_term(Span::new(file, end, end)));
    }
    for at in source.undecodable.iter().filter(|at| **at < end) {
        found.push(faults::not_utf8(Span::new(file, *at, at + 1), *at == 0));
    }
    found.extend(lexer.faults);
    document.faults = found.into_vec();
    document.comments = lexer.comments;
    document.sensitive = lexer.sensitive;
    document
}

fn first_word(text: &str) -> usize {
    text.find(char::is_whitespace).unwrap_or(text.len())
}

/// A reader of the tokens of one term.
pub(super) struct Parser<'a> {
    text: &'a str,
    tokens: &'a [Token],
    pub(super) at: usize,
    otp: Otp,
    /// The brackets open at this point, outermost first.
    open: Vec<(Bracket, Span)>,
    /// The elements read so far of all open tuples and lists: each gets its room once, when it is closed.
    pending: Vec<Term>,
    /// Whether a bracket was reported as unclosed; the end of the file then needs no further word.
    unclosed: bool,
    /// How many bits the bit strings still to come may have together.
    pub(super) bits_left: u64,
    /// Whether too deep a nesting was reported.
    reported_depth: bool,
    pub(super) faults: FaultList,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, tokens: &'a [Token], otp: Otp) -> Parser<'a> {
        let (open, pending, faults) = (Vec::new(), Vec::new(), FaultList::default());
        let bits_left = MAX_BITS.saturating_add(8 * text.len() as u64);
        Parser { text, tokens, at: 0, otp, open, pending, unclosed: false, bits_left, reported_depth: false, faults }
    }

    /// One term and the dot after it.
    fn form(&mut self) -> Term {
        let term = self.term();
        match self.peek() {
            Some(Tok::Dot) => {}
            None => {
                if !self.unclosed {
                    let end = self.end();
                    // What follows white space or a comment ends the term; only the end of the file needs a line break.
                    let is_last = self.text.get(end.end as usize..).is_none_or(str::is_empty);
                    self.faults.push(faults::missing_full_stop(end, if is_last { ".\n" } else { "." }));
                }
            }
            Some(_) => {
                let span = self.here();
                let found = self.describe();
                self.faults.push(match self.peek() {
                    _ if self.begins_clause() => faults::second_clause(span),
                    Some(Tok::Close(bracket)) => faults::stray_closer(span, bracket.close()),
                    Some(Tok::Operator | Tok::Minus | Tok::Plus | Tok::Colon | Tok::Slash) => faults::expression(span, &found),
                    _ => faults::unexpected(span, &found, "the full stop at the end of the term"),
                });
            }
        }
        self.at = self.tokens.len();
        term
    }

    /// `; name(`: the text is read as the body of a function, and this is its second clause.
    fn begins_clause(&self) -> bool {
        self.text_of(self.here()) == ";" && matches!((self.peek_at(1), self.peek_at(2)), (Some(Tok::Atom(_)), Some(Tok::Open(Bracket::Paren))))
    }

    // ---- tokens ----

    pub(super) fn peek(&self) -> Option<&Tok> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<&Tok> {
        self.tokens.get(self.at + ahead).map(|token| &token.kind)
    }

    /// The span of the token that comes next; the end of the text when none does.
    pub(super) fn here(&self) -> Span {
        self.tokens.get(self.at).map_or_else(|| self.end(), |token| token.span)
    }

    /// The span of the token read last.
    pub(super) fn last(&self) -> Span {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(self.here().before(), |token| token.span)
    }

    fn end(&self) -> Span {
        self.tokens.last().map_or(Span::GENERATED, |token| token.span.after())
    }

    fn text_of(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// The next token in words.
    fn describe(&self) -> String {
        match self.peek() {
            None => "the end of the file".to_owned(),
            Some(Tok::Dot) => "a full stop".to_owned(),
            Some(Tok::Str(_)) => "a string".to_owned(),
            Some(_) => format!("`{}`", self.text_of(self.here())),
        }
    }

    pub(super) fn begins_term(&self) -> bool {
        match self.peek() {
            Some(
                Tok::Atom(_)
                | Tok::Variable
                | Tok::Integer(_)
                | Tok::Small(_)
                | Tok::Float(_)
                | Tok::Char(_)
                | Tok::Str(_)
                | Tok::Sigil { .. }
                | Tok::Open(_)
                | Tok::Hash
                | Tok::Bad,
            ) => true,
            Some(Tok::Word) => self.text_of(self.here()) == "fun",
            Some(Tok::Close(_) | Tok::Comma | Tok::Bar | Tok::Arrow | Tok::Colon | Tok::Slash | Tok::Minus | Tok::Plus | Tok::Operator | Tok::Dot) | None => {
                false
            }
        }
    }

    // ---- terms ----

    pub(super) fn term(&mut self) -> Term {
        let span = self.here();
        let Some(token) = self.tokens.get(self.at) else {
            self.faults.push(faults::unexpected(span, "the end of the file", "a term"));
            return invalid(span);
        };
        match &token.kind {
            Tok::Atom(atom) => self.leaf(TermKind::Atom(atom.clone())),
            Tok::Small(value) => self.leaf(TermKind::Int(*value)),
            Tok::Integer(value) => self.leaf(TermKind::Big(Box::new(value.clone()))),
            Tok::Float(value) => self.leaf(TermKind::Float(*value)),
            Tok::Char(value) => self.leaf(TermKind::Int(i64::from(*value))),
            Tok::Str(_) => self.strings(),
            Tok::Sigil { text, binary } => self.sigil(text, *binary),
            Tok::Open(bracket) => self.bracketed(*bracket),
            Tok::Minus | Tok::Plus => self.signed(),
            Tok::Hash => self.map(),
            Tok::Word => self.word(),
            Tok::Variable => self.variable(),
            Tok::Colon => self.colon(),
            Tok::Bad => self.leaf(TermKind::Invalid),
            Tok::Operator | Tok::Slash => {
                let found = self.describe();
                self.faults.push(faults::expression(span, &found));
                self.leaf(TermKind::Invalid)
            }
            Tok::Close(_) | Tok::Comma | Tok::Bar | Tok::Arrow | Tok::Dot => {
                // Left for the bracket around: it may be what it waits for.
                let found = self.describe();
                self.faults.push(faults::unexpected(span, &found, "a term"));
                invalid(span)
            }
        }
    }

    fn leaf(&mut self, kind: TermKind) -> Term {
        let span = self.here();
        self.at += 1;
        Term { kind, span }
    }

    fn strings(&mut self) -> Term {
        let start = self.here();
        let mut text = String::new();
        while let Some(Tok::Str(part)) = self.peek() {
            text.push_str(part);
            self.at += 1;
        }
        let span = start.to(self.last());
        if matches!(self.peek(), Some(Tok::Sigil { .. })) {
            let found = self.describe();
            self.faults.push(faults::unexpected(self.here(), &found, "a comma"));
            self.at += 1;
        }
        Term { kind: Term::string(&text).kind, span }
    }

    fn sigil(&mut self, text: &str, binary: bool) -> Term {
        let kind = if binary { TermKind::Bits(Box::new(Bits { bytes: text.as_bytes().to_vec(), trailing: 0 })) } else { Term::string(text).kind };
        let term = self.leaf(kind);
        if matches!(self.peek(), Some(Tok::Str(_) | Tok::Sigil { .. })) {
            let found = self.describe();
            self.faults.push(faults::unexpected(self.here(), &found, "a comma"));
            self.at += 1;
        }
        term
    }

    fn signed(&mut self) -> Term {
        let start = self.here();
        let minus = matches!(self.peek(), Some(Tok::Minus));
        let sign = self.at;
        self.at += 1;
        let mut parens = 0;
        while let Some(Tok::Open(Bracket::Paren)) = self.peek_at(parens) {
            parens += 1;
        }
        let number = match self.peek_at(parens) {
            Some(Tok::Small(value)) => Some(TermKind::Int(if minus { -*value } else { *value })),
            Some(Tok::Char(value)) => Some(TermKind::Int(if minus { -i64::from(*value) } else { i64::from(*value) })),
            Some(Tok::Float(value)) => Some(TermKind::Float(if minus { -*value } else { *value })),
            Some(Tok::Integer(value)) => Some(big(if minus { -value } else { value.clone() })),
            _ => None,
        };
        let closed = (0..parens).all(|at| matches!(self.peek_at(parens + 1 + at), Some(Tok::Close(Bracket::Paren))));
        match number {
            Some(kind) if closed => {
                self.at += 2 * parens + 1;
                Term { kind, span: start.to(self.last()) }
            }
            _ => {
                self.at = sign;
                let found = format!("a `{}` before something that is not a number", if minus { '-' } else { '+' });
                self.faults.push(faults::expression(start, &found));
                self.at += 1;
                if self.begins_term() && self.open.len() < MAX_DEPTH {
                    let operand = self.term();
                    return invalid(start.to(operand.span));
                }
                invalid(start)
            }
        }
    }

    fn word(&mut self) -> Term {
        let span = self.here();
        let word = self.text_of(span).to_owned();
        if word == "fun" {
            return self.external_fun();
        }
        self.faults.push(if is_reserved(&word, Otp::OLDEST) {
            faults::reserved_word(span, &word)
        } else {
            let class = faults::FaultClass::Parse;
            faults::otp_syntax(span, &format!("`{word}` as an atom without quotes"), Otp::V27, self.otp, class)
        });
        self.leaf(TermKind::Invalid)
    }

    fn external_fun(&mut self) -> Term {
        let start = self.here();
        let parts = (self.peek_at(1), self.peek_at(2), self.peek_at(3), self.peek_at(4), self.peek_at(5));
        if let (Some(Tok::Atom(module)), Some(Tok::Colon), Some(Tok::Atom(name)), Some(Tok::Slash), Some(Tok::Small(arity))) = parts
            && let Ok(arity) = u8::try_from(*arity)
        {
            let fun = ExternalFun { module: module.clone(), name: name.clone(), arity };
            self.at += 6;
            return Term { kind: TermKind::Fun(Box::new(fun)), span: start.to(self.last()) };
        }
        self.at += 1;
        self.faults.push(faults::expression(start, "a fun other than `fun module:name/arity`"));
        self.skip_to_boundary();
        invalid(start)
    }

    /// A variable: the name of an Elixir module, most likely, or a forgotten quote.
    fn variable(&mut self) -> Term {
        let start = self.here();
        self.at += 1;
        // `My.App.Server`: the dots are not full stops, as names follow them without a gap.
        while self.text_of(self.here()) == "." && matches!(self.peek(), Some(Tok::Operator)) && matches!(self.peek_at(1), Some(Tok::Variable)) {
            self.at += 2;
        }
        let span = start.to(self.last());
        let name = self.text_of(span).to_owned();
        let plain = name.strip_prefix("Elixir.").unwrap_or(&name).to_owned();
        let capital = name.starts_with(|c: char| c.is_ascii_uppercase());
        let is_alias = capital && (name.contains('.') || name.chars().any(char::is_lowercase));
        self.faults.push(if is_alias { faults::elixir_alias(span, &plain) } else { faults::variable(span, &name) });
        invalid(span)
    }

    /// `:atom`, as Elixir writes it.
    fn colon(&mut self) -> Term {
        let start = self.here();
        self.at += 1;
        if let Some(Tok::Atom(atom)) = self.peek() {
            let text = atom.to_string();
            self.at += 1;
            let span = start.to(self.last());
            self.faults.push(faults::elixir_atom(span, &text));
            return Term { kind: TermKind::Invalid, span };
        }
        self.faults.push(faults::unexpected(start, "`:`", "a term"));
        invalid(start)
    }

    // ---- brackets ----

    fn bracketed(&mut self, bracket: Bracket) -> Term {
        let start = self.here();
        if self.too_deep(start) {
            self.skip_bracketed();
            return invalid(start.to(self.last()));
        }
        self.at += 1;
        self.open.push((bracket, start));
        let kind = match bracket {
            Bracket::Brace => {
                let (items, _) = self.elements(bracket, start);
                TermKind::Tuple(items)
            }
            Bracket::Square => self.list(start),
            Bracket::Paren => self.parenthesised(start),
            Bracket::Bits => self.bit_string(start),
        };
        self.open.pop();
        Term { kind, span: start.to(self.last()) }
    }

    /// Whether one more level would be too many; the first time that is reported.
    fn too_deep(&mut self, start: Span) -> bool {
        let deep = self.open.len() >= MAX_DEPTH;
        if deep && !self.reported_depth {
            self.reported_depth = true;
            self.faults.push(faults::too_deep(start));
        }
        deep
    }

    /// Elements separated by commas, up to and with the closing bracket, or up to a bar, which is not consumed.
    fn elements(&mut self, bracket: Bracket, start: Span) -> (Vec<Term>, After) {
        if self.close(bracket, start) {
            return (Vec::new(), After::Closed);
        }
        let first = self.pending.len();
        loop {
            let element = self.term();
            self.pending.push(element);
            match self.after_element(bracket, start) {
                After::Next => {}
                end @ (After::Closed | After::Bar) => return (self.pending.drain(first..).collect(), end),
            }
        }
    }

    /// What follows an element; errors are reported and passed over here.
    pub(super) fn after_element(&mut self, bracket: Bracket, start: Span) -> After {
        loop {
            match self.peek() {
                Some(Tok::Comma) => {
                    let comma = self.here();
                    self.at += 1;
                    if let Some(Tok::Close(closer)) = self.peek()
                        && *closer == bracket
                    {
                        self.faults.push(faults::trailing_comma(self.here(), comma));
                        self.at += 1;
                        return After::Closed;
                    }
                    return After::Next;
                }
                Some(Tok::Bar) if bracket == Bracket::Square => return After::Bar,
                _ => {}
            }
            if self.close(bracket, start) {
                return After::Closed;
            }
            if self.begins_term() {
                self.faults.push(faults::missing_comma(self.last(), self.here()));
                return After::Next;
            }
            let (span, found) = (self.here(), self.describe());
            self.faults.push(match self.peek() {
                Some(Tok::Operator | Tok::Minus | Tok::Plus | Tok::Colon | Tok::Slash) => faults::expression(span, &found),
                _ => faults::unexpected(span, &found, &format!("`,` or `{}`", bracket.close())),
            });
            self.at += 1;
            self.skip_to_boundary();
        }
    }

    /// Consumes the closing bracket, or reports why there is none; whether the bracket is done with.
    pub(super) fn close(&mut self, bracket: Bracket, start: Span) -> bool {
        loop {
            match self.peek() {
                Some(Tok::Close(closer)) if *closer == bracket => {
                    self.at += 1;
                    return true;
                }
                Some(Tok::Close(closer)) => {
                    let closer = *closer;
                    let outer = self.open.iter().rev().skip(1).any(|(open, _)| *open == closer);
                    if outer {
                        self.unclosed = true;
                        self.faults.push(faults::unclosed(start, bracket.open(), self.here()));
                        return true;
                    }
                    self.faults.push(faults::stray_closer(self.here(), closer.close()));
                    self.at += 1;
                }
                None | Some(Tok::Dot) => {
                    // The innermost open bracket is reported, once.
                    if !self.unclosed {
                        self.unclosed = true;
                        self.faults.push(faults::unclosed(start, bracket.open(), self.here()));
                    }
                    return true;
                }
                Some(_) => return false,
            }
        }
    }

    /// Moves to the next comma or closing bracket at this level.
    pub(super) fn skip_to_boundary(&mut self) {
        while let Some(token) = self.peek() {
            if matches!(token, Tok::Comma | Tok::Close(_) | Tok::Dot | Tok::Bar) {
                return;
            }
            if matches!(token, Tok::Open(_)) { self.skip_bracketed() } else { self.at += 1 }
        }
    }

    /// Moves past a bracket and all in it, without looking.
    fn skip_bracketed(&mut self) {
        let mut depth = 0usize;
        while let Some(token) = self.peek() {
            if matches!(token, Tok::Dot) {
                return;
            } else if matches!(token, Tok::Open(_)) {
                depth += 1;
            } else if matches!(token, Tok::Close(_)) {
                depth = depth.saturating_sub(1);
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    fn list(&mut self, start: Span) -> TermKind {
        let (mut items, end) = self.elements(Bracket::Square, start);
        if !matches!(end, After::Bar) {
            return TermKind::List(items);
        }
        self.at += 1;
        let tail = self.term();
        loop {
            if self.close(Bracket::Square, start) {
                break;
            }
            let found = self.describe();
            self.faults.push(faults::unexpected(self.here(), &found, "`]` after the tail"));
            self.at += 1;
            self.skip_to_boundary();
        }
        if let Some(more) = tail.items() {
            items.extend(more.into_owned());
            return TermKind::List(items);
        }
        if let TermKind::Improper(parts) = tail.kind {
            let (more, end) = *parts;
            items.extend(more);
            return TermKind::Improper(Box::new((items, end)));
        }
        TermKind::Improper(Box::new((items, tail)))
    }

    fn parenthesised(&mut self, start: Span) -> TermKind {
        let term = self.term();
        while !self.close(Bracket::Paren, start) {
            let found = self.describe();
            self.faults.push(faults::expression(self.here(), &found));
            self.at += 1;
            self.skip_to_boundary();
            if matches!(self.peek(), Some(Tok::Comma)) {
                self.at += 1;
            }
        }
        term.kind
    }

    fn map(&mut self) -> Term {
        let start = self.here();
        if self.too_deep(start) {
            self.at += 1;
            self.skip_bracketed();
            return invalid(start.to(self.last()));
        }
        if !matches!(self.peek_at(1), Some(Tok::Open(Bracket::Brace))) {
            self.at += 1;
            self.faults.push(faults::expression(start, "a record"));
            self.skip_to_boundary();
            return invalid(start);
        }
        self.at += 2;
        let open = start.to(self.last());
        self.open.push((Bracket::Brace, open));
        let mut pairs = Vec::new();
        let mut done = self.close(Bracket::Brace, open);
        while !done {
            let key = self.term();
            if matches!(self.peek(), Some(Tok::Arrow)) {
                self.at += 1;
                let value = self.term();
                pairs.push((key, value));
            } else {
                let found = self.describe();
                self.faults.push(faults::unexpected(self.here(), &found, "`=>`"));
                self.skip_to_boundary();
            }
            done = match self.after_element(Bracket::Brace, open) {
                After::Closed => true,
                After::Next | After::Bar => false,
            };
        }
        self.open.pop();
        Term { kind: TermKind::Map(sorted_pairs(pairs)), span: start.to(self.last()) }
    }
}

/// What followed an element.
pub(super) enum After {
    Next,
    Closed,
    Bar,
}

fn invalid(span: Span) -> Term {
    Term { kind: TermKind::Invalid, span }
}

fn big(value: BigInt) -> TermKind {
    i64::try_from(&value).map_or_else(|_| TermKind::Big(Box::new(value)), TermKind::Int)
}

/// Pairs in the order of their keys; of two with the same key the later one counts.
pub(super) fn sorted_pairs(mut pairs: Vec<(Term, Term)>) -> Vec<(Term, Term)> {
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    let mut once: Vec<(Term, Term)> = Vec::with_capacity(pairs.len());
    for pair in pairs {
        match once.last_mut() {
            Some(last) if last.0 == pair.0 => *last = pair,
            _ => once.push(pair),
        }
    }
    once
}

#[cfg(test)]
mod tests {
    use super::*;

    fn atom(text: &str) -> Term {
        Term::atom(text)
    }

    fn read(text: &str, otp: Otp) -> Document {
        erlang(&Source::new("t", text.as_bytes().to_vec()), FileId(0), otp, Extent::All)
    }

    fn one(text: &str) -> Result<Term, Vec<&'static str>> {
        let mut document = read(text, Otp::NEWEST);
        if document.faults.is_empty() && document.terms.len() == 1 {
            return document.terms.pop().ok_or_else(Vec::new);
        }
        Err(document.faults.iter().map(|fault| fault.diagnostic.code.id).collect())
    }

    #[test]
    fn terms_are_read() {
        assert_eq!(one("(foo)."), Ok(atom("foo")));
        assert_eq!(one("'it\\'s'."), Ok(atom("it's")));
        assert_eq!(one("[a|[b]]."), Ok(Term::list(vec![atom("a"), atom("b")])));
        assert_eq!(one("\"a\" %c\n \"b\"."), Ok(Term::string("ab")));
        assert_eq!(one("- 1."), Ok(Term::new(TermKind::Int(-1))));
        assert_eq!(one("-(($a))."), Ok(Term::new(TermKind::Int(-97))));
        assert_eq!(one("[[a]|[b]]."), Ok(Term::list(vec![Term::list(vec![atom("a")]), atom("b")])));
        assert_eq!(one("[[a|b]|c].").map(|term| matches!(term.kind, TermKind::Improper(_))), Ok(true));
        assert_eq!(one("#{a=>1,a=>2}."), Ok(Term::new(TermKind::Map(vec![(atom("a"), Term::new(TermKind::Int(2)))]))));
    }

    #[test]
    fn one_run_finds_every_error() {
        assert_eq!(one("{[a b],, 'c\\xz', Foo.Bar, :d}").err().map(|found| found.len()), Some(6));
        assert_eq!(one("[a,].").err(), Some(vec!["RL0101"]));
        assert_eq!(one("{a, [b}.").err(), Some(vec!["RL0103"]));
        assert_eq!(one("{a, b").err(), Some(vec!["RL0103"]));
        assert_eq!(one("{a, b}").err(), Some(vec!["RL0104"]));
        assert_eq!(one("{load_module, DonationPlatform.Calculator}.").err(), Some(vec!["RL0105"]));
    }

    #[test]
    fn depth_is_bounded() {
        let deep = |depth: usize| format!("{}{}.", "[".repeat(depth), "]".repeat(depth));
        assert!(one(&deep(MAX_DEPTH)).is_ok());
        assert_eq!(one(&deep(MAX_DEPTH + 1)).err(), Some(vec!["RL0115"]));
        assert_eq!(one(&deep(1_000_000)).err(), Some(vec!["RL0115"]));
        assert!(one(&"{".repeat(1_000_000)).is_err());
    }

    #[test]
    fn versions_read_differently() {
        let value = |text: &str, otp: Otp| read(text, otp).terms.first().and_then(|term| term.text().map(|text| text.into_owned()));
        let block = "\"\"\"\n  abc\n  \"\"\".";
        assert_eq!(value(block, Otp::NEWEST).as_deref(), Some("abc"));
        assert_eq!(value(block, Otp::OLDEST).as_deref(), Some("\n  abc\n  "));
        assert!(read("maybe.", Otp::OLDEST).faults.is_empty());
        assert!(!read("maybe.", Otp::V27).faults.is_empty());
    }
}
