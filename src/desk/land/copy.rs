//! Mail that came twice: straight, and by a list that tagged its subject and added a footer (R49).

use anyhow::Result;

use super::Ready;
use super::home::Arrived;
use crate::desk::incoming::Target;
use crate::desk::raw;
use crate::domain::threading::{Candidate, Original};
use crate::domain::{Class, InboxName, MessageId};
use crate::mail::base_subject;
use crate::store::Snapshot;

use super::ours::only_author;

/// Most that a list adds to a text, in bytes.
const MOST_ADDED: usize = 2_000;

/// Most that a list takes away, in bytes: the text as HTML, pictures, attachments. A footer is less.
const MOST_LOST: u64 = 1 << 20;

/// The message that this one is another copy of, in the inbox that it came to.
pub(super) fn original(
    tx: &Snapshot<'_>,
    ready: &Ready<'_>,
    target: &Target,
    arrived: Arrived,
) -> Result<Option<Original>> {
    let Arrived { message, class, .. } = arrived;
    let found = first(tx, ready, class, Some(message), Some(&target.inbox))?;
    Ok(found.map(|(to, first_class)| {
        let is_direct = class.is_person() && !first_class.is_person();
        Original { to, is_direct }
    }))
}

/// Whether a message that is not recorded yet is another copy of one, in whichever inbox that is.
pub(super) fn is_known(tx: &Snapshot<'_>, ready: &Ready<'_>, class: Class) -> Result<bool> {
    Ok(first(tx, ready, class, None, None)?.is_some())
}

/// The one that came first, of an inbox or of all, and what that was taken for: the same Message-ID,
/// Date and author, the same subject but for tags, the same attachments, and no text that the other one
/// lacks but a footer of a list. The ids alone would not do: everybody who got the mail knows them, and
/// whoever folds a mail away hides it.
fn first(
    tx: &Snapshot<'_>,
    ready: &Ready<'_>,
    class: Class,
    message: Option<MessageId>,
    inbox: Option<&InboxName>,
) -> Result<Option<(Candidate, Class)>> {
    let parsed = &ready.parsed;
    let (Some(id), Some(date), Some(author)) =
        (&parsed.message_id, parsed.date, only_author(parsed))
    else {
        return Ok(None);
    };
    for to in tx.originals(message, id, date, author, inbox)? {
        let Some(stored) = tx.message(to.message)? else { continue };
        if base_subject(&stored.subject) != base_subject(&parsed.subject)
            || is_beyond(stored.size, ready.raw.size())
        {
            continue;
        }
        let first = raw::parse(tx, to.message)?;
        if says_no_more(&first.text, &parsed.text, class == Class::List)
            && parsed.attachments.iter().all(|one| first.attachments.contains(one))
        {
            return Ok(Some((to, stored.class)));
        }
    }
    Ok(None)
}

/// Whether a message has more bytes than another copy of it explains, so that it is not even read, which is
/// done under the lock: three times as many, as quoted-printable has them, and what a list takes away.
fn is_beyond(stored: i64, again: u64) -> bool {
    u64::try_from(stored).is_ok_and(|stored| stored > again.saturating_mul(3) + MOST_LOST)
}

/// Whether a text says nothing that the first one does not say, and that one no more than this but a
/// footer; `by_list` adds a footer to this one, too.
fn says_no_more(first: &str, again: &str, by_list: bool) -> bool {
    let (first, again) = (paragraphs(first), paragraphs(again));
    first.concat() == again.concat()
        || is_with_footer(&first, &again)
        || by_list && is_with_footer(&again, &first)
}

/// Whether a text is another one and the footer of a list, which begins with a line of dashes.
fn is_with_footer(long: &[Words<'_>], short: &[Words<'_>]) -> bool {
    let footer = long.strip_prefix(short).unwrap_or_default();
    let begins_with_rule = footer.first().and_then(|words| words.first()).is_some_and(is_rule);
    let length = footer.iter().flatten().map(|word| word.len()).sum::<usize>();
    !short.is_empty() && begins_with_rule && length <= MOST_ADDED
}

/// The words of a paragraph, however its lines are broken.
type Words<'t> = Vec<&'t str>;

/// The paragraphs of a text. An empty line ends one, and a line of dashes begins one.
fn paragraphs(text: &str) -> Vec<Words<'_>> {
    let mut paragraphs = vec![Words::new()];
    for line in text.lines() {
        let words: Words<'_> = line.split_whitespace().collect();
        if words.is_empty() || words.first().is_some_and(is_rule) {
            paragraphs.push(Words::new());
        }
        if let Some(last) = paragraphs.last_mut() {
            last.extend(words);
        }
    }
    paragraphs.retain(|words| !words.is_empty());
    paragraphs
}

/// A line of dashes, which stands above the footer of a list.
fn is_rule(word: &&str) -> bool {
    word.len() > 1 && word.chars().all(|c| "-_=*#~".contains(c))
}

#[cfg(test)]
mod tests {
    use super::{is_beyond, says_no_more};

    #[test]
    fn what_is_too_large_for_an_original() {
        for (stored, again, wanted) in [
            (28 << 20, 2_000, true),
            (28 << 20, 10 << 20, false),
            (28 << 20, 30 << 20, false),
            (900_000, 2_000, false),
            (2_000, 28 << 20, false),
        ] {
            assert_eq!(is_beyond(stored, again), wanted, "{stored} {again}");
        }
    }

    /// What came first is shown: what came again may say less, or have a footer.
    #[test]
    fn what_a_list_adds() {
        let long = "x".repeat(2_100);
        for (first, again, by_list, wanted) in [
            ("Hello.\nBye.", "Hello. Bye.", false, true),
            ("Hello.\n-- \nthe list", "Hello.", false, true),
            ("Do NOT\n\ncancel order 4711", "cancel order 4711", false, false),
            ("Caution: from outside\n\nHello.", "Hello.", false, false),
            ("Hello.", "Hello.\n-- \nthe list", true, true),
            ("Hello.", "Hello.\n____\nthe list", true, true),
            ("", "", false, true),
            // Who forges the first of two that a contact sends must not hide the other.
            ("Hello.", "Hello.\n-- \nErika", false, false),
            ("Hello.", "Hello. Please stop order 4711.", true, false),
            ("e", "Please stop order 4711", true, false),
            ("Do not cancel order 47110.", "cancel order 4711", false, false),
            ("Do not cancel order 4711", "cancel order 4711", false, false),
            ("Two lines\nand more\n\n-- \nlist", "Two lines and\nmore", false, true),
            ("Two lines\nand more\n\nBye.", "Two lines and\nmore", false, false),
            ("Hello.", "Caution: from outside\n\nHello.", false, false),
            ("", "a footer alone", true, false),
            ("Hello.", "Something else.", true, false),
            (&format!("Hello. {long}"), "Hello.", false, false),
        ] {
            assert_eq!(says_no_more(first, again, by_list), wanted, "{first:?} {again:?}");
        }
    }
}
