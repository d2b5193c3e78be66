//! `postroom set`: gives values to fields.

use anyhow::Result;
use clap::Parser;

use crate::exit::Exit;
use crate::verb::{self, Options};

/// Give values to fields
#[derive(Debug, Parser)]
pub(crate) struct Args {
    #[command(flatten)]
    options: Options,

    /// Conversations, and fields: priority=high order=7; an empty value takes a field away
    #[arg(
        value_name = "SELECTION [FIELD=VALUE ...]",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    words: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Result<Exit> {
    verb::run("set", &args.words, &args.options)
}
