//! Rows under each other: aligned for a terminal, tab-separated for a pipe.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::clean;
use super::screen::{Screen, Style};

/// What stands between two columns on a terminal.
const GAP: usize = 2;
/// The least width that cutting leaves a column.
const LEAST: usize = 8;

/// The most of a field that mail fills, in columns, where nothing else cuts it: as long as RFC 5322
/// has a line of a header. A subject of 256 kB is nothing that anybody reads.
const MOST: usize = 998;

/// On which side a column is aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Figures.
    Right,
    /// Text that may be cut when the terminal is too narrow, the widest column first; for a pipe
    /// at 998 columns.
    Cut,
    /// Text of the last column, which goes to a line of its own below the column before it when the
    /// terminal is too narrow for both.
    Below,
}

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub heading: &'static str,
    /// How it is aligned.
    pub align: Align,
}

/// One field of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// A field in a style. The text is cleaned to one line.
    #[must_use]
    pub fn new(text: &str, style: Style) -> Self {
        Cell { text: clean::line(text).into_owned(), style }
    }
}

impl<T: AsRef<str>> From<T> for Cell {
    fn from(text: T) -> Self {
        Cell::new(text.as_ref(), Style::Plain)
    }
}

/// Rows in the making.
#[derive(Debug, Clone)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table without rows.
    #[must_use]
    pub fn new(columns: &[Column]) -> Self {
        Table { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Adds a row. Fields without a column are left away, missing ones are empty.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        let mut cells: Vec<Cell> = cells.into_iter().take(self.columns.len()).collect();
        cells.resize_with(self.columns.len(), || Cell::from(""));
        self.rows.push(cells);
    }

    /// The table, each line with its end. For a terminal with headings, if there is any row and
    /// any column has one.
    #[must_use]
    pub fn print(&self, screen: Screen) -> String {
        let Some(width) = screen.width() else {
            return self.rows.iter().map(|row| self.tabs(row)).collect();
        };
        if self.rows.is_empty() {
            return String::new();
        }
        let mut heading: Vec<Cell> =
            self.columns.iter().map(|c| Cell::new(c.heading, Style::Faint)).collect();
        let named = heading.iter().any(|cell| !cell.text.is_empty());
        let mut widths = self.widest();
        let has_below = self.columns.last().is_some_and(|c| c.align == Align::Below);
        let goes_below = has_below && room_for(&widths) > width;
        if goes_below {
            widths.pop();
            heading.pop();
        }
        let over = room_for(&widths).saturating_sub(width);
        self.give_way(&mut widths, over);
        let before = widths.split_last().map_or(0, |(_, before)| room_for(before) + GAP);
        let below = |row: &[Cell]| match row.get(widths.len()) {
            Some(cell) if !cell.text.is_empty() => below(cell, before, screen, width),
            _ => String::new(),
        };
        let lines = named.then_some(&heading).into_iter().chain(&self.rows);
        lines.map(|row| self.line(row, &widths, screen) + &below(row)).collect()
    }

    /// The width of the widest field of each column.
    fn widest(&self) -> Vec<usize> {
        let widest = |(i, column): (usize, &Column)| {
            let fields = self.rows.iter().filter_map(|row| row.get(i));
            fields.map(|cell| cell.text.width()).max().unwrap_or(0).max(column.heading.width())
        };
        self.columns.iter().enumerate().map(widest).collect()
    }

    /// Takes what is over from the columns that may be cut, always from the widest.
    fn give_way(&self, widths: &mut [usize], over: usize) {
        for _ in 0..over {
            let columns = widths.iter_mut().zip(&self.columns);
            let cut = columns.filter(|(width, c)| c.align == Align::Cut && **width > LEAST);
            let Some((widest, _)) = cut.max_by_key(|(width, _)| **width) else { return };
            *widest -= 1;
        }
    }

    fn tabs(&self, row: &[Cell]) -> String {
        let fields = row.iter().zip(&self.columns).map(|(cell, column)| match column.align {
            Align::Cut => bounded(&cell.text),
            _ => Cow::Borrowed(cell.text.as_str()),
        });
        fields.collect::<Vec<_>>().join("\t") + "\n"
    }

    fn line(&self, row: &[Cell], widths: &[usize], screen: Screen) -> String {
        let mut line = String::new();
        let mut owed = 0; // Blanks are written only before something, so that no line ends in them.
        for ((cell, column), width) in row.iter().zip(&self.columns).zip(widths) {
            let text = cut(&cell.text, *width);
            let rest = width.saturating_sub(text.width());
            let (before, after) = if column.align == Align::Right { (rest, 0) } else { (0, rest) };
            if text.is_empty() {
                owed += before + after + GAP;
                continue;
            }
            line.push_str(&" ".repeat(owed + before));
            line.push_str(&screen.paint(cell.style, &text));
            owed = after + GAP;
        }
        line.push('\n');
        line
    }
}

/// What columns of these widths take beside each other.
fn room_for(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)
}

/// A field on a line of its own, behind so many blanks, or fewer if it needs the room.
fn below(cell: &Cell, before: usize, screen: Screen, width: usize) -> String {
    let text = cut(&cell.text, width.saturating_sub(GAP));
    let before = before.min(width.saturating_sub(text.width()));
    format!("{}{}\n", " ".repeat(before), screen.paint(cell.style, &text))
}

/// A text out of a mail, such as a subject, as far as people read it: 998 columns.
#[must_use]
pub fn bounded(text: &str) -> Cow<'_, str> {
    // A character has no more columns than bytes.
    if text.len() <= MOST { Cow::Borrowed(text) } else { Cow::Owned(cut(text, MOST)) }
}

/// The text, cut to a width in columns, with an ellipsis in place of what is gone.
#[must_use]
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut room = width.saturating_sub(1);
    let fits = |c: &char| {
        let wide = c.width().unwrap_or(0);
        let fits = wide <= room;
        room = room.saturating_sub(wide);
        fits
    };
    let mut kept: String = text.chars().take_while(fits).collect();
    if width > 0 {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sample() -> Table {
        let mut table = Table::new(&[
            Column { heading: "", align: Align::Right },
            Column { heading: "from", align: Align::Left },
            Column { heading: "subject", align: Align::Cut },
            Column { heading: "age", align: Align::Left },
        ]);
        table.row(["7", "erika", "日本語の件名 と long subject", "3d 4h"].map(Cell::from));
        table.row(["142", "bob", "x\ty\u{1b}", ""].map(Cell::from));
        table
    }

    #[test]
    fn the_widest_gives_way() {
        let column = |align| Column { heading: "", align };
        let mut table = Table::new(&[Align::Cut, Align::Right, Align::Cut].map(column));
        table.row(["mailer-daemon@mx.example", "7", "Undelivered mail returned"].map(Cell::from));
        table.row(["erika@x", "10", "Invoice"].map(Cell::from));
        let at = |width| table.print(Screen::Terminal { width, colour: false });
        assert_eq!(
            at(38),
            "mailer-daemon@m…   7  Undelivered mai…\nerika@x           10  Invoice\n"
        );
        assert_eq!(at(10), "mailer-…   7  Undeliv…\nerika@x   10  Invoice\n");
    }

    #[test]
    fn a_reason_goes_below_what_it_is_a_reason_for() {
        let column = |align| Column { heading: "", align };
        let mut table = Table::new(&[Align::Right, Align::Cut, Align::Below].map(column));
        table.row(["7", "assigned anna", "rule 'angry'"].map(Cell::from));
        table.row(["10", "m4 arrived, as an answer to m3", ""].map(Cell::from));
        table.row(["11", "closed", "rule 'no answer for a year'"].map(Cell::from));
        let at = |width| table.print(Screen::Terminal { width, colour: false });
        assert_eq!(
            at(40),
            " 7  assigned anna\n    rule 'angry'\n10  m4 arrived, as an answer to m3\n\
             11  closed\n    rule 'no answer for a year'\n"
        );
        assert_eq!(
            at(29),
            " 7  assigned anna\n    rule 'angry'\n10  m4 arrived, as an answer…\n\
             11  closed\n  rule 'no answer for a year'\n"
        );
        let wide = at(80);
        assert_eq!(wide.lines().next(), Some(" 7  assigned anna                   rule 'angry'"));
        assert_eq!(wide.lines().count(), 3);
    }

    #[test]
    fn for_a_terminal() {
        let wide = "     from   subject                       age\n  7  erika  日本語の件名 と long subject  3d 4h\n142  bob    x\\ty\\x1b\n";
        assert_eq!(sample().print(Screen::Terminal { width: 80, colour: false }), wide);
        let narrow = "     from   subject             age\n  7  erika  日本語の件名 と l…  3d 4h\n142  bob    x\\ty\\x1b\n";
        assert_eq!(sample().print(Screen::Terminal { width: 37, colour: false }), narrow);
    }

    #[test]
    fn for_a_pipe() {
        let tsv = "7\terika\t日本語の件名 と long subject\t3d 4h\n142\tbob\tx\\ty\\x1b\t\n";
        assert_eq!(sample().print(Screen::Pipe), tsv);
        let empty = Table::new(&[Column { heading: "a", align: Align::Left }]);
        assert_eq!(empty.print(Screen::Terminal { width: 80, colour: true }), "");
    }

    #[test]
    fn a_subject_without_end() {
        let column = |align| Column { heading: "", align };
        let mut table = Table::new(&[column(Align::Left), column(Align::Cut)]);
        table.row([Cell::from("x".repeat(2_000)), Cell::from("日".repeat(2_000))]);
        table.row([Cell::from(""), Cell::from("y".repeat(998))]);
        let wanted =
            format!("{}\t{}…\n\t{}\n", "x".repeat(2_000), "日".repeat(498), "y".repeat(998));
        assert_eq!(table.print(Screen::Pipe), wanted);
    }

    #[test]
    fn colour_does_not_move_columns() {
        let mut table = Table::new(&[Column { heading: "a", align: Align::Left }; 2]);
        table.row([Cell::new("bad", Style::Bad), Cell::from("x")]);
        let line = table.print(Screen::Terminal { width: 80, colour: true });
        assert!(line.ends_with("\x1b[31mbad\x1b[0m  x\n"), "{line:?}");
    }

    proptest! {
        #[test]
        fn a_cut_text_fits(text in any::<String>(), width in 0..40_usize) {
            let text = clean::line(&text);
            prop_assert!(cut(&text, width).width() <= width);
        }
    }
}
