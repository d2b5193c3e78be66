//! `postroom assign`: says who must act.

use anyhow::Result;
use clap::Parser;

use crate::exit::Exit;
use crate::verb::{self, Options};

/// Say who must act: an agent, team:NAME, me or none
#[derive(Debug, Parser)]
#[command(
    override_usage = "postroom assign [OPTIONS] SELECTION WHO\n       postroom assign [OPTIONS] --message WHO <MESSAGE"
)]
pub(crate) struct Args {
    /// Conversations, and who: anna, team:finance, me, none
    #[arg(value_name = "WORD", trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,

    // Behind the words: its heading would be theirs too.
    #[command(flatten)]
    options: Options,
}

pub(crate) fn run(args: &Args) -> Result<Exit> {
    verb::run("assign", &args.words, &args.options)
}
