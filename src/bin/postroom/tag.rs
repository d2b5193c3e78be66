//! `postroom tag`: puts labels on and takes them off.

use anyhow::Result;
use clap::Parser;

use crate::exit::Exit;
use crate::verb::{self, Options};

/// Put labels on and take them off
#[derive(Debug, Parser)]
#[command(
    override_usage = "postroom tag [OPTIONS] SELECTION +TAG|-TAG ...\n       postroom tag [OPTIONS] --message +TAG|-TAG ... <MESSAGE"
)]
pub(crate) struct Args {
    /// Conversations, and labels: +billing -new
    #[arg(value_name = "WORD", trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,

    // Behind the words: its heading would be theirs too.
    #[command(flatten)]
    options: Options,
}

pub(crate) fn run(args: &Args) -> Result<Exit> {
    verb::run("tag", &args.words, &args.options)
}
