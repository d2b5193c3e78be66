//! `postroom do`: several actions at once.

use anyhow::Result;
use clap::Parser;

use crate::exit::Exit;
use crate::verb::{self, Options};

/// Do several actions at once, or none of them
#[derive(Debug, Parser)]
#[command(
    override_usage = "postroom do [OPTIONS] SELECTION ACTION ...\n       postroom do [OPTIONS] --message ACTION ... <MESSAGE"
)]
pub(crate) struct Args {
    /// Conversations, and actions: 'assign anna' 'tag +billing'; postroom-actions(7)
    #[arg(value_name = "WORD", trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,

    // Behind the words: its heading would be theirs too.
    #[command(flatten)]
    options: Options,
}

pub(crate) fn run(args: &Args) -> Result<Exit> {
    verb::run("do", &args.words, &args.options)
}
