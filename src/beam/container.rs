//! The container: an IFF form of chunks, maybe gzipped.

use super::{MAX_RATIO, MAX_UNPACKED};
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use std::borrow::Cow;
use std::io::Read;
use std::ops::Range;

/// Why a file is not a BEAM file, or which part of it cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// What is wrong, in words.
    pub why: Cow<'static, str>,
}

impl Unreadable {
    pub(super) fn new(why: impl Into<Cow<'static, str>>) -> Unreadable {
        Unreadable { why: why.into() }
    }
}

/// A BEAM file, its chunks found.
#[derive(Debug)]
pub struct Beam<'a> {
    bytes: Cow<'a, [u8]>,
    chunks: Vec<([u8; 4], Range<usize>)>,
}

const GZIP: [u8; 2] = [0x1f, 0x8b];
/// Real files have about twenty.
const MAX_CHUNKS: usize = 1024;

impl<'a> Beam<'a> {
    /// Finds the chunks (`beam_lib:all_chunks/1`).
    pub fn open(bytes: &'a [u8]) -> Result<Beam<'a>, Unreadable> {
        let bytes = if bytes.starts_with(&GZIP) { Cow::Owned(unpack(MultiGzDecoder::new(bytes), bytes.len())?) } else { Cow::Borrowed(bytes) };
        let head = bytes.get(..12).ok_or_else(|| Unreadable::new("it is too short for a BEAM file"))?;
        if !head.starts_with(b"FOR1") || !head.ends_with(b"BEAM") {
            return Err(Unreadable::new("it does not begin as a BEAM file does"));
        }
        let end = 8 + be32(&bytes, 4).unwrap_or(0) as usize;
        if end > bytes.len() {
            return Err(Unreadable::new(format!("it ends after {} of {end} bytes", bytes.len())));
        }
        let mut chunks = Vec::new();
        let mut at = 12;
        while at < end {
            let header = bytes.get(at..at + 4).and_then(|tag| <[u8; 4]>::try_from(tag).ok()).zip(be32(&bytes, at + 4));
            let Some((tag, size)) = header.filter(|_| at + 8 <= end) else {
                return Err(Unreadable::new(format!("a chunk begins at byte {at} and is cut off")));
            };
            let range = at + 8..at + 8 + size as usize;
            if range.end > end {
                return Err(Unreadable::new(format!("the chunk `{}` is cut off", String::from_utf8_lossy(&tag))));
            }
            at = range.end.next_multiple_of(4);
            // The emulator takes the last of two, `beam_lib` the first: what would run is not defined.
            if chunks.iter().any(|(known, _)| *known == tag) {
                return Err(Unreadable::new(format!("it has the chunk `{}` twice", String::from_utf8_lossy(&tag))));
            }
            chunks.push((tag, range));
            if chunks.len() > MAX_CHUNKS {
                return Err(Unreadable::new("it has too many chunks"));
            }
        }
        Ok(Beam { bytes, chunks })
    }

    /// The bytes of the first chunk with a tag.
    pub fn chunk(&self, tag: &[u8; 4]) -> Option<&[u8]> {
        let (_, range) = self.chunks.iter().find(|(known, _)| known == tag)?;
        self.bytes.get(range.clone())
    }

    /// The bytes of a chunk that every module has.
    pub(super) fn mandatory(&self, tag: &'static [u8; 4]) -> Result<&[u8], Unreadable> {
        self.chunk(tag).ok_or_else(|| Unreadable::new(format!("it has no chunk `{}`", String::from_utf8_lossy(tag))))
    }
}

/// A big-endian number at an offset.
pub(super) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?).and_then(|four| four.try_into().ok()).map(u32::from_be_bytes)
}

/// Unpacks what zlib packed.
pub(super) fn inflate(packed: &[u8]) -> Result<Vec<u8>, Unreadable> {
    unpack(ZlibDecoder::new(packed), packed.len())
}

fn unpack(reader: impl Read, packed: usize) -> Result<Vec<u8>, Unreadable> {
    let bound = packed.saturating_mul(MAX_RATIO).min(MAX_UNPACKED);
    let mut bytes = Vec::new();
    reader.take(bound as u64 + 1).read_to_end(&mut bytes).map_err(|_| Unreadable::new("its packed part is damaged"))?;
    if bytes.len() > bound { Err(Unreadable::new("its packed part unpacks to more than any compiler writes")) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::Beam;

    fn why(bytes: &[u8]) -> String {
        Beam::open(bytes).map_or_else(|error| error.why.into_owned(), |_| String::new())
    }

    #[test]
    fn what_is_no_beam_is_refused_with_the_reason() {
        assert_eq!(why(b""), "it is too short for a BEAM file");
        assert_eq!(why(b"FOR1\0\0\0\x04BEEM"), "it does not begin as a BEAM file does");
        assert_eq!(why(b"FOR1\xff\xff\xff\xffBEAM"), "it ends after 12 of 4294967303 bytes");
        assert_eq!(why(b"FOR1\0\0\0\x10BEAMCode\xff\0\0\0abcd"), "the chunk `Code` is cut off");
        assert_eq!(why(b"FOR1\0\0\0\x06BEAMCo"), "a chunk begins at byte 12 and is cut off");
        assert_eq!(why(b"\x1f\x8bnothing"), "its packed part is damaged");
    }

    #[test]
    fn chunks_are_found_past_their_padding() {
        let bytes = b"FOR1\0\0\0\x1cBEAMAbcd\0\0\0\x01x\0\0\0Code\0\0\0\x02yz\0\0";
        let beam = Beam::open(bytes);
        let chunk = |tag| beam.as_ref().ok().and_then(|beam| beam.chunk(tag).map(<[u8]>::to_vec));
        assert_eq!(chunk(b"Abcd"), Some(b"x".to_vec()));
        assert_eq!(chunk(b"Code"), Some(b"yz".to_vec()));
        assert_eq!(chunk(b"Attr"), None);
    }
}
