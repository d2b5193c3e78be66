//! The header of a quoted mail as mail programs write it into a text: `From:`, `Sent:`, `To:`,
//! `Subject:` in the language of whoever answers.

use super::date::tells_time;
use super::line::{Line, undecorated};

mod names;

/// Lines that a header is looked for in.
const LONGEST: usize = 24;

/// Longest name of a field, in bytes.
const LONGEST_NAME: usize = 48;

/// What a field of a quoted header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    From,
    Date,
    To,
    Subject,
    Other,
}

/// The field that each line begins.
pub(super) fn fields(lines: &[Line<'_>]) -> Vec<Option<Field>> {
    lines.iter().map(|line| field(line.text)).collect()
}

/// Whether a quoted header begins with the first of these lines, whose fields are given.
/// `after_rule`: a line of dashes stands above it.
pub(super) fn begins(lines: &[Line<'_>], fields: &[Option<Field>], after_rule: bool) -> bool {
    known(lines, fields, after_rule).is_some() || after_rule && unknown(lines) || of_notes(lines)
}

/// Whether this line is of a header that no program writes above a quote: who puts one into a text
/// shows it, and goes on below it.
pub(super) fn is_raw(line: &str) -> bool {
    let Some((name, _)) = name_and_value(line) else { return false };
    let name = name.to_lowercase();
    let is_one = |known: &[&str]| known.contains(&name.as_str());
    is_one(&["received", "message-id", "return-path", "mime-version", "dkim-signature"])
        || is_one(&["authentication-results", "received-spf", "arc-seal"])
        || name.starts_with("content-")
        || name.starts_with("x-")
}

/// Whether a header in a language of the table begins with the first of these lines.
pub(super) fn opens(lines: &[Line<'_>]) -> bool {
    let near = lines.get(..lines.len().min(LONGEST)).unwrap_or_default();
    let is_field = near.first().is_some_and(|line| field(line.text).is_some());
    is_field && known(near, &fields(near), false).is_some()
}

/// The lines of a header that introduces a marked quote: known fields, and the marks directly
/// below the last one.
pub(super) fn introduces(
    lines: &[Line<'_>],
    fields: &[Option<Field>],
    after_rule: bool,
) -> Option<usize> {
    let count = known(lines, fields, after_rule)?;
    let mut below = lines.get(count..).unwrap_or_default().iter().take(3);
    below.find(|line| !line.is_blank()).is_some_and(Line::is_marked).then_some(count)
}

/// A header in a language of the table. Where only places, days and a matter are named (`From:
/// Amsterdam`, `To: Berlin`, `Date: 1 June`), a traveller wrote it, or it is the head of a letter: a
/// mail program gives a time of day or an address. Gives the lines up to the last field.
fn known(lines: &[Line<'_>], fields: &[Option<Field>], after_rule: bool) -> Option<usize> {
    if !matches!(fields.first(), Some(Some(_))) {
        return None;
    }
    let mut seen = Seen::default();
    let mut count = 0;
    for (n, (line, field)) in lines.iter().zip(fields).take(LONGEST).enumerate() {
        if !seen.take(line, *field) {
            break;
        }
        if field.is_some() {
            count = n + 1;
        }
    }
    let is_exact = seen.address || seen.subject && seen.time || after_rule;
    (seen.is_header() && is_exact).then_some(count)
}

/// What was seen of a header so far.
#[derive(Default)]
struct Seen {
    from: bool,
    date: bool,
    to: bool,
    subject: bool,
    address: bool,
    time: bool,
    blank: usize,
    continued: usize,
}

impl Seen {
    /// Takes the next line; false if it is none of the header.
    fn take(&mut self, line: &Line<'_>, field: Option<Field>) -> bool {
        if line.is_blank() {
            self.blank += 1;
            return self.blank == 1;
        }
        match field {
            Some(Field::From) => self.from = true,
            Some(Field::Date) => {
                self.date = true;
                self.time |= tells_time(line.text);
            }
            Some(Field::To) => self.to = true,
            Some(Field::Subject) => self.subject = true,
            Some(Field::Other) => {}
            // A value that goes on; a list of names as long as it is.
            None if self.blank == 0 && self.continued < 3 && !line.is_marked() => {
                self.continued += usize::from(!line.text.contains(';'));
                self.address |= !self.is_header() && line.text.contains('@');
                return true;
            }
            None => return false,
        }
        self.address |= line.text.contains('@');
        (self.blank, self.continued) = (0, 0);
        true
    }

    /// An author and a subject alone are what the form of a web site sends.
    fn is_header(&self) -> bool {
        self.from && (self.date || self.to) || self.date && self.to
    }
}

/// A header as old Notes wrote it: the author and the date, then the names of the fields, each
/// alone above its value.
fn of_notes(lines: &[Line<'_>]) -> bool {
    let has_address = |line: &Line<'_>| line.text.contains('@');
    let is_author = match lines {
        [first, ..] if has_address(first) => true,
        [_, second, ..] => second.text.starts_with('<') && has_address(second),
        _ => false,
    };
    if !is_author {
        return false;
    }
    let said: Vec<&Line<'_>> = lines.iter().take(LONGEST).filter(|l| !l.is_blank()).collect();
    let below = |above: usize, wanted: Field| {
        let mut near = (above + 1..=above + 6).filter_map(|n| Some((n, said.get(n)?)));
        near.find(|(_, line)| label(line.text) == Some(wanted)).map(|(n, _)| n)
    };
    let subject = below(0, Field::To)
        .and_then(|to| below(to, Field::Other))
        .and_then(|copy| below(copy, Field::Subject));
    subject.is_some()
}

/// The field that a line names, without a colon or a value.
fn label(line: &str) -> Option<Field> {
    (line.len() <= LONGEST_NAME).then(|| names::field(&line.to_lowercase()))?
}

/// A header in another language: three short names with their values, an address or a date
/// among them.
fn unknown(lines: &[Line<'_>]) -> bool {
    let is_field = |line: &&Line<'_>| {
        let named = name_and_value(line.text);
        named.is_some_and(|(name, value)| {
            name.chars().count() <= 20 && name.split_whitespace().count() <= 3 && !value.is_empty()
        })
    };
    let fields: Vec<_> = lines.iter().take_while(is_field).take(6).collect();
    fields.len() >= 3 && fields.iter().any(|line| line.text.contains('@'))
}

/// The field that a line begins. A name of two letters may be set apart: `主　题`.
pub(super) fn field(line: &str) -> Option<Field> {
    let (name, _) = name_and_value(line)?;
    names::field(&name.replace('\u{3000}', "").to_lowercase())
}

/// `*Name :* value` in its two parts.
fn name_and_value(line: &str) -> Option<(&str, &str)> {
    let colon = line.char_indices().take_while(|(at, _)| *at <= LONGEST_NAME);
    let (at, colon) = colon.into_iter().find(|(_, c)| matches!(c, ':' | '：'))?;
    let name = undecorated(line.get(..at)?);
    let value = undecorated(line.get(at + colon.len_utf8()..)?);
    (!name.is_empty() && !name.contains(['@', '<', '/'])).then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::super::line::lines;
    use super::*;

    fn is_header(text: &str) -> bool {
        let lines = lines(text);
        begins(&lines, &fields(&lines), false)
    }

    #[test]
    fn languages() {
        for [from, date, to, subject] in [
            ["From", "Sent", "To", "Subject"],
            ["From", "Date", "To", "Subject"],
            ["Von", "Gesendet", "An", "Betreff"],
            ["De ", "Envoyé ", "À ", "Objet "],
            ["De", "Date", "Pour", "Sujet"],
            ["De", "Enviado el", "Para", "Asunto"],
            ["De", "Enviado", "Para", "Assunto"],
            ["Da", "Inviato", "A", "Oggetto"],
            ["Van", "Verzonden", "Aan", "Onderwerp"],
            ["Fra", "Sendt", "Til", "Emne"],
            ["Från", "Skickat", "Till", "Ämne"],
            ["Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe"],
            ["Od", "Wysłano", "Do", "Temat"],
            ["Od", "Odesláno", "Komu", "Předmět"],
            ["Od", "Odoslané", "Komu", "Predmet"],
            ["Feladó", "Elküldve", "Címzett", "Tárgy"],
            ["De la", "Trimis", "Către", "Subiect"],
            ["Expeditorul", "Dată", "Destinatarul", "Subiectul"],
            ["От", "Отправлено", "Кому", "Тема"],
            ["Від", "Надіслано", "Кому", "Тема"],
            ["От", "Изпратено", "До", "Относно"],
            ["Από", "Στάλθηκε", "Προς", "Θέμα"],
            ["Kimden", "Gönderildi", "Kime", "Konu"],
            ["Saatja", "Saadetud", "Adressaat", "Teema"],
            ["Nuo", "Išsiųsta", "Kam", "Tema"],
            ["No", "Nosūtīts", "Kam", "Tēma"],
            ["Od", "Poslano", "Za", "Zadeva"],
            ["Šalje", "Poslato", "Prima", "Naslov"],
            ["De", "Enviat", "Per a", "Assumpte"],
            ["מאת", "נשלח", "אל", "נושא"],
            ["من", "تم الإرسال", "إلى", "الموضوع"],
            ["از", "ارسال شده", "به", "موضوع"],
            ["จาก", "ส่ง", "ถึง", "เรื่อง"],
            ["Từ", "Đã gửi", "Tới", "Chủ đề"],
            ["Dari", "Dikirim", "Kepada", "Subjek"],
            ["प्रेषक", "भेजा गया", "प्रति", "विषय"],
            ["发件人", "发送时间", "收件人", "主题"],
            ["寄件者", "寄件日期", "收件者", "主旨"],
            ["差出人", "送信日時", "宛先", "件名"],
            ["보낸 사람", "보낸 날짜", "받는 사람", "제목"],
        ] {
            let values = ["Erika", "1.6.2026 9:00", "Support", "Order"];
            let names = [from, date, to, subject];
            let own = names.map(field_of);
            assert_eq!(own, [Field::From, Field::Date, Field::To, Field::Subject], "{names:?}");
            let block: String = names
                .iter()
                .zip(values)
                .map(|(name, value)| format!("*{name}:* {value}\n"))
                .collect();
            assert!(is_header(&block), "{block}");
        }
    }

    fn field_of(name: &str) -> Field {
        field(&format!("{name}: x")).unwrap_or(Field::Other)
    }

    #[test]
    fn forms() {
        for (text, wanted) in [
            ("From: Erika <e@example.org>\nDate: today", true),
            ("Date: today\nTo: e@example.org", true),
            ("Subject: x\nFrom: Erika\nSent: 1 June 2026 9:00", true),
            ("Subject: x\nFrom: Erika\nTo: y", false),
            ("An: Example GmbH\nDatum: 1. Juni 2026\nBetreff: Order", false),
            ("Date: 5 July 2026\nFrom: 14:00\nTo: 18:00\nSubject: Meeting", false),
            ("From: A Long Name\n <e@example.org>\nSent: today", true),
            ("From: Erika\n\nSent: today\n\nTo: e@example.org", true),
            ("\"Erika\" <e@example.org>\n01.06.2026 09:00\n\nTo\nx\ncc\n\nSubject\nOrder", true),
            ("From: Amsterdam\nTo: Berlin\nDate: 1 June", false),
            ("Subject: my order", false),
            ("From: Erika <e@example.org>\nSubject: my order\n\nMessage: Where is it?", false),
            ("From: Erika", false),
            ("Date: today\nTo: Berlin", false),
            ("To: do this\nand that", false),
            ("Name: Erika\nMail: e@example.org\nOrder: 7", false),
        ] {
            assert_eq!(is_header(text), wanted, "{text}");
        }
    }
}
