//! Whole texts, real forms of them, and texts that want to do harm.

use proptest::prelude::*;

use super::*;
use crate::mail::linear::must_be_linear;
use Kind::{Answered, PassedOn, Quote, Said, Signature};

/// The spans of a text as their kinds and what each says, trimmed.
fn read(text: &str) -> Vec<(Kind, String)> {
    spans(text, Intent::Answers)
        .into_iter()
        .map(|s| (s.kind, text[s.range].trim().to_owned()))
        .collect()
}

fn whole(text: &str) -> Result<(), String> {
    let mut end = 0;
    for span in spans(text, Intent::Answers) {
        if span.range.start != end || span.range.is_empty() {
            return Err(format!("{span:?} does not go on at {end}"));
        }
        text.get(span.range.clone()).ok_or(format!("{span:?} cuts a letter"))?;
        end = span.range.end;
    }
    if end == text.len() { Ok(()) } else { Err(format!("{end} of {} bytes", text.len())) }
}

#[test]
fn postings() {
    let intro = "On Mon, 1 Jun 2026 at 09:00, Erika <erika@example.org> wrote:";
    for (what, text, wanted) in [
        ("plain", "Hello\n\nBye\n".to_owned(), vec![Said]),
        ("announced", "My address:\n\n---\nMax\nNew Street 5\n".to_owned(), vec![Said]),
        ("dashes first", format!("-----\nYes.\n\n{intro}\n> When?\n"), vec![Said, Quote]),
        ("top", format!("Yes.\n\n{intro}\n> When?\n"), vec![Said, Quote]),
        ("top, no marks", format!("Yes.\n\n{intro}\n\nWhen?\n"), vec![Said, Quote]),
        ("bottom", format!("{intro}\n> When?\n\nToday.\n"), vec![Quote, Said]),
        (
            "around, with a signature",
            format!("Hi\n{intro}\n> When?\n\nToday.\n\n-- \nErika\n"),
            vec![Said, Quote, Said, Signature],
        ),
        (
            "inline",
            format!("{intro}\n> When?\nToday.\n> Where?\nHere.\n> Bye\n> Bram\n"),
            vec![Quote, Answered, Said, Answered, Said, Quote],
        ),
        (
            "two mails",
            format!("{intro}\n> When?\nToday.\n{intro}\n> Where?\nHere."),
            vec![Quote, Said, Quote, Said],
        ),
        (
            "signature above the quote",
            format!("Yes.\n-- \nErika\n\n{intro}\n> When?\n"),
            vec![Said, Signature, Quote],
        ),
        (
            "bottom, below a line that says so",
            "--- Original Message ---\n> When?\n\nToday.".to_owned(),
            vec![Quote, Said],
        ),
        (
            "a postscript",
            "Yes.\n\n-- \nErika\nTel 1\n\nPS: Please cancel order 4711!\n".to_owned(),
            vec![Said, Signature, Said],
        ),
        ("nothing said", format!("{intro}\n> When?\n"), vec![Quote]),
        ("only a quote, whose is not told", "> When?\n".to_owned(), vec![Said]),
        ("only a quote of a quote", format!("> {intro}\n>> When?\n"), vec![Quote]),
        ("a quote without end below nothing", format!("{intro}\n\nWhen?"), vec![Said]),
        ("a header below nothing", "From: a@x.org\nDate: x\n\nWhen?".to_owned(), vec![PassedOn]),
        (
            "bottom, below a header",
            "From: A <a@x.org>\nDate: x\n\n> When?\n\nToday.\n\n-- \nErika".to_owned(),
            vec![Quote, Said, Signature],
        ),
        (
            "top, above a header and marks",
            "Yes.\n\n--- Original Message ---\nFrom: A\nDate: x\nTo: b\n\n> When?".to_owned(),
            vec![Said, Quote],
        ),
        (
            "around a header and marks",
            "Yes.\n\nFrom: A <a@x.org>\nDate: x\n\n> When?\n\nToday.".to_owned(),
            vec![Said, Quote, Said],
        ),
        (
            "marked mail that is passed on",
            "See below.\n\n> Begin forwarded message:\n> \n> From: a@x.org\n> Date: x\n> \n> When?"
                .to_owned(),
            vec![Said, PassedOn],
        ),
        (
            "own words below a header that is shown whole",
            "See this:\n\nMessage-ID: <1@x.org>\nDate: x\nFrom: a@x.org\nTo: b\n\nIs it spam?"
                .to_owned(),
            vec![Said],
        ),
        (
            "another quote above the one that was answered",
            format!("I mean this:\n\n> Soon.\n\n{intro}\n> When?\n"),
            vec![Said, Quote],
        ),
        (
            "a part of the quote left out",
            format!("{intro}\n[...]\n> When?\n[...]\n> Bram\n\nToday."),
            vec![Quote, Said],
        ),
        (
            "what a program adds, above all",
            "Sent from my iPhone\n\nToday.\n\n-- \nErika".to_owned(),
            vec![Signature, Said, Signature],
        ),
        (
            "what a program adds, above a signature",
            "Sent from my iPhone\n\n-- \nErika".to_owned(),
            vec![Signature],
        ),
        (
            "what a program adds, directly above a quote",
            format!("Today.\nSent from my iPhone\n{intro}\n> When?\n"),
            vec![Said, Signature, Quote],
        ),
        (
            "a signature below dashes, above a quote without marks",
            format!("Today.\n\n-----\nErika\nSales\n\n{intro}\n\nWhen?\n\nBram\n"),
            vec![Said, Signature, Quote],
        ),
        ("no words", "\n \n".to_owned(), vec![Said]),
        ("nothing", String::new(), vec![]),
    ] {
        let kinds: Vec<Kind> = read(&text).into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(kinds, wanted, "{what}: {text}");
    }
}

#[test]
fn said_by_the_sender() {
    for (text, wanted) in [
        ("Yes.\n\n-----Original Message-----\nFrom: a@x.org\n\nWhen?", "Yes."),
        (
            "Yes.\n\n‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐\nOn 1 Jun 2026, A <a@x.org> wrote:\n\n> When?",
            "Yes.",
        ),
        ("Yes.\n\n---------- Abc ----------\nFrom: A <a@x.org>\nTo: b\n\nWhen?", "Yes."),
        ("Yes.\n\n>>> \"A\" <a@x.org> 01.06.2026 09:00 >>>\nWhen?", "Yes."),
        ("Yes.\n\nA <a@x.org> wrote\n> When?", "Yes."),
        ("Yes.\n\nYou wrote:\n> When?", "Yes."),
        ("Sent from my iPhone\nSent from my iPad", ""),
        ("Ja.\n\n-------- Ursprüngliche Nachricht --------\nVon: a@x.org\n\nWann?", "Ja."),
        (
            "Ja.\n\n________________________________\nVon: A\nGesendet: heute\nAn: b@x.org\n\nWann?",
            "Ja.",
        ),
        (
            "Да.\n\nОт: А <a@x.org>\nОтправлено: 1 июня 2026 г.\nКому: Б\nТема: Когда\n\nКогда?",
            "Да.",
        ),
        (
            "はい\n\n差出人: A <a@x.org>\n送信日時: 2026年6月1日\n宛先: b@x.org\n件名: いつ\n\nいつ",
            "はい",
        ),
        ("Yes.\n\n*From:* A <a@x.org>\n*Sent:* today\n*To:* b@x.org\n\nWhen?", "Yes."),
        ("Yes.\n\nFrom: A\n\nSent: today\n\nTo: b@x.org\n\nSubject: x\n\nWhen?", "Yes."),
        ("Xx.\n\n______\nAbc: A <a@x.org>\nDef ghi: 1.6.2026\nJkl: b@x.org\n\nMno?", "Xx."),
        ("Yes.\n\n##- Please type your reply above this line -##\nTicket 7", "Yes."),
        (
            "Yes.\n\nSent from my iPhone\n\n> On 1 Jun 2026, at 09:00, A <a@x.org> wrote:\n> \n> When?",
            "Yes.",
        ),
        ("Yes.\n\nEE> When\nEE> will it come?", "Yes.\n\nEE> When\nEE> will it come?"),
        ("On 1 Jun 2026 at 9:00, Erika wrote:\nEE> When\nEE> will it come?\n\nNow.", "Now."),
        (
            "We go.\n\nFrom: Amsterdam\nTo: Berlin\nDate: 1 June\n\nBest",
            "We go.\n\nFrom: Amsterdam\nTo: Berlin\nDate: 1 June\n\nBest",
        ),
        (
            "See below.\n\n---------- Forwarded message ---------\nFrom: a@x.org\n\nWhen?",
            "See below.\n\n---------- Forwarded message ---------\nFrom: a@x.org\n\nWhen?",
        ),
        (
            "Log:\n\n```\n-- \n> x\nOn 1 Jun 2026 at 9:00, A wrote:\n```\n\nBye",
            "Log:\n\n```\n-- \n> x\nOn 1 Jun 2026 at 9:00, A wrote:\n```\n\nBye",
        ),
        ("Try this:\n> ls\nBye", "Try this:\n> ls\nBye"),
        (
            "Ja.\n-------- Ursprüngliche Nachricht --------Von: A Datum: 1.6.26 An: B\n\nWann?",
            "Ja.",
        ),
        ("Yes, now.-----Original Message-----From: A Sent: today", "Yes, now."),
        (
            "Yes.\n\n发件人：A <a@x.org>\n发送时间：2026年6月1日\n收件人：B\n主　题：When\nWhen?",
            "Yes.",
        ),
        ("Hi\n\n\n> a\n\n\nThere\n-- \nme", "Hi\n\n\n> a\n\n\nThere"),
        (
            "Yes.\n\nOn 1 Jun 2026 at 9:00, A wrote:\n> see <https://x.org/a\nb>\n> bye\n\nMore.",
            "Yes.\n\nMore.",
        ),
    ] {
        assert_eq!(said(text, Intent::Answers), wanted, "{text}");
    }
}

/// In lines as short as each form lets them be.
#[test]
fn hostile_texts_take_linear_time() {
    const LONGEST: usize = 1 << 16;
    for line in [
        ">\n",
        "> a\n",
        ">\nb\n",
        "> (http://\n",
        "--\n",
        "-- a\n",
        "___\n\n",
        "1 a:\n",
        "1:00 <a@\n",
        "On 1\n",
        "On 1:00 <\n\n<\n",
        "On Mon, 1 Jun 2026 at 9:00, Erika <erika@example.org> wrote\n> a\nb\n",
        "<a@b> wrote:\n>\n",
        "to:\n",
        "to: a@\nx\nx\nx\n",
        "From:\n\n",
        "--- original\n",
        "Sent from my\n\n",
        "```\n",
        "EE>\n",
        "a@",
        "<@",
        "\n---\n\nOn 1:00 <\n",
        "Sent from my X\nOn 1:00 <\n",
        "[...]\n",
        "X-A: b\n",
        "--- a\nFrom: a\nTo: b@\n\n>\n",
        "----original message----",
        "wrote:a ",
        "Sent with X.\n",
        "Sent with X.\n\nb\n",
        "Sent with X.\nhttp://x\n\n\nb\n",
        ">>> On 1\n",
        "a (1:\n",
        "To: a@;\n;\n",
        "a:\n\n---\n",
    ] {
        must_be_linear(line, LONGEST, |text| {
            whole(text).unwrap();
            let _ = said(text, Intent::Answers);
        });
    }
}

proptest! {
    #[test]
    fn spans_are_the_text(text in any::<String>()) {
        prop_assert_eq!(whole(&text), Ok(()));
    }

    #[test]
    fn spans_of_mail_are_the_text(text in "((> ?){0,3}(On 1 Jun 2026 at 9:00|, Erika|<e@x.org>| wrote:|\
            Von: |Betreff: |From: a@x.org|To:|-- ?|____|---- |Original Message|-----|Sent from my iPhone|\
            Forwarded message|```|EE> |[a-zü \u{200f}\u{a0}]{0,8}|\r?\n){0,4}\r?\n?){0,12}") {
        prop_assert_eq!(whole(&text), Ok(()));
        let all: String = spans(&text, Intent::Answers).into_iter().map(|span| &text[span.range]).collect();
        prop_assert_eq!(all, text);
    }
}

/// Outlook puts the same above both.
#[test]
fn the_subject_tells_what_is_passed_on() {
    let text = "Please answer this.\n\nFrom: Erika <erika@example.org>\nSent: 1 June 2026 9:00\n\
                To: Bram\nSubject: Lamp\n\nIt is broken.\n";
    for (subject, wanted) in [("FW: Lamp", text.trim_end()), ("RE: Lamp", "Please answer this.")] {
        assert_eq!(said(text, Intent::of(subject)), wanted, "{subject}");
    }
}
