//! Queries about a mail alone: before it has a home, nothing else can be asked.

use std::collections::BTreeMap;

use super::{BindContext, Bound, Facts, Id, Is, Query, Term};
use crate::domain::{Conversation, InboxName, MessageFacts, Number, Time, Zone};

impl Query {
    /// Fixes a query that looks at a mail before it has a home.
    ///
    /// # Errors
    /// With the term that asks for more than the mail and the inbox that it comes for, as written.
    pub fn of_mail(&self) -> Result<Bound, String> {
        let asks_more = |term: &&&Term| {
            !matches!(
                term,
                Term::From(_)
                    | Term::To(_)
                    | Term::Subject(_)
                    | Term::Body(_)
                    | Term::Anywhere(_)
                    | Term::Attachment
                    | Term::Inbox(_)
                    | Term::Id(Id::Header(_))
                    | Term::Is(Is::Automatic | Is::Bounce | Is::Verified)
            )
        };
        match self.terms().iter().find(asks_more) {
            Some(term) => Err(term.to_string()),
            // None of these depends on who asks, or when.
            None => Ok(self.bind(&BindContext {
                now: Time(0),
                zone: Zone::UTC,
                me: None,
                teams: &BTreeMap::new(),
            })),
        }
    }
}

impl Bound {
    /// Whether a query of [`Query::of_mail`] holds for a mail that comes for an inbox. The facts must
    /// have what [`Bound::needs`] says.
    #[must_use]
    pub fn holds_for(&self, inbox: &InboxName, mail: &MessageFacts) -> bool {
        let place = Conversation::new(Number(0), inbox.clone(), mail.received);
        let facts = Facts { conversation: &place, in_view: std::slice::from_ref(mail) };
        self.matches(&facts).is_yes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_query_may_ask_of_a_mail_alone() {
        let of_mail = |text: &str| text.parse::<Query>().unwrap().of_mail().err();
        for text in [
            "from:@a.test to:b@c.test subject:x text:/y/ \"z\" has:attachment inbox:support",
            "is:automatic or is:bounce or is:verified or id:1@a.test",
            "not (x or -from:y)",
        ] {
            assert_eq!(of_mail(text), None, "{text}");
        }
        for term in [
            "is:open",
            "is:spam",
            "is:unassigned",
            "is:unanswered",
            "is:defective",
            "assignee:anna",
            "team:finance",
            "tag:x",
            "id:142",
            "id:m1",
            "priority:high",
            "field.order:7",
            "date:2026-05",
            "age:2d..",
            "idle:2d..",
        ] {
            assert_eq!(of_mail(&format!("x or -{term}")).as_deref(), Some(term));
        }
    }
}
