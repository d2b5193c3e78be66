//! `postroom do`: several actions at once.

use anyhow::Result;
use clap::Parser;

use crate::exit::Exit;
use crate::verb::{self, Options};

/// Do several actions at once, or none of them
#[derive(Debug, Parser)]
pub(crate) struct Args {
    #[command(flatten)]
    options: Options,

    /// Conversations, and actions: 'assign anna' 'tag +billing'; postroom-actions(7)
    #[arg(
        value_name = "SELECTION [ACTION ...]",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    words: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Result<Exit> {
    verb::run("do", &args.words, &args.options)
}
