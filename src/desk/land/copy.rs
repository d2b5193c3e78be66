//! Mail that came twice: straight, and by a list that tagged its subject and added a footer (R49).

use anyhow::Result;

use super::Ready;
use super::home::Arrived;
use crate::desk::incoming::Target;
use crate::desk::raw;
use crate::domain::threading::Original;
use crate::mail::base_subject;
use crate::store::Snapshot;

use super::ours::only_author;

/// Most that a list adds to a text, in bytes.
const MOST_ADDED: usize = 2_000;

/// The message that this one is another copy of: the same Message-ID, Date and author, the same
/// subject but for tags, and the same text but for what stands before or behind it. The ids alone
/// would not do: everybody who got the mail knows them, and whoever folds a mail away hides it.
pub(super) fn original(
    tx: &Snapshot<'_>,
    ready: &Ready<'_>,
    target: &Target,
    arrived: Arrived,
) -> Result<Option<Original>> {
    let parsed = &ready.parsed;
    let (Some(id), Some(date), Some(author)) =
        (&parsed.message_id, parsed.date, only_author(parsed))
    else {
        return Ok(None);
    };
    for to in tx.originals(arrived.message, id, date, author, &target.inbox)? {
        let Some(stored) = tx.message(to.message)? else { continue };
        if base_subject(&stored.subject) == base_subject(&parsed.subject)
            && is_same(&raw::parse(tx, to.message)?.text, &parsed.text)
        {
            let is_direct = arrived.class.is_person() && !stored.class.is_person();
            return Ok(Some(Original { to, is_direct }));
        }
    }
    Ok(None)
}

/// Whether one text is the other with something before or behind it.
fn is_same(one: &str, other: &str) -> bool {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (one, other) = (words(one), words(other));
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    let added = long.len() - short.len();
    added == 0 && short == long || !short.is_empty() && added <= MOST_ADDED && long.contains(&short)
}

#[cfg(test)]
mod tests {
    use super::is_same;

    #[test]
    fn what_a_list_adds() {
        let long = "x".repeat(2_100);
        for (one, other, same) in [
            ("Hello.\nBye.", "Hello. Bye.", true),
            ("Hello.", "Hello.\n-- \nthe list", true),
            ("Caution: from outside\n\nHello.", "Hello.", true),
            ("", "", true),
            ("", "a footer alone", false),
            ("Hello.", "Something else.", false),
            ("Hello.", &format!("Hello. {long}"), false),
        ] {
            assert_eq!(is_same(one, other), same, "{one:?} {other:?}");
            assert_eq!(is_same(other, one), same, "{one:?} {other:?}");
        }
    }
}
