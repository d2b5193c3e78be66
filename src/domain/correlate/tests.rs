//! Keys and what mails say, as tables.

use super::*;
use crate::domain::{Class, Direction, MessageId};

fn query(text: &str) -> Query {
    text.parse().unwrap()
}

fn nagios() -> Correlation {
    let bound = |text| of_mail(&query(text)).unwrap();
    Correlation {
        name: "nagios".to_owned(),
        at: Location { file: "rules/50.toml".to_owned(), line: 1 },
        when: bound("from:nagios@mon.test"),
        key: Places {
            subject: Some(Pattern::new("alert: (\\S+) is").unwrap()),
            headers: vec![("X-Site".to_owned(), Pattern::new(".+").unwrap())],
            body: None,
        },
        close_when: Some(bound("subject:/RECOVERY/")),
        reopen_when: Some(bound("subject:/PROBLEM/")),
        reopen_within: Duration::hours(1),
    }
}

fn mail(from: &str, subject: &str) -> MessageFacts {
    MessageFacts {
        id: MessageId(1),
        direction: Direction::In,
        message_id: None,
        from: Some(crate::domain::Mailbox { name: String::new(), address: from.parse().unwrap() }),
        to: Vec::new(),
        subject: subject.to_owned(),
        received: Time(0),
        class: Class::Person,
        defective: false,
        verified: false,
        attachment: false,
        text: None,
    }
}

#[test]
fn keys_and_what_they_say() {
    let monitor = "nagios@mon.test";
    for (from, subject, site, wanted) in [
        (monitor, "PROBLEM Alert: WEB/disk is X", "A", Some(("web/disk\ta", Says::There))),
        (monitor, "RECOVERY Alert: web/disk is Y", " A  b", Some(("web/disk\ta b", Says::Over))),
        (monitor, "ACK Alert: web/disk is Y", "a", Some(("web/disk\ta", Says::Neither))),
        (monitor, "RECOVERY of a PROBLEM Alert: x is y", "a", Some(("x\ta", Says::Over))),
        ("eve@evil.test", "RECOVERY Alert: web/disk is Y", "A", None),
        (monitor, "something else", "A", None),
        (monitor, "PROBLEM Alert: web/disk is X", "", None),
    ] {
        let inbox = "alerts".parse().unwrap();
        let key = nagios().read(&inbox, &mail(from, subject), |name| {
            assert_eq!(name, "X-Site");
            vec![site.to_owned()]
        });
        let key = key.as_ref().map(|key| (key.text.as_str(), key.says));
        assert_eq!(key, wanted, "{from} {subject}");
    }
}

#[test]
fn old_news_changes_nothing() {
    let (day, received) = (Duration::days(1), Time(0) + Duration::days(100));
    let at = |days| Some(Time(0) + Duration::days(days));
    for (date, wanted) in
        [(None, None), (at(92), None), (at(93), at(93)), (at(100), at(100)), (at(4000), at(100))]
    {
        assert_eq!(believed(date, received), wanted);
    }
    for (written, last, wanted) in [
        (None, at(1), Says::Over),
        (at(1), None, Says::Over),
        (at(2), at(1), Says::Over),
        (at(1), at(1), Says::Over),
        (at(1), at(1).map(|t| t + day), Says::Neither),
    ] {
        assert_eq!(Says::Over.after(written, last), wanted);
    }
}

#[test]
fn what_becomes_of_the_status() {
    let snoozed = Status::Snoozed { until: Time(9), keep_on_reply: true };
    for (says, old, new) in [
        (Says::Over, Status::Open, Some(Status::Closed)),
        (Says::Over, Status::Pending, Some(Status::Closed)),
        (Says::Over, snoozed, Some(Status::Closed)),
        (Says::Over, Status::Closed, None),
        (Says::Over, Status::Spam, None),
        (Says::There, Status::Closed, Some(Status::Open)),
        (Says::There, Status::Open, None),
        (Says::There, Status::Pending, None),
        (Says::There, snoozed, None),
        (Says::There, Status::Spam, None),
        (Says::Neither, Status::Open, None),
        (Says::Neither, Status::Closed, None),
    ] {
        assert_eq!(says.status(old), new, "{says:?} {old}");
    }
}

#[test]
fn who_is_named() {
    for (text, named) in [
        ("from:a@b.test", true),
        ("is:verified", true),
        ("subject:x from:@b.test", true),
        ("from:a@b.test or from:c@b.test", true),
        ("from:a@b.test or subject:x", false),
        ("from:/(^|<)a@b[.]test>?$/", true),
        ("from:/(a|c)@b[.]test>?$/", true),
        ("from:/a@b[.]test/", false),
        ("from:/nagios|@b[.]test$/", false),
        ("from:/@b[.]test$|nagios/", false),
        ("from:/[.]mon[.]example>?$/", true),
        ("from:/@(mon|nagios[12])[.]example[.]org>?$/", true),
        ("from:/@mon>?$/", true),
        ("from:/$/", false),
        ("from:/.*$/", false),
        ("from:/@.*$/", false),
        ("from:/[a-z]*[.]example.*$/", false),
        ("from:/org>?$/", false),
        ("from:/[.@]>?$/", false),
        ("from:/(@b[.]test|.+)$/", false),
        ("from:/(@b[.]test)?$/", false),
        ("from:nagios", false),
        ("-from:a@b.test", false),
        ("not (from:a@b.test)", false),
        ("subject:x inbox:y", false),
        ("", false),
    ] {
        assert_eq!(names_the_sender(&query(text)), named, "{text}");
    }
    assert!(of_mail(&query("from:a@b.test inbox:x is:verified text:y")).is_ok());
    for term in ["tag:x", "is:open", "id:142", "age:2d..", "is:unanswered", "is:bounce"] {
        assert_eq!(of_mail(&query(&format!("from:a@b.test {term}"))).unwrap_err(), term);
    }
}
