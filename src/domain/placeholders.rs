//! Prepared texts: canned replies and automatic answers, with places to fill in (R92).
//!
//! A text is data. The places come from a closed list, are filled in one pass, and what stands in
//! a value is never looked at again.

use std::fmt;
use std::str::FromStr;

use super::{Located, Number};

/// A place that a text can leave open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Placeholder {
    /// The number of the conversation.
    Number,
    /// Its subject.
    Subject,
    /// The display name of the contact.
    ContactName,
    /// The first word of that name.
    ContactFirstName,
    /// The address of the contact.
    ContactAddress,
    /// The name of the agent who answers.
    AgentName,
    /// The name of the inbox, as the public knows it.
    InboxName,
    /// The address of the inbox.
    InboxAddress,
    /// The day of writing, in the zone of the desk.
    Date,
}

impl Placeholder {
    /// Every placeholder, in the order of the manual page.
    pub const ALL: [Placeholder; 9] = [
        Placeholder::Number,
        Placeholder::Subject,
        Placeholder::ContactName,
        Placeholder::ContactFirstName,
        Placeholder::ContactAddress,
        Placeholder::AgentName,
        Placeholder::InboxName,
        Placeholder::InboxAddress,
        Placeholder::Date,
    ];

    /// The word between the braces.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Placeholder::Number => "number",
            Placeholder::Subject => "subject",
            Placeholder::ContactName => "contact.name",
            Placeholder::ContactFirstName => "contact.first-name",
            Placeholder::ContactAddress => "contact.address",
            Placeholder::AgentName => "agent.name",
            Placeholder::InboxName => "inbox.name",
            Placeholder::InboxAddress => "inbox.address",
            Placeholder::Date => "date",
        }
    }
}

impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Placeholder {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Placeholder::ALL.into_iter().find(|p| p.as_str() == word).ok_or_else(|| {
            let known = Placeholder::ALL.map(Placeholder::as_str).join(", ");
            format!("'{word}' is not a placeholder: use one of {known}")
        })
    }
}

/// What is known of a conversation and of those who take part. A value that is none or blank is
/// missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    /// See [`Placeholder::Number`].
    pub number: Option<Number>,
    /// See [`Placeholder::Subject`].
    pub subject: Option<String>,
    /// See [`Placeholder::ContactName`].
    pub contact_name: Option<String>,
    /// See [`Placeholder::ContactAddress`].
    pub contact_address: Option<String>,
    /// See [`Placeholder::AgentName`].
    pub agent_name: Option<String>,
    /// See [`Placeholder::InboxName`].
    pub inbox_name: Option<String>,
    /// See [`Placeholder::InboxAddress`].
    pub inbox_address: Option<String>,
    /// See [`Placeholder::Date`].
    pub date: Option<String>,
}

impl Values {
    /// The value on one line: many come from a stranger's mail, and some go into a header (R84).
    fn get(&self, place: Placeholder) -> Option<String> {
        let number = self.number.map(|number| number.to_string());
        let value = match place {
            Placeholder::Number => number.as_deref(),
            Placeholder::Subject => self.subject.as_deref(),
            Placeholder::ContactName | Placeholder::ContactFirstName => {
                self.contact_name.as_deref()
            }
            Placeholder::ContactAddress => self.contact_address.as_deref(),
            Placeholder::AgentName => self.agent_name.as_deref(),
            Placeholder::InboxName => self.inbox_name.as_deref(),
            Placeholder::InboxAddress => self.inbox_address.as_deref(),
            Placeholder::Date => self.date.as_deref(),
        }?;
        let mut words =
            value.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty());
        let value = match place {
            Placeholder::ContactFirstName => words.next()?.trim_end_matches(',').to_owned(),
            _ => words.collect::<Vec<_>>().join(" "),
        };
        (!value.is_empty()).then_some(value)
    }
}

/// A value that a text asks for and this conversation does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing(pub Placeholder);

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "there is no {0} here: give the text a fallback, such as {{{{ {0} | there }}}}",
            self.0
        )
    }
}

impl std::error::Error for Missing {}

/// Text with places to fill in: `{{ contact.name }}`, or with a fallback `{{ contact.name | there }}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Place { place: Placeholder, fallback: Option<String> },
}

impl Template {
    /// Reads a text.
    ///
    /// # Errors
    /// At a placeholder that is unknown or not closed, and at braces that close nothing.
    pub fn parse(text: &str) -> Result<Template, Located> {
        let mut pieces = Vec::new();
        let mut at = 0;
        while let Some((before, rest)) = split_at_pair(text, at, "{{") {
            pieces.push(plain(before, at)?);
            let open = at + before.len();
            let (inside, _) = split_at_pair(text, open + 2, "}}")
                .filter(|(inside, _)| !inside.contains(['\n', '{']))
                .ok_or_else(|| Located::new(open, "this {{ is not closed: write }} on its line"))?;
            pieces.push(place(inside, open)?);
            at = text.len() - rest.len() + inside.len() + 2;
        }
        pieces.push(plain(text.get(at..).unwrap_or_default(), at)?);
        Ok(Template { pieces })
    }

    /// The text with every place filled in.
    ///
    /// # Errors
    /// When a value is missing and its place has no fallback.
    pub fn fill(&self, values: &Values) -> Result<String, Missing> {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(plain) => text.push_str(plain),
                Piece::Place { place, fallback } => {
                    let value = values.get(*place).or_else(|| fallback.clone());
                    text.push_str(&value.ok_or(Missing(*place))?);
                }
            }
        }
        Ok(text)
    }

    /// The placeholders in it, in order, as often as they stand there.
    pub fn placeholders(&self) -> impl Iterator<Item = Placeholder> + '_ {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Place { place, .. } => Some(*place),
        })
    }
}

/// What stands from `at` to the next pair of braces, and what follows the pair.
fn split_at_pair<'a>(text: &'a str, at: usize, pair: &str) -> Option<(&'a str, &'a str)> {
    text.get(at..)?.split_once(pair)
}

fn plain(text: &str, at: usize) -> Result<Piece, Located> {
    match unresolved(text) {
        Some(wrong) => Err(Located::new(at + wrong.offset, wrong.message)),
        None => Ok(Piece::Text(text.to_owned())),
    }
}

fn place(inside: &str, open: usize) -> Result<Piece, Located> {
    let (name, fallback) = match inside.split_once('|') {
        Some((name, fallback)) => (name, Some(fallback.trim().to_owned())),
        None => (inside, None),
    };
    let place = name.trim().parse().map_err(|why: String| Located::new(open, why))?;
    Ok(Piece::Place { place, fallback })
}

/// The first `{{` or `}}` in a text that is about to be sent: a place that nobody filled in.
#[must_use]
pub fn unresolved(text: &str) -> Option<Located> {
    let offset = [text.find("{{"), text.find("}}")].into_iter().flatten().min()?;
    Some(Located::new(offset, "a placeholder was left here: fill it in or take the braces away"))
}

/// A prepared text as its file has it: a body, and before it, if it wants a subject of its own,
/// a line `Subject: ...` and an empty line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The subject, if it has its own.
    pub subject: Option<Template>,
    /// The body.
    pub body: Template,
}

impl Text {
    /// Reads a file.
    ///
    /// # Errors
    /// As [`Template::parse`]; and when the subject is empty, no empty line follows it, or there
    /// is no body.
    pub fn parse(text: &str) -> Result<Text, Located> {
        let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
        let subject = first
            .split_once(':')
            .filter(|(name, _)| name.eq_ignore_ascii_case("subject"))
            .map(|(_, subject)| subject.trim());
        let (subject, body) = match subject {
            None => (None, text),
            Some("") => {
                return Err(Located::new(
                    0,
                    "the subject is empty: write it or take the line away",
                ));
            }
            Some(subject) => {
                let (empty, body) = rest.split_once('\n').unwrap_or((rest, ""));
                if !empty.trim().is_empty() {
                    let at = text.len() - rest.len();
                    return Err(Located::new(at, "an empty line must follow the subject"));
                }
                (Some((subject, first.rfind(subject).unwrap_or(0))), body)
            }
        };
        if body.trim().is_empty() {
            return Err(Located::new(text.len(), "the text is empty: write it"));
        }
        let moved = |by: usize| move |e: Located| Located::new(by + e.offset, e.message);
        let subject =
            subject.map(|(subject, at)| Template::parse(subject).map_err(moved(at))).transpose()?;
        let body = Template::parse(body).map_err(moved(text.len() - body.len()))?;
        Ok(Text { subject, body })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values() -> Values {
        Values {
            number: Some(Number(142)),
            subject: Some("Invoice\r\nBcc: x@y".into()),
            contact_name: Some(" Erika  de Vries ".into()),
            contact_address: Some("erika@example.org".into()),
            agent_name: Some("{{ number }} {{".into()),
            inbox_name: Some("\u{1b}".into()),
            inbox_address: None,
            date: Some("2026-05-01".into()),
        }
    }

    #[test]
    fn texts_are_filled_in_once() {
        for (text, wanted) in [
            ("", ""),
            ("plain {x} é", "plain {x} é"),
            ("{{number}}", "142"),
            ("é {{ number }}, {{\tdate }}.", "é 142, 2026-05-01."),
            ("Dear {{ contact.first-name }},", "Dear Erika,"),
            ("{{ contact.name }} <{{ contact.address }}>", "Erika de Vries <erika@example.org>"),
            ("{{ subject }}", "Invoice Bcc: x@y"),
            ("{{ agent.name }}", "{{ number }} {{"),
            ("{{ contact.name | there }}", "Erika de Vries"),
            ("{{ inbox.address | our  desk }}", "our  desk"),
            ("<{{ inbox.address | }}>", "<>"),
            ("{{ inbox.name | a|b }}", "a|b"),
            ("{{ number }}}", "142}"),
        ] {
            assert_eq!(Template::parse(text).unwrap().fill(&values()).unwrap(), wanted, "{text}");
        }
    }

    #[test]
    fn a_missing_value_is_named() {
        for (text, place) in [
            ("{{ inbox.address }}", Placeholder::InboxAddress),
            ("{{ number }}{{ inbox.name }}", Placeholder::InboxName),
        ] {
            assert_eq!(Template::parse(text).unwrap().fill(&values()), Err(Missing(place)));
        }
        let nobody = Template::parse("{{ contact.first-name }}").unwrap();
        let why = nobody.fill(&Values::default()).unwrap_err().to_string();
        assert!(why.contains("{{ contact.first-name | there }}"), "{why}");
    }

    #[test]
    fn first_names() {
        for (name, first) in [("Erika de Vries", "Erika"), ("Vries, Erika", "Vries"), (", x", "-")]
        {
            let values = Values { contact_name: Some(name.into()), ..Values::default() };
            let template = Template::parse("{{ contact.first-name | - }}").unwrap();
            assert_eq!(template.fill(&values).unwrap(), first, "{name}");
        }
    }

    #[test]
    fn every_placeholder_reads_back() {
        for place in Placeholder::ALL {
            let template = Template::parse(&format!("{{{{ {place} | x }}}}")).unwrap();
            assert_eq!(template.placeholders().collect::<Vec<_>>(), [place]);
        }
    }

    #[test]
    fn errors_stand_at_the_braces() {
        for (text, at, what) in [
            ("é {{ nmae }}", 3, "use one of number, subject"),
            ("{{ number }} {{ Date }}", 13, "not a placeholder"),
            ("{{}}", 0, "not a placeholder"),
            ("a {{ number", 2, "not closed"),
            ("a {{ number\n}}", 2, "not closed"),
            ("a {{ number {{ date }}", 2, "not closed"),
            ("{{ number }} }}", 13, "left here"),
            ("}} {{ number }}", 0, "left here"),
        ] {
            let wrong = Template::parse(text).unwrap_err();
            assert_eq!(wrong.offset, at, "{text}: {wrong}");
            assert!(wrong.message.contains(what), "{text}: {wrong}");
        }
    }

    #[test]
    fn what_is_left_is_found() {
        for (text, at) in
            [("{ a } {", None), ("é {{x", Some(3)), ("a }} {{", Some(2)), ("{{{", Some(0))]
        {
            assert_eq!(unresolved(text).map(|wrong| wrong.offset), at, "{text}");
        }
    }

    #[test]
    fn a_text_can_have_a_subject() {
        let filled = |text: &str| {
            let text = Text::parse(text).unwrap();
            let fill = |template: Template| template.fill(&values()).unwrap();
            (text.subject.map(fill), fill(text.body))
        };
        let subject = |text: &str| Some(text.to_owned());
        assert_eq!(filled("Hello,\n\nx\n"), (None, "Hello,\n\nx\n".into()));
        assert_eq!(filled("Subject: Re {{ number }}\n\nx"), (subject("Re 142"), "x".into()));
        assert_eq!(filled("subject:a: b\r\n\r\n\r\nx"), (subject("a: b"), "\r\nx".into()));
        for (text, at) in [
            ("", 0),
            ("Subject:\n\nx", 0),
            ("Subject: a\nx", 11),
            ("Subject: a\n\n \n", 14),
            ("Subject: a {{ b }}\n\nx", 11),
            ("Subject: a\n\nx }}", 14),
            ("x }}", 2),
        ] {
            assert_eq!(Text::parse(text).unwrap_err().offset, at, "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_without_braces_stays(text in "[^{}]*") {
            let filled = Template::parse(&text).unwrap().fill(&Values::default());
            prop_assert_eq!(filled, Ok(text));
        }

        #[test]
        fn no_value_is_looked_at_again(name in any::<String>()) {
            let values = Values { contact_name: Some(name), ..Values::default() };
            let once = values.get(Placeholder::ContactName).unwrap_or_default();
            let template = Template::parse("<{{ contact.name | }}>").unwrap();
            prop_assert_eq!(template.fill(&values), Ok(format!("<{once}>")));
        }

        #[test]
        fn any_text_is_read_or_refused_within(text in "(\\{\\{|\\}\\}|number|[{}| é\n:]|Subject:){0,12}") {
            for wrong in [Template::parse(&text).err(), Text::parse(&text).err()].into_iter().flatten() {
                prop_assert!(text.is_char_boundary(wrong.offset), "{:?}", wrong);
            }
        }
    }
}
