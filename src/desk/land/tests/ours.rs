//! Our own mail that comes back.

use super::*;

#[test]
fn our_bytes_that_come_back_are_our_own() {
    let mut office = Office::new();
    let root = office.mail(ERIKA, "");
    let sent = office.reply(root.conversation, ERIKA, Ending::Commit);
    let before = office.conversation(root.conversation);
    for how in [How::Own, How::Duplicate] {
        let back = office.ingest(sent.as_bytes());
        assert_eq!((back.how, back.conversation), (how, root.conversation));
    }
    assert_eq!(office.conversation(root.conversation), before);
}

#[test]
fn our_mail_that_comes_back_changed_is_no_person() {
    let mut office = Office::new();
    let root = office.mail(ERIKA, "");
    let sent = office.reply(root.conversation, ERIKA, Ending::Commit);
    office.set(root.conversation, Status::Closed);
    for added in
        ["", "X-Loop: all@lists.test\n", "List-Id: <all.lists.test>\n", "X-Spam-Flag: YES\n"]
    {
        let back = office.ingest(format!("{added}{sent}-- \n{added}the list\n").as_bytes());
        assert_eq!((back.how, back.conversation), (How::Joined, root.conversation), "{added}");
        assert_eq!(back.class, Class::Automatic, "{added}");
        let signal = office.desk.read(|tx| Ok(tx.message(back.message)?.unwrap().signal));
        assert_eq!(signal.unwrap().as_deref(), Some("own-mark"), "{added}");
        assert!(office.desk.read(|tx| tx.defects(back.message)).unwrap().is_empty(), "{added}");
    }
    let after = office.conversation(root.conversation);
    assert_eq!((after.status, after.waiting_since), (Status::Closed, None));
}

#[test]
fn a_mail_of_a_contact_is_not_taken_for_ours() {
    let mut office = Office::new();
    let root = office.mail(ERIKA, "");
    let sent = office.reply(root.conversation, ERIKA, Ending::Commit);
    let id = format!("Message-ID: <{}>\n", id_of(&sent));
    for (from, fields) in [
        (ERIKA, id.clone()),
        // The Message-ID is another one, though signed as well.
        ("support@example.test", answering(&sent)),
        ("sales@example.test", id.clone()),
        ("support@example.test, erika@customer.test", id),
    ] {
        let landed = office.mail(from, &fields);
        assert_eq!((landed.class, landed.how), (Class::Person, How::Joined), "{from}");
    }
}
