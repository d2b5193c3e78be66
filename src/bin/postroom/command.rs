//! The table of commands.

use std::ffi::OsString;
use std::io::Write;

use anyhow::Result;
use clap::{CommandFactory, Parser};
use postroom::desk::{Failure, Kind};

use crate::exit::Exit;
use crate::{
    assign, autoreply, check, close, delivery, r#do, ingest, init, inspect, list, log, merge, note,
    open, purge, reply, report, route, send, set, show, sweep, tag, undo, why,
};

/// One verb.
pub(crate) struct Command {
    pub(crate) name: &'static str,
    /// Parses the arguments, the name in front.
    pub(crate) parse: fn(&[OsString]) -> Call,
    /// What clap knows of it.
    pub(crate) clap: fn() -> clap::Command,
}

/// A command with its arguments, which may be wrong.
pub(crate) struct Call {
    /// Whether an MTA or a filter reads our exit status.
    pub(crate) is_delivery: bool,
    /// Does it.
    pub(crate) run: Box<dyn FnOnce() -> Result<Exit>>,
}

macro_rules! command {
    // A command that takes a message on stdin only when an option says so.
    ($name:literal, $module:ident) => {
        command!($name, $module, delivery::takes_message)
    };
    // A command whose place is told by its arguments.
    ($name:literal, $module:ident, $is_delivery:expr) => {
        Command {
            name: $name,
            parse: |argv| {
                let args = $module::Args::try_parse_from(argv);
                let is_delivery = $is_delivery(argv.get(1..).unwrap_or_default(), &args);
                Call { is_delivery, run: Box::new(move || $module::run(&args?)) }
            },
            clap: <$module::Args as CommandFactory>::command,
        }
    };
}

/// Every command, in the order in which a newcomer meets them.
pub(crate) const COMMANDS: &[Command] = &[
    command!("init", init),
    command!("ingest", ingest, ingest::is_delivery),
    command!("inspect", inspect, |_, _: &_| false),
    command!("list", list),
    command!("show", show),
    command!("route", route),
    command!("assign", assign),
    command!("tag", tag),
    command!("set", set),
    command!("note", note),
    command!("close", close),
    command!("open", open),
    command!("merge", merge),
    command!("undo", undo),
    command!("do", r#do),
    command!("reply", reply),
    command!("autoreply", autoreply, autoreply::is_delivery),
    command!("send", send),
    command!("sweep", sweep),
    command!("log", log),
    command!("why", why),
    command!("report", report),
    command!("purge", purge),
    command!("check", check, check::is_delivery),
];

/// The error for a verb that there is not.
pub(crate) fn unknown(name: &str) -> anyhow::Error {
    Failure::new(Kind::Usage, format!("there is no command '{name}'; 'postroom --help' lists them"))
        .into()
}

/// Whether a word asks for help or the version, instead of naming a verb.
pub(crate) fn is_help(word: &str) -> bool {
    matches!(word, "--version" | "-V" | "--help" | "-h" | "help")
}

/// `postroom`, `postroom --help`, `postroom --version`, and verbs that there are not.
pub(crate) fn overview(name: &str) -> Result<Exit> {
    match name {
        "--version" | "-V" => {
            writeln!(std::io::stdout(), "postroom {}", env!("CARGO_PKG_VERSION"))?;
            Ok(Exit::Done)
        }
        "--help" | "-h" | "help" => {
            write!(std::io::stdout(), "{}", overview_text())?;
            Ok(Exit::Done)
        }
        "" => {
            write!(std::io::stderr(), "{}", overview_text())?;
            Ok(Exit::Usage)
        }
        other => Err(unknown(other)),
    }
}

fn overview_text() -> String {
    let mut text =
        "A shared inbox for teams.\n\nUsage: postroom COMMAND [options] ...\n\n".to_owned();
    for command in COMMANDS {
        let about = (command.clap)().get_about().map(ToString::to_string).unwrap_or_default();
        text.push_str(&format!("  {:<10} {about}\n", command.name));
    }
    text.push_str("\n'postroom COMMAND --help' tells its options, 'man postroom' the rest.\n");
    text
}
