//! From a name and a value to a term, or to a sentence on what to write instead.

use std::fmt::Display;
use std::str::FromStr;

use super::lex::{Form, Value};
use super::party::{Domain, Party};
use super::pattern::Pattern;
use super::range::{Day, Range};
use super::term::{FieldTest, Id, Is, Term, Who};
use super::text::{Phrase, Text};
use crate::domain::{Address, Duration, Located, Priority};

/// Words of other programs for our terms.
const SYNONYMS: [(&str, &str); 9] = [
    ("status", "is"),
    ("state", "is"),
    ("owner", "assignee"),
    ("assigned", "assignee"),
    ("label", "tag"),
    ("body", "text"),
    ("queue", "inbox"),
    ("mailbox", "inbox"),
    ("received", "date"),
];

/// Whether a name is that of a term; if not, a sentence on what to write instead.
pub(super) fn check_name(name: &str) -> Result<(), String> {
    let is_known = |known: &&str| known.eq_ignore_ascii_case(name);
    let is_field = field_name(name).is_some();
    if is_field || Term::NAMES.iter().any(is_known) { Ok(()) } else { Err(unknown(name)) }
}

/// NAME of `field.NAME`.
fn field_name(name: &str) -> Option<&str> {
    let (start, field) = name.split_once('.')?;
    start.eq_ignore_ascii_case("field").then_some(field)
}

/// The term that a name, at `at`, and a value make.
pub(super) fn term(name: Option<&str>, at: usize, value: &Value<'_>) -> Result<Term, Located> {
    let Some(name) = name else { return value.text().map(Term::Anywhere) };
    if let Some(field) = field_name(name) {
        let place = at + name.len() - field.len();
        let field = field.parse().map_err(|why| located(place, why))?;
        return Ok(Term::Field(field, value.field()?));
    }
    match name.to_ascii_lowercase().as_str() {
        "is" => value.is(),
        "inbox" => value.name().map(Term::Inbox),
        "assignee" => value.who().map(Term::Assignee),
        "team" => value.name().map(Term::Team),
        "tag" if value.bare_is("none") => Ok(Term::Tag(None)),
        "tag" => value.name().map(|tag| Term::Tag(Some(tag))),
        "from" => value.party().map(Term::From),
        "to" => value.party().map(Term::To),
        "subject" => value.text().map(Term::Subject),
        "text" => value.text().map(Term::Body),
        "id" => value.id().map(Term::Id),
        "priority" => value.priorities().map(Term::Priority),
        "date" => value.days().map(Term::Date),
        "age" => value.spans("age").map(Term::Age),
        "idle" => value.spans("idle").map(Term::Idle),
        "has" if value.bare_is("attachment") => Ok(Term::Attachment),
        "has" => Err(Located::new(value.at, "the one value of has: is attachment")),
        _ => Err(Located::new(at, unknown(name))),
    }
}

impl Value<'_> {
    /// The value as a word or several; a regex is an error.
    fn word(&self) -> Result<&str, Located> {
        match &self.form {
            Form::Bare(word) => Ok(word),
            Form::Quoted(word) => Ok(word),
            Form::Regex(_) => {
                let what = "a regex can stand alone or after subject: text: from: to: field.NAME:";
                Err(Located::new(self.at, what))
            }
        }
    }

    fn bare_is(&self, keyword: &str) -> bool {
        matches!(self.form, Form::Bare(word) if word.eq_ignore_ascii_case(keyword))
    }

    fn located(&self, why: impl Display) -> Located {
        located(self.at, why)
    }

    fn name<T: FromStr<Err: Display>>(&self) -> Result<T, Located> {
        self.word()?.parse().map_err(|why| self.located(why))
    }

    fn is(&self) -> Result<Term, Located> {
        let word = self.word()?;
        let found = Is::ALL.into_iter().find(|is| is.as_str().eq_ignore_ascii_case(word));
        found.map(Term::Is).ok_or_else(|| {
            let all = Is::ALL.map(Is::as_str);
            let near = nearest(word, all).map(|near| format!("did you mean is:{near}? "));
            let near = near.unwrap_or_default();
            self.located(format!("'{word}' is no value of is:; {near}it takes {}", all.join(", ")))
        })
    }

    fn who(&self) -> Result<Who, Located> {
        match () {
            () if self.bare_is("me") => Ok(Who::Me),
            () if self.bare_is("none") => Ok(Who::None),
            () => match self.word()?.split_once(':') {
                Some(("team", team)) => Err(self.located(format!("write team:{team}"))),
                _ => self.name().map(Who::Agent),
            },
        }
    }

    fn text(&self) -> Result<Text, Located> {
        let text = match &self.form {
            Form::Bare(word) if word.contains('*') => {
                let what = "'*' stands for nothing here: words compare whole; use a /regex/";
                return Err(Located::new(self.at, what));
            }
            Form::Regex(between) => return self.pattern(between).map(Text::Pattern),
            Form::Bare(word) => Phrase::new(word).map(Text::Phrase),
            Form::Quoted(words) => Phrase::new(words).map(Text::Phrase),
        };
        text.map_err(|why| self.located(why))
    }

    fn pattern(&self, between: &str) -> Result<Pattern, Located> {
        let inside = self.at + 1;
        Pattern::new(between).map_err(|why| Located::new(inside + why.offset, why.message))
    }

    fn party(&self) -> Result<Party, Located> {
        let (Form::Bare(_) | Form::Quoted(_)) = self.form else {
            return self.text().map(Party::Text);
        };
        let word = self.word()?;
        if let Some(domain) = word.strip_prefix('@') {
            let bad = || self.located(format!("'{domain}' is not a domain such as @example.org"));
            return Domain::new(domain).map(Party::Domain).ok_or_else(bad);
        }
        match word.parse::<Address>() {
            Ok(address) => Ok(Party::Address(address)),
            Err(_) => self.text().map(Party::Text),
        }
    }

    fn id(&self) -> Result<Id, Located> {
        let word = self.word()?;
        if word.contains('@') {
            let id = word.trim_matches(|c: char| c.is_whitespace() || c == '<' || c == '>');
            return Ok(Id::Header(id.to_owned()));
        }
        let number = word.parse().map(Id::Conversation);
        number.or_else(|_| word.parse().map(Id::Message)).map_err(|_| {
            self.located(format!("'{word}' is no id: write 142, m881 or a Message-ID with its @"))
        })
    }

    fn field(&self) -> Result<FieldTest, Located> {
        match &self.form {
            _ if self.bare_is("any") => Ok(FieldTest::Any),
            _ if self.bare_is("none") => Ok(FieldTest::None),
            Form::Bare(word) => Ok(FieldTest::Exactly((*word).to_owned())),
            Form::Quoted(words) => Ok(FieldTest::Exactly(words.clone())),
            Form::Regex(between) => self.pattern(between).map(FieldTest::Pattern),
        }
    }

    fn priorities(&self) -> Result<Range<Priority>, Located> {
        let range = self.range(|word| word.to_ascii_lowercase().parse::<Priority>())?;
        self.forwards(range, |start, end| start > end)
    }

    fn days(&self) -> Result<Range<Day>, Located> {
        let range = self.range(str::parse::<Day>)?;
        self.forwards(range, Day::is_after)
    }

    fn spans(&self, name: &str) -> Result<Range<Duration>, Located> {
        let word = self.word()?;
        if !word.contains("..") {
            let what = match word.parse::<Duration>() {
                Ok(_) => format!("write {name}:{word}.. for at least, {name}:..{word} for at most"),
                Err(why) => format!("{why}; write it as a range: {name}:2d.., {name}:..2h"),
            };
            return Err(self.located(what));
        }
        let range = self.range(str::parse::<Duration>)?;
        self.forwards(range, |start, end| start > end)
    }

    /// `a`, `a..`, `..b` or `a..b`; a wrong end is pointed at.
    fn range<T: Copy, E: Display>(
        &self,
        end: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Range<T>, Located> {
        let word = self.word()?;
        // Escapes make places within quotes differ, so there the whole value is pointed at.
        let is_bare = matches!(self.form, Form::Bare(_));
        let place = |within: usize| if is_bare { self.at + within } else { self.at };
        let read = |part: &str, within| end(part).map_err(|why| located(place(within), why));
        let Some((start, rest)) = word.split_once("..") else {
            return read(word, 0).map(|one| Range::Between(one, one));
        };
        match (start.is_empty(), rest.is_empty()) {
            (true, true) => Err(self.located("a range needs a start or an end")),
            (false, true) => read(start, 0).map(Range::From),
            (true, false) => read(rest, 2).map(Range::To),
            (false, false) => Ok(Range::Between(read(start, 0)?, read(rest, start.len() + 2)?)),
        }
    }

    fn forwards<T: Copy>(
        &self,
        range: Range<T>,
        is_backwards: impl Fn(T, T) -> bool,
    ) -> Result<Range<T>, Located> {
        match range {
            Range::Between(start, end) if is_backwards(start, end) => {
                Err(self.located("this range ends before it starts; swap its ends"))
            }
            range => Ok(range),
        }
    }
}

fn located(at: usize, why: impl Display) -> Located {
    Located::new(at, why.to_string())
}

/// What to say of a name that is none of ours.
fn unknown(name: &str) -> String {
    let lower = name.to_lowercase();
    let synonym = SYNONYMS.into_iter().find(|(other, _)| *other == lower).map(|(_, ours)| ours);
    let advice = match synonym.or_else(|| nearest(&lower, Term::NAMES)) {
        Some(near) => format!("did you mean {near}:? If"),
        None => format!("the terms are {}; if", Term::NAMES.join(", ")),
    };
    format!("there is no term '{name}'; {advice} it is text, put it in quotes")
}

/// The candidate that takes the fewest edits, at most two, to become the word.
fn nearest<const N: usize>(word: &str, candidates: [&'static str; N]) -> Option<&'static str> {
    let most = if word.len() > 3 { 2 } else { 1 };
    let near = candidates.into_iter().map(|candidate| (edits(word, candidate), candidate));
    near.filter(|(edits, _)| *edits <= most).min_by_key(|(edits, _)| *edits).map(|(_, near)| near)
}

/// Insertions, deletions and replacements between two words (Levenshtein); long words do not count.
fn edits(one: &str, other: &str) -> usize {
    if one.len() > 64 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (i, a) in one.chars().enumerate() {
        let (mut diagonal, mut left) = (i, i + 1);
        let mut next = vec![left];
        for (b, above) in other.chars().zip(row.iter().skip(1)) {
            left = (diagonal + usize::from(a != b)).min(above + 1).min(left + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
