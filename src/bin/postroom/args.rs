//! Arguments that commands share.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use postroom::desk::{Desk, Failure, Purpose, Wanted};
use postroom::domain::{AgentName, Time};
use postroom::host::env;

/// Which desk, as whom, and when.
#[derive(Debug, Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Common {
    /// The configuration of the desk [default: $POSTROOM_CONFIG, /etc/postroom/postroom.toml, ~/.config/postroom/postroom.toml]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Act as this agent: for root, the desk's owner, and agents with admin
    #[arg(long = "as", value_name = "AGENT")]
    pub(crate) agent: Option<AgentName>,

    /// Take this instant (RFC 3339) for now; to write, only on a test desk [default: $POSTROOM_NOW]
    #[arg(long, value_name = "TIME")]
    pub(crate) now: Option<Time>,

    /// Tell on stderr how long it took; not where a message is delivered
    #[arg(long)]
    timing: bool,
}

impl Common {
    /// Opens the desk.
    pub(crate) fn desk(&self, purpose: Purpose) -> Result<Desk> {
        Desk::open(&self.wanted()?, purpose)
    }

    /// The desk to open.
    pub(crate) fn wanted(&self) -> Result<Wanted> {
        let now = match (self.now, env::text("POSTROOM_NOW")) {
            (Some(now), _) => Some(now),
            (None, Some(text)) => Some(text.parse().map_err(|error| {
                Failure::usage(format!(
                    "POSTROOM_NOW is no time such as 2026-05-01T09:00:00Z: {error}"
                ))
            })?),
            (None, None) => None,
        };
        Ok(Wanted { config: self.config.clone(), agent: self.agent.clone(), now })
    }
}
