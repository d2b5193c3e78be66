//! Subjects of automatic answers: what Exchange, Notes, Sieve and others put before the subject that
//! they answer, in the languages that they are sold in. Only the beginning counts, so that a person's
//! `Re: Automatic reply: ...` stays a person's.

use super::base_subject;

/// Beginnings that a colon follows, in lower case. They are words that no person puts there.
const PREFIXES: [&str; 80] = [
    "automatic reply",
    "automatic response",
    "automated reply",
    "automated response",
    "auto reply",
    "auto-reply",
    "autoreply",
    "auto response",
    "auto-response",
    "autoresponse",
    "auto-responder",
    "automatic answer",
    "holiday reply",
    "out of office",
    "out-of-office",
    "out of office autoreply",
    "out of office reply",
    "vacation reply",
    "automatische antwort",
    "abwesenheitsnotiz",
    "abwesenheitsnachricht",
    "réponse automatique",
    "message d'absence",
    "respuesta automática",
    "fuera de la oficina",
    "risposta automatica",
    "fuori sede",
    "fuori ufficio",
    "resposta automática",
    "fora do escritório",
    "automatisch antwoord",
    "afwezigheidsbericht",
    "autosvar",
    "automatisk svar",
    "automatiskt svar",
    "automaattinen vastaus",
    "automatická odpověď",
    "odpowiedź automatyczna",
    "automatikus válasz",
    "автоматический ответ",
    "αυτόματη απάντηση",
    "otomatik yanıt",
    "自動返信",
    "自动答复",
    "automatická odpoveď",
    "răspuns automat",
    "автоответ",
    "автоматична відповідь",
    "автоматичен отговор",
    "аутоматски одговор",
    "automatski odgovor",
    "samodejni odgovor",
    "automaatvastus",
    "automātiska atbilde",
    "automatinis atsakymas",
    "resposta automàtica",
    "erantzun automatikoa",
    "trả lời tự động",
    "balasan otomatis",
    "ตอบกลับอัตโนมัติ",
    "自动回复",
    "自動回覆",
    "自動応答",
    "자동 회신",
    "자동 응답",
    "الرد التلقائي",
    "رد تلقائي",
    "תשובה אוטומטית",
    "מענה אוטומטי",
    "автовідповідь",
    "sjálfvirkt svar",
    "پاسخ خودکار",
    "स्वचालित उत्तर",
    "balasan automatik",
    "автоматски одговор",
    "automatyczna odpowiedź",
    "autoodpowiedź",
    "fuera de oficina",
    "automaattivastaus",
    "abwesenheitsassistent",
];

/// Beginnings that a colon follows, in lower case, of an automatic answer where the mail answers
/// another one; else a person may be writing of a car or of a child that is ill.
const AMBIGUOUS: [&str; 17] = [
    "auto",
    "vacation",
    "abwesend",
    "niet aanwezig",
    "frånvaro",
    "afwezig",
    "ikke på kontoret",
    "fraværende",
    "poza biurem",
    "nieobecność",
    "out of the office",
    "absence du bureau",
    "不在通知",
    "absence",
    "absent du bureau",
    "abwesenheit",
    "afwezigheid",
];

/// Whole subjects, in lower case.
const WHOLE: [&str; 10] = [
    "automatic answer",
    "holiday reply",
    "automatic reply",
    "automatic response",
    "auto response",
    "autoreply",
    "out of office",
    "out of office autoreply",
    "vacation reply",
    "abwesenheitsnotiz",
];

/// What Notes writes behind the name of who is away, in lower case.
const AWAY: [&str; 3] = [" is out of the office", " ist außer haus", " est absent(e)"];

/// Whether this is the subject of an automatic answer. `answers` says that the mail refers to
/// another one.
pub(super) fn is_subject(subject: &str, answers: bool) -> bool {
    let lower = subject.trim().to_lowercase();
    let lower =
        lower.strip_prefix("auto:").filter(|_| subject.starts_with("AUTO")).unwrap_or(&lower);
    let prefix = lower.split([':', '：']).next().filter(|prefix| prefix.len() < lower.len());
    let prefix = prefix.map(str::trim).unwrap_or_default();
    let mut away = AWAY.iter().filter_map(|away| lower.split_once(away)).map(|(_, b)| b.trim());
    PREFIXES.contains(&prefix)
        || answers && AMBIGUOUS.contains(&prefix)
        || WHOLE.contains(&lower.trim())
        || base_subject(subject) == subject.trim()
            && away.any(|behind| behind.is_empty() || behind == "." || behind.starts_with('('))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects() {
        for (subject, answers, wanted) in [
            ("Automatic reply: your order", false, true),
            ("Automatische Antwort: Rechnung", false, true),
            ("Réponse automatique : facture", false, true),
            ("自動返信: 見積り", false, true),
            ("자동 회신: 견적", false, true),
            ("תשובה אוטומטית: הזמנה", false, true),
            ("Răspuns automat: comanda", false, true),
            ("AUTOMATICKÁ ODPOVEĎ: objednávka", false, true),
            ("Автоответчик не работает: что делать?", false, false),
            ("Out of Office AutoReply: your order", false, true),
            ("Out of Office", false, true),
            ("Holiday reply", false, true),
            ("Automatic answer: your order", false, true),
            ("Re: Holiday reply", false, false),
            ("Anna Berg is out of the office", false, true),
            ("AUTO: Anna Berg is out of the office (returning 03/01/2026)", false, true),
            ("AUTO: Anna Berg ist außer Haus (Rückkehr am 15.06.2026)", false, true),
            ("Anna Berg is out of the office.", false, true),
            ("RE: Anna Berg is out of the office", true, false),
            ("Автовідповідь: замовлення", false, true),
            ("Frånvaro: din order", true, true),
            ("Frånvaro: Lisa 5B", false, false),
            ("Abwesend: Anna am Montag", false, false),
            ("不在通知: 荷物", false, false),
            ("Auto: your order", true, true),
            ("Auto: Versicherung", false, false),
            ("Re: Automatic reply: your order", false, false),
            ("Automatic reply does not work", false, false),
            ("Out of office next week", false, false),
            ("Who is out of the office today?", false, false),
            ("Vacation rental", false, false),
            ("", true, false),
        ] {
            assert_eq!(is_subject(subject, answers), wanted, "{subject}");
        }
    }
}
