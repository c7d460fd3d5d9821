//! Regular expressions as OTP's `re` module runs them: version patterns of an `.appup`, wildcards of a search path.
//!
//! In goes an expression and a subject, out comes whether OTP would take it. The engine is PCRE2, as in OTP 28 and
//! later; before that OTP had PCRE, and what that reads otherwise is put into PCRE2's words first.

mod glob;
mod pcre;

pub use glob::glob;

use pcre2::bytes::{Regex, RegexBuilder};
use std::borrow::Cow;
use std::fmt;

/// A compiled expression.
#[derive(Clone)]
pub struct Pattern {
    regex: Regex,
}

impl fmt::Debug for Pattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Pattern({})", self.regex.as_str())
    }
}

/// Which engine's language an expression is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// That of OTP 27 and older.
    Pcre,
    /// That of OTP 28 and newer.
    Pcre2,
}

/// Why an expression does not compile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    /// What the engine says.
    pub reason: String,
    /// The byte offset it says it of.
    pub offset: Option<usize>,
}

impl Pattern {
    /// Compiles an expression in UTF-8 mode, as `re:run(Subject, Pattern, [unicode])` does.
    pub fn compile(expression: &str, dialect: Dialect) -> Result<Pattern, PatternError> {
        let translated = match dialect {
            Dialect::Pcre => Cow::Owned(pcre::translate(expression)?),
            Dialect::Pcre2 => Cow::Borrowed(expression),
        };
        match RegexBuilder::new().utf(true).build(&translated) {
            Ok(regex) => Ok(Pattern { regex }),
            Err(error) => {
                let full = error.to_string();
                let reason = full.rsplit_once(": ").map_or(full.as_str(), |(_, reason)| reason);
                Err(PatternError { reason: reason.to_owned(), offset: error.offset() })
            }
        }
    }

    /// Whether the two dialects read an expression otherwise, or one refuses it.
    pub fn is_ambiguous(expression: &str) -> bool {
        pcre::translate(expression).ok().as_deref() != Some(expression)
    }

    /// Whether the leftmost match is the whole subject. Nothing is anchored: `1|11` does not take `11`, because
    /// its first alternative wins at the first position. A match that runs into the engine's limit is not a match, as
    /// in OTP.
    pub fn takes_whole(&self, subject: &str) -> bool {
        match self.regex.find(subject.as_bytes()) {
            Ok(Some(found)) => found.start() == 0 && found.end() == subject.len(),
            Ok(None) | Err(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Dialect, Pattern};

    fn takes(expression: &str, subject: &str) -> bool {
        Pattern::compile(expression, Dialect::Pcre2).is_ok_and(|pattern| pattern.takes_whole(subject))
    }

    #[test]
    fn the_leftmost_match_must_be_the_whole() {
        assert!(!takes("1|11", "11"));
        assert!(takes("11|1", "11"));
        assert!(takes(".*", "1.0.0-rc.1"));
        assert!(takes(r"1\.0.*", "1.0.7"));
        assert!(!takes(r"1\.0", "1.0.7"));
        assert!(!takes("0", "1.0"));
    }

    #[test]
    fn a_bad_expression_says_where() {
        let error = Pattern::compile("1.(0", Dialect::Pcre2).map(|_| ()).map_err(|error| error.offset.is_some());
        assert_eq!(error, Err(true));
    }

    #[test]
    fn a_runaway_expression_is_no_match() {
        assert!(!takes("(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"));
    }
}
