//! Any text is a query or says where it is wrong; a query prints as text that reads back as the
//! same, and its opposite holds where it does not.
#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use postroom::domain::query::{BindContext, Facts};
use postroom::domain::{
    AgentName, Class, Conversation, Direction, Mailbox, MessageFacts, MessageId, Number, Query,
    TeamName, Time, Zone,
};

const NOW: Time = Time(1_778_666_400_000);

fuzz_target!(|text: &str| {
    let query = match text.parse::<Query>() {
        Ok(query) => query,
        Err(wrong) => {
            assert!(text.is_char_boundary(wrong.offset), "{wrong:?}");
            assert!(!wrong.message.is_empty());
            return;
        }
    };
    let printed = query.to_string();
    let again: Query = printed.parse().unwrap();
    assert_eq!(again, query);
    assert_eq!(again.to_string(), printed);
    assert_eq!(Query::all().and(query.clone()), query);

    let teams = BTreeMap::from([("support".parse().unwrap(), vec!["anna".parse().unwrap()])]);
    let (bound, opposite) = (bind(&query, &teams), format!("-({printed})").parse::<Query>());
    let facts = Facts { conversation: &CONVERSATION, in_view: &*MESSAGES };
    let is_meant = bound.matches(&facts).is_yes();
    // What is everything has no opposite, and what is as deep as it may be cannot get deeper.
    if let Ok(opposite) = opposite {
        assert_ne!(bind(&opposite, &teams).matches(&facts).is_yes(), is_meant, "{printed}");
    }
});

fn bind(
    query: &Query,
    teams: &BTreeMap<TeamName, Vec<AgentName>>,
) -> postroom::domain::query::Bound {
    let me = Some("anna".parse().unwrap());
    query.bind(&BindContext { now: NOW, zone: *ZONE, me, teams })
}

static ZONE: LazyLock<Zone> = LazyLock::new(|| "Europe/Amsterdam".parse().unwrap());

static CONVERSATION: LazyLock<Conversation> = LazyLock::new(|| {
    let mut conversation = Conversation::new(Number(142), "support".parse().unwrap(), NOW);
    conversation.tags.insert("billing".parse().unwrap());
    conversation.fields.insert("order".parse().unwrap(), "A-77".to_owned());
    conversation.assignee = Some("anna".parse().unwrap());
    conversation
});

static MESSAGES: LazyLock<[MessageFacts; 1]> = LazyLock::new(|| {
    let mailbox = |name: &str, address: &str| Mailbox {
        name: name.to_owned(),
        address: address.parse().unwrap(),
    };
    [MessageFacts {
        id: MessageId(881),
        direction: Direction::In,
        message_id: Some("a@example.org".to_owned()),
        from: Some(mailbox("Erika Müller", "erika@example.org")),
        to: vec![mailbox("", "support@example.com")],
        subject: "Your open invoice, no. 7".to_owned(),
        received: NOW,
        class: Class::Person,
        verified: true,
        attachment: true,
        defective: false,
        text: Some("Łódź, 東京都: the printer prints (a+)+$ aaaaaaaaaaaaaaaaaaaaaaaaa!".to_owned()),
    }]
});
