//! The bytes of a message on their way into the store: in memory, or, of a large one, in a file.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::mem;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::domain::{EnvelopeSender, MessageId};
use crate::host::file;
use crate::mail::identity::{Hasher, Identity, identity};
use crate::mail::parse::MOST_BYTES;
use crate::mail::{self, Defect, Parsed};
use crate::store::{RawContent, Snapshot};

/// Bytes that are copied at once.
const PIECE: usize = 1 << 18;

/// A message, whatever its size.
#[derive(Debug)]
pub struct Raw(Kept);

#[derive(Debug)]
enum Kept {
    /// All of it.
    Memory(Vec<u8>),
    /// Its beginning, and all of it in a file without a name.
    File(Summary, File),
}

/// What one pass over the bytes of a message tells, in memory that does not grow with it.
#[derive(Debug)]
pub(super) struct Summary {
    /// The bytes that are analysed.
    pub(super) beginning: Vec<u8>,
    /// How many there are.
    pub(super) size: u64,
    /// SHA-256 of all.
    pub(super) hash: [u8; 32],
    /// What makes it the same message.
    pub(super) identity: Identity,
}

impl From<Vec<u8>> for Raw {
    fn from(bytes: Vec<u8>) -> Self {
        Raw(Kept::Memory(bytes))
    }
}

impl Raw {
    /// Reads a message to its end. One that is too large to be analysed whole goes into a file
    /// without a name in the folder that `dir` gives, which is asked only then: the folder of the
    /// desk, for where there is no room for the file there is none for the message.
    ///
    /// # Errors
    /// Those of the source and of the folder; a full disk.
    pub fn read(mut source: impl Read, dir: impl FnOnce() -> Result<PathBuf>) -> Result<Raw> {
        let beginning = file::read_at_most(&mut source, MOST_BYTES).context("the message")?;
        if beginning.len() < MOST_BYTES {
            return Ok(Raw(Kept::Memory(beginning)));
        }
        let dir = dir()?;
        let mut collector = Collector { memory: beginning, ..Collector::new(&dir) };
        io::copy(&mut BufReader::with_capacity(PIECE, source), &mut collector)
            .with_context(|| format!("{}: a large message cannot be kept", dir.display()))?;
        Ok(collector.finish())
    }

    /// The bytes that are analysed: all of it, or its beginning.
    #[must_use]
    pub fn beginning(&self) -> &[u8] {
        match &self.0 {
            Kept::Memory(all) => all.get(..MOST_BYTES).unwrap_or(all),
            Kept::File(summary, _) => &summary.beginning,
        }
    }

    /// Bytes of the whole message.
    #[must_use]
    pub fn size(&self) -> u64 {
        match &self.0 {
            Kept::Memory(all) => all.len() as u64,
            Kept::File(summary, _) => summary.size,
        }
    }

    /// Whether it has nothing but white space.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let all = self.beginning();
        self.size() == all.len() as u64 && all.trim_ascii().is_empty()
    }

    /// What makes it the same message by whatever way it comes.
    #[must_use]
    pub fn identity(&self) -> Identity {
        match &self.0 {
            Kept::Memory(all) => identity(all),
            Kept::File(summary, _) => summary.identity,
        }
    }

    /// What it says; of one that is too large, what its beginning says. `sender` is the envelope sender
    /// that the caller tells.
    #[must_use]
    pub fn parse(&self, sender: &EnvelopeSender) -> Parsed {
        let mut parsed = mail::parse_from(self.beginning(), sender);
        if self.size() > MOST_BYTES as u64 {
            parsed.defects.push(Defect::TooLarge);
            parsed.defects.sort_unstable();
        }
        parsed
    }

    /// Writes its bytes from an offset on.
    ///
    /// # Errors
    /// Those of the file and of the writer.
    pub fn write_from(&self, mut at: usize, out: &mut impl Write) -> Result<()> {
        let (file, size) = match &self.0 {
            Kept::Memory(all) => return Ok(out.write_all(all.get(at..).unwrap_or_default())?),
            Kept::File(summary, file) => (file, summary.size),
        };
        let mut piece = vec![0; PIECE];
        while (at as u64) < size {
            let read = file.read_at(&mut piece, at as u64)?;
            let read = piece.get(..read).filter(|read| !read.is_empty());
            let read = read.context("the file of a large message has become shorter")?;
            out.write_all(read)?;
            at += read.len();
        }
        Ok(())
    }

    /// SHA-256 of its bytes.
    pub(super) fn hash(&self) -> [u8; 32] {
        match &self.0 {
            Kept::Memory(all) => Sha256::digest(all).into(),
            Kept::File(summary, _) => summary.hash,
        }
    }

    /// As the store takes it.
    pub(super) fn content(&self) -> RawContent<'_> {
        match &self.0 {
            Kept::Memory(all) => RawContent::Memory(all),
            Kept::File(Summary { size, .. }, file) => RawContent::File { file, size: *size },
        }
    }
}

/// A message that comes in pieces. One that gets too large to be analysed whole goes on in a file
/// without a name.
#[derive(Debug)]
pub(super) struct Collector<'a> {
    dir: &'a Path,
    memory: Vec<u8>,
    spooled: Option<(Pass, File)>,
}

impl<'a> Collector<'a> {
    /// Nothing yet; the file would be made in this folder.
    pub(super) fn new(dir: &'a Path) -> Self {
        Collector { dir, memory: Vec::new(), spooled: None }
    }

    /// The message.
    pub(super) fn finish(self) -> Raw {
        match self.spooled {
            None => Raw(Kept::Memory(self.memory)),
            Some((pass, file)) => Raw(Kept::File(pass.finish(), file)),
        }
    }

    fn spool(&mut self) -> io::Result<(Pass, File)> {
        let mut file = tempfile::tempfile_in(self.dir)?;
        file.write_all(&self.memory)?;
        Ok((Pass::begin(mem::take(&mut self.memory))?, file))
    }
}

impl Write for Collector<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.spooled.is_none() && self.memory.len() + bytes.len() > MOST_BYTES {
            self.spooled = Some(self.spool()?);
        }
        match &mut self.spooled {
            None => {
                file::reserve(&mut self.memory, bytes.len(), MOST_BYTES)?;
                self.memory.extend_from_slice(bytes);
            }
            Some((pass, file)) => {
                file.write_all(bytes)?;
                pass.update(bytes);
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A pass over the bytes of a message, on its way.
#[derive(Debug, Default)]
pub(super) struct Pass {
    beginning: Vec<u8>,
    size: u64,
    hash: Sha256,
    /// Begun with the whole beginning.
    identity: Option<Hasher>,
}

impl Pass {
    /// Over what is in memory, of which no second copy is made.
    fn begin(mut memory: Vec<u8>) -> io::Result<Pass> {
        // What follows may be read on into it.
        let room = MOST_BYTES.saturating_sub(memory.len());
        file::reserve(&mut memory, room, MOST_BYTES)?;
        let (size, hash) = (memory.len() as u64, Sha256::new_with_prefix(&memory));
        Ok(Pass { beginning: memory, size, hash, identity: None })
    }

    /// Takes what follows.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        self.hash.update(bytes);
        let room = MOST_BYTES - self.beginning.len();
        let (beginning, rest) = bytes.split_at(room.min(bytes.len()));
        self.beginning.extend_from_slice(beginning);
        if !rest.is_empty() {
            let begun = self.identity.get_or_insert_with(|| Hasher::begin(&self.beginning));
            begun.update(rest);
        }
    }

    /// What it told.
    pub(super) fn finish(self) -> Summary {
        let identity = self.identity.unwrap_or_else(|| Hasher::begin(&self.beginning));
        Summary {
            size: self.size,
            hash: self.hash.finalize().into(),
            identity: identity.finish(),
            beginning: self.beginning,
        }
    }
}

/// What a stored message says; of one that is too large, what its beginning says.
///
/// # Errors
/// Those of the store.
pub(super) fn parse(snapshot: &Snapshot<'_>, message: MessageId) -> Result<Parsed> {
    let beginning = snapshot.raw_beginning(message, MOST_BYTES)?;
    Ok(mail::parse_from(&beginning, &snapshot.envelope_sender(message)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_empty() {
        for (text, is) in [
            ("", true),
            ("\n", true),
            (" \r\n\t\n", true),
            ("\n\nx", false),
            ("From x Mon Jun  1 09:00:00 2026\n", false),
            ("\0", false),
        ] {
            assert_eq!(Raw::from(text.as_bytes().to_vec()).is_empty(), is, "{text:?}");
        }
    }
}
