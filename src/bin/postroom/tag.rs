//! `postroom tag`: puts labels on and takes them off.

use anyhow::Result;
use clap::Parser;

use crate::exit::Exit;
use crate::verb::{self, Options};

/// Put labels on and take them off
#[derive(Debug, Parser)]
pub(crate) struct Args {
    #[command(flatten)]
    options: Options,

    /// Conversations, and labels: +billing -new
    #[arg(
        value_name = "SELECTION [+TAG|-TAG ...]",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    words: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Result<Exit> {
    verb::run("tag", &args.words, &args.options)
}
