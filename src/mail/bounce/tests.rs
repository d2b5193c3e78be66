//! Reports as mail systems write them, with what has to be read in them.

use std::fmt::Write;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use crate::domain::Signal;
use crate::mail::parse::parse;

mod others;
mod wordings;

/// What is read of a report: a line for each recipient.
fn read(raw: &str) -> String {
    let parsed = parse(raw.as_bytes());
    let signal = Signal::deciding(&parsed.signals).map_or("person", Signal::as_str);
    let mut out = signal.to_owned();
    for one in parsed.bounce.unwrap_or_default().recipients {
        let status = one.status.map_or("-".to_owned(), |status| {
            format!("{}{}", status.code(), if status.is_derived() { "~" } else { "" })
        });
        write!(out, " | {} {} {status}", one.recipient, one.action).unwrap();
    }
    out
}

/// A free text by a mail system.
fn text(body: &str) -> String {
    format!(
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\nTo: us@example.org\nSubject: failure notice\n\n{body}\n"
    )
}

#[test]
fn reports() {
    let report = |groups: &str| {
        format!(
            "From: MAILER-DAEMON@mx.example.net\nContent-Type: multipart/report; \
             report-type=delivery-status; boundary=B\n\n--B\n\nSorry.\n\n--B\n\
             Content-Type: message/delivery-status\n\n{groups}\n--B\n\
             Content-Type: message/rfc822\n\nMessage-ID: <lost@example.org>\n\nx\n--B--\n"
        )
    };
    for (groups, wanted) in [
        (
            "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; erika@example.com\n\
             Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no\n",
            "bounce | erika@example.com failed 5.1.1",
        ),
        (
            "Final-Recipient: RFC822;<erika@example.com>\nAction: FAILED (for good)\n\
             Status: 5.2.2 (mailbox full)\n\nFinal-recipient: rfc822; hans@example.com\n\
             Action: delivered\nStatus: 2.0.0\n",
            "bounce | erika@example.com failed 5.2.2 | hans@example.com delivered 2.0.0",
        ),
        (
            "Final-Recipient: utf-8; m\u{fc}ller@example.com\nAction: delayed\nStatus: 4.4.1\n",
            "delay | m\u{fc}ller@example.com delayed 4.4.1",
        ),
        (
            "Final-Recipient: rfc822; erika@local-daemon\n\
             Original-Recipient: rfc822; erika@example.com\nAction: failed\nStatus: 5.0.0\n",
            "bounce | erika@example.com failed 5.0.0",
        ),
        // A group that was torn apart, and the code that only the other side knows.
        (
            "Final-Recipient: rfc822; erika@example.com\n\nAction: failed\n\
             Diagnostic-Code: smtp; 550-5.7.26 not\n 550 5.7.26 authenticated\n",
            "bounce | erika@example.com failed 5.7.26",
        ),
        (
            "Final-Recipient: rfc822; erika@example.com\nAction: failed\n\
             Diagnostic-Code: smtp; 550 no such user here\n",
            "bounce | erika@example.com failed 5.1.1~",
        ),
        (
            "Final-Recipient: rfc822; erika@example.com\nAction: relayed\nStatus: 2.1.5\n",
            "report | erika@example.com relayed 2.1.5",
        ),
        ("Final-Recipient: rfc822; |/bin/false\nAction: failed\n", "bounce"),
        // A field that somebody forgot, and one that is left out.
        (
            "Final-Recipient: rfc822; erika@example.com\nAction: failed\nStatus: 2.0.0\n",
            "bounce | erika@example.com failed -",
        ),
        (
            "Final-Recipient: rfc822; erika@example.com\nStatus: 4.4.1\n\
             Will-Retry-Until: Fri, 5 Jun 2026 09:00:00 +0000\n",
            "delay | erika@example.com delayed 4.4.1",
        ),
        (
            "Final-Recipient: rfc822; erika@example.com\nAction: deferred\nStatus: 4.4.1\n",
            "delay | erika@example.com delayed 4.4.1",
        ),
        (
            "Final-Recipient: rfc822; erika@example.com\nStatus: 2.1.5\n",
            "report | erika@example.com delivered 2.1.5",
        ),
        (
            "Final-Recipient: rfc822; erika@example.com\nAction: failed\nStatus: 5.2.2\n\
             Final-Recipient: rfc822; hans@example.com\nAction: failed\nStatus: 5.1.1\n",
            "bounce | erika@example.com failed 5.2.2 | hans@example.com failed 5.1.1",
        ),
        ("", "bounce"),
    ] {
        let raw = report(groups);
        assert_eq!(read(&raw), wanted, "{groups}");
        assert_eq!(parse(raw.as_bytes()).returned, ["lost@example.org"], "{groups}");
    }
}

#[test]
fn free_texts() {
    for (body, wanted) in [
        // qmail (QSBMF)
        (
            "Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to \
             deliver your message to the following addresses.\n\n<erika@example.com>:\n192.0.2.7 \
             does not like recipient.\nRemote host said: 550 5.1.1 <erika@example.com>... no\n\n\
             <hans@example.com>:\nSorry, no mailbox here by that name. (#5.1.2)\n\n\
             --- Below this line is a copy of the message.\n\nReturn-Path: <us@example.org>\n\
             Message-ID: <lost@example.org>\nTo: nobody@example.com\n\n<no@example.com>:\nx\n",
            "bounce-text | erika@example.com failed 5.1.1 | hans@example.com failed 5.1.2",
        ),
        // Exim, with what an alias stands for
        (
            "This message was created automatically by mail delivery software.\n\nA message that you \
             sent could not be delivered to one or more of its\nrecipients. The following address(es) \
             failed:\n\n  erika@example.com\n    (ultimately generated from office@example.com)\n    \
             SMTP error from remote mail server after RCPT TO:<erika@example.com>:\n    host \
             mx.example.com [192.0.2.7]: 552 5.2.2 mailbox full\n  hans@example.com\n    \
             retry timeout exceeded\n\n------ This is a copy of the message, including all the \
             headers. ------\n\nReturn-path: <us@example.org>\n",
            "bounce-text | erika@example.com failed 5.2.2 | hans@example.com failed 4.4.7~",
        ),
        // Exim, about the sender: who wrote it is nobody it failed for
        (
            "A message sent by\n\n  <third@example.org>\n\ncould not be delivered to:\n\n  \
             erika@example.com\n    Unrouteable address\n",
            "bounce-text | erika@example.com failed 5.1.2~",
        ),
        (
            "The following address(es) failed:\n\n  an undisclosed address\n    (generated from \
             erika@example.com)\n",
            "bounce-text | erika@example.com failed -",
        ),
        // Exim, a delay
        (
            "A message that you sent has not yet been delivered to one or more of its\nrecipients \
             after more than 24 hours on the queue.\n\nThe address to which the message has not yet \
             been delivered is:\n\n  erika@example.com\n    Delay reason: Connection timed out\n\n\
             No action is required on your part.\n",
            "delay-text | erika@example.com delayed 4.4.1~",
        ),
        // Postfix before it knew of reports
        (
            "This is the Postfix program at host mx.example.net.\n\nFor further assistance, please \
             contact <postmaster@example.net>\nYou can\ndelete your own text from the message \
             returned below.\n\n<erika@example.com>: host mx.example.com[192.0.2.7] said: 554 5.7.1\n    \
             <us@example.org>: Relay access denied\n",
            "bounce-text | erika@example.com failed 5.7.1",
        ),
        // Sendmail 8, and 5
        (
            "   ----- The following addresses had permanent fatal errors -----\n<erika@example.com>\n    \
             (reason: 550 Unknown user)\n\n   ----- Transcript of session follows -----\n\
             ... while talking to mx.example.com.:\n>>> RCPT To:<erika@example.com>\n<<< 550 \
             Unknown user\n",
            "bounce-text | erika@example.com failed 5.1.1~",
        ),
        (
            "   ----- Transcript of session follows -----\nWhile talking to mx.example.com:\n\
             >>> RCPT To:<erika@example.com>\n<<< 550 <erika@example.com>, User unknown\n\
             554 <hans@example.com>... 550 Host unknown\n\n   ----- Unsent message follows -----\n\
             Received: by mx.example.net; Thu, 1 Jan 2026 09:00:00 +0000\nTo: third@example.com\n",
            "bounce-text | erika@example.com failed 5.1.1~ | hans@example.com failed 5.1.2~",
        ),
        // Exchange 5.5, by SMTP and by X.400
        (
            "Your message\n\n  To:      them@example.com\n  Subject: order\n  Sent:    Thu, 1 Jan 2026 \
             09:00:00 +0000\n\ndid not reach the following recipient(s):\n\nerika@example.com on Thu, 1 \
             Jan 2026 09:00:05 +0000\n    The recipient name is not recognized\n\tThe MTS-ID of the \
             original message is: c=us;a= ;p=x\n\nc=US;a= ;p=X;o=Y;dda:SMTP=hans@example.com; on Thu, 1 \
             Jan 2026\n09:00:05 +0000\n    The recipient name is not recognized\n",
            "bounce-text | erika@example.com failed 5.1.1~",
        ),
        (
            "did not reach the following recipient(s):\n\nc=US;a= ;p=X;o=Y;dda:SMTP=hans@example.com; on \
             Thu, 1 Jan 2026\n09:00:05 +0000\n    The recipient name is not recognized\n",
            "bounce-text | hans@example.com failed 5.1.1~",
        ),
        // Exchange 2013, in German
        (
            "Fehler bei der Nachrichtenzustellung an folgende Empf\u{e4}nger oder Gruppen:\n\n\
             erika@example.com<mailto:erika@example.com>\nDie Adresse wurde nicht gefunden.\n\n\
             Diagnoseinformationen f\u{fc}r Administratoren:\n\nGenerierender Server: x.example.net\n\n\
             erika@example.com\nRemote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; \
             not found'\n",
            "bounce-text | erika@example.com failed 5.1.10",
        ),
        // Notes and Domino
        (
            "Your message\n\n  Subject: order\n\nwas not delivered to:\n\n  erika@example.com\n\n\
             because:\n\n  User erika (erika@example.com) not listed in Domino Directory\n",
            "bounce-text | erika@example.com failed 5.1.1~",
        ),
        // Google, Yahoo
        (
            "Delivery to the following recipient failed permanently:\n\n     erika@example.com\n\n\
             Technical details of permanent failure:\nThe error that the other server returned was:\n\
             550 550-5.1.1 no such account (state 14).\n\n----- Original message -----\n\nReceived: by \
             192.0.2.7\n",
            "bounce-text | erika@example.com failed 5.1.1",
        ),
        (
            "Sorry, we were unable to deliver your message to the following address.\n\n\
             <erika@example.com>:\nRemote host said:\n550 5.2.1 Mailbox disabled\n[RCPT_TO]\n",
            "bounce-text | erika@example.com failed 5.2.1",
        ),
        // Labels: IMail, MailMarshal, LSMTP, Barracuda
        (
            "Unknown user: erika@example.com\n\nOriginal message follows.\n\nReceived: x\n",
            "bounce-text | erika@example.com failed 5.1.1~",
        ),
        (
            "Your message:\n   From:    us@example.org\n   Subject: order\nCould not be delivered because \
             of\n\n550 5.1.1 User unknown\n\nThe following recipients were affected: \n    \
             erika@example.com\n",
            "bounce-text | erika@example.com failed 5.1.1",
        ),
        (
            "Error-for:  erika@example.com\nError-Code: 0\nError-Text: Mailer said: \"554 too many hops\"\n",
            "bounce-text | erika@example.com failed 5.4.6~",
        ),
        (
            "Could not deliver message to the following recipient(s):\n\nFailed Recipient: \
             erika@example.com\nReason: Remote host said: 550 5.7.1 blocked\n\n   -- The header and top 20 \
             lines of the message follows --\n\nReceived: x\n",
            "bounce-text | erika@example.com failed 5.7.1",
        ),
        // Fields of a report in plain text
        (
            "Technical report:\n\nReporting-MTA: dsn; mx.example.net\n\nAction: failed\nFinal-Recipient: \
             rfc822; erika@example.com\nDiagnostic-Code: smtp; 550 5.1.1 no\nStatus: 5.1.1\n",
            "bounce-text | erika@example.com failed 5.1.1",
        ),
        // Prose
        (
            "The following message, addressed to 'erika@example.com',\nfailed because it has not been \
             collected after 30 days\n",
            "bounce-text | erika@example.com failed -",
        ),
        // Nobody named: whom the returned mail was for
        (
            "Message could not be delivered to mobile.\n\nOriginal Message:\nFrom: us@example.org\nTo: \
             15550100@example.com\nSubject: order\n",
            "bounce-text | 15550100@example.com failed -",
        ),
    ] {
        assert_eq!(read(&text(body)), wanted, "{body}");
    }
}

/// A sentence is the same sentence when it goes on in the next line.
/// What a host is called is no reason.
#[test]
fn names_of_hosts_tell_nothing() {
    for (said, wanted) in [
        ("host mail.example.net[192.0.2.1] said: 550 xyz", "5.0.0~"),
        ("host smtp-relay.spamfilter.example.net[192.0.2.1] said: 550 xyz", "5.0.0~"),
        ("host mx.example.net[192.0.2.1] said: 550 relay access denied", "5.7.1~"),
        ("550 RESOLVER.ADR.RecipNotFound; not found", "5.1.1~"),
        ("mail system at host mx.relay-z.example.net", "-"),
    ] {
        let body = format!("I could not deliver it.\n\n<erika@example.com>: {said}\n");
        let wanted = format!("bounce-text | erika@example.com failed {wanted}");
        assert_eq!(read(&text(&body)), wanted, "{said}");
    }
}

/// Sun names the mail by its header before it tells what became of it.
#[test]
fn a_header_above_the_failure() {
    let body = "This report relates to a message you sent with the following header fields:\n\n  \
                Message-id: <1@example.org>\n  From: us@example.org\n  To: info@example.com\n  \
                Subject: Lamp\n\nYour message cannot be delivered to the following recipients:\n\n  \
                Recipient address: erika@example.com\n  Diagnostic code: smtp;550 5.1.1 no\n";
    assert_eq!(read(&text(body)), "bounce-text | erika@example.com failed 5.1.1");
}

/// Tencent, in the words of QQ.
#[test]
fn a_report_in_chinese() {
    let raw = "Return-Path: <>\nFrom: postmaster@qq.example\nSubject: 来自qq.example的退信\n\n\
               很抱歉您发送的邮件被退回。\n无法发送到 erika@example.com\n退信原因：收件人邮件地址不存在。\n\
               host mx.example.com said: 550 Mailbox not found\n";
    assert_eq!(read(raw), "bounce-text | erika@example.com failed 5.1.1~");
}

#[test]
fn whom_it_was_sent_to_first() {
    for body in [
        "erika@example.net\n    (generated from sales@example.com)\n    550 5.1.1 User unknown\n",
        "<erika@example.net> (expanded from <sales@example.com>): host mx said: 550 5.1.1 no\n",
        "<erika@example.net>\n    (reason: 550 5.1.1 no)\n    (expanded from: <sales@example.com>)\n",
    ] {
        let parsed = parse(text(body).as_bytes());
        let [one] = parsed.bounce.unwrap().recipients.try_into().unwrap();
        let names = (one.recipient.to_string(), one.original.map(|first| first.to_string()));
        let wanted = ("erika@example.net".to_owned(), Some("sales@example.com".to_owned()));
        assert_eq!(names, wanted, "{body}");
    }
}

/// What a system writes to everybody does not make a delay of a failure for good.
#[test]
fn a_code_says_more_than_a_phrase() {
    for words in ["No action is required on your part.", "As we keep trying for five days only."] {
        let body = format!("{words}\n\n<erika@example.com>: 550 5.7.1 no\n");
        assert_eq!(read(&text(&body)), "bounce-text | erika@example.com failed 5.7.1", "{words}");
    }
}

/// A part of an address in another script is not the address of somebody else.
#[test]
fn addresses_in_other_scripts_stay_whole() {
    for address in ["田中taro@example.jp", "张三1@example.cn"] {
        let raw = format!(
            "From: MAILER-DAEMON@mx.example.net\nContent-Type: message/global-delivery-status\n\n\
             Final-Recipient: utf-8; {address}\nAction: failed\nStatus: 5.1.1\n"
        );
        assert_eq!(read(&raw), format!("bounce | {address} failed 5.1.1"));
    }
}

/// Exchange names recipients as its address book does, in the language of its owner.
#[test]
fn names_without_an_address() {
    for (body, wanted) in [
        (
            "The following recipient(s) could not be reached:\n\n      Miller, Frank on 5/15/2003 10:15 AM\n",
            "bounce-like",
        ),
        (
            "Ihre Nachricht hat einige oder alle Empfänger nicht erreicht.\n\n\
             erika@example.com am 15.05.2003 10:15\n    <mx.example.net #5.1.1>\n",
            "bounce-like | erika@example.com failed 5.1.1",
        ),
    ] {
        let raw = format!(
            "From: System Administrator <postmaster@example.net>\nSubject: Undeliverable: Samples\n\n{body}"
        );
        assert_eq!(read(&raw), wanted, "{body}");
    }
}

#[test]
fn subjects_of_a_delay() {
    let body = "<erika@example.com>: 451 4.4.1 no answer\n";
    for (subject, wanted) in [
        ("Warning: could not send message for past 4 hours", "delay-text"),
        ("Delivery Status Notification (Delay)", "delay-text"),
        ("failure notice", "bounce-text"),
        ("Undeliverable: Delayed delivery of your lamp", "bounce-text"),
    ] {
        let raw = text(body).replace("failure notice", subject);
        let action = if wanted == "delay-text" { "delayed" } else { "failed" };
        assert_eq!(read(&raw), format!("{wanted} | erika@example.com {action} 4.4.1"), "{subject}");
    }
}

#[test]
fn phrases_over_lines() {
    for text in ["It could not\nbe delivered to the", "Delivery to the\n   following failed:"] {
        let raw = format!(
            "From: postmaster@mx.example.net\nReturn-Path: <>\nSubject: your mail\n\n{text} \
             recipient <erika@example.com>.\n"
        );
        assert_eq!(read(&raw), "bounce-text | erika@example.com failed -", "{text}");
    }
}

/// A receipt comes from the null sender, too, and its text is the user's.
#[test]
fn receipts_are_no_bounces() {
    let raw = "Return-Path: <>\nFrom: postmaster@mx.example.net\nContent-Type: multipart/report; \
               report-type=disposition-notification; boundary=B\n\n--B\n\n<erika@example.com>:\nThe \
               first copy was not delivered.\n--B\nContent-Type: \
               message/disposition-notification\n\nFinal-Recipient: rfc822; erika@example.com\n\
               Disposition: manual-action/MDN-sent-manually; displayed\n\n--B--\n";
    assert_eq!(read(raw), "read-receipt");
}

/// Plan 9 sends from postmaster, with a return path that is none, and says little.
#[test]
fn few_words_around_a_returned_mail() {
    let raw = "Return-Path: </dev/null>\nFrom: postmaster@mx.example.net\nTo: us@example.org\nSubject: \
               bounced mail\nContent-Type: multipart/mixed; boundary=B\n\n--B\n\nThe mail \
               from 'us@example.org'\nto 'erika@example.com'\nfailed: 'user unknown'.\n--B\n\
               Content-Type: message/rfc822\n\nTo: erika@example.com\n\nx\n--B--\n";
    assert_eq!(read(raw), "bounce-like | erika@example.com failed 5.1.1~");
}

#[test]
fn a_robot_gives_a_mail_back() {
    let notice = "From: no-reply@example.net\nSubject: Notice\nContent-Type: multipart/mixed; boundary=B\n\n\
                  --B\n\nYour mail could not be delivered to: <erika@example.com>\n\n--B\n\
                  Content-Type: message/rfc822\n\nFrom: us@example.org\n\nHello\n--B--\n";
    // The null sender says more, not less.
    for path in ["", "Return-Path: <>\n"] {
        let read = read(&format!("{path}{notice}"));
        let signal = if path.is_empty() { "bounce-like" } else { "bounce-text" };
        let wanted = format!("{signal} | erika@example.com failed -");
        assert_eq!(read, wanted, "{path:?}");
    }
}

#[test]
fn headers_that_name_the_recipients() {
    let raw = "From: Mail Delivery System <Mailer-Daemon@example.net>\nX-Failed-Recipients: \
               erika@example.com,\n hans@example.com\nAuto-Submitted: auto-replied\n\nSorry. 550 5.7.1\n";
    assert_eq!(
        read(raw),
        "bounce-text | erika@example.com failed 5.7.1 | hans@example.com failed 5.7.1"
    );
}

#[test]
fn notifications_of_amazon() {
    let raw = |kind: &str| {
        format!(
            "From: no-reply@sns.example.com\nX-Amz-Sns-Message-Id: 1\n\n{{\"notificationType\":\"{kind}\",\
             \"bounce\":{{\"bouncedRecipients\":[{{\"emailAddress\":\"erika@example.com\",\
             \"status\":\"5.1.1\",\n\"diagnosticCode\":\"smtp; 550 5.1.1\"}}]}}}}\n\n--\nTo stop ...\n"
        )
    };
    assert_eq!(read(&raw("Bounce")), "bounce | erika@example.com failed 5.1.1");
    assert_eq!(read(&raw("Complaint")), "abuse-report");
    assert_eq!(read(&raw("Delivery")), "person");
}

#[test]
fn the_returned_mail_in_the_text() {
    for quote in ["", "> ", ">", "   "] {
        let header = [
            "Return-Path: <us@example.org>",
            "Received: from x",
            "\tby y",
            "Message-ID: <lost@example.org>",
        ];
        let header: String = header.iter().map(|line| format!("{quote}{line}\n")).collect();
        let raw = text(&format!(
            "<erika@example.com>:\nno.\n\n--- Below this line is a copy of the message.\n\n{header}\n\
                                 Message-ID: <other@example.org>\n"
        ));
        assert_eq!(parse(raw.as_bytes()).returned, ["lost@example.org"], "{quote:?}");
    }
}

#[test]
fn hostile_texts_take_no_time() {
    let lines = |line: &str| text(&line.repeat((1 << 20) / line.len()));
    for (what, raw) in [
        ("addresses", lines("<a@example.com>:\n")),
        ("almost addresses", lines("<a@@@example..com>:\n")),
        ("one line of addresses", lines("a@example.com,")),
        ("at signs", lines("@")),
        ("digits", lines("5")),
        ("codes", lines("5.1.1 ")),
        ("dots", lines("5.")),
        ("quotes", lines("> > > ")),
        ("brackets", lines("<")),
        ("colons", lines("a:b=")),
        ("announcements", lines("--- original message attached ---\n")),
        ("fields", lines("Final-Recipient: rfc822; a@example.com\n\n")),
        ("empty groups", lines("x\n\n")),
        ("transcripts", lines("RCPT TO:<a@example.com>\n")),
        ("prose", lines("to a@example.com ")),
        ("json", text(&format!("{{\"notificationType\":{}", "[".repeat(1 << 20)))),
        ("failed", format!("X-Failed-Recipients: {}\n\nx", "a@example.com,".repeat(70_000))),
    ] {
        let begun = Instant::now();
        let found = parse(raw.as_bytes()).bounce.unwrap_or_default().recipients.len();
        assert!(found <= super::MOST_RECIPIENTS, "{what}");
        // Debug builds on a loaded machine; quadratic ones take minutes.
        assert!(begun.elapsed() < Duration::from_secs(10), "{what}: {:?}", begun.elapsed());
    }
}

proptest! {
    /// Whatever stands in a report, what is read of it are addresses, each once, and clean lines.
    #[test]
    fn any_report(body in "((<|\\* |  |>>> RCPT TO:<|Final-Recipient: rfc822; |Unknown user: |to )?\
                           ([a-z@.:;<>(){}\u{e4}-\u{2028}5\u{1b} -]{0,20}|[a-z]{1,3}@[a-z]{1,3}\\.com)(>:|>)?\
                           ( 550 5\\.1\\.1 x| on Thu, 1:)?\n){0,12}") {
        let bounce = parse(text(&body).as_bytes()).bounce.unwrap_or_default();
        let mut keys: Vec<String> = bounce.recipients.iter().map(|one| one.recipient.key()).collect();
        keys.sort();
        keys.dedup();
        prop_assert_eq!(keys.len(), bounce.recipients.len());
        for one in bounce.recipients {
            prop_assert_eq!(one.recipient.as_str().parse().ok(), Some(one.recipient.clone()));
            let said = one.diagnostic.unwrap_or_default();
            prop_assert!(said.len() <= super::reason::LONGEST && !said.chars().any(char::is_control));
        }
    }
}

#[test]
fn what_other_reports_are_about() {
    let report = |kind: &str, parts: &str| {
        let head = format!("Content-Type: multipart/report; report-type={kind}; boundary=x");
        parse(format!("{head}\n\n--x\n\nA report.\n{parts}--x--\n").as_bytes())
    };
    let mail = "--x\nContent-Type: message/rfc822\n\nMessage-ID: <mail@example.org>\n\nHello.\n";
    let abuse = "--x\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n";
    let read = "--x\nContent-Type: message/disposition-notification\n\n\
                Final-Recipient: rfc822; erika@example.org\n\
                Original-Message-ID: <mail@example.org>\n\
                Disposition: manual-action/MDN-sent-manually; displayed\n";
    for (kind, parts, about) in [
        ("feedback-report", format!("{abuse}{mail}"), &["mail@example.org"][..]),
        ("feedback-report", abuse.to_owned(), &[]),
        ("disposition-notification", read.to_owned(), &["mail@example.org"]),
        ("disposition-notification", read.replace("Original-Message-ID", "Other"), &[]),
        // Somebody passes a mail on.
        ("other", mail.to_owned(), &[]),
    ] {
        let report = report(kind, &parts);
        let (here, elsewhere) = match kind {
            "disposition-notification" => (report.original_ids, report.returned),
            _ => (report.returned, report.original_ids),
        };
        assert_eq!(here, about, "{kind}: {parts}");
        assert!(elsewhere.is_empty(), "{kind}: {parts}");
    }
    let passed_on = format!("Content-Type: multipart/mixed; boundary=x\n\n{mail}--x--\n");
    assert!(parse(passed_on.as_bytes()).returned.is_empty());
}
