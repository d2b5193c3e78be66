//! What mail systems say in other languages, and in sentences.

use super::{read, text};

#[test]
fn one_address_in_a_sentence() {
    for said in [
        "Ihre Nachricht wurde nicht an erika@example.com zugestellt. 550 5.1.1 no",
        "Votre message n'a pas \u{e9}t\u{e9} remis \u{e0} erika@example.com : 550 5.1.1 no",
        "\u{bc1b}\u{b294}\u{c0ac}\u{b78c} : erika@example.com\n550 5.1.1 no",
        "erika@example.com was not there, we wrote to erika@example.com for us@example.org: 550 5.1.1",
    ] {
        assert_eq!(read(&text(said)), "bounce-text | erika@example.com failed 5.1.1", "{said}");
    }
    let several = "Weder erika@example.com noch hans@example.com wurden erreicht. 550 5.1.1 no";
    assert_eq!(read(&text(several)), "bounce-text");
}

/// Exchange and others write as an address book has it.
#[test]
fn names_with_an_address() {
    for (line, is_one) in [
        ("Erika Example (erika@example.com)", true),
        ("Example, Erika <erika@example.com>", true),
        ("SMTP <erika@example.com>", true),
        ("If you have questions write to us (help@example.com)", false),
    ] {
        let raw = format!(
            "Return-Path: <>\nFrom: Microsoft Outlook <x1@example.net>\nSubject: Unzustellbar: Lampe\n\n\
             Fehler bei der Nachrichtenzustellung an:\n\n{line}\nDas Postfach ist voll.\n"
        );
        let wanted = if is_one { "bounce-like | erika@example.com failed -" } else { "person" };
        assert_eq!(read(&raw), wanted, "{line}");
    }
}

#[test]
fn delays() {
    for said in [
        "DIES IST NUR EINE WARNUNG. Die \u{dc}bermittlung wurde verz\u{f6}gert.",
        "Le message n'a pas encore \u{e9}t\u{e9} remis.",
        "\u{414}\u{43e}\u{441}\u{442}\u{430}\u{432}\u{43a}\u{430} \
         \u{437}\u{430}\u{434}\u{435}\u{440}\u{436}\u{438}\u{432}\u{430}\u{435}\u{442}\u{441}\u{44f}.",
    ] {
        let late = format!("{said}\n\n<erika@example.com>: 451 4.4.7 no answer\n");
        assert_eq!(read(&text(&late)), "delay-text | erika@example.com delayed 4.4.7", "{said}");
        let lost = format!("{said}\n\n<erika@example.com>: 550 5.1.1 no\n");
        assert_eq!(read(&text(&lost)), "bounce-text | erika@example.com failed 5.1.1", "{said}");
    }
}

/// Whoever gave up speaks of the delay that was before.
#[test]
fn what_is_over() {
    for said in [
        "It could not be delivered and we gave up.\n\n<erika@example.com>: Host not found: Temporary failure in name resolution",
        "After a delay of 5 days we gave up.\n\n<erika@example.com>: connection timed out",
        "This is a permanent error.\n\n  erika@example.com\n    retry timeout exceeded after a delay",
    ] {
        assert!(read(&text(said)).starts_with("bounce-text | erika@example.com failed"), "{said}");
    }
}

/// What the other server said counts before the sentence around it.
#[test]
fn the_frame_is_no_reason() {
    let said = "Delivery to the following recipient failed permanently:\n\n     erika@example.com\n\n\
                It was rejected by the server of the recipient domain. The error was:\n550 No such user\n";
    assert_eq!(read(&text(said)), "bounce-text | erika@example.com failed 5.1.1~");
}

/// Below a list of several the transcript names each of them again, in whatever order: what such a line
/// says is said of whom it names.
#[test]
fn transcripts_below_a_list() {
    let list = "The following addresses had permanent fatal errors";
    let drawn = format!("   ----- {list} -----\n");
    for (said, wanted) in [
        (
            "<a@y.net>\n<b@y.net>\n\n   ----- Transcript of session follows -----\n\
             550 5.1.1 <a@y.net>... User unknown\n552 5.2.2 <b@y.net>... Mailbox full\n",
            "a@y.net failed 5.1.1 | b@y.net failed 5.2.2",
        ),
        (
            "<a@y.net>\n<b@y.net>\n\n   ----- Transcript of session follows -----\n\
             552 5.2.2 <b@y.net>... Mailbox full\n550 5.1.1 <a@y.net>... User unknown\n",
            "a@y.net failed 5.1.1 | b@y.net failed 5.2.2",
        ),
        (
            "<a@y.net>\n<b@y.net>\n<c@y.net>\n\n   ----- Transcript of session follows -----\n\
             ... while talking to mx.y.net.:\n>>> RCPT To:<c@y.net>\n<<< 550 5.7.1 no\n\
             550 5.7.1 <c@y.net>... Denied\n>>> RCPT To:<a@y.net>\n<<< 550 5.1.1 no\n\
             >>> RCPT To:<b@y.net>\n<<< 552 5.2.2 no\n",
            "a@y.net failed 5.1.1 | b@y.net failed 5.2.2 | c@y.net failed 5.7.1",
        ),
        (
            "a@y.net\nb@y.net\nc@y.net\n\nReasons:\n\nmx.y.net said: 550 5.1.1 b@y.net: unknown\n\
             mx.y.net said: 552 5.2.2 a@y.net: full\n",
            "a@y.net failed 5.2.2 | b@y.net failed 5.1.1 | c@y.net failed -",
        ),
        (
            "<a@y.net>\n    (expanded from: <c@y.net>)\n<b@y.net>\n\n550 5.1.1 <a@y.net>, <b@y.net>: no\n",
            "a@y.net failed 5.1.1 | b@y.net failed 5.1.1",
        ),
        // What nobody is named for stays with whom it stands behind.
        (
            "<a@y.net>\n    550 5.1.1 <aa@y.net> unknown\n<b@y.net>\n    552 5.2.2 full\n",
            "a@y.net failed 5.1.1 | b@y.net failed 5.2.2",
        ),
    ] {
        assert_eq!(
            read(&text(&format!("{drawn}{said}"))),
            format!("bounce-text | {wanted}"),
            "{said}"
        );
    }
}
