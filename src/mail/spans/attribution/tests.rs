//! Attributions of many languages and programs, and sentences that are none.

use super::*;
use crate::mail::spans::line::lines;

#[test]
fn languages() {
    for text in [
        "On Mon, Jun 1, 2026 at 9:00 AM Erika Example <erika@example.org> wrote:",
        "On Mon, 1 Jun 2026, 09:00 Erika, <erika@example.org> wrote:",
        "On 1 June 2026 at 09:00:15 CEST, Erika wrote:",
        "On 01/06/2026 09:00, Erika Example wrote:",
        "On Jun 1, 2026, at 09:00, Erika <erika@example.org> wrote:",
        "On Mon, Jun 01, 2026 at 09:00:00AM +0200, Erika Example wrote:",
        "On Monday, June 1st, 2026 at 9:00 AM, Erika <erika@example.org> wrote:",
        "At 09:00 AM 6/1/2026, you wrote:",
        "Am Mo., 1. Juni 2026 um 09:00 Uhr schrieb Erika <erika@example.org>:",
        "Am 01.06.26 um 09:00 schrieb Erika Example:",
        "Erika Example <erika@example.org> schrieb am Mo., 1. Juni 2026, 09:00:",
        "Le lun. 1 juin 2026 à 09:00, Erika <erika@example.org> a écrit :",
        "Le 01/06/2026 à 09:00, Erika a écrit\u{a0}:",
        "El lun, 1 jun 2026 a las 9:00, Erika (<erika@example.org>) escribió:",
        "El 1/6/26 a las 9:00, Erika escribió:",
        "Il giorno lun 1 giu 2026 alle ore 09:00 Erika <erika@example.org> ha scritto:",
        "Il 01/06/2026 09:00, Erika ha scritto:",
        "Em seg., 1 de jun. de 2026 às 09:00, Erika <erika@example.org> escreveu:",
        "Em 01/06/2026 09:00, Erika escreveu:",
        "Op ma 1 jun 2026 om 09:00 schreef Erika <erika@example.org>:",
        "Op 1 jun. 2026, om 09:00 heeft Erika <erika@example.org> het volgende geschreven:",
        "Den mån 1 juni 2026 kl 09:00 skrev Erika <erika@example.org>:",
        "Den 2026-06-01 kl. 09:00, skrev Erika:",
        "Den man. 1. jun. 2026 kl. 09.00 skrev Erika <erika@example.org>:",
        "man. 1. juni 2026 kl. 09:00 skrev Erika <erika@example.org>:",
        "ma 1. kesäk. 2026 klo 9.00 Erika (erika@example.org) kirjoitti:",
        "Erika kirjoitti 1.6.2026 klo 9.00:",
        "pon., 1 cze 2026 o 09:00 Erika <erika@example.org> napisał(a):",
        "W dniu 01.06.2026 o 09:00, Erika pisze:",
        "po 1. 6. 2026 v 9:00 odesílatel Erika <erika@example.org> napsal:",
        "Dne 01. 06. 26 v 9:00 Erika napsal(a):",
        "po 1. 6. 2026 o 9:00 Erika <erika@example.org> napísal(a):",
        "Erika <erika@example.org> ezt írta (időpont: 2026. jún. 1., H, 9:00):",
        "2026. 06. 01. 9:00 keltezéssel, Erika írta:",
        "lun., 1 iun. 2026 la 09:00 Erika <erika@example.org> a scris:",
        "пн, 1 июн. 2026 г. в 09:00, Erika <erika@example.org>:",
        "01.06.2026 09:00, Erika пишет:",
        "пн, 1 черв. 2026 р. о 09:00 Erika <erika@example.org> пише:",
        "На пн, 1.06.2026 г. в 9:00 ч. Erika <erika@example.org> написа:",
        "Στις Δευ 1 Ιουν 2026 στις 9:00 π.μ., ο χρήστης Erika <erika@example.org> έγραψε:",
        "Erika <erika@example.org>, 1 Haz 2026 Pzt, 09:00 tarihinde şunu yazdı:",
        "1.06.2026 09:00 tarihinde Erika yazdı:",
        "pon, 1. lip 2026. u 09:00 Erika <erika@example.org> napisao je:",
        "V V pon., 1. jun. 2026 ob 09:00 je oseba Erika <erika@example.org> napisala:",
        "Erika (<erika@example.org>) kirjutas kuupäeval E, 1. juuni 2026 kell 09:00:",
        "2026-06-01, pr, 09:00 Erika <erika@example.org> rašė:",
        "Missatge de Erika <erika@example.org> del dia dl., 1 de juny 2026 a les 9:00:",
        "Vào Th 2, 1 thg 6, 2026 vào lúc 09:00 Erika <erika@example.org> đã viết:",
        "Pada tanggal Sen, 1 Jun 2026 pukul 09.00 Erika <erika@example.org> menulis:",
        "ในวันที่ จ. 1 มิ.ย. 2026 เวลา 09:00 Erika <erika@example.org> เขียนว่า:",
        "\u{202b}בתאריך יום ב׳, 1 ביוני 2026 ב-9:00 מאת \u{202a}Erika\u{202c}\u{200f} <\u{202a}erika@example.org\u{202c}\u{200f}>:\u{202c}",
        "في الاثنين، 1 يونيو 2026 في 9:00 ص تمت كتابة ما يلي بواسطة Erika <erika@example.org>:",
        "در تاریخ دوشنبه ۱ ژوئن ۲۰۲۶،\u{200f} ۹:۰۰ Erika <erika@example.org> نوشت:",
        "2026年6月1日(月) 9:00 Erika <erika@example.org>:",
        "Erika <erika@example.org> 于2026年6月1日周一 09:00写道：",
        "在 2026-06-01 09:00:00，\"Erika\" <erika@example.org> 写道：",
        "2026년 6월 1일 (월) 오전 9:00, Erika <erika@example.org>님이 작성:",
        "2026-06-01 오전 9:00에 Erika 이(가) 쓴 글:",
        "Monday, June 1, 2026, 9:00:00 AM, you wrote:",
        "Вы писали 1 июня 2026 г., 9:00:00:",
        "Team 24/7 Support <erika@example.org> schrieb am Mo., 1. Juni 2026, 09:00:",
        "Wiadomość napisana przez Anna Maria Example <e@example.org> w dniu 1.06.2026, o godz. 9:00:",
        "सोम, 1 जून 2026 को 9:00 am बजे को Erika <erika@example.org> ने लिखा:",
    ] {
        let found = begins(&lines(text));
        assert_eq!(found, Some(Attribution { begin: 0, lines: 1 }), "{text}");
    }
}

#[test]
fn forms() {
    for (text, begin, count) in [
        ("---- Erika wrote ----", 0, 1),
        ("---- On Mon, 01 Jun 2026 09:00 Erika <e@example.org> wrote ----", 0, 1),
        ("------On 6/1/2026 9:00 AM, Erika wrote-----", 0, 1),
        ("On Mon, 1 Jun 2026 09:00:00 +0200 Erika <e@example.org> wrote", 0, 1),
        ("Bye. --- On Mon, 6/1/26, Erika <e@example.org> wrote:", 5, 1),
        ("Bye.--- On Mon, 6/1/26, Erika <e@example.org> wrote:", 4, 1),
        ("2026/6/1 Erika <e@example.org>\n\n> When", 0, 1),
        ("2026-06-01 9:00 GMT+02:00 Erika <e@example.org>:", 0, 1),
        ("01.06.2026, 09:00, \"Erika\" <e@example.org>:", 0, 1),
        ("9:00 AM, June 1, 2026, \"Erika\" <e@example.org>:", 0, 1),
        ("Erika <e@example.org> wrote:", 0, 1),
        ("*On Mon, 1 Jun 2026 at 9:00, Erika <e@example.org> wrote:*", 0, 1),
        ("On Mon, Jun 1, 2026 at 9:00 AM A Long Name <\nlong@example.org> wrote:", 0, 2),
        ("On Mon, 1 Jun 2026 at 9:00 Erika\n\n<\nmailto:Erika <e@x.org>\n> wrote:", 0, 5),
        ("man. 1. juni 2026 kl. 09:00 skrev Erika <e@example.org\n>:", 0, 2),
        ("Erika (Example) erika@example.org schrieb am Mo. 1. Juni 2026 um 9:00:", 0, 1),
        ("erika@example.org schrieb am Mo., 1. Juni 2026, 9:00:", 0, 1),
        ("Erika schrieb am Montag, 1. Juni 2026 um 9:00:\n> Wann?", 0, 1),
        ("Erika schrieb am Montag, 1. Juni 2026 um 09:00:15 UTC+2:", 0, 1),
        ("Erika Example/Berlin/EX@EX wrote on 06/01/2026 09:00:15 AM:", 0, 1),
        ("Erika wrote on 1/6/2026 at 9:00 AM:", 0, 1),
        ("Wiadomość napisana przez Erika e@example.org w dniu 1.06.2026, o godz. 9:00:", 0, 1),
        ("1 Jun 2026, 09:00 by erika@example.org:", 0, 1),
        ("01.06.2026, 09:00 von erika@example.org:", 0, 1),
        ("On 1 Jun 2026 at 9:00, \"Erika\" wrote:When will it\ncome?", 0, 1),
        ("On 1 Jun 2026 at 9:00, e@example.org\nwrote:> When?", 0, 2),
        ("On 5/6, Erika (Sales) wrote:\n[...]\n> When?", 0, 1),
        ("Erika Example 於 2026/6/1 上午 09:00 寫道:\n> When?", 0, 1),
        ("Oseba Erika Example je 1. 06. 2026 ob 9:00 napisal(a):\n> When?", 0, 1),
        ("Erika <e@example.org> ezt írta (időpont:\n2026. jún. 1., H, 9:00):", 0, 2),
        ("Erika Example schreef op ma 01-06-2026 om 09:00 [+0200]:\n> When?", 0, 1),
        ("On Mon, Jun 1, 2026 at 9:00 Erika <e@example.org<mailto:e@example.org>> wrote:", 0, 1),
    ] {
        let found = begins(&lines(text));
        assert_eq!(found, Some(Attribution { begin, lines: count }), "{text}");
    }
}

#[test]
fn prose() {
    for text in [
        "On blah-blah-blah",
        "On your remote host you can run:",
        "On the other hand, 3 of us think that this is what he wrote:",
        "In 2013 my colleague wrote:",
        "Please write to Erika <erika@example.org> before 12.05.2026 and say this:",
        "Ticket 4711 of 12.05.2026: your colleague said:",
        "We met at 9:00 and this is the list:",
        "Send it to erika@example.org:",
        "My order 12345 of 01.06.2026:",
        "On 12.05.2026 at 10:00 I wrote\nto your colleague",
        "<erika@example.org>: host mx.example.org[192.0.2.1] said:",
        "Call Erika at 480-624-2500.\n\n<erika@example.org>:",
        "- On Monday",
        "She wrote on 1 June 2026 at 9:00:",
        "Erika wrote on 1 June 2026 at 9:00 that:",
        "2 mails of 12.05.2026 went to erika@example.org:",
        "12.05.2026 is when we told erika@example.org:",
        "On 12/05/2026 I sent you the following parts:",
        "At 9:00 you sent me this error:",
        "I sent the form to your colleague Anna <anna@example.org> on 12.05.2026:",
        "In rooms 1 2 3 we have lamps, as I said:",
        "Am 12.05.2026 schrieb ich Ihnen:",
        "Um 9:00 Uhr schrieb mir Ihr Fahrer:",
        "",
    ] {
        assert_eq!(begins(&lines(text)), None, "{text}");
    }
}
