//! The evidence out of the store for where a message belongs.

use std::collections::HashSet;

use anyhow::Result;

use super::Ready;
use super::copy;
use super::home::Arrived;
use super::key::Found;
use super::ours::proven;
use super::reported::reported;
use crate::desk::Scene;
use crate::desk::incoming::Target;
use crate::domain::Address;
use crate::domain::arrival::Occasion;
use crate::domain::step::Stood;
use crate::domain::threading::{Candidate, Evidence, Lead};
use crate::mail::token::Keys;
use crate::mail::{references, subject};
use crate::store::Snapshot;

/// A message that arrives in an inbox, and all that its evidence is sought with.
#[derive(Clone, Copy)]
pub(super) struct Seek<'a, 't> {
    pub(super) tx: &'a Snapshot<'t>,
    pub(super) scene: &'a Scene<'a>,
    pub(super) ready: &'a Ready<'a>,
    pub(super) keys: &'a Keys,
    pub(super) target: &'a Target,
    pub(super) arrived: Arrived,
    pub(super) sender: &'a Sender,
}

impl<'a> Seek<'a, '_> {
    /// All that says where it belongs; `key` is what a correlation found in it.
    pub(super) fn evidence(&self, key: Option<&Found<'a>>) -> Result<Evidence<'a>> {
        let Seek { tx, ready, target, arrived, sender, .. } = *self;
        let parsed = &ready.parsed;
        let ids = references::nearest_first(&parsed.in_reply_to, &parsed.references);
        let answered = ids.iter().map(|id| match parsed.in_reply_to.contains(id) {
            true => (id, Stood::InReplyTo),
            false => (id, Stood::References),
        });
        let named = parsed.original_ids.iter().map(|id| (id, Stood::OriginalMessageId));
        let returned = parsed.returned.iter().map(|id| (id, Stood::Returned)).chain(named);
        // Its own Message-ID counts as a reference: everybody who got a mail of ours knows that id, so it
        // proves where the mail belongs, not that it is ours. Only equal bytes prove that.
        let own = parsed.message_id.iter().map(|id| (id, Stood::MessageId));
        // A From that is forged is nobody's copy either.
        let original = match arrived.shares_id && !sender.person.is_empty() {
            true => copy::original(tx, ready, target, arrived)?,
            false => None,
        };
        let inbox = self.scene.config.inbox(&target.inbox);
        let (references, unknown) = self.references(answered.clone().chain(returned.clone()))?;
        Ok(Evidence {
            signed: self.signed(answered.clone().chain(own).chain(returned.clone()))?,
            references,
            reported: reported(tx, ready, arrived.class, target, returned.chain(answered))?,
            referenced_by: self.referenced_by()?,
            siblings: self.siblings(ids.first(), &unknown)?,
            original,
            subject: self.named()?,
            key: key.map(|found| found.evidence(tx, &sender.person, ready.occasion)).transpose()?,
            inbox: &target.inbox,
            effective: ready.received,
            reopen_within: match ready.occasion {
                Occasion::Now => inbox.and_then(|inbox| inbox.reopen_within),
                Occasion::Archive => None,
            },
            class: arrived.class,
            forged: ready.is_forged(),
        })
    }

    /// The homes of mails of ours whose signature it carries.
    fn signed<'i>(&self, ids: impl Iterator<Item = (&'i String, Stood)>) -> Result<Vec<Lead>> {
        let in_ids = ids.filter_map(|(id, stood)| Some((self.keys.verify(id)?, stood)));
        let addresses = addressed(self.scene, self.ready, self.target).into_iter();
        let in_addresses =
            addresses.filter_map(|one| Some((self.keys.verify_address(&one)?, Stood::Recipient)));
        let mut signed = Vec::new();
        for (token, stood) in in_ids.chain(in_addresses) {
            if let Some(named) = proven(self.tx, self.keys, &token)? {
                let homes = self.tx.homes_of(named.id, &self.sender.person)?;
                signed.extend(homes.into_iter().map(|to| Lead { to, stood }));
            }
        }
        Ok(signed)
    }

    /// The homes of what it refers to and gives back, and the ids of what has none here.
    fn references<'i>(
        &self,
        ids: impl Iterator<Item = (&'i String, Stood)>,
    ) -> Result<(Vec<Lead>, HashSet<&'i String>)> {
        let (mut references, mut unknown) = (Vec::new(), HashSet::new());
        for (id, stood) in ids {
            let found = self.tx.homes_by_message_id(id, &self.sender.person, &self.target.inbox)?;
            if found.is_empty() {
                unknown.insert(id);
            }
            references.extend(self.sender.joining(found).map(|to| Lead { to, stood }));
        }
        Ok((references, unknown))
    }

    /// The homes of what answers the same mail, or began with the same, where that never came. Mail
    /// between the two is named by all that name these.
    fn siblings(
        &self,
        parent: Option<&String>,
        unknown: &HashSet<&String>,
    ) -> Result<Vec<Candidate>> {
        let Seek { tx, target, arrived, sender, .. } = *self;
        let root = self.ready.parsed.references.first().filter(|root| parent != Some(root));
        let mut siblings = Vec::new();
        for id in parent.into_iter().chain(root).filter(|id| unknown.contains(id)) {
            let found = tx.homes_of_siblings(id, arrived.message, &sender.person, &target.inbox)?;
            siblings.extend(sender.joining(found));
        }
        Ok(siblings)
    }

    /// The homes of what refers to it and came before it.
    fn referenced_by(&self) -> Result<Vec<Candidate>> {
        let Seek { tx, target, sender, .. } = *self;
        let parsed = &self.ready.parsed;
        let mut referenced_by = Vec::new();
        for id in parsed.message_id.iter().chain(&parsed.other_ids) {
            let found = tx.homes_of_referrers(id, &sender.person, &target.inbox)?;
            // Who refers to an id that another mail had before it answers that one.
            if !found.is_empty() && self.is_of_another(id)? {
                continue;
            }
            referenced_by.extend(sender.joining(found));
        }
        Ok(referenced_by)
    }

    /// Whether another mail with that Message-ID has its home in the inbox.
    fn is_of_another(&self, id: &str) -> Result<bool> {
        let homes = self.tx.homes_by_message_id(id, "", &self.target.inbox)?;
        Ok(homes.iter().any(|home| home.message != self.arrived.message))
    }

    /// The conversation that its subject names.
    fn named(&self) -> Result<Option<Candidate>> {
        let Seek { tx, scene, target, sender, .. } = *self;
        let inbox = scene.config.inbox(&target.inbox);
        let is_ours = |name: &str| inbox.is_some_and(|inbox| inbox.is_called(name));
        let named = match subject::named_number(&self.ready.parsed.subject, is_ours) {
            Some(number) => tx.home_by_number(number, &sender.person, &target.inbox)?,
            None => None,
        };
        Ok(sender.joining(named).next())
    }
}

/// The addresses of an inbox that a message came for, with their extensions: what the wiring says
/// first, then what its header says.
fn addressed(scene: &Scene<'_>, ready: &Ready<'_>, target: &Target) -> Vec<Address> {
    let with_extension = |extension: &String| {
        let recipient = target.recipient.as_ref()?;
        format!("{}+{extension}@{}", recipient.local(), recipient.domain()).parse().ok()
    };
    let told = ready.envelope.extension.as_ref().and_then(with_extension);
    let parsed = &ready.parsed;
    let named = parsed.to.iter().chain(&parsed.cc).map(|mailbox| mailbox.address.clone());
    let further = ready.envelope.recipients.iter().chain(&parsed.envelope.recipients).cloned();
    let all = target.recipient.iter().cloned().chain(told).chain(further).chain(named);
    let is_here = |address: &Address| {
        scene.config.inbox_for(address).is_some_and(|inbox| inbox.name == target.inbox)
    };
    all.filter(|address| address.extension().is_some() && is_here(address)).collect()
}

/// Who a message is from, as far as that lets it in. A From that our own server found forged is
/// nobody: neither participant nor agent.
pub(super) struct Sender {
    pub(super) person: String,
    may_join: MayJoin,
}

/// Which conversations a sender may join by a reference.
#[derive(Clone, Copy)]
enum MayJoin {
    /// Those in which they have a part.
    TheirOwn,
    /// Closed ones as well: the author of old mail. Nothing of them is given away, since whoever
    /// joins by a reference gets no part in the conversation.
    Closed,
    /// All: an agent.
    All,
}

impl Sender {
    pub(super) fn of(scene: &Scene<'_>, ready: &Ready<'_>) -> Self {
        let from = ready.parsed.from.as_ref().map(|from| &from.address);
        let from = from.filter(|_| !ready.is_forged());
        let is_agent = from.is_some_and(|from| scene.config.agent_by_address(from).is_some());
        let may_join = match ready.occasion {
            _ if is_agent => MayJoin::All,
            Occasion::Now => MayJoin::TheirOwn,
            Occasion::Archive => MayJoin::Closed,
        };
        Sender { person: from.map(Address::person_key).unwrap_or_default(), may_join }
    }

    /// With those that they may join.
    fn joining(
        &self,
        found: impl IntoIterator<Item = Candidate>,
    ) -> impl Iterator<Item = Candidate> {
        let may_join = self.may_join;
        let with = move |c: Candidate| {
            let more = match may_join {
                MayJoin::TheirOwn => false,
                MayJoin::Closed => c.closed.is_some(),
                MayJoin::All => true,
            };
            Candidate { participant: c.participant || more, ..c }
        };
        found.into_iter().map(with)
    }
}
