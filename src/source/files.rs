//! The texts of a run, and the line and column of an offset.

use super::encoding::{self, Encoding};
use crate::span::{FileId, Span};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

/// One decoded file.
#[derive(Clone, Debug)]
pub struct Source {
    /// The name it is reported under.
    pub name: String,
    /// The decoded text.
    pub text: String,
    /// Offsets of the bytes that could not be decoded; the text has a `?` there.
    pub undecodable: Vec<usize>,
    latin1: bool,
    /// The bytes, where they cannot be made from the text.
    raw: Option<Vec<u8>>,
    index: OnceLock<Index>,
}

/// Whether a file holds the configuration of a node, by its name: such files hold passwords, so nothing of their text is
/// shown.
pub fn is_configuration(name: &str) -> bool {
    let file = name.rsplit(['/', ':']).next().unwrap_or(name);
    let file = file.strip_suffix(".src").unwrap_or(file);
    file.ends_with(".config") || file.ends_with(".args") || file.ends_with("runtime.exs") || file == "env.sh" || file == "COOKIE"
}

/// What makes looking a place up cheap, however long the lines are.
#[derive(Clone, Debug)]
struct Index {
    /// The offset at which each line begins.
    lines: Vec<u32>,
    /// How many characters come before each block of [`BLOCK`] bytes.
    characters: Vec<u32>,
}

/// The size of a block, in bytes.
const BLOCK: usize = 256;

/// A position for people and machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The offset in the file's own bytes, from 0.
    pub byte: usize,
}

impl Source {
    /// Decodes the bytes of a file, its encoding comment respected.
    pub fn new(name: impl Into<String>, bytes: Vec<u8>) -> Source {
        let latin1 = encoding::detect(&bytes) == Encoding::Latin1;
        let encoding::Decoded { text, undecodable, raw } = if latin1 { encoding::decode_latin1(&bytes) } else { encoding::decode_utf8(bytes) };
        Source { name: name.into(), text, undecodable, latin1, raw, index: OnceLock::new() }
    }

    /// The file's own bytes.
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        match &self.raw {
            Some(bytes) => Cow::Borrowed(bytes),
            None if self.latin1 => Cow::Owned(self.encode(&self.text).unwrap_or_default()),
            None => Cow::Borrowed(self.text.as_bytes()),
        }
    }

    /// Encodes text as the file is encoded; `None` when that has no way to write a character.
    pub(super) fn encode(&self, text: &str) -> Option<Vec<u8>> {
        if self.latin1 { text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect() } else { Some(text.as_bytes().to_vec()) }
    }

    /// Line, column and byte of an offset into the decoded text.
    pub fn place(&self, offset: u32) -> Place {
        let index = self.index.get_or_init(|| Index::new(&self.text));
        let line = index.lines.partition_point(|start| *start <= offset).max(1);
        let start = index.lines.get(line - 1).copied().unwrap_or(0) as usize;
        let offset = (offset as usize).min(self.text.len());
        let characters = index.characters_before(&self.text, offset);
        let column = characters.saturating_sub(index.characters_before(&self.text, start)) + 1;
        Place { line, column, byte: if self.latin1 { characters } else { offset } }
    }

    /// The bytes of the line that an offset is on, without its end.
    pub fn line_around(&self, offset: u32) -> std::ops::Range<usize> {
        let index = self.index.get_or_init(|| Index::new(&self.text));
        let line = index.lines.partition_point(|start| *start <= offset).max(1);
        self.line(line).unwrap_or(0..0)
    }

    /// The bytes of a line, counted from 1, without its end; `None` past the last one.
    pub fn line(&self, number: usize) -> Option<std::ops::Range<usize>> {
        let index = self.index.get_or_init(|| Index::new(&self.text));
        let start = *index.lines.get(number.checked_sub(1)?)? as usize;
        let end = index.lines.get(number).map_or(self.text.len(), |next| *next as usize - 1);
        Some(start..end.max(start))
    }
}

impl Index {
    fn new(text: &str) -> Index {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(ends).filter_map(|at| u32::try_from(at).ok()).collect();
        let mut characters = vec![0];
        let mut sum = 0;
        for block in text.as_bytes().chunks(BLOCK) {
            sum += begun(block);
            characters.push(u32::try_from(sum).unwrap_or(u32::MAX));
        }
        Index { lines, characters }
    }

    fn characters_before(&self, text: &str, offset: usize) -> usize {
        let block = offset / BLOCK;
        let rest = text.as_bytes().get(block * BLOCK..offset).unwrap_or_default();
        self.characters.get(block).map_or(0, |count| *count as usize) + begun(rest)
    }
}

/// How many characters begin in these bytes.
fn begun(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

/// Every file of a run, by [`FileId`]. A name stands for one file: read again, it keeps its id.
#[derive(Debug, Default)]
pub struct Files {
    list: Vec<Source>,
    ids: HashMap<String, FileId>,
}

impl Files {
    /// The id of the file with a name, for one that is still to be put there.
    pub fn reserve(&mut self, name: &str) -> FileId {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let id = FileId(u32::try_from(self.list.len()).unwrap_or(u32::MAX - 1));
        self.list.push(Source::new(name, Vec::new()));
        self.ids.insert(name.to_owned(), id);
        id
    }

    /// Puts a file in the place of an id.
    pub fn put(&mut self, id: FileId, source: Source) {
        if let Some(place) = self.list.get_mut(id.0 as usize) {
            *place = source;
        }
    }

    /// Keeps a file and gives its id.
    pub fn add(&mut self, source: Source) -> FileId {
        let id = self.reserve(&source.name);
        self.put(id, source);
        id
    }

    /// Gives a file another name in reports.
    pub fn rename(&mut self, id: FileId, name: String) {
        if let Some(file) = self.list.get_mut(id.0 as usize) {
            file.name = name;
        }
    }

    /// Every file with its name.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        (0..).map(FileId).zip(&self.list)
    }

    /// What the files are called.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|file| file.name.as_str())
    }

    /// The file with an id.
    pub fn get(&self, id: FileId) -> Option<&Source> {
        self.list.get(id.0 as usize)
    }

    /// The text that a span covers; empty for generated spans.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file).and_then(|file| file.text.get(span.range())).unwrap_or_default()
    }

    /// The line a span begins on, for sentences; 0 for generated spans.
    pub fn line(&self, span: Span) -> usize {
        self.get(span.file).map_or(0, |file| file.place(span.start).line)
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, Source};

    #[test]
    fn places_count_lines_columns_and_the_files_own_bytes() {
        let utf8 = Source::new("a", "%\n\u{e9}x".as_bytes().to_vec());
        assert_eq!(utf8.place(4), Place { line: 2, column: 2, byte: 4 });
        let latin1 = Source::new("b", b"%coding: latin-1\n\xe9x".to_vec());
        let x = latin1.text.find('x').and_then(|at| u32::try_from(at).ok());
        assert_eq!(x.map(|at| latin1.place(at)), Some(Place { line: 2, column: 2, byte: 18 }));
    }

    #[test]
    fn an_offset_past_the_end_is_the_end() {
        let source = Source::new("a", b"ab".to_vec());
        assert_eq!(source.place(99), Place { line: 1, column: 3, byte: 2 });
    }
}
