//! Which mail that rests is packed together: that of one conversation, so that what replies quote is
//! kept once; and small conversations with each other, for they have signatures and headers in common.

use super::MessageId;

/// Bytes with which a pack is full: more would make it slower to read one message than smaller.
pub const FULL: u64 = 2 << 20;

/// Most bytes of several messages in a pack: whoever reads one has all of them in memory.
pub const MOST: u64 = 8 << 20;

/// A pack in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackId(pub i64);

/// A pack, and the bytes of what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sized {
    /// The pack.
    pub id: PackId,
    /// Bytes, unpacked.
    pub bytes: u64,
}

/// What of a conversation is to be packed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resting {
    /// Its messages that are plain, with their bytes, in their order.
    pub plain: Vec<(MessageId, u64)>,
    /// The pack in which the last ones of it are that were packed before.
    pub last: Option<Sized>,
}

/// What goes into one new pack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// All that is in these packs.
    pub packs: Vec<PackId>,
    /// And these messages, with their bytes, behind it.
    pub messages: Vec<(MessageId, u64)>,
    bytes: u64,
}

impl Group {
    /// Bytes of all that goes in.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

/// Forms groups of conversations that come one after the other.
#[derive(Debug, Default)]
pub struct Packer {
    open: Group,
    ready: Vec<Group>,
}

impl Packer {
    /// Begins with the newest pack, where that is not full: it is filled up.
    #[must_use]
    pub fn new(newest: Option<Sized>) -> Self {
        let mut packer = Packer::default();
        if let Some(pack) = newest.filter(|pack| pack.bytes < FULL) {
            packer.take(pack);
        }
        packer
    }

    /// Takes the next conversation, and gives the groups that are ready.
    pub fn add(&mut self, resting: &Resting) -> Vec<Group> {
        let bytes: u64 = resting.plain.iter().map(|(_, bytes)| bytes).sum();
        if let Some(pack) = resting.last.filter(|pack| pack.bytes + bytes <= MOST)
            && !self.open.packs.contains(&pack.id)
        {
            self.make_room(pack.bytes + bytes);
            self.take(pack);
        }
        for (message, bytes) in &resting.plain {
            if *bytes > MOST {
                let messages = vec![(*message, *bytes)];
                self.ready.push(Group { packs: Vec::new(), messages, bytes: *bytes });
                continue;
            }
            self.make_room(*bytes);
            self.open.messages.push((*message, *bytes));
            self.open.bytes += bytes;
        }
        if self.open.bytes >= FULL {
            self.close();
        }
        std::mem::take(&mut self.ready)
    }

    /// The last group.
    #[must_use]
    pub fn finish(mut self) -> Option<Group> {
        self.close();
        self.ready.pop()
    }

    fn take(&mut self, pack: Sized) {
        self.open.packs.push(pack.id);
        self.open.bytes += pack.bytes;
    }

    fn make_room(&mut self, bytes: u64) {
        if self.open.bytes + bytes > MOST {
            self.close();
        }
    }

    /// What only was packed before stays as it is.
    fn close(&mut self) {
        let group = std::mem::take(&mut self.open);
        if !group.messages.is_empty() {
            self.ready.push(group);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MIB: u64 = 1 << 20;

    fn sized(id: i64, bytes: u64) -> Sized {
        Sized { id: PackId(id), bytes }
    }

    /// The groups of conversations whose messages have these bytes, numbered on from 1.
    fn groups(newest: Option<Sized>, all: &[(&[u64], Option<Sized>)]) -> Vec<(Vec<i64>, Vec<i64>)> {
        let mut packer = Packer::new(newest);
        let (mut groups, mut next) = (Vec::new(), 0);
        for (plain, last) in all {
            let plain = plain
                .iter()
                .map(|bytes| {
                    next += 1;
                    (MessageId(next), *bytes)
                })
                .collect();
            groups.extend(packer.add(&Resting { plain, last: *last }));
        }
        groups.extend(packer.finish());
        groups
            .into_iter()
            .map(|group| {
                let packs = group.packs.iter().map(|pack| pack.0).collect();
                (packs, group.messages.iter().map(|(message, _)| message.0).collect())
            })
            .collect()
    }

    #[test]
    fn what_goes_together() {
        let old = Some(sized(7, MIB / 2));
        let large = Some(sized(8, MOST));
        for (newest, all, wanted) in [
            (None, &[][..], vec![]),
            // Small ones share a pack, until it is full.
            (None, &[(&[10, 10][..], None), (&[10], None)], vec![(vec![], vec![1, 2, 3])]),
            (None, &[(&[FULL], None), (&[10], None)], vec![(vec![], vec![1]), (vec![], vec![2])]),
            // A conversation stays together as long as it can.
            (
                None,
                &[(&[10], None), (&[4 * MIB, 3 * MIB, 2 * MIB], None)],
                vec![(vec![], vec![1, 2, 3]), (vec![], vec![4])],
            ),
            // A large message is alone.
            (None, &[(&[10, MOST + 1, 10], None)], vec![(vec![], vec![2]), (vec![], vec![1, 3])]),
            // What came since goes to what was there, where there is room.
            (None, &[(&[10], None), (&[10], old)], vec![(vec![7], vec![1, 2])]),
            (None, &[(&[10], old), (&[10], old)], vec![(vec![7], vec![1, 2])]),
            (None, &[(&[10], large)], vec![(vec![], vec![1])]),
            // The newest is filled up, but not made anew for nothing.
            (old, &[(&[10], None)], vec![(vec![7], vec![1])]),
            (old, &[(&[10], old)], vec![(vec![7], vec![1])]),
            (old, &[], vec![]),
            (Some(sized(9, FULL)), &[(&[10], None)], vec![(vec![], vec![1])]),
        ] {
            assert_eq!(groups(newest, all), wanted, "{newest:?} {all:?}");
        }
    }

    proptest! {
        #[test]
        fn each_message_is_in_one_group_that_fits(
            all in prop::collection::vec(prop::collection::vec(0..2 * MOST, 0..6), 0..12)
        ) {
            let mut packer = Packer::new(None);
            let (mut groups, mut given) = (Vec::new(), Vec::new());
            for sizes in &all {
                let plain: Vec<_> = sizes
                    .iter()
                    .map(|bytes| {
                        given.push(*bytes);
                        (MessageId(given.len() as i64), *bytes)
                    })
                    .collect();
                groups.extend(packer.add(&Resting { plain, last: None }));
            }
            groups.extend(packer.finish());
            let mut found: Vec<i64> =
                groups.iter().flat_map(|group| &group.messages).map(|one| one.0.0).collect();
            found.sort_unstable();
            prop_assert_eq!(found, (1..=given.len() as i64).collect::<Vec<_>>());
            for group in groups {
                prop_assert!(group.bytes() <= MOST || group.messages.len() == 1);
            }
        }
    }
}
