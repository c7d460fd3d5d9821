//! What PCRE reads otherwise than PCRE2: OTP has the former up to 27. An expression for PCRE is put into words that PCRE2
//! reads as PCRE would, or refused where PCRE refuses it. Each difference was asked of OTP 25.

use super::PatternError;

/// Items that only PCRE2 takes at the beginning of an expression.
const LATER_ITEMS: &[&str] = &["NO_JIT)", "NO_DOTSTAR_ANCHOR)", "NOTEMPTY)", "NOTEMPTY_ATSTART)", "NUL)", "LIMIT_HEAP=", "LIMIT_DEPTH="];
/// Properties of characters that are not scripts.
const PROPERTIES: &[&str] = &[
    "Any", "C", "Cc", "Cf", "Cn", "Co", "Cs", "L", "L&", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Pe",
    "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs", "Xan", "Xps", "Xsp", "Xuc", "Xwd",
];

/// The expression in PCRE2's words.
pub(super) fn translate(expression: &str) -> Result<String, PatternError> {
    let mut reader = Reader { all: expression, at: 0, out: String::with_capacity(expression.len()) };
    while let Some(item) = reader.rest().strip_prefix("(*").filter(|item| item.starts_with(|c: char| c.is_ascii_uppercase())) {
        if LATER_ITEMS.iter().any(|later| item.starts_with(later)) {
            return Err(reader.refuse("`(*VERB)` is not known before OTP 28"));
        }
        let length = item.find(')').map_or(item.len(), |end| end + 1);
        reader.copy(length + 2);
    }
    while !reader.rest().is_empty() {
        reader.step()?;
    }
    Ok(reader.out)
}

struct Reader<'e> {
    all: &'e str,
    at: usize,
    out: String,
}

impl<'e> Reader<'e> {
    fn rest(&self) -> &'e str {
        self.all.get(self.at..).unwrap_or_default()
    }

    /// Takes so many bytes over as they are.
    fn copy(&mut self, length: usize) {
        self.out.push_str(self.rest().get(..length).unwrap_or(self.rest()));
        self.at = self.all.len().min(self.at + length);
    }

    fn refuse(&self, reason: &str) -> PatternError {
        PatternError { reason: reason.to_owned(), offset: Some(self.at) }
    }

    fn step(&mut self) -> Result<(), PatternError> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(()) };
        match first {
            '\\' => self.escape().map(|_| ()),
            '[' => self.class(),
            '{' if !is_quantifier(rest) => {
                // What is not a quantifier stands for itself; PCRE2 knows more of them.
                self.out.push('\\');
                self.copy(1);
                Ok(())
            }
            '(' if rest.strip_prefix("(*").is_some_and(|name| name.starts_with(|c: char| c.is_ascii_lowercase())) => {
                Err(self.refuse("assertions with names are not known before OTP 28"))
            }
            _ => {
                self.copy(first.len_utf8());
                Ok(())
            }
        }
    }

    /// An escape; whether it stands for a set of characters.
    fn escape(&mut self) -> Result<bool, PatternError> {
        let rest = self.rest();
        if let Some(quoted) = rest.strip_prefix("\\Q") {
            self.copy(2 + quoted.find("\\E").map_or(quoted.len(), |end| end + 2));
            return Ok(false);
        }
        let Some(letter) = rest.get(1..).and_then(|rest| rest.chars().next()) else {
            self.copy(1);
            return Ok(false);
        };
        let braced = rest.get(2..).and_then(|rest| rest.strip_prefix('{')).and_then(|rest| rest.split_once('}')).map(|(inner, _)| inner);
        let in_braces = braced.map_or(0, |inner| inner.len() + 2);
        match letter {
            'p' | 'P' => {
                if braced.is_some_and(|name| !is_property(name)) {
                    return Err(self.refuse("unknown property name after \\P or \\p before OTP 28"));
                }
                self.copy(2 + in_braces);
                Ok(true)
            }
            'N' if braced.is_some() && !is_quantifier(rest.get(2..).unwrap_or_default()) => Err(self.refuse("\\N{name} is not known before OTP 28")),
            // There is no eighth group to refer to: the digit stands for itself.
            '8' | '9' if self.all.matches('(').count() < 8 => {
                self.at += 1;
                self.copy(1);
                Ok(false)
            }
            'x' | 'o' | 'g' | 'k' => {
                self.copy(2 + in_braces);
                Ok(false)
            }
            _ => {
                self.copy(1 + letter.len_utf8());
                Ok(matches!(letter, 'd' | 'D' | 'h' | 'H' | 's' | 'S' | 'v' | 'V' | 'w' | 'W'))
            }
        }
    }

    /// A class: a hyphen after a set of characters stands for itself.
    fn class(&mut self) -> Result<(), PatternError> {
        self.copy(1);
        if self.rest().starts_with('^') {
            self.copy(1);
        }
        if self.rest().starts_with(']') {
            self.copy(1);
        }
        let mut behind_set = false;
        while let Some(first) = self.rest().chars().next() {
            let named = ["[:", "[.", "[="].iter().any(|open| self.rest().starts_with(open));
            match first {
                ']' => {
                    self.copy(1);
                    return Ok(());
                }
                '\\' => behind_set = self.escape()?,
                '[' if named => {
                    let length = self.rest().find(":]").map_or(1, |end| end + 2);
                    self.copy(length);
                    behind_set = length > 1;
                }
                '-' if behind_set => {
                    self.out.push('\\');
                    self.copy(1);
                    behind_set = false;
                }
                _ => {
                    self.copy(first.len_utf8());
                    behind_set = false;
                }
            }
        }
        Ok(())
    }
}

/// `{2}`, `{2,}`, `{2,3}`, and nothing else.
fn is_quantifier(text: &str) -> bool {
    let Some((inner, _)) = text.strip_prefix('{').and_then(|rest| rest.split_once('}')) else { return false };
    let (from, to) = inner.split_once(',').unwrap_or((inner, ""));
    !from.is_empty() && from.chars().chain(to.chars()).all(|c| c.is_ascii_digit())
}

/// Names are taken by the letter; those of scripts begin with a capital.
fn is_property(name: &str) -> bool {
    let name = name.strip_prefix('^').unwrap_or(name);
    let is_script = || {
        let word = |word: &str| word.len() > 2 && word.starts_with(|c: char| c.is_ascii_uppercase()) && word.chars().skip(1).all(|c| c.is_ascii_lowercase());
        name.split('_').all(word)
    };
    PROPERTIES.contains(&name) || is_script()
}

#[cfg(test)]
mod tests {
    use crate::pattern::{Dialect, Pattern};

    const SUBJECTS: &[&str] =
        &[r"1.0", r"1", r"11", r"1.a-b", r"1{,2}", r"{,2}", r"a", r"-", r"10", r"1{, 2", r"x{1", r"1{}", r"18", r"1.0{,2}", r"3-z", r"{1, 2}"];

    /// Expressions, and which of the subjects OTP 25 takes; none where it refuses the expression.
    const ANSWERS: &[(&str, Option<&[&str]>)] = &[
        (r"1[\w-.]*", Some(&[r"1.0", r"1", r"11", r"1.a-b", r"10", r"18"])),
        (r"1[\d-z]?.0", Some(&[r"1.0"])),
        (r"1\.[0-9]{,2}", Some(&[r"1.0{,2}"])),
        (r"1{,5}.0", Some(&[])),
        (r"1.{1, 2}", Some(&[])),
        (r"1.{ 1,2 }", Some(&[])),
        (r"1\.0{,2}", Some(&[r"1.0{,2}"])),
        (r"{,2}", Some(&[r"{,2}"])),
        (r"1{}", Some(&[r"1{}"])),
        (r"1{2,}", Some(&[r"11"])),
        (r"1{1,2}", Some(&[r"1", r"11"])),
        (r"x{1", Some(&[r"x{1"])),
        (r"[a-\d]", None),
        (r"[\w-\d]+", Some(&[r"1", r"11", r"a", r"-", r"10", r"18", r"3-z"])),
        (r"[[:digit:]-z]+", Some(&[r"1", r"11", r"-", r"10", r"18", r"3-z"])),
        (r"[[:alpha:]]", Some(&[r"a"])),
        (r"[%--]+", Some(&[r"-"])),
        (r"[{,2}]", Some(&[])),
        (r"\p{Script=Latin}", None),
        (r"\p{Lc}", None),
        (r"\p{greek}", None),
        (r"\p{Greek}", Some(&[])),
        (r"\p{L&}", Some(&[r"a"])),
        (r"\p{^L}", Some(&[r"1", r"-"])),
        (r"\P{Nd}", Some(&[r"a", r"-"])),
        (
            r"\p{Any}+",
            Some(&[r"1.0", r"1", r"11", r"1.a-b", r"1{,2}", r"{,2}", r"a", r"-", r"10", r"1{, 2", r"x{1", r"1{}", r"18", r"1.0{,2}", r"3-z", r"{1, 2}"]),
        ),
        (r"\pL", Some(&[r"a"])),
        (r"\p{Bidi_Class:EN}", None),
        (r"\N+", Some(&[r"1.0", r"1", r"11", r"1.a-b", r"1{,2}", r"{,2}", r"a", r"-", r"10", r"1{, 2", r"x{1", r"1{}", r"18", r"1.0{,2}", r"3-z", r"{1, 2}"])),
        (r"\N{2}", Some(&[r"11", r"10", r"18"])),
        (r"\N{U+31}", None),
        (r"\x{31}", Some(&[r"1"])),
        (r"\o{61}", Some(&[r"1"])),
        (r"\Q1.\E0", Some(&[r"1.0"])),
        (r"\Q{,2}\E", Some(&[r"{,2}"])),
        (r"1\8", Some(&[r"18"])),
        (r"(1)\1", Some(&[r"11"])),
        (r"\1", None),
        (r"(*NO_JIT)1", None),
        (r"(*NOTEMPTY)1", None),
        (r"(*LIMIT_HEAP=10)1", None),
        (r"(*NUL)1", None),
        (r"(*UTF)1", Some(&[r"1"])),
        (r"(*UCP)1.0", Some(&[r"1.0"])),
        (r"(*NO_START_OPT)1", Some(&[r"1"])),
        (r"(*LIMIT_MATCH=10)1", Some(&[r"1"])),
        (r"(*FOO)1", None),
        (r"(*pla:1)1", None),
        (r"(*UCP)(*pla:1)1", None),
        (r"(?x)1 0", Some(&[r"10"])),
        (r"(?U).*", Some(&[])),
        (r"(?P<n>1)(?P=n)", Some(&[r"11"])),
        (r"1++", Some(&[r"1", r"11"])),
        (r"\K1", Some(&[r"1"])),
        (r"[\Q-\E]", Some(&[r"-"])),
        (r"[[.a.]]", None),
        (r"[[=a=]]", None),
        (r"[[:foo:]]", None),
        (r"[]a]", Some(&[r"a"])),
        (r"[^]a]+", Some(&[r"1.0", r"1", r"11", r"1{,2}", r"{,2}", r"-", r"10", r"1{, 2", r"x{1", r"1{}", r"18", r"1.0{,2}", r"3-z", r"{1, 2}"])),
        (r"\{,2}", Some(&[r"{,2}"])),
    ];

    #[test]
    fn expressions_are_read_as_otp_25_reads_them() {
        for (expression, expected) in ANSWERS {
            let taken = |pattern: &Pattern| SUBJECTS.iter().copied().filter(|subject| pattern.takes_whole(subject)).collect::<Vec<_>>();
            let found = Pattern::compile(expression, Dialect::Pcre).ok().map(|pattern| taken(&pattern));
            assert_eq!(found.as_deref(), *expected, "{expression}");
        }
    }

    #[test]
    fn otp_28_reads_some_of_them_otherwise() {
        let takes = |expression: &str, subject: &str| Pattern::compile(expression, Dialect::Pcre2).map(|pattern| pattern.takes_whole(subject)).ok();
        assert_eq!(takes(r"1\.[0-9]{,2}", "1.0"), Some(true));
        assert_eq!(takes(r"1[\w-.]*", "1.0"), None);
        assert_eq!(takes(r"\p{Script=Latin}", "a"), Some(true));
    }
}
