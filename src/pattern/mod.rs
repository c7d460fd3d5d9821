//! Regular expressions as OTP's `re` module runs them: version patterns of an `.appup`, wildcards of a search path.
//!
//! In goes an expression and a subject, out comes whether OTP would take it. The engine is PCRE2, as in OTP 28 and
//! later; before that OTP had PCRE, which reads every pattern the project knows of the same way.

use pcre2::bytes::{Regex, RegexBuilder};
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
    pub fn compile(expression: &str) -> Result<Pattern, PatternError> {
        match RegexBuilder::new().utf(true).build(expression) {
            Ok(regex) => Ok(Pattern { regex }),
            Err(error) => {
                let full = error.to_string();
                let reason = full.rsplit_once(": ").map_or(full.as_str(), |(_, reason)| reason);
                Err(PatternError { reason: reason.to_owned(), offset: error.offset() })
            }
        }
    }

    /// Tells whether the leftmost match is the whole subject. Nothing is anchored: `1|11` does not take `11`, because
    /// its first alternative wins at the first position. A match that runs into the engine's limit is no match, as
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
    use super::Pattern;

    fn takes(expression: &str, subject: &str) -> bool {
        Pattern::compile(expression).is_ok_and(|pattern| pattern.takes_whole(subject))
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
        let error = Pattern::compile("1.(0").map(|_| ()).map_err(|error| error.offset.is_some());
        assert_eq!(error, Err(true));
    }

    #[test]
    fn a_runaway_expression_is_no_match() {
        assert!(!takes("(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"));
    }
}
