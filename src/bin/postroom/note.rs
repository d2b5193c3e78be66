//! `postroom note`: internal text.

use std::io;

use anyhow::{Context, Result};
use clap::Parser;
use postroom::desk::Failure;
use postroom::host::{file, terminal};

use crate::exit::Exit;
use crate::verb::{self, Options};

/// Write a note, which no participant ever sees
#[derive(Debug, Parser)]
#[command(
    override_usage = "postroom note [OPTIONS] SELECTION [TEXT]\n       postroom note [OPTIONS] --message TEXT <MESSAGE"
)]
pub(crate) struct Args {
    /// Conversations, and the text; without one it comes from stdin
    #[arg(value_name = "WORD", trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,

    // Behind the words: its heading would be theirs too.
    #[command(flatten)]
    options: Options,
}

pub(crate) fn run(args: &Args) -> Result<Exit> {
    let mut words = args.words.clone();
    if words.len() == 2 && words.get(1).is_some_and(|word| word == "-") {
        words.truncate(1);
    }
    let lacks_text = words.len() == 1 && !args.options.takes_message();
    if lacks_text && words.first().is_some_and(|word| word != "-") {
        if terminal::stdin_is_terminal() {
            return Err(Failure::usage("write the text behind the number, or on stdin").into());
        }
        let text = file::read_to_end(io::stdin().lock()).context("stdin")?;
        words.push(String::from_utf8_lossy(&text).trim_end().to_owned());
    }
    verb::run("note", &words, &args.options)
}
