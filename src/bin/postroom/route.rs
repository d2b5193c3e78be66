//! `postroom route`: runs the rules on what no rule has seen yet.

use std::io::Write;

use anyhow::Result;
use clap::Parser;
use postroom::config::Rulebook;
use postroom::desk::Purpose;
use postroom::desk::route::{Answer, Mode, Routed};
use postroom::domain::Number;
use postroom::render::{Align, Cell, Column, Style, Table};
use serde::Serialize;

use crate::args::Common;
use crate::changes;
use crate::exit::Exit;
use crate::out;
use crate::selection::Selection;

/// Run the rules on arrivals that no rule has seen yet
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// Only in these conversations
    selection: Option<String>,

    /// A message on stdin stands for its conversations
    #[arg(long)]
    message: bool,

    /// Change nothing; show what would be, for arrivals in named conversations even if routed before
    #[arg(long)]
    dry_run: bool,

    /// Tell of each rule whether it matched, and the term at which it failed
    #[arg(long)]
    explain: bool,

    /// Read the rules, tell what is wrong with them, and do nothing else
    #[arg(long, conflicts_with_all = ["selection", "message", "dry_run", "explain"])]
    check: bool,

    /// Say nothing
    #[arg(short, long)]
    quiet: bool,

    /// Print a JSON object for each arrival
    #[arg(long, conflicts_with = "quiet")]
    json: bool,

    #[command(flatten)]
    common: Common,
}

pub(crate) fn run(args: &Args) -> Result<Exit> {
    let selection = match (&args.selection, args.message) {
        (None, false) => None,
        (word, message) => Some(Selection::of(word.as_deref(), message)?),
    };
    let purpose = if args.dry_run || args.check { Purpose::Read } else { Purpose::Write };
    let mut desk = args.common.desk(purpose)?;
    let (Rulebook { rules, correlations, barriers }, warnings) = desk.rules()?;
    if args.check {
        for warning in &warnings {
            writeln!(std::io::stderr(), "postroom: {warning}")?;
        }
        let refuse = barriers.iter().filter(|barrier| barrier.answer().is_some()).count();
        let counts = [
            (rules.len(), "rules"),
            (correlations.len(), "correlations"),
            (refuse, "refuse"),
            (barriers.len() - refuse, "drop"),
            (warnings.len(), "warnings"),
        ];
        let counts = counts.map(|(count, what)| format!("{count} {what}"));
        writeln!(std::io::stdout(), "{}", counts.join(", "))?;
        return Ok(Exit::Done);
    }
    let numbers: Option<Vec<Number>> = match &selection {
        Some(selection) => Some(selection.numbers(&mut desk)?),
        None => None,
    };
    let mode = if args.dry_run { Mode::DryRun } else { Mode::ForReal };
    let routed = desk.route(numbers.as_deref(), &rules, mode)?;
    let mut out = out::open();
    let mut table = Table::new(&COLUMNS);
    for one in &routed {
        if args.json {
            out::json(&mut out, &Line::from(one))?;
        } else if args.explain {
            explain(&mut table, one);
        } else if !args.quiet {
            for change in one.changes() {
                writeln!(out, "{}\t{}", one.number, changes::words(change))?;
            }
        }
    }
    write!(out, "{}", table.print(out::screen()))?;
    out.flush()?;
    Ok(Exit::Done)
}

const COLUMNS: [Column; 6] = [
    Column { heading: "", align: Align::Right },
    Column { heading: "MAIL", align: Align::Left },
    Column { heading: "RULE", align: Align::Cut },
    Column { heading: "WHERE", align: Align::Left },
    Column { heading: "MATCH", align: Align::Left },
    Column { heading: "WHAT, OR WHY NOT", align: Align::Cut },
];

/// One row for each rule: whether it matched, and what it changed or the term at which it failed.
fn explain(table: &mut Table, routed: &Routed) {
    for asked in &routed.rules {
        let (matched, words) = match &asked.answer {
            Answer::Failed { term } => (Cell::new("no", Style::Faint), term.clone()),
            Answer::Matched { changes, refused, stop } => {
                let mut did: Vec<String> = changes.iter().map(changes::words).collect();
                did.extend(refused.iter().map(|why| format!("refused: {why}")));
                if did.is_empty() {
                    did.push("nothing to change".to_owned());
                }
                did.extend(stop.then(|| "stop".to_owned()));
                (Cell::new("yes", Style::Good), did.join(", "))
            }
        };
        let (number, message) = (routed.number.to_string(), routed.message.to_string());
        let [number, message, rule, at, words] =
            [&number, &message, &asked.rule, &asked.at, &words].map(Cell::from);
        table.row([number, message, rule, at, matched, words]);
    }
}

/// An arrival that was routed, as JSON.
#[derive(Serialize)]
struct Line {
    number: i64,
    message: String,
    rules: Vec<RuleObject>,
}

#[derive(Serialize)]
struct RuleObject {
    rule: String,
    at: String,
    matched: bool,
    failed_at: Option<String>,
    changes: Vec<String>,
    refused: Vec<String>,
}

impl From<&Routed> for Line {
    fn from(routed: &Routed) -> Self {
        let rule = |asked: &postroom::desk::route::Asked| {
            let (matched, failed_at, changes, refused) = match &asked.answer {
                Answer::Failed { term } => (false, Some(term.clone()), vec![], vec![]),
                Answer::Matched { changes, refused, .. } => {
                    (true, None, changes.iter().map(changes::words).collect(), refused.clone())
                }
            };
            let (rule, at) = (asked.rule.clone(), asked.at.clone());
            RuleObject { rule, at, matched, failed_at, changes, refused }
        };
        Line {
            number: routed.number.0,
            message: routed.message.to_string(),
            rules: routed.rules.iter().map(rule).collect(),
        }
    }
}
