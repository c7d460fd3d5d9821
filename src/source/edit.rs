//! Edits go into a file's own bytes: what no edit touches stays byte for byte, whatever the encoding.

use super::files::Source;
use crate::diag::Edit;

/// Why edits cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Two of them change the same place, or one points outside of the text or into a character.
    Misplaced,
    /// The encoding of the file has no way to write a character of a new text.
    Unencodable,
}

impl Source {
    /// The file as it is after the edits, decoded again.
    pub fn edited(&self, edits: &[Edit]) -> Result<Source, Unfit> {
        let own = self.bytes();
        let mut sorted: Vec<&Edit> = edits.iter().collect();
        sorted.sort_by_key(|edit| (edit.span.start, edit.span.end));
        let mut bytes = Vec::with_capacity(own.len() + sorted.iter().map(|edit| edit.text.len()).sum::<usize>());
        let mut copied = 0;
        let mut previous = None;
        for edit in sorted {
            if self.text.get(edit.span.range()).is_none() || previous.is_some_and(|end| edit.span.start < end) {
                return Err(Unfit::Misplaced);
            }
            previous = Some(edit.span.end);
            let (start, end) = (self.place(edit.span.start).byte, self.place(edit.span.end).byte);
            bytes.extend_from_slice(own.get(copied..start).ok_or(Unfit::Misplaced)?);
            bytes.extend(self.encode(&edit.text).ok_or(Unfit::Unencodable)?);
            copied = end;
        }
        bytes.extend_from_slice(own.get(copied..).unwrap_or_default());
        Ok(Source::new(self.name.clone(), bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::{Source, Unfit};
    use crate::diag::Edit;
    use crate::span::{FileId, Span};
    use proptest::prelude::*;

    fn edit(start: usize, end: usize, text: &str) -> Edit {
        Edit { span: Span::new(FileId(0), start, end), text: text.to_owned() }
    }

    fn edited(bytes: &[u8], edits: &[Edit]) -> Result<Vec<u8>, Unfit> {
        Source::new("t", bytes.to_vec()).edited(edits).map(|source| source.bytes().into_owned())
    }

    #[test]
    fn bytes_that_are_no_text_stay() {
        assert_eq!(edited(b"%% n\xe9\nx.\xff", &[edit(6, 7, "'X\u{e9}'")]).as_deref(), Ok(b"%% n\xe9\n'X\xc3\xa9'.\xff".as_slice()));
    }

    #[test]
    fn a_latin1_file_stays_one() {
        let text = b"%% coding: latin-1 \xe9\xe9\nx.\r\n";
        // In the decoded text each of the two letters takes two bytes.
        assert_eq!(edited(text, &[edit(24, 25, "\u{e9}")]).as_deref(), Ok(b"%% coding: latin-1 \xe9\xe9\n\xe9.\r\n".as_slice()));
        assert_eq!(edited(text, &[edit(24, 25, "\u{20ac}")]), Err(Unfit::Unencodable));
    }

    #[test]
    fn edits_that_meet_are_refused() {
        assert_eq!(edited(b"abc", &[edit(0, 2, "x"), edit(1, 3, "y")]), Err(Unfit::Misplaced));
        assert_eq!(edited(b"abc", &[edit(2, 9, "x")]), Err(Unfit::Misplaced));
        assert_eq!(edited("\u{e9}".as_bytes(), &[edit(1, 1, "x")]), Err(Unfit::Misplaced));
        assert_eq!(edited(b"abc", &[edit(2, 3, "z"), edit(0, 2, "x")]).as_deref(), Ok(b"xz".as_slice()));
    }

    proptest! {
        /// Outside of the edits the bytes are those of the file.
        #[test]
        fn what_is_not_edited_stays(head in any::<bool>(), bytes in proptest::collection::vec(any::<u8>(), 0..200), cuts in proptest::collection::vec((0usize..200, 0usize..20, "[a-z\\n]{0,5}"), 0..6)) {
            let bytes = if head { [b"%% coding: latin-1\n".as_slice(), &bytes].concat() } else { bytes };
            let source = Source::new("t", bytes.clone());
            let mut edits = Vec::new();
            let mut from = 0;
            for (gap, length, text) in cuts {
                let start = from + gap;
                let end = start + length;
                if source.text.get(start..end).is_none() {
                    break;
                }
                edits.push(edit(start, end, &text));
                from = end + 1;
            }
            let after = edited(&bytes, &edits).unwrap();
            let mut rest = after.as_slice();
            let mut copied = 0;
            for edit in &edits {
                let (start, end) = (source.place(edit.span.start).byte, source.place(edit.span.end).byte);
                prop_assert!(rest.starts_with(&bytes[copied..start]));
                rest = &rest[start - copied..];
                prop_assert!(rest.starts_with(edit.text.as_bytes()));
                rest = &rest[edit.text.len()..];
                copied = end;
            }
            prop_assert_eq!(rest, &bytes[copied..]);
        }
    }
}
