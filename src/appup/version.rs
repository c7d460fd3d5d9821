//! Which versions an entry is for (`systools_relup:appup_search_for_version/2`, OTP 25 to 29).

use crate::otp::Otp;
use crate::pattern::{Dialect, Pattern, PatternError};
use crate::span::Span;
use crate::term::{Term, TermKind};
use std::sync::OnceLock;

/// The version of an entry.
#[derive(Clone, Debug)]
pub enum Version {
    /// A string: just this version.
    Exact(String, Span),
    /// A binary: a regular expression.
    Pattern(VersionPattern),
    /// Any other term: matches nothing, as no release has such a version.
    Other(Term),
}

/// A regular expression over versions.
#[derive(Clone, Debug)]
pub struct VersionPattern {
    /// The expression's bytes.
    pub bytes: Vec<u8>,
    /// Where it is.
    pub span: Span,
    /// The language that it is in: that of the OTP version that counts.
    dialect: Dialect,
    compiled: OnceLock<Result<Pattern, PatternError>>,
}

impl VersionPattern {
    /// Compiles it, once.
    pub fn compile(&self) -> Result<&Pattern, &PatternError> {
        let compile = || match std::str::from_utf8(&self.bytes) {
            Ok(text) => Pattern::compile(text, self.dialect),
            Err(_) => Err(PatternError { reason: "it is not valid UTF-8".to_owned(), offset: None }),
        };
        self.compiled.get_or_init(compile).as_ref()
    }
}

impl Version {
    /// Bit strings that are not binaries match nothing and make the entry unusable.
    pub(super) fn is_usable(term: &Term) -> bool {
        !matches!(&term.kind, TermKind::Bits(bits) if bits.trailing != 0)
    }

    pub(super) fn read(term: &Term, otp: Otp) -> Version {
        if let Some(text) = term.text() {
            return Version::Exact(text.into_owned(), term.span);
        }
        if let TermKind::Bits(bits) = &term.kind {
            let dialect = if otp >= Otp::V28 { Dialect::Pcre2 } else { Dialect::Pcre };
            return Version::Pattern(VersionPattern { bytes: bits.bytes.clone(), span: term.span, dialect, compiled: OnceLock::new() });
        }
        Version::Other(term.clone())
    }

    /// Where it is.
    pub fn span(&self) -> Span {
        match self {
            Version::Exact(_, span) => *span,
            Version::Pattern(pattern) => pattern.span,
            Version::Other(term) => term.span,
        }
    }

    /// Back to a term.
    pub fn to_term(&self) -> Term {
        match self {
            Version::Exact(text, span) => Term { span: *span, ..Term::string(text) },
            Version::Pattern(pattern) => {
                Term { kind: TermKind::Bits(Box::new(crate::term::Bits { bytes: pattern.bytes.clone(), trailing: 0 })), span: pattern.span }
            }
            Version::Other(term) => term.clone(),
        }
    }

    /// Whether two entries are for the same versions by the letter.
    pub fn is_same(&self, other: &Version) -> bool {
        match (self, other) {
            (Version::Exact(a, _), Version::Exact(b, _)) => a == b,
            (Version::Pattern(a), Version::Pattern(b)) => a.bytes == b.bytes,
            (Version::Other(a), Version::Other(b)) => a == b,
            (Version::Exact(..) | Version::Pattern(_) | Version::Other(_), _) => false,
        }
    }

    /// The version of OTP from which on it is read otherwise than before, when there is one.
    pub fn read_differently_since(&self) -> Option<Otp> {
        let Version::Pattern(pattern) = self else { return None };
        std::str::from_utf8(&pattern.bytes).is_ok_and(Pattern::is_ambiguous).then_some(Otp::V28)
    }

    /// Whether it takes a version; an expression that does not compile is an error.
    pub fn takes(&self, version: &str) -> Result<bool, &PatternError> {
        match self {
            Version::Exact(text, _) => Ok(text == version),
            Version::Pattern(pattern) => Ok(pattern.compile()?.takes_whole(version)),
            Version::Other(_) => Ok(false),
        }
    }
}
