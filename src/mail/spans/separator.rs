//! Lines that say what comes below them: the mail that was answered, or one that is passed on.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::header;
use super::line::{Line, entries, undecorated};

/// Longest line that is looked at, in bytes.
const LONGEST: usize = 200;

/// `-----Original Message-----`, in lower case.
static ORIGINAL: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    entries(
        "
        original message | original mail | original email | original e-mail | original appointment |
        reply message | reply to message | replied message | ursprüngliche nachricht | originalnachricht |
        original-nachricht | original nachricht | ursprungsnachricht | ursprüngliche e-mail |
        urspr. nachricht | message original | message d'origine | message d’origine |
        message initial | message précédent | mail original | mensaje original | mensaje de origen |
        mensagem original | messaggio originale | messaggio originario | oorspronkelijk bericht |
        oorspronkelijke bericht | origineel bericht | oprindelig meddelelse | oprindelig besked |
        original meddelelse | opprinnelig melding | original melding | ursprungligt meddelande |
        originalmeddelande | ursprungligt mail | alkuperäinen viesti | oryginalna wiadomość |
        wiadomość oryginalna | pierwotna wiadomość | původní zpráva | pôvodná správa |
        eredeti üzenet | mesaj original | mesajul original | исходное сообщение |
        оригинальное сообщение | пересылаемое письмо | вихідне повідомлення |
        оригінальне повідомлення | αρχικό μήνυμα | orijinal mesaj | özgün ileti | missatge original |
        izvorna poruka | originalna poruka
        ",
    )
    .collect()
});

/// The same in scripts of which a part is enough.
static ORIGINAL_PART: LazyLock<Vec<&str>> = LazyLock::new(|| {
    entries(
        "
        原始邮件 | 原始郵件 | 回复的原邮件 | 回覆的原郵件 | 原始邮件信息 | 邮件原件 | 郵件原件 | 原始訊息 | 元のメッセージ | オリジナルメッセージ | 원본 메시지 | 원본 메일 | הודעה מקורית |
        الرسالة الأصلية | پیام اصلی | ข้อความต้นฉบับ | thư gốc | pesan asli
        ",
    )
    .collect()
});

/// `---------- Forwarded message ---------`, in lower case: what such a line begins with, or ends.
static FORWARDED: LazyLock<Vec<&str>> = LazyLock::new(|| {
    entries(
        "
        forwarded message | forwarded mail | forwarded email | forwarded by | forwarded from |
        begin forwarded message | start of forwarded message | weitergeleitete nachricht |
        anfang der weitergeleiteten nachricht | weitergeleitet von | weitergeleitete e-mail |
        message transféré | message transferé | début du message transféré |
        début du message réexpédié | courriel transféré | mensaje reenviado |
        inicio del mensaje reenviado | mensagem encaminhada | mensagem reencaminhada |
        início da mensagem encaminhada | início da mensagem reencaminhada | messaggio inoltrato |
        inizio messaggio inoltrato | doorgestuurd bericht | begin doorgestuurd bericht |
        videresendt meddelelse | videresendt besked | start på videresendt besked |
        videresendt melding | start på videresendt melding | vidarebefordrat meddelande |
        vidarebefordrat brev | vidarebefordrat mejl | välitetty viesti | edelleenlähetetty viesti |
        wiadomość przekazana | przekazana wiadomość | początek przekazywanej wiadomości |
        přeposlaná zpráva | přesměrovaná zpráva | preposlaná správa | továbbított üzenet |
        mesaj redirecționat | пересланное сообщение | переслане повідомлення | iletilen mesaj |
        προωθημένο μήνυμα | message transmis | začátek přeposílané zprávy |
        začiatok preposlanej správy | proslijeđena poruka | započni proslijeđenu poruku |
        továbbított levél kezdete | începe mesajul redirecționat | treść przekazanej wiadomości |
        wiadomość przesłana dalej | перенаправленное сообщение | пересылаемое сообщение |
        переадресованное сообщение | начало переадресованного сообщения |
        перенаправлене повідомлення | початок листа, що пересилається | iletilmiş mesaj |
        iletilen ileti | ileti başlangıcı
        ",
    )
    .collect()
});

/// The same in scripts of which a part is enough.
static FORWARDED_PART: LazyLock<Vec<&str>> = LazyLock::new(|| {
    entries(
        "
        转发的邮件 | 轉寄的郵件 | 转发邮件信息 | 轉寄郵件 | 転送されたメッセージ | 転送メッセージ | メッセージを転送 | 전달된 메일 | 전달된 메시지 | הודעה שהועברה |
        رسالة معاد توجيهها
        ",
    )
    .collect()
});

/// What a help desk writes above its mail, so that it finds the answer again.
static REPLY_ABOVE: LazyLock<Vec<&str>> = LazyLock::new(|| {
    entries(
        "
        reply above this line | reply above the line | your reply above | write above this line |
        type above this line | respond above this line | answer above this line |
        above this line to reply | reply between these lines | do not write below this line |
        don't write below this line | antworten sie über dieser | antworten sie oberhalb dieser |
        oberhalb dieser zeile | oberhalb dieser linie | über dieser zeile | über dieser linie |
        au-dessus de cette ligne | par encima de esta línea | encima de esta línea |
        sobre esta línea | sopra questa riga | sopra questa linea | boven deze regel |
        boven deze lijn | acima desta linha | powyżej tej linii | ovanför denna rad |
        ovanför den här raden | ovenfor denne linje | over denne linje | выше этой строки |
        выше этой линии | nad tento řádek | tämän rivin yläpuolelle | bu satırın üst | この行より上
        ",
    )
    .collect()
});

/// What stands below a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Below {
    /// The mail that was answered.
    Answered,
    /// A mail that is passed on.
    PassedOn,
}

/// Where the mail that was answered begins within a line: `Bye -----Original Message-----From:
/// Erika`, from programs that lose the ends of lines. A field must follow.
pub(super) fn within(line: &str) -> Option<usize> {
    let begin = line.find("----")?;
    let rest = line.get(begin..)?.trim_start_matches('-');
    let (words, behind) = rest.get(..rest.floor_char_boundary(LONGEST))?.split_once("----")?;
    let is_original = ORIGINAL.contains(words.trim().to_lowercase().as_str());
    let field = behind.trim_start_matches('-').trim();
    (is_original && header::field(field).is_some()).then_some(begin)
}

/// Reads one line.
pub(super) fn below(line: &Line<'_>) -> Option<Below> {
    if line.text.len() > LONGEST || !line.text.contains(char::is_alphabetic) {
        return None;
    }
    let bare = undecorated(line.text);
    let decoration = line.text.len() - bare.len();
    if decoration == 0 && !bare.ends_with(':') {
        return None;
    }
    let words = bare.trim_end_matches([':', '.']).trim_end().to_lowercase();
    // What is left of the dot of a Turkish letter in lower case.
    let words = words.replace('\u{307}', "");
    let has = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    let is_forwarded =
        || FORWARDED.iter().any(|begin| words.starts_with(begin)) || has(&FORWARDED_PART);
    if decoration >= 4 && (ORIGINAL.contains(words.as_str()) || has(&ORIGINAL_PART)) {
        Some(Below::Answered)
    } else if (decoration >= 4 || words.len() < 60) && is_forwarded() {
        Some(Below::PassedOn)
    } else {
        (decoration > 0 && has(&REPLY_ABOVE)).then_some(Below::Answered)
    }
}

#[cfg(test)]
mod tests {
    use super::super::line::lines;
    use super::*;

    #[test]
    fn whole_lines() {
        for (text, wanted) in [
            ("-----Original Message-----", Some(Below::Answered)),
            ("-----邮件原件-----", Some(Below::Answered)),
            ("Begin forwarded message:", Some(Below::PassedOn)),
            ("Début du message transféré :", Some(Below::PassedOn)),
            ("Začátek přeposílané zprávy:", Some(Below::PassedOn)),
            ("Továbbított levél kezdete:", Some(Below::PassedOn)),
            ("İleti başlangıcı:", Some(Below::PassedOn)),
            ("Початок листа, що пересилається:", Some(Below::PassedOn)),
            ("-------- Proslijeđena poruka --------", Some(Below::PassedOn)),
            ("--- Treść przekazanej wiadomości ---", Some(Below::PassedOn)),
            ("---------- メッセージを転送 ----------", Some(Below::PassedOn)),
            ("----- Message transmis -----", Some(Below::PassedOn)),
            ("The original message said more.", None),
            ("-----", None),
        ] {
            assert_eq!(lines(text).first().and_then(below), wanted, "{text}");
        }
    }

    #[test]
    fn within_lines() {
        for (text, wanted) in [
            ("-------- Original message --------From: Erika Date: today", Some(0)),
            ("Bye-----Original Message-----Subject: Order", Some(3)),
            ("-------- Ursprüngliche Nachricht --------Von: Erika", Some(0)),
            ("-----Original Message-----", None),
            ("See -----Original Message----- below: it was late", None),
            ("---- From: here ---- To: there", None),
        ] {
            assert_eq!(within(text), wanted, "{text}");
        }
    }
}
