//! Signed ids: what proves that a mail answers one of ours (R69, R70).
//!
//! A signed id is the local part of a Message-ID, `m1.KEY.CONVERSATION.MESSAGE.TAG`, or of the
//! first entry of References, with `r1` in front; with `a1` in front it is the extension of an address
//! of ours, `support+a1.KEY.CONVERSATION.MESSAGE.TAG@`, and good behind that address alone. The `1`
//! is the version of this format. The tag is the first 10 bytes of HMAC-SHA256, in base32: 80 bits.

use std::fmt;

use data_encoding::{BASE32_NOPAD, Encoding, Specification};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::domain::{Address, MessageId, Number};

#[cfg(test)]
mod tests;

/// Bytes of the tag.
const TAG: usize = 10;

/// Longest key id, in characters.
const LONGEST_KEY_ID: usize = 8;

/// Longest local part of an address, in bytes (RFC 5321 section 4.5.3.1.1).
const LONGEST_LOCAL: usize = 64;

/// What a signed id stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Our Message-ID.
    Message,
    /// The first entry of our References; survives relays that write a Message-ID of their own.
    Reference,
    /// The address that answers go to; survives programs that write no References.
    Address,
}

impl TokenKind {
    const ALL: [TokenKind; 3] = [TokenKind::Message, TokenKind::Reference, TokenKind::Address];

    /// The kind with this word in front, in any case.
    fn of(word: &str) -> Option<Self> {
        TokenKind::ALL.into_iter().find(|kind| kind.word().eq_ignore_ascii_case(word))
    }

    /// The word in front, with the version of the format.
    fn word(self) -> &'static str {
        match self {
            TokenKind::Message => "m1",
            TokenKind::Reference => "r1",
            TokenKind::Address => "a1",
        }
    }
}

/// What a signed id says: this outgoing message, written in this conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signed {
    /// Where it stands.
    pub kind: TokenKind,
    /// The conversation as it was when the message was written.
    pub conversation: Number,
    /// The outgoing message.
    pub message: MessageId,
}

impl Signed {
    /// Whether both name the same mail of the same conversation, wherever they stand.
    #[must_use]
    pub fn agrees_with(&self, other: &Signed) -> bool {
        (self.conversation, self.message) == (other.conversation, other.message)
    }
}

/// A secret with its short name.
#[derive(Clone, PartialEq, Eq)]
struct Key {
    id: String,
    secret: [u8; 32],
}

/// Shows no secret.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.id)
    }
}

/// The keys of a desk, oldest first: the newest signs, all verify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// Never empty.
    list: Vec<Key>,
}

/// Why a `keys` file cannot be read. Says the line, never what stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadKeys {
    line: usize,
    why: &'static str,
}

impl fmt::Display for BadKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "keys, line {}: {}", self.line, self.why)
    }
}

impl std::error::Error for BadKeys {}

impl Keys {
    /// A first key `k1`, from 32 bytes of a good random source.
    #[must_use]
    pub fn generate(secret: [u8; 32]) -> Self {
        Keys { list: vec![Key { id: "k1".to_owned(), secret }] }
    }

    /// Adds a key that signs from now on, from 32 bytes of a good random source.
    pub fn rotate(&mut self, secret: [u8; 32]) {
        let taken = |id: &str| self.list.iter().any(|key| key.id == id);
        let mut n = self.list.len() + 1;
        while taken(&format!("k{n}")) {
            n += 1;
        }
        self.list.push(Key { id: format!("k{n}"), secret });
    }

    /// Reads a `keys` file: one key a line, oldest first, `id secret`, the secret 32 bytes in
    /// base32 without padding, in any case. Empty lines and lines that begin with `#` are skipped.
    ///
    /// # Errors
    /// When a line is no key, an id comes twice, or there is no key.
    pub fn parse(text: &str) -> Result<Self, BadKeys> {
        let mut list: Vec<Key> = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let bad = |why| BadKeys { line: at + 1, why };
            let key = parse_key(line).map_err(bad)?;
            if list.iter().any(|known| known.id == key.id) {
                return Err(bad("this key id stands in an earlier line, too"));
            }
            list.push(key);
        }
        if list.is_empty() {
            return Err(BadKeys { line: 1, why: "there is no key; see postroom-init(1), FILES" });
        }
        Ok(Keys { list })
    }

    /// The text that [`Keys::parse`] reads. It is secret.
    #[must_use]
    pub fn to_text(&self) -> String {
        let line = |key: &Key| {
            format!("{} {}\n", key.id, BASE32_NOPAD.encode(&key.secret).to_ascii_lowercase())
        };
        self.list.iter().map(line).collect()
    }

    /// The local part of a signed id, lower case, with the newest key.
    #[must_use]
    pub fn sign(&self, signed: &Signed) -> String {
        self.signed(signed, "")
    }

    /// The address of ours with what a mail says as its extension: whoever writes there answers
    /// that mail. None where that would be longer than an address may be, or it has an extension.
    #[must_use]
    pub fn sign_address(
        &self,
        conversation: Number,
        message: MessageId,
        address: &Address,
    ) -> Option<Address> {
        let signed = Signed { kind: TokenKind::Address, conversation, message };
        let extension = self.signed(&signed, &address.person_key());
        let local = format!("{}+{extension}", address.local());
        let whole = format!("{local}@{}", address.domain());
        let fits = local.len() <= LONGEST_LOCAL && address.extension().is_none();
        whole.parse().ok().filter(|_| fits)
    }

    fn signed(&self, signed: &Signed, address: &str) -> String {
        let Some(key) = self.list.last() else { return String::new() };
        let claim = claim(signed, &key.id);
        let tag = mac(key, &claim, address).finalize().into_bytes();
        let tag = tag.get(..TAG).unwrap_or_default();
        format!("{claim}.{}", base32().encode(tag))
    }

    /// What an id says, if one of our keys signed it. Takes an id with or without `@domain`, in
    /// any case, without `<>`; the tag is compared in constant time.
    #[must_use]
    pub fn verify(&self, id: &str) -> Option<Signed> {
        let local = id.split_once('@').map_or(id, |(local, _)| local);
        self.verified(local, "").filter(|signed| signed.kind != TokenKind::Address)
    }

    /// What the extension of an address says, if one of our keys signed it for that address; in any
    /// case, for programs that write addresses in lower or upper case.
    #[must_use]
    pub fn verify_address(&self, address: &Address) -> Option<Signed> {
        let signed = self.verified(address.extension()?, &address.person_key());
        signed.filter(|signed| signed.kind == TokenKind::Address)
    }

    fn verified(&self, written: &str, address: &str) -> Option<Signed> {
        let written = written.to_ascii_lowercase();
        let (claim, tag) = written.rsplit_once('.')?;
        let mut words = claim.split('.');
        let kind = TokenKind::of(words.next()?)?;
        let key_id = words.next()?;
        let key = self.list.iter().find(|key| key.id == key_id)?;
        let signed = Signed {
            kind,
            conversation: words.next()?.parse().ok()?,
            message: format!("m{}", words.next()?).parse().ok()?,
        };
        let tag = base32().decode(tag.as_bytes()).ok().filter(|tag| tag.len() == TAG)?;
        // What is signed is the one way to write this claim, not what came: 07 is not 7.
        let expected = self::claim(&signed, key_id);
        mac(key, &expected, address).verify_truncated_left(&tag).ok()?;
        (claim == expected).then_some(signed)
    }
}

/// The message that an id names if it has the form of a signed id, whoever signed it.
#[must_use]
pub fn claimed(id: &str) -> Option<MessageId> {
    let local = id.split_once('@').map_or(id, |(local, _)| local);
    let words: Vec<&str> = local.splitn(6, '.').collect();
    let [kind, _key, conversation, message, tag] = words.as_slice() else { return None };
    let is_kind = TokenKind::of(kind).is_some();
    let is_tag = tag.len() == BASE32_NOPAD.encode_len(TAG);
    conversation.parse::<Number>().ok()?;
    format!("m{message}").parse().ok().filter(|_| is_kind && is_tag)
}

fn parse_key(line: &str) -> Result<Key, &'static str> {
    let (id, secret) = line.split_once(char::is_whitespace).ok_or("it is not 'id secret'")?;
    let good = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    if id.len() > LONGEST_KEY_ID || !id.bytes().all(good) {
        return Err("a key id is 1 to 8 lower-case letters and digits");
    }
    let secret = BASE32_NOPAD.decode(secret.trim().to_ascii_uppercase().as_bytes()).ok();
    let secret = secret.and_then(|bytes| bytes.try_into().ok());
    let secret = secret.ok_or("a secret is 52 base32 characters")?;
    Ok(Key { id: id.to_owned(), secret })
}

/// Everything but the tag.
fn claim(signed: &Signed, key_id: &str) -> String {
    let Signed { kind, conversation, message } = signed;
    format!("{}.{key_id}.{conversation}.{}", kind.word(), message.0)
}

/// The signature over a claim, and over the address that it is good behind, if it is an extension; the
/// label keeps it apart from all else that the key may sign.
fn mac(key: &Key, claim: &str, address: &str) -> Hmac<Sha256> {
    // HMAC fills a short key with zeros to one block (RFC 2104), so this is the key itself.
    let mut block = [0; 64];
    for (byte, secret) in block.iter_mut().zip(key.secret) {
        *byte = secret;
    }
    let hmac: Hmac<Sha256> = KeyInit::new(&block.into());
    let hmac = hmac.chain_update(b"postroom signed id\0").chain_update(claim.as_bytes());
    // A claim holds no NUL, so no id is an address, nor the other way round.
    if address.is_empty() { hmac } else { hmac.chain_update(b"\0").chain_update(address) }
}

/// Base32 in lower case without padding (RFC 4648 section 6).
fn base32() -> Encoding {
    let mut lower: Specification = BASE32_NOPAD.specification();
    lower.symbols.make_ascii_lowercase();
    lower.encoding().unwrap_or(BASE32_NOPAD)
}
