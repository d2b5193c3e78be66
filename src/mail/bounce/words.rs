//! The words in which mail systems tell that a mail was not delivered: what was to happen to it,
//! and that it did not, in one sentence. Neither has a meaning by itself: customers write of parcels
//! in the same words, so what uses these asks for more.

use super::reason;

/// Stems of what happens to mail, and of what it happens to, in lower case.
#[rustfmt::skip]
const MOVES: &[&str] = &[
    "deliver", "reach", "receive", "sent ", "send", "return", "recipient", "address", "message",
    "mail", "user", "host ", "account", "domain", "zugestellt", "zustell", "übermittl", "empfänger",
    "nachricht", "remis", "remettre", "destinataire", "parvenu", "entreg", "enviar", "destinatari",
    "mensaje", "mensagem", "recapit", "consegn", "messaggio", "bezorg", "afgelever", "bericht",
    "levere", "mottagar", "modtager", "dostarcz", "doruč", "kézbesít", "teslim", "достав",
    "сообщени", "送信", "配信", "配達", "发送", "送达", "投递", "邮件", "전송", "배달",
];

/// Stems that say that it did not happen, in lower case.
#[rustfmt::skip]
const FAILS: &[&str] = &[
    " not ", "n't ", "cannot", "no such", "unable", "fail", "error", "reject", "refus", "trouble",
    "problem", "delay", "returned", "returning", "bounced", "invalid", "malformed", "unknown",
    "exceeded", " nicht", "konnte", "fehl", "verzöger", " pas ", "échec", "impossible", "erreur",
    "retard", "no se ", "no pudo", " non ", " não ", "niet ", "mislukt", " inte ", " ikke ",
    " nie ", " nelze", " nem ", " не ", "できません", "失敗", "失败", "无法", "실패", "못",
];

/// Stems that say that it may happen yet, in lower case.
#[rustfmt::skip]
const DELAYS: &[&str] = &[
    "delay", "not yet", "keep trying", "continue trying", "will continue to",
    "temporary failure report", "no action is required", "not need to re", "warning only",
    "warning message only", "a warning", "be retried", "verzöger", "noch nicht", "nur eine warnung",
    "retard", "pas encore", "todavía no", "ainda não", "non ancora", "nog niet", "ännu inte",
    "задерж", "遅延", "延迟",
];

/// Words that say that it will not, whatever delay was before.
#[rustfmt::skip]
const FINAL: &[&str] = &[
    "gave up", "giving up", "given up", "permanent", "retry timeout exceeded", "too long",
    "no longer try", "will not be retried", "aufgegeben", "endgültig", "définitivement",
];

/// Words that say both.
#[rustfmt::skip]
const BOTH: &[&str] = &[
    "undeliver", "non-deliver", "nondeliver", "unzustellbar", "onbestelbaar", "退信", "退回", "配信不能",
    "送信に失敗", "недоставлен",
];

/// Stems in the subjects of reports of any outcome, beside those of failures, in lower case.
#[rustfmt::skip]
const REPORTS: &[&str] = &[
    "status", "report", "notif", "notice", "warning", "subsystem",
];

/// Whether a text in lower case tells of mail that was not delivered.
pub(super) fn tell_of_failure(lower: &str) -> bool {
    BOTH.iter().any(|word| lower.contains(word))
        || sentences(lower).any(|sentence| has(sentence, MOVES) && fails(sentence))
}

/// Whether a text in lower case tells of mail that may be delivered yet.
pub(super) fn tell_of_delay(lower: &str) -> bool {
    has(lower, DELAYS) && !has(lower, FINAL)
}

/// Whether a subject in lower case is one of reports on deliveries: it has two of the three things
/// that they are made of.
pub(super) fn title_report(subject: &str) -> bool {
    let made_of = [has(subject, MOVES), fails(subject), has(subject, REPORTS)];
    tell_of_failure(subject) || made_of.into_iter().filter(|it| *it).count() > 1
}

fn fails(sentence: &str) -> bool {
    has(sentence, FAILS) || reason::is_worded(sentence)
}

/// The sentences of a text. The dots of a host or an address end none.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split(['!', '?', '\n', '。']).flat_map(|line| line.split(". "))
}

/// Whether one of the stems is in a sentence. Where a stem says where a word begins or ends, so do
/// the ends of the sentence.
fn has(sentence: &str, stems: &[&str]) -> bool {
    stems.iter().any(|stem| {
        let (begins, ends) = (stem.strip_prefix(' '), stem.strip_suffix(' '));
        sentence.contains(stem)
            || begins.is_some_and(|word| sentence.starts_with(word))
            || ends.is_some_and(|word| sentence.ends_with(word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures() {
        for (text, wanted) in [
            ("your message could not be delivered to one or more recipients.", true),
            ("delivery to the following recipients failed:", true),
            ("it did not reach the following recipient(s):", true),
            ("the error that the other server returned was: 550", true),
            ("ihre nachricht konnte nicht zugestellt werden", true),
            ("votre message n'a pas pu être remis", true),
            ("не может быть доставлено", true),
            ("メールを送信できませんでした", true),
            ("user unknown", true),
            ("unzustellbar: rechnung", true),
            // Both, and not of each other.
            ("your order was delivered. we do not ship on sundays", false),
            ("hello erika", false),
            ("", false),
        ] {
            assert_eq!(tell_of_failure(text), wanted, "{text}");
        }
    }

    #[test]
    fn titles() {
        for (subject, wanted) in [
            ("mail delivery failed: returning message to sender", true),
            ("delivery status notification (failure)", true),
            ("returned mail: see transcript for details", true),
            ("failure notice", true),
            ("undelivered mail returned to sender", true),
            ("ihre zustellung heute", false),
            ("your order", false),
        ] {
            assert_eq!(title_report(subject), wanted, "{subject}");
        }
    }
}
