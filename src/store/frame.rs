//! Bytes as one frame of Zstandard (RFC 8878).

use std::io;

use anyhow::{Context, Result, ensure};
use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::CParameter;

/// Of real mail the levels above save a hundredth, and take twice as long.
const LEVEL: i32 = 9;

/// How far back it looks, as a power of two: through a whole pack.
const WINDOW: u32 = 23;

/// Bytes that a frame may hold; more is damage, not mail.
const MOST: usize = 1 << 26;

/// The bytes as one frame.
///
/// # Errors
/// A lack of memory.
pub fn compress(plain: &[u8]) -> Result<Vec<u8>> {
    let compress = || -> io::Result<Vec<u8>> {
        let mut compressor = Compressor::new(LEVEL)?;
        compressor.set_parameter(CParameter::WindowLog(WINDOW))?;
        let mut frame = compressor.compress(plain)?;
        frame.shrink_to_fit();
        Ok(frame)
    };
    compress().context("zstd")
}

/// The bytes that a frame holds, which are so many.
pub(super) fn decompress(frame: &[u8], size: u64) -> Result<Vec<u8>> {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    ensure!(size <= MOST, "{size} bytes are more than it may hold");
    let plain = Decompressor::new()
        .and_then(|mut decompressor| decompressor.decompress(frame, size))
        .context("its frame is damaged")?;
    ensure!(plain.len() == size, "it holds {} bytes in place of {size}", plain.len());
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_went_in_comes_out(plain in any::<Vec<u8>>(), damage in any::<(usize, u8)>()) {
            let mut frame = compress(&plain).unwrap();
            prop_assert_eq!(&decompress(&frame, plain.len() as u64).unwrap(), &plain);
            prop_assert!(decompress(&frame, plain.len() as u64 + 1).is_err());
            prop_assert!(decompress(&frame, u64::MAX).is_err());
            // Of damage there is an error, or other bytes; never more than there were.
            let at = damage.0 % frame.len();
            frame[at] ^= damage.1;
            if let Ok(other) = decompress(&frame, plain.len() as u64) {
                prop_assert_eq!(other.len(), plain.len());
            }
        }
    }

    #[test]
    fn a_quote_from_far_back_is_kept_once() {
        let mut noise: u64 = 1;
        let mut plain: Vec<u8> = std::iter::repeat_with(|| {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            noise.to_be_bytes()[0]
        })
        .take(7 << 20)
        .collect();
        plain.extend_from_within(..1 << 20);
        let frame = compress(&plain).unwrap();
        assert!(frame.len() < (7 << 20) + (1 << 16), "{}", frame.len());
        assert_eq!(decompress(&frame, plain.len() as u64).unwrap(), plain);
    }
}
