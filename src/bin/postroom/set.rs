//! `postroom set`: gives values to fields.

use anyhow::Result;
use clap::Parser;

use crate::exit::Exit;
use crate::verb::{self, Options};

/// Give values to fields
#[derive(Debug, Parser)]
#[command(
    override_usage = "postroom set [OPTIONS] SELECTION FIELD=VALUE ...\n       postroom set [OPTIONS] --message FIELD=VALUE ... <MESSAGE"
)]
pub(crate) struct Args {
    /// Conversations, and fields: priority=high order=7; an empty value takes a field away
    #[arg(value_name = "WORD", trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,

    // Behind the words: its heading would be theirs too.
    #[command(flatten)]
    options: Options,
}

pub(crate) fn run(args: &Args) -> Result<Exit> {
    verb::run("set", &args.words, &args.options)
}
