//! `postroom sweep`: what time brings.

use std::io::Write;

use anyhow::Result;
use clap::Parser;
use postroom::desk::Purpose;
use postroom::desk::sweep::{Plan, Sweep, Swept};
use postroom::domain::{Duration, MessageId};
use postroom::host::signal;
use postroom::store::Extent;
use serde::Serialize;

use crate::args::Common;
use crate::exit::Exit;
use crate::out::{self, Out};
use crate::progress::Line;

/// How long a conversation rests before its mail is packed. Answers mostly come within a week; what
/// comes later makes a pack anew.
const REST: Duration = Duration::days(7);

/// Do what time brings: index mail, pack mail that rests
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// Pack the mail of conversations that have not changed for so long [default: 7d]
    #[arg(long, value_name = "DURATION", conflicts_with = "all")]
    older_than: Option<Duration>,

    /// Pack all mail, of however young a conversation
    #[arg(long)]
    all: bool,

    /// Then give free room in the database back to the file system; mail waits meanwhile
    #[arg(long)]
    vacuum: bool,

    /// Do nothing; print what would be done
    #[arg(long, conflicts_with = "vacuum")]
    dry_run: bool,

    /// Say nothing
    #[arg(short, long)]
    quiet: bool,

    /// Print a JSON object
    #[arg(long, conflicts_with = "quiet")]
    json: bool,

    #[command(flatten)]
    common: Common,
}

/// What was done, or would be, as JSON.
#[derive(Serialize)]
struct Done {
    indexed: usize,
    packed: usize,
    bytes: u64,
    damaged: Vec<String>,
    store: u64,
    free: u64,
    vacuumed: bool,
    interrupted: bool,
}

pub(crate) fn run(args: &Args) -> Result<Exit> {
    let stop = &*signal::stop_flag(Exit::TryAgain as i32)?;
    let rest = if args.all { Duration::default() } else { args.older_than.unwrap_or(REST) };
    let sweep = Sweep { rest, stop };
    if args.dry_run {
        return rehearse(args, &sweep);
    }
    let mut desk = args.common.desk(Purpose::Write)?;
    let mut line = Line::new(args.quiet);
    let swept = desk.sweep(&sweep, |done, part| line.draw(done, part));
    line.clear();
    let swept = swept?;
    let mut out = out::open();
    if !args.quiet && !args.json {
        print(&mut out, &swept)?;
    }
    out.flush()?;
    let vacuumed = match args.vacuum && !swept.interrupted {
        true => Some(desk.vacuum()?),
        false => None,
    };
    if let Some((before, after)) = vacuumed.filter(|(before, after)| before != after)
        && !args.quiet
        && !args.json
    {
        writeln!(out, "vacuumed\t{} bytes\tnow {} bytes", before.file, after.file)?;
    }
    if args.json {
        out::json(&mut out, &Done::of(&swept, desk.extent()?, vacuumed.is_some()))?;
    }
    out.flush()?;
    end(&swept)
}

fn rehearse(args: &Args, sweep: &Sweep<'_>) -> Result<Exit> {
    let desk = args.common.desk(Purpose::Read)?;
    let Plan { index, pack, bytes } = desk.plan_sweep(sweep)?;
    let would =
        Swept { indexed: index, packed: pack, bytes, damaged: Vec::new(), interrupted: false };
    let mut out = out::open();
    if args.json {
        out::json(&mut out, &Done::of(&would, desk.extent()?, false))?;
    } else if !args.quiet {
        print(&mut out, &would)?;
    }
    out.flush()?;
    Ok(Exit::Done)
}

/// A line for each kind of work; none where there was none.
fn print(out: &mut Out, swept: &Swept) -> Result<()> {
    if swept.indexed > 0 {
        writeln!(out, "indexed\t{}", messages(swept.indexed))?;
    }
    if swept.packed > 0 {
        writeln!(out, "packed\t{}\t{} bytes", messages(swept.packed), swept.bytes)?;
    }
    Ok(())
}

fn messages(count: usize) -> String {
    format!("{count} {}", if count == 1 { "message" } else { "messages" })
}

/// What is to be told on stderr, and the exit status.
fn end(swept: &Swept) -> Result<Exit> {
    let mut stderr = std::io::stderr();
    for message in &swept.damaged {
        let words = "its bytes are not those that came in; it stays as it is: see 'postroom check'";
        writeln!(stderr, "postroom: {message}: {words}")?;
    }
    if swept.interrupted {
        writeln!(stderr, "postroom: interrupted; what was done stays, and the next sweep goes on")?;
        return Ok(Exit::TryAgain);
    }
    Ok(if swept.damaged.is_empty() { Exit::Done } else { Exit::No })
}

impl Done {
    fn of(swept: &Swept, extent: Extent, vacuumed: bool) -> Self {
        Done {
            indexed: swept.indexed,
            packed: swept.packed,
            bytes: swept.bytes,
            damaged: swept.damaged.iter().map(MessageId::to_string).collect(),
            store: extent.file,
            free: extent.free,
            vacuumed,
            interrupted: swept.interrupted,
        }
    }
}
