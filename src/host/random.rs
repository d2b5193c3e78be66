//! Random bytes of the system.

use anyhow::{Result, anyhow};

/// `N` random bytes.
///
/// # Errors
/// When the system has none to give.
pub fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("no random bytes: {error}"))?;
    Ok(bytes)
}

/// A short word that is unlikely to come again: it ties an error line to the log.
#[must_use]
pub fn reference() -> String {
    match bytes::<5>() {
        Ok(bytes) => data_encoding::BASE32_NOPAD.encode(&bytes).to_lowercase(),
        Err(_) => format!("{:08x}", super::clock::now().0 & 0xffff_ffff),
    }
}
