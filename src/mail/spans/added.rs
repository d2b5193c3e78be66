//! The line that a telephone or a program adds below a mail: `Sent from my iPhone`, `Get Outlook
//! for iOS`.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::line::{entries, trim};

/// Longest line that is looked at, in bytes.
const LONGEST: usize = 200;

/// Such lines in lower case, `…` for the thing; these say "my", so that any thing may be meant.
static MINE: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    forms(
        "
        sent from my … | sent on the go from my … | sent on my … | sent through my … |
        gesendet von meinem … | gesendet von meiner … | envoyé de mon … | envoyé depuis mon … |
        envoyé à partir de mon … | enviado desde mi … | enviado do meu … | enviada do meu … |
        enviado de meu … | enviado a partir do meu … | enviado pelo meu … | enviado de mi … |
        enviat des del meu … | inviato dal mio … | verzonden vanaf mijn … |
        verstuurd vanaf mijn … | sendt fra min … | sendt fra mit … | skickat från min … |
        wysłane z mojego … | wysłano z mojego … | odesláno z mého … | odoslané z môjho … |
        trimis de pe … | отправлено с моего … | poslano s mog … | von meinem … gesendet |
        von meiner … gesendet | diese nachricht wurde von meinem … gesendet
        ",
    )
});

/// Those that do not: what they name must look like a name.
static NAMED: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    forms(
        "
        sent from the … | sent from … | sent via … | sent with … | sent using … | gesendet von … | gesendet aus … | gesendet mit … | gesendet über … | gesendet via … |
        verschickt von … | verschickt mit … | verfasst mit … | envoyé à partir d'… |
        envoyé à partir d’… | envoyé à partir de … | envoyé depuis l'… | envoyé depuis … |
        envoyé avec … | envoyé de … | envoyé via … | enviado desde … | enviado con … |
        enviado a través de … | enviado a partir do … | enviado do … | enviado com … |
        inviato da … | inviato dall'… | inviato con … | verzonden vanuit … | verzonden vanaf … |
        verzonden met … | verstuurd vanaf … | verstuurd met … | sendt fra … | sendt med … |
        skickat från … | skickat med … | skickades från … | lähetetty … | wysłane z … |
        wysłano z … | wysłane przez … | odesláno z … | odesláno pomocí … | odoslané z … |
        trimis din … | отправлено с … | отправлено из … | відправлено з … | надіслано з … |
        надіслано із … | изпратено от … | στάλθηκε από το … | εστάλη από το … | elküldve … |
        poslano iz … | poslano s … | đã gửi từ … | dikirim dari … | نُرسل من … | أُرسلت من … |
        provenance : … | provenance: … | von … gesendet | diese nachricht wurde mit … gesendet |
        this message was sent from … | this message was sent via … | az … küldve |
        … alkalmazásból küldve | …mdan gönderildi | …den gönderildi | … kaynağından gönderildi |
        … uygulamasından gönderildi | … ile gönderildi | …から送信 | …から送信されました | …에서 보냄 |
        …에서 보낸 메일 | 发自… | 發自… | 从我的…发送 | 從我的…傳送 | 傳送自… | נשלח מ… | ส่งจาก… | ارسال شده از … |
        مرسل من … | مُرسل من …
        ",
    )
});

/// What such a thing is, in lower case, if it is no name.
static THINGS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    entries(
        "
        phone | mobile | smartphone | tablet | handset | cell | cellphone | handy | telefon |
        mobiltelefon | téléphone | portable | móvil | celular | telefono | telefoon | телефона |
        телефон | cihaz
        ",
    )
    .collect()
});

/// How words in the name of what sends mail begin, in lower case.
const SENDERS: [&str; 14] = [
    "iphone",
    "ipad",
    "ipod",
    "android",
    "samsung",
    "galaxy",
    "huawei",
    "xiaomi",
    "redmi",
    "motorola",
    "blackberry",
    "smartphone",
    "outlook",
    "thunderbird",
];

/// Whole words of such a name, likewise.
const SENDING: [&str; 8] = ["mail", "windows", "ios", "gmx", "hotmail", "gmail", "webmail", "aol"];

/// The same in scripts without blanks between words.
const SENDERS_PART: [&str; 4] = ["手机", "手機", "邮箱", "메일"];

/// What takes to the shop of the program, in lower case.
static SHOP: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    entries(
        "
        get | beziehen | laden | herunterladen | télécharger | telecharger | obtenir | obtener |
        obtén | descargar | obter | baixar | scarica | ottieni | downloaden | download | hent |
        hämta | skaffa | hanki | lataa | pobierz | stáhnout | stiahnuť | holen | nabavite |
        скачать | получить | завантажити | отримати | yükle | získat | získať | få | を入手 | 获取 |
        取得 | 다운로드
        ",
    )
    .collect()
});

/// What stands before and behind the thing.
fn forms(table: &'static str) -> Vec<(&'static str, &'static str)> {
    entries(table).filter_map(|form| form.split_once('…')).collect()
}

/// How sure it is that a program added a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Added {
    /// It names a thing that sends mail, or says whose it is.
    Surely,
    /// A person may say so of a parcel: `Sent with DHL Express`.
    Maybe,
}

/// Whether a program added this line.
pub(super) fn added(line: &str) -> Option<Added> {
    if line.len() > LONGEST {
        return None;
    }
    let (text, has_link) = without_target(line);
    let text = text.as_str();
    let lower = text.to_lowercase();
    let things = |forms: &[(&str, &str)]| -> Vec<String> {
        forms.iter().filter_map(|form| thing(text, &lower, *form)).collect()
    };
    let (mine, named) = (things(&MINE), things(&NAMED));
    let is_brand = |thing: &String| {
        is_name(thing, true) && thing.starts_with(|c: char| c.is_uppercase() || c.is_numeric())
    };
    if is_shop(&lower)
        || mine.iter().any(is_brand)
        || mine.iter().any(|thing| is_sender(thing, true))
        || named.iter().any(|thing| is_sender(thing, false))
    {
        return Some(Added::Surely);
    }
    // The link is the thing: `Sent using https://www.example.org/mail/`.
    let is_link = || {
        has_link && !lower.is_empty() && NAMED.iter().any(|(before, _)| lower == before.trim_end())
    };
    let is_named = mine.iter().any(|thing| is_name(thing, true))
        || named.iter().any(|thing| is_name(thing, false));
    (is_named || is_link()).then_some(Added::Maybe)
}

/// Whether a line is nothing but the address of a page.
pub(super) fn is_link(line: &str) -> bool {
    let bare = line.trim_matches(['<', '>', '(', ')', '[', ']']);
    !bare.contains(' ') && (bare.starts_with("http") || bare.starts_with("www."))
}

/// Without the address of a link and what stands around; and whether there was one.
fn without_target(line: &str) -> (String, bool) {
    let begin =
        ["<http", "(http", "[http", " http"].iter().filter_map(|link| line.find(link)).min();
    let (before, link) = line.split_at(begin.unwrap_or(line.len()));
    let end = link.trim_start().find([' ', '>', ')', ']']).map_or(link.len(), |end| end + 1);
    let behind = link.get(end..).unwrap_or_default();
    let around = |c: char| "*_()[]<>\"'.!~-–—".contains(c) || c.is_whitespace();
    let text = [before, behind].map(|text| trim(text.trim_matches(around))).join(" ");
    (trim(&text).to_owned(), begin.is_some())
}

/// What stands in the place of the thing, as it is written. Letters are counted, as those in lower
/// case may be of another size.
fn thing(text: &str, lower: &str, (before, behind): (&str, &str)) -> Option<String> {
    lower.strip_prefix(before)?.strip_suffix(behind)?;
    let count = |text: &str| text.chars().count();
    let length = count(text).checked_sub(count(before) + count(behind))?;
    Some(text.chars().skip(count(before)).take(length).collect())
}

/// Whether this names a thing or a program that sends mail.
fn is_sender(text: &str, mine: bool) -> bool {
    let lower = text.to_lowercase();
    let is_one = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        let sends = SENDERS.iter().any(|sender| word.starts_with(sender));
        sends || SENDING.contains(&word) || THINGS.contains(word)
    };
    is_name(text, mine)
        && (lower.split([' ', '-', '\'', '’']).any(is_one)
            || SENDERS_PART.iter().any(|part| lower.contains(part)))
}

/// Whether this is the name of a thing and no sentence. More may follow the name of my own thing:
/// `iPhone, please excuse typos`.
fn is_name(text: &str, mine: bool) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_named = |word: &&&str| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        word.contains(|c: char| c.is_uppercase() || c.is_numeric())
            || THINGS.contains(bare.as_str())
    };
    let named = words.iter().filter(is_named).count();
    // A script without capitals tells no name.
    let is_short_caseless = || text.chars().count() <= 20 && text.contains(is_caseless);
    let is_one = !text.trim_end_matches('.').contains([',', ';', ':', '.', '?', '，', '。']);
    let is_short = words.len() <= 5 && is_one && (mine || named > 0 || is_short_caseless());
    let is_begun = mine && words.len() <= 16 && words.iter().take(3).any(|word| is_named(&word));
    is_short || is_begun || (1..=14).contains(&words.len()) && named * 2 >= words.len()
}

/// A letter of a script without capitals.
fn is_caseless(c: char) -> bool {
    c.is_alphabetic() && !c.is_lowercase() && !c.is_uppercase()
}

/// `Get Outlook for iOS`.
fn is_shop(lower: &str) -> bool {
    let words: Vec<&str> = lower.split_whitespace().collect();
    words.len() <= 7
        && words.iter().any(|word| {
            ["ios", "android", "mac"].iter().any(|os| {
                word.strip_prefix(os).is_some_and(|end| !end.starts_with(|c: char| c.is_ascii()))
            })
        })
        && ["outlook", "mail", "spark"].iter().any(|program| lower.contains(program))
        && (words.iter().any(|word| SHOP.contains(word))
            || SHOP.iter().any(|word| word.starts_with(is_caseless) && lower.contains(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_add() {
        for line in [
            "Sent from my iPhone",
            "*Sent from my iPad*",
            "Sent from my Verizon, Samsung Galaxy smartphone",
            "Sent via the Samsung Galaxy S7 edge, an AT&T 4G LTE smartphone",
            "Sent from Yahoo Mail on Android <https://example.org/get>",
            "Sent from Mail for Windows 10",
            "Sent with Proton Mail secure email.",
            "Get Outlook for iOS<https://example.org/>",
            "Get Outlook for Android (https://example.org/)",
            "Outlook für iOS beziehen",
            "Holen Sie sich Outlook für iOS",
            "Skaffa Outlook för Android",
            "Von meinem iPhone gesendet",
            "Von meinem Samsung Galaxy Smartphone gesendet.",
            "Gesendet mit der Telekom Mail App",
            "Gesendet von Outlook für Android",
            "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
            "Envoyé de mon iPhone",
            "Envoyé à partir de Outlook pour iOS",
            "Enviado desde mi iPhone",
            "Enviado do meu iPhone",
            "Inviato da iPhone",
            "Verstuurd vanaf mijn iPhone",
            "Sendt fra min iPhone",
            "Skickat från min iPhone",
            "Lähetetty iPhonesta",
            "Wysłane z iPhone'a",
            "Odesláno z iPhonu",
            "Отправлено с iPhone",
            "Надіслано з iPhone",
            "Az iPhone készülékemről küldve",
            "iPhone'umdan gönderildi",
            "iPhoneから送信",
            "나의 iPhone에서 보냄",
            "发自我的iPhone",
            "Sent from mobile.",
            "Sent from my iPhone, please excuse any typos.",
            "Sent from my BlackBerry® smartphone on O2",
            "Envoyé de mon appareil Samsung de Bell via le réseau LTE le plus vaste au pays",
            "Provenance : Courrier pour Windows 10",
            "Enviado desde Correo para Windows",
            "Windows 10 için Posta ile gönderildi",
            "נשלח מה-iPhone שלי",
            "مُرسل من الـ iPhone",
            "发自我的手机",
            "发自网易邮箱大师",
            "네이버 메일 앱에서 보냄",
            "Outlook für iOS<https://example.org/> beziehen",
            "Outlook for iOS<https://example.org/> を入手",
            "获取 Outlook for iOS<https://example.org/>",
            "iOS용 Outlook 다운로드",
            "Sent using https://example.org/mail/",
        ] {
            assert!(added(line).is_some(), "{line}");
        }
    }

    #[test]
    fn what_persons_say() {
        for line in [
            "Sent from my desk, is much easier then my mobile phone.",
            "Sent from the wrong account",
            "Sent it yesterday.",
            "Get Outlook to work again, please.",
            "Outlook for iOS crashes",
            "Gesendet von mir.",
            "Get Outlook on mobile working",
            "Sent via mail yesterday.",
            "Sent via email.",
            "Sent with windows open.",
            "Hur får jag mail på iOS",
            "<https://example.org/mail>",
            "-",
            "",
        ] {
            assert_eq!(added(line), None, "{line}");
        }
    }

    /// A person may say so of a parcel.
    #[test]
    fn what_both_say() {
        for line in [
            "Sent with DHL Express on Friday.",
            "Gesendet mit DHL.",
            "Envoyé via Chronopost.",
            "Enviado con Correos Express.",
            "Wysłane przez InPost.",
            "Sent from my office in Berlin.",
        ] {
            assert_eq!(added(line), Some(Added::Maybe), "{line}");
        }
        for line in [
            "Sent from my Wiko RIDGE FAB 4G",
            "Gesendet mit der Telekom Mail App",
            "iPhoneから送信",
        ] {
            assert_eq!(added(line), Some(Added::Surely), "{line}");
        }
    }
}
