//! The MD5 of a module: over the chunks that decide what it does (`beam_lib:md5/1`, `code:module_md5/1`).

use super::container::Beam;
use md5::{Digest, Md5};

/// In the order in which they count; native records (`Recs`) since OTP 29, debug information in the code (`DbgB`) since OTP 28.
const CHUNKS: [&[u8; 4]; 11] = [b"Atom", b"AtU8", b"Code", b"StrT", b"ImpT", b"ExpT", b"FunT", b"LitT", b"Meta", b"Recs", b"DbgB"];
/// A row of the table of funs: six numbers, the last of which is derived from the source and does not count.
const FUN: usize = 24;

impl Beam<'_> {
    /// Its MD5.
    pub fn md5(&self) -> [u8; 16] {
        let mut digest = Md5::new();
        for tag in CHUNKS {
            let Some(chunk) = self.chunk(tag) else { continue };
            if tag != b"FunT" {
                digest.update(chunk);
                continue;
            }
            let (count, rows) = chunk.split_at_checked(4).unwrap_or((chunk, &[]));
            digest.update(count);
            let rows = rows.chunks_exact(FUN);
            let rest = rows.remainder();
            for row in rows {
                digest.update(row.get(..FUN - 4).unwrap_or_default());
                digest.update([0; 4]);
            }
            digest.update(rest);
        }
        digest.finalize().into()
    }
}
