//! What `[[drop]]` and `[[refuse]]` keep out.

use super::*;

/// `in`, `dropped` or `refused with 77`, for each inbox.
fn outcome(taken: Result<Taken>) -> String {
    let taken = match taken {
        Ok(taken) => taken,
        Err(error) => {
            let refused = error.downcast::<crate::desk::ingest::Refused>().unwrap();
            return format!("refused with {}", refused.answer.code.number());
        }
    };
    let landed = taken.landed.iter().map(|l| format!("{} {}", l.inbox, l.how.as_str()));
    let dropped = taken.dropped.iter().map(|d| format!("{} dropped ({})", d.inbox, d.class));
    landed.chain(dropped).collect::<Vec<_>>().join(", ")
}

/// Neither our signature nor our own mail is stronger than the administrator, but what is here is.
#[test]
fn what_rules_keep_out() {
    let mut office = Office::new();
    let first = mail(ERIKA, "Message-ID: <first@customer.test>\n");
    let root = office.ingest(first.as_bytes());
    let sent = office.reply(root.conversation, ERIKA, Ending::Commit);
    let both = first.replace("To: ", "To: sales@example.test, ");
    office.rules(
        "[[drop]]\nname = 'a'\nwhen = 'from:support@example.test'\n\
         [[drop]]\nname = 'b'\nwhen = 'is:automatic from:@list.test'\n\
         [[refuse]]\nname = 'c'\nwhen = 'from:erika@customer.test inbox:support'\n\
         [[refuse]]\nname = 'd'\nwhen = 'to:door@example.test'\n",
    );
    let own = sent.clone();
    let changed = format!("{sent}-- \nthe list\n");
    let answer = mail(ERIKA, &answering(&sent));
    let by_list = mail("x@list.test", "List-Id: <a.list.test>\n");
    let by_person = mail("x@list.test", "");
    let to_sales = |raw: &str| raw.replace("support@example.test", "sales@example.test");
    for (raw, wanted) in [
        (&own, "support dropped (automatic)"),
        (&changed, "support dropped (automatic)"),
        (&answer, "refused with 77"),
        (&first, "support duplicate"),
        (&by_list, "support dropped (list)"),
        (&by_person, "support new"),
        (&both, "sales new, support dropped (person)"),
        // The rule asks for the inbox that it came for, not for the one where it belongs.
        (&to_sales(&answer), "support joined"),
    ] {
        // Our mail is for Erika; it comes back by way of the inbox.
        let inbox = (raw.contains("From: support")).then(|| "support".parse().unwrap());
        let envelope = Envelope { inbox, ..Envelope::default() };
        assert_eq!(outcome(office.take(raw.as_bytes(), &envelope)), wanted, "{raw}");
    }
    let recipients = vec!["door@example.test".parse().unwrap()];
    let envelope = Envelope { recipients, ..Envelope::default() };
    let taken = office.take(mail(PAUL, "").as_bytes(), &envelope);
    assert_eq!(outcome(taken), "refused with 77", "whom it came for counts");
}
