//! `postroom assign`: says who must act.

use anyhow::Result;
use clap::Parser;

use crate::exit::Exit;
use crate::verb::{self, Options};

/// Say who must act: an agent, team:NAME, me or none
#[derive(Debug, Parser)]
pub(crate) struct Args {
    #[command(flatten)]
    options: Options,

    /// Conversations, and who: anna, team:finance, me, none
    #[arg(value_name = "SELECTION [WHO]", trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Result<Exit> {
    verb::run("assign", &args.words, &args.options)
}
