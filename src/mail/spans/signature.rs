//! Where a signature begins: below `-- `, below a line of dashes near the end, or as the line that
//! a telephone adds.

use super::line::{Line, trim};

/// Lines that a signature below a line of dashes has at most.
const LONGEST: usize = 10;

/// Whether the first of these lines is the one that stands above a signature. `is_apart`: nothing,
/// or an empty line, stands above it.
pub(super) fn is_below(lines: &[Line<'_>], is_apart: bool) -> bool {
    let Some((first, below)) = lines.split_first() else { return false };
    matches!(first.text, "--" | "—" | "––" | "- -") || first.is_rule() && is_apart && closes(below)
}

/// Whether the first of these lines is one that a telephone or a program adds below a mail, alone:
/// `Sent from my iPhone`, `Get Outlook for iOS`.
pub(super) fn is_added(lines: &[Line<'_>]) -> bool {
    let Some((first, below)) = lines.split_first() else { return false };
    let is_alone = below.first().is_none_or(|next| next.is_blank() || next.is_rule());
    is_alone && first.text.len() <= 200 && names_program(first.text)
}

/// Whether what stands below a line of dashes is short, and the line is not one of several that
/// part a text.
fn closes(below: &[Line<'_>]) -> bool {
    let mut said = 0;
    let mut rules = 0;
    for line in below.iter().take(4 * LONGEST).filter(|line| !line.is_blank()) {
        if line.is_marked() {
            break;
        }
        rules += usize::from(line.is_rule());
        said += usize::from(!line.is_rule());
    }
    said == 0 || rules == 0 && said <= LONGEST && below.len() <= 4 * LONGEST
}

/// What stands before the name of the telephone or program, in lower case; `true` if it says
/// "my", so that any name may follow.
const BEFORE: [(&str, bool); 96] = [
    ("sent from my ", true),
    ("sent from the ", false),
    ("sent from ", false),
    ("sent via ", false),
    ("sent with ", false),
    ("sent using ", false),
    ("sent by ", false),
    ("sent on the go from my ", true),
    ("sent on my ", true),
    ("sent through my ", true),
    ("sent while mobile", true),
    ("gesendet von meinem ", true),
    ("gesendet von meiner ", true),
    ("gesendet von unterwegs", true),
    ("gesendet von ", false),
    ("gesendet aus ", false),
    ("gesendet mit ", false),
    ("gesendet über ", false),
    ("gesendet via ", false),
    ("verschickt von ", false),
    ("verschickt mit ", false),
    ("verfasst mit ", false),
    ("envoyé de mon ", true),
    ("envoyé depuis mon ", true),
    ("envoyé à partir de mon ", true),
    ("envoyé à partir d'", false),
    ("envoyé à partir d’", false),
    ("envoyé à partir de ", false),
    ("envoyé depuis l'", false),
    ("envoyé depuis ", false),
    ("envoyé avec ", false),
    ("envoyé de ", false),
    ("envoyé via ", false),
    ("enviado desde mi ", true),
    ("enviado desde ", false),
    ("enviado con ", false),
    ("enviado a través de ", false),
    ("enviado do meu ", true),
    ("enviada do meu ", true),
    ("enviado de meu ", true),
    ("enviado a partir do meu ", true),
    ("enviado a partir do ", false),
    ("enviado do ", false),
    ("enviado com ", false),
    ("enviado pelo meu ", true),
    ("enviado de mi ", true),
    ("enviat des del meu ", true),
    ("inviato dal mio ", true),
    ("inviato da ", false),
    ("inviato dall'", false),
    ("inviato con ", false),
    ("verzonden vanaf mijn ", true),
    ("verzonden vanuit ", false),
    ("verzonden vanaf ", false),
    ("verzonden met ", false),
    ("verstuurd vanaf mijn ", true),
    ("verstuurd vanaf ", false),
    ("verstuurd met ", false),
    ("sendt fra min ", true),
    ("sendt fra mit ", true),
    ("sendt fra ", false),
    ("sendt med ", false),
    ("skickat från min ", true),
    ("skickat från ", false),
    ("skickat med ", false),
    ("skickades från ", false),
    ("lähetetty ", false),
    ("wysłane z mojego ", true),
    ("wysłano z mojego ", true),
    ("wysłane z ", false),
    ("wysłano z ", false),
    ("wysłane przez ", false),
    ("odesláno z mého ", true),
    ("odesláno z ", false),
    ("odesláno pomocí ", false),
    ("odoslané z môjho ", true),
    ("odoslané z ", false),
    ("trimis de pe ", true),
    ("trimis din ", false),
    ("отправлено с моего ", true),
    ("отправлено с ", false),
    ("отправлено из ", false),
    ("відправлено з ", false),
    ("надіслано з ", false),
    ("надіслано із ", false),
    ("изпратено от ", false),
    ("στάλθηκε από το ", false),
    ("εστάλη από το ", false),
    ("elküldve ", false),
    ("poslano s mog ", true),
    ("poslano iz ", false),
    ("poslano s ", false),
    ("đã gửi từ ", false),
    ("dikirim dari ", false),
    ("نُرسل من ", false),
    ("أُرسلت من ", false),
];

/// What stands before and behind it.
const AROUND: [(&str, &str); 14] = [
    ("von meinem ", " gesendet"),
    ("von meiner ", " gesendet"),
    ("von ", " gesendet"),
    ("diese nachricht wurde ", " gesendet"),
    ("diese e-mail wurde ", " gesendet"),
    ("this message was sent ", ""),
    ("az ", " küldve"),
    ("", "mdan gönderildi"),
    ("", "den gönderildi"),
    ("", " kaynağından gönderildi"),
    ("", " uygulamasından gönderildi"),
    ("", "から送信"),
    ("", "에서 보냄"),
    ("", "から送信されました"),
];

/// What a line in a script without blanks begins with.
const BEFORE_PART: [&str; 9] =
    ["发自", "發自", "从我的", "從我的", "傳送自", "נשלח מ", "ส่งจาก", "ارسال شده از", "مرسل من"];

/// Words that take to the shop of the program, in lower case.
const SHOP: [&str; 22] = [
    "get",
    "beziehen",
    "laden",
    "herunterladen",
    "télécharger",
    "telecharger",
    "obtenir",
    "obtener",
    "obtén",
    "descargar",
    "obter",
    "baixar",
    "scarica",
    "ottieni",
    "downloaden",
    "download",
    "hent",
    "hämta",
    "pobierz",
    "скачать",
    "завантажити",
    "yükle",
];

fn names_program(line: &str) -> bool {
    let text = without_target(line);
    let lower = text.to_lowercase();
    // Letters of other sizes in lower case would move the ends.
    let name = |before: usize, behind: usize| {
        let chars = text.chars().count();
        let name = text.chars().skip(before).take(chars.saturating_sub(before + behind));
        name.collect::<String>()
    };
    let length = |text: &str| text.chars().count();
    let before = BEFORE.iter().find(|(before, _)| lower.starts_with(before));
    if let Some((before, mine)) = before {
        return is_name(&name(length(before), 0), *mine);
    }
    let around = AROUND.iter().any(|(before, behind)| {
        let is = lower.len() > before.len() + behind.len()
            && lower.starts_with(before)
            && lower.ends_with(behind);
        is && is_name(&name(length(before), length(behind)), before.contains("mein"))
    });
    let apple = lower.contains("iphone") || lower.contains("ipad") || lower.contains("android");
    around || apple && BEFORE_PART.iter().any(|part| lower.starts_with(part)) || is_shop(&lower)
}

/// Without the address of a link and what stands around.
fn without_target(line: &str) -> &str {
    let end = ["<http", "(http", "[http", " http"].iter().filter_map(|link| line.find(link)).min();
    let text = line.get(..end.unwrap_or(line.len())).unwrap_or(line);
    trim(text.trim_matches(|c: char| "*_()[]\"'.!~-–—".contains(c) || c.is_whitespace()))
}

/// Whether this is the name of a thing and no sentence.
fn is_name(text: &str, mine: bool) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_named = |word: &&&str| word.chars().any(|c| c.is_uppercase() || c.is_numeric());
    let named = words.iter().filter(is_named).count();
    let one = !text.trim_end_matches('.').contains([',', ';', ':', '.', '?']);
    one && words.len() <= 5 && (mine || named > 0) || words.len() <= 14 && named * 2 >= words.len()
}

/// `Get Outlook for iOS`.
fn is_shop(lower: &str) -> bool {
    let words: Vec<&str> = lower.split_whitespace().collect();
    let platform = ["ios", "android", "mac", "mobile"].iter().any(|os| words.contains(os));
    words.len() <= 7
        && platform
        && words.iter().any(|word| SHOP.contains(word))
        && ["outlook", "mail", "yahoo", "bluemail", "spark"].iter().any(|p| lower.contains(p))
}

#[cfg(test)]
mod tests {
    use super::super::line::lines;
    use super::*;

    #[test]
    fn added() {
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
        ] {
            assert!(is_added(&lines(line)), "{line}");
        }
    }

    #[test]
    fn not_added() {
        for line in [
            "Sent from my desk, is much easier then my mobile phone.",
            "Sent from the wrong account",
            "Sent it yesterday.",
            "Get Outlook to work again, please.",
            "Outlook for iOS crashes",
            "Gesendet von mir.",
            "-",
            "",
        ] {
            assert!(!is_added(&lines(line)), "{line}");
        }
    }

    #[test]
    fn below_dashes() {
        for (text, apart, wanted) in [
            ("-- \nErika", false, true),
            ("--\n\nErika", true, true),
            ("—\nReply to this mail", true, true),
            ("____\nlist\nlist@example.org", true, true),
            ("Order\n", true, false),
            ("-----\n3 pieces", false, false),
            ("-----\nItem: x\n-----\nThanks", true, false),
            ("***\n####", true, true),
            (&format!("-----\n{}", "line\n".repeat(11)), true, false),
            (&format!("-----\n{}", "\n".repeat(500)), true, true),
        ] {
            assert_eq!(is_below(&lines(text), apart), wanted, "{text:?}");
        }
    }
}
