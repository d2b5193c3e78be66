//! `postroom close`: says that it is done.

use anyhow::Result;
use clap::Parser;

use crate::exit::Exit;
use crate::verb::{self, Options};

/// Say that it is done
#[derive(Debug, Parser)]
pub(crate) struct Args {
    #[command(flatten)]
    options: Options,

    /// Conversations
    #[arg(value_name = "SELECTION", trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Result<Exit> {
    verb::run("close", &args.words, &args.options)
}
