//! The words of the term language, one nom parser each: blanks, comments, names, digits, escapes.

use crate::otp::Otp;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while, take_while_m_n, take_while1};
use nom::character::complete::{anychar, char, digit1, one_of, satisfy};
use nom::combinator::{map, map_opt, opt, peek, recognize, verify};
use nom::multi::many0_count;
use nom::sequence::{delimited, pair, preceded, terminated};
use nom::{IResult, Parser};

/// White space: U+0000 to U+0020 and U+0080 to U+00A0.
pub fn is_blank(c: char) -> bool {
    matches!(c, '\0'..=' ' | '\u{80}'..='\u{a0}')
}

/// What a bare atom begins with.
pub fn is_atom_start(c: char) -> bool {
    c.is_ascii_lowercase() || matches!(c, '\u{df}'..='\u{ff}' if c != '\u{f7}')
}

/// What a variable begins with.
pub fn is_variable_start(c: char) -> bool {
    c.is_ascii_uppercase() || c == '_' || matches!(c, '\u{c0}'..='\u{de}' if c != '\u{d7}')
}

/// What a name continues with.
pub fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '@' | '\u{c0}'..='\u{ff}' if c != '\u{d7}' && c != '\u{f7}')
}

/// Whether a word is reserved in a version.
pub fn is_reserved(word: &str, otp: Otp) -> bool {
    match word {
        "after" | "and" | "andalso" | "band" | "begin" | "bnot" | "bor" | "bsl" | "bsr" | "bxor" | "case" | "catch" | "cond" | "div" | "end" | "fun" | "if"
        | "let" | "not" | "of" | "or" | "orelse" | "receive" | "rem" | "try" | "when" | "xor" => true,
        "maybe" | "else" => otp >= Otp::V27,
        _ => false,
    }
}

/// A run of such characters, possibly none; ASCII, which is nearly all there is, is looked at byte by byte.
fn run_of(is_any: impl Fn(char) -> bool) -> impl Fn(&str) -> IResult<&str, &str> {
    move |input| {
        let ascii = input.bytes().take_while(|byte| byte.is_ascii() && is_any(char::from(*byte))).count();
        let tail = input.get(ascii..).unwrap_or_default();
        let wide: usize = if tail.as_bytes().first().is_none_or(u8::is_ascii) { 0 } else { tail.chars().take_while(|c| is_any(*c)).map(char::len_utf8).sum() };
        // Both are sums of whole characters' lengths.
        Ok(input.split_at_checked(ascii + wide).map_or((input, ""), |(taken, rest)| (rest, taken)))
    }
}

/// A run of white space.
pub fn blanks(input: &str) -> IResult<&str, &str> {
    verify(run_of(is_blank), |blank: &str| !blank.is_empty()).parse(input)
}

/// What a name continues with, possibly nothing.
fn name(input: &str) -> IResult<&str, &str> {
    run_of(is_name).parse(input)
}

/// From a percent sign to the end of the line.
pub fn comment(input: &str) -> IResult<&str, &str> {
    recognize(pair(char('%'), take_while(|c| c != '\n'))).parse(input)
}

/// An unquoted atom or reserved word.
pub fn bare_atom(input: &str) -> IResult<&str, &str> {
    recognize(pair(satisfy(is_atom_start), name)).parse(input)
}

/// A variable.
pub fn variable(input: &str) -> IResult<&str, &str> {
    recognize(pair(satisfy(is_variable_start), name)).parse(input)
}

/// Decimal digits with single underscores between them.
pub fn digits(input: &str) -> IResult<&str, &str> {
    recognize(pair(digit1, many0_count(preceded(char('_'), digit1)))).parse(input)
}

/// Digits of a base with single underscores between them.
pub fn digits_of(base: u32) -> impl Fn(&str) -> IResult<&str, &str> {
    move |input| {
        let run = || take_while1(move |c: char| c.is_digit(base));
        recognize(pair(run(), many0_count(preceded(char('_'), run())))).parse(input)
    }
}

/// The fraction of a float: a point and digits.
pub fn fraction(input: &str) -> IResult<&str, &str> {
    preceded(char('.'), digits).parse(input)
}

/// The exponent of a float.
pub fn exponent(input: &str) -> IResult<&str, &str> {
    preceded(one_of("eE"), recognize(pair(opt(one_of("+-")), digits))).parse(input)
}

/// The dot that ends a term: white space, a comment or the end of the file follows.
pub fn full_stop(input: &str) -> IResult<&str, char> {
    let (rest, dot) = char('.').parse(input)?;
    if rest.is_empty() {
        return Ok((rest, dot));
    }
    let (_, _) = peek(satisfy(|c| is_blank(c) || c == '%')).parse(rest)?;
    Ok((rest, dot))
}

/// Operators and punctuation that no term holds, longest first.
pub fn operator(input: &str) -> IResult<&str, &str> {
    alt((
        alt((tag("=:="), tag("=/="), tag("<:="), tag("<:-"), tag("..."))),
        alt((tag("->"), tag("=="), tag("/="), tag("=<"), tag(">="), tag("++"), tag("--"), tag("::"), tag(":="))),
        alt((tag("||"), tag("<-"), tag("<="), tag("&&"), tag("??"), tag(".."), tag("?="))),
        recognize(one_of("=<>*;!?.&^")),
    ))
    .parse(input)
}

/// What an escape stands for: the part after the backslash. `caret27` chooses how `\^c` is read: as since OTP 27.
pub fn escape(caret27: bool) -> impl Fn(&str) -> IResult<&str, u32> {
    move |input| {
        alt((
            map(take_while_m_n(1, 3, |c| matches!(c, '0'..='7')), |octal| u32::from_str_radix(octal, 8).unwrap_or(0)),
            preceded(char('x'), alt((braced_hex, plain_hex))),
            preceded(char('^'), control(caret27)),
            map(verify(anychar, |c| *c != 'x' && *c != '^'), simple_escape),
        ))
        .parse(input)
    }
}

fn braced_hex(input: &str) -> IResult<&str, u32> {
    let digits = take_while1(|c: char| c.is_ascii_hexdigit());
    map(delimited(char('{'), digits, char('}')), |hex: &str| u32::from_str_radix(hex, 16).unwrap_or(u32::MAX)).parse(input)
}

fn plain_hex(input: &str) -> IResult<&str, u32> {
    map(take_while_m_n(2, 2, |c: char| c.is_ascii_hexdigit()), |hex| u32::from_str_radix(hex, 16).unwrap_or(0)).parse(input)
}

fn control(caret27: bool) -> impl Fn(&str) -> IResult<&str, u32> {
    move |input| {
        map_opt(anychar, |c| match c {
            _ if !caret27 => Some(u32::from(c) % 32),
            '@'..='_' | 'a'..='z' => Some(u32::from(c) % 32),
            '?' => Some(127),
            _ => None,
        })
        .parse(input)
    }
}

fn simple_escape(c: char) -> u32 {
    match c {
        'n' => 10,
        't' => 9,
        'r' => 13,
        'b' => 8,
        'f' => 12,
        'v' => 11,
        'e' => 27,
        's' => 32,
        'd' => 127,
        _ => u32::from(c),
    }
}

/// The head of a triple-quoted string: three or more quotes, white space, a line end. Gives the number of quotes.
pub fn triple_head(input: &str) -> IResult<&str, usize> {
    let quotes = map(take_while_m_n(3, usize::MAX, |c| c == '"'), str::len);
    terminated(quotes, pair(take_while(|c| c != '\n' && is_blank(c)), char('\n'))).parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_where_they_should() {
        assert_eq!(bare_atom("a@b.c"), Ok((".c", "a@b")));
        assert_eq!(digits("1_000_x"), Ok(("_x", "1_000")));
        assert_eq!(digits_of(16)("fF_0ag"), Ok(("g", "fF_0a")));
        assert_eq!(exponent("e-12."), Ok((".", "-12")));
        assert!(full_stop(". ").is_ok() && full_stop(".").is_ok() && full_stop(".%").is_ok());
        assert!(full_stop(".a").is_err());
        assert_eq!(operator("=:=x"), Ok(("x", "=:=")));
    }

    #[test]
    fn escapes_follow_the_version() {
        let value = |text: &str, caret27: bool| escape(caret27)(text).map(|(_, value)| value).ok();
        assert_eq!(value("777", true), Some(511));
        assert_eq!(value("x{10FFFF}", true), Some(0x10_ffff));
        assert_eq!(value("x4", true), None);
        assert_eq!(value("x{}", true), None);
        assert_eq!(value("^?", false), Some(31));
        assert_eq!(value("^?", true), Some(127));
        assert_eq!(value("^1", true), None);
        assert_eq!(value("q", true), Some(113));
    }
}
