//! From bytes to text, as OTP's `epp:read_encoding/1` and `file:consult/1` decide it.

/// What the bytes of a file are taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// The default.
    Utf8,
    /// Chosen by a `%% coding: latin-1` comment.
    Latin1,
}

/// How far into a file an encoding comment may be, in bytes.
const COMMENT_REACH: usize = 512;
/// In how many lines it may be.
const COMMENT_LINES: usize = 2;

/// Finds the encoding comment in the first two lines and 512 bytes; without one the text is UTF-8.
pub fn detect(bytes: &[u8]) -> Encoding {
    let head = bytes.get(..COMMENT_REACH).unwrap_or(bytes);
    for line in head.split(|byte| *byte == b'\n').take(COMMENT_LINES) {
        if let Some(comment) = line.iter().position(|byte| *byte == b'%').and_then(|at| line.get(at..))
            && let Some(name) = coding_name(comment)
        {
            return by_name(&name);
        }
    }
    Encoding::Utf8
}

/// The name that follows the first `coding`, blanks, `:` or `=`, blanks.
fn coding_name(comment: &[u8]) -> Option<String> {
    const WORD: &[u8] = b"coding";
    (0..comment.len()).find_map(|at| {
        let rest = comment.get(at..)?.strip_prefix(WORD)?;
        let rest = skip_blanks(rest);
        let rest = rest.strip_prefix(b":").or_else(|| rest.strip_prefix(b"="))?;
        let rest = skip_blanks(rest);
        let name: String =
            rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').map(|byte| char::from(byte.to_ascii_lowercase())).collect();
        (!name.is_empty()).then_some(name)
    })
}

fn skip_blanks(bytes: &[u8]) -> &[u8] {
    let blanks = bytes.iter().take_while(|byte| **byte == b' ').count();
    bytes.get(blanks..).unwrap_or_default()
}

/// `latin-1` and what follows another hyphen; everything else, unknown names included, is UTF-8.
fn by_name(name: &str) -> Encoding {
    let mut parts = name.split('-');
    match (parts.next(), parts.next()) {
        (Some("latin"), Some("1")) => Encoding::Latin1,
        _ => Encoding::Utf8,
    }
}

/// What decoding gives.
pub struct Decoded {
    /// The text.
    pub text: String,
    /// Offsets of the bytes that could not be decoded.
    pub undecodable: Vec<usize>,
    /// The bytes, where encoding the text would not give them back.
    pub raw: Option<Vec<u8>>,
}

/// Decodes UTF-8. Each byte that cannot be decoded becomes a `?`, so that offsets stay the same.
pub fn decode_utf8(bytes: Vec<u8>) -> Decoded {
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return Decoded { text, undecodable: Vec::new(), raw: None },
        Err(error) => error.into_bytes(),
    };
    let mut text = String::with_capacity(bytes.len());
    let mut undecodable = Vec::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for _ in chunk.invalid() {
            undecodable.push(text.len());
            text.push('?');
        }
    }
    Decoded { text, undecodable, raw: Some(bytes) }
}

/// Decodes Latin-1: each byte is its own code point.
pub fn decode_latin1(bytes: &[u8]) -> Decoded {
    Decoded { text: bytes.iter().map(|byte| char::from(*byte)).collect(), undecodable: Vec::new(), raw: None }
}

#[cfg(test)]
mod tests {
    use super::{Encoding, decode_utf8, detect};

    #[test]
    fn the_comment_decides() {
        let latin1 = |text: &str| detect(text.as_bytes()) == Encoding::Latin1;
        assert!(latin1("%% -*- coding: latin-1 -*-\n"));
        assert!(latin1("\n%encoding=LATIN-1-unix"));
        assert!(latin1("\"a%coding: latin-1\""), "a percent sign inside a string counts");
        assert!(!latin1("%% coding: latin-15"));
        assert!(!latin1("%% Coding: latin-1"), "the keyword is case sensitive");
        assert!(!latin1("%% coding:\tlatin-1"), "a tab ends the search for the name");
        assert!(!latin1("\n\n%% coding: latin-1"), "only the first two lines count");
        assert!(!latin1("%% coding: utf-8\n%% coding: latin-1"), "the first match decides");
        assert!(!latin1("coding: latin-1"), "it must be a comment");
    }

    #[test]
    fn undecodable_bytes_keep_their_place() {
        let decoded = decode_utf8(b"a\xe9b\xc3\xa9".to_vec());
        assert_eq!(decoded.text, "a?b\u{e9}");
        assert_eq!(decoded.undecodable, [1]);
    }
}
