//! The text of a report: what the mail system says, and the mail that it gives back below it.

use super::mark::{self, Mark};
use super::report::Report;
use super::{divider, fml, prose, reason, words};
use crate::domain::Address;
use crate::domain::bounce::Action;
use crate::mail::fields::Fields;
use crate::mail::structure::Part;
use crate::mail::{charset, clean, html, references};

/// Text that is read, in bytes.
const LONGEST: usize = 64 << 10;

/// Lines that are read, and characters of each.
const MOST_LINES: usize = 2_000;
const LONGEST_LINE: usize = 1_000;

/// What Exchange says above names that are no addresses, in lower case.
const UNREACHED: [&str; 10] = [
    "following recipient(s) could not be reached",
    "did not reach the following recipient",
    "did not reach some or all of the intended recipients",
    "hat einige oder alle empfänger nicht erreicht",
    "folgende(r) empfänger kann nicht erreicht werden",
    "n'est pas parvenu à certains ou à tous les destinataires",
    "no llegó a algunos o a ninguno de los destinatarios",
    "non ha raggiunto alcuni o tutti i destinatari",
    "heeft enkele of alle geadresseerden niet bereikt",
    "resolver.adr.",
];

/// A text, its lines before the returned mail and the header of that.
#[derive(Debug)]
pub(super) struct Notice {
    /// What the mail system says: the lines before the returned mail, and the same in one piece.
    lines: Vec<String>,
    text: String,
    /// The text in lower case, a space between two words: phrases go on from line to line.
    words: String,
    /// The header of the mail that is given back in the text.
    returned: Option<String>,
}

impl Notice {
    /// Reads the text parts up to the first part that is a mail.
    pub(super) fn read(parts: &[Part<'_>]) -> Self {
        let text = text(parts);
        let lines = text.lines().take(MOST_LINES);
        let all: Vec<&str> = lines.map(|line| clean::cut(line, LONGEST_LINE).trim_end()).collect();
        let (said, given_back) = divider::split(&all);
        let text = said.join("\n");
        Notice {
            lines: said.iter().map(|line| (*line).to_owned()).collect(),
            words: text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" "),
            text,
            returned: (said.len() < all.len()).then(|| divider::header(given_back)),
        }
    }

    fn lines(&self) -> Vec<&str> {
        self.lines.iter().map(String::as_str).collect()
    }

    /// What it says before the returned mail.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether a mail is given back in the text itself.
    pub(super) fn has_returned(&self) -> bool {
        self.returned.is_some()
    }

    /// The Message-ID of the mail that is given back in the text.
    pub(super) fn returned_id(&self) -> Option<String> {
        let header = self.returned()?;
        references::message_id(Fields::scan(header.as_bytes()).get("Message-ID")?.value)
    }

    /// Whether lines mark recipients in a way that no prose does. In an answer what is quoted was said
    /// by somebody else.
    pub(super) fn marks_recipients(&self, answers: bool) -> bool {
        let is_quote = |line: &String| line.trim_start().starts_with('>');
        let is_said = |mark: &Mark| !answers || !self.lines.get(mark.line).is_some_and(is_quote);
        self.marks(&[]).iter().any(is_said)
            || !Report::read(self.text.as_bytes(), None).outcomes.is_empty()
    }

    /// Whether the prose names a recipient.
    pub(super) fn speaks_of_recipients(&self) -> bool {
        !self.spoken().is_empty()
    }

    /// Whether it tells of mail that was not delivered.
    pub(super) fn tells_of_failure(&self) -> bool {
        words::tell_of_failure(&self.words)
    }

    /// Whether it speaks of recipients by other names than their addresses.
    pub(super) fn tells_of_unreached(&self) -> bool {
        UNREACHED.iter().any(|words| self.words.contains(words))
    }

    /// Whether fml, which wrote it, does not take a mail for its list.
    pub(super) fn is_refusal_of_fml(&self) -> bool {
        fml::refuses(&self.words)
    }

    /// Whether it states why, by a code.
    pub(super) fn states_reason(&self) -> bool {
        reason::is_stated(&self.text)
    }

    /// Whether that is a status code (RFC 3463), as only mail systems have them.
    pub(super) fn states_status(&self) -> bool {
        reason::code(&self.text).is_some()
    }

    /// Whether it says that the mail is late and still on its way; the subject may say so. A code says
    /// more than words.
    pub(super) fn is_delay(&self, by_subject: bool) -> bool {
        (by_subject || words::tell_of_delay(&self.words)) && !reason::is_for_good(&self.text)
    }

    /// What became of the mail, by the text as a whole and by its subject.
    pub(super) fn action(&self, by_subject: bool) -> Action {
        if self.is_delay(by_subject) { Action::Delayed } else { Action::Failed }
    }

    /// Recipients by the marks of lines, else those that a field of the header names.
    pub(super) fn marks(&self, failed: &[Address]) -> Vec<Mark> {
        let lines = self.lines();
        let entries = mark::entries(&lines);
        if !entries.is_empty() {
            return entries;
        }
        if !failed.is_empty() {
            return failed.iter().cloned().map(Mark::of).collect();
        }
        let labelled = mark::labelled(&lines);
        if labelled.is_empty() { mark::transcribed(&lines) } else { labelled }
    }

    /// The marks of recipients, with the lines that name one of them once more, as they stand.
    pub(super) fn with_named_again(&self, mut marks: Vec<Mark>) -> Vec<Mark> {
        marks.extend(mark::again(&self.lines(), &marks));
        marks.sort_by_key(|mark| mark.line);
        marks
    }

    /// Recipients that running text names.
    pub(super) fn spoken(&self) -> Vec<Mark> {
        prose::spoken(&self.lines())
    }

    /// The one recipient that it can mean, where it names no more than one address beside these.
    pub(super) fn only(&self, known: &[Address]) -> Option<Mark> {
        prose::only(&self.lines(), known)
    }

    /// Lines of it, from one up to another.
    pub(super) fn between(&self, from: usize, to: usize) -> &[String] {
        self.lines.get(from..to.min(self.lines.len())).unwrap_or_default()
    }

    /// The lines from the first one on that states a code; none if no line does.
    pub(super) fn reason(&self, most: usize) -> &[String] {
        match self.lines.iter().position(|line| reason::is_stated(line)) {
            Some(at) => self.between(at, at + most),
            None => &[],
        }
    }

    /// The header of the mail that is given back in the text.
    pub(super) fn returned(&self) -> Option<&str> {
        self.returned.as_deref()
    }
}

/// The text of the parts before the first that is a mail: the plain ones, or the HTML ones when
/// there are none.
fn text(parts: &[Part<'_>]) -> String {
    let before = || {
        let is_mail =
            |part: &&Part<'_>| part.media.begins("message/") && !part.media.kind.contains("status");
        parts.iter().take_while(move |part| !is_mail(part)).filter(|part| part.is_leaf())
    };
    let is_html = |part: &&Part<'_>| part.media.kind == "text/html";
    let is_plain = |part: &&Part<'_>| {
        part.media.begins("text/") && !is_html(part) && !part.media.kind.contains("rfc822")
    };
    let plain = before().filter(is_plain).map(decoded).collect::<Vec<_>>().join("\n");
    let text = match plain.trim().is_empty() {
        true => before()
            .filter(is_html)
            .map(|part| html::text(&decoded(part)).text)
            .collect::<Vec<_>>()
            .join("\n"),
        false => plain,
    };
    clean::block(clean::cut(&text, LONGEST))
}

fn decoded(part: &Part<'_>) -> String {
    let bytes = super::decoded(part);
    charset::read(part.media.parameter("charset"), &bytes).value
}
