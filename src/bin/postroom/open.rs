//! `postroom open`: says that it is not done.

use anyhow::Result;
use clap::Parser;

use crate::exit::Exit;
use crate::verb::{self, Options};

/// Say that it is not done
#[derive(Debug, Parser)]
pub(crate) struct Args {
    #[command(flatten)]
    options: Options,

    /// Conversations
    #[arg(value_name = "SELECTION", trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Result<Exit> {
    verb::run("open", &args.words, &args.options)
}
