//! What became of many messages, in numbers that have to add up.

use super::ingest::{How, Taken};
use crate::domain::MessageId;

/// Every message that was read is counted once: where it was read, and where it came in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Messages that were read.
    pub read: usize,
    /// Messages that began a conversation.
    pub new: usize,
    /// Messages that joined one.
    pub joined: usize,
    /// Messages that had come before.
    pub duplicate: usize,
    /// Mail of ours that came back.
    pub own: usize,
    /// Messages that were purged, and came again.
    pub tombstone: usize,
    /// Messages that rules dropped, from all inboxes that they came for.
    pub dropped: usize,
    /// Messages that began or joined a conversation, of which a part could not be understood. They
    /// are counted here alone.
    pub defective: usize,
    /// Files of a tree that are no messages, empty ones, and what in a Maildir is no file.
    pub passed_over: usize,
    /// Symbolic links in a tree, which are not followed.
    pub links: usize,
    /// Mbox files that were read before, and to which nothing was added.
    pub read_before: usize,
    /// Messages that came in, as those who handed them in say.
    told: usize,
    /// Messages that came in, as the store has them.
    stored: usize,
}

impl Tally {
    /// Counts a message by what became of it, in however many inboxes.
    pub(super) fn count(&mut self, taken: &Taken, is_defective: bool) {
        let any = |how| taken.landed.iter().any(|l| l.how == how);
        if any(How::New) || any(How::Joined) {
            *(match (is_defective, any(How::New)) {
                (true, _) => &mut self.defective,
                (false, true) => &mut self.new,
                (false, false) => &mut self.joined,
            }) += 1;
        } else if any(How::Own) {
            self.own += 1;
        } else if any(How::Duplicate) {
            self.duplicate += 1;
        } else if any(How::Tombstone) {
            self.tombstone += 1;
        } else if !taken.dropped.is_empty() {
            self.dropped += 1;
        }
    }

    /// Compares what came in with what the store has more than before: messages behind `last`, which
    /// was the last one.
    pub(super) fn compare<'t>(
        &mut self,
        taken: impl Iterator<Item = &'t Taken>,
        last: MessageId,
        stored: usize,
    ) {
        let landed = taken.flat_map(|taken| &taken.landed);
        let mut told: Vec<MessageId> = landed.map(|l| l.message).collect();
        told.retain(|message| *message > last);
        told.sort_unstable();
        told.dedup();
        self.told += told.len();
        self.stored += stored;
    }

    /// Whether every message that was read became something, and the store has what it was said to
    /// have got. If not, that is a bug.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        let known = self.duplicate + self.own + self.tombstone + self.dropped;
        let became = self.new + self.joined + known + self.defective;
        self.read == became && self.told == self.stored
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::ingest::{After, Dropped, Landed};
    use crate::domain::{Class, Number};

    fn landed(message: i64, how: How) -> Landed {
        Landed {
            conversation: Number(1),
            message: MessageId(message),
            how,
            inbox: "support".parse().unwrap(),
            class: Class::Person,
            after: After::default(),
        }
    }

    fn taken(landed: Vec<Landed>) -> Taken {
        Taken { landed, dropped: Vec::new() }
    }

    fn dropped() -> Dropped {
        let (inbox, class) = ("sales".parse().unwrap(), Class::Person);
        Dropped {
            inbox,
            class,
            rule: "noise".to_owned(),
            at: "rules/10.toml:1".to_owned(),
            is_first: true,
        }
    }

    #[test]
    fn every_message_counts_once() {
        use How::{Duplicate, Joined, New, Own, Tombstone};
        let mut tally = Tally { read: 8, ..Tally::default() };
        for (hows, is_defective) in [
            (&[New][..], false),
            (&[Joined, New], false),
            (&[Joined, Duplicate], false),
            (&[Duplicate], true),
            (&[Own], false),
            (&[Tombstone], true),
            (&[New], true),
            (&[Joined], true),
        ] {
            let landed: Vec<Landed> = hows.iter().map(|how| landed(1, *how)).collect();
            tally.count(&taken(landed), is_defective);
        }
        assert!(tally.adds_up());
        let counts = [tally.new, tally.joined, tally.duplicate, tally.own, tally.defective];
        assert_eq!(counts, [2, 1, 1, 1, 2]);
        tally.count(&taken(vec![]), false);
        assert!(tally.adds_up());
        let partly = Taken { landed: vec![landed(1, New)], dropped: vec![dropped()] };
        let wholly = Taken { landed: vec![], dropped: vec![dropped(), dropped()] };
        tally.read += 2;
        tally.count(&partly, false);
        tally.count(&wholly, true);
        assert!(tally.adds_up());
        assert_eq!((tally.new, tally.dropped, tally.defective), (3, 1, 2));
        tally.read += 1;
        assert!(!tally.adds_up(), "one was read and became nothing");
    }

    #[test]
    fn the_store_has_to_have_what_came_in() {
        let all = [vec![landed(5, How::New), landed(5, How::Joined)], vec![landed(3, How::Joined)]];
        let all = all.map(taken);
        for (stored, adds_up) in [(1, true), (0, false), (2, false)] {
            let mut tally = Tally::default();
            tally.compare(all.iter(), MessageId(4), stored);
            assert_eq!(tally.adds_up(), adds_up, "{stored}");
        }
    }
}
