//! A digest over the beginning of a file that can be put away and gone on with.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use sha2::Sha256;
use sha2::digest::Update;
use sha2::digest::common::hazmat::SerializableState;

/// Bytes that are read at once.
const PIECE: u64 = 1 << 18;

/// Bytes that the hash takes at once. It holds what does not fill a block as it is, and what was put
/// away would keep that of a mail which is purged: so it takes whole blocks alone.
const BLOCK: u64 = 64;

/// SHA-256 over the bytes of a file up to an offset, but for those that fill no block.
#[derive(Debug, Clone, Default)]
pub(super) struct Prefix {
    hash: Sha256,
    /// How many bytes it took.
    end: u64,
}

impl Prefix {
    /// Of this file, up to an offset.
    pub(super) fn of(file: &File, end: u64) -> io::Result<Prefix> {
        let mut prefix = Prefix::default();
        prefix.extend(file, end)?;
        Ok(prefix)
    }

    /// As it was put away; none when that was done by a version that wrote it otherwise.
    pub(super) fn restore(state: &[u8], end: u64) -> Option<Prefix> {
        let hash = Sha256::deserialize(state.try_into().ok()?).ok()?;
        Some(Prefix { hash, end: whole(end) })
    }

    /// To be put away.
    pub(super) fn state(&self) -> Vec<u8> {
        self.hash.serialize().to_vec()
    }

    /// Takes what follows in the file, up to an offset.
    pub(super) fn extend(&mut self, file: &File, end: u64) -> io::Result<()> {
        let (mut piece, end) = (Vec::new(), whole(end));
        while self.end < end {
            let length = PIECE.min(end - self.end);
            piece.resize(usize::try_from(length).unwrap_or_default(), 0);
            file.read_exact_at(&mut piece, self.end)?;
            self.hash.update(&piece);
            self.end += length;
        }
        Ok(())
    }
}

fn whole(end: u64) -> u64 {
    end - end % BLOCK
}
