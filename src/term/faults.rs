//! What can be wrong with the text of a term, in words: one function a finding.

use super::{MAX_ATOM, MAX_BITS, MAX_DEPTH, MAX_DIGITS};
use crate::diag::{Diagnostic, Edit, codes};
use crate::otp::Otp;
use crate::span::Span;

codes! {
    UNEXPECTED_TOKEN "RL0101" "unexpected-token" Error [Refused]
    MISSING_COMMA "RL0102" "missing-comma" Error [Refused]
    UNCLOSED_BRACKET "RL0103" "unclosed-bracket" Error [Refused]
    MISSING_FULL_STOP "RL0104" "missing-full-stop" Error [Refused]
    ELIXIR_SYNTAX "RL0105" "elixir-syntax" Error [Refused]
    ILLEGAL_CHARACTER "RL0106" "illegal-character" Error [Refused]
    UNTERMINATED_QUOTE "RL0107" "unterminated-quote" Error [Refused]
    BAD_ESCAPE "RL0108" "bad-escape" Error [Refused]
    BAD_NUMBER "RL0109" "bad-number" Error [Refused]
    ATOM_TOO_LONG "RL0110" "atom-too-long" Error [Refused]
    NOT_A_TERM "RL0111" "not-a-term" Error [Refused]
    BAD_BIT_SYNTAX "RL0112" "bad-bit-syntax" Error [Refused]
    NOT_UTF8 "RL0113" "not-utf8" Error [Refused]
    NO_TERM "RL0114" "no-term" Error [Refused]
    TOO_DEEP "RL0115" "too-deep" Error [Refused]
    TOO_LARGE "RL0116" "too-large" Error [Refused]
    OTP_VERSION_SYNTAX "RL0117" "otp-version-syntax" Error [Refused]
    READS_DIFFERENTLY "RL0118" "reads-differently" Warning
    TEXT_AFTER_TERM "RL0119" "text-after-term" Warning
    BAD_MULTILINE_STRING "RL0120" "bad-multiline-string" Error [Refused]
}

/// At which step OTP's reader gives up; which error term that becomes depends on the kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultClass {
    /// The tokenizer refuses the text, or it contains no term.
    Scan,
    /// The parser refuses the tokens.
    Parse,
    /// The reader itself crashes with `{case_clause, _}`.
    Crash,
    /// OTP reads it; a bound of ours refuses it.
    Bound,
}

/// A syntax error, its OTP tag still open.
#[derive(Clone, Debug)]
pub struct SyntaxFault {
    /// The finding.
    pub diagnostic: Diagnostic,
    /// The step.
    pub class: FaultClass,
}

/// Whether it is an expression that Erlang could evaluate, and not a term.
pub fn is_expression(fault: &SyntaxFault) -> bool {
    *fault.diagnostic.code == NOT_A_TERM
}

/// The syntax errors of one text, in the order they were met. Past [`MAX_FAULTS`] they are dropped: a file of noise has as
/// many as characters.
#[derive(Debug, Default)]
pub struct FaultList(Vec<SyntaxFault>);

/// How many syntax errors of one text are kept.
const MAX_FAULTS: usize = 10_001;

impl FaultList {
    pub fn push(&mut self, fault: SyntaxFault) {
        if self.0.len() < MAX_FAULTS {
            self.0.push(fault);
        }
    }

    pub fn extend(&mut self, more: FaultList) {
        more.0.into_iter().for_each(|fault| self.push(fault));
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn into_vec(self) -> Vec<SyntaxFault> {
        self.0
    }
}

fn scan(diagnostic: Diagnostic) -> SyntaxFault {
    SyntaxFault { diagnostic, class: FaultClass::Scan }
}

fn parse(diagnostic: Diagnostic) -> SyntaxFault {
    SyntaxFault { diagnostic, class: FaultClass::Parse }
}

fn bound(diagnostic: Diagnostic) -> SyntaxFault {
    SyntaxFault { diagnostic, class: FaultClass::Bound }
}

fn replace(span: Span, text: impl Into<String>) -> Vec<Edit> {
    vec![Edit { span, text: text.into() }]
}

pub(super) fn unexpected(span: Span, found: &str, wanted: &str) -> SyntaxFault {
    parse(Diagnostic::new(&UNEXPECTED_TOKEN, format!("{found} in the place of {wanted}")).label(span, "not expected here"))
}

pub(super) fn trailing_comma(span: Span, comma: Span) -> SyntaxFault {
    let found = Diagnostic::new(&UNEXPECTED_TOKEN, "a comma with nothing after it")
        .label(comma, "nothing follows this comma")
        .label(span, "the bracket closes here")
        .help("Erlang has no trailing commas: remove it");
    parse(found.fix("remove the comma", replace(comma, "")))
}

pub(super) fn reserved_word(span: Span, word: &str) -> SyntaxFault {
    let found = Diagnostic::new(&UNEXPECTED_TOKEN, format!("`{word}` is a reserved word and cannot stand for an atom"))
        .label(span, "reserved in Erlang")
        .help(format!("put it in quotes: `'{word}'`"));
    parse(found.fix("quote the atom", replace(span, format!("'{word}'"))))
}

pub(super) fn missing_comma(previous: Span, next: Span) -> SyntaxFault {
    let found = Diagnostic::new(&MISSING_COMMA, "a comma is missing between two terms")
        .label(previous.after(), "a comma belongs here")
        .label(next, "this begins another term")
        .help("separate elements of a list or tuple with `,`");
    parse(found.fix("insert the comma", replace(previous.after(), ",")))
}

pub(super) fn unclosed(open: Span, bracket: &str, end: Span) -> SyntaxFault {
    let found = Diagnostic::new(&UNCLOSED_BRACKET, format!("`{bracket}` is never closed"))
        .label(open, "opened here")
        .label(end, "still open here")
        .help("close it, or look for a closing bracket that comes too early");
    parse(found)
}

pub(super) fn stray_closer(span: Span, bracket: &str) -> SyntaxFault {
    let found = Diagnostic::new(&UNCLOSED_BRACKET, format!("`{bracket}` closes nothing"))
        .label(span, "nothing of its kind is open here")
        .help("remove it, or open it where it should begin");
    parse(found)
}

pub(super) fn missing_full_stop(end: Span, stop: &str) -> SyntaxFault {
    let found = Diagnostic::new(&MISSING_FULL_STOP, "the term does not end in a full stop")
        .label(end, "a `.` belongs here")
        .help("end the term with `.` and a line break");
    parse(found.fix("insert the full stop", replace(end, stop)))
}

pub(super) fn elixir_alias(span: Span, alias: &str) -> SyntaxFault {
    let quoted = format!("'Elixir.{alias}'");
    let found = Diagnostic::new(&ELIXIR_SYNTAX, format!("`{alias}` is a bare Elixir module name"))
        .label(span, "in Erlang this is a variable, and this file cannot contain variables")
        .help(format!("an Elixir module is an atom that begins with `Elixir.`: write `{quoted}`"));
    parse(found.fix("write the module's full name", replace(span, quoted)))
}

pub(super) fn elixir_atom(span: Span, atom: &str) -> SyntaxFault {
    let found = Diagnostic::new(&ELIXIR_SYNTAX, format!("`:{atom}` is an atom as Elixir writes it"))
        .label(span, "the colon does not belong here")
        .help(format!("in Erlang the atom is `{atom}`"));
    parse(found.fix("write the atom as Erlang does", replace(span, atom)))
}

pub(super) fn elixir_charlist(span: Span) -> SyntaxFault {
    let found = Diagnostic::new(&ELIXIR_SYNTAX, "`~c` is a sigil of Elixir")
        .label(span, "Erlang has no sigil of this name")
        .help("in Erlang a character list is a plain string: remove `~c`");
    parse(found.fix("remove the sigil", replace(span, "")))
}

pub(super) fn variable(span: Span, name: &str) -> SyntaxFault {
    let found = Diagnostic::new(&NOT_A_TERM, format!("the variable `{name}` is in the place of a value"))
        .label(span, "names that begin with a capital or `_` are variables")
        .help(format!("quote it if it is an atom: `'{name}'`"));
    parse(found.fix("quote the atom", replace(span, format!("'{name}'"))))
}

pub(super) fn expression(span: Span, what: &str) -> SyntaxFault {
    let found = Diagnostic::new(&NOT_A_TERM, format!("{what} is in the place of a plain term"))
        .label(span, "this would have to be evaluated")
        .help("the file is data: write the value itself");
    parse(found)
}

/// OTP reads the text as a function and crashes on its second clause.
pub(super) fn second_clause(span: Span) -> SyntaxFault {
    let SyntaxFault { diagnostic, .. } = expression(span, "a function clause");
    SyntaxFault { diagnostic, class: FaultClass::Crash }
}

pub(super) fn illegal_character(span: Span, c: char) -> SyntaxFault {
    let found = Diagnostic::new(&ILLEGAL_CHARACTER, format!("the character `{}` (U+{:04X}) is not legal here", c.escape_debug(), u32::from(c)))
        .label(span, "not legal here");
    let straight = match c {
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}' => Some("\""),
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '`' => Some("'"),
        '\u{2013}' | '\u{2014}' | '\u{2212}' => Some("-"),
        '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{200b}' | '\u{3000}' => Some(" "),
        _ => None,
    };
    scan(match straight {
        Some(" ") => found.help("an invisible character: remove it").fix("remove it", replace(span, "")),
        Some(quote) => found.help(format!("a word processor put it here: write `{quote}`")).fix("write it plainly", replace(span, quote)),
        None => found.help("remove it, or put it in quotes if it is part of a name"),
    })
}

pub(super) fn unterminated(span: Span, what: &str, quote: &str) -> SyntaxFault {
    let found = Diagnostic::new(&UNTERMINATED_QUOTE, format!("{what} is never closed")).label(span, "begins here").help(format!("close it with `{quote}`"));
    scan(found)
}

pub(super) fn bad_escape(span: Span) -> SyntaxFault {
    let found = Diagnostic::new(&BAD_ESCAPE, "this is not a character")
        .label(span, "no such escape, or no such character")
        .help("escapes are `\\n`, `\\x41`, `\\x{1F600}`, `\\101` and the like; `\\\\` is a backslash");
    scan(found)
}

pub(super) fn bad_number(span: Span, why: &str, class: FaultClass) -> SyntaxFault {
    let found = Diagnostic::new(&BAD_NUMBER, format!("this is not a number: {why}"))
        .label(span, "not a number")
        .help("numbers are `42`, `1_000`, `16#ff`, `1.5`, `1.0e-3`; a version is a string: `\"1.0.0\"`");
    SyntaxFault { diagnostic: found, class }
}

pub(super) fn atom_too_long(span: Span, length: usize) -> SyntaxFault {
    let found = Diagnostic::new(&ATOM_TOO_LONG, format!("the atom has {length} characters; {MAX_ATOM} are allowed"))
        .label(span, "too long")
        .help("no module or application can have such a name");
    scan(found)
}

pub(super) fn bad_bits(span: Span, why: &str) -> SyntaxFault {
    let found = Diagnostic::new(&BAD_BIT_SYNTAX, format!("the bit syntax cannot be evaluated: {why}"))
        .label(span, "this segment")
        .help("a binary of text is `<<\"text\">>`; other text than ASCII needs `/utf8`");
    parse(found)
}

pub(super) fn not_utf8(span: Span, first: bool) -> SyntaxFault {
    let found = Diagnostic::new(&NOT_UTF8, "the file is not valid UTF-8 here")
        .label(span, "this byte")
        .help("save the file as UTF-8, or begin it with `%% coding: latin-1`");
    SyntaxFault { diagnostic: found, class: if first { FaultClass::Crash } else { FaultClass::Scan } }
}

pub(super) fn no_term(span: Span) -> SyntaxFault {
    let found = Diagnostic::new(&NO_TERM, "the file contains no term")
        .label(span, "nothing but white space and comments before this point")
        .help("is it the right file? it may have been written only in part");
    scan(found)
}

pub(super) fn too_deep(span: Span) -> SyntaxFault {
    let found = Diagnostic::new(&TOO_DEEP, format!("brackets are nested more than {MAX_DEPTH} deep"))
        .label(span, "one level too many")
        .help("no file that describes a release is nested like this; is it the right file?");
    bound(found)
}

pub(super) fn too_many_digits(span: Span) -> SyntaxFault {
    let found = Diagnostic::new(&TOO_LARGE, format!("the number has more than {MAX_DIGITS} digits"))
        .label(span, "too many digits")
        .help("numbers of this length are not read");
    bound(found)
}

pub(super) fn too_many_bits(span: Span) -> SyntaxFault {
    let found = Diagnostic::new(&TOO_LARGE, format!("the bit strings of this file have more than {MAX_BITS} bits that are not written out"))
        .label(span, "too large")
        .help("OTP would allocate all of it; nothing that describes a release needs this");
    bound(found)
}

pub(super) fn otp_syntax(span: Span, what: &str, since: Otp, otp: Otp, class: FaultClass) -> SyntaxFault {
    let found = Diagnostic::new(&OTP_VERSION_SYNTAX, format!("{what} cannot be read by {otp}"))
        .label(span, if otp < since { "newer than that version" } else { "older than that version" })
        .help(if otp < since {
            format!("it is understood since {since}: write it in the older form, or choose another version with `--otp`")
        } else {
            format!("it was understood before {since}: write it in a form that all versions read")
        });
    SyntaxFault { diagnostic: found, class }
}

pub(super) fn bad_multiline(span: Span, why: &'static str) -> SyntaxFault {
    let found = Diagnostic::new(&BAD_MULTILINE_STRING, "this triple-quoted string is laid out wrongly")
        .label(span, why)
        .help("the quotes are alone at the ends of the block, and every line is indented like the closing quotes");
    scan(found)
}

/// A term that the other form does not read as the same.
pub fn not_converted(span: Span) -> Diagnostic {
    Diagnostic::new(&NOT_A_TERM, "the other form has no way to write this so that it is the same term")
        .label(span, "this term")
        .help("bit strings that hold other things than text, and funs, have to be written by hand")
}

/// A construct that some version between base and target reads otherwise than the one that counts.
pub fn read_differently(span: Span, what: &str, since: Otp, other: Otp) -> Diagnostic {
    Diagnostic::new(&READS_DIFFERENTLY, format!("{what}: {other} reads this differently"))
        .label(span, format!("its meaning changed with {since}"))
        .help("write it in a form that all versions on the path read alike")
}

/// Text after the first term, which only some readers of OTP look at.
pub fn text_after_term(span: Span) -> Diagnostic {
    Diagnostic::new(&TEXT_AFTER_TERM, "more text follows the term")
        .label(span, "not read when a relup is compiled")
        .help("`release_handler` refuses a file with more than one term: remove the rest, or make it a comment")
}
