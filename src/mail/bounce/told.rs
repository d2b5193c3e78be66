//! What a free text says of each recipient.

use super::look::Look;
use super::mark::{self, Mark};
use super::notice::Notice;
use super::reason;
use super::report::Report;
use super::words;
use crate::domain::bounce::{Action, Outcome, Status};
use crate::domain::{Address, EnvelopeSender};
use crate::mail::fields::Fields;
use crate::mail::structure::{self, Part};
use crate::mail::{clean, decode};

/// Lines behind the mark of a recipient that are read for the reason.
const MOST_BEHIND: usize = 30;

/// Marks that are looked at.
const MOST_MARKS: usize = 1_000;

/// Places that name one recipient, of which the reason is read.
const MOST_PLACES: usize = 3;

/// Paragraphs that make a diagnostic.
const MOST_PARAGRAPHS: usize = 3;

/// What a text says of each recipient. Of the ways of naming them that it has, the surest counts alone.
pub(super) fn outcomes(notice: &Notice, look: &Look, parts: &[Part<'_>]) -> Vec<Outcome> {
    let reported = Report::read(notice.text().as_bytes(), look.only_failed()).outcomes;
    if !reported.is_empty() {
        return reported;
    }
    let mut marks = notice.marks(&look.failed);
    if marks.is_empty() {
        marks = notice.spoken();
    }
    if marks.is_empty() {
        let inner = nested(parts);
        if !inner.is_empty() {
            return inner;
        }
        let addressee = addressee(notice, parts).map(Mark::of);
        marks.extend(addressee.or_else(|| notice.only(&look.addressed)));
    }
    // Whoever gets the report wrote the mail: it names the writer as well as the recipient.
    let is_writer = |mark: &Mark| look.addressed.iter().any(|own| own.key() == mark.address.key());
    if !marks.iter().all(is_writer) {
        marks.retain(|mark| !is_writer(mark));
    }
    marks.truncate(MOST_MARKS);
    let mut marks = notice.with_named_again(marks);
    marks.truncate(MOST_MARKS);
    Told { notice, action: notice.action(look.delay) }.each(&marks)
}

/// What a report says that is itself given back: somebody wrote a mail around it.
fn nested(parts: &[Part<'_>]) -> Vec<Outcome> {
    let inner = |part: &Part<'_>| {
        let bytes = super::decoded(part);
        let fields = Fields::scan(&bytes);
        let parts = structure::split(&fields, &mut Vec::new());
        super::reported(&parts, &Look::at(&fields, &parts, &EnvelopeSender::Unknown))
            .unwrap_or_default()
            .outcomes
    };
    super::given_back(parts).flat_map(inner).collect()
}

/// Whom the returned mail was for, where it was for one person only.
fn addressee(notice: &Notice, parts: &[Part<'_>]) -> Option<Address> {
    let part = || super::given_back(parts).next().map(super::decoded).unwrap_or_default();
    let header = notice.returned().map_or_else(part, |text| text.as_bytes().to_vec());
    let fields = Fields::scan(&header);
    let listed = fields.get("To").map(decode::addresses).unwrap_or_default();
    let mut found = listed.iter().filter_map(|(_, word)| mark::address(word));
    found.next().filter(|_| found.next().is_none())
}

/// A text, and what became of the mail by it.
struct Told<'a> {
    notice: &'a Notice,
    action: Action,
}

impl Told<'_> {
    /// The outcome of each recipient, once, in the order of the marks.
    fn each(&self, marks: &[Mark]) -> Vec<Outcome> {
        let keys: Vec<String> = marks.iter().map(|mark| mark.address.key()).collect();
        let mut recipients: Vec<&String> = Vec::new();
        for key in &keys {
            if recipients.len() < super::MOST_RECIPIENTS && !recipients.contains(&key) {
                recipients.push(key);
            }
        }
        let blocks = |key: &String| -> Vec<Block<'_>> {
            let places = (0..keys.len()).filter(|at| keys.get(*at) == Some(key));
            places.take(MOST_PLACES).filter_map(|at| self.block(marks, &keys, at)).collect()
        };
        // What stands before the recipients is said of all; what stands behind one, of that one.
        let first = marks.iter().map(|mark| mark.line).min().unwrap_or_default();
        let general = match recipients.as_slice() {
            [_] => self.notice.text().to_owned(),
            _ => self.notice.between(0, first).join("\n"),
        };
        let general = Said::by(&general, self.action);
        recipients.into_iter().filter_map(|key| self.outcome(&blocks(key), &general)).collect()
    }

    /// What stands behind one mark, up to the next one of another recipient.
    fn block<'m>(&'m self, marks: &'m [Mark], keys: &[String], at: usize) -> Option<Block<'m>> {
        let mark = marks.get(at)?;
        if mark.line == usize::MAX {
            return Some(Block { mark, behind: self.notice.reason(MOST_BEHIND) });
        }
        let mut others = marks.iter().zip(keys).skip(at + 1);
        let next = others.find(|(other, key)| other.line > mark.line && Some(*key) != keys.get(at));
        let end = next.map_or(usize::MAX, |(other, _)| other.line);
        let end = end.min(mark.line + 1 + MOST_BEHIND);
        Some(Block { mark, behind: self.notice.between(mark.line + 1, end) })
    }

    /// The outcome of one recipient, by what stands behind its marks, else by what is said of all.
    fn outcome(&self, blocks: &[Block<'_>], general: &Said) -> Option<Outcome> {
        let telling = blocks.iter().find(|block| reason::is_stated(&block.text()));
        let block = telling.or(blocks.first())?;
        let diagnostic = block.diagnostic();
        let own: Vec<String> = blocks.iter().map(Block::text).collect();
        let own = own.join("\n");
        let said = [Said::by(&diagnostic, self.action), Said::by(&own, self.action), *general];
        let first = |of: fn(&Said) -> Option<Status>| said.iter().find_map(of);
        let status = first(|said| said.stated)
            .or_else(|| first(|said| said.coded))
            .or_else(|| first(|s| s.worded));
        let recipient = block.mark.address.clone();
        let original = mark::origin(&own).filter(|origin| origin.key() != recipient.key());
        Some(Outcome {
            recipient,
            original,
            action: self.action,
            status,
            diagnostic: Some(diagnostic).filter(|text| !text.is_empty()),
        })
    }
}

/// What a text says of the reason, the surest first.
#[derive(Clone, Copy)]
struct Said {
    stated: Option<Status>,
    /// By the words of a line with a code: what was refused. All else may be the frame around it.
    coded: Option<Status>,
    worded: Option<Status>,
}

impl Said {
    fn by(text: &str, action: Action) -> Self {
        let derive = |text| reason::derived(text, action);
        let mut coded = text.lines().filter(|line| reason::is_stated(line)).filter_map(derive);
        Said {
            stated: reason::code(text).map(Status::Stated),
            coded: coded.find(|status| !status.code().is_bare()),
            worded: derive(text),
        }
    }
}

/// The mark of a recipient, and the lines behind it.
struct Block<'a> {
    mark: &'a Mark,
    behind: &'a [String],
}

impl Block<'_> {
    fn text(&self) -> String {
        format!("{}\n{}", self.mark.rest, self.behind.join("\n"))
    }

    /// What it says, as one line: its first paragraph, or when that tells nothing, the next ones up
    /// to the first that does.
    fn diagnostic(&self) -> String {
        let mut said = vec![self.mark.rest.trim()];
        let mut paragraphs = 0;
        for line in self.behind.iter().map(|line| line.trim()) {
            let has_words = said.iter().any(|line| !line.is_empty() && !line.ends_with(':'));
            if line.is_empty() && has_words {
                paragraphs += 1;
                let text = said.join(" ");
                let tells =
                    reason::is_stated(&text) || words::tell_of_failure(&text.to_lowercase());
                if tells || paragraphs >= MOST_PARAGRAPHS {
                    break;
                }
            }
            said.push(line);
        }
        let words: Vec<&str> = said.iter().flat_map(|line| line.split_whitespace()).collect();
        clean::line(clean::cut(&words.join(" "), reason::LONGEST))
    }
}
