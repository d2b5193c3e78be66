//! What we see in messages, stored or not. Changes nothing, and needs a desk only for stored ones.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::Result;
use sha2::{Digest, Sha256};

use super::{Desk, Failure, Kind, facts, source};
use crate::domain::groups::Groups;
use crate::domain::{Class, EnvelopeSender, MessageId, Signal};
use crate::host::{file, parallel};
use crate::mail::mbox::{self, Mbox, Variant};
use crate::mail::parse::MOST_BYTES;
use crate::mail::references::Ids;
use crate::mail::{self, Defect, Parsed};

/// Bytes of a file that tell whether it is an mbox.
const HEAD: usize = 64 << 10;

/// Messages that one thread may have looked at before those in front of them are told.
const AHEAD: usize = 8;

/// Something that can be looked at, and looked at again.
#[derive(Debug)]
pub struct Look {
    name: String,
    at: Place,
}

/// Where a message is to be had.
#[derive(Debug)]
enum Place {
    /// It is a file of its own.
    File(PathBuf),
    /// It begins at this offset of an mbox.
    Within(PathBuf, Variant, u64),
    Here(Beginning),
    /// No message: an mbox as a whole.
    Mbox(PathBuf, Variant),
}

/// The beginning of a message: as much as is analysed, and what is known beside it.
#[derive(Debug, Default)]
struct Beginning {
    bytes: Vec<u8>,
    /// Bytes of all of it.
    size: u64,
    /// The envelope sender, where something else than the header tells it.
    sender: EnvelopeSender,
}

/// What we see in a message.
#[derive(Debug)]
pub struct Seen {
    /// What it is called: its path, its id, or `-`.
    pub name: String,
    /// Its bytes.
    pub size: u64,
    /// What it says.
    pub parsed: Parsed,
    /// Who or what wrote it.
    pub class: Class,
    /// What decided that; none for a person.
    pub deciding: Option<Signal>,
    /// SHA-256 of the decoded bytes of each attachment, in their order.
    pub digests: Vec<[u8; 32]>,
    /// Its group among the messages that are looked at, counted from 1.
    pub thread: usize,
}

/// What became of a look.
#[derive(Debug)]
pub enum Told {
    /// A message.
    Seen(Box<Seen>),
    /// An mbox, whose messages follow: the first Message-ID of each one, if it has any.
    Mbox(String, Vec<Option<String>>),
    /// It cannot be read.
    Refused(String, Failure),
}

/// What a path stands for: a file with one message; an mbox with several, and each of these, as
/// `path#1` and so on; or what a folder holds. With a variant, each file is such an mbox; without
/// one, what looks like an mbox is read as mboxrd.
///
/// # Errors
/// When nothing is there, or it cannot be read, or is not the mbox that it is said to be.
pub fn looks(path: &Path, said: Option<Variant>) -> Result<Vec<Look>, Failure> {
    let mut all = Vec::new();
    for path in source::files(path)? {
        let name = path.display().to_string();
        let variant = said.unwrap_or_default();
        let wrong = |why: &dyn fmt::Display| Failure::new(Kind::Data, format!("{name}: {why}"));
        let begins = begins(&path, variant);
        let begins = match said {
            None => begins.unwrap_or_default(),
            Some(_) => begins.map_err(|error| wrong(&error))?,
        };
        if said.is_some() && begins.is_empty() {
            return Err(wrong(&"not an mbox: no 'From ' line at offset 0"));
        }
        if said.is_none() && begins.len() < 2 {
            all.push(Look { name, at: Place::File(path) });
            continue;
        }
        let numbered = (1..).zip(begins);
        let parts = numbered.map(|(n, begin)| Look {
            name: format!("{name}#{n}"),
            at: Place::Within(path.clone(), variant, begin),
        });
        let parts: Vec<Look> = parts.collect();
        all.push(Look { name, at: Place::Mbox(path, variant) });
        all.extend(parts);
    }
    Ok(all)
}

/// Where the messages of a file begin that looks like an mbox; nothing when it does not.
fn begins(path: &Path, variant: Variant) -> io::Result<Vec<u64>> {
    let mut begins = Vec::new();
    let mut file = File::open(path)?;
    if mbox::is_mbox(&file::read_at_most(&mut file, HEAD)?) {
        let mut mbox = Mbox::new(BufReader::new(file), variant, 0)?;
        while let Some(place) = mbox.next_into(&mut io::sink())? {
            begins.push(place.begin);
        }
    }
    Ok(begins)
}

impl Desk {
    /// A stored message.
    ///
    /// # Errors
    /// When there is no such message; and those of the store.
    pub fn look(&self, id: MessageId) -> Result<Look> {
        self.read(|snapshot| {
            let known = facts::message(snapshot, id)?;
            let beginning = Beginning {
                bytes: snapshot.raw_beginning(id, MOST_BYTES)?,
                size: u64::try_from(known.size)?,
                sender: snapshot.envelope_sender(id)?,
            };
            Ok(Look { name: id.to_string(), at: Place::Here(beginning) })
        })
    }
}

/// Looks at messages on all cores, and tells what is seen in their order. They are read twice: for
/// the ids that group them, then for all else, so that memory holds some of them at a time.
///
/// # Errors
/// Those of `tell`; when no thread can be started.
pub fn inspect(looks: &[Look], mut tell: impl FnMut(Told) -> Result<()>) -> Result<()> {
    let mut threads = threads(looks)?.into_iter();
    parallel::in_order(parallel::cores(), AHEAD, looks.iter(), see, |told| {
        tell(match told {
            Told::Mbox(..) => told,
            Told::Refused(..) => {
                threads.next();
                told
            }
            Told::Seen(seen) => {
                let thread = threads.next().unwrap_or_default();
                Told::Seen(Box::new(Seen { thread, ..*seen }))
            }
        })
    })
}

/// The group of each message, by ids alone.
fn threads(looks: &[Look]) -> io::Result<Vec<usize>> {
    let messages = looks.iter().filter(|look| !matches!(look.at, Place::Mbox(..)));
    let ids = |look: &Look| {
        let seen = look.with(|beginning| Ids::of(&beginning.bytes));
        seen.unwrap_or_default()
    };
    let mut groups = Groups::default();
    parallel::in_order(parallel::cores(), AHEAD, messages, ids, |ids| {
        groups.add(ids.iter());
        io::Result::Ok(())
    })?;
    Ok(groups.numbers())
}

fn see(look: &Look) -> Told {
    let told = match &look.at {
        Place::Mbox(path, variant) => {
            message_ids(path, *variant).map(|ids| Told::Mbox(look.name.clone(), ids))
        }
        _ => look.with(|beginning| Told::Seen(Box::new(seen(look.name.clone(), beginning)))),
    };
    told.unwrap_or_else(|error| {
        let why = format!("{}: {error}", look.name);
        Told::Refused(look.name.clone(), Failure::new(Kind::NoInput, why))
    })
}

fn seen(name: String, beginning: &Beginning) -> Seen {
    let Beginning { bytes, size, sender } = beginning;
    let size = *size;
    let mut parsed = mail::parse_from(bytes, sender);
    if size > bytes.len() as u64 {
        parsed.defects.push(Defect::TooLarge);
        parsed.defects.sort_unstable();
    }
    let mut digests = Vec::new();
    if !parsed.attachments.is_empty() {
        mail::each_attachment(bytes, |_, bytes| digests.push(Sha256::digest(bytes).into()));
    }
    let class = Signal::classify(&parsed.signals);
    let deciding = Signal::deciding(&parsed.signals);
    Seen { name, size, parsed, class, deciding, digests, thread: 0 }
}

/// The first Message-ID of each message of an mbox.
fn message_ids(path: &Path, variant: Variant) -> io::Result<Vec<Option<String>>> {
    let mut mbox = Mbox::new(BufReader::new(File::open(path)?), variant, 0)?;
    let mut all = Vec::new();
    loop {
        let mut beginning = Beginning::default();
        if mbox.next_into(&mut beginning)?.is_none() {
            return Ok(all);
        }
        all.push(Ids::of(&beginning.bytes).message_id);
    }
}

impl io::Write for Beginning {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = bytes.len().min(MOST_BYTES - self.bytes.len());
        self.bytes.extend_from_slice(bytes.get(..room).unwrap_or_default());
        self.size += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Look {
    /// A message that is read now, to its end.
    ///
    /// # Errors
    /// Those of the reader.
    pub fn read(name: &str, mut source: impl Read) -> io::Result<Self> {
        let bytes = file::read_at_most(&mut source, MOST_BYTES)?;
        let size = bytes.len() as u64 + io::copy(&mut source, &mut io::sink())?;
        let at = Place::Here(Beginning { bytes, size, sender: EnvelopeSender::Unknown });
        Ok(Look { name: name.to_owned(), at })
    }

    /// Does something with its beginning.
    fn with<T>(&self, work: impl FnOnce(&Beginning) -> T) -> io::Result<T> {
        match &self.at {
            Place::Here(beginning) => Ok(work(beginning)),
            Place::File(path) | Place::Mbox(path, _) => {
                let mut file = File::open(path)?;
                let bytes = file::read_at_most(&mut file, MOST_BYTES)?;
                let size = file.metadata()?.len().max(bytes.len() as u64);
                Ok(work(&Beginning { bytes, size, sender: EnvelopeSender::Unknown }))
            }
            Place::Within(path, variant, begin) => {
                let reader = BufReader::new(File::open(path)?);
                let mut beginning = Beginning::default();
                let place = Mbox::new(reader, *variant, *begin)?.next_into(&mut beginning)?;
                beginning.sender =
                    place.map(|place| mbox::sender(&place.from_line)).unwrap_or_default();
                Ok(work(&beginning))
            }
        }
    }
}
