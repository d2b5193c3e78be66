//! Completions for shells, kept in `completions/` and held to the commands by this test.
//! `BLESS=1` writes them anew.

use std::path::Path;

use clap_complete::{Shell, generate};

use crate::command::COMMANDS;

/// The program as one clap command, with every verb as a subcommand.
fn program() -> clap::Command {
    let verbs = COMMANDS.iter().map(|command| (command.clap)().name(command.name));
    clap::Command::new("postroom")
        .version(env!("CARGO_PKG_VERSION"))
        .about("A shared inbox for teams")
        .subcommands(verbs)
}

/// The text of a file, without blanks at the ends of lines.
fn text(shell: Shell) -> String {
    let mut bytes = Vec::new();
    generate(shell, &mut program(), "postroom", &mut bytes);
    let text = String::from_utf8(bytes).unwrap();
    let lines = text.lines().map(str::trim_end).collect::<Vec<_>>();
    lines.join("\n").trim_end().to_owned() + "\n"
}

#[test]
fn completions_are_those_of_the_commands() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
    let bless = postroom::host::env::text("BLESS").is_some_and(|word| word == "1");
    for (shell, name) in
        [(Shell::Bash, "postroom.bash"), (Shell::Zsh, "_postroom"), (Shell::Fish, "postroom.fish")]
    {
        let (path, wanted) = (folder.join(name), text(shell));
        if bless {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &wanted).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(found == wanted, "completions/{name} is stale: run this test with BLESS=1");
    }
}
