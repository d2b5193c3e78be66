//! What the text is for: a pipe, or a terminal of some width.

/// Where the text goes. Only a terminal has a width, headings and perhaps colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// A pipe or a file: tab-separated, no headings, no colour, nothing cut.
    Pipe,
    /// A terminal.
    Terminal {
        /// Its width in columns.
        width: usize,
        /// Whether to colour: not under `NO_COLOR`.
        colour: bool,
    },
}

/// How a piece of text stands out. The terminal's own sixteen colours, so that it suits its theme.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Style {
    /// Not at all.
    #[default]
    Plain,
    /// A heading, or the one thing to see.
    Strong,
    /// Of lesser weight.
    Faint,
    /// Well done.
    Good,
    /// Worth a look.
    Warn,
    /// Wrong.
    Bad,
    /// A figure drawn as a shape.
    Shape,
}

impl Style {
    /// The parameters of the SGR sequence (ECMA-48 8.3.117); none for plain text.
    fn sgr(self) -> Option<&'static str> {
        match self {
            Style::Plain => None,
            Style::Strong => Some("1"),
            Style::Faint => Some("2"),
            Style::Good => Some("32"),
            Style::Warn => Some("33"),
            Style::Bad => Some("31"),
            Style::Shape => Some("36"),
        }
    }
}

impl Screen {
    /// The text in a style, where there is colour; the text itself where there is none. The text
    /// must be clean (see [`super::clean`]).
    #[must_use]
    pub fn paint(self, style: Style, text: &str) -> String {
        match (self, style.sgr()) {
            (Screen::Terminal { colour: true, .. }, Some(sgr)) if !text.is_empty() => {
                format!("\x1b[{sgr}m{text}\x1b[0m")
            }
            _ => text.to_owned(),
        }
    }

    /// The width to fit into; none when nothing is to be cut.
    #[must_use]
    pub fn width(self) -> Option<usize> {
        match self {
            Screen::Pipe => None,
            Screen::Terminal { width, .. } => Some(width),
        }
    }

    /// Whether a person reads it.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        matches!(self, Screen::Terminal { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_only_where_it_is_wanted() {
        let colour = Screen::Terminal { width: 80, colour: true };
        let plain = Screen::Terminal { width: 80, colour: false };
        assert_eq!(colour.paint(Style::Bad, "no"), "\x1b[31mno\x1b[0m");
        assert_eq!(colour.paint(Style::Plain, "no"), "no");
        assert_eq!(colour.paint(Style::Bad, ""), "");
        assert_eq!(plain.paint(Style::Bad, "no"), "no");
        assert_eq!(Screen::Pipe.paint(Style::Bad, "no"), "no");
    }
}
