//! `postroom init`: makes a desk.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use postroom::desk::Failure;
use postroom::desk::init::{Ground, Plan, init};
use postroom::domain::InboxName;
use postroom::domain::address::Pattern;
use postroom::host::{clock, env};
use postroom::store::Clock;

use crate::exit::Exit;
use crate::out;

/// Make a desk: its directory, configuration, store and keys
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// The directory to make
    dir: PathBuf,

    /// An inbox and its address; the first one is the fallback for mail that is for none
    #[arg(long, value_name = "NAME=ADDRESS", required = true)]
    inbox: Vec<String>,

    /// The Unix group whose members work at the desk
    #[arg(long, value_name = "GROUP")]
    group: Option<String>,

    /// The time zone of the desk
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    timezone: String,

    /// Let POSTROOM_NOW set the clock of commands that write: a desk for tests
    #[arg(long)]
    test_clock: bool,

    /// Make it on a network file system, too: only this machine uses it
    #[arg(long)]
    i_know: bool,

    /// Say nothing
    #[arg(short, long)]
    quiet: bool,
}

pub(crate) fn run(args: &Args) -> Result<Exit> {
    let inboxes = args.inbox.iter().map(|word| inbox(word)).collect::<Result<_, Failure>>()?;
    let plan = Plan {
        inboxes,
        zone: args.timezone.clone(),
        group: args.group.clone(),
        clock: if args.test_clock { Clock::Test } else { Clock::System },
        ground: if args.i_know { Ground::Any } else { Ground::Local },
    };
    let now = env::text("POSTROOM_NOW").filter(|_| args.test_clock).and_then(|t| t.parse().ok());
    init(&args.dir, &plan, now.unwrap_or_else(clock::now))?;
    if !args.quiet {
        let config = args.dir.join("postroom.toml");
        let mut out = out::open();
        writeln!(out, "{}\tready; name it with POSTROOM_CONFIG or --config", config.display())?;
    }
    Ok(Exit::Done)
}

fn inbox(word: &str) -> Result<(InboxName, Pattern), Failure> {
    let (name, address) = word.split_once('=').ok_or_else(|| {
        Failure::usage(format!(
            "--inbox takes NAME=ADDRESS, such as support=support@example.org, not '{word}'"
        ))
    })?;
    Ok((name.parse().map_err(Failure::usage_of)?, address.parse().map_err(Failure::usage_of)?))
}
