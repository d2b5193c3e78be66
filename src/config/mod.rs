//! `postroom.toml`, `rules/*.toml` and `replies/` become checked values.

pub mod error;
pub mod replies;

pub use error::{ConfigError, Place, Warning};
pub use replies::ReplyName;
