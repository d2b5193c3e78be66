//! Messages that belong together by their ids alone: the union of all that they refer to. What a
//! desk makes of the same evidence is more careful; see [`super::threading`].

use std::collections::HashMap;

/// Messages, grouped as they are added.
#[derive(Debug, Default)]
pub struct Groups {
    /// For each message or id that is only referred to: another one of its group, or itself.
    towards: Vec<usize>,
    known: HashMap<String, usize>,
    /// The place of each message in `towards`, in the order in which they were added.
    messages: Vec<usize>,
}

impl Groups {
    /// Adds a message with its own Message-IDs and those that it refers to.
    pub fn add<'a>(&mut self, ids: impl IntoIterator<Item = &'a str>) {
        let message = self.place();
        self.messages.push(message);
        for id in ids {
            let other = match self.known.get(id) {
                Some(known) => *known,
                None => {
                    let fresh = self.place();
                    self.known.insert(id.to_owned(), fresh);
                    fresh
                }
            };
            let (a, b) = (self.root(message), self.root(other));
            // The older one stays the root, so that chains stay short where mail is in order.
            if let Some(towards) = self.towards.get_mut(a.max(b)) {
                *towards = a.min(b);
            }
        }
    }

    /// The group of each message, in the order in which they were added; groups are counted from 1
    /// by their first message.
    #[must_use]
    pub fn numbers(mut self) -> Vec<usize> {
        let mut numbers = HashMap::new();
        let messages = std::mem::take(&mut self.messages);
        let number = |message| {
            let next = numbers.len() + 1;
            *numbers.entry(self.root(message)).or_insert(next)
        };
        messages.into_iter().map(number).collect()
    }

    fn place(&mut self) -> usize {
        self.towards.push(self.towards.len());
        self.towards.len() - 1
    }

    /// The root of a group; halves the way there for the next one who asks.
    fn root(&mut self, mut at: usize) -> usize {
        while let Some(next) = self.towards.get(at).copied().filter(|next| *next != at) {
            let further = self.towards.get(next).copied().unwrap_or(next);
            if let Some(towards) = self.towards.get_mut(at) {
                *towards = further;
            }
            at = further;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups() {
        for (messages, wanted) in [
            (&[&["a"][..], &["b", "a"], &["c"]][..], &[1, 1, 2][..]),
            (&[&["b", "a"], &["c", "a"]], &[1, 1]),
            (&[&["a"], &["b"], &["c", "a", "b"]], &[1, 1, 1]),
            (&[&[], &[], &["a"]], &[1, 2, 3]),
            (&[&["a"], &["a"]], &[1, 1]),
            (&[&["a", "b"], &["b", "a"]], &[1, 1]),
            (&[], &[]),
        ] {
            let mut groups = Groups::default();
            messages.iter().for_each(|ids| groups.add(ids.iter().copied()));
            assert_eq!(groups.numbers(), wanted, "{messages:?}");
        }
    }

    #[test]
    fn a_long_chain_is_no_long_way() {
        let mut groups = Groups::default();
        for n in (0..200_000).rev() {
            groups.add([n.to_string().as_str(), (n + 1).to_string().as_str()]);
        }
        assert!(groups.numbers().iter().all(|number| *number == 1));
    }
}
