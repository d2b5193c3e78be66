//! What the fields of a quoted header are called, in the languages of mail programs.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::Field;
use crate::mail::spans::line::entries;

/// The names of the fields in lower case, as Outlook, Apple Mail, Thunderbird, Notes, GMX, Yahoo
/// and Orange translate them. A line for each language, in the same order for each field: those of
/// the west, the south, the north and the east of Europe, then those of Asia. A name that several share
/// stands with the first.
const NAMES: [(Field, &str); 5] = [
    (
        Field::From,
        "
    from | sender |
    von | absender |
    van | afzender |
    de | expediteur | expéditeur | envoyé par |
    remitente | de parte de |
    remetente |
    da | mittente |
    de la | expeditor | expeditorul |
    igorlea | nork |
    fra | afsender | avsender | sendt av |
    från | avsändare |
    frá |
    lähettäjä |
    saatja | kellelt |
    no |
    nuo |
    od | nadawca |
    odesílatel |
    odosielateľ |
    šalje | pošiljatelj |
    feladó | küldő |
    от | от кого | отправитель |
    від | від кого |
    από |
    gönderen | kimden |
    שולח | מאת |
    من |
    از |
    प्रेषक |
    จาก |
    từ |
    dari | daripada |
    发件人 | 寄件者 | 寄件人 |
    差出人 | 送信者 | 送信元 |
    보낸 사람 | 보낸사람
        ",
    ),
    (
        Field::Date,
        "
    date | sent | sent on | sent at | date sent | sent date | time |
    datum | gesendet | gesendet am |
    verzonden | verstuurd |
    envoyé | envoyé le | date d'envoi | message du |
    fecha | enviado | enviado el | enviada | enviada el |
    enviat | enviat el |
    data | enviado em | enviada em |
    inviato | data invio |
    dată | trimis | trimisă |
    dato | sendt | sendt den | sendt dato |
    skickat |
    dagsetning |
    lähetetty | päivä | päivämäärä | päiväys | pvm |
    saadetud | kuupäev |
    nosūtīts |
    išsiųsta |
    wysłano | wysłane | data wysłania |
    odesláno |
    odoslané | dátum |
    poslano | poslato | datum slanja |
    elküldve | küldve |
    дата | отправлено | отправлен |
    надіслано | відправлено |
    изпратено |
    ημερομηνία | στάλθηκε | εστάλη |
    tarih | gönderildi | gönderme tarihi | gönderme zamanı |
    נשלח | תאריך |
    تاريخ الإرسال | التاريخ | أرسلت | تم الإرسال |
    تاریخ | ارسال شده |
    भेजा गया | दिनांक |
    ส่ง | ส่งเมื่อ | วันที่ |
    ngày | gửi | đã gửi | đã gửi vào |
    tanggal | dikirim | dikirimkan | dihantar |
    发送时间 | 发送日期 | 日期 | 時間 | 寄件日期 | 傳送時間 | 已发送 |
    送信日時 | 日時 | 日付 |
    보낸 날짜 | 보낸날짜 | 날짜 | 보냄
        ",
    ),
    (
        Field::To,
        "
    to | reply to | reply-to |
    an | empfänger | antwort an |
    aan | ontvanger |
    à | pour | destinataire | répondre à |
    para | destinatario | responder a |
    per a | per |
    destinatário | responder para |
    a | risposta |
    către | catre | destinatar | destinatarul | adresă |
    nori |
    til | modtager | mottaker |
    till | mottagare |
    vastaanottaja | vastaanottajat | kenelle |
    saaja | adressaat | kellele |
    kam |
    kas |
    do | adresat |
    komu |
    pre | komu/pre |
    za | prima | primatelj |
    címzett |
    кому |
    до |
    προς |
    kime | alıcı |
    אל | לכבוד | עבור |
    إلى |
    به |
    प्रति |
    ถึง |
    tới | đến |
    kepada | kepada yth | ke |
    收件人 | 收件者 |
    宛先 |
    받는 사람 | 받는사람
        ",
    ),
    (
        Field::Subject,
        "
    subject |
    betreff |
    onderwerp |
    objet | sujet |
    asunto |
    assumpte |
    assunto |
    oggetto | oggetto della mail | ogg |
    subiect | subiectul |
    gaia |
    emne |
    ämne | rubrik |
    efni |
    aihe |
    teema |
    tēma | temats |
    tema |
    temat |
    předmět |
    predmet |
    zadeva | naslov |
    tárgy |
    тема |
    относно |
    θέμα |
    konu |
    נושא | הנדון | הנושא |
    الموضوع |
    موضوع |
    विषय |
    เรื่อง | หัวเรื่อง |
    chủ đề | chủ để |
    subjek | subyek | perihal |
    主题 | 主旨 | 主題 |
    件名 |
    제목
        ",
    ),
    (
        Field::Other,
        "
    cc | bcc | importance | priority | attachment | attachments | organization | organisation | newsgroups |
    message-id | reply-to address | delivered-to | return-path | mailed by | signed by |
    kopie | kopie an | wichtigkeit | priorität | anlagen |
    bijlagen | antwoord aan |
    copie | copie à | pièces jointes |
    copia | adjuntos | datos adjuntos |
    cópia | anexos |
    allegati | rispondi a |
    răspuns către |
    kopi | vedhæftede filer | vedlegg | svar til |
    kopia | bilagor | svara till |
    kopio | vastaus |
    dw | udw | załączniki | odpowiedź-do |
    odpověď na |
    kópia | odpovedať-pre |
    odgovori na |
    másolat | másolatot kap | válaszcím |
    копия | ответ-кому |
    копія |
    κοιν. | κοινοποίηση |
    bilgi | yanıt adresi |
    עותק | העתק |
    نسخة |
    رونوشت |
    สำเนา |
    tembusan |
    抄送 | 副本 | 重要性 | 附件 |
    添付ファイル |
    참조
        ",
    ),
];

static FIELDS: LazyLock<HashMap<&str, Field>> = LazyLock::new(|| {
    NAMES.iter().flat_map(|(field, names)| entries(names).map(|name| (name, *field))).collect()
});

/// The field of a name in lower case.
pub(super) fn field(name: &str) -> Option<Field> {
    FIELDS.get(name).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_name_stands_twice() {
        let mut seen = HashSet::new();
        for name in NAMES.iter().flat_map(|(_, names)| entries(names)) {
            assert!(!name.is_empty() && name == name.to_lowercase(), "{name}");
            assert!(seen.insert(name), "{name}");
        }
    }
}
