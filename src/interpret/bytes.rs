//! What is known of the bytes of a bitstring: how it begins.

use std::fmt;

/// The bytes that a bitstring begins with, and whether there is nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bytes {
    known: Vec<u8>,
    is_all: bool,
}

/// How many of them are kept.
const MAX_KNOWN: usize = 64;

impl Bytes {
    /// A binary without any byte.
    pub fn empty() -> Bytes {
        Bytes { known: Vec::new(), is_all: true }
    }

    /// All bytes of a text.
    pub fn of_text(text: &str) -> Bytes {
        let mut bytes = Bytes::empty();
        bytes.add(text.as_bytes());
        bytes
    }

    /// Adds what comes next, unless it is not known what is before it.
    pub fn add(&mut self, next: &[u8]) {
        if self.is_all {
            let room = MAX_KNOWN.saturating_sub(self.known.len()).min(next.len());
            self.known.extend_from_slice(next.get(..room).unwrap_or_default());
            self.is_all = room == next.len();
        }
    }

    /// Notes that something follows of which nothing is known.
    pub fn add_unknown(&mut self) {
        self.is_all = false;
    }

    /// Adds what another one begins with.
    pub fn append(&mut self, next: &Bytes) {
        self.add(&next.known);
        self.is_all &= next.is_all;
    }

    /// Whether all of it is known, so that it ends with a whole byte.
    pub fn is_complete(&self) -> bool {
        self.is_all
    }

    /// Whether nothing is known of it.
    pub fn is_unknown(&self) -> bool {
        self.known.is_empty() && !self.is_all
    }

    /// Whether two binaries are certainly not equal.
    pub fn is_other_than(&self, other: &Bytes) -> bool {
        let differs = self.known.iter().zip(&other.known).any(|(one, other)| one != other);
        differs || (self.is_all && self.known.len() < other.known.len()) || (other.is_all && other.known.len() < self.known.len())
    }
}

/// As Erlang writes it, `..` for what is not known.
impl fmt::Display for Bytes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("<<")?;
        for (at, byte) in self.known.iter().take(8).enumerate() {
            write!(out, "{}{byte}", if at > 0 { "," } else { "" })?;
        }
        let has_more = self.known.len() > 8 || !self.is_all;
        out.write_str(match (has_more, self.known.is_empty()) {
            (true, false) => ",..>>",
            (true, true) => "..>>",
            (false, _) => ">>",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Bytes;

    fn begins(bytes: &[u8]) -> Bytes {
        let mut begins = Bytes::empty();
        begins.add(bytes);
        begins.add_unknown();
        begins.add(b"after what is not known");
        begins
    }

    #[test]
    fn binaries_that_begin_otherwise_are_others() {
        let is_other = |one: &Bytes, other: &Bytes| {
            assert_eq!(one.is_other_than(other), other.is_other_than(one));
            one.is_other_than(other)
        };
        assert!(is_other(&begins(&[1]), &begins(&[2])));
        assert!(is_other(&begins(&[1, 2]), &Bytes::of_text("\u{1}")), "too short");
        assert!(!is_other(&begins(&[1]), &begins(&[1, 2])));
        assert!(!is_other(&begins(&[]), &Bytes::of_text("ab")));
        assert!(is_other(&Bytes::of_text("ab"), &Bytes::of_text("abc")));
        let long = "x".repeat(100);
        assert!(!is_other(&Bytes::of_text(&long), &Bytes::of_text(&(long.clone() + "y"))), "no more than the beginning is kept");
        assert_eq!((begins(&[1]).to_string(), Bytes::of_text("").to_string()), ("<<1,..>>".to_owned(), "<<>>".to_owned()));
    }
}
