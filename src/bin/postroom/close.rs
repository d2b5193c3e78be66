//! `postroom close`: says that it is done.

use anyhow::Result;
use clap::Parser;

use crate::exit::Exit;
use crate::verb::{self, Options};

/// Say that it is done
#[derive(Debug, Parser)]
#[command(
    override_usage = "postroom close [OPTIONS] SELECTION\n       postroom close [OPTIONS] --message <MESSAGE"
)]
pub(crate) struct Args {
    /// Conversations
    #[arg(value_name = "WORD", trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,

    // Behind the words: its heading would be theirs too.
    #[command(flatten)]
    options: Options,
}

pub(crate) fn run(args: &Args) -> Result<Exit> {
    verb::run("close", &args.words, &args.options)
}
